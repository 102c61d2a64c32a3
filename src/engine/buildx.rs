//! Builds by docker buildx, a program of its own that docker keeps among its plugins, for what the engine's own
//! interface has no place for.
//!
//! Secrets reach it by files or by its environment, never by its arguments, which everybody on the machine can read.

mod arguments;
mod report;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use futures_util::stream;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use self::arguments::{Call, call};
use self::report::Report;
use super::context::{BuildContext, Dockerfile};
use super::dockerfile::Script;
use super::{BuildProgress, EngineError, Told, told};
use crate::model::{ImageBuild, SecretValue};

/// Where packages put the plugins of docker's command line.
const SYSTEM_FOLDERS: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// The folders of docker's plugins, the first ones first: the user's own (in docker's configuration folder), those that
/// config.json names, and the system's.
pub(super) fn plugin_folders(config: Option<&Path>) -> Vec<PathBuf> {
    #[derive(Default, Deserialize)]
    struct Config {
        #[serde(default, rename = "cliPluginsExtraDirs")]
        extra: Vec<PathBuf>,
    }
    let read = |folder: &Path| std::fs::read(folder.join("config.json")).ok();
    let text = config.and_then(read).unwrap_or_default();
    // A broken file is reported where its credentials are needed.
    let extra = serde_json::from_slice::<Config>(&text)
        .unwrap_or_default()
        .extra;
    let own = config.map(|folder| folder.join("cli-plugins"));
    let system = SYSTEM_FOLDERS.map(PathBuf::from);
    own.into_iter().chain(extra).chain(system).collect()
}

/// The program, in the first folder that has it.
pub(super) fn find(folders: &[PathBuf]) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| {
        let metadata = std::fs::metadata(path);
        metadata.is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    };
    let mut programs = folders.iter().map(|folder| folder.join("docker-buildx"));
    programs.find(is_program)
}

/// Builds with the program at this path, on the engine that these variables name; dropping the stream ends the program.
pub(super) fn build(
    program: PathBuf,
    engine: &[(&'static str, String)],
    build: ImageBuild,
) -> Told<'static, BuildProgress> {
    let engine = engine.to_vec();
    told(async move {
        let running = Running::start(&program, engine, &build).await?;
        Ok(stream::try_unfold(running, Running::advance))
    })
}

/// Has the program do what a file of bake says, with its words on our streams; answers its exit code.
pub(super) async fn bake(
    program: &Path,
    engine: &[(&'static str, String)],
    builder: Option<&str>,
    file: &str,
    folders: impl Iterator<Item = &str>,
) -> io::Result<Option<i32>> {
    let mut command = Command::new(program);
    command.args(["bake", "--file=-", "--progress=quiet"]);
    command.args(builder.map(|builder| format!("--builder={builder}")));
    command.args(folders.map(|folder| format!("--allow=fs.read={folder}")));
    command
        .envs(engine.iter().map(|(name, value)| (name, value)))
        .env_remove("DOCKER_CONTEXT")
        .stdin(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input has its reasons: its exit says more.
        let _ = stdin.write_all(file.as_bytes()).await;
    }
    Ok(child.wait().await?.code())
}

/// A build that the program works on.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    report: Report,
    queue: VecDeque<BuildProgress>,
}

impl Running {
    async fn start(
        program: &Path,
        engine: Vec<(&'static str, String)>,
        build: &ImageBuild,
    ) -> Result<Self, EngineError> {
        let script = look_at(build).await?;
        let Call {
            arguments,
            variables,
            input,
        } = call(build).map_err(|why| EngineError::build_failed(&build.tag, why))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(engine)
            .env_remove("DOCKER_CONTEXT")
            .envs(variables)
            .stdin(if input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let cannot = |error: io::Error| {
            EngineError::build_failed(&build.tag, format!("{}: {error}", program.display()))
        };
        let mut child = command.spawn().map_err(cannot)?;
        if let (Some(mut stdin), Some(text)) = (child.stdin.take(), input) {
            // A program that does not read its input has its reasons: its exit says more.
            let _ = stdin.write_all(text.as_bytes()).await;
        }
        let Some(stderr) = child.stderr.take() else {
            return Err(EngineError::build_failed(
                &build.tag,
                "its program cannot be listened to",
            ));
        };
        Ok(Self {
            child,
            lines: BufReader::new(stderr).lines(),
            report: Report::new(&build.tag, script),
            queue: VecDeque::new(),
        })
    }

    async fn advance(mut self) -> Result<Option<(BuildProgress, Self)>, EngineError> {
        loop {
            if let Some(progress) = self.queue.pop_front() {
                return Ok(Some((progress, self)));
            }
            let broken = |error: io::Error| EngineError::Answer(format!("docker buildx: {error}"));
            let Some(line) = self.lines.next_line().await.map_err(broken)? else {
                let status = self.child.wait().await.map_err(broken)?;
                return if status.success() {
                    Ok(None)
                } else {
                    Err(self.report.failure(&status.to_string()))
                };
            };
            self.queue.extend(self.report.read(&line));
        }
    }
}

/// Looks at the Dockerfile, and whether the files of the secrets are there: the program's own words about them name
/// neither the stack file's nor the Dockerfile's lines.
async fn look_at(build: &ImageBuild) -> Result<Script, EngineError> {
    for (id, value) in &build.secrets {
        if let SecretValue::File(path) = value {
            let opened = tokio::fs::File::open(path).await;
            opened.map_err(|error| {
                let why = format!("secret {id}: {}: {error}", path.display());
                EngineError::build_failed(&build.tag, why)
            })?;
        }
    }
    let section = build.build.clone();
    if section.context.contains("://") || section.context.starts_with("git@") {
        return Ok(Script::default());
    }
    let dockerfile = Dockerfile::of(&section);
    let name = dockerfile.name();
    let read = move || {
        let context = BuildContext::open(Path::new(&section.context), &dockerfile)?;
        context.text()
    };
    let text = tokio::task::spawn_blocking(read).await;
    let text = text.map_err(|error| EngineError::Answer(error.to_string()))??;
    Ok(Script::new(&name, &text))
}

/// Variables for the program.
type Variables = Vec<(String, OsString)>;

#[cfg(test)]
mod tests;
