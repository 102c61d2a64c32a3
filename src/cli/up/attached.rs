//! `windlass up` without -d: it stays, shows the logs, and stops the containers when it is told to.

use std::collections::{HashMap, HashSet};
use std::io::{self, LineWriter, Write};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{join_all, try_join_all};
use tokio::time::{MissedTickBehavior, interval};

use super::UpArgs;
use crate::cli::Ended;
use crate::cli::apply::{Wishes, apply};
use crate::cli::error::CliError;
use crate::cli::follow::{Follower, News};
use crate::cli::lock;
use crate::cli::published::{self, Watch};
use crate::cli::scope::Scope;
use crate::cli::signal::Interrupts;
use crate::cli::watch::{Current, Session};
use crate::engine::{Engine, LogOptions};
use crate::model::Project;
use crate::plan::{StopOptions, stop};
use crate::reconcile::observe;
use crate::state::{ActualState, Container, Status};
use crate::ui::log::LogForm;
use crate::ui::mask::Mask;
use crate::ui::time;
use crate::ui::{Color, Mode};

/// How long to wait for the last lines of containers that have stopped.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The services that options of the logs name.
pub(super) fn named(args: &UpArgs) -> impl Iterator<Item = &String> {
    let attached = args.attach.iter().chain(&args.no_attach);
    attached.chain(&args.exit_code_from)
}

/// Begins to listen, before anything starts.
pub(super) async fn listen<'a, E: Engine>(
    args: &'a UpArgs,
    engine: &'a E,
    current: &Current,
    scope: &Scope,
) -> Result<Follower<'a, E>, CliError> {
    let color = if args.no_color {
        Color::OFF
    } else {
        scope.out_color
    };
    let form = LogForm::new(color, !args.no_log_prefix, args.timestamps);
    let followed = Rc::clone(current);
    let wanted = move |container: &Container| is_attached(args, &followed.borrow(), container);
    let name = current.borrow().name.clone();
    Follower::listen(engine, &name, form, Box::new(wanted)).await
}

fn is_attached(args: &UpArgs, project: &Project, container: &Container) -> bool {
    let Some((name, service)) = container
        .service()
        .filter(|_| !container.is_one_off())
        .and_then(|name| project.services.get_key_value(name))
    else {
        return false;
    };
    let is_in = |names: &[String]| names.iter().any(|other| other == name.as_str());
    if is_in(&args.no_attach) {
        return false;
    }
    if !args.attach.is_empty() {
        return is_in(&args.attach);
    }
    let is_asked_for =
        args.services.is_empty() || args.attach_dependencies || is_in(&args.services);
    // The one whose code counts is watched, whatever the file says.
    (service.attach && is_asked_for) || args.exit_code_from.as_deref() == Some(name.as_str())
}

/// The times of the last lines of containers that are over, in Unix nanoseconds: an engine may note a line later than the
/// end of the run that it belongs to.
pub(super) async fn last_lines(
    args: &UpArgs,
    engine: &impl Engine,
    project: &Project,
    before: &ActualState,
) -> HashMap<String, i64> {
    let options = LogOptions {
        tail: Some(1),
        timestamps: true,
        ..LogOptions::default()
    };
    let last = async |container: &Container| {
        let mut chunks = engine.logs(&container.id, &options);
        let mut text = Vec::new();
        // What cannot be read has no lines.
        while let Some(Ok(chunk)) = chunks.next().await {
            text.extend_from_slice(&chunk.bytes);
        }
        let text = String::from_utf8_lossy(&text);
        let time = text.split(' ').next()?;
        Some((container.id.clone(), time::parse(time, 0).ok()?))
    };
    let over = before.containers.iter().filter(|container| {
        container.status == Status::Exited && is_attached(args, project, container)
    });
    join_all(over.map(last))
        .await
        .into_iter()
        .flatten()
        .collect()
}

/// What was raised.
pub(super) struct Raised<'a> {
    /// What was there before.
    pub(super) before: &'a ActualState,
    /// The last lines of what was over, see [`last_lines`].
    pub(super) last_lines: HashMap<String, i64>,
    /// The containers of whose published ports the gate has told.
    pub(super) told: HashSet<&'a str>,
}

/// Shows logs until all containers have ended, or until the user, or an end that aborts, stops them.
pub(super) async fn stay<E: Engine>(
    args: &UpArgs,
    mut follower: Follower<'_, E>,
    engine: &E,
    current: &Current,
    (raised, watching): (&Raised<'_>, Option<Session<'_, E>>),
    interrupts: &mut Interrupts,
    scope: &Scope,
) -> Ended {
    follower.tell_ends();
    let project = Rc::clone(&current.borrow());
    let project = &*project;
    let mut containers = engine.containers(&project.name).await?;
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    for container in &containers {
        follower.add(container, &from_where(container, raised));
    }
    let mut out = LineWriter::new(io::stdout());
    writeln!(out, "Attaching to {}", follower.names().join(", "))?;
    containers.retain(|container| {
        is_of(project, container) && !published::is_told(&raised.told, container)
    });
    let mut watch = Watch::new(engine, project, containers);
    let mut looks = interval(published::LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_watching = watching.is_some();
    let mut watching = Box::pin(keep_watch(watching));
    let mut code = None;
    let (interrupted, mut forced) = loop {
        tokio::select! {
            news = follower.next(&mut out) => match news? {
                // The next change may start them again.
                News::AllOver if is_watching => {}
                News::AllOver => return Ok(code.unwrap_or(0)),
                News::Exited { service, code: exited } => {
                    note(&mut code, args, service.as_deref(), exited);
                    if aborts(args, exited) {
                        out.flush()?;
                        scope.say("Aborting on container exit...");
                        break (false, Interrupts::listen()?);
                    }
                }
            },
            _ = looks.tick(), if !watch.is_over() => {
                scope.warn(&watch.look(), &Mask::default());
            }
            watched = &mut watching, if is_watching => {
                is_watching = false;
                if let Err(error) = watched {
                    error.tell(scope);
                }
            }
            () = interrupts.next() => {
                // Before the user can know that a second one forces, so that it is not missed.
                let forced = Interrupts::listen()?;
                writeln!(out, "Gracefully Stopping... press Ctrl+C again to force")?;
                break (true, forced);
            }
        }
    };
    // It finishes what it has begun, and gives the project free.
    if is_watching && interrupted {
        tokio::select! {
            _ = &mut watching => {}
            () = forced.next() => {}
        }
    }
    drop(watching);
    // The stack files may have changed meanwhile.
    let project = Rc::clone(&current.borrow());
    let project = &*project;
    let lowered = Lowered {
        args,
        engine,
        project,
        scope,
    };
    lowered
        .stop(&mut follower, &mut code, &mut forced, &mut out)
        .await?;
    Ok(if interrupted { 130 } else { code.unwrap_or(0) })
}

/// Does what changed files ask for, until the user interrupts; without a session nothing ever happens.
async fn keep_watch<E: Engine>(session: Option<Session<'_, E>>) -> Result<(), CliError> {
    match session {
        Some(mut session) => session.run(&mut Interrupts::listen()?).await,
        None => std::future::pending().await,
    }
}

/// Of a container that was already running only what comes is shown; of one that is started again only this run.
fn from_where(container: &Container, raised: &Raised<'_>) -> LogOptions {
    let before = &raised.before.containers;
    let known = before.iter().find(|old| old.id == container.id);
    match known {
        None => LogOptions::default(),
        Some(old) if old.started_at == container.started_at => LogOptions {
            tail: Some(0),
            ..LogOptions::default()
        },
        Some(old) => {
            // Both runs may have had their lines in the second in which the new one began. Where this one is over, too, it
            // may have ended before the engine noted that it began.
            let end_before = if container.status.is_up() {
                Some(&container.finished_at)
            } else {
                Some(&old.finished_at).filter(|_| !old.status.is_up())
            };
            let end_before = end_before.and_then(|end| time::parse(end, 0).ok());
            let last_line = raised.last_lines.get(&container.id).map(|time| time + 1);
            let second = || time::stamp(&container.started_at).map(|second| second * 1_000_000_000);
            LogOptions {
                since: end_before.max(last_line).or_else(second),
                ..LogOptions::default()
            }
        }
    }
}

/// Takes this container's exit code for the command's, where it is the first one that counts.
fn note(command: &mut Option<u8>, args: &UpArgs, service: Option<&str>, code: i64) {
    let counts = match &args.exit_code_from {
        Some(wanted) => service == Some(wanted),
        // The end of a job that has done its work says nothing of the failure that is waited for.
        None => aborts(args, code),
    };
    if counts {
        command.get_or_insert(exit_code(code));
    }
}

fn aborts(args: &UpArgs, code: i64) -> bool {
    if args.abort_on_container_failure {
        code != 0
    } else {
        args.abort_on_container_exit || args.exit_code_from.is_some()
    }
}

/// A container's exit code as a process can give it.
fn exit_code(code: i64) -> u8 {
    u8::try_from(code & 0xff).unwrap_or(1)
}

/// What is lowered at the end: the services that were named, or all. What they depend on goes on, as others may need it.
struct Lowered<'a, E> {
    args: &'a UpArgs,
    engine: &'a E,
    project: &'a Project,
    scope: &'a Scope,
}

impl<E: Engine> Lowered<'_, E> {
    /// Stops the containers, while their last lines are shown and their exit codes noted; another interrupt kills them.
    async fn stop(
        &self,
        follower: &mut Follower<'_, E>,
        code: &mut Option<u8>,
        forced: &mut Interrupts,
        out: &mut impl Write,
    ) -> Result<(), CliError> {
        let (engine, project, scope) = (self.engine, self.project, self.scope);
        let address = &engine.about().address;
        // Who doesn't want to wait for another windlass any longer kills what runs now.
        let (_lock, is_forced) = match lock::hold(address, &project.name, forced, scope).await {
            Ok(lock) => (Some(lock), false),
            Err(CliError::Interrupted) => (None, true),
            Err(error) => return Err(error),
        };
        let state = observe(engine, project).await?;
        if is_forced {
            return self.kill(&state).await;
        }
        let mask = Mask::of(project, &state.containers);
        let plan = stop(project, &state, &self.options());
        let wishes = wishes(&mask, scope);
        let mut interrupts = Interrupts::listen()?;
        let mut shows = true;
        let mut take = |news: Result<News, CliError>| match news {
            Ok(News::Exited {
                service,
                code: exited,
            }) => {
                note(code, self.args, service.as_deref(), exited);
                true
            }
            Ok(News::AllOver) | Err(_) => false,
        };
        let result = {
            let mut stopping = pin!(apply(
                &plan,
                &state,
                engine,
                &wishes,
                &mut interrupts,
                scope
            ));
            loop {
                tokio::select! {
                    // The interrupt reaches the plan too, but here it means more.
                    biased;
                    () = forced.next() => break Err(CliError::Interrupted),
                    result = &mut stopping => break result,
                    news = follower.next(out), if shows => shows = take(news),
                }
            }
        };
        let last_lines = async { while shows && take(follower.next(out).await) {} };
        // An engine that doesn't end a log with its container must not hold us, nor must what goes on.
        let _ = tokio::time::timeout(LAST_LINES, last_lines).await;
        if !matches!(&result, Err(CliError::Interrupted)) {
            return result.map(|_| ());
        }
        self.kill(&state).await
    }

    fn options(&self) -> StopOptions {
        let services = self.project.services.keys();
        StopOptions {
            services: services
                .filter(|name| self.is_named(name.as_str()))
                .cloned()
                .collect(),
            timeout: self.args.timeout,
        }
    }

    fn is_named(&self, service: &str) -> bool {
        let named = &self.args.services;
        named.is_empty() || named.iter().any(|name| name == service)
    }

    /// Ends the containers at once.
    async fn kill(&self, state: &ActualState) -> Result<(), CliError> {
        let containers = state.containers.iter();
        let up = containers.filter(|container| {
            container.status.is_up()
                && is_of(self.project, container)
                && container
                    .service()
                    .is_some_and(|service| self.is_named(service))
        });
        try_join_all(up.map(|container| self.engine.kill_container(&container.id, None))).await?;
        Ok(())
    }
}

fn wishes<'a>(mask: &'a Mask, scope: &Scope) -> Wishes<'a> {
    Wishes {
        title: "stop",
        mode: beside_logs(scope.mode),
        mask,
        wait_timeout: None,
        health: None,
        quiet_pull: false,
        quiet_build: false,
    }
}

/// Live lines that are drawn again would fall among the logs.
pub(super) fn beside_logs(mode: Mode) -> Mode {
    match mode {
        Mode::Tty => Mode::Plain,
        other => other,
    }
}

fn is_of(project: &Project, container: &Container) -> bool {
    let service = container.service().filter(|_| !container.is_one_off());
    service.is_some_and(|service| project.services.contains_key(service))
}

#[cfg(test)]
mod tests;
