//! Runs of the program: those that have ended, and those that are followed line by line.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::pty;

/// The most time that one run of the program may take: it hangs if it takes longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command with this on its standard input.
pub(super) fn piped(mut command: Command, input: &[u8]) -> Output {
    let streams = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = streams.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input");
    thread::scope(|scope| {
        // A program that doesn't read may be gone before all is written.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("the program ends")
    })
}

/// A run of the program that ended.
pub(crate) struct Ran {
    /// Its exit code; -1 where a signal ended it.
    pub(crate) status: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// Both streams, for people.
    pub(crate) fn both(&self) -> String {
        format!("--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }

    /// Panics unless standard error contains each of the texts.
    #[track_caller]
    pub(crate) fn says(&self, texts: &[&str]) {
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "`{text}` is not in\n{}",
                self.both()
            );
        }
    }

    /// Panics unless standard output contains each of the texts.
    #[track_caller]
    pub(crate) fn prints(&self, texts: &[&str]) {
        for text in texts {
            assert!(
                self.stdout.contains(text),
                "`{text}` is not in\n{}",
                self.both()
            );
        }
    }
}

/// A line, and whether it came on standard error.
type Line = (bool, String);

/// The program while it runs.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<Line>,
    seen: Vec<Line>,
    deadline: Instant,
}

impl Running {
    /// Starts a command.
    pub(crate) fn start(mut command: Command) -> Self {
        let spawned = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = spawned.expect("the program starts");
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("standard output");
        let stderr = child.stderr.take().expect("standard error");
        let streams: [(bool, Box<dyn Read + Send>); 2] =
            [(false, Box::new(stdout)), (true, Box::new(stderr))];
        for (is_error, stream) in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    // Who no longer listens has seen enough.
                    let _ = sender.send((is_error, line));
                }
            });
        }
        Self {
            child,
            lines,
            seen: Vec::new(),
            deadline: Instant::now() + PATIENCE,
        }
    }

    /// The next line; none at the end of both streams.
    fn next(&mut self) -> Option<&Line> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        let left = self.deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => {
                self.seen.push(line);
                self.seen.last()
            }
            Err(Disconnected) => None,
            Err(Timeout) => {
                let _ = self.child.kill();
                panic!("the program hangs:\n{:#?}", self.seen);
            }
        }
    }

    /// Reads until a line contains the text.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> &mut Self {
        while let Some((_, line)) = self.next() {
            if line.contains(text) {
                return self;
            }
        }
        panic!("no line with `{text}`:\n{:#?}", self.seen);
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&mut self) -> &mut Self {
        pty::signal("INT", self.child.id());
        self
    }

    /// Waits for the end.
    pub(crate) fn end(&mut self) -> Ran {
        while self.next().is_some() {}
        let status = self.child.wait().expect("the program ends");
        let of = |wanted: bool| {
            let lines = self.seen.iter().filter(|(is_error, _)| *is_error == wanted);
            lines.flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
        };
        Ran {
            status: status.code().unwrap_or(-1),
            stdout: of(false),
            stderr: of(true),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, or the test failed while it ran.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
