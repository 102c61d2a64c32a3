//! Errors: what was not done of a plan.

use crate::engine::EngineError;
use crate::plan::StepId;
use crate::reconcile::hook::HookFailure;
use crate::reconcile::program::ProgramFailure;
use crate::reconcile::wait::WaitFailure;

/// A step that failed.
#[derive(Debug)]
pub struct StepFailure {
    /// The step's place in the plan.
    pub step: StepId,
    /// Why.
    pub error: StepError,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The engine did not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The container did not get into the state.
    #[error(transparent)]
    Wait(#[from] Box<WaitFailure>),
    /// A hook did not end well.
    #[error(transparent)]
    Hook(#[from] Box<HookFailure>),
    /// A program outside did not do it.
    #[error(transparent)]
    Program(#[from] Box<ProgramFailure>),
}

/// What was not done of a plan.
#[derive(Debug, thiserror::Error)]
#[error("{}", failures.first().map_or_else(|| "interrupted".to_owned(), |failure| failure.error.to_string()))]
pub struct ApplyError {
    /// The steps that failed, in the order in which they did; steps skipped because of them are not among them.
    pub failures: Vec<StepFailure>,
    /// The user interrupted.
    pub interrupted: bool,
}
