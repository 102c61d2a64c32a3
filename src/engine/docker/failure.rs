//! From what an engine answers to [`EngineError`]: status and words are all it gives, so the words are read here,
//! in one place, and nowhere else.

use bytes::Bytes;
use hyper::Response;
use hyper::body::Incoming;
use serde::Deserialize;

use super::transport::{SendError, Transport, read_all};
use crate::engine::EngineError;
use crate::model::ContainerSpec;

/// What went wrong when a call was made on `transport` through bollard.
pub(crate) fn from_bollard(transport: &Transport, error: bollard::errors::Error) -> EngineError {
    use bollard::errors::Error;
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => refused(status_code, message),
        Error::IOError { err } => disconnected(transport, &err),
        Error::HyperResponseError { err } => disconnected(transport, &err),
        Error::RequestTimeoutError => disconnected(transport, &"no answer in time"),
        other => EngineError::Answer(other.to_string()),
    }
}

/// What went wrong when a request was sent on `transport`.
pub(crate) fn from_send(transport: &Transport, error: SendError) -> EngineError {
    disconnected(transport, &error.into_io())
}

pub(crate) fn disconnected(transport: &Transport, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::Disconnected {
        address: transport.address().to_string(),
        why: why.to_string(),
    }
}

/// The response, or the error it tells.
///
/// # Errors
///
/// For every status that is not a success.
pub(crate) async fn checked(
    transport: &Transport,
    response: Response<Incoming>,
) -> Result<Response<Incoming>, EngineError> {
    let status = response.status();
    if status.is_success() || status == hyper::StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let body = read_all(response)
        .await
        .map_err(|error| from_send(transport, error))?;
    Err(refused(status.as_u16(), message(&body)))
}

/// The message in an engine's error body: `{"message": ..}`, `{"error": ..}` (Podman, of a push), or plain text.
fn message(body: &Bytes) -> String {
    #[derive(Default, Deserialize)]
    struct Body {
        message: Option<String>,
        error: Option<String>,
    }
    let json: Body = serde_json::from_slice(body).unwrap_or_default();
    let text = json.message.or(json.error);
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    text.trim().to_owned()
}

/// The typed error for an engine's refusal.
pub(crate) fn refused(status: u16, message: String) -> EngineError {
    if let Some(port) = port_in_use(&message) {
        return EngineError::PortInUse { port, owner: None };
    }
    if let Some((kind, name, owner)) = name_in_use(&message) {
        return EngineError::NameInUse { kind, name, owner };
    }
    match status {
        404 => EngineError::NotFound(message),
        // 403: endpoints that keep a network from being removed, names that exist on a network.
        409 | 403 => EngineError::Conflict(message),
        // Podman's answer where a container goes while the call is under way.
        500 if message.ends_with(": no such container") => EngineError::NotFound(message),
        500 if message.contains("network is being used") => EngineError::Conflict(message),
        500 if message.ends_with(": container not known") => EngineError::Refused {
            status,
            message: half_removed(&message).unwrap_or(message),
        },
        _ => EngineError::Refused { status, message },
    }
}

/// Podman answers no listing any more with such a container in it, and takes it away only when it is told to so.
fn half_removed(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("container from store \"")?;
    let id = rest.split('"').next()?.get(..12)?;
    Some(format!(
        "it has removed container {id} by half; `podman rm --force --depend {id}` removes the rest"
    ))
}

/// Why a container cannot be made, with the platform that was asked for: Podman only says that there is no such image.
pub(crate) fn of_platform(error: EngineError, spec: &ContainerSpec) -> EngineError {
    match (error, &spec.platform) {
        (EngineError::NotFound(why), Some(platform)) if !why.contains(platform.as_str()) => {
            EngineError::NotFound(format!("{why} (wanted for {platform})"))
        }
        (error, _) => error,
    }
}

/// The address and port in the messages with which engines say that a host port is taken.
fn port_in_use(message: &str) -> Option<String> {
    const TAKEN: [&str; 2] = ["port is already allocated", "address already in use"];
    if !TAKEN.iter().any(|words| message.contains(words)) {
        return None;
    }
    // In the order of trust: Docker's allocator, its proxies, newer Dockers, Podman.
    let after = [
        "Bind for ",
        "listen tcp4 ",
        "listen tcp6 ",
        "listen tcp ",
        "listen udp4 ",
        "listen udp6 ",
        "listen udp ",
        "host port for ",
        "host port ",
    ];
    let rest = after
        .iter()
        .find_map(|words| message.split_once(words).map(|(_, rest)| rest))?;
    let word = rest.split([' ', '/']).next()?.trim_end_matches([':', ',']);
    host_and_port(word)
}

/// `HOST:PORT` at the start of a text that may go on with the container's address.
fn host_and_port(text: &str) -> Option<String> {
    let (host, rest) = if let Some(rest) = text.strip_prefix(":::") {
        // All IPv6 addresses, without brackets.
        ("[::]".to_owned(), rest)
    } else if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once("]:")?;
        (format!("[{host}]"), rest)
    } else {
        let (host, rest) = text.split_once(':')?;
        (host.to_owned(), rest)
    };
    // Podman leaves out that it means all addresses.
    let host = if host.is_empty() { "0.0.0.0" } else { &host };
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("{host}:{port}"))
}

/// What kind of thing bears the name already, the name, and who has it.
fn name_in_use(message: &str) -> Option<(&'static str, String, Option<String>)> {
    let quoted = |text: &str| {
        text.split('"')
            .nth(1)
            .map(|name| name.trim_start_matches('/').to_owned())
    };
    let lower = message.to_lowercase();
    if lower.contains("container name") && lower.contains("already in use") {
        let after = lower.split("in use by ").nth(1).unwrap_or_default();
        let id: String = after
            .trim_start_matches("container ")
            .trim_start_matches('"')
            .chars()
            .take_while(char::is_ascii_hexdigit)
            .take(12)
            .collect();
        let owner = (!id.is_empty()).then(|| format!("container {id}"));
        return Some(("container", quoted(message)?, owner));
    }
    let docker = || {
        let rest = message.strip_prefix("network with name ")?;
        rest.strip_suffix(" already exists")
    };
    let podman = || {
        let rest = message.strip_prefix("network name ")?;
        rest.split_once(" already used").map(|(name, _)| name)
    };
    let name = docker().or_else(podman)?;
    Some(("network", name.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_engines_become_typed_errors() {
        let id = "0123456789abcdef0123456789abcdef";
        // Status, message, what a user reads.
        let table = [
            (404, "No such container: x".to_owned(), "No such container: x"),
            (
                409,
                format!("Conflict. The container name \"/web-1\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name."),
                "container name \"web-1\" is already in use by container 0123456789ab",
            ),
            (
                500,
                format!("creating container storage: the container name \"web-1\" is already in use by {id}. You have to remove that container to be able to reuse that name: that name is already in use"),
                "container name \"web-1\" is already in use by container 0123456789ab",
            ),
            (500, "no container with ID 0f found in database: no such container".to_owned(), "no container with ID 0f found in database"),
            (409, "network with name app_default already exists".to_owned(), "network name \"app_default\" is already in use"),
            (409, "You cannot remove a running container".to_owned(), "You cannot remove a running container"),
            (
                500,
                format!("getting container from store \"{id}\": container not known"),
                "the engine answers 500: it has removed container 0123456789ab by half; `podman rm --force --depend 0123456789ab` removes the rest",
            ),
            (
                500,
                "driver failed programming external connectivity on endpoint web-1 (0f): Bind for 0.0.0.0:8080 failed: port is already allocated".to_owned(),
                "host port 0.0.0.0:8080 is already in use",
            ),
            (
                500,
                "driver failed programming external connectivity on endpoint web-1 (0f): Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use".to_owned(),
                "host port 127.0.0.1:8080 is already in use",
            ),
            (
                500,
                "failed to set up container networking: driver failed programming external connectivity on endpoint x (0f): failed to bind host port for 0.0.0.0:8080:172.18.0.2:80/tcp: address already in use".to_owned(),
                "host port 0.0.0.0:8080 is already in use",
            ),
            (
                500,
                "failed to set up container networking: driver failed programming external connectivity on endpoint x (0f): failed to bind host port 0.0.0.0:8080/tcp: address already in use".to_owned(),
                "host port 0.0.0.0:8080 is already in use",
            ),
            (500, "x: Error starting userland proxy: listen tcp6 [::1]:8080: bind: address already in use".to_owned(), "host port [::1]:8080 is already in use"),
            (500, "rootlessport listen tcp :8080: bind: address already in use".to_owned(), "host port 0.0.0.0:8080 is already in use"),
            (409, "network name app_default already used: network already exists".to_owned(), "network name \"app_default\" is already in use"),
            (500, "\"a\" has associated containers: network is being used".to_owned(), "\"a\" has associated containers"),
            (500, "Address already in use".to_owned(), "the engine answers 500: Address already in use"),
            (500, "endpoint web-2 (22): Bind for :::8080 failed: port is already allocated".to_owned(), "host port [::]:8080 is already in use"),
            (403, "network x id 1 has active endpoints".to_owned(), "network x id 1 has active endpoints"),
        ];
        for (status, message, expected) in table {
            let error = refused(status, message.clone()).to_string();
            assert!(error.starts_with(expected), "{message}\n became {error}");
        }
    }

    #[test]
    fn messages_are_taken_from_json_or_text() {
        assert_eq!(
            message(&Bytes::from_static(b"{\"message\":\"no\\n\"}")),
            "no"
        );
        let of_a_push = br#"{"status":"","errorDetail":{"message":"refused"},"error":"refused"}"#;
        assert_eq!(message(&Bytes::from_static(of_a_push)), "refused");
        assert_eq!(
            message(&Bytes::from_static(b"page not found\n")),
            "page not found"
        );
    }
}
