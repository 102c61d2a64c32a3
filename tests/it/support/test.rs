//! One run of the built program: files, arguments and environment in, exact output and exit code out.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A run of `windlass` in an empty folder of its own and an environment without any settings.
///
/// In expected output, `[FOLDER]` stands for that folder.
#[must_use = "the program runs in `run`"]
pub(crate) struct Test {
    folder: TempDir,
    name: String,
    args: Vec<String>,
    environment: Vec<(String, String)>,
    stdin: String,
    memory: Option<u64>,
    stdout: Expected,
    stderr: Expected,
    status: i32,
}

enum Expected {
    Exactly(String),
    /// Each of these texts is in it.
    Containing(Vec<String>),
}

impl Expected {
    fn check(&self, stream: &str, actual: &str, faults: &mut String) {
        match self {
            Self::Exactly(expected) if expected == actual => {}
            Self::Exactly(expected) => {
                let _ = writeln!(faults, "{stream} is\n{actual}\nand should be\n{expected}");
            }
            Self::Containing(texts) => {
                for text in texts.iter().filter(|text| !actual.contains(text.as_str())) {
                    let _ = writeln!(faults, "{stream} is\n{actual}\nand should contain\n{text}");
                }
            }
        }
    }
}

impl Test {
    /// A run with these arguments that is expected to print nothing and succeed.
    pub(crate) fn new<A: Into<String>>(args: impl IntoIterator<Item = A>) -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            name: "windlass".to_owned(),
            args: args.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
            stdin: String::new(),
            memory: None,
            stdout: Expected::Exactly(String::new()),
            stderr: Expected::Exactly(String::new()),
            status: 0,
        }
    }

    /// Puts a file there first.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    /// Puts a file there first that may be no text.
    pub(crate) fn bytes(self, path: &str, bytes: &[u8]) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
        self
    }

    /// Puts a named pipe there first, which nobody writes to.
    pub(crate) fn pipe(self, path: &str) -> Self {
        let path = self.folder.path().join(path);
        let status = Command::new("mkfifo").arg(path).status();
        assert!(status.is_ok_and(|status| status.success()), "a pipe");
        self
    }

    /// Limits the memory that the program can have, in KiB of address space.
    pub(crate) fn memory(mut self, limit: u64) -> Self {
        self.memory = Some(limit);
        self
    }

    /// Calls the program by another name.
    pub(crate) fn called(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives standard input.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Expects exactly this on standard output.
    pub(crate) fn stdout(mut self, text: &str) -> Self {
        self.stdout = Expected::Exactly(text.to_owned());
        self
    }

    /// Expects exactly this on standard error.
    pub(crate) fn stderr(mut self, text: &str) -> Self {
        self.stderr = Expected::Exactly(text.to_owned());
        self
    }

    /// Expects this somewhere on standard output.
    pub(crate) fn stdout_contains(mut self, text: &str) -> Self {
        match &mut self.stdout {
            Expected::Containing(texts) => texts.push(text.to_owned()),
            Expected::Exactly(_) => self.stdout = Expected::Containing(vec![text.to_owned()]),
        }
        self
    }

    /// Expects this somewhere on standard error.
    pub(crate) fn stderr_contains(mut self, text: &str) -> Self {
        match &mut self.stderr {
            Expected::Containing(texts) => texts.push(text.to_owned()),
            Expected::Exactly(_) => self.stderr = Expected::Containing(vec![text.to_owned()]),
        }
        self
    }

    /// Expects this exit code.
    pub(crate) fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }

    /// Runs the program and compares.
    #[track_caller]
    pub(crate) fn run(self) {
        let output = self.output();
        let mut faults = String::new();
        self.stdout
            .check("standard output", &self.text(&output.stdout), &mut faults);
        self.stderr
            .check("standard error", &self.text(&output.stderr), &mut faults);
        if output.status.code() != Some(self.status) {
            let _ = writeln!(faults, "{} should be {}", output.status, self.status);
        }
        assert!(faults.is_empty(), "windlass {:?}:\n{faults}", self.args);
    }

    /// Runs the program for what it says on standard error, and its exit code where it is not killed.
    pub(crate) fn printed(self) -> (String, String) {
        let output = self.output();
        (self.text(&output.stdout), self.text(&output.stderr))
    }

    /// Runs and answers what it tells and how it ends.
    pub(crate) fn stderr_and_status(self) -> (String, Option<i32>) {
        let output = self.output();
        (self.text(&output.stderr), output.status.code())
    }

    fn text(&self, bytes: &[u8]) -> String {
        let folder = self.folder.path().to_string_lossy();
        String::from_utf8_lossy(bytes).replace(&*folder, "[FOLDER]")
    }

    fn output(&self) -> Output {
        // The name a program is called by is its file's.
        let bin = self.folder.path().join(".bin");
        fs::create_dir_all(&bin).expect("a folder");
        let program = bin.join(&self.name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_windlass"), &program).expect("a link");
        let mut command = match self.memory {
            None => Command::new(program),
            Some(limit) => {
                let mut shell = Command::new("/bin/sh");
                let script = format!("ulimit -v {limit}; exec \"$0\" \"$@\"");
                shell.arg("-c").arg(script).arg(program);
                shell
            }
        };
        let mut child = command
            .args(&self.args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input");
        // A program that doesn't read may be gone before all is written.
        let _ = stdin.write_all(self.stdin.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    }
}
