//! `windlass logs`.

mod source;

use std::io::{self, BufWriter, Write};

use clap::Args;

use super::Ended;
use super::error::CliError;
use super::follow::{Follower, News};
use super::scope::{Scope, moment};
use super::service;
use super::signal::Interrupts;
use crate::engine::{Engine, EngineError, LogOptions};
use crate::model::ProjectName;
use crate::state::{Container, Status};
use crate::ui::Color;
use crate::ui::log::{self, Filter, LogForm};
use source::Sources;

/// Written at once: the logs of a day may have many megabytes.
const AT_ONCE: usize = 64 * 1024;

/// Show the output of containers, merged by time
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct LogsArgs {
    /// Services to show; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Stay and show what comes
    #[arg(short, long)]
    follow: bool,
    /// Only the replica of this number
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// Only so many of the last lines of each container
    #[arg(
        short = 'n',
        long,
        value_name = "LINES",
        default_value = "all",
        allow_negative_numbers = true
    )]
    tail: String,
    /// Only lines from this time on: 2013-01-02T13:23:37Z, or 42m for the last 42 minutes
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only lines up to this time, written in the same way
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Show the time of each line
    #[arg(short, long)]
    timestamps: bool,
    /// No colours
    #[arg(long)]
    no_color: bool,
    /// No container names in front of lines
    #[arg(long)]
    no_log_prefix: bool,
    /// Only lines in which this regular expression is found; repeatable: one of them
    #[arg(long, value_name = "PATTERN")]
    grep: Vec<String>,
    /// No lines in which this regular expression is found; repeatable
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Lines as the engine sends them, in place of merging them by time: sooner done with long logs
    #[arg(long, conflicts_with = "follow")]
    unmerged: bool,
    /// One JSON object per line: time, service, container, stream and line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &LogsArgs, scope: &Scope) -> Ended {
    let options = options(args)?;
    let filter = filter(args)?;
    if args.index.is_some() && args.services.len() != 1 {
        return Err(CliError::Usage(
            "--index requires one service to be selected".to_owned(),
        ));
    }
    let (project, known) = scope.project_or_name()?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let color = if args.no_color {
        Color::OFF
    } else {
        scope.out_color
    };
    let form = LogForm::new(color, !args.no_log_prefix, args.timestamps)
        .filtered(filter)
        .as_json(args.json);
    let wanted = |container: &Container| {
        let service = container.service();
        !container.is_one_off()
            && (args.services.is_empty() || args.services.iter().any(|name| service == Some(name)))
            && args
                .index
                .is_none_or(|index| container.number() == Some(index))
    };
    let mut follower = if args.follow {
        Some(Follower::listen(&engine, &project.name, form.clone(), Box::new(wanted)).await?)
    } else {
        None
    };
    let mut containers = engine.containers(&project.name).await?;
    service::known(&args.services, (&project, known), &containers, scope)?;
    containers.retain(wanted);
    if let (Some(index), [service]) = (args.index, args.services.as_slice())
        && containers.is_empty()
    {
        return Err(CliError::NotRunning {
            service: service.clone(),
            index: Some(index),
        });
    }
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = BufWriter::with_capacity(AT_ONCE, io::stdout().lock());
    match &mut follower {
        None => {
            let logs = async {
                let mut sources = Sources::of(&engine, &containers, &options, form, &project.name);
                if args.unmerged {
                    sources.write(&mut out).await
                } else {
                    sources.merge(&mut out).await
                }
            };
            tokio::select! {
                result = logs => result?,
                () = interrupts.next() => return Err(CliError::Interrupted),
            }
        }
        Some(follower) => {
            for container in &containers {
                follower.add(container, &options);
            }
            // Where nothing runs yet, what comes is waited for.
            if containers.iter().any(|container| container.status.is_up()) {
                follower.tell_ends();
            }
            loop {
                let news = tokio::select! {
                    news = follower.next(&mut out) => news?,
                    () = interrupts.next() => {
                        out.flush()?;
                        return Ok(130);
                    }
                };
                if news == News::AllOver && !goes_on(&engine, &project.name, &wanted).await? {
                    break;
                }
            }
        }
    }
    out.flush()?;
    Ok(0)
}

/// Whether a container runs, or is made to take the place of one that ended.
async fn goes_on<E: Engine>(
    engine: &E,
    project: &ProjectName,
    wanted: &impl Fn(&Container) -> bool,
) -> Result<bool, EngineError> {
    let containers = engine.containers(project).await?;
    let mut wanted = containers.iter().filter(|container| wanted(container));
    Ok(wanted.any(|container| container.status.is_up() || container.status == Status::Created))
}

fn filter(args: &LogsArgs) -> Result<Filter, CliError> {
    let patterns = |flag: &str, texts: &[String]| {
        let pattern = |text: &String| {
            log::pattern(text).map_err(|error| CliError::Usage(format!("{flag} {text}: {error}")))
        };
        texts.iter().map(pattern).collect::<Result<Vec<_>, _>>()
    };
    Ok(Filter {
        grep: patterns("--grep", &args.grep)?,
        exclude: patterns("--exclude", &args.exclude)?,
    })
}

fn options(args: &LogsArgs) -> Result<LogOptions, CliError> {
    let tail = match args.tail.as_str() {
        "all" | "" | "-1" => None,
        number => Some(number.parse().map_err(|_| {
            CliError::Usage(format!(
                "--tail {number}: a number of lines, or `all`, is expected"
            ))
        })?),
    };
    Ok(LogOptions {
        follow: args.follow,
        tail,
        since: moment(args.since.as_deref())?,
        until: moment(args.until.as_deref())?,
        timestamps: !args.unmerged || args.timestamps || args.json,
    })
}

#[cfg(test)]
mod tests;
