//! Canonical form.

mod port;
mod volume;
