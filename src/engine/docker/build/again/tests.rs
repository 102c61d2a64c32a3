//! An engine that breaks builds off: each `POST /build` gets the next answer.

use std::fs;
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt as _;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use crate::engine::docker::DockerEngine;
use crate::engine::{BuildProgress, Engine as _, EngineError};
use crate::model::{Build, ImageBuild};

const PODMAN: &str = "Libpod-API-Version: 5.4.2\r\n";
/// What Buildah says where a layer is gone.
const LOST: &str = "checking if cached image exists from a previous build: getting top layer info: \
                    locating layer with ID \"0123\": layer not known";

/// The request's head and the end of its body.
async fn request(stream: &mut UnixStream) -> String {
    let mut read = String::new();
    let mut buffer = [0; 4096];
    let is_whole = |read: &str| match read.split_once("\r\n\r\n") {
        Some((head, body)) => !head.contains("chunked") || body.ends_with("0\r\n\r\n"),
        None => false,
    };
    while !is_whole(&read) {
        let length = stream.read(&mut buffer).await.unwrap();
        read += &String::from_utf8_lossy(&buffer[..length]);
    }
    read
}

/// Builds on an engine that pings with this header and gives these answers to builds; how it went, and how many builds
/// were not asked for.
async fn build(
    header: &'static str,
    answers: &[&str],
) -> (Vec<BuildProgress>, Option<EngineError>, usize) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("Dockerfile"), "FROM scratch\nCOPY . /\n").unwrap();
    let socket = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let open: Vec<String> = answers.iter().rev().map(ToString::to_string).collect();
    let open = Arc::new(Mutex::new(open));
    let left = Arc::clone(&open);
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let is_build = request(&mut stream).await.starts_with("POST /v1.41/build?");
            let answer = open.lock().unwrap().pop_if(|_| is_build);
            let body = answer.unwrap_or_else(|| "OK".to_owned());
            let answer = format!(
                "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n{header}Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let host = format!("unix://{}", socket.display());
    let classic = |name: &str| (name == "DOCKER_BUILDKIT").then(|| "0".to_owned());
    let engine = DockerEngine::connect(Some(&host), &classic).await.unwrap();
    let image = ImageBuild {
        tag: "app".to_owned(),
        build: Build {
            context: folder.path().display().to_string(),
            ..Build::default()
        },
        ..ImageBuild::default()
    };
    let mut told = engine.build_image(&image);
    let mut progress = Vec::new();
    let error = loop {
        match told.try_next().await {
            Ok(Some(next)) => progress.push(next),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    server.abort();
    let left = left.lock().unwrap().len();
    (progress, error, left)
}

fn failure(why: &str) -> String {
    format!("{}\n", serde_json::json!({ "error": why }))
}

const SUCCESS: &str = "{\"aux\":{\"ID\":\"sha256:1\"}}\n";

fn who(text: &str) -> BuildProgress {
    BuildProgress::Builder(text.to_owned())
}

#[tokio::test]
async fn a_build_that_lost_a_layer_is_begun_once_more_and_says_so() {
    let lost = failure(LOST);
    let (progress, error, _) = build(PODMAN, &[&lost, SUCCESS]).await;
    assert!(error.is_none(), "{error:?}");
    let id = "sha256:1".to_owned();
    assert_eq!(
        progress,
        [
            who("the engine, with Buildah"),
            who("the engine, with Buildah, once more: it lost a layer to another build"),
            BuildProgress::Built { id },
        ]
    );
}

#[tokio::test]
async fn once_more_is_not_twice() {
    let lost = failure(LOST);
    let (_, error, left) = build(PODMAN, &[&lost, &lost, SUCCESS]).await;
    assert!(
        matches!(&error, Some(EngineError::BuildFailed { why, .. }) if why == LOST),
        "{error:?}"
    );
    assert_eq!(left, 1);
}

#[tokio::test]
async fn other_failures_and_other_engines_end_a_build_at_once() {
    for (header, why) in [(PODMAN, "exit status 1"), ("", LOST)] {
        let (_, error, left) = build(header, &[&failure(why), SUCCESS]).await;
        assert!(error.is_some(), "{why}");
        assert_eq!(left, 1, "{why}");
    }
}
