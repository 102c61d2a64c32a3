//! Errors: why an engine did not do what it was asked to.

use std::path::PathBuf;

use super::context::ContextError;

/// Why an engine did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No engine answered at any address.
    #[error("no container engine answers: {}", tried.iter().map(|(address, why)| format!("{address} ({why})")).collect::<Vec<_>>().join(", "))]
    NoEngine {
        /// Every address that was tried, and why it was no good.
        tried: Vec<(String, String)>,
    },
    /// The engine's socket is there, but this user may not use it.
    #[error("no permission to use the engine's socket {}", path.display())]
    NoPermission {
        /// The socket.
        path: PathBuf,
    },
    /// The connection broke.
    #[error("the connection to the engine at {address} failed: {why}")]
    Disconnected {
        /// The engine's address.
        address: String,
        /// What happened.
        why: String,
    },
    /// An address that cannot be used.
    #[error("the engine's address `{address}` cannot be used: {why}")]
    BadAddress {
        /// The address.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// A docker context that is not there, or that cannot be read.
    #[error(
        "docker context `{name}` cannot be used: {why}; `docker context ls` lists those there are"
    )]
    BadContext {
        /// The context's name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The engine doesn't have a key of the file.
    #[error("`{path}` of {of} cannot be carried: {why}")]
    BeyondEngine {
        /// The key's path in the service or network.
        path: String,
        /// Whose key: `container app-web-1`.
        of: String,
        /// What the engine lacks.
        why: String,
    },
    /// There is no such object.
    #[error("{0}")]
    NotFound(String),
    /// The name is taken.
    #[error("{kind} name \"{name}\" is already in use{}", owner.as_ref().map(|owner| format!(" by {owner}")).unwrap_or_default())]
    NameInUse {
        /// `container`, `network`.
        kind: &'static str,
        /// The name.
        name: String,
        /// Who has it, where the engine tells.
        owner: Option<String>,
    },
    /// A host port is taken.
    #[error("host port {port} is already in use{}", owner.as_ref().map(|owner| format!(" by {owner}")).unwrap_or_default())]
    PortInUse {
        /// Address and port, as the engine names them.
        port: String,
        /// Who has it, where that can be found out.
        owner: Option<String>,
    },
    /// The registry doesn't know the image, or doesn't let us see it.
    #[error("pull access denied for {reference}: {why}")]
    PullDenied {
        /// The image.
        reference: String,
        /// The registry's or the engine's words.
        why: String,
    },
    /// A pull failed for another reason.
    #[error("image {reference} cannot be pulled: {why}")]
    PullFailed {
        /// The image.
        reference: String,
        /// The engine's words.
        why: String,
    },
    /// The registry doesn't take the image from this user.
    #[error("push access denied for {reference}: {why}")]
    PushDenied {
        /// The image.
        reference: String,
        /// The registry's or the engine's words.
        why: String,
    },
    /// A push failed for another reason.
    #[error("image {reference} cannot be pushed: {why}")]
    PushFailed {
        /// The image.
        reference: String,
        /// The engine's words.
        why: String,
    },
    /// A build failed.
    #[error("image {tag} cannot be built: {why}")]
    BuildFailed {
        /// The image.
        tag: String,
        /// The step that failed, where the builder tells.
        step: Option<String>,
        /// What the builder says.
        why: String,
        /// The last lines that the failing step printed.
        output: Vec<String>,
        /// The line of the Dockerfile that the step stands on, where it can be told.
        line: Option<Box<DockerfileLine>>,
    },
    /// The registry doesn't let us see an image that a build starts from.
    #[error("image {tag} cannot be built: {why}")]
    BaseDenied {
        /// The image to build.
        tag: String,
        /// Which image is not to be had, and the registry's or the engine's words.
        why: String,
    },
    /// An image that a build starts from cannot be pulled.
    #[error("image {tag} cannot be built: {why}")]
    BaseFailed {
        /// The image to build.
        tag: String,
        /// Which image is not to be had, and the engine's words.
        why: String,
    },
    /// A build needs `docker buildx`, which is not installed.
    #[error("image {tag} cannot be built: the engine's own interface has no place for `{}`, and docker buildx is not installed", keys.join("`, `"))]
    NoBuildx {
        /// The image.
        tag: String,
        /// The keys of `build` that need it.
        keys: Vec<String>,
    },
    /// The build's context cannot be read.
    #[error("build context {}: {why}", path.display())]
    Context {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A security profile cannot be read.
    #[error("seccomp profile {} cannot be used: {why}", path.display())]
    Profile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The state of things doesn't allow it.
    #[error("{0}")]
    Conflict(String),
    /// Anything else the engine refuses.
    #[error("the engine answers {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The engine's words.
        message: String,
    },
    /// The engine's answer cannot be understood.
    #[error("the engine's answer cannot be understood: {0}")]
    Answer(String),
}

impl EngineError {
    /// A build that failed for a reason that lies in none of its steps.
    pub(crate) fn build_failed(tag: &str, why: impl Into<String>) -> Self {
        Self::BuildFailed {
            tag: tag.to_owned(),
            step: None,
            why: why.into(),
            output: Vec::new(),
            line: None,
        }
    }
}

impl From<ContextError> for EngineError {
    fn from(error: ContextError) -> Self {
        let (path, why) = match error {
            ContextError::Folder { path, source } => (path, source.to_string()),
            ContextError::Dockerfile { path, source } => {
                (path, format!("the Dockerfile cannot be read: {source}"))
            }
            ContextError::Read { path, source } => (
                path,
                format!("{source} (exclude it in .dockerignore if the build doesn't need it)"),
            ),
            ContextError::Ignore { path, source } => (path, source.to_string()),
        };
        Self::Context { path, why }
    }
}

/// A line of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerfileLine {
    /// The Dockerfile's name, as the stack file has it.
    pub file: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// The instruction, on one line.
    pub text: String,
}
