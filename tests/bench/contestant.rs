//! Who is measured, and how each is called.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::floor::Result;
use crate::row::Figure;
use crate::stack::Stack;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    Windlass,
    Compose,
    Floor,
}

/// What a run of a command took.
pub(crate) struct Taken {
    /// From the process's start to its end.
    pub(crate) time: Duration,
    /// The most memory that the process or one of those it started had, in bytes. docker compose runs as a plugin of
    /// the docker command: the larger one of the two counts.
    pub(crate) peak: u64,
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

    /// Raises a stack.
    pub(crate) fn up(self, stack: &Stack, host: &str) -> Result<Taken> {
        let peak = target().join("bench/peak");
        // GNU time's own memory is less than that of all who are measured; a child that this process starts itself
        // would begin with the memory of this one.
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%M", "-o"]).arg(&peak);
        let words = self.words(stack)?;
        let time = run(command.args(words).args(stack.up), host)?;
        let kibibytes: u64 = fs::read_to_string(&peak)?.trim().parse()?;
        Ok(Taken {
            time,
            peak: kibibytes * 1024,
        })
    }

    /// Lowers it.
    pub(crate) fn down(self, stack: &Stack, host: &str) -> Result<Duration> {
        self.run(stack, host, stack.down)
    }

    /// Lowers it with its volumes.
    pub(crate) fn clear(self, stack: &Stack, host: &str) -> Result<Duration> {
        self.run(stack, host, &["down", "-v"])
    }

    /// Runs a command on a stack; answers how long it took.
    pub(crate) fn run(self, stack: &Stack, host: &str, command: &[&str]) -> Result<Duration> {
        let words = self.words(stack)?;
        let (program, args) = words.split_first().ok_or("no program")?;
        run(Command::new(program).args(args).args(command), host)
    }

    /// The program, and what it is told of the stack.
    fn words(self, stack: &Stack) -> Result<Vec<PathBuf>> {
        let mut words: Vec<PathBuf> = match self {
            Self::Windlass => vec![env!("CARGO_BIN_EXE_windlass").into()],
            Self::Compose => vec!["docker".into(), "compose".into()],
            // A process of its own, as the others: this program, with the recording.
            Self::Floor => {
                let program = std::env::current_exe()?;
                return Ok(vec![program, "floor".into(), stack.recording()]);
            }
        };
        words.extend(["-p".into(), self.project(stack).into()]);
        for file in stack.files()? {
            words.extend(["-f".into(), file]);
        }
        Ok(words)
    }

    /// The words of a command.
    pub(crate) fn spelling(self, figure: Figure) -> &'static [&'static str] {
        match (self, figure) {
            (Self::Windlass, Figure::Command { windlass, .. }) => windlass,
            (Self::Compose, Figure::Command { compose, .. }) => compose,
            (Self::Floor, Figure::Command { floor, .. }) => floor,
            _ => &[],
        }
    }

    /// The floor makes windlass's containers again; docker compose's volume is its own.
    pub(crate) fn project(self, stack: &Stack) -> String {
        let name = stack.name;
        match self {
            Self::Windlass | Self::Floor => format!("windlass-bench-{name}"),
            Self::Compose => format!("windlass-bench-{name}-compose"),
        }
    }

    /// The size of the program, in bytes: docker compose's is that of the plugin alone.
    pub(crate) fn size(self) -> Result<u64> {
        let program = match self {
            Self::Windlass => PathBuf::from(env!("CARGO_BIN_EXE_windlass")),
            Self::Compose => plugin()?,
            Self::Floor => std::env::current_exe()?,
        };
        Ok(fs::metadata(program)?.len())
    }
}

/// Where docker has its plugin compose.
fn plugin() -> Result<PathBuf> {
    let format = "{{range .ClientInfo.Plugins}}{{.Name}} {{.Path}}\n{{end}}";
    let output = Command::new("docker")
        .args(["info", "--format", format])
        .stderr(Stdio::null())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let path = text.lines().find_map(|line| line.strip_prefix("compose "));
    Ok(path.ok_or("docker does not tell where compose is")?.into())
}

/// Runs a command with its output in a file; answers how long that took.
fn run(command: &mut Command, host: &str) -> Result<Duration> {
    let path = target().join("bench/output");
    command.env("DOCKER_HOST", host).stdin(Stdio::null());
    command.stdout(File::create(&path)?).stderr(Stdio::piped());
    let begin = Instant::now();
    let output = command.spawn()?.wait_with_output()?;
    let taken = begin.elapsed();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}\n{errors}", output.status).into());
    }
    Ok(taken)
}

/// The folder of what cargo makes.
pub(crate) fn target() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_windlass"));
    // target/release/windlass
    binary.ancestors().nth(2).unwrap_or(binary).to_owned()
}
