//! `windlass top`.

use clap::Args;
use futures_util::future::try_join_all;

use super::Ended;
use super::scope::{Scope, print};
use super::service;
use crate::engine::Engine;
use crate::state::{Container, Processes};
use crate::ui::mask::Mask;
use crate::ui::table::Table;

/// Show the processes of the running containers
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct TopArgs {
    /// Services whose containers to look at; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub(super) async fn run(args: &TopArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let mut containers = engine.containers(&project.name).await?;
    service::doubt(&args.services, &project, &containers, scope);
    let mask = Mask::of(&project, &containers);
    let is_wanted = |service: &str| args.services.iter().any(|name| name == service);
    containers.retain(|container| {
        container.status.is_up()
            && (args.services.is_empty() || container.service().is_some_and(is_wanted))
    });
    let asked = containers
        .iter()
        .map(|container| engine.processes(&container.id));
    let found = try_join_all(asked).await?;
    // One that ended meanwhile has no processes.
    let shown: Vec<(&Container, Processes)> = containers
        .iter()
        .zip(found)
        .filter_map(|(container, processes)| Some((container, processes?)))
        .collect();
    print(&mask.text(&text(&shown)))?;
    Ok(0)
}

/// One table for all containers: engines of other systems have other columns, and all that occur are shown.
fn text(containers: &[(&Container, Processes)]) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for title in containers
        .iter()
        .flat_map(|(_, processes)| &processes.titles)
    {
        if !titles.contains(&title.as_str()) {
            titles.push(title);
        }
    }
    if titles.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["SERVICE", "#"].into_iter().chain(titles.iter().copied()));
    for (container, processes) in containers {
        let number = container.number().map(|number| number.to_string());
        for row in &processes.rows {
            let cell = |title: &&str| {
                let mut known = processes.titles.iter();
                let column = known.position(|known| known == title);
                let cell = column.and_then(|column| row.get(column));
                cell.map_or_else(|| "-".to_owned(), |cell| one_line(cell))
            };
            let first = [
                container.service().unwrap_or_default().to_owned(),
                number.clone().unwrap_or_default(),
            ];
            table.row(first.into_iter().chain(titles.iter().map(cell)));
        }
    }
    table.render()
}

/// A command may have lines; a row has one.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label;

    #[test]
    fn every_process_stands_behind_its_service_and_number() {
        let container = |service: &str, number: &str| {
            let labels = [(label::SERVICE, service), (label::CONTAINER_NUMBER, number)];
            Container {
                labels: labels
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .into(),
                ..Container::default()
            }
        };
        let processes = |titles: &[&str], rows: &[&[&str]]| Processes {
            titles: titles.iter().map(|title| (*title).to_owned()).collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
                .collect(),
        };
        let (web, db) = (container("web", "2"), container("db", "1"));
        let shown = [
            (
                &web,
                processes(
                    &["PID", "CMD"],
                    &[&["12", "sh -c\nhttpd"], &["345", "httpd"]],
                ),
            ),
            (&db, processes(&["USER", "PID"], &[&["root", "7"]])),
        ];
        assert_eq!(
            text(&shown),
            "\
SERVICE   #   PID   CMD           USER
web       2   12    sh -c httpd   -
web       2   345   httpd         -
db        1   7     -             root
"
        );
        assert_eq!(text(&[]), "");
    }
}
