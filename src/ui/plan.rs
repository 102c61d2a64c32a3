//! A plan for people: each change with its reason, down to the field, and what it brings with it.

mod consequence;
mod json;

use std::fmt::Write as _;

pub use json::{SCHEMA, json};

use super::change::{is_clearing, is_replacement};
use super::color::{BAD, BUSY, DOUBT, FAINT, GOOD, STRONG};
use super::{Color, text};
use crate::model::credential::{MASK, is_credential_name, mask_urls};
use crate::model::{HookKind, Project};
use crate::plan::{
    ByResource, Consequence, OnlyIf, Operation, Plan, Reason, Resource, Step, StepId, Warning,
};
use crate::ui::report::Report;

/// What a line of the plan does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Pull,
    Build,
    Push,
    Create,
    Recreate,
    Restart,
    Update,
    Rename,
    Start,
    Run,
    Stop,
    Kill,
    Pause,
    Unpause,
    Wait,
    Remove,
}

impl Verb {
    const ALL: [Self; 16] = [
        Self::Pull,
        Self::Build,
        Self::Push,
        Self::Create,
        Self::Recreate,
        Self::Restart,
        Self::Update,
        Self::Rename,
        Self::Start,
        Self::Run,
        Self::Stop,
        Self::Kill,
        Self::Pause,
        Self::Unpause,
        Self::Remove,
        Self::Wait,
    ];

    fn of(others: &ByResource<'_>, step: &Step) -> Self {
        if is_replacement(&step.operation, &step.reason) {
            return Self::Recreate;
        }
        if is_before_start(step) {
            return Self::Run;
        }
        if is_restarted(others, step) {
            return Self::Restart;
        }
        match &step.operation {
            Operation::PullImage { .. } => Self::Pull,
            Operation::BuildImage(_) => Self::Build,
            Operation::PushImage => Self::Push,
            Operation::CreateNetwork { .. }
            | Operation::CreateVolume { .. }
            | Operation::CreateContainer { .. }
            | Operation::CopyFiles { .. } => Self::Create,
            Operation::RemoveImage
            | Operation::RemoveNetwork { .. }
            | Operation::RemoveVolume
            | Operation::RemoveContainer { .. } => Self::Remove,
            Operation::UpdateContainer { .. }
            | Operation::ConnectNetwork { .. }
            | Operation::DisconnectNetwork { .. } => Self::Update,
            Operation::RenameContainer { .. } => Self::Rename,
            Operation::StartContainer { .. } => Self::Start,
            Operation::RestartContainer { .. } => Self::Restart,
            Operation::RunHook { .. }
            | Operation::RunProvider { .. }
            | Operation::PrepareModel(_) => Self::Run,
            Operation::StopContainer { .. } => Self::Stop,
            Operation::KillContainer { .. } => Self::Kill,
            Operation::PauseContainer { .. } => Self::Pause,
            Operation::UnpauseContainer { .. } => Self::Unpause,
            Operation::Wait { .. } => Self::Wait,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Build => "build",
            Self::Push => "push",
            Self::Create => "create",
            Self::Recreate => "recreate",
            Self::Restart => "restart",
            Self::Update => "update",
            Self::Rename => "rename",
            Self::Start => "start",
            Self::Run => "run",
            Self::Stop => "stop",
            Self::Kill => "kill",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
            Self::Wait => "wait",
            Self::Remove => "remove",
        }
    }

    fn sign(self) -> (&'static str, anstyle::Style) {
        match self {
            Self::Pull | Self::Build | Self::Push | Self::Create => ("+", GOOD),
            Self::Recreate | Self::Restart | Self::Update | Self::Rename => ("~", DOUBT),
            Self::Start | Self::Run | Self::Unpause => (">", BUSY),
            Self::Stop | Self::Kill | Self::Pause | Self::Remove => ("-", BAD),
            Self::Wait => (".", FAINT),
        }
    }
}

/// The plan as lines, one per change, and a last line that sums it up.
///
/// What replaces, restarts or removes a container takes several steps, which show as one change.
pub fn render(plan: &Plan, consequences: &[Consequence], color: Color) -> String {
    let others = &ByResource::new(plan);
    let changes: Vec<Change<'_>> = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(id, step)| is_shown(others, *id, step))
        .map(|(id, step)| (id, step, Verb::of(others, step)))
        .collect();
    let widest = changes
        .iter()
        .map(|(_, step, _)| text::width(&consequence::resource(&step.resource)))
        .max()
        .unwrap_or(0);
    let mut lines = String::new();
    for (id, step, verb) in &changes {
        line(&mut lines, plan, step, *verb, widest, color);
        for Consequence { effect, .. } in consequences.iter().filter(|found| found.step == *id) {
            if let Some(text) = consequence::line(effect, step, color) {
                let _ = writeln!(lines, "     {text}");
            }
        }
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    let mut sum = summary(plan, &changes);
    for part in consequence::summary(plan, consequences) {
        let _ = write!(sum, "; {part}");
    }
    let _ = writeln!(lines, "{}", color.paint(STRONG, &sum));
    lines
}

/// A step that is shown, and what its line says that it does.
type Change<'p> = (StepId, &'p Step, Verb);

/// The warnings of a plan, ready to be shown.
pub fn warnings(warnings: &[Warning]) -> Vec<Report> {
    warnings
        .iter()
        .map(|warning| Report::new(warning.message.clone()).at(warning.position.as_ref()))
        .collect()
}

/// What to say where nothing is to be done.
pub fn nothing_to_do(project: &Project) -> String {
    format!(
        "{}: nothing to do, everything is as the stack file says",
        project.name
    )
}

/// Of a replacement the creation stands for all; clearing away goes without saying, and so do the files that a container
/// is made with.
fn is_shown(others: &ByResource<'_>, id: StepId, step: &Step) -> bool {
    // Of the container of a hook its start stands for all.
    if is_before_start(step) {
        return matches!(step.operation, Operation::StartContainer { .. });
    }
    // What makes a failure good is no part of what is meant to happen.
    if matches!(step.only_if, Some(OnlyIf::Failed(_))) {
        return false;
    }
    if is_clearing(&step.operation, &step.reason)
        || is_left_to_come_back(others, step)
        || is_part_of_another(others, id, step)
        || matches!(step.operation, Operation::CopyFiles { .. })
    {
        return false;
    }
    if !is_replacement(&step.operation, &step.reason) {
        return true;
    }
    let mut same = others.of(&step.resource);
    let first = same.find(|(_, other)| is_replacement(&other.operation, &other.reason));
    first.is_some_and(|(first, _)| first == id)
}

/// Whether the step is one of a hook with a container of its own.
fn is_before_start(step: &Step) -> bool {
    step.reason == Reason::Hook(HookKind::PreStart)
}

/// Whether a stop is one half of a restart.
fn is_restarted(others: &ByResource<'_>, stop: &Step) -> bool {
    let starts = |(_, step): (StepId, &Step)| {
        matches!(step.operation, Operation::StartContainer { .. }) && step.reason == stop.reason
    };
    matches!(stop.operation, Operation::StopContainer { .. })
        && others.of(&stop.resource).any(starts)
}

/// What goes without saying beside another step of the same container: the stop before a removal, and the start of what
/// is replaced or restarted.
fn is_part_of_another(others: &ByResource<'_>, id: StepId, step: &Step) -> bool {
    let mut same = others
        .of(&step.resource)
        .filter(|(other, at)| *other != id && !matches!(at.only_if, Some(OnlyIf::Failed(_))));
    match &step.operation {
        Operation::StopContainer { .. } => same.any(|(_, at)| {
            matches!(at.operation, Operation::RemoveContainer { .. }) && at.reason == step.reason
        }),
        Operation::StartContainer { .. } if step.reason == Reason::Replaces => {
            same.any(|(_, at)| is_replacement(&at.operation, &at.reason))
        }
        Operation::StartContainer { .. } => same.any(|(_, at)| {
            matches!(at.operation, Operation::StopContainer { .. }) && at.reason == step.reason
        }),
        _ => false,
    }
}

/// A network is left to be joined anew: joining stands for both.
fn is_left_to_come_back(others: &ByResource<'_>, step: &Step) -> bool {
    let Operation::DisconnectNetwork { network, .. } = &step.operation else {
        return false;
    };
    let joins = |(_, other): (StepId, &Step)| matches!(&other.operation, Operation::ConnectNetwork { endpoint, .. } if endpoint.network == *network);
    others.of(&step.resource).any(joins)
}

fn line(lines: &mut String, plan: &Plan, step: &Step, verb: Verb, widest: usize, color: Color) {
    let (sign, style) = verb.sign();
    let start = format!(
        " {} {} {}",
        color.paint(style, sign),
        color.paint(style, &text::pad(verb.word(), 8)),
        text::pad(&consequence::resource(&step.resource), widest)
    );
    let start = start.trim_end();
    let mut reason = match &step.reason {
        Reason::Changed(_) => how(&step.operation),
        Reason::NotInPlace(_, why) => why.clone(),
        Reason::Replaces => "in place of the old one".to_owned(),
        // The command, or the condition behind it, says it already.
        Reason::Lowered => String::new(),
        Reason::MayChangeImage if step.only_if.is_some() => String::new(),
        reason => reason.to_string(),
    };
    if let Operation::Wait { condition, .. } = &step.operation {
        reason = format!("until it is {condition}: {reason}");
    }
    if let Some(condition) = step
        .only_if
        .as_ref()
        .and_then(|only_if| only(plan, only_if))
    {
        let gap = if reason.is_empty() { "" } else { ", " };
        reason = format!("{reason}{gap}{condition}");
    }
    if reason.is_empty() {
        let _ = writeln!(lines, "{start}");
    } else {
        let pad =
            " ".repeat(widest.saturating_sub(text::width(&consequence::resource(&step.resource))));
        let _ = writeln!(lines, "{start}{pad}  {}", color.paint(FAINT, &reason));
    }
    for change in step.reason.changes() {
        let _ = writeln!(lines, "     {change}");
    }
    match &step.operation {
        Operation::RunProvider { provider, command } => {
            let words = provider.arguments(
                plan.project.as_str(),
                *command,
                step.resource.name(),
                |_| true,
            );
            let words = words.iter().map(|word| covered(word));
            let words = words.collect::<Vec<_>>().join(" ");
            let command = format!("{} {words}", provider.kind);
            let _ = writeln!(lines, "     {}", color.paint(FAINT, &command));
        }
        Operation::PrepareModel(model) => {
            let command = format!("docker-model {}", model.configure().join(" "));
            let _ = writeln!(lines, "     {}", color.paint(FAINT, &command));
        }
        Operation::RunHook { hook, .. } => {
            let _ = writeln!(
                lines,
                "     {}",
                color.paint(FAINT, &hook.command.join(" "))
            );
        }
        _ => {}
    }
}

/// An option of a command, without the value where that is a credential.
fn covered(option: &str) -> String {
    match option.split_once('=') {
        Some((name, _)) if is_credential_name(name) => format!("{name}={MASK}"),
        _ => mask_urls(option),
    }
}

/// How a container is changed that stays.
fn how(operation: &Operation) -> String {
    match operation {
        Operation::UpdateContainer { .. } => "while it goes on".to_owned(),
        Operation::ConnectNetwork { endpoint, .. } => format!("joins {}", endpoint.network),
        Operation::DisconnectNetwork { network, .. } => format!("leaves {network}"),
        _ => String::new(),
    }
}

fn only(plan: &Plan, only_if: &OnlyIf) -> Option<String> {
    let (brought, [image, variables]) = match only_if {
        OnlyIf::Changed(brought) => (brought, ["brings another image", "sets other variables"]),
        OnlyIf::Unchanged(brought) => (
            brought,
            ["brings the same image", "sets the same variables"],
        ),
        OnlyIf::Failed(_) => return None,
    };
    let steps = brought
        .iter()
        .filter_map(|brought| plan.steps.get(brought.step));
    let what: Vec<_> = steps
        .map(|step| match (&step.operation, &step.resource) {
            (Operation::BuildImage(_), Resource::Image(name)) => {
                format!("the build of {name} {image}")
            }
            (_, Resource::Image(name)) => format!("the pull of {name} {image}"),
            (_, resource) => format!("{resource} {variables}"),
        })
        .collect();
    Some(format!("if {}", what.join(" or ")))
}

fn summary(plan: &Plan, changes: &[Change<'_>]) -> String {
    if plan.is_empty() {
        return format!(
            "Plan for {}: nothing to do, {} unchanged",
            plan.project,
            plan.unchanged.len()
        );
    }
    let mut counts: Vec<String> = Verb::ALL
        .into_iter()
        .filter_map(|verb| {
            let count = changes
                .iter()
                .filter(|(_, _, other)| *other == verb)
                .count();
            (count > 0).then(|| {
                format!(
                    "{count} to {}",
                    if verb == Verb::Wait {
                        "wait for"
                    } else {
                        verb.word()
                    }
                )
            })
        })
        .collect();
    if !plan.unchanged.is_empty() {
        counts.push(format!("{} unchanged", plan.unchanged.len()));
    }
    format!("Plan for {}: {}", plan.project, counts.join(", "))
}

#[cfg(test)]
mod tests;
