//! Plans: what is done to bring what is to what is desired, step by step, each with its reason.
//!
//! Planning is pure: everything it needs to know is handed in. A plan is a value that can be shown, compared and
//! applied; `plan`, `--dry-run` and `up` see the same one.

mod adopt;
mod bake;
mod by_resource;
mod consequence;
mod container;
mod content;
mod decide;
mod diff;
mod down;
mod each;
mod error;
mod first_start;
mod hook;
mod image;
mod loss;
mod operation;
mod preflight;
mod provided;
mod reason;
mod renew;
mod resource;
mod restart;
mod rm;
mod saved;
mod schedule;
mod start;
mod steps;
mod stop;
mod up;
mod update;

use std::collections::HashMap;
use std::fmt;

pub use bake::{Bake, bake};
pub use by_resource::ByResource;
pub use consequence::{Consequence, Effect, consequences};
pub use content::{Granted, granted};
pub use diff::{FieldChange, changes};
pub use down::{DownOptions, RemoveImages, down};
pub use each::{KillOptions, kill, pause, unpause};
pub use error::{PlanError, Protected};
pub use image::{BuildOptions, LeftOut, PullOptions, PushOptions, build, pull, push};
pub use loss::{AnonymousVolume, LostVolume, lost_volumes};
pub use operation::{Operation, Target};
pub use preflight::{Problem, preflight, question};
pub use reason::Reason;
pub use renew::{Renewal, renewals};
pub use restart::{RestartOptions, restart};
pub use rm::{RmOptions, rm};
pub use saved::{SavedPlan, SavedStep};
pub use schedule::{Schedule, Settled};
pub use start::{StartOptions, start};
pub use stop::{StopOptions, stop};
pub use up::{Recreate, RunOptions, UpOptions, run, up};

use crate::model::{Position, Positions, ProjectName, ServiceName};
use crate::state::Status;

/// The place of a step in its plan, counted from 0; people see it counted from 1.
pub type StepId = usize;

/// A container that is as it should be, which a job that has done its work is too.
#[derive(Clone, Debug, PartialEq)]
pub struct Unchanged {
    /// The container.
    pub resource: Resource,
    /// Its state.
    pub status: Status,
}

/// What is done, in an order in which it can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The project.
    pub project: ProjectName,
    /// The steps; each waits for earlier ones only.
    pub steps: Vec<Step>,
    /// Containers that are as they should be.
    pub unchanged: Vec<Unchanged>,
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
