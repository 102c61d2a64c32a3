//! Programs on a terminal: a pseudo-terminal, of which the test has the other end.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// The most time that a program may take: it hangs if it takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program about to be started whose terminal is the one that is its standard input: signals of that terminal, such
/// as for Ctrl-C, reach it.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new("setsid");
    command.args(["--ctty", program]);
    command
}

/// A program on a terminal of its own.
pub(crate) struct OnTerminal {
    child: Child,
    /// The test's end; the program's is kept by the program alone, so that its end is seen.
    terminal: File,
    pieces: Receiver<Vec<u8>>,
    /// All that the terminal has shown.
    shown: String,
    /// How much of that a test has already waited for.
    passed: usize,
    deadline: Instant,
}

impl OnTerminal {
    /// Starts what [`command`] made, with all three streams on a new terminal of 24 lines and 80 columns.
    pub(crate) fn start(command: &mut Command) -> Self {
        let (terminal, far) = open();
        let streams = [(); 3].map(|()| Stdio::from(far.try_clone().expect("a stream")));
        drop(far);
        let [stdin, stdout, stderr] = streams;
        let spawned = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn();
        // The command keeps its streams.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (sender, pieces) = channel();
        let mut reader = terminal.try_clone().expect("a stream");
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails when nobody has the other end open any more.
            while let Ok(length) = reader.read(&mut buffer)
                && sender.send(buffer[..length].to_vec()).is_ok()
            {}
        });
        Self {
            child: spawned.expect("the program starts"),
            terminal,
            pieces,
            shown: String::new(),
            passed: 0,
            deadline: Instant::now() + PATIENCE,
        }
    }

    /// The next piece that the terminal shows; none at the end.
    fn next(&mut self) -> Option<()> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        match self.pieces.recv_timeout(left) {
            Ok(piece) => {
                self.shown.push_str(&String::from_utf8_lossy(&piece));
                Some(())
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                let _ = self.child.kill();
                panic!("the program hangs:\n{}", self.shown);
            }
        }
    }

    /// Reads until the terminal shows the text, after what was waited for before.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> &mut Self {
        loop {
            if let Some(at) = self.shown[self.passed..].find(text) {
                self.passed += at + text.len();
                return self;
            }
            assert!(self.next().is_some(), "no `{text}`:\n{}", self.shown);
        }
    }

    /// Types.
    pub(crate) fn types(&mut self, text: &str) -> &mut Self {
        let written = self.terminal.write_all(text.as_bytes());
        written.expect("the terminal takes what is typed");
        self
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, lines: u16, columns: u16) -> &mut Self {
        resize(&self.terminal, lines, columns);
        self
    }

    /// Whether what is typed reaches the program letter by letter, and Ctrl-C as a letter.
    pub(crate) fn is_raw(&self) -> bool {
        let modes = tcgetattr(&self.terminal).expect("a terminal's modes");
        !modes
            .local_modes
            .intersects(LocalModes::ICANON | LocalModes::ISIG | LocalModes::ECHO)
    }

    /// Sends a signal, such as `TERM`, from outside.
    pub(crate) fn signal(&mut self, name: &str) -> &mut Self {
        signal(name, self.child.id());
        self
    }

    /// Waits for the end; answers the exit code (-1 where a signal ended it) and all that the terminal has shown.
    pub(crate) fn end(&mut self) -> (i32, String) {
        while self.next().is_some() {}
        let status = self.child.wait().expect("the program ends");
        (status.code().unwrap_or(-1), self.shown.clone())
    }
}

impl Drop for OnTerminal {
    fn drop(&mut self) {
        // It has ended, or the test failed while it ran.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a process a signal, such as `INT`.
pub(crate) fn signal(name: &str, process: u32) {
    let (name, process) = (format!("-{name}"), process.to_string());
    let sent = Command::new("kill").args([name, process]).status();
    assert!(sent.expect("a kill command").success());
}

/// Both ends of a new terminal.
fn open() -> (File, OwnedFd) {
    let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&near).expect("a terminal");
    unlockpt(&near).expect("a terminal");
    let name = ptsname(&near, Vec::new()).expect("a terminal's name");
    let near = File::from(near);
    resize(&near, 24, 80);
    let name = name.to_str().expect("a name in letters");
    let far = OpenOptions::new().read(true).write(true).open(name);
    (near, far.expect("a terminal's other end").into())
}

fn resize(terminal: &File, lines: u16, columns: u16) {
    let size = Winsize {
        ws_row: lines,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(terminal, size).expect("a terminal's size");
}

#[test]
fn a_program_on_a_terminal_sees_its_size_its_letters_and_its_end() {
    let script = "stty size; trap 'stty size' WINCH; read line; echo got $line; read line; stty raw -echo; trap 'exit 3' TERM; echo raw; while :; do sleep 0.1; done";
    let mut shell = OnTerminal::start(command("sh").args(["-c", script]));
    assert!(!shell.is_raw());
    shell.until("24 80").types("one\n").until("got one");
    shell.resize(10, 20).until("10 20").types("\n").until("raw");
    assert!(shell.is_raw());
    let (status, shown) = shell.signal("TERM").end();
    assert_eq!(status, 3, "{shown}");
}
