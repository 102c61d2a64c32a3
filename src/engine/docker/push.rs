//! Pushing images: the request with the user's credentials, and its progress.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Method, Request};

use super::pull::{credentials, is_denied, layer_progress, name_and_tag};
use super::request::{Target, send};
use super::stream::Lines;
use super::transport::Transport;
use crate::engine::auth::{AuthError, Credentials, RegistryConfig};
use crate::engine::{EngineError, PullProgress, Told};

/// Pushes an image with the user's credentials. A registry takes pushes of those it knows, so credentials that cannot
/// be had are an error.
pub(super) async fn push(
    transport: &Transport,
    registries: Result<&RegistryConfig, &AuthError>,
    reference: &str,
) -> Result<Told<'static, PullProgress>, EngineError> {
    let credentials = credentials(registries, reference)
        .await
        .map_err(|why| push_error(reference, why))?;
    let (name, tag) = name_and_tag(reference);
    let target = Target::new(&["images", name, "push"]).with("tag", tag);
    let request = Request::builder()
        .method(Method::POST)
        .uri(target.as_str())
        // Engines before 28 refuse a push without the header.
        .header(
            "X-Registry-Auth",
            credentials.unwrap_or_else(Credentials::default).header(),
        )
        .body(Empty::<Bytes>::new());
    let response = send(transport, request)
        .await
        .map_err(|error| refusal(reference, error))?;
    let reference = reference.to_owned();
    let read = move |line: &[u8]| layer_progress(line, |why| push_error(&reference, why)).map(Some);
    Ok(Lines::new(response, transport).read(read))
}

/// The typed error for what an engine says instead of beginning.
fn refusal(reference: &str, error: EngineError) -> EngineError {
    match error {
        EngineError::NotFound(why)
        | EngineError::Conflict(why)
        | EngineError::Refused { message: why, .. } => push_error(reference, why),
        other => other,
    }
}

/// The typed error for an engine's words about a push.
fn push_error(reference: &str, why: String) -> EngineError {
    let reference = reference.to_owned();
    if is_denied(&why) {
        EngineError::PushDenied { reference, why }
    } else {
        EngineError::PushFailed { reference, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denied_pushes_are_told_apart() {
        let table = [
            ("no basic auth credentials", true),
            ("denied: requested access to the resource is denied", true),
            ("unauthorized: authentication required", true),
            ("An image does not exist locally with the tag: me/x", false),
            (
                "dial tcp 127.0.0.1:5000: connect: connection refused",
                false,
            ),
        ];
        for (why, denied) in table {
            let error = push_error("me/x", why.to_owned());
            assert_eq!(
                matches!(error, EngineError::PushDenied { .. }),
                denied,
                "{why}"
            );
            assert!(error.to_string().contains("me/x"), "{error}");
        }
    }
}
