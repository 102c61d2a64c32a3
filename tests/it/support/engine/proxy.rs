//! A proxy on the engine's socket that counts the calls, and kills the program at one of them.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

/// On which side of a call the program dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The engine never hears of the call.
    Before,
    /// The engine has carried it out, and the program never hears the answer.
    After,
}

/// The moment at which the program dies: at this call (counted from 1), on this side of it.
struct Shot {
    call: usize,
    side: Side,
    process: Receiver<u32>,
}

#[derive(Default)]
struct Book {
    /// `METHOD /path` of every call so far.
    calls: Vec<String>,
    shot: Option<Shot>,
}

/// A way to the engine through us. The program sends one call over each connection.
pub(crate) struct Proxy {
    folder: TempDir,
    book: Arc<Mutex<Book>>,
}

impl Proxy {
    /// Listens in front of the engine behind this `unix://` address.
    pub(crate) fn to(engine: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let engine = PathBuf::from(engine.trim_start_matches("unix://"));
        let listener = UnixListener::bind(folder.path().join("proxy.sock")).expect("a socket");
        let book = Arc::<Mutex<Book>>::default();
        let shared = Arc::clone(&book);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (engine, book) = (engine.clone(), Arc::clone(&shared));
                thread::spawn(move || {
                    // A connection that breaks off is what this is all about.
                    let _ = pass(client, &engine, &book);
                });
            }
        });
        Self { folder, book }
    }

    /// Its address, for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.folder.path().join("proxy.sock").display())
    }

    /// Counts from 0 again, and kills the process that is sent at this call; without a call nothing is killed.
    pub(crate) fn aim(&self, at: Option<(usize, Side)>) -> Sender<u32> {
        let (sender, process) = channel();
        let mut book = self.book.lock().expect("the book");
        book.calls.clear();
        book.shot = at.map(|(call, side)| Shot {
            call,
            side,
            process,
        });
        sender
    }

    /// `METHOD /path` of the calls since the last [`Self::aim`].
    pub(crate) fn calls(&self) -> Vec<String> {
        self.book.lock().expect("the book").calls.clone()
    }
}

/// Passes one call on, and its answer back.
fn pass(mut client: UnixStream, engine: &PathBuf, book: &Mutex<Book>) -> std::io::Result<()> {
    let request = head(&mut client)?;
    let line = String::from_utf8_lossy(&request);
    let line = line.lines().next().unwrap_or_default();
    let shot = {
        let mut book = book.lock().expect("the book");
        book.calls
            .push(line.trim_end_matches(" HTTP/1.1").to_owned());
        let number = book.calls.len();
        book.shot.take_if(|shot| shot.call == number)
    };
    if let Some(shot) = shot.as_ref().filter(|shot| shot.side == Side::Before) {
        kill(shot);
        return Ok(());
    }
    let mut server = UnixStream::connect(engine)?;
    server.write_all(&request)?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let answer = head(&mut server)?;
    if let Some(shot) = &shot {
        kill(shot);
        return Ok(());
    }
    client.write_all(&answer)?;
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Write)
}

/// Reads up to the end of the head.
fn head(stream: &mut UnixStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(head)
}

fn kill(shot: &Shot) {
    // Where the sender is gone, so is the program.
    if let Ok(process) = shot.process.recv() {
        let killed = Command::new("kill")
            .args(["-KILL", &process.to_string()])
            .status();
        assert!(killed.is_ok(), "there is a kill command");
    }
}
