//! What people and programs read: events, plans, tables and diagnostics as text.
//!
//! Nothing here decides anything and nothing here asks the engine; values come in, text goes out.

pub mod address;
pub mod change;
pub mod color;
pub mod diagnostic;
mod json;
pub mod listing;
pub mod log;
pub mod loss;
pub mod mask;
pub mod narrator;
mod plain;
pub mod plan;
pub mod report;
pub mod size;
pub mod table;
pub mod template;
pub mod terminal;
mod text;
mod tty;
pub mod watched;

pub use crate::model::time;
pub use color::Color;
pub use narrator::Narrator;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Live lines that are drawn again in place.
    Tty,
    /// One line per change.
    Plain,
    /// One JSON object per change and line.
    Json,
    /// Not at all: only errors and results.
    Quiet,
}
