//! Reconciling: observe what is, plan, apply the plan.

mod apply;
pub mod event;
mod observe;
mod wait;

pub use event::{Event, Outcome, Progress};
