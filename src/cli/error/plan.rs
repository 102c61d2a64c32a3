//! Reports of why there is no plan, or none that can be carried out.

use crate::plan::{PlanError, Protected};
use crate::reconcile::InputError;
use crate::ui::report::Report;

/// Why there is no plan.
pub(super) fn plan_report(error: &PlanError) -> Report {
    let report = Report::new(error.to_string()).at(error.position());
    match error {
        PlanError::ExternalMissing { kind, name, .. } => report.hint(format!(
            "make it with `docker {kind} create {name}`, or take `external` out of the stack file"
        )),
        PlanError::ImageMissing { .. } => report.hint(
            "bring the image with `docker pull` or `docker load`, or let windlass pull or build it",
        ),
        PlanError::NoSuchService(_) => {
            report.hint("`windlass config --services` lists the services of the stack file")
        }
        PlanError::NoContainer { service, .. }
        | PlanError::MissingDependency {
            dependency: service,
            ..
        } => report.hint(format!("`windlass up -d {service}` makes it")),
        PlanError::NotPrepared { service, .. } => report.hint(format!(
            "`windlass up -d {service}` runs it, and starts the service"
        )),
        PlanError::Cycle(_) => report.hint("take one of these dependencies out"),
        PlanError::NotInstalled { key, service, .. } => match *key {
            "models" => {
                report.hint("install Docker Model Runner: https://docs.docker.com/ai/model-runner")
            }
            _ => report
                .hint("install the program that `provider.type` names, as its makers say,")
                .hint(format!(
                    "or name the services to raise, without {service} and those that depend on it"
                )),
        },
        PlanError::Undefined { .. }
        | PlanError::NoSocket { .. }
        | PlanError::BuildSecret { .. }
        | PlanError::Protected(_) => report,
    }
}

/// A volume that is only removed where the user says so once more.
pub(super) fn protected_report(protected: &Protected) -> Report {
    let Protected { volume, position } = protected;
    let report = Report::new(format!("volume {volume} is protected: nothing was changed"))
        .at(position.as_ref());
    let report = match position {
        Some(_) => report,
        None => report.hint("the stack file that it was made from says `x-protect: true`"),
    };
    report
        .hint("`windlass down` without -v keeps it with its data;")
        .hint("`windlass down -v --unprotect` removes both")
}

/// Why a service cannot have what it is granted.
pub(super) fn input_report(error: &InputError) -> Report {
    let report = Report::new(error.to_string()).at(error.position());
    match error {
        InputError::External { .. } => {
            report.hint("only a swarm has external ones: give it by `file:` or `environment:`")
        }
        InputError::Unset { variable, .. } => report.hint(format!(
            "set {variable} in the shell or in .env, or give the content by `file:`"
        )),
        InputError::ReadOnly { .. } => report
            .hint("give it by `file:`, without `uid`, `gid` and `mode`: that is mounted, which a")
            .hint("read-only container allows"),
        InputError::File { .. } => report,
    }
}
