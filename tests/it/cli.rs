//! The command line as its users see it; nothing here needs an engine.

mod bad_input;
mod completion;
mod diagnostics;
mod digest;
mod entry;
mod growth;
mod help;
mod origin;
