//! The output of several containers, to its end.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::poll_fn;
use std::io::Write;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use futures_util::StreamExt as _;

use crate::cli::error::CliError;
use crate::engine::{Engine, EngineError, LogChunk, LogOptions, Told};
use crate::model::ProjectName;
use crate::state::Container;
use crate::ui::log::{Lines, LogForm, LogLine};

/// So many lines of a container are taken in before they are needed.
const AHEAD: usize = 1000;
/// A pause of the reader before it waits, and after how many waits a log is so long that it makes them: an engine sends
/// each line by itself, and to wake who waits for the next one takes it as long as all the rest of its work.
const REST: Duration = Duration::from_micros(100);
const LONG: usize = 64;

/// The output of several containers, read side by side.
pub(super) struct Sources<'e> {
    form: LogForm,
    all: Vec<Source<'e>>,
    waits: usize,
}

/// One container's output.
struct Source<'e> {
    number: usize,
    /// What comes; none after its end.
    chunks: Option<Told<'e, LogChunk>>,
    lines: Lines,
    ready: VecDeque<LogLine>,
}

impl Source<'_> {
    /// Whether its next line is there, or there is none.
    fn is_known(&self) -> bool {
        !self.ready.is_empty() || self.chunks.is_none()
    }

    /// Takes in what has come.
    fn take_in(&mut self, context: &mut Context<'_>) -> Result<(), EngineError> {
        while self.ready.len() < AHEAD
            && let Some(chunks) = &mut self.chunks
            && let Poll::Ready(chunk) = chunks.poll_next_unpin(context)
        {
            if let Some(chunk) = chunk.transpose()? {
                let lines = self.lines.push(chunk.stderr, &chunk.bytes);
                self.ready.extend(lines);
            } else {
                self.ready.extend(self.lines.finish());
                self.chunks = None;
            }
        }
        Ok(())
    }
}

impl<'e> Sources<'e> {
    pub(super) fn of<E: Engine>(
        engine: &'e E,
        containers: &[Container],
        options: &LogOptions,
        mut form: LogForm,
        project: &ProjectName,
    ) -> Self {
        let all = containers.iter().map(|container| Source {
            number: form.add(container, project.as_str()),
            chunks: Some(engine.logs(&container.id, options)),
            lines: Lines::new(options.timestamps),
            ready: VecDeque::new(),
        });
        let all = all.collect();
        let waits = 0;
        Self { form, all, waits }
    }

    /// Takes in what has come of all outputs, and goes on until it is enough.
    async fn take_in(
        &mut self,
        is_enough: impl Fn(&[Source<'_>]) -> bool,
    ) -> Result<(), EngineError> {
        poll_fn(|context| {
            for source in &mut self.all {
                source.take_in(context)?;
            }
            if is_enough(&self.all) {
                return Poll::Ready(Ok(()));
            }
            self.waits += 1;
            if self.waits > LONG {
                // The whole thread, which has nothing else to do: a runtime that waits is woken by each line as well.
                thread::sleep(REST);
            }
            Poll::Pending
        })
        .await
    }

    /// Writes the lines of all containers in the order of their times, whatever their number, with some of each in
    /// memory.
    pub(super) async fn merge(&mut self, out: &mut impl Write) -> Result<(), CliError> {
        self.take_in(|all| all.iter().all(Source::is_known)).await?;
        let first = self.all.iter().enumerate();
        let first = first.filter_map(|(index, source)| {
            Some(Reverse((source.ready.front()?.time.clone(), index)))
        });
        let mut order: BinaryHeap<_> = first.collect();
        while let Some(Reverse((time, index))) = order.pop() {
            let source = &mut self.all[index];
            if let Some(line) = source.ready.pop_front() {
                self.form.line(out, source.number, &line)?;
            }
            if !source.is_known() {
                self.take_in(|all| all[index].is_known()).await?;
            }
            if let Some(line) = self.all[index].ready.front() {
                // A line without a time belongs to the one before it.
                let is_timed = !line.time.is_empty();
                let key = if is_timed { line.time.clone() } else { time };
                order.push(Reverse((key, index)));
            }
        }
        Ok(())
    }

    /// Writes the lines of all containers as they come.
    pub(super) async fn write(&mut self, out: &mut impl Write) -> Result<(), CliError> {
        let mut goes_on = true;
        while goes_on {
            self.take_in(|all| {
                let mut known = all.iter().map(|source| !source.ready.is_empty());
                known.any(|is_there| is_there) || all.iter().all(Source::is_known)
            })
            .await?;
            for source in &mut self.all {
                for line in source.ready.drain(..) {
                    self.form.line(out, source.number, &line)?;
                }
            }
            goes_on = self.all.iter().any(|source| source.chunks.is_some());
        }
        Ok(())
    }
}
