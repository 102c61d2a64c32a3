//! Who is measured, and how each is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::floor::Result;
use crate::row::Row;

#[derive(Clone, Copy)]
pub(crate) enum Contestant {
    Windlass,
    Compose,
    Floor,
}

impl Contestant {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 3] = [Self::Windlass, Self::Compose, Self::Floor];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Windlass => "windlass",
            Self::Compose => "compose",
            Self::Floor => "floor",
        }
    }

    /// Raises a row's stack until it is ready; answers how long that took, from the process's start to its end.
    pub(crate) fn up(self, row: &Row, host: &str) -> Result<Duration> {
        self.run(row, host, &["up", "-d", "--wait"])
    }

    /// Lowers it.
    pub(crate) fn down(self, row: &Row, host: &str, with_volumes: bool) -> Result<Duration> {
        self.run(
            row,
            host,
            if with_volumes {
                &["down", "-v"]
            } else {
                &["down"]
            },
        )
    }

    fn run(self, row: &Row, host: &str, args: &[&str]) -> Result<Duration> {
        let mut command = match self {
            Self::Windlass => Command::new(env!("CARGO_BIN_EXE_windlass")),
            Self::Compose => {
                let mut command = Command::new("docker");
                command.arg("compose");
                command
            }
            Self::Floor => {
                // A process of its own, as the others: this program, with the recording.
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("floor").arg(recording(row));
                command
            }
        };
        if !matches!(self, Self::Floor) {
            command.args(["-p", &self.project(row)]);
            command.args(
                row.stack()
                    .flat_map(|file| ["-f".into(), file.into_os_string()]),
            );
        }
        command.args(args).env("DOCKER_HOST", host);
        let begin = Instant::now();
        let output = command.output()?;
        let taken = begin.elapsed();
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{command:?}: {}\n{errors}", output.status).into());
        }
        Ok(taken)
    }

    /// The floor makes windlass's containers again; docker compose's volume is its own.
    pub(crate) fn project(self, row: &Row) -> String {
        let name = row.name;
        match self {
            Self::Windlass | Self::Floor => format!("windlass-bench-{name}"),
            Self::Compose => format!("windlass-bench-{name}-compose"),
        }
    }
}

/// Where the recording of a row lies.
pub(crate) fn recording(row: &Row) -> PathBuf {
    target().join(format!("bench/{}.json", row.name))
}

/// The folder of what cargo makes.
pub(crate) fn target() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_windlass"));
    // target/release/windlass
    binary.ancestors().nth(2).unwrap_or(binary).to_owned()
}
