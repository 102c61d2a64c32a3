//! Reasons: why a step is done, as people and as programs read it.

use std::fmt;

use super::FieldChange;
use crate::model::{Condition, HookKind, PullPolicy, ServiceName, time};
use crate::state::Status;

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
