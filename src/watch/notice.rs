//! What the system says of touched paths, collected to batches.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::WatchError;

/// A batch ends when nothing was touched for so long: editors save in many small steps.
const QUIET: Duration = Duration::from_millis(100);
/// The same of a batch of more than [`MANY`] paths: a `git checkout` on a busy machine has pauses.
const QUIET_OF_MANY: Duration = Duration::from_millis(500);
/// More paths than people save at once.
const MANY: usize = 20;
/// After so long a path that is touched all the time holds a batch up no longer; others that join it still do.
const MOST: Duration = Duration::from_secs(2);
/// It ends after so long in any case.
pub(super) const LONGEST: Duration = Duration::from_secs(15);

/// Folders that the system watches, and what it said of them.
#[derive(Debug)]
pub(super) struct Notices {
    watcher: RecommendedWatcher,
    folders: HashSet<PathBuf>,
    shared: Arc<Shared>,
}

/// What the system's own thread writes down.
#[derive(Debug, Default)]
struct Shared {
    collected: Mutex<Collected>,
    /// Folders of which only these files count.
    only: Mutex<HashMap<PathBuf, Vec<PathBuf>>>,
    something: Notify,
}

#[derive(Debug, Default)]
struct Collected {
    batch: Batch,
    /// When something was touched last.
    last: Option<Instant>,
    /// When a path joined the batch last.
    joined: Option<Instant>,
}

impl Collected {
    /// When the batch that began at `first` ends, as far as can be said now.
    fn due(&self, first: Instant) -> Option<Instant> {
        let quiet = if self.batch.paths.len() > MANY {
            QUIET_OF_MANY
        } else {
            QUIET
        };
        let (last, joined) = (self.last?, self.joined.unwrap_or(first));
        let held_up = (first + MOST).max(joined + quiet);
        Some((last + quiet).min(held_up).min(first + LONGEST))
    }
}

/// Paths that were touched together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    paths: BTreeSet<PathBuf>,
    /// The same, folders before what is in them.
    pub(super) touched: Vec<PathBuf>,
    /// The system lost count: anything may have been touched.
    pub(super) everything: bool,
}

impl Shared {
    fn collected(&self) -> MutexGuard<'_, Collected> {
        // Sets of paths are whole whoever panicked meanwhile.
        self.collected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn only(&self) -> MutexGuard<'_, HashMap<PathBuf, Vec<PathBuf>>> {
        self.only.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a path is one that somebody wants to know of.
    fn counts(&self, path: &Path) -> bool {
        let only = self.only();
        let files = path.parent().and_then(|folder| only.get(folder));
        files.is_none_or(|files| files.iter().any(|file| file == path))
    }

    fn note(&self, mut event: notify::Result<notify::Event>) {
        if let Ok(event) = &mut event
            && !event.paths.is_empty()
        {
            event.paths.retain(|path| self.counts(path));
            if event.paths.is_empty() {
                return;
            }
        }
        let mut collected = self.collected();
        let now = Instant::now();
        match event {
            Ok(event) if event.need_rescan() => collected.batch.everything = true,
            Ok(event) if is_touch(event.kind) => {
                let before = collected.batch.paths.len();
                collected.batch.paths.extend(event.paths);
                if collected.batch.paths.len() > before {
                    collected.joined = Some(now);
                }
            }
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "the system's notices broke: everything is looked at");
                collected.batch.everything = true;
            }
        }
        collected.last = Some(now);
        self.something.notify_one();
    }
}

/// Whether it may have changed anything; reading doesn't.
fn is_touch(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

impl Notices {
    pub(super) fn listen() -> Result<Self, WatchError> {
        let shared = Arc::new(Shared::default());
        let noting = Arc::clone(&shared);
        let watcher = notify::recommended_watcher(move |event| noting.note(event))
            .map_err(|error| WatchError::System(error.to_string()))?;
        Ok(Self {
            watcher,
            folders: HashSet::new(),
            shared,
        })
    }

    /// Watches a folder, but not those in it; whether that is news. One that is gone meanwhile is no error.
    pub(super) fn watch(&mut self, folder: &Path) -> Result<bool, WatchError> {
        if self.folders.contains(folder) {
            return Ok(false);
        }
        if self.shared.only().remove(folder).is_some() {
            self.folders.insert(folder.to_owned());
            return Ok(true);
        }
        match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.folders.insert(folder.to_owned());
                Ok(true)
            }
            Err(error) => match error.kind {
                notify::ErrorKind::PathNotFound => Ok(false),
                notify::ErrorKind::Io(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::NotFound
                            | std::io::ErrorKind::NotADirectory
                            | std::io::ErrorKind::PermissionDenied
                    ) =>
                {
                    Ok(false)
                }
                notify::ErrorKind::MaxFilesWatch => Err(WatchError::TooMany {
                    path: folder.to_owned(),
                }),
                _ => Err(WatchError::System(error.to_string())),
            },
        }
    }

    /// Watches a file: of its folder nothing else counts, unless that is watched, too.
    pub(super) fn watch_file(&mut self, file: &Path) -> Result<(), WatchError> {
        let Some(folder) = file.parent() else {
            return Ok(());
        };
        if let Some(files) = self.shared.only().get_mut(folder) {
            files.push(file.to_owned());
            return Ok(());
        }
        if self.watch(folder)? {
            self.folders.remove(folder);
            let mut only = self.shared.only();
            only.insert(folder.to_owned(), vec![file.to_owned()]);
        }
        Ok(())
    }

    /// Watches a folder no longer.
    pub(super) fn leave(&mut self, folder: &Path) {
        if self.folders.remove(folder) {
            // The system forgets a folder that is gone by itself.
            let _ = self.watcher.unwatch(folder);
        }
    }

    /// Waits for the next batch; nothing is lost where the future is dropped.
    pub(super) async fn batch(&self) -> Batch {
        let first = self.begins().await;
        loop {
            let due = self.shared.collected().due(first).unwrap_or(first);
            if Instant::now() >= due {
                let collected = std::mem::take(&mut *self.shared.collected());
                let mut batch = collected.batch;
                batch.touched = std::mem::take(&mut batch.paths).into_iter().collect();
                return batch;
            }
            sleep_until(due).await;
        }
    }

    /// The same of a batch that begins at once; none where it is quiet.
    pub(super) async fn batch_soon(&self) -> Option<Batch> {
        timeout(QUIET, self.begins()).await.ok()?;
        Some(self.batch().await)
    }

    /// Waits until something was touched; answers when.
    async fn begins(&self) -> Instant {
        loop {
            if let Some(begun) = self.shared.collected().last {
                return begun;
            }
            self.shared.something.notified().await;
        }
    }
}

#[cfg(test)]
mod tests;
