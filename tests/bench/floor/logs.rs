//! The output of all containers, read side by side.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::thread;

use super::{Engine, Recording, Result};

/// Read at once.
const BUFFER: usize = 64 * 1024;

/// Reads the output of all containers to its end, each in a thread of its own, and looks at none of it.
pub(crate) fn logs(engine: &Engine, recording: &Recording, timestamps: bool) -> Result<()> {
    let times = if timestamps { "&timestamps=1" } else { "" };
    thread::scope(|scope| {
        let readers: Vec<_> = recording
            .containers
            .iter()
            .map(|container| {
                let path = format!(
                    "/containers/{}/logs?stdout=1&stderr=1{times}",
                    container.name
                );
                scope.spawn(move || drain(engine, &path).map_err(|error| error.to_string()))
            })
            .collect();
        for reader in readers {
            reader.join().map_err(|_| "a reader panicked")??;
        }
        Ok(())
    })
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
    while stream.read(&mut buffer)? > 0 {}
    Ok(())
}
