//! The rows of the table: what is measured, and what is wanted of it.

use crate::stack::{CHAIN, EMPTY, FORTY, KEPT, LOGS, STARTED, Stack};

/// One row of the table.
pub(crate) struct Row {
    /// Its name, for the command line.
    pub(crate) name: &'static str,
    /// What it shows, in a few words.
    pub(crate) title: &'static str,
    pub(crate) stack: &'static Stack,
    pub(crate) figure: Figure,
    /// The most that windlass may take, as part of what docker compose takes.
    pub(crate) of_compose: f64,
    /// The most that windlass may take, as part of what the floor takes, where there is one.
    pub(crate) of_floor: Option<f64>,
}

/// What is measured of a stack.
#[derive(Clone, Copy)]
pub(crate) enum Figure {
    /// The time until it stands.
    Up,
    /// The time until it is gone.
    Down,
    /// The most memory that one process had on the way up.
    Peak,
    /// The time of a command on the stack that stands: windlass's words, docker compose's and the floor's.
    Command {
        windlass: &'static [&'static str],
        compose: &'static [&'static str],
        floor: &'static [&'static str],
    },
    /// The size of the program.
    Size,
}

impl Figure {
    /// A command that is spelled alike.
    const fn command(words: &'static [&'static str]) -> Self {
        Self::Command {
            windlass: words,
            compose: words,
            floor: &[],
        }
    }

    /// Whether it needs a stack that stands.
    pub(crate) fn stands(self) -> bool {
        matches!(self, Self::Command { .. })
    }

    /// Whether the stack is raised and lowered for it.
    pub(crate) fn cycles(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::Peak)
    }

    /// What its numbers are.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Peak | Self::Size => "bytes",
            _ => "seconds",
        }
    }
}

const fn row(
    name: &'static str,
    title: &'static str,
    (stack, figure): (&'static Stack, Figure),
    of_compose: f64,
    of_floor: Option<f64>,
) -> Row {
    Row {
        name,
        title,
        stack,
        figure,
        of_compose,
        of_floor,
    }
}

/// All rows, in the order of the table.
pub(crate) const ROWS: [Row; 16] = [
    row(
        "kept-volume",
        "`up -d --wait`, examples/flask-mysql, volume kept, interval 10s",
        (&KEPT, Figure::Up),
        0.25,
        Some(1.20),
    ),
    row(
        "empty-volume",
        "the same, empty volume",
        (&EMPTY, Figure::Up),
        0.80,
        Some(1.10),
    ),
    row(
        "chain",
        "`up -d --wait`, chain of 5, each gated on health, interval 1s",
        (&CHAIN, Figure::Up),
        0.30,
        Some(1.20),
    ),
    row(
        "started",
        "`up -d`, chain of 10, each after the start of the one before",
        (&STARTED, Figure::Up),
        0.98,
        Some(1.08),
    ),
    row(
        "forty",
        "`up -d`, 40 independent services",
        (&FORTY, Figure::Up),
        1.03,
        Some(1.08),
    ),
    row(
        "again-forty",
        "`up -d` again, nothing to do, 40 services",
        (&FORTY, Figure::command(&["up", "-d"])),
        0.40,
        None,
    ),
    row(
        "again-chain",
        "`up -d` again, nothing to do, chain of 5 healthy services",
        (&CHAIN, Figure::command(&["up", "-d"])),
        0.05,
        None,
    ),
    row(
        "down",
        "`down` of 40 services",
        (&FORTY, Figure::Down),
        0.95,
        Some(1.10),
    ),
    row(
        "ps",
        "`ps`, chain of 5",
        (&CHAIN, Figure::command(&["ps"])),
        0.15,
        None,
    ),
    row(
        "config",
        "`config -q`, chain of 5",
        (&CHAIN, Figure::command(&["config", "-q"])),
        0.15,
        None,
    ),
    row(
        "version",
        "`version`",
        (&CHAIN, Figure::command(&["version"])),
        0.15,
        None,
    ),
    row(
        "logs",
        "`logs --unmerged`, 4 services x 100,000 lines, beside `compose logs`",
        (
            &LOGS,
            Figure::Command {
                windlass: &["logs", "--unmerged"],
                compose: &["logs"],
                floor: &["logs"],
            },
        ),
        0.95,
        Some(1.10),
    ),
    row(
        "logs-merged",
        "`logs -t` of the same, merged by time, beside `compose logs -t`",
        (
            &LOGS,
            Figure::Command {
                windlass: &["logs", "-t"],
                compose: &["logs", "-t"],
                floor: &["logs", "-t"],
            },
        ),
        1.0,
        Some(1.10),
    ),
    row(
        "logs-tail",
        "`logs --tail 20` of the same, until the last line",
        (&LOGS, Figure::command(&["logs", "--tail", "20"])),
        0.50,
        None,
    ),
    row(
        "memory",
        "peak memory of `up -d`, 40 services",
        (&FORTY, Figure::Peak),
        0.35,
        None,
    ),
    row(
        "size",
        "size of the stripped binary",
        (&CHAIN, Figure::Size),
        0.20,
        None,
    ),
];
