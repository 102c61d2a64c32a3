//! The engine's interface over its Unix socket, with bodies as they come and go.

use std::path::PathBuf;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

use super::Result;

/// An engine behind a Unix socket.
pub(crate) struct Engine {
    pub(super) socket: PathBuf,
}

impl Engine {
    /// The engine at an address as in `DOCKER_HOST`.
    pub(crate) fn at(host: &str) -> Result<Self> {
        let socket = host.strip_prefix("unix://");
        let socket = socket.ok_or_else(|| format!("{host} is no unix:// address"))?;
        Ok(Self {
            socket: socket.into(),
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<&Value>) -> Result<Value> {
        self.call("POST", path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value> {
        self.call("DELETE", path, None).await
    }

    /// One call on a connection of its own; null where the answer is empty or no JSON, as the output of an exec.
    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let stream = UnixStream::connect(&self.socket).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("Host", "engine");
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let body = body.map(|body| Bytes::from(body.to_string()));
        let request = request.body(Full::new(body.unwrap_or_default()))?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status.is_client_error() || status.is_server_error() {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("{method} {path}: {status} {text}").into());
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}
