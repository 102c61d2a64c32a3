//! What a command runs in: options, environment, streams and clock, and the ways from there to a project and an engine.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use indexmap::IndexMap;
use tracing_subscriber::EnvFilter;

use super::Called;
use super::error::CliError;
use super::global::{Global, Progress};
use crate::engine::docker::DockerEngine;
use crate::engine::locate::{self, Address};
use crate::loader::error::{Diagnostic, LoadError};
use crate::loader::span::Sources;
use crate::loader::{self, LoadOptions, LoadRequest, Loaded};
use crate::model::{Project, ProjectName};
use crate::plan::Warning;
use crate::reconcile::{Notes, Programs, find_programs, gather};
use crate::ui;
use crate::ui::change::Standing;
use crate::ui::color::Ansi;
use crate::ui::mask::Mask;
use crate::ui::report::Report;
use crate::ui::time::{self, TimeError};
use crate::ui::{Color, Mode, diagnostic};

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

    /// What is to be loaded; reads standard input where it is a stack file.
    pub(super) fn load_request(&self) -> Result<LoadRequest, CliError> {
        let current_dir = std::env::current_dir()?;
        let mut request = request(&self.global, &self.environment, current_dir);
        if request.wants_stdin() {
            request.stdin = Some(loader::read_stdin(io::stdin()).map_err(CliError::Load)?);
        }
        Ok(request)
    }

    /// Whether a stack file is standard input.
    pub(super) fn load_request_wants_stdin(&self) -> Result<bool, CliError> {
        let current_dir = std::env::current_dir()?;
        Ok(request(&self.global, &self.environment, current_dir).wants_stdin())
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

    /// Loads a stack and tells its warnings.
    pub(super) fn load(&self, options: LoadOptions) -> Result<Loaded, CliError> {
        let loaded = self.load_silently(options)?;
        self.tell_diagnostics(&loaded.warnings, &loaded.sources);
        Ok(loaded)
    }

    /// Loads a stack.
    pub(super) fn load_silently(&self, options: LoadOptions) -> Result<Loaded, CliError> {
        self.load_request_silently(&self.load_request()?, options)
    }

    fn load_request_silently(
        &self,
        request: &LoadRequest,
        options: LoadOptions,
    ) -> Result<Loaded, CliError> {
        let options = LoadOptions {
            current_dir: request.current_dir.clone(),
            all_resources: options.all_resources || self.global.all_resources,
            ..options
        };
        loader::load(request, &options).map_err(CliError::Load)
    }

    /// Loads the project to be carried out: all of it, or these services and what they depend on.
    pub(super) fn project(&self, services: &[String]) -> Result<Project, CliError> {
        self.project_with(services, None)
    }

    /// The same with what the command line says in the words of a stack file.
    pub(super) fn project_with(
        &self,
        services: &[String],
        command_line: Option<String>,
    ) -> Result<Project, CliError> {
        let request = LoadRequest {
            command_line,
            ..self.load_request()?
        };
        let options = LoadOptions {
            services: services.to_vec(),
            missing_sources: !self.is_engine_elsewhere(),
            ..LoadOptions::default()
        };
        let loaded = self.load_request_silently(&request, options)?;
        self.tell_diagnostics(&loaded.warnings, &loaded.sources);
        let mut project = project_of(loaded)?;
        self.set_platforms(&mut project)?;
        find_programs(&mut project, &self.programs());
        let inputs = gather(project).map_err(CliError::Inputs)?;
        let mask = Mask::of(&inputs.project, &[]);
        let mut warnings = inputs.warnings;
        warnings.extend(self.other_names(&inputs.project));
        self.warn(&ui::plan::warnings(&warnings), &mask);
        Ok(inputs.project)
    }

    /// Loads the project without what its containers are granted: all of it, or these services and what they depend on.
    pub(super) fn project_as_written(&self, services: &[String]) -> Result<Project, CliError> {
        let mut project = self.load_project(LoadOptions {
            services: services.to_vec(),
            ..LoadOptions::default()
        })?;
        self.set_platforms(&mut project)?;
        Ok(project)
    }

    /// The warning that `--compatibility` changes no names.
    fn other_names(&self, project: &Project) -> Option<Warning> {
        let name = "COMPOSE_COMPATIBILITY";
        let asks = self.global.compatibility || self.is_set(name);
        asks.then(|| Warning {
            message: format!(
                "--compatibility and {name} are ignored: containers are named {project}-SERVICE-1, not {project}_SERVICE_1",
                project = project.name
            ),
            position: None,
        })
    }

    /// Gives services without a platform that of `DOCKER_DEFAULT_PLATFORM`, which `.env` may set too.
    fn set_platforms(&self, project: &mut Project) -> Result<(), CliError> {
        let environment = self.project_environment();
        match environment.get("DOCKER_DEFAULT_PLATFORM") {
            Some(platform) if !platform.is_empty() => project
                .set_default_platform(platform)
                .map_err(CliError::Platform),
            _ => Ok(()),
        }
    }

    fn load_project(&self, options: LoadOptions) -> Result<Project, CliError> {
        project_of(self.load(options)?)
    }

    /// Loads the project; where there is no stack to load and `-p` names a project, that name is enough: its objects
    /// carry it on the engine.
    pub(super) fn project_or_name(&self) -> Result<(Project, Known), CliError> {
        self.loaded_or_name(LoadOptions::default())
    }

    /// The same with networks and volumes that no active service uses.
    pub(super) fn whole_project_or_name(&self) -> Result<(Project, Known), CliError> {
        self.loaded_or_name(LoadOptions {
            all_resources: true,
            ..LoadOptions::default()
        })
    }

    fn loaded_or_name(&self, options: LoadOptions) -> Result<(Project, Known), CliError> {
        let name = self
            .global
            .project_name
            .as_deref()
            .or_else(|| self.variable("COMPOSE_PROJECT_NAME"))
            .filter(|_| self.global.files.is_empty() || self.is_found_by_name)
            .and_then(|name| ProjectName::new(name).ok());
        match (self.load_project(options), name) {
            (Ok(mut project), _) => {
                find_programs(&mut project, &self.programs());
                Ok((project, Known::Files))
            }
            (Err(CliError::Load(_)), Some(name)) => {
                let project = Project {
                    name,
                    working_dir: std::env::current_dir()?,
                    files: Vec::new(),
                    services: IndexMap::new(),
                    disabled_services: Vec::new(),
                    networks: IndexMap::new(),
                    volumes: IndexMap::new(),
                    configs: IndexMap::new(),
                    secrets: IndexMap::new(),
                };
                Ok((project, Known::NameOnly))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Where programs outside are looked for.
    fn programs(&self) -> Programs {
        Programs::of(&|name: &str| self.variable(name).map(str::to_owned))
    }

    /// The process's environment, and what the project's `.env` adds to it.
    pub(super) fn project_environment(&self) -> BTreeMap<String, String> {
        let current_dir = std::env::current_dir().unwrap_or_default();
        loader::environment(&request(&self.global, &self.environment, current_dir))
    }

    /// Whether the engine is reached over a network: paths of bind mounts are those of its machine.
    fn is_engine_elsewhere(&self) -> bool {
        let variable = |name: &str| self.variable(name).map(str::to_owned);
        locate::candidates(None, &variable).is_ok_and(|candidates| {
            candidates
                .first()
                .is_some_and(|first| !matches!(first.address, Address::Unix(_)))
        })
    }

    /// Connects to the engine.
    pub(super) async fn connect(&self) -> Result<DockerEngine, CliError> {
        // A limit that is none is told before anything is done, not when it is to be kept.
        self.global.parallel(&self.settings)?;
        let variable = |name: &str| self.variable(name).map(str::to_owned);
        Ok(DockerEngine::connect(None, &variable).await?)
    }

    /// The stream of progress: standard error, or standard output where `COMPOSE_STATUS_STDOUT` asks for it.
    pub(super) fn progress(&self) -> Box<dyn Write> {
        if self.is_set("COMPOSE_STATUS_STDOUT") {
            Box::new(io::stdout())
        } else {
            Box::new(io::stderr())
        }
    }

    /// Tells something beside the result, unless progress is quiet or for programs.
    pub(super) fn say(&self, line: &str) {
        if matches!(self.mode, Mode::Tty | Mode::Plain) {
            let _ = writeln!(self.progress(), "{line}");
        }
    }

    /// Tells people a line, and programs which of these things it is about, how it stands and the word for that.
    pub(super) fn tell(&self, ids: &[String], (standing, word): (Standing, &str), line: &str) {
        if self.mode != Mode::Json {
            return self.say(line);
        }
        for id in ids {
            let object = ui::watched::json(id, standing, word, line);
            let _ = self.progress().write_all(object.as_bytes());
        }
    }

    /// Tells diagnostics of the loader.
    pub(super) fn tell_diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        if !diagnostics.is_empty() {
            let columns = diagnostic::columns();
            let text = diagnostic::render(diagnostics, sources, self.err_color, columns);
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    /// Tells warnings.
    pub(super) fn warn(&self, warnings: &[Report], mask: &Mask) {
        for warning in warnings {
            let text = mask.text(&warning.warning(self.err_color));
            let _ = io::stderr().write_all(text.as_bytes());
        }
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

fn project_of(loaded: Loaded) -> Result<Project, CliError> {
    loaded.project.ok_or_else(|| {
        CliError::Load(LoadError {
            diagnostics: vec![Diagnostic::error("the stack file holds no project")],
            sources: Sources::default(),
        })
    })
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

/// What is known of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// What its files say.
    Files,
    /// Its name, and what the engine has of it.
    NameOnly,
}

/// Prints a result.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
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
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;
    use crate::reconcile::Parallel;

    fn settings_of(dot_env: &str, shell: &[(&str, &str)]) -> (Global, BTreeMap<String, String>) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(".env"), dot_env).expect("a file");
        let folder = folder.path().to_str().expect("a name in letters");
        let args = ["windlass", "--project-directory", folder, "up"];
        let global = Cli::try_parse_from(args).expect("a command line").global;
        let shell = shell
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = settings(&global, &shell.collect());
        (global, settings)
    }

    #[test]
    fn the_shell_wins_over_the_projects_settings() {
        let dot_env =
            "COMPOSE_REMOVE_ORPHANS=1\nCOMPOSE_IGNORE_ORPHANS=1\nCOMPOSE_ANSI=always\nOTHER=x\n";
        let (global, settings) =
            settings_of(dot_env, &[("COMPOSE_IGNORE_ORPHANS", "0"), ("A", "a")]);
        let listed: Vec<_> = settings
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let expected = [
            "A=a",
            "COMPOSE_ANSI=always",
            "COMPOSE_IGNORE_ORPHANS=0",
            "COMPOSE_REMOVE_ORPHANS=1",
        ];
        assert_eq!(listed, expected);
        assert_eq!(global.ansi(&settings), Ansi::Always);
    }

    #[test]
    fn a_limit_of_engine_calls_can_be_a_setting() {
        for (value, limit) in [
            ("3", Parallel::AtMost(3)),
            ("-1", Parallel::Unlimited),
            ("0", Parallel::Unlimited),
            ("", Parallel::Engine),
        ] {
            let (global, settings) = settings_of(&format!("COMPOSE_PARALLEL_LIMIT={value}\n"), &[]);
            let found = global.parallel(&settings).expect(value);
            assert_eq!(found, limit, "{value}");
        }
    }

    #[test]
    fn settings_that_cannot_be_read_are_none() {
        let (global, settings) = settings_of("A=${\n", &[("A", "a")]);
        assert_eq!(settings.get("A").map(String::as_str), Some("a"));
        assert_eq!(global.ansi(&settings), Ansi::Auto);
    }
}
