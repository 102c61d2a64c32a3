//! `windlass stats`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use futures_util::future::{join_all, ready};
use futures_util::stream::{self, LocalBoxStream, SelectAll};
use serde_json::{Map, json};

use super::Ended;
use super::error::CliError;
use super::scope::{Scope, print};
use super::service;
use super::signal::Interrupts;
use crate::engine::docker::DockerEngine;
use crate::engine::{Engine, EngineError};
use crate::model::ProjectName;
use crate::state::{Container, Usage};
use crate::ui::listing::{self, Form};
use crate::ui::size::{binary, decimal};
use crate::ui::table::Table;
use crate::ui::template::{Row, TemplateError};

/// Time between two tables.
const PAUSE: Duration = Duration::from_secs(1);

/// The fields of a row with the names of their columns.
const HEADINGS: [(&str, &str); 9] = [
    ("BlockIO", "BLOCK I/O"),
    ("CPUPerc", "CPU %"),
    ("Container", "CONTAINER"),
    ("ID", "CONTAINER ID"),
    ("MemPerc", "MEM %"),
    ("MemUsage", "MEM USAGE / LIMIT"),
    ("Name", "NAME"),
    ("NetIO", "NET I/O"),
    ("PIDs", "PIDS"),
];

/// Show what the containers use of processors, memory, networks and devices, again and again
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct StatsArgs {
    /// Services whose containers to look at; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Stopped containers too
    #[arg(short, long)]
    all: bool,
    /// table, json, or a template such as '{{.Name}} {{.ID}}'
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    /// Only once
    #[arg(long)]
    no_stream: bool,
    /// Whole ids
    #[arg(long)]
    no_trunc: bool,
}

pub(super) async fn run(args: &StatsArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    service::doubt(&args.services, &project, &containers, scope);
    if !args.no_stream {
        let mut interrupts = Interrupts::listen()?;
        tokio::select! {
            result = follow(&engine, &project.name, args) => result?,
            () = interrupts.next() => {}
        }
        return Ok(130);
    }
    let shown = wanted(containers, args);
    let looks = shown.iter().map(|container| look(&engine, container));
    let found: Result<Vec<Usage>, EngineError> = join_all(looks).await.into_iter().collect();
    let shown: Vec<(Container, Usage)> = shown.into_iter().zip(found?).collect();
    print(&text(&shown, args)?)?;
    Ok(0)
}

fn wanted(mut containers: Vec<Container>, args: &StatsArgs) -> Vec<Container> {
    let is_wanted = |service: &str| args.services.iter().any(|name| name == service);
    containers.retain(|container| {
        (args.all || container.status.is_up())
            && (args.services.is_empty() || container.service().is_some_and(is_wanted))
    });
    containers
}

/// One look at a container; one that doesn't run, or is gone meanwhile, uses nothing.
async fn look(engine: &DockerEngine, container: &Container) -> Result<Usage, EngineError> {
    if !container.status.is_up() {
        return Ok(Usage::default());
    }
    match engine.usage(&container.id, false).next().await {
        Some(Err(EngineError::NotFound(_))) | None => Ok(Usage::default()),
        Some(usage) => usage,
    }
}

/// What is new of a container: none at the end of what the engine tells of it.
type News = (String, Option<Usage>);

/// Shows a table a second, with the containers there are by then.
async fn follow(
    engine: &DockerEngine,
    project: &ProjectName,
    args: &StatsArgs,
) -> Result<(), CliError> {
    let mut looks: SelectAll<LocalBoxStream<'_, News>> = SelectAll::new();
    let mut usages: BTreeMap<String, Usage> = BTreeMap::new();
    let mut screen = Screen::default();
    loop {
        let containers = wanted(engine.containers(project).await?, args);
        for container in containers.iter().filter(|one| one.status.is_up()) {
            if !usages.contains_key(&container.id) {
                usages.insert(container.id.clone(), Usage::default());
                looks.push(news(engine, &container.id));
            }
        }
        let pause = tokio::time::sleep(PAUSE);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some((id, usage)) = looks.next() => match usage {
                    Some(usage) => drop(usages.insert(id, usage)),
                    // It is asked for again where the container runs again.
                    None => drop(usages.remove(&id)),
                },
            }
        }
        let usage = |container: &Container| usages.get(&container.id).cloned().unwrap_or_default();
        let shown: Vec<(Container, Usage)> = containers
            .into_iter()
            .map(|container| {
                let usage = usage(&container);
                (container, usage)
            })
            .collect();
        screen.draw(&text(&shown, args)?)?;
    }
}

fn news<'e>(engine: &'e DockerEngine, id: &str) -> LocalBoxStream<'e, News> {
    let (of, end) = (id.to_owned(), id.to_owned());
    engine
        .usage(id, true)
        // What cannot be told any more has ended.
        .take_while(|usage| ready(usage.is_ok()))
        .map(move |usage| (of.clone(), usage.ok()))
        .chain(stream::once(ready((end, None))))
        .boxed_local()
}

/// Standard output: on a terminal each text takes the place of the one before it.
#[derive(Default)]
struct Screen {
    lines: usize,
}

impl Screen {
    fn draw(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            let size = terminal_size::terminal_size();
            let size = size.map(|(width, height)| (usize::from(width.0), usize::from(height.0)));
            let text = cut(text, size.unwrap_or((usize::MAX, usize::MAX)));
            if self.lines > 0 {
                write!(out, "\u{1b}[{}A\u{1b}[J", self.lines)?;
            }
            self.lines = text.lines().count();
            out.write_all(text.as_bytes())?;
        } else {
            out.write_all(text.as_bytes())?;
        }
        out.flush()
    }
}

/// Lines that fit the terminal: a longer one would take two, and going back over them, or over more than there is room
/// for above the cursor, would go wrong.
fn cut(text: &str, (columns, lines): (usize, usize)) -> String {
    text.lines()
        .take(lines.saturating_sub(1).max(1))
        .flat_map(|line| line.chars().take(columns).chain(['\n']))
        .collect()
}

fn text(shown: &[(Container, Usage)], args: &StatsArgs) -> Result<String, TemplateError> {
    let rows: Vec<Row> = shown
        .iter()
        .map(|(container, usage)| row(container, usage, args.no_trunc))
        .collect();
    listing::text(&args.format, &rows, &HEADINGS, || {
        let columns = [
            "ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs",
        ];
        let heading = |column: &str| {
            let named = HEADINGS.iter().find(|(field, _)| *field == column);
            named.map_or("", |(_, heading)| heading)
        };
        let mut table = Table::new(columns.map(heading));
        for row in &rows {
            let cell = |column: &str| row.fields[column].as_str().unwrap_or_default().to_owned();
            table.row(columns.map(cell));
        }
        table
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "two digits of a percentage are shown"
)]
fn row(container: &Container, usage: &Usage, no_trunc: bool) -> Row {
    let id = container.id.as_str();
    let memory_percent = match usage.memory_limit {
        0 => 0.0,
        limit => usage.memory as f64 / limit as f64 * 100.0,
    };
    let fields = json!({
        "BlockIO": format!("{} / {}", decimal(usage.read), decimal(usage.written)),
        "CPUPerc": format!("{:.2}%", usage.cpu_percent),
        "Container": id,
        "ID": if no_trunc { id } else { id.get(..12).unwrap_or(id) },
        "MemPerc": format!("{memory_percent:.2}%"),
        "MemUsage": format!("{} / {}", binary(usage.memory), binary(usage.memory_limit)),
        "Name": container.name,
        "NetIO": format!("{} / {}", decimal(usage.received), decimal(usage.sent)),
        "PIDs": usage.pids.to_string(),
    });
    Row {
        fields: fields.as_object().cloned().unwrap_or_default(),
        labels: Map::new(),
    }
}

#[cfg(test)]
mod tests;
