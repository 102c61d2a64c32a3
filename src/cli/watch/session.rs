//! A session of watching: what changed files ask for is done, one batch after the other.

mod reload;

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use self::reload::watcher;
use crate::cli::apply::{Wishes, apply};
use crate::cli::error::CliError;
use crate::cli::lock;
use crate::cli::scope::Scope;
use crate::cli::signal::Interrupts;
use crate::engine::Engine;
use crate::model::{Hook, Project, PullPolicy, ServiceName};
use crate::plan::{self, Plan, Recreate, RestartOptions, UpOptions};
use crate::reconcile::{observe, run_command};
use crate::state::{ActualState, Container};
use crate::ui::change::Standing;
use crate::ui::mask::Mask;
use crate::ui::report::Report;
use crate::ui::{self, Mode, watched};
use crate::watch::{self, Copying, Owners, Watcher, Work};

/// The project as its files have it now: a session takes it from them again when they change.
pub(in crate::cli) type Current = Rc<RefCell<Rc<Project>>>;

/// How a session goes about its work.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Manner {
    /// The services to load from the files; all where empty.
    pub(in crate::cli) services: Vec<String>,
    /// How the services were raised.
    pub(in crate::cli) up: UpOptions,
    /// How the progress of rebuilds and restarts is shown.
    pub(in crate::cli) mode: Mode,
    /// Leave out the output of builds.
    pub(in crate::cli) quiet_build: bool,
    /// Remove images that a rebuild has replaced.
    pub(in crate::cli) prune: bool,
}

/// Watched files, and the containers that follow them.
pub(in crate::cli) struct Session<'a, E> {
    engine: &'a E,
    project: Rc<Project>,
    current: Current,
    scope: &'a Scope,
    manner: Manner,
    watcher: Watcher,
    owners: Owners,
}

impl<'a, E: Engine> Session<'a, E> {
    /// Begins to watch; what changes from now on is done once the session runs.
    ///
    /// # Errors
    /// Where there is nothing to watch, or it cannot be watched.
    pub(in crate::cli) fn begin(
        engine: &'a E,
        current: Current,
        manner: Manner,
        scope: &'a Scope,
    ) -> Result<Self, CliError> {
        let project = Rc::clone(&current.borrow());
        Ok(Self {
            engine,
            watcher: watcher(&project, scope)?,
            project,
            current,
            scope,
            manner,
            owners: Owners::default(),
        })
    }

    /// Does what changes ask for until the user interrupts; what was begun then is finished first.
    ///
    /// # Errors
    /// Where files cannot be watched any more, or the user doesn't wait for what was begun.
    pub(in crate::cli) async fn run(
        &mut self,
        interrupts: &mut Interrupts,
    ) -> Result<(), CliError> {
        let initial = self.watcher.initial(None);
        self.copies(&initial, |_| true).await;
        self.tell_of_watch((Standing::Working, "Enabled"), "Watch enabled");
        loop {
            let work = tokio::select! {
                work = self.watcher.next() => work?,
                () = interrupts.next() => break,
            };
            match self.carry_out(&work, interrupts).await {
                Err(error) if error.is_interrupt() => break,
                result => result?,
            }
        }
        self.tell_of_watch((Standing::Done, "Disabled"), "Watch disabled");
        Ok(())
    }

    /// Tells of watching itself.
    fn tell_of_watch(&self, how: (Standing, &str), line: &str) {
        self.scope.tell(&["Watch".to_owned()], how, line);
    }

    /// Tells of services.
    fn tell<'s>(
        &self,
        services: impl IntoIterator<Item = &'s ServiceName>,
        how: (Standing, &str),
        line: &str,
    ) {
        let ids = services.into_iter().map(|name| format!("Service {name}"));
        self.scope.tell(&ids.collect::<Vec<_>>(), how, line);
    }

    /// Does what a batch asks for. What fails is told, and the others of the batch are done.
    async fn carry_out(
        &mut self,
        work: &Work,
        interrupts: &mut Interrupts,
    ) -> Result<(), CliError> {
        // Nobody shall wait for a build who only wants files.
        self.copies(work, |service| !work.rebuild.contains(service))
            .await;
        if !work.rebuild.is_empty() {
            self.rebuild(&work.rebuild, interrupts).await?;
            for service in &work.rebuild {
                let initial = self.watcher.initial(Some(service));
                self.copies(&initial, |_| true).await;
            }
            self.copies(work, |service| work.rebuild.contains(service))
                .await;
        }
        let restart = work.restart.difference(&work.rebuild).cloned().collect();
        self.restart(restart, interrupts).await?;
        for (service, hook) in &work.exec {
            self.exec(service, hook).await;
        }
        if work.stack {
            self.reload(interrupts).await?;
        }
        Ok(())
    }

    async fn copies(&mut self, work: &Work, wanted: impl Fn(&ServiceName) -> bool) {
        for (service, copying) in work.copy.iter().filter(|(service, _)| wanted(service)) {
            self.copy(service, copying).await;
        }
    }

    async fn copy(&mut self, service: &ServiceName, copying: &Copying) {
        let line = watched::copying(service, copying);
        self.tell([service], (Standing::Working, "Syncing"), &line);
        let project = &self.project.name;
        let copied = watch::copy(self.engine, project, service, copying, &mut self.owners).await;
        if copied.is_ok() && self.scope.mode == Mode::Json {
            self.tell([service], (Standing::Done, "Synced"), "");
        }
        for error in copied.err().into_iter().flatten() {
            self.warn(Report::new(format!("syncing failed: {error}")));
        }
    }

    fn warn(&self, report: Report) {
        self.scope.warn(&[report], &Mask::of(&self.project, &[]));
    }

    /// Builds the services' images; containers are replaced where that brings another one.
    async fn rebuild(
        &self,
        services: &IndexSet<ServiceName>,
        interrupts: &mut Interrupts,
    ) -> Result<(), CliError> {
        let scope = self.scope;
        let names = watched::quoted(services);
        let line = format!("Rebuilding service(s) {names} after changes were detected...");
        self.tell(services, (Standing::Working, "Rebuilding"), &line);
        let address = &self.engine.about().address;
        let _lock = lock::hold(address, &self.project.name, interrupts, scope).await?;
        let built = async {
            let state = observe(self.engine, &self.project).await?;
            let plan = self.rebuild_plan(services, &state)?;
            self.apply(&plan, &state, interrupts).await?;
            Ok(state)
        };
        match built.await {
            Ok(before) => {
                let line = format!("service(s) {names} successfully built");
                self.tell(services, (Standing::Done, "Rebuilt"), &line);
                if self.manner.prune {
                    self.prune(services, &before).await;
                }
                Ok(())
            }
            Err(error) => self.go_on(&error, &format!("service(s) {names} not rebuilt")),
        }
    }

    /// What failed is told, and no reason to end.
    fn go_on(&self, error: &CliError, what: &str) -> Result<(), CliError> {
        if error.is_interrupt() {
            return Err(CliError::Interrupted);
        }
        error.tell(self.scope);
        let line = format!("{what}: what runs goes on, and so does watching");
        self.tell_of_watch((Standing::Error, "Failed"), &line);
        Ok(())
    }

    fn rebuild_plan(
        &self,
        services: &IndexSet<ServiceName>,
        state: &ActualState,
    ) -> Result<Plan, CliError> {
        let mut project = Project::clone(&self.project);
        for name in services {
            if let Some(service) = project.services.get_mut(name) {
                service.pull_policy = PullPolicy::Build;
            }
        }
        let replicas = |name: &ServiceName| {
            let count = state.containers.iter().filter(|it| it.is_replica_of(name));
            u32::try_from(count.count()).unwrap_or(u32::MAX)
        };
        let mut selected: Vec<ServiceName> = services.iter().cloned().collect();
        selected.extend(followers(&project, services, state));
        // As many as there are now: the user may have scaled meanwhile.
        let scale: IndexMap<ServiceName, u32> = selected
            .iter()
            .map(|name| (name.clone(), replicas(name)))
            .filter(|(_, count)| *count > 0)
            .collect();
        let options = UpOptions {
            services: selected,
            no_deps: true,
            build: false,
            no_build: false,
            pull: None,
            recreate: Recreate::Diverged,
            remove_orphans: false,
            ignore_orphans: true,
            scale,
            ..self.manner.up.clone()
        };
        Ok(plan::up(&project, state, &options)?)
    }

    async fn apply(
        &self,
        plan: &Plan,
        state: &ActualState,
        interrupts: &mut Interrupts,
    ) -> Result<(), CliError> {
        let mask = Mask::of(&self.project, &state.containers);
        let wishes = Wishes {
            title: "watch",
            mode: self.manner.mode,
            mask: &mask,
            wait_timeout: None,
            health: None,
            quiet_pull: false,
            quiet_build: self.manner.quiet_build,
        };
        apply(plan, state, self.engine, &wishes, interrupts, self.scope)
            .await
            .map(drop)
    }

    /// Removes the images that the services had before, unless they have another name or are in use.
    async fn prune(&self, services: &IndexSet<ServiceName>, before: &ActualState) {
        for name in services {
            let Some(service) = self.project.services.get(name) else {
                continue;
            };
            let Some(old) = before.images.get(&service.spec.image) else {
                continue;
            };
            let there = self.engine.image(&old.id).await;
            if matches!(there, Ok(Some(image)) if image.tags.is_empty())
                && let Err(error) = self.engine.remove_image(&old.id).await
            {
                tracing::debug!(image = old.id, %error, "the replaced image stays");
            }
        }
    }

    async fn restart(
        &self,
        services: Vec<ServiceName>,
        interrupts: &mut Interrupts,
    ) -> Result<(), CliError> {
        if services.is_empty() {
            return Ok(());
        }
        let names = watched::quoted(&services);
        let address = &self.engine.about().address;
        let _lock = lock::hold(address, &self.project.name, interrupts, self.scope).await?;
        let restarted = async {
            let state = observe(self.engine, &self.project).await?;
            let options = RestartOptions {
                services: services.clone(),
                timeout: self.manner.up.timeout,
                no_deps: false,
            };
            let plan = plan::restart(&self.project, &state, &options)?;
            self.apply(&plan, &state, interrupts).await
        };
        match restarted.await {
            Ok(()) => {
                let line = format!("service(s) {names} restarted");
                self.tell(&services, (Standing::Done, "Restarted"), &line);
                Ok(())
            }
            Err(error) => self.go_on(&error, &format!("service(s) {names} not restarted")),
        }
    }

    /// Runs a command in all running containers of a service.
    async fn exec(&self, service: &ServiceName, hook: &Hook) {
        let containers = match self.engine.containers(&self.project.name).await {
            Ok(containers) => containers,
            Err(error) => return self.warn(Report::new(error.to_string())),
        };
        let mask = Mask::of(&self.project, &containers);
        let runs = |it: &&Container| it.is_replica_of(service) && it.status.is_up();
        for container in containers.iter().filter(runs) {
            let name = &container.name;
            let short = ui::log::name(container, self.project.name.as_str());
            let mut tell = |line: String| {
                let line = format!("{short}  | {}", mask.text(&line));
                self.tell([service], (Standing::Working, "Output"), &line);
            };
            let ended = run_command(self.engine, &container.id, hook, &mut tell).await;
            let problem = match ended {
                Ok(Some(0)) => continue,
                Ok(Some(status)) => format!("{name}: exec of watch exited with status {status}"),
                Ok(None) => format!("{name}: exec of watch ended without an exit code"),
                Err(error) => format!("{name}: exec of watch failed: {error}"),
            };
            self.warn(Report::new(problem));
        }
    }
}

/// Services that cannot stay as they are when others are replaced: those that want to be restarted with them, as do those
/// that live in their namespaces.
fn followers(
    project: &Project,
    replaced: &IndexSet<ServiceName>,
    state: &ActualState,
) -> Vec<ServiceName> {
    let mut found: IndexSet<ServiceName> = replaced.clone();
    let runs = |name: &ServiceName| {
        let mut containers = state.containers.iter();
        containers.any(|it| it.is_replica_of(name) && it.status.is_up())
    };
    loop {
        let before = found.len();
        for (name, service) in &project.services {
            let restarts = service
                .depends_on
                .iter()
                .any(|(on, how)| found.contains(on) && how.restart);
            if restarts && runs(name) {
                found.insert(name.clone());
            }
        }
        if found.len() == before {
            break;
        }
    }
    found.split_off(replaced.len()).into_iter().collect()
}
