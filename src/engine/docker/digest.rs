//! What a registry has behind an image's tag, asked through the engine.

use hyper::{Method, Request};
use serde::Deserialize;

use bytes::Bytes;
use http_body_util::Empty;

use super::failure::from_send;
use super::pull::refusal;
use super::request::{Target, not_understood, send};
use super::transport::{Transport, read_all};
use crate::engine::EngineError;
use crate::engine::auth::{AuthError, RegistryConfig};

/// The digest of a whole reference, such as `docker.io/library/busybox:latest`.
pub(super) async fn digest(
    transport: &Transport,
    registries: Result<&RegistryConfig, &AuthError>,
    reference: &str,
) -> Result<String, EngineError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Distribution {
        descriptor: Descriptor,
    }
    #[derive(Deserialize)]
    struct Descriptor {
        digest: String,
    }
    let target = Target::new(&["distribution", reference, "json"]);
    let mut request = Request::builder().method(Method::GET).uri(target.as_str());
    if let Ok(registries) = registries
        && let Ok(Some(credentials)) = registries.for_image(reference).await
    {
        request = request.header("X-Registry-Auth", credentials.header());
    }
    let response = send(transport, request.body(Empty::<Bytes>::new()))
        .await
        .map_err(|error| refusal(reference, error))?;
    let body = read_all(response)
        .await
        .map_err(|error| from_send(transport, error))?;
    let found: Distribution = serde_json::from_slice(&body).map_err(not_understood)?;
    Ok(found.descriptor.digest)
}
