//! Files into containers and out of them, as archives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream::{StreamExt as _, TryStreamExt};
use http_body_util::{BodyExt as _, BodyStream, Empty, StreamBody};
use hyper::body::Frame;
use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, Method, Request};
use serde::Deserialize;

use super::DockerEngine;
use super::failure::{disconnected, from_send};
use super::request::{Target, not_understood, open, send};
use super::transport::read_all;
use crate::engine::{EngineError, PathStat, Pieces};

/// The header with what a path in a container is.
const STAT: &str = "x-docker-container-path-stat";
/// Go's bits for folders and symbolic links.
const FOLDER: u32 = 1 << 31;
const LINK: u32 = 1 << 27;

impl DockerEngine {
    /// What a path in a container is; none where there is nothing.
    ///
    /// # Errors
    /// Where the engine refuses, or there is no such container.
    pub async fn path_stat(&self, id: &str, path: &str) -> Result<Option<PathStat>, EngineError> {
        let target = Target::new(&["containers", id, "archive"]).with("path", path);
        let request = Request::builder()
            .method(Method::HEAD)
            .uri(target.as_str())
            .body(Empty::<Bytes>::new());
        match send(&self.transport, request).await {
            Ok(response) => stat(response.headers()).map(Some),
            Err(EngineError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file or folder of a container as an archive, with what it is.
    ///
    /// # Errors
    /// Where the engine refuses, or there is nothing; the stream's, where the connection breaks.
    pub async fn copy_from(&self, id: &str, path: &str) -> Result<(PathStat, Pieces), EngineError> {
        let target = Target::new(&["containers", id, "archive"]).with("path", path);
        let response = open(&self.transport, &target).await?;
        let stat = stat(response.headers())?;
        let frames =
            TryStreamExt::map_err(BodyStream::new(response.into_body()), std::io::Error::other);
        let pieces = frames.try_filter_map(|frame| std::future::ready(Ok(frame.into_data().ok())));
        Ok((stat, pieces.boxed()))
    }

    /// Unpacks an archive into a folder of a container; `owners`: its files become the container's user's.
    ///
    /// # Errors
    /// Where the engine refuses, the folder is not there, or the archive cannot be read.
    pub async fn copy_to(
        &self,
        id: &str,
        folder: &str,
        archive: Pieces,
        owners: bool,
    ) -> Result<(), EngineError> {
        let target = Target::new(&["containers", id, "archive"])
            .with("path", folder)
            .with("noOverwriteDirNonDir", "true")
            .with_some("copyUIDGID", owners.then_some("true"));
        let body = StreamBody::new(archive.map_ok(Frame::data)).boxed_unsync();
        let request = Request::builder()
            .method(Method::PUT)
            .uri(target.as_str())
            .header(CONTENT_TYPE, "application/x-tar")
            .body(body)
            .map_err(not_understood)?;
        let response = self.transport.send(request).await.map_err(|error| {
            let error = error.into_io();
            // What broke the archive says more than that it broke.
            disconnected(&self.transport, &innermost(&error))
        })?;
        let response = super::failure::checked(&self.transport, response).await?;
        read_all(response)
            .await
            .map(drop)
            .map_err(|error| from_send(&self.transport, error))
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

fn stat(headers: &HeaderMap) -> Result<PathStat, EngineError> {
    #[derive(Deserialize)]
    struct Stat {
        mode: u32,
        #[serde(rename = "linkTarget", default)]
        link_target: String,
    }
    let header = headers
        .get(STAT)
        .ok_or_else(|| not_understood("it does not say what the path is"))?;
    let json = STANDARD.decode(header.as_bytes()).map_err(not_understood)?;
    let stat: Stat = serde_json::from_slice(&json).map_err(not_understood)?;
    Ok(PathStat {
        is_folder: stat.mode & FOLDER != 0,
        link: (stat.mode & LINK != 0).then_some(stat.link_target),
    })
}
