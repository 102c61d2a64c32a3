//! What the tests stand on.

pub(crate) mod answering;
pub(crate) mod compose;
pub(crate) mod cost;
pub(crate) mod engine;
pub(crate) mod fake_engine;
pub(crate) mod project;
pub(crate) mod pty;
pub(crate) mod registry;
pub(crate) mod test;
