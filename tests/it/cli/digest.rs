//! Images by digest, from an engine that answers for the registries.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::support::test::Test;

/// An engine that knows what registries have, and nothing else; answers its address.
fn engine() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(&connection));
        }
    });
    address
}

/// Answers one request.
fn answer(mut connection: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(connection).lines();
    let request = lines.next()?.ok()?;
    lines
        .find(|line| line.as_ref().is_ok_and(String::is_empty))?
        .ok()?;
    let (status, body) = if request.contains("/_ping") {
        ("200 OK", "OK".to_owned())
    } else if request.contains("/distribution/docker.io/library/busybox:1/json") {
        let digest = "b".repeat(64);
        (
            "200 OK",
            format!(r#"{{"Descriptor": {{"digest": "sha256:{digest}"}}}}"#),
        )
    } else if request.contains("/distribution/") {
        (
            "404 Not Found",
            r#"{"message": "manifest unknown"}"#.to_owned(),
        )
    } else {
        (
            "500 Internal Server Error",
            format!(r#"{{"message": "{request}"}}"#),
        )
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n");
    write!(
        connection,
        "{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .ok()
}

const STACK: &str = "services:\n  a: {image: \"busybox:1\", tty: true}\n  b: {image: \"r.io/b:2@sha256:aa\"}\n  c: {build: .}\n";

#[test]
fn images_are_resolved_to_what_their_registries_have() {
    let pinned = format!(
        "image: docker.io/library/busybox:1@sha256:{}",
        "b".repeat(64)
    );
    Test::new(["config", "--resolve-image-digests"])
        .file("compose.yaml", STACK)
        .env("DOCKER_HOST", &engine())
        .stdout_contains(&pinned)
        .stdout_contains("image: r.io/b@sha256:aa")
        .stdout_contains("tty: true")
        .run();
}

#[test]
fn a_lock_file_has_the_images_and_nothing_else() {
    let digest = "b".repeat(64);
    Test::new(["config", "--lock-image-digests"])
        .file("compose.yaml", STACK)
        .env("DOCKER_HOST", &engine())
        .stdout(&format!(
            "services:\n  a:\n    image: docker.io/library/busybox:1@sha256:{digest}\n  b:\n    image: r.io/b@sha256:aa\n  c: {{}}\n"
        ))
        .run();
}

#[test]
fn an_image_that_no_registry_has_is_named() {
    Test::new(["config", "--resolve-image-digests"])
        .file("compose.yaml", "services: {a: {image: nowhere}}\n")
        .env("DOCKER_HOST", &engine())
        .stderr_contains("docker.io/library/nowhere:latest")
        .stderr_contains("manifest unknown")
        .status(1)
        .run();
}
