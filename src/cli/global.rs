//! Options that stand before the command.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::called::DockerOptions;
use super::error::CliError;
use crate::reconcile::Parallel;
use crate::ui::color;

/// Options that stand before the command.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct Global {
    /// Stack file; repeatable, later files are merged over earlier ones; `-` is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(super) files: Vec<String>,
    /// Project name
    #[arg(short = 'p', long, value_name = "NAME")]
    pub(super) project_name: Option<String>,
    /// Folder that relative paths start from (default: the first stack file's)
    #[arg(long, value_name = "FOLDER", alias = "workdir")]
    pub(super) project_directory: Option<PathBuf>,
    /// Environment file in place of `.env`; repeatable
    #[arg(long = "env-file", value_name = "FILE")]
    pub(super) env_files: Vec<PathBuf>,
    /// Enable a profile; repeatable
    #[arg(long = "profile", value_name = "NAME")]
    pub(super) profiles: Vec<String>,
    /// How to show progress
    #[arg(
        long,
        value_name = "MODE",
        env = "COMPOSE_PROGRESS",
        hide_env = true,
        default_value = "auto"
    )]
    pub(super) progress: Progress,
    /// When to use colours and other control sequences (default: auto)
    #[arg(long, value_name = "WHEN", env = "COMPOSE_ANSI", hide_env = true)]
    ansi: Option<Ansi>,
    /// Most engine calls at once; -1: no limit (default: 16)
    #[arg(
        long,
        value_name = "N",
        env = "COMPOSE_PARALLEL_LIMIT",
        hide_env = true,
        allow_negative_numbers = true
    )]
    parallel: Option<i64>,
    /// Show what would be done, and do nothing
    #[arg(long, global = true, display_order = 1000)]
    pub(super) dry_run: bool,
    /// Keep networks, volumes, configs and secrets that no service uses
    #[arg(long)]
    pub(super) all_resources: bool,
    /// Name containers and built images with `_`, as docker compose 1 did
    #[arg(long)]
    pub(super) compatibility: bool,
    /// Tell developers what is going on; twice: everything; -v alone, without a command, prints the version
    #[arg(short = 'v', long = "verbose", action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// Print this help
    #[arg(
        short,
        long,
        global = true,
        action = ArgAction::HelpShort,
        display_order = 1001
    )]
    pub(super) help: Option<bool>,
    /// Print the version
    #[arg(long)]
    pub(super) version: bool,
    /// The older form of `--ansi never`
    #[arg(long, hide = true)]
    pub(super) no_ansi: bool,
    /// Accepted and ignored
    #[arg(long, hide = true, value_name = "HOST")]
    pub(super) insecure_registry: Vec<String>,
    /// What docker's own client is told
    #[command(flatten)]
    pub(super) docker: DockerOptions,
}

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Progress {
    // Live lines on a terminal, else plain ones
    Auto,
    // Live lines
    Tty,
    // One line per change
    Plain,
    // One JSON object per change and line
    Json,
    // Errors only
    Quiet,
}

/// When to use colours and other control sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ansi {
    // On a terminal, unless `NO_COLOR` is set
    Auto,
    // Never
    Never,
    // Always
    Always,
}

impl Global {
    /// Whether the version is wanted: `-v` stands for it where no command follows, as in docker compose.
    pub(super) fn asks_for_version(&self, has_command: bool) -> bool {
        self.version || (self.verbose > 0 && !has_command)
    }

    /// When to use colours, where command line and environment may leave it to the project's settings. Another word
    /// there counts as none: what is wrong could not be told otherwise.
    pub(super) fn ansi(&self, settings: &BTreeMap<String, String>) -> color::Ansi {
        let set = || Ansi::from_str(settings.get("COMPOSE_ANSI")?, true).ok();
        match self.ansi.or_else(set) {
            _ if self.no_ansi => color::Ansi::Never,
            Some(Ansi::Auto) | None => color::Ansi::Auto,
            Some(Ansi::Never) => color::Ansi::Never,
            Some(Ansi::Always) => color::Ansi::Always,
        }
    }

    /// How many engine calls are made at once.
    pub(super) fn parallel(
        &self,
        settings: &BTreeMap<String, String>,
    ) -> Result<Parallel, CliError> {
        let name = "COMPOSE_PARALLEL_LIMIT";
        let set = settings.get(name).filter(|text| !text.is_empty());
        let limit: i64 = match (self.parallel, set) {
            (Some(limit), _) => limit,
            (None, Some(text)) => text.trim().parse().map_err(|_| {
                CliError::Usage(format!("{name} is `{text}`: a whole number is expected"))
            })?,
            (None, None) => return Ok(Parallel::Engine),
        };
        Ok(match usize::try_from(limit) {
            Ok(limit) if limit > 0 => Parallel::AtMost(limit),
            _ => Parallel::Unlimited,
        })
    }
}
