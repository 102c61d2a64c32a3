//! What would make a plan fail half-way is told before its first step, all at once.

use super::error::CliError;
use super::scope::Scope;
use crate::engine::docker::{BeyondEngine, beyond_engine, network_beyond_engine};
use crate::engine::{About, Engine};
use crate::plan::{self, Operation, Plan, Problem};
use crate::state::ActualState;
use crate::ui::mask::Mask;
use crate::ui::report::Report;

/// Looks around for what the plan would run into; tells what may go wrong.
///
/// # Errors
/// [`CliError::Preflight`] where the plan cannot succeed.
pub(super) async fn preflight(
    plan: &Plan,
    state: &ActualState,
    engine: &impl Engine,
    mask: &Mask,
    scope: &Scope,
) -> Result<(), CliError> {
    let problems = problems(plan, state, engine).await?;
    tell(problems, mask, scope)
}

/// Looks around for what the plan would run into.
pub(super) async fn problems(
    plan: &Plan,
    state: &ActualState,
    engine: &impl Engine,
) -> Result<Vec<Problem>, CliError> {
    let question = plan::question(plan, state);
    let mut problems = not_there(plan, engine.about());
    if !question.is_empty() {
        let around = engine.surroundings(&question).await?;
        problems.extend(plan::preflight(plan, state, &around));
    }
    Ok(problems)
}

/// Tells what may go wrong.
///
/// # Errors
/// [`CliError::Preflight`] where something is certain to.
pub(super) fn tell(problems: Vec<Problem>, mask: &Mask, scope: &Scope) -> Result<(), CliError> {
    let (certain, doubtful): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem.is_certain);
    let doubts: Vec<Report> = doubtful.iter().map(report).collect();
    scope.warn(&doubts, mask);
    if certain.is_empty() {
        Ok(())
    } else {
        let reports = certain.iter().map(report).collect();
        Err(CliError::Preflight(reports))
    }
}

fn report(problem: &Problem) -> Report {
    let report = Report::new(problem.message.clone()).at(problem.position.as_ref());
    match &problem.hint {
        Some(hint) => report.hint(hint.clone()),
        None => report,
    }
}

/// Keys that the containers and networks cannot be without, and that the engine doesn't have.
fn not_there(plan: &Plan, about: &About) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for step in &plan.steps {
        let beyond: Vec<BeyondEngine> = match &step.operation {
            Operation::CreateContainer { container, .. } => beyond_engine(container, about),
            Operation::CreateNetwork { network, .. } => network_beyond_engine(network, about),
            _ => continue,
        };
        for beyond in beyond.iter().filter(|beyond| beyond.is_needed) {
            let place = plan.origins.get(&step.resource);
            let problem = Problem {
                message: format!("`{}` cannot be carried: {}", beyond.path, beyond.why(about)),
                position: place.and_then(|at| at.find(&beyond.path)).cloned(),
                hint: Some(
                    "another engine does it, or take the key out of the stack file".to_owned(),
                ),
                is_certain: true,
            };
            // Replicas have the same keys.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems
}
