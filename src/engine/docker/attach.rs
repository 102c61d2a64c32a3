//! Connections that an engine turns into the streams of a process: of a container, or of a command in one.

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http_body_util::Full;
use hyper::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::DockerEngine;
use super::failure::{checked, disconnected, from_send};
use super::log::Demultiplexer;
use super::request::{Target, not_understood, post, send};
use super::transport::{Transport, read_all};
use crate::engine::{AttachOptions, Attached, End, EngineError, LogChunk, TerminalSize, Told};

/// As much as is read at once.
const PIECE: usize = 32 << 10;

impl DockerEngine {
    /// Runs a prepared command, attached to its streams; `tty` is what it was prepared with.
    ///
    /// # Errors
    /// Where the engine refuses, or doesn't hand over the connection.
    pub async fn attach_exec(&self, exec: &str, tty: bool) -> Result<Attached, EngineError> {
        let target = Target::new(&["exec", exec, "start"]);
        let body = json!({ "Detach": false, "Tty": tty });
        hijack(&self.transport, &target, &body, tty).await
    }

    /// Runs a prepared command by itself.
    ///
    /// # Errors
    /// Where the engine refuses, or cannot start it.
    pub async fn start_exec_detached(&self, exec: &str, tty: bool) -> Result<(), EngineError> {
        let target = Target::new(&["exec", exec, "start"]);
        let body = json!({ "Detach": true, "Tty": tty });
        post(&self.transport, &target, &body).await.map(drop)
    }

    /// Attaches to a container's streams, from now on.
    ///
    /// # Errors
    /// Where the engine refuses, or doesn't hand over the connection.
    pub async fn attach_container(
        &self,
        id: &str,
        options: &AttachOptions,
    ) -> Result<Attached, EngineError> {
        let stdin = if options.stdin { "1" } else { "0" };
        let target = Target::new(&["containers", id, "attach"])
            .with("stream", "1")
            .with("stdin", stdin)
            .with("stdout", "1")
            .with("stderr", "1")
            .with_some("detachKeys", options.detach_keys.as_deref());
        hijack(&self.transport, &target, &Value::Null, options.tty).await
    }

    /// Gives the terminal of a running command another size.
    ///
    /// # Errors
    /// Where the command doesn't run, or not yet.
    pub async fn resize_exec(&self, exec: &str, size: TerminalSize) -> Result<(), EngineError> {
        self.resize(&["exec", exec, "resize"], size).await
    }

    /// Gives a running container's terminal another size.
    ///
    /// # Errors
    /// Where the container doesn't run, or not yet.
    pub async fn resize_container(&self, id: &str, size: TerminalSize) -> Result<(), EngineError> {
        self.resize(&["containers", id, "resize"], size).await
    }

    async fn resize(&self, path: &[&str], size: TerminalSize) -> Result<(), EngineError> {
        let target = Target::new(path)
            .with("h", &size.lines.to_string())
            .with("w", &size.columns.to_string());
        let request = Request::builder()
            .method(Method::POST)
            .uri(target.as_str())
            .body(Full::new(Bytes::new()));
        send(&self.transport, request).await.map(drop)
    }

    /// Begins to wait for a container's end; the future ends with its exit code. An end between this call's return and
    /// the first look at that future is not missed.
    ///
    /// # Errors
    /// Where the engine refuses; the future's, where the connection breaks.
    pub async fn wait_exit(
        &self,
        id: &str,
        end: End,
    ) -> Result<impl Future<Output = Result<i64, EngineError>> + use<>, EngineError> {
        #[derive(Deserialize)]
        struct Ended {
            #[serde(rename = "StatusCode")]
            code: i64,
        }
        let condition = match end {
            End::NotRunning => "not-running",
            End::Next => "next-exit",
            End::Removed => "removed",
        };
        let target = Target::new(&["containers", id, "wait"]).with("condition", condition);
        let request = Request::builder()
            .method(Method::POST)
            .uri(target.as_str())
            .body(Full::new(Bytes::new()));
        // The engine sends the headers once it waits.
        let response = send(&self.transport, request).await?;
        let transport = self.transport.clone();
        Ok(async move {
            let body = read_all(response)
                .await
                .map_err(|error| from_send(&transport, error))?;
            let ended: Ended = serde_json::from_slice(&body).map_err(not_understood)?;
            Ok(ended.code)
        })
    }
}

/// Sends a request after which the connection is the streams.
async fn hijack(
    transport: &Transport,
    target: &Target,
    body: &Value,
    tty: bool,
) -> Result<Attached, EngineError> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = Request::builder()
        .method(Method::POST)
        .uri(target.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "tcp")
        .body(Full::new(Bytes::from(body)))
        .map_err(not_understood)?;
    let response = transport
        .send(request)
        .await
        .map_err(|error| from_send(transport, error))?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let response = checked(transport, response).await?;
        return Err(EngineError::Answer(format!(
            "it does not hand over the connection, but answers {}",
            response.status()
        )));
    }
    let upgraded = hyper::upgrade::on(response)
        .await
        .map_err(|error| disconnected(transport, &error))?;
    let (read, write) = tokio::io::split(TokioIo::new(upgraded));
    let parts = if tty {
        Demultiplexer::raw()
    } else {
        Demultiplexer::default()
    };
    Ok(Attached {
        output: output(read, parts, transport),
        input: Box::new(write),
    })
}

/// What comes over a connection, taken apart.
fn output(
    from: impl AsyncRead + Unpin + 'static,
    parts: Demultiplexer,
    transport: &Transport,
) -> Told<'static, LogChunk> {
    let state = (from, parts, transport.clone(), vec![0; PIECE]);
    let chunks = stream::try_unfold(
        state,
        |(mut from, mut parts, transport, mut buffer)| async move {
            loop {
                if let Some(chunk) = parts.next() {
                    return Ok(Some((chunk, (from, parts, transport, buffer))));
                }
                if parts.is_ended() {
                    return Ok(None);
                }
                match from.read(&mut buffer).await {
                    Ok(0) => parts.end(),
                    Ok(length) => parts.push(&buffer[..length]),
                    Err(error) => return Err(disconnected(&transport, &error)),
                }
            }
        },
    );
    chunks.boxed_local()
}
