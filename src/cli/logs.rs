//! `windlass logs`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufWriter, Write};
use std::vec;

use bytes::Bytes;
use clap::Args;
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream::select_all;

use super::Ended;
use super::error::CliError;
use super::follow::{Follower, News};
use super::scope::{Scope, moment};
use super::service;
use super::signal::Interrupts;
use crate::engine::{Engine, EngineError, LogChunk, LogOptions, Told};
use crate::model::ProjectName;
use crate::state::{Container, Status};
use crate::ui::Color;
use crate::ui::log::{self, Filter, Lines, LogForm, LogLine};

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
    #[arg(short = 'n', long, value_name = "LINES", default_value = "all")]
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
                let sources = sources(&engine, &containers, &options, form, &project.name);
                if args.unmerged {
                    write(sources, &mut out).await
                } else {
                    merge(sources, &mut out).await
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

/// The output of several containers.
struct Sources<'e> {
    form: LogForm,
    all: Vec<Source<'e>>,
}

/// One container's output.
struct Source<'e> {
    number: usize,
    chunks: Told<'e, LogChunk>,
    lines: Lines,
    ready: vec::IntoIter<LogLine>,
}

fn sources<'e, E: Engine>(
    engine: &'e E,
    containers: &[Container],
    options: &LogOptions,
    mut form: LogForm,
    project: &ProjectName,
) -> Sources<'e> {
    let all = containers.iter().map(|container| Source {
        number: form.add(container, project.as_str()),
        chunks: engine.logs(&container.id, options),
        lines: Lines::new(options.timestamps),
        ready: Vec::new().into_iter(),
    });
    let all = all.collect();
    Sources { form, all }
}

impl Source<'_> {
    /// The next line; none at the end.
    async fn next(&mut self) -> Result<Option<LogLine>, EngineError> {
        loop {
            if let Some(line) = self.ready.next() {
                return Ok(Some(line));
            }
            let Some(chunk) = self.chunks.next().await.transpose()? else {
                self.ready = self.lines.finish().into_iter();
                return Ok(self.ready.next());
            };
            self.ready = self.lines.push(chunk.stderr, &chunk.bytes).into_iter();
        }
    }
}

/// Writes the lines of all containers in the order of their times, whatever their number, with one piece of the output
/// of each in memory.
async fn merge(sources: Sources<'_>, out: &mut impl Write) -> Result<(), CliError> {
    let Sources { form, mut all } = sources;
    let mut next = try_join_all(all.iter_mut().map(Source::next)).await?;
    let mut order: BinaryHeap<Reverse<(Bytes, usize)>> = next
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some(Reverse((line.as_ref()?.time.clone(), index))))
        .collect();
    while let Some(Reverse((time, index))) = order.pop() {
        if let Some(line) = next[index].take() {
            form.line(out, all[index].number, &line)?;
        }
        if let Some(line) = all[index].next().await? {
            // A line without a time belongs to the one before it.
            let key = if line.time.is_empty() {
                time
            } else {
                line.time.clone()
            };
            order.push(Reverse((key, index)));
            next[index] = Some(line);
        }
    }
    Ok(())
}

/// Writes the lines of all containers as they come.
async fn write(sources: Sources<'_>, out: &mut impl Write) -> Result<(), CliError> {
    let Sources { form, all } = sources;
    let mut cuts = Vec::new();
    let mut streams = Vec::new();
    for (index, source) in all.into_iter().enumerate() {
        cuts.push((source.number, source.lines));
        streams.push(source.chunks.map(move |chunk| (index, chunk)));
    }
    let mut chunks = select_all(streams);
    while let Some((index, chunk)) = chunks.next().await {
        let chunk = chunk?;
        let (number, lines) = &mut cuts[index];
        for line in lines.push(chunk.stderr, &chunk.bytes) {
            form.line(out, *number, &line)?;
        }
    }
    for (number, lines) in &mut cuts {
        for line in lines.finish() {
            form.line(out, *number, &line)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
