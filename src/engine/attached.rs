//! The streams of a process in a container, in both directions.

use tokio::io::AsyncWrite;

use super::{LogChunk, Told};

/// The streams of a process in a container.
pub struct Attached {
    /// What it prints; ends with the process. A terminal's output comes as standard output.
    pub output: Told<'static, LogChunk>,
    /// What it reads; shutting this down is the end of its standard input, and leaves the output open.
    pub input: Box<dyn AsyncWrite + Unpin>,
}

impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attached").finish_non_exhaustive()
    }
}

/// The size of a terminal in letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    /// Letters of a line.
    pub columns: u16,
    /// Lines.
    pub lines: u16,
}

/// Which streams of a container to attach to; its output always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachOptions {
    /// Its standard input too.
    pub stdin: bool,
    /// Whether it has a terminal.
    pub tty: bool,
    /// The keys that detach, as docker writes them (`ctrl-p,ctrl-q`); absent: the engine's own.
    pub detach_keys: Option<String>,
}

/// What of a container to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// That it doesn't run.
    NotRunning,
    /// Its next end.
    Next,
    /// Its removal.
    Removed,
}

/// What a path in a container is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStat {
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Where it leads to, where it is a symbolic link.
    pub link: Option<String>,
}
