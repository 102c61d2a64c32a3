//! Reconciling: observe what is, plan, apply the plan.

mod apply;
mod built;
pub mod event;
mod hook;
mod inputs;
mod observe;
mod probe;
mod program;
pub mod published;
mod wait;

pub use apply::{ApplyError, ApplyOptions, Parallel, StepError, StepFailure, apply};
pub use built::{Notes, Pending};
pub use event::{Event, Outcome, Progress};
pub use hook::{HookFailure, run_command};
pub use inputs::{InputError, Inputs, gather, read_build_secrets};
pub use observe::{observe, observe_users};
pub use program::{ProgramFailure, ProgramProblem, Programs, find_programs};
pub(crate) use wait::exit_code;
pub use wait::{WaitFailure, WaitProblem};
