//! Requests that do not go through bollard: the pieces they are made of.

use std::fmt::Write as _;

use bytes::Bytes;
use http_body_util::{Empty, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response, Version};
use serde_json::Value;

use super::failure::{checked, from_send};
use super::transport::{Transport, read_all};
use crate::engine::EngineError;

/// A path with its query, both encoded.
#[derive(Debug, Clone)]
pub(super) struct Target {
    text: String,
    has_query: bool,
}

impl Target {
    /// Starts with fixed and given parts, such as `["containers", id, "json"]`; slashes in a part stay.
    pub(super) fn new(parts: &[&str]) -> Self {
        let mut text = String::new();
        for part in parts {
            text.push('/');
            encode(part, &mut text);
        }
        Self {
            text,
            has_query: false,
        }
    }

    /// Adds a parameter.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        encode(name, &mut self.text);
        self.text.push('=');
        encode(value, &mut self.text);
        self
    }

    /// Adds a parameter where there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds the engine's `filters` parameter: only what has the label `key=value`.
    pub(super) fn labelled(self, key: &str, value: &str) -> Self {
        let filters = serde_json::json!({ "label": [format!("{key}={value}")] });
        self.with("filters", &filters.to_string())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Everything but letters, digits and what stands for itself in paths and queries.
fn encode(part: &str, into: &mut String) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:@".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

/// Sends a GET and gives the whole body.
pub(super) async fn get(transport: &Transport, target: &Target) -> Result<Bytes, EngineError> {
    let response = open(transport, target).await?;
    read_all(response)
        .await
        .map_err(|error| from_send(transport, error))
}

/// The same, with none where the engine says that there is no such thing.
pub(super) async fn find(
    transport: &Transport,
    target: &Target,
) -> Result<Option<Bytes>, EngineError> {
    match get(transport, target).await {
        Ok(body) => Ok(Some(body)),
        Err(EngineError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sends a GET and gives the response, whose body may go on for long.
pub(super) async fn open(
    transport: &Transport,
    target: &Target,
) -> Result<Response<Incoming>, EngineError> {
    let request = Request::builder()
        .method(Method::GET)
        .uri(target.as_str())
        .body(Empty::<Bytes>::new());
    send(transport, request).await
}

/// The same in HTTP 1.0, in which a body is what comes until the connection ends: not cut into a piece for each line,
/// which is most of the work with a long log. An engine that breaks off looks like one that is done.
pub(super) async fn open_until_end(
    transport: &Transport,
    target: &Target,
) -> Result<Response<Incoming>, EngineError> {
    let request = Request::builder()
        .method(Method::GET)
        .version(Version::HTTP_10)
        .uri(target.as_str())
        .body(Empty::<Bytes>::new());
    send(transport, request).await
}

/// Sends a POST with a JSON body and gives the whole answer.
pub(super) async fn post(
    transport: &Transport,
    target: &Target,
    body: &Value,
) -> Result<Bytes, EngineError> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(target.as_str())
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body.to_string())));
    let response = send(transport, request).await?;
    read_all(response)
        .await
        .map_err(|error| from_send(transport, error))
}

/// Sends a PUT with a tar archive as its body.
pub(super) async fn put_archive(
    transport: &Transport,
    target: &Target,
    archive: Vec<u8>,
) -> Result<(), EngineError> {
    let request = Request::builder()
        .method(Method::PUT)
        .uri(target.as_str())
        .header(CONTENT_TYPE, "application/x-tar")
        .body(Full::new(Bytes::from(archive)));
    let response = send(transport, request).await?;
    read_all(response)
        .await
        .map(drop)
        .map_err(|error| from_send(transport, error))
}

/// Sends a request and checks the status of its response.
pub(super) async fn send<B>(
    transport: &Transport,
    request: Result<Request<B>, hyper::http::Error>,
) -> Result<Response<Incoming>, EngineError>
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let request = request
        .map_err(|error| EngineError::Answer(format!("a request cannot be written: {error}")))?;
    let response = transport
        .send(request)
        .await
        .map_err(|error| from_send(transport, error))?;
    checked(transport, response).await
}

/// The error for a body that is not what it should be.
pub(super) fn not_understood(error: impl std::fmt::Display) -> EngineError {
    EngineError::Answer(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_encoded() {
        let target = Target::new(&["images", "reg.io:5000/a b:1@sha256:0", "json"])
            .with("x", "1&2=3+ü")
            .with("y", "")
            .with_some("z", None);
        assert_eq!(
            target.as_str(),
            "/images/reg.io:5000/a%20b:1@sha256:0/json?x=1%262%3D3%2B%C3%BC&y="
        );
        let listing = Target::new(&["networks"]).labelled("a.b", "c");
        assert_eq!(
            listing.as_str(),
            "/networks?filters=%7B%22label%22:%5B%22a.b%3Dc%22%5D%7D"
        );
    }
}
