//! A plan for people: each change with its reason, down to the field.

use std::fmt::Write as _;

use super::change::{is_clearing, is_replacement};
use super::color::{BAD, BUSY, DOUBT, FAINT, GOOD, STRONG};
use super::{Color, text};
use crate::model::credential::{MASK, is_credential_name, mask_urls};
use crate::model::{HookKind, Project};
use crate::plan::{OnlyIf, Operation, Plan, Reason, Resource, Step, StepId, Warning};
use crate::ui::report::Report;

/// What a line of the plan does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Pull,
    Build,
    Push,
    Create,
    Recreate,
    Update,
    Rename,
    Start,
    Restart,
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
        Self::Update,
        Self::Rename,
        Self::Start,
        Self::Restart,
        Self::Run,
        Self::Stop,
        Self::Kill,
        Self::Pause,
        Self::Unpause,
        Self::Remove,
        Self::Wait,
    ];

    fn of(step: &Step) -> Self {
        if is_replacement(&step.operation, &step.reason) {
            return Self::Recreate;
        }
        if is_before_start(step) {
            return Self::Run;
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
            Self::Update => "update",
            Self::Rename => "rename",
            Self::Start => "start",
            Self::Restart => "restart",
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
            Self::Recreate | Self::Update | Self::Rename => ("~", DOUBT),
            Self::Start | Self::Restart | Self::Run | Self::Unpause => (">", BUSY),
            Self::Stop | Self::Kill | Self::Pause | Self::Remove => ("-", BAD),
            Self::Wait => (".", FAINT),
        }
    }
}

/// The plan as lines, one per change, and a last line that sums it up.
///
/// What replaces a container takes several steps, which show as one change.
pub fn render(plan: &Plan, color: Color) -> String {
    let changes: Vec<(&Step, Verb)> = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(id, step)| is_shown(plan, *id, step))
        .map(|(_, step)| (step, Verb::of(step)))
        .collect();
    let widest = changes
        .iter()
        .map(|(step, _)| text::width(&step.resource.to_string()))
        .max()
        .unwrap_or(0);
    let mut lines = String::new();
    for (step, verb) in &changes {
        line(&mut lines, plan, step, *verb, widest, color);
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    let _ = writeln!(lines, "{}", color.paint(STRONG, &summary(plan, &changes)));
    lines
}

/// The warnings of a plan, ready to be shown.
pub fn warnings(warnings: &[Warning]) -> Vec<Report> {
    warnings
        .iter()
        .map(|warning| Report {
            position: warning.position.as_ref().map(ToString::to_string),
            ..Report::new(warning.message.clone())
        })
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
fn is_shown(plan: &Plan, id: StepId, step: &Step) -> bool {
    // Of the container of a hook its start stands for all.
    if is_before_start(step) {
        return matches!(step.operation, Operation::StartContainer { .. });
    }
    // What makes a failure good is no part of what is meant to happen.
    if matches!(step.only_if, Some(OnlyIf::Failed(_))) {
        return false;
    }
    if is_clearing(&step.operation, &step.reason)
        || is_left_to_come_back(plan, step)
        || matches!(step.operation, Operation::CopyFiles { .. })
    {
        return false;
    }
    if !is_replacement(&step.operation, &step.reason) {
        return true;
    }
    let first = plan.steps.iter().position(|other| {
        other.resource == step.resource && is_replacement(&other.operation, &other.reason)
    });
    first == Some(id)
}

/// Whether the step is one of a hook with a container of its own.
fn is_before_start(step: &Step) -> bool {
    step.reason == Reason::Hook(HookKind::PreStart)
}

/// A network is left to be joined anew: joining stands for both.
fn is_left_to_come_back(plan: &Plan, step: &Step) -> bool {
    let Operation::DisconnectNetwork { network, .. } = &step.operation else {
        return false;
    };
    let joins = |other: &Step| {
        other.resource == step.resource
            && matches!(&other.operation, Operation::ConnectNetwork { endpoint, .. } if endpoint.network == *network)
    };
    plan.steps.iter().any(joins)
}

fn line(lines: &mut String, plan: &Plan, step: &Step, verb: Verb, widest: usize, color: Color) {
    let (sign, style) = verb.sign();
    let start = format!(
        " {} {} {}",
        color.paint(style, sign),
        color.paint(style, &text::pad(verb.word(), 8)),
        text::pad(&step.resource.to_string(), widest)
    );
    let start = start.trim_end();
    let mut reason = match &step.reason {
        Reason::Changed(_) => how(&step.operation),
        Reason::NotInPlace(_, why) => why.clone(),
        Reason::Replaces => "in place of the old one".to_owned(),
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
        let pad = " ".repeat(widest.saturating_sub(text::width(&step.resource.to_string())));
        let _ = writeln!(lines, "{start}{pad}  {}", color.paint(FAINT, &reason));
    }
    for change in step.reason.changes() {
        let _ = writeln!(lines, "     {change}");
    }
    match &step.operation {
        Operation::RemoveVolume => {
            let _ = writeln!(lines, "     {}", color.paint(BAD, "the data in it is lost"));
        }
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
        Operation::RemoveContainer { volumes: true, .. } => {
            let _ = writeln!(lines, "     with its anonymous volumes");
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

fn summary(plan: &Plan, changes: &[(&Step, Verb)]) -> String {
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
            let count = changes.iter().filter(|(_, other)| *other == verb).count();
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
mod tests {
    use super::super::change::tests::{db, network, plan, recreate_web, step};
    use super::*;
    use crate::model::{Condition, Position, Readiness, ServiceName};
    use crate::plan::{FieldChange, Target};

    fn target() -> Target {
        Target::Existing("1".into())
    }

    #[test]
    fn every_change_is_shown_with_its_reason() {
        let service = |name: &str| ServiceName::new(name).unwrap();
        let wait = Operation::Wait {
            target: target(),
            condition: Condition::ServiceHealthy,
            ready: Readiness::default(),
            required: true,
        };
        let plan = plan(vec![
            step(
                Resource::Image("mysql:9".into()),
                Operation::PullImage { platform: None },
                Reason::Missing,
            ),
            network(),
            step(
                db(),
                Operation::StartContainer { target: target() },
                Reason::Ready(Vec::new()),
            ),
            step(
                db(),
                wait,
                Reason::NeededBy(service("web"), Condition::ServiceHealthy),
            ),
        ]);
        assert_eq!(
            render(&plan, Color::OFF),
            "\u{20}+ pull     Image mysql:9         not there yet
 + create   Network shop_default  not there yet
 > start    Container shop-db-1   depends on nothing
 . wait     Container shop-db-1   until it is healthy: web needs it healthy

Plan for shop: 1 to pull, 1 to create, 1 to start, 1 to wait for
"
        );
    }

    #[test]
    fn a_replacement_is_one_change_with_its_fields() {
        let change = |path: &str, from: Option<&str>, to: Option<&str>, line| FieldChange {
            path: path.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            position: Some(Position {
                file: "stack.yaml".into(),
                line,
                column: 7,
            }),
        };
        let mut plan = plan(recreate_web());
        plan.steps[0].reason = Reason::Changed(vec![
            change("environment.DEBUG", Some("\"0\""), Some("\"1\""), 14),
            change("init", None, Some("true"), 20),
        ]);
        plan.unchanged.push(db());
        assert_eq!(
            render(&plan, Color::OFF),
            "\u{20}~ recreate Container shop-web-1
     environment.DEBUG: \"0\" -> \"1\"  stack.yaml:14:7
     init: true added  stack.yaml:20:7
 > start    Container shop-web-1  in place of the old one

Plan for shop: 1 to recreate, 1 to start, 1 unchanged
"
        );
    }

    #[test]
    fn what_only_a_pull_can_tell_is_a_condition() {
        let mut steps = vec![step(
            Resource::Image("web:1".into()),
            Operation::PullImage { platform: None },
            Reason::PullPolicy("always"),
        )];
        steps.extend(recreate_web().into_iter().map(|mut step| {
            step.after.iter_mut().for_each(|id| *id += 1);
            step.only_if = Some(OnlyIf::Changed(vec![crate::plan::Brought {
                step: 0,
                was: "sha256:1".into(),
            }]));
            step
        }));
        steps[1].reason = Reason::MayChangeImage;
        assert_eq!(
            render(&plan(steps), Color::OFF),
            "\u{20}+ pull     Image web:1           pull_policy is always
 ~ recreate Container shop-web-1  if its image id changes, if the pull of web:1 brings another image
 > start    Container shop-web-1  in place of the old one, if the pull of web:1 brings another image

Plan for shop: 1 to pull, 1 to recreate, 1 to start
"
        );
    }

    #[test]
    fn lost_data_is_named() {
        let plan = plan(vec![
            step(
                db(),
                Operation::RemoveContainer {
                    target: target(),
                    volumes: true,
                },
                Reason::Lowered,
            ),
            step(
                Resource::Volume("shop_vars".into()),
                Operation::RemoveVolume,
                Reason::Asked("--volumes"),
            ),
        ]);
        assert_eq!(
            render(&plan, Color::OFF),
            "\u{20}- remove   Container shop-db-1  the project is lowered
     with its anonymous volumes
 - remove   Volume shop_vars     --volumes
     the data in it is lost

Plan for shop: 2 to remove
"
        );
    }

    #[test]
    fn an_empty_plan_says_so() {
        let mut plan = plan(Vec::new());
        plan.unchanged.push(db());
        assert_eq!(
            render(&plan, Color::OFF),
            "Plan for shop: nothing to do, 1 unchanged\n"
        );
    }
}
