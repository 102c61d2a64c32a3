//! Docker.
mod transport;
mod version;
