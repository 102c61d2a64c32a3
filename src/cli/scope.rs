//! What a command runs in: options, environment, streams and clock, and the ways from there to a project and an engine.

mod output;
mod project;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing_subscriber::EnvFilter;

pub(super) use output::print;
pub(super) use project::Known;

use super::called::Called;
use super::error::CliError;
use super::global::{Global, Progress};
use crate::engine::docker::DockerEngine;
use crate::loader::{self, LoadRequest};
use crate::reconcile::Notes;
use crate::ui::color::Ansi;
use crate::ui::time::{self, TimeError};
use crate::ui::{Color, Mode};

/// What a command runs in.
pub(super) struct Scope {
    pub(super) global: Global,
    pub(super) called: Called,
    /// The process's environment.
    pub(super) environment: BTreeMap<String, String>,
    /// The same, and the `COMPOSE_` variables that the project's `.env` adds to it.
    pub(super) settings: BTreeMap<String, String>,
    /// Colours of standard output.
    pub(super) out_color: Color,
    /// Colours of standard error.
    pub(super) err_color: Color,
    /// How progress is shown.
    pub(super) mode: Mode,
    /// Whether progress is seen on a terminal that can rewrite lines.
    is_live: bool,
    /// Whether the stack files are those that the containers of the named project tell of.
    is_found_by_name: bool,
}

impl Scope {
    pub(super) fn new(global: Global, called: Called) -> Self {
        // A variable that is no Unicode text cannot be named in a stack file either.
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        trace(global.verbose);
        let has = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
        let settings = settings(&global, &environment);
        let (ansi, no_color) = (global.ansi(&settings), has("NO_COLOR"));
        let is_live = io::stderr().is_terminal()
            && environment.get("TERM").is_none_or(|term| term != "dumb")
            && ansi != Ansi::Never;
        Self {
            out_color: Color::decide(ansi, io::stdout().is_terminal(), no_color),
            err_color: Color::decide(ansi, io::stderr().is_terminal(), no_color),
            mode: mode(global.progress, is_live),
            is_live,
            global,
            called,
            environment,
            settings,
            is_found_by_name: false,
        }
    }

    /// Heeds what docker's own client was told before the command.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub(super) fn heed_docker(&mut self) -> Result<(), CliError> {
        self.global.docker.put(&mut self.environment)
    }

    /// How progress is shown where a command has its own word on that.
    pub(super) fn mode_of(&self, progress: Progress) -> Mode {
        mode(progress, self.is_live)
    }

    /// Takes these stack files, which belong to the project that was named.
    pub(super) fn is_in(&mut self, files: Vec<PathBuf>, folder: PathBuf) {
        let files = files.into_iter();
        self.global.files = files
            .map(|file| file.to_string_lossy().into_owned())
            .collect();
        self.global.project_directory = Some(folder);
        self.settings = settings(&self.global, &self.environment);
        self.is_found_by_name = true;
    }

    /// Notes on what images were built from, in the user's folder for caches; none where there is no such folder.
    pub(super) fn notes(&self, engine: &str) -> Option<Notes> {
        let caches = self.variable("XDG_CACHE_HOME").map(PathBuf::from);
        let caches = caches.filter(|folder| folder.is_absolute()).or_else(|| {
            let home = self.variable("HOME").map(PathBuf::from);
            Some(home?.join(".cache")).filter(|folder| folder.is_absolute())
        })?;
        Some(Notes::new(&caches.join("windlass/builds"), engine))
    }

    /// A variable of the environment; an empty one counts as absent.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether a setting holds a word that means yes.
    pub(super) fn is_set(&self, name: &str) -> bool {
        means_yes(self.settings.get(name))
    }

    /// The same of the process's environment alone: what docker compose does not take from `.env`.
    pub(super) fn is_set_by_caller(&self, name: &str) -> bool {
        means_yes(self.environment.get(name))
    }

    /// The same surroundings, with the stack that a saved plan is of.
    ///
    /// # Errors
    /// Where the command line names another stack, or a path is no text.
    pub(super) fn of_saved(
        &self,
        files: &[PathBuf],
        project_directory: &Path,
        project: &str,
        env_files: &[PathBuf],
        profiles: &[String],
    ) -> Result<Self, CliError> {
        let given = &self.global;
        if !given.files.is_empty()
            || given
                .project_name
                .as_deref()
                .is_some_and(|name| name != project)
            || given.project_directory.is_some()
            || !given.env_files.is_empty()
            || !given.profiles.is_empty()
        {
            return Err(CliError::Usage(
                "the plan says which stack it is of: leave out -f, -p, --project-directory, --env-file and --profile"
                    .to_owned(),
            ));
        }
        let text = |path: &PathBuf| path.to_str().map(str::to_owned);
        let mut global = given.clone();
        global.files = files.iter().filter_map(text).collect();
        global.project_directory = Some(project_directory.to_owned());
        global.project_name = Some(project.to_owned());
        global.env_files = env_files.to_vec();
        global.profiles = profiles.to_vec();
        let settings = settings(&global, &self.environment);
        Ok(Self {
            global,
            settings,
            called: self.called,
            environment: self.environment.clone(),
            out_color: self.out_color,
            err_color: self.err_color,
            mode: self.mode,
            is_live: self.is_live,
            is_found_by_name: false,
        })
    }

    /// The process's environment, and what the project's `.env` adds to it.
    pub(super) fn project_environment(&self) -> BTreeMap<String, String> {
        let current_dir = std::env::current_dir().unwrap_or_default();
        loader::environment(&request(&self.global, &self.environment, current_dir))
    }

    /// Connects to the engine.
    pub(super) async fn connect(&self) -> Result<DockerEngine, CliError> {
        // A limit that is none is told before anything is done, not when it is to be kept.
        self.global.parallel(&self.settings)?;
        let variable = |name: &str| self.variable(name).map(str::to_owned);
        Ok(DockerEngine::connect(None, &variable).await?)
    }
}

fn mode(progress: Progress, is_live: bool) -> Mode {
    match progress {
        Progress::Auto | Progress::Tty if is_live => Mode::Tty,
        Progress::Auto | Progress::Tty | Progress::Plain => Mode::Plain,
        Progress::Json => Mode::Json,
        Progress::Quiet => Mode::Quiet,
    }
}

/// What is to be loaded, but for standard input.
fn request(
    global: &Global,
    environment: &BTreeMap<String, String>,
    current_dir: PathBuf,
) -> LoadRequest {
    LoadRequest {
        files: global.files.clone(),
        project_directory: global.project_directory.clone(),
        project_name: global.project_name.clone(),
        env_files: global.env_files.clone(),
        profiles: global.profiles.clone(),
        environment: environment.clone(),
        current_dir,
        stdin: None,
        command_line: None,
    }
}

/// The environment, and the `COMPOSE_` variables that the project's `.env` adds to it.
fn settings(global: &Global, environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let Ok(current_dir) = std::env::current_dir() else {
        return environment.clone();
    };
    let mut settings = loader::environment(&request(global, environment, current_dir));
    settings.retain(|name, _| environment.contains_key(name) || name.starts_with("COMPOSE_"));
    settings
}

/// Whether a word means yes.
pub(super) fn means_yes(word: Option<&String>) -> bool {
    let word = word.map(|word| word.to_ascii_lowercase());
    matches!(
        word.unwrap_or_default().as_str(),
        "1" | "t" | "true" | "y" | "yes" | "on"
    )
}

/// The time in Unix seconds.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

/// A time as people type it, in nanoseconds of Unix time.
pub(super) fn moment(text: Option<&str>) -> Result<Option<i64>, TimeError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = i64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(i64::MAX);
    text.map(|text| time::parse(text, now)).transpose()
}

/// Sends what developers want to know to standard error.
fn trace(verbose: u8) {
    let filter = match verbose {
        0 => return,
        1 => "windlass=debug",
        _ => "windlass=trace,bollard=debug,hyper=debug",
    };
    // A second subscriber in one process (in tests) is not wanted, and no error.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .try_init();
}

#[cfg(test)]
mod tests;
