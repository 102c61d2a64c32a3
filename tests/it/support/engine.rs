//! A real engine, which `make test` starts, and stacks on it.

mod api;
mod place;
mod proxy;
mod ran;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::pty::{self, OnTerminal};
use api::Api;
pub(crate) use place::{address, compose_settings, free_port, host, http, is_podman};
pub(crate) use proxy::{Proxy, Side};
use ran::{PATIENCE, piped};
pub(crate) use ran::{Ran, Running};

/// A stack in a folder of its own, with a project name of its own; whatever happens, nothing of it stays on the engine.
pub(crate) struct Stack {
    project: String,
    folder: TempDir,
    environment: Vec<(String, String)>,
    api: Api,
}

impl Stack {
    /// A stack of this file, not raised.
    pub(crate) fn new(topic: &str, file: &str) -> Self {
        let stack = Self::empty(topic);
        stack.file("stack.yaml", file);
        stack
    }

    /// A stack without a file.
    pub(crate) fn empty(topic: &str) -> Self {
        Self {
            project: format!("wt{}-{topic}", std::process::id()),
            folder: TempDir::new().expect("a temporary folder"),
            environment: Vec::new(),
            api: Api::of(&host()),
        }
    }

    /// A stack like an example's folder.
    pub(crate) fn of_example(topic: &str, example: &str) -> Self {
        let stack = Self::empty(topic);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        copy(&root.join(example), stack.folder.path());
        stack
    }

    /// The project's name.
    pub(crate) fn project(&self) -> &str {
        &self.project
    }

    /// The engine itself.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// The folder, or a path in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file.
    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Changes one text in a file.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(path)).expect("a file");
        assert!(text.contains(from), "{path} has no {from}");
        self.file(path, &text.replacen(from, to, 1));
    }

    /// Sets a variable for the program.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The program with the stack's project name, about to be called with these arguments.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.dressed(Command::new(env!("CARGO_BIN_EXE_windlass")), args)
    }

    /// What a person types in a folder of the stack, about to be run by a shell: `windlass` is the program there, and works
    /// on the stack's project.
    pub(crate) fn shell(&self, folder: &str, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        let mut command = self.placed(command);
        let program = Path::new(env!("CARGO_BIN_EXE_windlass")).parent();
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", program.unwrap_or(Path::new("")).display());
        command
            .current_dir(self.path(folder))
            .env("PATH", path)
            .env("COMPOSE_PROJECT_NAME", &self.project);
        command
    }

    fn dressed(&self, mut command: Command, args: &[&str]) -> Command {
        command.args(["-p", &self.project]).args(args);
        self.placed(command)
    }

    fn placed(&self, mut command: Command) -> Command {
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            // Not below the folder that images are built from.
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("DOCKER_HOST", host())
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the program on a terminal of its own, of 24 lines and 80 columns.
    pub(crate) fn on_terminal(&self, args: &[&str]) -> OnTerminal {
        let command = pty::command(env!("CARGO_BIN_EXE_windlass"));
        let mut command = self.dressed(command, args);
        OnTerminal::start(command.env("TERM", "xterm"))
    }

    /// Starts the program on a terminal of its own, with standard output in a file of the stack's folder.
    pub(crate) fn on_terminal_into(&self, file: &str, args: &[&str]) -> OnTerminal {
        let mut command = pty::command("sh");
        let into = format!(r#"exec "$0" "$@" >{file}"#);
        command.args(["-c", &into, env!("CARGO_BIN_EXE_windlass")]);
        let mut command = self.dressed(command, args);
        OnTerminal::start(command.env("TERM", "xterm"))
    }

    /// Runs the program with this on its standard input; its output byte by byte.
    pub(crate) fn piped(&self, args: &[&str], input: &[u8]) -> Output {
        let command = patient(env!("CARGO_BIN_EXE_windlass"));
        piped(self.dressed(command, args), input)
    }

    /// Runs the program and docker compose, where tests have that, and compares exit code and standard output.
    #[track_caller]
    pub(crate) fn answers_as_docker_compose(&self, args: &[&str], input: &[u8]) {
        let Some(config) = compose_settings() else {
            return;
        };
        let mut command = patient("docker");
        command.args(["compose", "-f", "stack.yaml"]);
        let mut command = self.dressed(command, args);
        command.env("DOCKER_CONFIG", config);
        let theirs = piped(command, input);
        let ours = self.piped(args, input);
        let answer = |output: &Output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            (output.status.code(), text)
        };
        let errors = [&theirs, &ours].map(|output| String::from_utf8_lossy(&output.stderr));
        assert_eq!(answer(&ours), answer(&theirs), "{args:?}: {errors:#?}");
    }

    /// Starts the program.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running::start(self.command(args))
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.start(args).end()
    }

    /// Runs the program, which has to succeed.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.status, 0, "windlass {args:?}:\n{}", ran.both());
        ran
    }

    /// Runs the program, which has to end with this exit code.
    #[track_caller]
    pub(crate) fn fails(&self, status: i32, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.status, status, "windlass {args:?}:\n{}", ran.both());
        ran
    }

    /// Runs docker compose with the stack's project name, in its folder, on the same engine; none where
    /// `WINDLASS_TEST_COMPOSE` (see tests/run) does not say where it is.
    pub(crate) fn compose(&self, args: &[&str]) -> Option<Ran> {
        let config = compose_settings()?;
        let mut command = Command::new("docker");
        command
            .args(["compose", "-p", &self.project])
            .args(args)
            .current_dir(self.folder.path())
            .env("DOCKER_HOST", host())
            .env("DOCKER_CONFIG", config);
        Some(Running::start(command).end())
    }

    /// The project's containers, inspected, by name.
    pub(crate) fn containers(&self) -> Vec<Value> {
        let list = self.api.list("containers/json?all=1&", &self.project);
        let mut found: Vec<Value> = list
            .iter()
            .filter_map(|entry| {
                self.api
                    .get(&format!("containers/{}/json", entry["Id"].as_str()?))
            })
            .collect();
        found.sort_by_key(|container| container["Name"].to_string());
        found
    }

    /// The project's containers as `NAME STATUS`, without the project's name.
    pub(crate) fn states(&self) -> Vec<String> {
        let line = |container: &Value| {
            let name = container["Name"].as_str().unwrap_or_default();
            let name = name
                .trim_start_matches('/')
                .trim_start_matches(&self.project);
            let status = container["State"]["Status"].as_str().unwrap_or_default();
            let status = docker_word(status);
            format!("{} {status}", name.trim_start_matches('-'))
        };
        self.containers().iter().map(line).collect()
    }

    /// The first container of a service, inspected.
    #[track_caller]
    pub(crate) fn container(&self, service: &str) -> Value {
        let name = format!("{}-{service}-1", self.project);
        let found = self.api.get(&format!("containers/{name}/json"));
        let mut found = found.unwrap_or_else(|| panic!("no container {name}"));
        let status = &mut found["State"]["Status"];
        *status = docker_word(status.as_str().unwrap_or_default()).into();
        found
    }

    /// The id of the first container of a service.
    #[track_caller]
    pub(crate) fn id(&self, service: &str) -> String {
        self.container(service)["Id"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the service's container has ended, or finds that it has.
    pub(crate) fn has_ended(&self, service: &str) {
        let path = format!("containers/{}/wait", self.id(service));
        self.api().post(&path, &Value::Null);
    }

    /// The images that were built for the project: their names, or identifiers where a newer one has the name.
    pub(crate) fn images(&self) -> Vec<String> {
        let images = self.api.list("images/json?", &self.project);
        let name = |image: &Value| {
            let name = image["RepoTags"][0].as_str();
            let name = name.filter(|name| !name.starts_with("<none>"));
            name.or(image["Id"].as_str()).unwrap_or_default().to_owned()
        };
        images.iter().map(name).collect()
    }

    /// The names of the project's networks and volumes, without the project's own.
    pub(crate) fn resources(&self) -> Vec<String> {
        let networks = self.api.list("networks?", &self.project);
        let volumes = self.api.list("volumes?", &self.project);
        let names = networks
            .iter()
            .chain(&volumes)
            .filter_map(|entry| entry["Name"].as_str());
        let mut names: Vec<String> = names
            .map(|name| {
                name.trim_start_matches(&self.project)
                    .trim_start_matches('_')
                    .to_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Runs a command in the first container of a service; answers its exit code and output.
    #[track_caller]
    pub(crate) fn exec(&self, service: &str, command: &[&str]) -> (i64, String) {
        self.api.exec(&self.id(service), "", command)
    }

    /// The same as another user.
    #[track_caller]
    pub(crate) fn exec_as(&self, user: &str, service: &str, command: &[&str]) -> (i64, String) {
        self.api.exec(&self.id(service), user, command)
    }
}

/// Docker's word for a container's state: Podman has another one for a container that ended just now.
fn docker_word(status: &str) -> &str {
    if status == "stopped" {
        "exited"
    } else {
        status
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Where a test has failed since the engine is gone, that is enough: a second panic would end all the other tests.
        let api = std::panic::AssertUnwindSafe(&self.api);
        let cleared = std::panic::catch_unwind(|| api.clear(&self.project));
        assert!(cleared.is_ok() || std::thread::panicking(), "not cleared");
    }
}

/// A program that is ended where it hangs.
fn patient(program: &str) -> Command {
    let mut command = Command::new("timeout");
    command.arg(PATIENCE.as_secs().to_string()).arg(program);
    command
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}
