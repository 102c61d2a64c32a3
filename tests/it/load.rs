//! What the loader says of stack files, through the built program; nothing here needs an engine.

mod again;
mod broken;
mod growth;
mod hostile;
