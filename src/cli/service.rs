//! The services that the user names: those that nobody knows are refused, or told.

use super::error::CliError;
use super::scope::{Known, Scope};
use crate::model::Project;
use crate::state::Container;
use crate::ui::mask::Mask;
use crate::ui::report::Report;

/// The services that neither the project's files nor its containers have.
fn unknown<'s>(
    services: &'s [String],
    project: &Project,
    containers: &[Container],
) -> Vec<&'s str> {
    let is_known = |service: &str| {
        let mut disabled = project.disabled_services.iter();
        project.services.contains_key(service)
            || disabled.any(|name| name.as_str() == service)
            || containers
                .iter()
                .any(|container| container.service() == Some(service))
    };
    let services = services.iter().map(String::as_str);
    services.filter(|service| !is_known(service)).collect()
}

/// Whether the file or the engine has services of these names.
///
/// # Errors
/// [`CliError::NoSuchService`] with the first that neither has.
pub(super) fn check(
    services: &[String],
    project: &Project,
    containers: &[Container],
) -> Result<(), CliError> {
    match unknown(services, project, containers).first() {
        Some(service) => Err(CliError::NoSuchService((*service).to_owned())),
        None => Ok(()),
    }
}

/// Refuses services that nobody knows; where only the project's name is known they may well be in its file, so that
/// they are named in a warning.
pub(super) fn known(
    services: &[String],
    (project, known): (&Project, Known),
    containers: &[Container],
    scope: &Scope,
) -> Result<(), CliError> {
    if known == Known::Files {
        return check(services, project, containers);
    }
    doubt(services, project, containers, scope);
    Ok(())
}

/// Warns of services that nobody knows: docker compose lists nothing for them and succeeds.
pub(super) fn doubt(
    services: &[String],
    project: &Project,
    containers: &[Container],
    scope: &Scope,
) {
    let unknown = unknown(services, project, containers);
    let warn = |service: &&str| Report::new(format!("no such service: {service}"));
    let warnings: Vec<Report> = unknown.iter().map(warn).collect();
    scope.warn(&warnings, &Mask::default());
}
