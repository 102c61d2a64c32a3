//! Reports of containers that did not get into the state that was waited for.

use crate::model::{HookKind, Position};
use crate::plan::{Plan, Reason, Step};
use crate::reconcile::{WaitFailure, WaitProblem};
use crate::ui::report::Report;

/// A wait that failed, with what was seen of the container and the place of what it failed at.
pub(super) fn wait_report(failure: &WaitFailure, step: Option<&Step>, plan: &Plan) -> Report {
    let needed_by = step.and_then(|step| match &step.reason {
        Reason::NeededBy(service, _) => Some(service),
        _ => None,
    });
    let message = match (&failure.problem, needed_by) {
        (WaitProblem::Timeout { seconds, .. }, _) => {
            format!(
                "application not healthy after {seconds}s: {}",
                failure.problem
            )
        }
        (problem, None) if step.is_some_and(is_before_start) => {
            format!("pre_start hook failed: {problem}: its service is not started")
        }
        (problem, Some(service)) => {
            format!("dependency failed to start: {problem} ({service} depends on it)")
        }
        (problem, None) => problem.to_string(),
    };
    let position = step.and_then(|step| waited_for(failure, step, plan));
    let report = Report::new(message)
        .at(position)
        .evidence("its health test said last", failure.probe.lines())
        .evidence("its ports", failure.sockets.lines())
        .evidence(
            "its last log lines",
            failure.logs.iter().map(String::as_str),
        );
    match &failure.problem {
        WaitProblem::Timeout { .. } => {
            report.hint("give it more time with --wait-timeout, or see `windlass logs`")
        }
        WaitProblem::Exited { .. } | WaitProblem::Unhealthy { .. } if failure.logs.is_empty() => {
            report.hint("it has written nothing to its log")
        }
        _ => report,
    }
}

/// The place of what the container failed at.
fn waited_for<'p>(failure: &WaitFailure, step: &Step, plan: &'p Plan) -> Option<&'p Position> {
    let field = match &failure.problem {
        WaitProblem::Exited { .. } => "command",
        WaitProblem::Removed { .. } => return None,
        WaitProblem::Unhealthy { .. }
        | WaitProblem::NeverHealthy { .. }
        | WaitProblem::Timeout { .. } => "healthcheck",
    };
    plan.origins.get(&step.resource)?.find(field)
}

fn is_before_start(step: &Step) -> bool {
    step.reason == Reason::Hook(HookKind::PreStart)
}
