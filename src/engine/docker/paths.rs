//! Files and paths of this machine into containers.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::stream::TryStreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};

use super::failure::from_send;
use super::request::{Target, put_archive, send};
use super::transport::{Transport, read_all};
use crate::engine::archive::{self, paths};
use crate::engine::{CopiedPath, EngineError};
use crate::model::ContainerFile;

/// Puts files into a container.
pub(super) async fn put(
    transport: &Transport,
    id: &str,
    files: &[ContainerFile],
) -> Result<(), EngineError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.map_or(0, |time| time.as_secs());
    let archive = archive::of_files(files, seconds)
        .map_err(|error| EngineError::Conflict(format!("the files cannot be packed: {error}")))?;
    // A folder that the image has where a file is to be is no place for it.
    let target = Target::new(&["containers", id, "archive"])
        .with("path", "/")
        .with("noOverwriteDirNonDir", "1");
    put_archive(transport, &target, archive).await
}

/// Sends the paths while they are read.
pub(super) async fn copy(
    transport: &Transport,
    id: &str,
    copied: &[CopiedPath],
    owner: Option<(u32, u32)>,
) -> Result<(), EngineError> {
    let target = Target::new(&["containers", id, "archive"]).with("path", "/");
    let archive = paths::stream(copied.to_vec(), owner);
    let body = StreamBody::new(archive.bytes.map_ok(Frame::data)).boxed_unsync();
    let request = Request::builder()
        .method(Method::PUT)
        .uri(target.as_str())
        .header(CONTENT_TYPE, "application/x-tar")
        .body(body);
    let sent = match send(transport, request).await {
        Ok(response) => read_all(response)
            .await
            .map(drop)
            .map_err(|error| from_send(transport, error)),
        Err(error) => Err(error),
    };
    // A path that cannot be read breaks the request: that is what to tell.
    match (sent, archive.outcome.await) {
        (Err(_), Ok(Err(unpacked))) => Err(EngineError::Conflict(unpacked.message)),
        (sent, _) => sent,
    }
}
