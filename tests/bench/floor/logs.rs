//! The output of all containers, read side by side.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use super::{Engine, Recording, Result};

/// Read at once.
const BUFFER: usize = 256 * 1024;
/// The pause after each look: an engine sends each line by itself, and a reader that waits for the next one is woken by
/// each, which takes the engine as long as all the rest of its work.
const REST: Duration = Duration::from_micros(200);

/// Reads the output of all containers to its end, and looks at none of it.
pub(crate) fn logs(engine: &Engine, recording: &Recording, timestamps: bool) -> Result<()> {
    let times = if timestamps { "&timestamps=1" } else { "" };
    let drained: Vec<_> = thread::scope(|scope| {
        let containers = recording.containers.iter();
        let threads = containers.map(|container| {
            let name = &container.name;
            let path = format!("/containers/{name}/logs?stdout=1&stderr=1{times}");
            scope.spawn(move || drain(engine, &path).map_err(|error| error.to_string()))
        });
        let threads: Vec<_> = threads.collect();
        threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect()
    });
    for result in drained {
        result.map_err(|_| "a thread ended early")??;
    }
    Ok(())
}

/// In HTTP 1.0 a body ends with its connection, and comes without the lengths of its pieces.
fn drain(engine: &Engine, path: &str) -> Result<()> {
    let mut stream = UnixStream::connect(&engine.socket)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: engine\r\n\r\n")?;
    let mut buffer = vec![0; BUFFER];
    let read = stream.read(&mut buffer)?;
    let head = String::from_utf8_lossy(&buffer[..read]);
    if !head.contains(" 200 ") {
        return Err(format!("{path}: {head}").into());
    }
    while stream.read(&mut buffer)? > 0 {
        thread::sleep(REST);
    }
    Ok(())
}
