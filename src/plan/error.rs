//! Errors: why there is no plan.

use crate::graph::Cycle;
use crate::model::{Position, ServiceName};

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The user named a service that the file doesn't have.
    #[error("no such service: {0}")]
    NoSuchService(ServiceName),
    /// A service has no container that could be started or restarted.
    #[error("service \"{service}\" has no container to {to}")]
    NoContainer {
        /// The service.
        service: ServiceName,
        /// What was to be done to it.
        to: &'static str,
    },
    /// A service whose containers never ran has hooks to be run before (`pre_start`).
    #[error("service {service} was never started, and its pre_start has to run first")]
    NotPrepared {
        /// The service.
        service: ServiceName,
        /// Where the hooks are.
        position: Option<Position>,
    },
    /// A service requires another one that has no container.
    #[error("{service} is missing dependency {dependency}")]
    MissingDependency {
        /// The service.
        service: String,
        /// What it depends on.
        dependency: ServiceName,
    },
    /// Services depend on each other in a circle.
    #[error(transparent)]
    Cycle(#[from] Cycle),
    /// A service names something that the file doesn't define.
    #[error("{kind} {name} is not defined in the stack file")]
    Undefined {
        /// `network` or `volume`.
        kind: &'static str,
        /// Its name in the file.
        name: String,
        /// Where it is named.
        position: Option<Position>,
    },
    /// Something that others make is not there.
    #[error("{kind} {name} declared as external, but could not be found")]
    ExternalMissing {
        /// `network` or `volume`.
        kind: &'static str,
        /// Its name on the engine.
        name: String,
        /// Where it is declared.
        position: Option<Position>,
    },
    /// The engine has no socket that a container could use.
    #[error(
        "service {service} cannot use the engine: `use_api_socket` needs a unix socket, and the engine's address is {address}"
    )]
    NoSocket {
        /// The service.
        service: ServiceName,
        /// The engine's address.
        address: String,
        /// Where the socket is asked for.
        position: Option<Position>,
    },
    /// A program is not installed that a service needs.
    #[error("service {service} needs {program} for its `{key}`, which is not installed")]
    NotInstalled {
        /// The service.
        service: ServiceName,
        /// The key that asks for it: `provider` or `models`.
        key: &'static str,
        /// What was looked for.
        program: String,
        /// Where it is asked for.
        position: Option<Position>,
    },
    /// A build cannot have a secret.
    #[error("the image of service {service} cannot be built with secret {secret}: {why}")]
    BuildSecret {
        /// The service.
        service: ServiceName,
        /// The secret's name in the file.
        secret: String,
        /// Why not.
        why: String,
        /// Where the service names it.
        position: Option<Position>,
    },
    /// An image is not there and may not be brought.
    #[error("service {service} needs image {image}, which the engine doesn't have, and {why}")]
    ImageMissing {
        /// The service.
        service: ServiceName,
        /// The image's reference.
        image: String,
        /// What keeps it away.
        why: &'static str,
        /// Where the image is named.
        position: Option<Position>,
    },
    /// Volumes would be removed with their data, and that is only done where the user says so once more.
    #[error("{} protected", protected_names(.0))]
    Protected(Vec<Protected>),
}

/// A volume whose data is protected (extension `x-protect`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// Its name on the engine.
    pub volume: String,
    /// Where the file says so; none where only the volume's label does.
    pub position: Option<Position>,
}

fn protected_names(all: &[Protected]) -> String {
    let names: Vec<&str> = all.iter().map(|it| it.volume.as_str()).collect();
    match names.as_slice() {
        [one] => format!("volume {one} is"),
        many => format!("volumes {} are", many.join(", ")),
    }
}

impl PlanError {
    /// The place in the stack files that is to blame, where there is one.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::NoSuchService(_)
            | Self::NoContainer { .. }
            | Self::MissingDependency { .. }
            | Self::Cycle(_) => None,
            Self::Undefined { position, .. }
            | Self::ExternalMissing { position, .. }
            | Self::NoSocket { position, .. }
            | Self::NotPrepared { position, .. }
            | Self::NotInstalled { position, .. }
            | Self::BuildSecret { position, .. }
            | Self::ImageMissing { position, .. } => position.as_ref(),
            Self::Protected(all) => all.iter().find_map(|it| it.position.as_ref()),
        }
    }
}
