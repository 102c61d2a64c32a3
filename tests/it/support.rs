//! What the tests stand on.

pub(crate) mod fake_engine;
pub(crate) mod stack;
pub(crate) mod test;
