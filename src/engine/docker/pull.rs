//! Pulling images: the request with the user's credentials, and its progress.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde::Deserialize;

use super::request::{Target, not_understood, send};
use super::stream::Lines;
use super::transport::Transport;
use crate::engine::auth::{AuthError, Credentials, RegistryConfig};
use crate::engine::{EngineError, PullProgress, Told};

/// Pulls an image with the user's credentials; without them where they cannot be had.
pub(super) async fn pull(
    transport: &Transport,
    registries: Result<&RegistryConfig, &AuthError>,
    reference: &str,
    platform: Option<&str>,
) -> Result<Told<'static, PullProgress>, EngineError> {
    let (name, tag) = name_and_tag(reference);
    let target = Target::new(&["images", "create"])
        .with("fromImage", name)
        .with("tag", tag)
        .with_some("platform", platform);
    let mut request = Request::builder().method(Method::POST).uri(target.as_str());
    // Most images are public: a locked key store must not keep them away.
    if let Some(credentials) = credentials(registries, reference)
        .await
        .unwrap_or_else(|error| {
            tracing::warn!(reference, error, "pulling without credentials");
            None
        })
    {
        request = request.header("X-Registry-Auth", credentials.header());
    }
    let response = send(transport, request.body(Empty::<Bytes>::new()))
        .await
        .map_err(|error| refusal(reference, error))?;
    let told = progress(response, transport, reference.to_owned());
    let begun = (told, transport.clone(), reference.to_owned());
    let noted = stream::unfold(Some(begun), |going_on| async {
        let (mut told, transport, reference) = going_on?;
        match told.next().await {
            Some(Ok(progress)) => Some((Ok(progress), Some((told, transport, reference)))),
            Some(Err(error)) => Some((Err(error), None)),
            None => {
                note_time(&transport, &reference).await;
                None
            }
        }
    });
    Ok(noted.boxed_local())
}

/// Gives an image that was pulled its tag once more: the time of its last tag, which a pull leaves as it is, tells the
/// image's age from then on.
async fn note_time(transport: &Transport, reference: &str) {
    if reference.contains('@') {
        return;
    }
    let (name, tag) = name_and_tag(reference);
    let target = Target::new(&["images", reference, "tag"])
        .with("repo", name)
        .with("tag", tag);
    let request = Request::builder().method(Method::POST).uri(target.as_str());
    if let Err(error) = send(transport, request.body(Empty::<Bytes>::new())).await {
        // Its age is not known then.
        tracing::warn!(reference, %error, "the time of the pull cannot be noted");
    }
}

/// The user's credentials for the registry of an image; none where nothing is stored.
///
/// # Errors
/// Why they cannot be had, in words.
pub(super) async fn credentials(
    registries: Result<&RegistryConfig, &AuthError>,
    reference: &str,
) -> Result<Option<Credentials>, String> {
    match registries {
        Ok(registries) => registries
            .for_image(reference)
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// A reference as the engine's pull takes it: without a tag it would pull all of them.
pub(super) fn name_and_tag(reference: &str) -> (&str, &str) {
    if let Some((name, digest)) = reference.split_once('@') {
        return (name, digest);
    }
    match reference.rsplit_once(':') {
        // A colon before a slash is a registry's port.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (reference, "latest"),
    }
}

/// A line of `POST /images/create`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PullLine {
    status: String,
    id: Option<String>,
    error: Option<String>,
    #[serde(rename = "progressDetail")]
    detail: Option<DetailLine>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DetailLine {
    current: Option<i64>,
    total: Option<i64>,
}

/// The progress in a response of `POST /images/create`.
fn progress(
    response: Response<Incoming>,
    transport: &Transport,
    reference: String,
) -> Told<'static, PullProgress> {
    Lines::new(response, transport).read(move |line| pull_progress(line, &reference).map(Some))
}

fn pull_progress(line: &[u8], reference: &str) -> Result<PullProgress, EngineError> {
    layer_progress(line, |why| pull_error(reference, why))
}

/// Reads a line of progress of a pull or a push; `refused` makes the error of the engine's words.
pub(super) fn layer_progress(
    line: &[u8],
    refused: impl FnOnce(String) -> EngineError,
) -> Result<PullProgress, EngineError> {
    let line: PullLine = serde_json::from_slice(line).map_err(not_understood)?;
    if let Some(error) = line.error {
        return Err(refused(error));
    }
    let detail = line.detail.unwrap_or_default();
    // The tag stands in the place of a layer in the first line.
    let is_layer = |id: &String| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(PullProgress {
        layer: line.id.filter(is_layer),
        status: line.status,
        current: detail.current.and_then(|bytes| u64::try_from(bytes).ok()),
        // Where the engine doesn't know the total it says 0 or -1.
        total: detail
            .total
            .and_then(|bytes| u64::try_from(bytes).ok())
            .filter(|total| *total > 0),
    })
}

/// The typed error for what an engine says instead of an image.
pub(super) fn refusal(reference: &str, error: EngineError) -> EngineError {
    match error {
        EngineError::NotFound(why)
        | EngineError::Conflict(why)
        | EngineError::Refused { message: why, .. } => pull_error(reference, why),
        other => other,
    }
}

/// Whether these are the words of a registry that wants other credentials, or doesn't let these in.
pub(super) fn is_denied(why: &str) -> bool {
    const DENIED: [&str; 5] = [
        "access denied",
        "unauthorized",
        "authentication required",
        "no basic auth credentials",
        "requested access to the resource is denied",
    ];
    let lower = why.to_lowercase();
    DENIED.iter().any(|words| lower.contains(words))
}

/// The typed error for an engine's words about a pull.
fn pull_error(reference: &str, why: String) -> EngineError {
    let reference = reference.to_owned();
    if is_denied(&why) {
        let plain = why
            .strip_prefix(&format!("pull access denied for {reference}, "))
            .unwrap_or(&why)
            .to_owned();
        EngineError::PullDenied {
            reference,
            why: plain,
        }
    } else {
        EngineError::PullFailed { reference, why }
    }
}

#[cfg(test)]
mod tests;
