//! The loader.
#![cfg_attr(not(test), expect(dead_code, reason = "the passes that use these parts are being built"))]

mod canonical;
mod env_file;
mod interpolate;
mod source;

pub use source::LoadRequest;
