//! `windlass ps`.

mod row;

use clap::Args;

use super::Ended;
use super::error::CliError;
use super::published;
use super::scope::{Known, Scope, now, print};
use super::service;
use crate::engine::Engine;
use crate::model::ProjectName;
use crate::state::{Container, Status};
use crate::ui::listing::{self, Form};
use crate::ui::mask::Mask;
use crate::ui::table::Table;
use crate::ui::template::{Row, TemplateError};
use row::{ago, command, live_ports, ports, status};

/// List the containers of the project
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct PsArgs {
    /// Services to list; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Stopped containers too, and those of `run`
    #[arg(short, long)]
    all: bool,
    /// Only containers with this property; only `status=STATUS` is known
    #[arg(long, value_name = "FILTER")]
    filter: Vec<String>,
    /// table, json, or a template such as 'table {{.Name}}\t{{.State}}' or '{{json .}}'
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    /// Don't cut long commands
    #[arg(long)]
    no_trunc: bool,
    /// Containers of services that are not in the stack file too
    #[arg(
        long,
        value_name = "YES",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true",
        action = clap::ArgAction::Set
    )]
    orphans: bool,
    /// Only ids
    #[arg(short, long)]
    quiet: bool,
    /// Only the names of services
    #[arg(long = "services")]
    only_services: bool,
    /// Only containers in this state: paused, restarting, removing, running, dead, created or exited; repeatable
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
}

pub(super) async fn run(args: &PsArgs, scope: &Scope) -> Ended {
    let statuses = statuses(args)?;
    let (project, known) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let mut containers = engine.containers(&project.name).await?;
    service::known(&args.services, (&project, known), &containers, scope)?;
    let mask = Mask::of(&project, &containers);
    containers.retain(|container| {
        let service = container.service().unwrap_or_default();
        is_listed(container, args, &statuses)
            && (args.services.is_empty() || args.services.iter().any(|name| name == service))
            && (args.orphans || known == Known::NameOnly || project.services.contains_key(service))
    });
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    for word in containers
        .iter_mut()
        .flat_map(|container| &mut container.command)
    {
        *word = mask.text(word);
    }
    print(&text(&containers, &project.name, args, now())?)?;
    let is_for_people = args.format == Form::Table && !args.quiet && !args.only_services;
    if is_for_people {
        published::tell(&engine, &project, &containers, scope);
    }
    Ok(0)
}

fn is_listed(container: &Container, args: &PsArgs, statuses: &[String]) -> bool {
    if statuses.is_empty() {
        args.all || (container.status.is_up() && !container.is_one_off())
    } else {
        statuses
            .iter()
            .any(|status| status == container.status.as_str())
    }
}

fn statuses(args: &PsArgs) -> Result<Vec<String>, CliError> {
    let mut statuses = args.status.clone();
    for filter in &args.filter {
        match filter.split_once('=') {
            Some(("status", status)) => statuses.push(status.to_owned()),
            _ => {
                return Err(CliError::Usage(format!(
                    "--filter {filter}: `status=STATUS` is expected"
                )));
            }
        }
    }
    match statuses
        .iter()
        .find(|status| matches!(Status::parse(status), Status::Other(_)))
    {
        Some(unknown) => Err(CliError::Usage(format!(
            "`{unknown}` is no status: paused, restarting, removing, running, dead, created or exited is expected"
        ))),
        None => Ok(statuses),
    }
}

fn text(
    containers: &[Container],
    project: &ProjectName,
    args: &PsArgs,
    now: i64,
) -> Result<String, TemplateError> {
    if args.quiet {
        let ids = containers.iter();
        return Ok(ids.flat_map(|container| [&container.id, "\n"]).collect());
    }
    if args.only_services {
        let mut services: Vec<&str> = containers.iter().filter_map(Container::service).collect();
        services.dedup();
        return Ok(services
            .iter()
            .flat_map(|service| [service, "\n"])
            .collect());
    }
    let rows: Vec<Row> = containers
        .iter()
        .map(|container| row::row(container, project, args.no_trunc, now))
        .collect();
    listing::text(&args.format, &rows, &row::HEADINGS, || {
        let mut table = Table::new([
            "NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS",
        ]);
        for container in containers {
            table.row([
                container.name.clone(),
                container.image.clone(),
                command(container, args.no_trunc),
                container.service().unwrap_or_default().to_owned(),
                ago(&container.created, now),
                status(container, now),
                ports(live_ports(container)),
            ]);
        }
        table
    })
}

#[cfg(test)]
mod tests;
