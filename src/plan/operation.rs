//! Operations: what a step of a plan does, with all that it needs to be done.

use indexmap::IndexMap;

use super::StepId;
use crate::model::{
    Condition, ContainerFile, Endpoint, Hook, HookKind, ImageBuild, Limits, Model, Network,
    NewContainer, Provider, ProviderCommand, Readiness, Volume,
};

/// Which container a step means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One that exists, by its id.
    Existing(String),
    /// The one that an earlier step creates; where that step turns out not to be needed, the existing one.
    CreatedBy {
        /// The step.
        step: StepId,
        /// The existing one's id.
        or: Option<String>,
    },
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Pull an image.
    PullImage {
        /// The platform asked for.
        platform: Option<String>,
    },
    /// Build an image.
    BuildImage(Box<ImageBuild>),
    /// Push an image to the registry that its name begins with.
    PushImage,
    /// Remove an image's name.
    RemoveImage,
    /// Make a network.
    CreateNetwork {
        /// What it is to be.
        network: Box<Network>,
        /// All its labels.
        labels: IndexMap<String, String>,
    },
    /// Remove a network.
    RemoveNetwork {
        /// The engine's identifier.
        id: String,
    },
    /// Make a volume.
    CreateVolume {
        /// What it is to be.
        volume: Box<Volume>,
        /// All its labels.
        labels: IndexMap<String, String>,
    },
    /// Remove a volume and the data in it.
    RemoveVolume,
    /// Call the program that brings a service. The variables that it sets are given to the containers of the services
    /// that depend on it, when they are made.
    RunProvider {
        /// The program.
        provider: Box<Provider>,
        /// What it is asked for.
        command: ProviderCommand,
    },
    /// Bring and configure a model. Its address is given to the containers that use it, when they are made.
    PrepareModel(Box<Model>),
    /// Make a container.
    CreateContainer {
        /// What it is to be.
        container: Box<NewContainer>,
        /// The container whose place it takes.
        replaces: Option<String>,
    },
    /// Put files into a container that was never started.
    CopyFiles {
        /// Which one.
        target: Target,
        /// The files.
        files: Vec<ContainerFile>,
    },
    /// Give a container another name.
    RenameContainer {
        /// Which one.
        target: Target,
        /// The new name.
        to: String,
    },
    /// Change limits or the restart policy of a container.
    UpdateContainer {
        /// Which one.
        target: Target,
        /// What they are to be; what is 0 or nothing stays.
        limits: Box<Limits>,
    },
    /// Attach a container to a network.
    ConnectNetwork {
        /// Which one.
        target: Target,
        /// Its place on the network.
        endpoint: Box<Endpoint>,
    },
    /// Detach a container from a network.
    DisconnectNetwork {
        /// Which one.
        target: Target,
        /// The network's name on the engine.
        network: String,
    },
    /// Start a container.
    StartContainer {
        /// Which one.
        target: Target,
    },
    /// Send a container a signal.
    KillContainer {
        /// Which one.
        target: Target,
        /// The signal's name or number.
        signal: String,
    },
    /// Freeze the processes of a container.
    PauseContainer {
        /// Which one.
        target: Target,
    },
    /// Let the processes of a frozen container go on.
    UnpauseContainer {
        /// Which one.
        target: Target,
    },
    /// Stop a container where it runs, and start it again.
    RestartContainer {
        /// Which one.
        target: Target,
        /// Seconds until it is killed; absent: its own grace period.
        timeout: Option<i64>,
    },
    /// Run a command in a container and wait for its end. Where it fails before a stop, the stop comes all the same.
    RunHook {
        /// Which one.
        target: Target,
        /// When it is run.
        kind: HookKind,
        /// Its place in the service's list, counted from 0.
        index: usize,
        /// The command.
        hook: Box<Hook>,
    },
    /// Stop a container.
    StopContainer {
        /// Which one.
        target: Target,
        /// Seconds until it is killed; absent: its own grace period.
        timeout: Option<i64>,
    },
    /// Remove a container.
    RemoveContainer {
        /// Which one.
        target: Target,
        /// Its anonymous volumes too.
        volumes: bool,
    },
    /// Wait for a container to be in a state.
    Wait {
        /// Which one.
        target: Target,
        /// The state.
        condition: Condition,
        /// Who says that it is healthy, where that is the state.
        ready: Readiness,
        /// Whether another state is an error (`depends_on.required`); otherwise a warning.
        required: bool,
    },
}

impl Operation {
    /// The operation's name, as the stable text of a step has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PullImage { .. } => "PullImage",
            Self::BuildImage(_) => "BuildImage",
            Self::PushImage => "PushImage",
            Self::RemoveImage => "RemoveImage",
            Self::CreateNetwork { .. } => "CreateNetwork",
            Self::RemoveNetwork { .. } => "RemoveNetwork",
            Self::CreateVolume { .. } => "CreateVolume",
            Self::RemoveVolume => "RemoveVolume",
            Self::RunProvider { .. } => "RunProvider",
            Self::PrepareModel(_) => "PrepareModel",
            Self::CreateContainer { .. } => "CreateContainer",
            Self::CopyFiles { .. } => "CopyFiles",
            Self::RenameContainer { .. } => "RenameContainer",
            Self::UpdateContainer { .. } => "UpdateContainer",
            Self::ConnectNetwork { .. } => "ConnectNetwork",
            Self::DisconnectNetwork { .. } => "DisconnectNetwork",
            Self::StartContainer { .. } => "StartContainer",
            Self::KillContainer { .. } => "KillContainer",
            Self::PauseContainer { .. } => "PauseContainer",
            Self::UnpauseContainer { .. } => "UnpauseContainer",
            Self::RestartContainer { .. } => "RestartContainer",
            Self::RunHook { .. } => "RunHook",
            Self::StopContainer { .. } => "StopContainer",
            Self::RemoveContainer { .. } => "RemoveContainer",
            Self::Wait { .. } => "Wait",
        }
    }

    /// The container that it is done to; none where it is done to something else, or makes one.
    pub(crate) fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Self::RenameContainer { target, .. }
            | Self::UpdateContainer { target, .. }
            | Self::ConnectNetwork { target, .. }
            | Self::DisconnectNetwork { target, .. }
            | Self::StartContainer { target }
            | Self::RestartContainer { target, .. }
            | Self::KillContainer { target, .. }
            | Self::PauseContainer { target }
            | Self::UnpauseContainer { target }
            | Self::CopyFiles { target, .. }
            | Self::RunHook { target, .. }
            | Self::StopContainer { target, .. }
            | Self::RemoveContainer { target, .. }
            | Self::Wait { target, .. } => Some(target),
            _ => None,
        }
    }

    /// Whether data may be lost that a later `up` does not bring back.
    pub fn is_destructive(&self) -> bool {
        matches!(
            self,
            Self::RemoveVolume
                | Self::RemoveContainer {
                    // One that the plan itself makes has nothing yet that could be lost.
                    target: Target::Existing(_),
                    volumes: true,
                }
        )
    }

    /// Whether it changes anything on the engine.
    pub fn is_change(&self) -> bool {
        !matches!(self, Self::Wait { .. })
    }
}
