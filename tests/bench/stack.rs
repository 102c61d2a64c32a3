//! The stacks that are measured.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::contestant::target;
use crate::floor::Result;

/// One stack, and how it is raised and lowered.
pub(crate) struct Stack {
    /// Its name, for the projects and the files.
    pub(crate) name: &'static str,
    files: Files,
    /// How it is raised.
    pub(crate) up: &'static [&'static str],
    /// How it is lowered.
    pub(crate) down: &'static [&'static str],
    /// The service that must have come up at its first start, and answer at the moment when the stack is said to be
    /// ready.
    pub(crate) never_early: Option<&'static str>,
    /// The service that is ready for the floor when its ports listen, whatever its test says.
    pub(crate) server: Option<&'static str>,
    /// Whether it has many containers that could start at once.
    pub(crate) is_wide: bool,
    /// Whether its containers do their work and end; what is measured is measured after that.
    pub(crate) ends: bool,
}

enum Files {
    /// Of the project's folder.
    Kept(&'static [&'static str]),
    /// Made on each run.
    Made(fn() -> String),
}

const PLAIN: Stack = Stack {
    name: "",
    files: Files::Kept(&[]),
    up: &["up", "-d"],
    down: &["down"],
    never_early: None,
    server: None,
    is_wide: false,
    ends: false,
};

pub(crate) const KEPT: Stack = Stack {
    name: "kept-volume",
    files: Files::Kept(&[
        "examples/flask-mysql/stack.yaml",
        "tests/bench/stacks/flask-mysql.yaml",
    ]),
    up: &["up", "-d", "--wait"],
    never_early: Some("keeper"),
    server: Some("db"),
    ..PLAIN
};

pub(crate) const EMPTY: Stack = Stack {
    name: "empty-volume",
    down: &["down", "-v"],
    ..KEPT
};

pub(crate) const CHAIN: Stack = Stack {
    name: "chain",
    files: Files::Kept(&["tests/bench/stacks/chain.yaml"]),
    up: &["up", "-d", "--wait"],
    ..PLAIN
};

pub(crate) const STARTED: Stack = Stack {
    name: "started",
    files: Files::Made(|| {
        sleepers(10, |number| {
            let before = number.checked_sub(1);
            before.map_or_else(String::new, |before| {
                format!("    depends_on: [s{before}]\n")
            })
        })
    }),
    ..PLAIN
};

pub(crate) const FORTY: Stack = Stack {
    name: "forty",
    files: Files::Made(|| sleepers(40, |_| String::new())),
    is_wide: true,
    ..PLAIN
};

pub(crate) const LOGS: Stack = Stack {
    name: "logs",
    files: Files::Kept(&["tests/bench/stacks/logs.yaml"]),
    ends: true,
    ..PLAIN
};

impl Stack {
    /// The stack files' paths; makes those that are not kept.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        match self.files {
            Files::Kept(files) => {
                let root = Path::new(env!("CARGO_MANIFEST_DIR"));
                Ok(files.iter().map(|file| root.join(file)).collect())
            }
            Files::Made(text) => {
                let path = target().join(format!("bench/{}.yaml", self.name));
                if fs::read_to_string(&path).ok() != Some(text()) {
                    fs::write(&path, text())?;
                }
                Ok(vec![path])
            }
        }
    }

    /// Where the bodies of the engine calls that raise it lie.
    pub(crate) fn recording(&self) -> PathBuf {
        target().join(format!("bench/{}.json", self.name))
    }

    /// Whether its volumes go with it.
    pub(crate) fn drops_volumes(&self) -> bool {
        self.down.contains(&"-v")
    }
}

/// So many services that only wait.
fn sleepers(count: usize, more: impl Fn(usize) -> String) -> String {
    let mut text = "services:\n".to_owned();
    for number in 0..count {
        // sleep as the first process of a container ignores SIGTERM.
        let service = "    image: busybox:latest\n    command: [sleep, \"86400\"]\n    stop_signal: SIGKILL\n";
        let _ = write!(text, "  s{number}:\n{service}{}", more(number));
    }
    text
}
