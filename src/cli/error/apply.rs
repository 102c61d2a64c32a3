//! Reports of the steps of a plan that failed.

use super::engine::engine_report;
use super::interrupted;
use super::wait::wait_report;
use crate::engine::EngineError;
use crate::model::Port;
use crate::plan::{OnlyIf, Operation, Plan, Resource, Step, StepId};
use crate::reconcile::{
    ApplyError, HookFailure, ProgramFailure, ProgramProblem, StepError, StepFailure,
};
use crate::ui::report::Report;

/// What was not done of a plan, and why.
pub(super) fn apply_reports(error: &ApplyError, plan: &Plan) -> Vec<Report> {
    let failures: Vec<StepId> = error.failures.iter().map(|failure| failure.step).collect();
    let mut reports: Vec<Report> = error
        .failures
        .iter()
        .map(|StepFailure { step, error }| match error {
            StepError::Engine(error) => {
                let report = step_report(error, *step, plan);
                match made_good(*step, plan, &failures) {
                    Some(hint) => report.hint(hint),
                    None => report,
                }
            }
            StepError::Wait(failure) => wait_report(failure, plan.steps.get(*step), plan),
            StepError::Hook(failure) => hook_report(failure, plan.steps.get(*step), plan),
            StepError::Program(failure) => program_report(failure, plan.steps.get(*step), plan),
        })
        .collect();
    // Two steps of one container often fail for one reason.
    reports.dedup();
    if error.interrupted {
        reports.push(interrupted());
    }
    reports
}

/// What became of the two containers where the new one did not start.
fn made_good(failed: StepId, plan: &Plan, failures: &[StepId]) -> Option<String> {
    let is_for =
        |step: &Step| matches!(&step.only_if, Some(OnlyIf::Failed(of)) if of.contains(&failed));
    let mut good = (0..plan.steps.len())
        .filter(|&id| is_for(&plan.steps[id]))
        .peekable();
    let name = plan.steps[*good.peek()?].resource.name();
    let of_old = |step: &Step| match &step.operation {
        Operation::CreateContainer { replaces, .. } if step.resource.name() == name => {
            replaces.clone()
        }
        _ => None,
    };
    let old = plan.steps.iter().find_map(of_old)?;
    let old = &old[..old.len().min(12)];
    Some(if good.any(|id| failures.contains(&id)) {
        format!(
            "the container that was to be replaced is {old}; the next `windlass up` goes on from here"
        )
    } else {
        format!(
            "the new container of {name} never ran and is removed; the old one, {old}, is back as {name}"
        )
    })
}

/// An engine's refusal, with what it was to be done to and the place in the files that asks for it.
fn step_report(error: &EngineError, id: StepId, plan: &Plan) -> Report {
    let report = engine_report(error);
    let Some(step) = plan.steps.get(id) else {
        return report;
    };
    let field = match error {
        EngineError::PullDenied { .. }
        | EngineError::PullFailed { .. }
        | EngineError::PushDenied { .. }
        | EngineError::PushFailed { .. } => "image".to_owned(),
        EngineError::BuildFailed { .. }
        | EngineError::BaseDenied { .. }
        | EngineError::BaseFailed { .. } => "build.dockerfile".to_owned(),
        EngineError::Context { .. } => "build.context".to_owned(),
        EngineError::NoBuildx { keys, .. } => match keys.first() {
            Some(key) => format!("build.{key}"),
            None => "build".to_owned(),
        },
        EngineError::BeyondEngine { path, .. } => path.clone(),
        EngineError::Profile { .. } => "security_opt".to_owned(),
        EngineError::PortInUse { port, .. } => published_as(port, step, plan),
        EngineError::Disconnected { .. } => return report,
        _ => String::new(),
    };
    let origins = plan.origins.get(&step.resource);
    let position = origins.and_then(|positions| positions.find(&field));
    let message = match error {
        // The engine's own words seldom say which container they are about.
        EngineError::Refused { .. }
        | EngineError::NotFound(_)
        | EngineError::Conflict(_)
        | EngineError::Answer(_) => about(&step.resource, error),
        _ => report.message.clone(),
    };
    Report { message, ..report }.at(position)
}

fn about(resource: &Resource, error: &EngineError) -> String {
    let (kind, name) = match resource {
        Resource::Image(name) => ("image", name),
        Resource::Network(name) => ("network", name),
        Resource::Volume(name) => ("volume", name),
        Resource::Provider(name) => ("provider", name),
        Resource::Model(name) => ("model", name),
        Resource::Container { name, .. } => ("container", name),
    };
    let words = error.to_string();
    if words.contains(name.as_str()) {
        words
    } else {
        format!("{kind} {name}: {words}")
    }
}

/// The field of the service that publishes this port of the host.
fn published_as(port: &str, step: &Step, plan: &Plan) -> String {
    let number = port.rsplit(':').next().unwrap_or(port);
    let created = plan.steps.iter().find_map(|other| match &other.operation {
        Operation::CreateContainer { container, .. } if other.resource == step.resource => {
            Some(&container.spec.ports)
        }
        _ => None,
    });
    let publishes = |port: &Port| port.published.as_deref() == Some(number);
    match created.and_then(|ports| ports.iter().position(publishes)) {
        Some(index) => format!("ports[{index}]"),
        None => "ports".to_owned(),
    }
}

fn hook_report(failure: &HookFailure, step: Option<&Step>, plan: &Plan) -> Report {
    let resource = step.map(|step| &step.resource);
    let positions = resource.and_then(|resource| plan.origins.get(resource));
    let HookFailure { kind, index, .. } = failure;
    let position = positions.and_then(|positions| positions.find(&format!("{kind}[{index}]")));
    let name = resource.map_or("", Resource::name);
    // docker compose's words, which begin with the service.
    let who = match resource {
        Some(Resource::Container {
            replica: Some((service, _)),
            ..
        }) => service.as_str(),
        _ => name,
    };
    let message = format!(
        "{who} hook exited with status {}: {kind} of container {name}",
        failure.status
    );
    Report::new(message)
        .at(position)
        .evidence("its last output", failure.output.iter().map(String::as_str))
}

fn program_report(failure: &ProgramFailure, step: Option<&Step>, plan: &Plan) -> Report {
    let resource = step.map(|step| &step.resource);
    let field = match (resource, &failure.problem) {
        (Some(Resource::Model(_)), _) => "models",
        (_, ProgramProblem::OptionMissing(_)) => "provider.options",
        _ => "provider.type",
    };
    let positions = resource.and_then(|resource| plan.origins.get(resource));
    let position = positions.and_then(|positions| positions.find(field));
    let of = match resource {
        Some(Resource::Model(name)) => format!("model {name}: "),
        Some(resource) => format!("service {}: ", resource.name()),
        None => String::new(),
    };
    Report::new(format!("{of}{failure}"))
        .at(position)
        .evidence("its last errors", failure.output.iter().map(String::as_str))
}
