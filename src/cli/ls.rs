//! `windlass ls`.

use std::collections::BTreeMap;

use clap::Args;
use regex::Regex;
use serde_json::{Map, json};

use super::Ended;
use super::error::CliError;
use super::scope::{Scope, print};
use crate::state::{ProjectContainer, Status};
use crate::ui::listing::{self, Form};
use crate::ui::table::Table;
use crate::ui::template::{Row, json_line};

/// The fields of a row with the names of their columns.
const HEADINGS: [(&str, &str); 5] = [
    ("Name", "NAME"),
    ("Status", "STATUS"),
    ("ConfigFiles", "CONFIG FILES"),
    ("Folder", "FOLDER"),
    ("Ports", "PORTS"),
];

/// List the projects on the engine, each with its state, files, folder and published ports
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct LsArgs {
    /// Projects without a running container too
    #[arg(short, long)]
    all: bool,
    /// Only projects with this property: name=PATTERN
    #[arg(long, value_name = "FILTER")]
    filter: Vec<String>,
    /// table, json, or a template such as '{{.Name}} {{.Ports}}'
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    /// Only names
    #[arg(short, long)]
    quiet: bool,
}

pub(super) async fn run(args: &LsArgs, scope: &Scope) -> Ended {
    let names = names(&args.filter)?;
    let engine = scope.connect().await?;
    let containers = engine.project_containers(None, args.all).await?;
    let mut projects = projects(&containers);
    projects.retain(|project| {
        names.is_empty() || names.iter().any(|pattern| pattern.is_match(&project.name))
    });
    print(&text(&projects, args)?)?;
    Ok(0)
}

/// The patterns of `--filter name=PATTERN`; a text that is no pattern stands for itself.
fn names(filters: &[String]) -> Result<Vec<Regex>, CliError> {
    let pattern = |filter: &String| {
        let Some(("name", text)) = filter.split_once('=') else {
            let key = filter.split('=').next().unwrap_or_default();
            return Err(CliError::Usage(format!(
                "invalid filter '{key}': `name=PATTERN` is expected"
            )));
        };
        Regex::new(text)
            .or_else(|_| Regex::new(&regex::escape(text)))
            .map_err(|error| CliError::Usage(format!("--filter {filter}: {error}")))
    };
    filters.iter().map(pattern).collect()
}

/// What is told of a project.
#[derive(Debug, PartialEq)]
struct Project {
    name: String,
    status: String,
    files: String,
    folder: String,
    ports: String,
}

/// The projects in the order of their names.
fn projects(containers: &[ProjectContainer]) -> Vec<Project> {
    let mut groups: BTreeMap<&str, Vec<&ProjectContainer>> = BTreeMap::new();
    for container in containers {
        groups
            .entry(&container.project)
            .or_default()
            .push(container);
    }
    let project = |(name, containers): (&str, Vec<&ProjectContainer>)| Project {
        name: name.to_owned(),
        status: status(&containers),
        files: joined(containers.iter().flat_map(|container| {
            let files = container.files.as_deref().unwrap_or_default();
            files.split(',')
        })),
        folder: joined(
            containers
                .iter()
                .map(|container| container.folder.as_deref().unwrap_or_default()),
        ),
        ports: ports(&containers),
    };
    groups.into_iter().map(project).collect()
}

/// `exited(1), running(3)`
fn status(containers: &[&ProjectContainer]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for container in containers {
        *counts.entry(Status::as_str(&container.status)).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{status}({count})"))
        .collect();
    counts.join(", ")
}

/// Each text once, in the order of their first places, joined with commas; `N/A` where there is none.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut once: Vec<&str> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    if once.is_empty() {
        "N/A".to_owned()
    } else {
        once.join(",")
    }
}

/// The host's ports with their addresses, where those are not all of the machine's: `127.0.0.1:3306, 8080`.
fn ports(containers: &[&ProjectContainer]) -> String {
    let all = containers.iter().flat_map(|container| &container.ports);
    let mut ports: Vec<(u16, String)> = all
        .filter(|port| port.published > 0)
        .map(|port| {
            let protocol = match port.protocol.as_str() {
                "tcp" => String::new(),
                other => format!("/{other}"),
            };
            let address = match port.host_ip.as_str() {
                "" | "0.0.0.0" | "::" => String::new(),
                ip if ip.contains(':') => format!("[{ip}]:"),
                ip => format!("{ip}:"),
            };
            (
                port.published,
                format!("{address}{}{protocol}", port.published),
            )
        })
        .collect();
    ports.sort();
    ports.dedup();
    let ports: Vec<String> = ports.into_iter().map(|(_, port)| port).collect();
    ports.join(", ")
}

fn text(projects: &[Project], args: &LsArgs) -> Result<String, CliError> {
    if args.quiet {
        return Ok(projects
            .iter()
            .flat_map(|project| [project.name.as_str(), "\n"])
            .collect());
    }
    if args.format == Form::Json {
        // Exactly what docker compose prints: programs read it.
        let lines: Vec<String> = projects
            .iter()
            .map(|project| {
                let fields = json!({
                    "Name": project.name,
                    "Status": project.status,
                    "ConfigFiles": project.files,
                });
                json_line(&fields.as_object().cloned().unwrap_or_default())
            })
            .collect();
        return Ok(format!("[{}]\n", lines.join(",")));
    }
    let row = |project: &Project| Row {
        fields: json!({
            "Name": project.name,
            "Status": project.status,
            "ConfigFiles": project.files,
            "Folder": project.folder,
            "Ports": project.ports,
        })
        .as_object()
        .cloned()
        .unwrap_or_default(),
        labels: Map::new(),
    };
    let rows: Vec<Row> = projects.iter().map(row).collect();
    let table = || {
        let mut table = Table::new(HEADINGS.map(|(_, heading)| heading));
        for project in projects {
            table.row([
                project.name.clone(),
                project.status.clone(),
                project.files.clone(),
                project.folder.clone(),
                project.ports.clone(),
            ]);
        }
        table
    };
    Ok(listing::text(&args.format, &rows, &HEADINGS, table)?)
}

#[cfg(test)]
mod tests;
