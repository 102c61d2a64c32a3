//! windlass raises a whole stack of containers from one stack file, and lowers it again.
//!
//! ```text
//! stack file(s) + environment --loader--> Project (desired state)
//! engine --observe--> ActualState
//! (Project, ActualState) --plan--> Plan: steps, each one engine call or one wait, each with a reason
//! Plan --apply--> events --ui--> terminal | plain | JSON
//! ```
//!
//! The modules below stand in the order of their layers: each uses only those above it. Everything down to [`plan`]
//! is pure but for reading the files; [`engine`] and [`reconcile`] act; [`ui`] shows; [`cli`] ties them together.

pub mod model;

pub mod label;
pub mod state;

pub mod graph;

pub mod loader;

pub mod plan;

pub mod engine;

pub mod reconcile;

pub mod watch;

pub mod ui;

pub mod cli;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod json_schema;
