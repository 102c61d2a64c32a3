//! A registry of images for one test, beside the engine; see `tests/lab/registry`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use futures_util::TryStreamExt;
use windlass::engine::docker::DockerEngine;
use windlass::engine::{Engine, EngineError};

use super::engine::{free_port, host};

/// A registry; its images go with it.
pub(crate) struct Registry {
    child: Child,
    port: u16,
}

impl Registry {
    /// One that everybody may use.
    pub(crate) fn open() -> Self {
        Self::start(&[], "")
    }

    /// One for this user alone.
    pub(crate) fn of(user: &str, password: &str) -> Self {
        Self::start(&[user], password)
    }

    fn start(user: &[&str], password: &str) -> Self {
        let port = free_port();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/registry");
        let mut child = Command::new(script)
            .arg(port.to_string())
            .args(user)
            .env("WINDLASS_TEST_HOST", host())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script starts");
        // It ends with its standard input, which stays open as long as this lives.
        let stdin = child.stdin.as_mut().expect("standard input");
        writeln!(stdin, "{password}").expect("a password is told");
        let stdout = child.stdout.take().expect("standard output");
        let mut ready = String::new();
        let read = BufReader::new(stdout).read_line(&mut ready);
        read.expect("a line");
        assert_eq!(ready, "ready\n", "the registry does not start");
        Self { child, port }
    }

    /// Where it is, as the engine knows it.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// An image in it.
    pub(crate) fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.address())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Pushes an image of the engine with the credentials in a folder of docker's configuration.
pub(crate) async fn push(image: &str, config: &Path) -> Result<Vec<String>, EngineError> {
    let config = config.to_str().map(str::to_owned);
    let variables = |name: &str| config.clone().filter(|_| name == "DOCKER_CONFIG");
    let engine = DockerEngine::connect(Some(&host()), &variables).await?;
    let told: Vec<_> = engine.push_image(image).try_collect().await?;
    Ok(told.into_iter().map(|progress| progress.status).collect())
}
