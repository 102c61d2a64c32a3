//! Which engine: from an explicit host, the environment, docker's contexts and the well-known
//! sockets to the addresses worth trying, in order.
//!
//! [`select`] decides on given values only. Reading docker's configuration ([`candidates`]) is the one step
//! here that touches files; opening the addresses is up to the caller.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::EngineError;

pub use address::{Address, SshAddress, TlsAddress};

mod address;

/// Looks a variable of the caller's environment up; an empty value counts as unset.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why an address is tried at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The host was given to us as an argument.
    Argument,
    /// The variable `DOCKER_HOST`.
    DockerHost,
    /// The docker context of this name.
    Context(String),
    /// The system's Docker socket.
    Default,
    /// Docker in rootless mode.
    Rootless,
    /// Podman's Docker-compatible socket.
    Podman,
    /// Docker Desktop for Linux.
    DockerDesktop,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("the given host"),
            Self::DockerHost => f.write_str("DOCKER_HOST"),
            Self::Context(name) => write!(f, "docker context {name}"),
            Self::Default => f.write_str("Docker"),
            Self::Rootless => f.write_str("rootless Docker"),
            Self::Podman => f.write_str("Podman"),
            Self::DockerDesktop => f.write_str("Docker Desktop"),
        }
    }
}

/// An address worth trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where to connect to.
    pub address: Address,
    /// Who named it.
    pub origin: Origin,
}

/// What the given values say about the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Somebody named the engine: only this one may be used.
    Explicit(Candidate),
    /// Somebody named a docker context: its file has the address.
    Context(String),
    /// Nobody named one: the first of these that answers.
    Search(Vec<Candidate>),
}

/// Decides which engine is meant, with docker's own precedence: an explicit host, `DOCKER_HOST`,
/// `DOCKER_CONTEXT`, `current_context` (of docker's config.json), then the well-known sockets.
///
/// # Errors
///
/// [`LocateError::Address`] when a given address cannot be used.
pub fn select(
    host: Option<&str>,
    variables: Variables<'_>,
    current_context: Option<&str>,
) -> Result<Selection, LocateError> {
    let variable = |name| variables(name).filter(|value| !value.is_empty());
    let explicit = |host: &str, origin| {
        let certificates = variable("DOCKER_TLS_VERIFY").and_then(|_| {
            variable("DOCKER_CERT_PATH")
                .map(PathBuf::from)
                .or_else(|| docker_config_folder(variables))
        });
        let address = Address::parse(host, certificates)?;
        Ok(Selection::Explicit(Candidate { address, origin }))
    };
    if let Some(host) = host {
        return explicit(host, Origin::Argument);
    }
    if let Some(host) = variable("DOCKER_HOST") {
        return explicit(&host, Origin::DockerHost);
    }
    let context = variable("DOCKER_CONTEXT").or_else(|| current_context.map(str::to_owned));
    match context {
        // "default" is docker's name for "no context".
        Some(name) if !name.is_empty() && name != "default" => Ok(Selection::Context(name)),
        _ => Ok(Selection::Search(well_known(variables))),
    }
}

/// The sockets that engines create by themselves, best first.
fn well_known(variables: Variables<'_>) -> Vec<Candidate> {
    let folder = |name| {
        variables(name)
            .filter(|value| value.starts_with('/'))
            .map(PathBuf::from)
    };
    let (runtime, home) = (folder("XDG_RUNTIME_DIR"), folder("HOME"));
    let below = |base: &Option<PathBuf>, path: &str| base.as_ref().map(|base| base.join(path));
    let sockets = [
        (Some(PathBuf::from("/var/run/docker.sock")), Origin::Default),
        (below(&runtime, "docker.sock"), Origin::Rootless),
        (below(&home, ".docker/run/docker.sock"), Origin::Rootless),
        (below(&runtime, "podman/podman.sock"), Origin::Podman),
        (
            Some(PathBuf::from("/run/podman/podman.sock")),
            Origin::Podman,
        ),
        (
            below(&home, ".docker/desktop/docker.sock"),
            Origin::DockerDesktop,
        ),
    ];
    let candidate = |(path, origin): (Option<PathBuf>, Origin)| {
        Some(Candidate {
            address: Address::Unix(path?),
            origin,
        })
    };
    sockets.into_iter().filter_map(candidate).collect()
}

/// Docker's configuration folder: `DOCKER_CONFIG`, else `~/.docker`; none without a home.
pub fn docker_config_folder(variables: Variables<'_>) -> Option<PathBuf> {
    let variable = |name| {
        variables(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("DOCKER_CONFIG").or_else(|| variable("HOME").map(|home| home.join(".docker")))
}

/// The addresses to try, in order; reads docker's configuration where nothing more explicit is given.
///
/// # Errors
///
/// [`LocateError`] when a given address cannot be used, or a named context does not exist or is damaged.
pub fn candidates(
    host: Option<&str>,
    variables: Variables<'_>,
) -> Result<Vec<Candidate>, LocateError> {
    let folder = docker_config_folder(variables);
    let current = folder.as_deref().and_then(current_context);
    match select(host, variables, current.as_deref())? {
        Selection::Explicit(candidate) => Ok(vec![candidate]),
        Selection::Search(candidates) => Ok(candidates),
        Selection::Context(name) => {
            let Some(folder) = folder else {
                return Err(LocateError::ContextNotFound {
                    name,
                    file: PathBuf::from("~/.docker"),
                });
            };
            let address = read_context(&folder, &name)?;
            Ok(vec![Candidate {
                address,
                origin: Origin::Context(name),
            }])
        }
    }
}

/// `currentContext` of config.json. A file that docker itself could not read names no context: the
/// search still finds the engine, and reading credentials reports the file.
fn current_context(folder: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Config {
        #[serde(rename = "currentContext")]
        current_context: Option<String>,
    }
    let text = std::fs::read_to_string(folder.join("config.json")).ok()?;
    serde_json::from_str::<Config>(&text).ok()?.current_context
}

/// What docker calls the folders of the context `name`.
fn context_id(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    digest
        .iter()
        .fold(String::new(), |id, byte| id + &format!("{byte:02x}"))
}

/// Where docker keeps the description of the context `name`.
fn context_file(folder: &Path, name: &str) -> PathBuf {
    let meta = folder.join("contexts/meta");
    meta.join(context_id(name)).join("meta.json")
}

/// Where docker keeps the certificates of the context `name`, if it has any.
fn context_certificates(folder: &Path, name: &str) -> Option<PathBuf> {
    let tls = folder.join("contexts/tls").join(context_id(name));
    Some(tls.join("docker")).filter(|folder| folder.is_dir())
}

fn read_context(folder: &Path, name: &str) -> Result<Address, LocateError> {
    #[derive(Deserialize)]
    struct Meta {
        #[serde(rename = "Endpoints")]
        endpoints: Endpoints,
    }
    #[derive(Deserialize)]
    struct Endpoints {
        docker: Endpoint,
    }
    #[derive(Deserialize)]
    struct Endpoint {
        #[serde(rename = "Host")]
        host: String,
        #[serde(rename = "SkipTLSVerify", default)]
        skip_tls_verify: bool,
    }
    let file = context_file(folder, name);
    let text = std::fs::read_to_string(&file).map_err(|source| match source.kind() {
        ErrorKind::NotFound => LocateError::ContextNotFound {
            name: name.to_owned(),
            file: file.clone(),
        },
        _ => LocateError::ContextUnreadable {
            name: name.to_owned(),
            file: file.clone(),
            source,
        },
    })?;
    let meta: Meta =
        serde_json::from_str(&text).map_err(|source| LocateError::ContextUnreadable {
            name: name.to_owned(),
            file,
            source: source.into(),
        })?;
    let endpoint = meta.endpoints.docker;
    let address = Address::parse(&endpoint.host, context_certificates(folder, name))?;
    if endpoint.skip_tls_verify && matches!(address, Address::Tls(_) | Address::Tcp(_)) {
        let why = "its docker context says skip-tls-verify, and windlass talks to no engine whose certificate is not checked";
        let address = endpoint.host;
        return Err(LocateError::Address { address, why });
    }
    Ok(address)
}

/// Why no address could be derived from what was given.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// An address that cannot be used.
    #[error("cannot use the engine address {address:?}: {why}")]
    Address {
        /// The address as it was given.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A context was asked for that docker does not know.
    #[error("docker context {name:?} does not exist (no file {})", file.display())]
    ContextNotFound {
        /// The context's name.
        name: String,
        /// Where it should be described.
        file: PathBuf,
    },
    /// A context's file cannot be read or understood.
    #[error("cannot read docker context {name:?} from {}", file.display())]
    ContextUnreadable {
        /// The context's name.
        name: String,
        /// The file that describes it.
        file: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
}

impl From<LocateError> for EngineError {
    fn from(error: LocateError) -> Self {
        match error {
            LocateError::Address { address, why } => Self::BadAddress {
                address,
                why: why.to_owned(),
            },
            LocateError::ContextNotFound { name, file } => Self::BadContext {
                name,
                why: format!("it does not exist (no file {})", file.display()),
            },
            LocateError::ContextUnreadable { name, file, source } => Self::BadContext {
                name,
                why: format!("{} cannot be read: {source}", file.display()),
            },
        }
    }
}

/// One address that did not answer.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// What was tried.
    pub(crate) candidate: Candidate,
    /// Why it failed.
    pub(crate) error: std::io::Error,
}

/// The error for a search in which no address answered.
pub(crate) fn no_engine(attempts: &[Attempt]) -> EngineError {
    // Podman's folder is closed to users even where no Podman runs: that denial says nothing.
    let denied = |attempt: &&Attempt| {
        attempt.error.kind() == ErrorKind::PermissionDenied
            && attempt.candidate.origin != Origin::Podman
    };
    if let Some(Attempt {
        candidate: Candidate {
            address: Address::Unix(path),
            ..
        },
        ..
    }) = attempts.iter().find(denied)
    {
        return EngineError::NoPermission { path: path.clone() };
    }
    let tried = |Attempt {
                     candidate: Candidate { address, origin },
                     error,
                 }: &Attempt| {
        let why = match error.kind() {
            ErrorKind::NotFound if matches!(address, Address::Unix(_)) => "no such file".to_owned(),
            ErrorKind::ConnectionRefused => "connection refused: nothing listens there".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        (address.to_string(), format!("{origin}: {why}"))
    };
    EngineError::NoEngine {
        tried: attempts.iter().map(tried).collect(),
    }
}

#[cfg(test)]
mod tests;
