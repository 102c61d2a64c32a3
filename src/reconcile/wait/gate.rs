//! The gate: passes as soon as a container can be reached. What it has to find out is decided by [`Probe`]; this asks
//! the engine, looks at the sockets, runs the tests and keeps the time.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::SemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::exec::{self, Run};
use super::{News, Refusal, Verdict, Wait, WaitProblem, judge, learn};
use crate::engine::sockets::{SocketCounts, SocketTable};
use crate::engine::{ContainerAction, Engine, EngineError};
use crate::reconcile::event::Progress;
use crate::reconcile::probe::{Decision, Exec, Probe, Source};
use crate::reconcile::published::misdirected;
use crate::state::{Container, Health};

/// Time between two looks at the sockets from outside (rule 4).
const LOOK: Duration = Duration::from_millis(25);
/// After this time the listeners are read even where their number is the same: one may have taken another's place
/// between two looks.
const READ_ANYWAY: Duration = Duration::from_secs(1);
/// What stands for "no time": later than any wait lasts.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

type Ended = Result<(), Refusal>;

/// Waits until the container can be reached, or never will.
pub(super) async fn pass<E: Engine>(
    wait: &Wait<'_, E>,
    events: &mut UnboundedReceiver<ContainerAction>,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Ended, EngineError> {
    let mut gate = Gate {
        wait,
        on_progress,
        began: Instant::now(),
        container: Container::default(),
        probe: None,
        counts: None,
        read: Duration::ZERO,
        exec: None,
        health: None,
        note: String::new(),
        output: String::new(),
        is_refused: false,
        warnings: Vec::new(),
    };
    let ended = gate.run(events).await?;
    gate.warn();
    Ok(ended)
}

/// What a command brought.
enum Turn<'a> {
    /// One may be run now.
    Granted(Exec, SemaphorePermit<'a>),
    Looked(Option<SocketTable>),
    Tested(Run),
}

struct Gate<'a, 'p, E> {
    wait: &'a Wait<'a, E>,
    on_progress: &'p mut dyn FnMut(Progress),
    began: Instant,
    /// As the engine showed it last.
    container: Container,
    /// None until it is known how the container is tested.
    probe: Option<Probe>,
    counts: Option<SocketCounts>,
    /// When the listeners were read last.
    read: Duration,
    exec: Option<LocalBoxFuture<'a, Result<Turn<'a>, EngineError>>>,
    health: Option<Health>,
    note: String,
    /// What the last test printed, or why none could be run.
    output: String,
    is_refused: bool,
    warnings: Vec<String>,
}

impl<'a, E: Engine> Gate<'a, '_, E> {
    async fn run(
        &mut self,
        events: &mut UnboundedReceiver<ContainerAction>,
    ) -> Result<Ended, EngineError> {
        let mut ask = true;
        loop {
            if std::mem::take(&mut ask)
                && let Some(ended) = self.ask().await?
            {
                return Ok(ended);
            }
            let (exec, until) = match self.decide() {
                Decision::Open(warning) => {
                    self.warnings.extend(warning);
                    return Ok(Ok(()));
                }
                Decision::Unhealthy => return Ok(Err(self.refusal(self.unhealthy()))),
                Decision::GivenUp => return Ok(Err(self.refusal(self.never_healthy()))),
                Decision::Ask => {
                    ask = true;
                    continue;
                }
                Decision::Wait { exec, until } => (exec, until),
            };
            self.tell();
            self.begin(exec);
            let deadline = self.wait.deadline.map(|(deadline, _)| deadline);
            let is_timed_out = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            let wake = self.began + self.next_wake(until);
            tokio::select! {
                biased;
                action = events.recv() => {
                    let action = action.ok_or_else(|| self.wait.deaf())?;
                    match learn(&mut self.container, &action, self.wait.condition) {
                        News::Old => {}
                        News::All => {
                            let verdict = judge(&self.container, self.wait.condition);
                            if let Some(ended) = self.asked(verdict) {
                                return Ok(ended);
                            }
                        }
                        News::Unclear => ask = true,
                    }
                }
                turn = turn(&mut self.exec) => self.turn(turn?),
                () = is_timed_out => return Ok(Err(self.refusal(self.wait.too_late()))),
                () = sleep_until(wake) => self.look(),
            }
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Asks the engine how the container is; answers the end of the wait where that tells.
    async fn ask(&mut self) -> Result<Option<Ended>, EngineError> {
        let (verdict, container) = self.wait.ask().await?;
        if let Some(container) = container {
            if self.container.started_at != container.started_at || self.probe.is_none() {
                // Another run of it: nothing that was seen before counts.
                self.probe = Probe::new(&container, Source::Outside);
                self.counts = None;
            }
            self.container = container;
        }
        Ok(self.asked(verdict))
    }

    /// Goes by what the engine says now; answers the end of the wait where that tells.
    fn asked(&mut self, verdict: Verdict) -> Option<Ended> {
        let now = self.now();
        // The engine's word is about what listens now (rule 8).
        self.counts = None;
        self.look();
        if let Some(probe) = &mut self.probe {
            probe.asked(now, &self.container);
        }
        if self.health != self.container.health {
            self.health = self.container.health;
            self.health
                .into_iter()
                .for_each(|health| (self.on_progress)(Progress::Health(health)));
        }
        match verdict {
            Verdict::Never(WaitProblem::Unhealthy { .. }) | Verdict::NotYet => None,
            Verdict::Never(problem) => Some(Err(self.refusal(problem))),
            // Rule 1: nobody tests it.
            Verdict::There if self.probe.is_none() => Some(Ok(())),
            Verdict::There => None,
        }
    }

    fn decide(&self) -> Decision {
        let wait = Decision::Wait {
            exec: None,
            until: None,
        };
        self.probe
            .as_ref()
            .map_or(wait, |probe| probe.decide(self.now()))
    }

    fn next_wake(&self, until: Option<Duration>) -> Duration {
        let watches = self.probe.as_ref().is_some_and(Probe::watches);
        let look = watches.then(|| self.now() + LOOK);
        let wake = [until, look].into_iter().flatten().min();
        wake.unwrap_or(NEVER).min(NEVER)
    }

    /// Looks at the sockets from outside; at what listens only where something has changed (rule 4).
    fn look(&mut self) {
        let now = self.now();
        let Some(probe) = self.probe.as_mut().filter(|probe| probe.watches()) else {
            return;
        };
        let engine = self.wait.engine;
        let counts = engine.socket_counts(&self.container);
        let is_recent = now < self.read + READ_ANYWAY;
        if is_recent && counts.is_some() && counts == self.counts {
            return probe.saw_the_same(now);
        }
        match engine.sockets(&self.container) {
            Some(table) => {
                self.counts = counts;
                self.read = now;
                probe.saw(now, table);
            }
            None if self.container.pid == 0 => {}
            None => probe.cannot_see(),
        }
    }

    /// Begins to wait for a turn to run a command, unless there is one already.
    fn begin(&mut self, exec: Option<Exec>) {
        let Some(exec) = exec.filter(|_| self.exec.is_none()) else {
            return;
        };
        let execs = self.wait.execs;
        let turn = async move {
            // Nobody closes the semaphore.
            match execs.acquire().await {
                Ok(permit) => Ok(Turn::Granted(exec, permit)),
                Err(_) => std::future::pending().await,
            }
        };
        self.exec = Some(turn.boxed_local());
    }

    fn turn(&mut self, turn: Turn<'a>) {
        self.exec = None;
        let now = self.now();
        // The tables of now go with the test's result (rule 7).
        if matches!(turn, Turn::Tested(_)) {
            self.counts = None;
            self.look();
        }
        let Some(probe) = &mut self.probe else {
            return;
        };
        match turn {
            Turn::Granted(exec, permit) => {
                let still = matches!(probe.decide(now), Decision::Wait { exec: Some(due), .. } if due == exec);
                if still {
                    probe.began(now);
                    self.exec = Some(self.command(exec, permit));
                }
            }
            Turn::Looked(table) => probe.looked(now, table),
            Turn::Tested(run) => {
                probe.tested(now, run.passed);
                // Of a container that has just ended its own last words count.
                if !run.is_refused || self.output.is_empty() {
                    self.output = run.output;
                    self.is_refused = run.is_refused;
                }
            }
        }
    }

    fn command(
        &self,
        exec: Exec,
        permit: SemaphorePermit<'a>,
    ) -> LocalBoxFuture<'a, Result<Turn<'a>, EngineError>> {
        let (engine, id) = (self.wait.engine, self.wait.id);
        let test = self.container.health_test.as_ref();
        let test = test.map_or_else(Vec::new, |test| test.command.clone());
        let command = async move {
            let _permit = permit;
            Ok(match exec {
                Exec::Look => Turn::Looked(exec::look(engine, id).await?),
                Exec::Test => Turn::Tested(exec::test(engine, id, test).await?),
            })
        };
        command.boxed_local()
    }

    /// Says what is waited for, where that is news.
    fn tell(&mut self) {
        let Some(probe) = &self.probe else {
            return;
        };
        let note = probe.note(self.now());
        if note != self.note {
            self.note.clone_from(&note);
            (self.on_progress)(Progress::Note(note));
        }
    }

    /// Says what people should look after, published ports that lead nowhere among it.
    fn warn(&mut self) {
        let mut warnings = std::mem::take(&mut self.warnings);
        if let Some(table) = self.probe.as_ref().and_then(Probe::table) {
            let found = misdirected(&self.container, table);
            warnings.extend(found.iter().map(ToString::to_string));
        }
        if !warnings.is_empty() {
            (self.on_progress)(Progress::Warning(warnings.join("; ")));
        }
    }

    fn refusal(&self, problem: WaitProblem) -> Refusal {
        // That nothing can be run in a container that has ended goes without saying.
        let is_idle = self.is_refused && matches!(problem, WaitProblem::Exited { .. });
        let output = self.output.as_str();
        Refusal {
            problem,
            probe: if is_idle { "" } else { output }.to_owned(),
            sockets: self.probe.as_ref().map(Probe::sockets).unwrap_or_default(),
        }
    }

    fn unhealthy(&self) -> WaitProblem {
        WaitProblem::Unhealthy {
            container: self.container.name.clone(),
        }
    }

    fn never_healthy(&self) -> WaitProblem {
        WaitProblem::NeverHealthy {
            container: self.container.name.clone(),
            seconds: self.now().as_secs(),
        }
    }
}

/// What the command brings; nothing where there is none.
async fn turn<'a>(
    exec: &mut Option<LocalBoxFuture<'a, Result<Turn<'a>, EngineError>>>,
) -> Result<Turn<'a>, EngineError> {
    match exec {
        Some(exec) => exec.await,
        None => std::future::pending().await,
    }
}
