//! Credentials for registries, from docker's config.json and the credential programs it names.
//!
//! Nothing is asked of anybody here: what `docker login` stored is used, and where nothing is stored the registry
//! is used anonymously.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The key under which docker stores credentials for Docker Hub.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// The user name that marks a credential program's secret as an identity token.
const TOKEN_USER: &str = "<token>";

/// What a registry asks for, in the form of the engine's `AuthConfig`.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Credentials {
    #[serde(skip_serializing_if = "String::is_empty")]
    username: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    password: String,
    #[serde(rename = "identitytoken", skip_serializing_if = "String::is_empty")]
    identity_token: String,
    #[serde(rename = "registrytoken", skip_serializing_if = "String::is_empty")]
    registry_token: String,
    #[serde(rename = "serveraddress")]
    server_address: String,
}

// Secrets never reach a log.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Credentials({} at {})",
            self.username, self.server_address
        )
    }
}

impl Credentials {
    /// The value of the `X-Registry-Auth` header.
    pub(crate) fn header(&self) -> String {
        encode(self)
    }
}

/// The value of the `X-Registry-Config` header: credentials by server.
pub(crate) fn config_header(credentials: &[Credentials]) -> String {
    let by_server: BTreeMap<&str, &Credentials> = credentials
        .iter()
        .map(|credentials| (credentials.server_address.as_str(), credentials))
        .collect();
    encode(&by_server)
}

/// The text of a config.json that holds these credentials and nothing else.
pub(crate) fn config_text(credentials: &[Credentials]) -> Vec<u8> {
    let stored = credentials.iter().map(|known| {
        let mut fields = serde_json::Map::new();
        if !known.username.is_empty() {
            let pair = format!("{}:{}", known.username, known.password);
            fields.insert("auth".to_owned(), STANDARD.encode(pair).into());
        }
        for (key, token) in [
            ("identitytoken", &known.identity_token),
            ("registrytoken", &known.registry_token),
        ] {
            if !token.is_empty() {
                fields.insert(key.to_owned(), token.as_str().into());
            }
        }
        (known.server_address.clone(), fields.into())
    });
    let auths: serde_json::Map<String, serde_json::Value> = stored.collect();
    serde_json::json!({ "auths": auths })
        .to_string()
        .into_bytes()
}

fn encode(value: &impl Serialize) -> String {
    // Maps with string keys and strings cannot fail to serialize.
    URL_SAFE.encode(serde_json::to_vec(value).unwrap_or_default())
}

/// Docker's config.json, as far as it is about registries.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct RegistryConfig {
    #[serde(default)]
    auths: BTreeMap<String, StoredAuth>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Clone, Default, Deserialize)]
struct StoredAuth {
    #[serde(default)]
    auth: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default, rename = "identitytoken")]
    identity_token: String,
    #[serde(default, rename = "registrytoken")]
    registry_token: String,
}

/// Why credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Docker's config.json cannot be read or understood.
    #[error("cannot read docker's configuration {}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// An entry of `auths` is damaged.
    #[error("the credentials stored for {server} in docker's config.json are damaged")]
    Damaged {
        /// The registry.
        server: String,
    },
    /// The program that keeps the credentials cannot be run.
    #[error(
        "cannot run the credential program {program}, which docker's config.json names for {server}"
    )]
    Program {
        /// The program.
        program: String,
        /// The registry.
        server: String,
        /// What went wrong.
        source: io::Error,
    },
    /// The program that keeps the credentials failed.
    #[error("the credential program {program} failed for {server}: {message}")]
    ProgramFailed {
        /// The program.
        program: String,
        /// The registry.
        server: String,
        /// What it printed.
        message: String,
    },
}

impl RegistryConfig {
    /// Reads config.json in docker's configuration folder; without one nothing is known.
    ///
    /// # Errors
    ///
    /// [`AuthError::Config`] when the file is there and cannot be read.
    pub(crate) fn read(folder: Option<&Path>) -> Result<Self, AuthError> {
        let Some(path) = folder.map(|folder| folder.join("config.json")) else {
            return Ok(Self::default());
        };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(AuthError::Config { path, source }),
        };
        serde_json::from_slice(&text).map_err(|error| AuthError::Config {
            path,
            source: error.into(),
        })
    }

    /// The credentials for the registry of an image reference; none where nothing is stored.
    ///
    /// # Errors
    ///
    /// [`AuthError`] when something is stored, but cannot be had.
    pub(crate) async fn for_image(
        &self,
        reference: &str,
    ) -> Result<Option<Credentials>, AuthError> {
        self.for_server(&server_of(reference)).await
    }

    /// The credentials for every registry that is named in the file, for builds that may pull from any.
    /// Those that cannot be had are left out: most builds need none of them.
    pub(crate) async fn all(&self) -> Vec<Credentials> {
        let mut all = Vec::new();
        for server in self.auths.keys().chain(self.helpers.keys()) {
            match self.for_server(server).await {
                Ok(credentials) => all.extend(credentials),
                Err(error) => tracing::warn!(server, %error, "credentials left out"),
            }
        }
        all
    }

    async fn for_server(&self, server: &str) -> Result<Option<Credentials>, AuthError> {
        if let Some(program) = self
            .helpers
            .get(server)
            .or_else(|| self.helpers.get(host_of(server)))
        {
            return ask(&format!("docker-credential-{program}"), server).await;
        }
        if let Some(program) = self.store.as_deref().filter(|program| !program.is_empty()) {
            return ask(&format!("docker-credential-{program}"), server).await;
        }
        let by_host = || {
            self.auths
                .iter()
                .find(|(key, _)| host_of(key) == host_of(server))
                .map(|(_, stored)| stored)
        };
        match self.auths.get(server).or_else(by_host) {
            Some(stored) => stored.credentials(server),
            None => Ok(None),
        }
    }
}

impl StoredAuth {
    fn credentials(&self, server: &str) -> Result<Option<Credentials>, AuthError> {
        let mut credentials = Credentials {
            username: self.username.clone(),
            password: self.password.clone(),
            identity_token: self.identity_token.clone(),
            registry_token: self.registry_token.clone(),
            server_address: server.to_owned(),
        };
        if !self.auth.is_empty() {
            let damaged = || AuthError::Damaged {
                server: server.to_owned(),
            };
            let decoded = STANDARD
                .decode(&self.auth)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(damaged)?;
            let (username, password) = decoded.split_once(':').ok_or_else(damaged)?;
            username.clone_into(&mut credentials.username);
            password
                .trim_matches('\0')
                .clone_into(&mut credentials.password);
        }
        let is_empty = credentials.username.is_empty()
            && credentials.identity_token.is_empty()
            && credentials.registry_token.is_empty();
        Ok((!is_empty).then_some(credentials))
    }
}

/// The server whose credentials are used for an image reference.
fn server_of(reference: &str) -> String {
    match reference.split_once('/') {
        Some(("docker.io" | "index.docker.io", _)) => DOCKER_HUB.to_owned(),
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first.to_owned(),
        _ => DOCKER_HUB.to_owned(),
    }
}

/// The host in a key of config.json, which may be a whole URL.
fn host_of(server: &str) -> &str {
    let without_scheme = server.split_once("://").map_or(server, |(_, rest)| rest);
    without_scheme.split('/').next().unwrap_or(without_scheme)
}

/// Asks a credential program, by docker's protocol: the server on stdin, JSON on stdout.
async fn ask(program: &str, server: &str) -> Result<Option<Credentials>, AuthError> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "Username")]
        username: String,
        #[serde(rename = "Secret")]
        secret: String,
    }
    let (program_name, server_name) = (|| program.to_owned(), || server.to_owned());
    let output = run(program, server)
        .await
        .map_err(|source| AuthError::Program {
            program: program_name(),
            server: server_name(),
            source,
        })?;
    let failed = |message| AuthError::ProgramFailed {
        program: program_name(),
        server: server_name(),
        message,
    };
    if !output.status.success() {
        let printed = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        let message = String::from_utf8_lossy(&printed).trim().to_owned();
        // How every credential program says that nothing is stored.
        return if message.contains("credentials not found") {
            Ok(None)
        } else {
            Err(failed(message))
        };
    }
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .map_err(|_| failed("its answer is not understood".to_owned()))?;
    let mut credentials = Credentials {
        server_address: server.to_owned(),
        ..Credentials::default()
    };
    match answer.username.as_str() {
        "" => return Ok(None),
        TOKEN_USER => credentials.identity_token = answer.secret,
        _ => (credentials.username, credentials.password) = (answer.username, answer.secret),
    }
    Ok(Some(credentials))
}

async fn run(program: &str, input: &str) -> io::Result<std::process::Output> {
    let mut command = Command::new(program);
    command
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input has its reasons: its exit says more.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
    child.wait_with_output().await
}

#[cfg(test)]
mod tests;
