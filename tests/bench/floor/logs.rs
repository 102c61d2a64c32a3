//! The output of all containers, read side by side.

use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::{Engine, Recording, Result};

/// Read at once.
const BUFFER: usize = 64 * 1024;

/// Reads the output of all containers to its end, and looks at none of it. One thread does that: an engine that is
/// asked by many is woken for every line, and has the less time to send.
pub(crate) async fn logs(engine: &Engine, recording: &Recording, timestamps: bool) -> Result<()> {
    let times = if timestamps { "&timestamps=1" } else { "" };
    let containers = recording.containers.iter();
    let streams = containers.map(async |container| {
        let name = &container.name;
        drain(
            engine,
            &format!("/containers/{name}/logs?stdout=1&stderr=1{times}"),
        )
        .await
    });
    try_join_all(streams).await.map(drop)
}

/// In HTTP 1.0 a body ends with its connection, and comes without the lengths of its pieces.
async fn drain(engine: &Engine, path: &str) -> Result<()> {
    let mut stream = UnixStream::connect(&engine.socket).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: engine\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut buffer = vec![0; BUFFER];
    let read = stream.read(&mut buffer).await?;
    let head = String::from_utf8_lossy(&buffer[..read]);
    if !head.contains(" 200 ") {
        return Err(format!("{path}: {head}").into());
    }
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
