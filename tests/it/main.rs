//! The integration tests: one program, so that it is linked once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod cli;
mod docs;
mod engine;
mod layers;
mod load;
mod reconcile;
mod support;
