//! Following containers: their output line by line, as it comes, through ends and restarts.

use std::cmp::Ordering;
use std::io::Write;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, FuturesUnordered, LocalBoxStream, SelectAll};
use futures_util::{FutureExt, StreamExt};
use indexmap::IndexMap;

use super::error::CliError;
use crate::engine::{
    ContainerAction, Engine, EngineError, EngineEvent, LogChunk, LogOptions, Told,
};
use crate::model::ProjectName;
use crate::state::{Container, Status};
use crate::ui::log::{Lines, LogForm, LogLine};
use crate::ui::time;

/// Which containers are followed.
pub(super) type Wanted<'a> = Box<dyn Fn(&Container) -> bool + 'a>;

/// A piece of a container's output, or none at its end, with the container's id.
type Output = (String, Option<Result<LogChunk, EngineError>>);

/// A container as it is now, or none where it is gone, with its id.
type Look = (String, Result<Option<Container>, EngineError>);

/// What a follower tells beside the lines it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// A container ended.
    Exited {
        /// Its service.
        service: Option<String>,
        /// Its exit code.
        code: i64,
    },
    /// No container that is followed runs any more.
    AllOver,
}

/// A container that is followed.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the log, the events and the engine's answers tell come in any order"
)]
struct Followed {
    number: usize,
    service: Option<String>,
    lines: Lines,
    /// Whether its output is being read.
    is_open: bool,
    runs: bool,
    /// Whether the engine will start it again, as it said when it was last asked.
    returns: bool,
    /// Whether it was started since its output was opened: a log that ends while its container runs is not asked for
    /// again and again.
    restarted: bool,
    /// How it ended, as long as that has not been told.
    ended: Option<i64>,
    /// When it had begun and ended, by the engine's clock, where it had before it was followed.
    was_over: Option<(String, String)>,
    /// From when on its lines are those of the run that is followed, in Unix nanoseconds, where that is known.
    since: Option<i64>,
    /// The time of the last line, and how many lines had it.
    last: (Bytes, usize),
    /// The same as it was when the output was opened again, as long as lines of before may come once more.
    repeated: Option<(Bytes, usize)>,
}

impl Followed {
    /// Whether a line was not shown before: after a restart the engine repeats lines of the second it is asked from.
    /// Several lines may have one time, since Podman tells whole seconds.
    fn is_new(&mut self, line: &LogLine) -> bool {
        if line.time.is_empty() {
            return true;
        }
        if let Some((last, lines)) = &mut self.repeated {
            match line.time.cmp(last) {
                Ordering::Less => return false,
                Ordering::Equal if *lines > 0 => {
                    *lines -= 1;
                    return false;
                }
                Ordering::Equal => {}
                Ordering::Greater => self.repeated = None,
            }
        }
        let (last, lines) = &mut self.last;
        if *last != line.time {
            last.clone_from(&line.time);
            *lines = 0;
        }
        *lines += 1;
        true
    }
}

/// Follows the containers of a project.
///
/// Every future it waits for is kept in itself: nothing is lost where [`Follower::next`] is dropped half-way.
pub(super) struct Follower<'a, E> {
    engine: &'a E,
    wanted: Wanted<'a>,
    project: ProjectName,
    form: LogForm,
    options: LogOptions,
    events: Option<Told<'a, EngineEvent>>,
    output: SelectAll<LocalBoxStream<'a, Output>>,
    looks: FuturesUnordered<LocalBoxFuture<'a, Look>>,
    followed: IndexMap<String, Followed>,
    /// Whether to tell of ends, and to end with the last container.
    tells_ends: bool,
    /// Whether it was told that the last container ended, and nothing happened since.
    told_over: bool,
}

impl<'a, E: Engine> Follower<'a, E> {
    /// Begins to listen to the engine, so that nothing that happens from now on is missed.
    pub(super) async fn listen(
        engine: &'a E,
        project: &ProjectName,
        form: LogForm,
        wanted: Wanted<'a>,
    ) -> Result<Self, CliError> {
        let mut events = engine.events(project);
        // The first one says that the engine listens.
        events.next().await.transpose()?;
        Ok(Self {
            engine,
            wanted,
            project: project.clone(),
            form,
            options: LogOptions {
                follow: true,
                timestamps: true,
                ..LogOptions::default()
            },
            events: Some(events),
            output: SelectAll::new(),
            looks: FuturesUnordered::new(),
            followed: IndexMap::new(),
            tells_ends: false,
            told_over: false,
        })
    }

    /// Tells of containers that end, and that the last one has.
    pub(super) fn tell_ends(&mut self) {
        self.tells_ends = true;
    }

    /// The names of the containers that are followed, as the log shows them.
    pub(super) fn names(&self) -> Vec<&str> {
        let numbers = self.followed.values();
        numbers
            .map(|followed| self.form.name(followed.number))
            .collect()
    }

    /// Follows a container, if it is wanted; `options` says from where on, its `follow` and `timestamps` are ours.
    pub(super) fn add(&mut self, container: &Container, options: &LogOptions) {
        if !(self.wanted)(container) {
            return;
        }
        let number = self.form.add(container, self.project.as_str());
        let over = matches!(container.status, Status::Exited | Status::Dead);
        self.followed.insert(
            container.id.clone(),
            Followed {
                number,
                service: container.service().map(str::to_owned),
                lines: Lines::new(true),
                is_open: false,
                runs: container.status.is_up(),
                returns: false,
                restarted: false,
                ended: over.then_some(container.exit_code),
                was_over: over
                    .then(|| (container.started_at.clone(), container.finished_at.clone())),
                since: None,
                last: (Bytes::new(), 0),
                repeated: None,
            },
        );
        self.open(&container.id, options);
    }

    fn open(&mut self, id: &str, options: &LogOptions) {
        let options = LogOptions {
            follow: true,
            timestamps: true,
            ..options.clone()
        };
        if let Some(followed) = self.followed.get_mut(id) {
            followed.is_open = true;
            followed.restarted = false;
            let last = followed.last.clone();
            followed.repeated = (!last.0.is_empty()).then_some(last);
            let (of, end) = (id.to_owned(), id.to_owned());
            let chunks = self
                .engine
                .logs(id, &options)
                .map(move |chunk| (of.clone(), Some(chunk)));
            let end = stream::once(async move { (end, None) });
            self.output.push(chunks.chain(end).boxed_local());
        }
    }

    /// Writes lines as they come, until there is something to tell.
    ///
    /// Where ends are not told it never returns, unless an error makes it.
    pub(super) async fn next(&mut self, out: &mut impl Write) -> Result<News, CliError> {
        loop {
            if let Some(news) = self.news(out)? {
                return Ok(news);
            }
            out.flush()?;
            let Self {
                output,
                looks,
                events,
                ..
            } = self;
            let event = async {
                match events {
                    Some(events) => events.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some((id, chunk)) = output.next() => self.chunk(&id, chunk, out)?,
                Some((id, look)) = looks.next() => self.looked(&id, look?),
                event = event => match event {
                    Some(Ok(event)) => self.event(event),
                    Some(Err(error)) => return Err(error.into()),
                    None => self.events = None,
                },
            }
            self.told_over = false;
        }
    }

    fn news(&mut self, out: &mut impl Write) -> Result<Option<News>, CliError> {
        for followed in self
            .followed
            .values_mut()
            .filter(|followed| !followed.is_open && !followed.restarted)
        {
            let Some(code) = followed.ended.take() else {
                continue;
            };
            if self.tells_ends {
                self.form.end(out, followed.number, code)?;
                out.flush()?;
                return Ok(Some(News::Exited {
                    service: followed.service.clone(),
                    code,
                }));
            }
        }
        let goes_on = |followed: &Followed| followed.runs || followed.returns || followed.is_open;
        let over = self.tells_ends && self.looks.is_empty() && !self.followed.values().any(goes_on);
        let is_news = over && !self.told_over;
        self.told_over |= over;
        Ok(is_news.then_some(News::AllOver))
    }

    fn chunk(
        &mut self,
        id: &str,
        chunk: Option<Result<LogChunk, EngineError>>,
        out: &mut impl Write,
    ) -> Result<(), CliError> {
        let Some(followed) = self.followed.get_mut(id) else {
            return Ok(());
        };
        let lines = match chunk {
            Some(Ok(chunk)) => followed.lines.push(chunk.stderr, &chunk.bytes),
            // A container may be gone before its log is read.
            Some(Err(EngineError::NotFound(_) | EngineError::Conflict(_))) => Vec::new(),
            Some(Err(error)) => return Err(error.into()),
            None => {
                followed.is_open = false;
                let look = self.look(id);
                self.looks.push(look);
                match self.followed.get_mut(id) {
                    Some(followed) => followed.lines.finish(),
                    None => Vec::new(),
                }
            }
        };
        for line in lines {
            self.line(id, &line, out)?;
        }
        Ok(())
    }

    fn line(&mut self, id: &str, line: &LogLine, out: &mut impl Write) -> Result<(), CliError> {
        if let Some(followed) = self.followed.get_mut(id)
            && followed.is_new(line)
        {
            self.form.line(out, followed.number, line)?;
        }
        Ok(())
    }

    fn event(&mut self, event: EngineEvent) {
        let EngineEvent::Container { id, action, .. } = event else {
            return;
        };
        let followed = self.followed.get_mut(&id);
        match (action, followed) {
            (ContainerAction::Died(code), Some(followed)) => {
                // A look may have told of this end before the event.
                if followed.runs {
                    followed.ended = Some(code);
                }
                followed.runs = false;
            }
            (ContainerAction::Removed, Some(followed)) => {
                followed.runs = false;
                followed.returns = false;
                return;
            }
            // It may have come and gone before it was followed, when the engine was listened to already; a look tells.
            (ContainerAction::Started, Some(followed)) if followed.was_over.is_some() => {}
            (ContainerAction::Started, Some(followed)) => {
                followed.runs = true;
                followed.restarted = true;
            }
            (ContainerAction::Started, None) => {}
            _ => return,
        }
        let look = self.look(&id);
        self.looks.push(look);
    }

    /// Asks the engine how the container is now.
    fn look(&self, id: &str) -> LocalBoxFuture<'a, Look> {
        let (engine, id) = (self.engine, id.to_owned());
        async move {
            let container = engine.container(&id).await;
            (id, container)
        }
        .boxed_local()
    }

    fn looked(&mut self, id: &str, container: Option<Container>) {
        match (container, self.followed.get_mut(id)) {
            (None, Some(followed)) => {
                followed.runs = false;
                followed.returns = false;
                followed.restarted = false;
            }
            (Some(container), None) if container.status.is_up() => {
                let options = self.options.clone();
                self.add(&container, &options);
            }
            (Some(container), Some(followed)) => {
                followed.returns = container.returns();
                let is_another_run =
                    |(began, _): &mut (String, String)| *began != container.started_at;
                if let Some((_, ended)) = followed.was_over.take_if(is_another_run) {
                    followed.runs = true;
                    followed.restarted = true;
                    followed.since = time::parse(&ended, 0).ok();
                }
                let over = matches!(container.status, Status::Exited | Status::Dead);
                if followed.runs && over {
                    followed.ended = Some(container.exit_code);
                    followed.runs = false;
                }
                let is_new = followed.restarted && !followed.is_open;
                followed.restarted &= !over;
                // Of a run that is over already the lines have to be shown, too, where it is known which they are.
                if is_new && (followed.runs || followed.since.is_some()) {
                    let second =
                        || time::stamp(&container.started_at).map(|second| second * 1_000_000_000);
                    let options = LogOptions {
                        since: followed.since.take().or_else(second),
                        ..self.options.clone()
                    };
                    self.open(id, &options);
                }
            }
            (_, None) => {}
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
