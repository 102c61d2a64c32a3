//! Applying a plan: one small loop over what is ready, what runs and what the engine tells.

mod bus;
mod error;
mod leftover;
mod parallel;
mod run;
mod step;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

pub use error::{ApplyError, StepError, StepFailure};
pub use parallel::Parallel;

use self::bus::{Bus, listen};
use self::parallel::Turns;
use self::run::Run;
use self::step::Call;
use super::event::Event;
use crate::engine::Engine;
use crate::model::Readiness;
use crate::plan::{Operation, Plan, Target};

/// How many health tests windlass runs at once.
const EXECS: usize = 4;

/// How a plan is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// How many steps are under way at once.
    pub parallel: Parallel,
    /// The most time that all waits together may take.
    pub wait_timeout: Option<Duration>,
    /// Who says that a container is healthy, in place of the services' own `x-ready`.
    pub health: Option<Readiness>,
    /// Variables that programs outside are called with, beside those of windlass itself.
    pub environment: BTreeMap<String, String>,
}

/// Does the steps of a plan, each as soon as all before it are done.
///
/// When `cancel` ends, nothing new is begun, and waits, pulls and builds are given up; other engine calls under way are
/// waited for, so that nothing is left half-done.
///
/// # Errors
/// Where a step failed; the others were done all the same, unless they depend on it.
pub async fn apply<E: Engine>(
    plan: &Plan,
    engine: &E,
    options: &ApplyOptions,
    cancel: impl Future<Output = ()>,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), ApplyError> {
    let (interrupt, interrupted) = watch::channel(false);
    let on_event = RefCell::new(on_event);
    let mut cancel = pin!(cancel.fuse());
    let told = tokio::select! {
        biased;
        () = &mut cancel => {
            // The receivers live as long as this function does.
            let _ = interrupt.send(true);
            Ok(stream::pending().boxed_local())
        }
        told = listen(engine, plan) => told,
    };
    let mut told = told.map_err(|error| ApplyError {
        failures: vec![StepFailure {
            step: 0,
            error: error.into(),
        }],
        interrupted: false,
    })?;
    let mut run = Run::new(plan, &on_event);
    let mut bus = Some(Bus::default());
    let mut turns = Turns::new(plan, options.parallel);
    let deadline = options
        .wait_timeout
        .map(|time| (Instant::now() + time, time));
    let execs = Semaphore::new(EXECS);
    let mut running = FuturesUnordered::new();
    let mut long = FuturesUnordered::new();
    loop {
        while !*interrupted.borrow() {
            let Some(id) = turns.next(&mut run.schedule) else {
                break;
            };
            if let Some(operation) = run.begin(id) {
                if let Some(time) = turns.begun(id) {
                    long.push(tokio::time::sleep(time).map(move |()| id));
                }
                let events = match &operation {
                    Operation::Wait {
                        target: Target::Existing(container),
                        ..
                    } => bus.as_mut().map(|bus| bus.subscribe(container)),
                    _ => None,
                };
                let call = Call {
                    engine,
                    plan,
                    id,
                    operation,
                    events,
                    interrupted: interrupted.clone(),
                    deadline,
                    ready: options.health,
                    environment: &options.environment,
                    execs: &execs,
                    on_event: &on_event,
                };
                running.push(call.run().map(move |done| (id, done)));
            }
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            () = &mut cancel => {
                let _ = interrupt.send(true);
            }
            event = told.next(), if bus.is_some() => match event {
                Some(Ok(event)) => {
                    if let Some(bus) = &mut bus {
                        bus.send(event);
                    }
                }
                // Without events no wait can end: let them all know.
                Some(Err(_)) | None => bus = None,
            },
            Some((id, done)) = running.next() => {
                turns.ended(id);
                run.settle(id, done);
            }
            Some(id) = long.next() => turns.is_long(id),
        }
    }
    run.finish()
}
