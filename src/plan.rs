//! Plans: what is done to bring what is to what is desired, step by step, each with its reason.
//!
//! Planning is pure: everything it needs to know is handed in. A plan is a value that can be shown, compared and
//! applied; `plan`, `--dry-run` and `up` see the same one.

mod adopt;
mod by_resource;
mod consequence;
mod container;
mod content;
mod decide;
mod diff;
mod down;
mod each;
mod first_start;
mod hook;
mod image;
mod loss;
mod preflight;
mod provided;
mod renew;
mod resource;
mod restart;
mod rm;
mod saved;
mod schedule;
mod start;
mod stop;
mod up;
mod update;

use std::collections::HashMap;
use std::fmt;

use indexmap::IndexMap;

pub use by_resource::ByResource;
pub use consequence::{Consequence, Effect, consequences};
pub use content::{Granted, granted};
pub use diff::{FieldChange, changes};
pub use down::{DownOptions, RemoveImages, down};
pub use each::{KillOptions, kill, pause, unpause};
pub use image::{BuildOptions, LeftOut, PullOptions, PushOptions, build, pull, push};
pub use loss::{AnonymousVolume, LostVolume, lost_volumes};
pub use preflight::{Problem, preflight, question};
pub use renew::{Renewal, renewals};
pub use restart::{RestartOptions, restart};
pub use rm::{RmOptions, rm};
pub use saved::{SavedPlan, SavedStep};
pub use schedule::{Schedule, Settled};
pub use start::{StartOptions, start};
pub use stop::{StopOptions, stop};
pub use up::{Recreate, RunOptions, UpOptions, run, up};

use crate::graph::Cycle;
use crate::model::{
    Condition, ContainerFile, Endpoint, Hook, HookKind, ImageBuild, Limits, Model, Network,
    NewContainer, Position, Positions, ProjectName, Provider, ProviderCommand, PullPolicy,
    Readiness, ServiceName, Volume, time,
};
use crate::state::Status;

/// The place of a step in its plan, counted from 0; people see it counted from 1.
pub type StepId = usize;

/// What is done, in an order in which it can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The project.
    pub project: ProjectName,
    /// The steps; each waits for earlier ones only.
    pub steps: Vec<Step>,
    /// Containers that are as they should be.
    pub unchanged: Vec<Resource>,
    /// Doubts to tell the user about before the plan is applied.
    pub warnings: Vec<Warning>,
    /// Where the files speak of what the steps are done to: the fields of the service, network or volume.
    pub origins: HashMap<Resource, Positions>,
}

/// A doubt, with the place in the file that raises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What is doubtful.
    pub message: String,
    /// The place in the file, where there is one.
    pub position: Option<Position>,
}

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
            | Self::NotInstalled { position, .. }
            | Self::BuildSecret { position, .. }
            | Self::ImageMissing { position, .. } => position.as_ref(),
            Self::Protected(all) => all.iter().find_map(|it| it.position.as_ref()),
        }
    }
}

/// One engine call, or one wait.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it is done to.
    pub resource: Resource,
    /// What is done.
    pub operation: Operation,
    /// Why.
    pub reason: Reason,
    /// The steps that must be done before.
    pub after: Vec<StepId>,
    /// What only a pull or a build can tell: the step is done only if this holds.
    pub only_if: Option<OnlyIf>,
}

/// What a step is done to, by the name people know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// An image, by its reference.
    Image(String),
    /// A network, by its name on the engine.
    Network(String),
    /// A volume, by its name on the engine.
    Volume(String),
    /// A service that a program outside brings, by its name.
    Provider(String),
    /// A model, by its name in the file.
    Model(String),
    /// A container, by the name it has when all is done.
    Container {
        /// The container's name.
        name: String,
        /// The service and the replica's number; none for a container of no service.
        replica: Option<(ServiceName, u32)>,
    },
}

impl Resource {
    /// The name on the engine.
    pub fn name(&self) -> &str {
        match self {
            Self::Image(name)
            | Self::Network(name)
            | Self::Volume(name)
            | Self::Provider(name)
            | Self::Model(name)
            | Self::Container { name, .. } => name,
        }
    }

    /// The text for it that stays the same from release to release: `volume:shop_vars`, `service:web:1`.
    pub fn key(&self) -> String {
        match self {
            Self::Image(name) => format!("image:{name}"),
            Self::Network(name) => format!("network:{name}"),
            Self::Volume(name) => format!("volume:{name}"),
            Self::Provider(name) => format!("provider:{name}"),
            Self::Model(name) => format!("model:{name}"),
            Self::Container {
                replica: Some((service, number)),
                ..
            } => format!("service:{service}:{number}"),
            Self::Container { name, .. } => format!("container:{name}"),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Image(_) => "Image",
            Self::Network(_) => "Network",
            Self::Volume(_) => "Volume",
            Self::Provider(_) => "Provider",
            Self::Model(_) => "Model",
            Self::Container { .. } => "Container",
        };
        write!(f, "{kind} {}", self.name())
    }
}

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

/// Why a step is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// It isn't there yet.
    Missing,
    /// The file says something else than what was applied.
    Changed(Vec<FieldChange>),
    /// The file says something else, and for this reason the engine cannot change it on the container.
    NotInPlace(Vec<FieldChange>, String),
    /// Another image is behind the reference now: (the container's, the one there is).
    ImageChanged(String, String),
    /// The image may turn out another one than the container's.
    MayChangeImage,
    /// The variables that programs outside set may turn out others than the container's.
    MayChangeVariables,
    /// The file says that this program brings it.
    Provided(String),
    /// The services use it.
    Used,
    /// It was not made by windlass, or by a version whose labels this one cannot read.
    UnknownOrigin,
    /// The user asked for it with this flag or command.
    Asked(&'static str),
    /// The pull policy of the service asks for it.
    PullPolicy(&'static str),
    /// The image is older than the pull policy allows, which goes by age: pulled so many seconds ago, where that is known.
    ImageAge(PullPolicy, Option<i64>),
    /// What was to replace it cannot start.
    Restores,
    /// This service, which it depends on, got another container or was restarted (`depends_on.restart`).
    DependencyReplaced(ServiceName),
    /// It takes part in the replacement of a container.
    Replaces,
    /// It shares the network, processes or volumes of this service's container, which is replaced.
    SharesWith(ServiceName),
    /// This is gone, and the container cannot start without it.
    Gone(String),
    /// It is granted these configs and secrets.
    Granted(Vec<String>),
    /// The file has a hook for this time.
    Hook(HookKind),
    /// It isn't running.
    NotRunning(Status),
    /// All that it depends on is there; with the dependencies and the states they are in.
    Ready(Vec<(ServiceName, Condition)>),
    /// This service depends on it in this state.
    NeededBy(ServiceName, Condition),
    /// The file has no such service.
    Orphan,
    /// The service has fewer replicas now.
    Superfluous,
    /// It has another name.
    Renamed(String),
    /// An interrupted run left it behind.
    LeftBehind,
    /// This network or volume, which it uses, is made anew.
    Renewed(String),
    /// It is of the project being lowered.
    Lowered,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not there yet"),
            Self::Changed(changes) => join(f, changes),
            Self::NotInPlace(changes, why) => {
                join(f, changes)?;
                write!(f, "; {why}")
            }
            Self::ImageChanged(from, to) => write!(
                f,
                "image is another one now: {} -> {}",
                short(from),
                short(to)
            ),
            Self::MayChangeImage => f.write_str("if its image id changes"),
            Self::MayChangeVariables => f.write_str("if its variables change"),
            Self::Provided(program) => write!(f, "{program} brings it"),
            Self::Used => f.write_str("services use it"),
            Self::UnknownOrigin => f.write_str("what it was made from is not known"),
            Self::Asked(what) => write!(f, "{what}"),
            Self::PullPolicy(policy) => write!(f, "pull_policy is {policy}"),
            Self::ImageAge(policy, Some(ago)) => {
                let ago = time::length(*ago).to_lowercase();
                write!(f, "image was pulled {ago} ago, pull_policy: {policy}")
            }
            Self::ImageAge(policy, None) => write!(
                f,
                "when the image was pulled is not known, pull_policy: {policy}"
            ),
            Self::Restores => f.write_str("the new one cannot start"),
            Self::DependencyReplaced(service) => {
                write!(f, "it is restarted with its dependency {service}")
            }
            Self::Replaces => f.write_str("part of the replacement"),
            Self::SharesWith(service) => write!(f, "shares with {service}, which is replaced"),
            Self::Gone(what) => write!(f, "{what} is gone"),
            Self::Granted(what) => write!(f, "it is granted {}", what.join(", ")),
            Self::Hook(kind) => write!(f, "{kind} hook"),
            Self::NotRunning(status) => write!(f, "it is {}", status.as_str()),
            Self::Ready(dependencies) if dependencies.is_empty() => {
                f.write_str("depends on nothing")
            }
            Self::Ready(dependencies) => {
                let names = dependencies
                    .iter()
                    .map(|(name, condition)| format!("dependency {name} is {condition}"));
                f.write_str(&names.collect::<Vec<_>>().join(", "))
            }
            Self::NeededBy(service, condition) => write!(f, "{service} needs it {condition}"),
            Self::Orphan => f.write_str("the file has no such service"),
            Self::Superfluous => f.write_str("the service has fewer replicas now"),
            Self::Renamed(name) => write!(f, "its name is {name}"),
            Self::LeftBehind => f.write_str("left behind by an interrupted run"),
            Self::Renewed(what) => write!(f, "{what} is made anew"),
            Self::Lowered => f.write_str("the project is lowered"),
        }
    }
}

impl Reason {
    /// The reason's name, as programs read it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed(_) => "changed",
            Self::NotInPlace(..) => "not_in_place",
            Self::ImageChanged(..) => "image_changed",
            Self::MayChangeImage => "may_change_image",
            Self::MayChangeVariables => "may_change_variables",
            Self::Provided(_) => "provided",
            Self::Used => "used",
            Self::UnknownOrigin => "unknown_origin",
            Self::Asked(_) => "asked",
            Self::PullPolicy(_) => "pull_policy",
            Self::ImageAge(..) => "image_age",
            Self::Restores => "restores",
            Self::DependencyReplaced(_) => "dependency_replaced",
            Self::Replaces => "replaces",
            Self::SharesWith(_) => "shares_with",
            Self::Gone(_) => "gone",
            Self::Granted(_) => "granted",
            Self::Hook(_) => "hook",
            Self::NotRunning(_) => "not_running",
            Self::Ready(_) => "ready",
            Self::NeededBy(..) => "needed_by",
            Self::Orphan => "orphan",
            Self::Superfluous => "superfluous",
            Self::Renamed(_) => "renamed",
            Self::LeftBehind => "left_behind",
            Self::Renewed(_) => "renewed",
            Self::Lowered => "lowered",
        }
    }

    /// The fields that changed, where that is the reason.
    pub fn changes(&self) -> &[FieldChange] {
        match self {
            Self::Changed(changes) | Self::NotInPlace(changes, _) => changes,
            _ => &[],
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, changes: &[FieldChange]) -> fmt::Result {
    for (i, change) in changes.iter().enumerate() {
        if i > 0 {
            f.write_str("; ")?;
        }
        write!(f, "{change}")?;
    }
    Ok(())
}

/// The first twelve digits of an identifier, without its kind.
fn short(id: &str) -> &str {
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    &id[..id.len().min(12)]
}

/// A condition that only earlier steps can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnlyIf {
    /// One of the steps brought another image, or other variables, than there was.
    Changed(Vec<Brought>),
    /// All the steps brought again what there was.
    Unchanged(Vec<Brought>),
    /// One of these steps failed: what they were to replace comes back.
    Failed(Vec<StepId>),
}

/// The step that brings an image or sets variables, and what there was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The step that pulls, builds or calls a program outside.
    pub step: StepId,
    /// The image's identifier before, or the digest of the variables ([`crate::label::variables_digest`]).
    pub was: String,
}

impl Plan {
    /// Whether nothing on the engine would change.
    pub fn is_empty(&self) -> bool {
        !self.steps.iter().any(|step| step.operation.is_change())
    }

    /// What has to hold for a conditional step, such as `#1 changes the image`.
    pub fn condition(&self, only_if: &OnlyIf) -> String {
        match only_if {
            OnlyIf::Changed(brought) => self.outcome(brought, "changes"),
            OnlyIf::Unchanged(brought) => self.outcome(brought, "keeps"),
            OnlyIf::Failed(steps) => format!("{} fails", numbers(steps.iter().copied())),
        }
    }

    /// `#1 or #4 changes the image or #2 changes the variables`, with another verb where one is given.
    fn outcome(&self, brought: &[Brought], verb: &str) -> String {
        let is_image = |step: &StepId| matches!(self.steps[*step].resource, Resource::Image(_));
        let steps = brought.iter().map(|brought| brought.step);
        let (images, programs): (Vec<_>, Vec<_>) = steps.partition(is_image);
        let kinds = [(images, "image"), (programs, "variables")];
        let kinds = kinds.into_iter().filter(|(steps, _)| !steps.is_empty());
        let texts =
            kinds.map(|(steps, what)| format!("{} {verb} the {what}", numbers(steps.into_iter())));
        texts.collect::<Vec<_>>().join(" or ")
    }
}

/// `#1 or #4`.
fn numbers(steps: impl Iterator<Item = StepId>) -> String {
    let all: Vec<_> = steps.map(|step| format!("#{}", step + 1)).collect();
    all.join(" or ")
}

/// One line per step that stays the same from release to release:
/// `[1,2] -> #3 service:web:1, StartContainer, dependency db is healthy`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, step) in self.steps.iter().enumerate() {
            let after: Vec<_> = step.after.iter().map(|id| (id + 1).to_string()).collect();
            let (after, key) = (after.join(","), step.resource.key());
            write!(f, "[{after}] -> #{} {key}", id + 1)?;
            write!(f, ", {}, {}", step.operation.name(), step.reason)?;
            if let Some(only_if) = &step.only_if {
                write!(f, ", if {}", self.condition(only_if))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
