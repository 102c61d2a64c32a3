//! `windlass ps`.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Ended;
use super::error::CliError;
use super::published;
use super::scope::{Scope, now, print};
use crate::engine::Engine;
use crate::label;
use crate::model::ProjectName;
use crate::state::{Container, PublishedPort, Status};
use crate::ui::mask::Mask;
use crate::ui::table::Table;
use crate::ui::time;

/// Letters of a command that the table shows, quotes included.
const COMMAND_LENGTH: usize = 22;

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
    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    // For people
    Table,
    // One JSON object per container and line
    Json,
}

pub(super) async fn run(args: &PsArgs, scope: &Scope) -> Ended {
    let statuses = statuses(args)?;
    let (project, _) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let mut containers = engine.containers(&project.name).await?;
    for service in &args.services {
        let known = project.services.contains_key(service.as_str())
            || project
                .disabled_services
                .iter()
                .any(|name| name.as_str() == service)
            || containers
                .iter()
                .any(|container| container.service() == Some(service));
        if !known {
            return Err(CliError::NoSuchService(service.clone()));
        }
    }
    let mask = Mask::of(&project, &containers);
    containers.retain(|container| {
        let service = container.service().unwrap_or_default();
        is_listed(container, args, &statuses)
            && (args.services.is_empty() || args.services.iter().any(|name| name == service))
            && (args.orphans || project.services.contains_key(service))
    });
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    for word in containers
        .iter_mut()
        .flat_map(|container| &mut container.command)
    {
        *word = mask.text(word);
    }
    print(&text(&containers, &project.name, args, now()))?;
    let is_for_people = args.format == Format::Table && !args.quiet && !args.only_services;
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

fn text(containers: &[Container], project: &ProjectName, args: &PsArgs, now: i64) -> String {
    let lines = |of: &dyn Fn(&Container) -> String| -> String {
        containers
            .iter()
            .map(|container| of(container) + "\n")
            .collect()
    };
    if args.quiet {
        return lines(&|container| container.id.clone());
    }
    if args.only_services {
        let mut services: Vec<&str> = containers.iter().filter_map(Container::service).collect();
        services.dedup();
        return services
            .iter()
            .map(|service| (*service).to_owned() + "\n")
            .collect();
    }
    if args.format == Format::Json {
        return lines(&|container| object(container, project, args.no_trunc, now).to_string());
    }
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
            ports(&container.ports),
        ]);
    }
    table.render()
}

fn object(container: &Container, project: &ProjectName, no_trunc: bool, now: i64) -> Value {
    let mut publishers: Vec<&PublishedPort> = container.ports.iter().collect();
    publishers.sort_by_key(|port| (port.target, port.published, port.protocol.clone()));
    let publishers: Vec<Value> = publishers
        .iter()
        .map(|port| {
            json!({
                "URL": port.host_ip,
                "TargetPort": port.target,
                "PublishedPort": port.published,
                "Protocol": port.protocol,
            })
        })
        .collect();
    let labels: Vec<String> = container
        .labels
        .iter()
        // Ours are for us, and long.
        .filter(|(key, _)| *key != label::SPEC)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let names = |kind: &str| {
        container
            .mounts
            .iter()
            .filter(|mount| mount.kind == kind)
            .count()
    };
    let mounts: Vec<&str> = container
        .mounts
        .iter()
        .map(|mount| {
            if mount.name.is_empty() {
                mount.source.as_str()
            } else {
                mount.name.as_str()
            }
        })
        .collect();
    let networks: Vec<&str> = container.networks.keys().map(String::as_str).collect();
    json!({
        "Command": command(container, no_trunc),
        "CreatedAt": container.created,
        "ExitCode": container.exit_code,
        "Health": container.health.map_or("", |health| health.as_str()),
        "ID": if no_trunc { container.id.as_str() } else { container.id.get(..12).unwrap_or(&container.id) },
        "Image": container.image,
        "Labels": labels.join(","),
        "LocalVolumes": names("volume").to_string(),
        "Mounts": mounts.join(","),
        "Name": container.name,
        "Names": container.name,
        "Networks": networks.join(","),
        "Ports": ports(&container.ports),
        "Project": project,
        "Publishers": publishers,
        "RunningFor": ago(&container.created, now),
        "Service": container.service().unwrap_or_default(),
        "State": container.status.as_str(),
        "Status": status(container, now),
    })
}

/// The command in quotes, as docker shows it.
fn command(container: &Container, no_trunc: bool) -> String {
    let command = container.command.join(" ");
    if no_trunc || command.chars().count() + 2 <= COMMAND_LENGTH {
        return format!("\"{command}\"");
    }
    let short: String = command.chars().take(COMMAND_LENGTH - 3).collect();
    format!("\"{short}…\"")
}

fn ago(stamp: &str, now: i64) -> String {
    time::stamp(stamp).map_or_else(String::new, |then| {
        format!("{} ago", time::length(now - then))
    })
}

/// `Up 5 minutes (healthy)`, `Exited (1) 3 seconds ago`, ...
fn status(container: &Container, now: i64) -> String {
    let since = |stamp: &str| time::stamp(stamp).map(|then| time::length(now - then));
    let up = || match since(&container.started_at) {
        Some(length) => format!("Up {length}"),
        None => "Up".to_owned(),
    };
    let ended = || match since(&container.finished_at) {
        Some(length) => format!(" {length} ago"),
        None => String::new(),
    };
    match &container.status {
        Status::Running => match container.health {
            Some(crate::state::Health::Starting) => format!("{} (health: starting)", up()),
            Some(health) => format!("{} ({})", up(), health.as_str()),
            None => up(),
        },
        Status::Paused => format!("{} (Paused)", up()),
        Status::Restarting => format!("Restarting ({}){}", container.exit_code, ended()),
        Status::Exited => format!("Exited ({}){}", container.exit_code, ended()),
        Status::Created => "Created".to_owned(),
        Status::Removing => "Removal In Progress".to_owned(),
        Status::Dead => "Dead".to_owned(),
        Status::Other(word) => word.clone(),
    }
}

/// `0.0.0.0:8080->80/tcp, 90/tcp`
fn ports(ports: &[PublishedPort]) -> String {
    let mut ports: Vec<&PublishedPort> = ports.iter().collect();
    ports.sort_by_key(|port| (port.target, port.published, port.host_ip.clone()));
    let ports: Vec<String> = ports
        .iter()
        .map(|port| match (port.published, port.host_ip.as_str()) {
            (0, _) => format!("{}/{}", port.target, port.protocol),
            (published, ip) => {
                let ip = if ip.contains(':') {
                    format!("[{ip}]")
                } else {
                    ip.to_owned()
                };
                format!("{ip}:{published}->{}/{}", port.target, port.protocol)
            }
        })
        .collect();
    ports.join(", ")
}

#[cfg(test)]
mod tests;
