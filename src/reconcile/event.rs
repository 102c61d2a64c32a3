//! What is told while a plan is applied. Events are values: terminal, plain text, JSON and tests read the same ones.

use std::time::Duration;

pub use crate::engine::{BuildProgress, PullProgress};
use crate::plan::StepId;
use crate::state::Health;

/// Something that happened while a plan is applied.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A step began.
    Started {
        /// The step.
        step: StepId,
    },
    /// A step got further.
    Progress {
        /// The step.
        step: StepId,
        /// How far.
        progress: Progress,
    },
    /// A step ended; every step ends exactly once.
    Finished {
        /// The step.
        step: StepId,
        /// How.
        outcome: Outcome,
        /// Time since it began; zero where it never began.
        elapsed: Duration,
        /// The container that the step made or was done to, by its id.
        container: Option<String>,
    },
}

/// How far a step is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Of a pull.
    Pull(PullProgress),
    /// Of a build.
    Build(BuildProgress),
    /// Of a hook: a line that it printed.
    Output(String),
    /// Of a wait: the engine's word on the container's health.
    Health(Health),
    /// Of a wait: what it is for now, as it goes on after the word `waiting`.
    Note(String),
    /// Of a wait or a new container: something people should look after, though it goes on.
    Warning(String),
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Its condition turned out not to hold: there was nothing to do.
    NotNeeded,
    /// It could not be done; the text is the error's first line.
    Failed(String),
    /// It failed, but nobody requires it: a warning.
    Tolerated(String),
    /// It was never begun, because this step failed.
    Skipped {
        /// The step at the root of it.
        because: StepId,
    },
    /// The user interrupted before it began or while it waited.
    Interrupted,
}
