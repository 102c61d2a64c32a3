//! Where the engine for tests is, and what is reached there.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU16, Ordering};

use super::api::Api;
use super::ran::PATIENCE;

fn setting(name: &str, what: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: it is {what}. `make test` starts a private engine and sets it")
    })
}

/// The engine's address, for `DOCKER_HOST`.
pub(crate) fn host() -> String {
    setting("WINDLASS_TEST_HOST", "the address of an engine for tests")
}

/// The machine where ports that the engine publishes are reached.
pub(crate) fn address() -> String {
    setting(
        "WINDLASS_TEST_ADDRESS",
        "the IP address of that engine's published ports",
    )
}

/// The folder with docker compose as a plugin, where tests have that; else it is said that something is left out.
#[expect(
    clippy::print_stderr,
    reason = "libtest has no word for a test that is left out"
)]
pub(crate) fn compose_settings() -> Option<std::ffi::OsString> {
    let settings = std::env::var_os("WINDLASS_TEST_COMPOSE");
    if settings.is_none() {
        eprintln!("left out: WINDLASS_TEST_COMPOSE is not set, see tests/run");
    }
    settings
}

/// Whether it is Podman.
pub(crate) fn is_podman() -> bool {
    let version = Api::of(&host()).get("version").expect("a version");
    version.to_string().contains("Podman")
}

/// A host port that no other test uses.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Below the ports that the kernel gives to connections (32768 and up).
    let process = u16::try_from(std::process::id() % 120).unwrap_or_default();
    20_000 + process * 100 + NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Asks a published port over HTTP; answers status and body, or none where nothing answers.
pub(crate) fn http(method: &str, port: u16, path: &str, form: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect((address().as_str(), port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let length = form.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: test\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{form}"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
