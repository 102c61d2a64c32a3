//! The rows of the table: what is measured, and what is wanted of it.

use std::path::{Path, PathBuf};

/// One row: a stack that is raised again and again.
pub(crate) struct Row {
    /// Its name, for the command line and the project.
    pub(crate) name: &'static str,
    /// What it shows, in a few words.
    pub(crate) title: &'static str,
    /// The stack files, seen from the project's folder.
    stack: &'static [&'static str],
    /// The most that windlass may take, as part of what docker compose takes.
    pub(crate) of_compose: f64,
    /// The most that windlass may take, as part of what the floor takes.
    pub(crate) of_floor: f64,
}

/// All rows, in the order of the table.
pub(crate) const ROWS: [Row; 2] = [
    Row {
        name: "kept-volume",
        title: "examples/flask-mysql, volume kept, interval 10s",
        stack: &[
            "examples/flask-mysql/stack.yaml",
            "tests/bench/stacks/kept-volume.yaml",
        ],
        of_compose: 0.25,
        of_floor: 1.20,
    },
    Row {
        name: "chain",
        title: "chain of 5, each gated on health, interval 1s",
        stack: &["tests/bench/stacks/chain.yaml"],
        of_compose: 0.35,
        of_floor: 1.25,
    },
];

impl Row {
    /// The stack files' paths.
    pub(crate) fn stack(&self) -> impl Iterator<Item = PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        self.stack.iter().map(|file| root.join(file))
    }
}
