//! Watching source files: what changes becomes work on the service's containers (specification: Compose Develop,
//! `develop.watch`).
//!
//! ```text
//! the system's notices --Notices--> a batch of touched paths --Tree, per rule--> changes --Work--> what is to be done
//! ```
//!
//! The system only says where to look: what changed is found by comparing with what was there before. So a notice too
//! many, an editor's way of saving by renaming, or notices that were lost lead to the same work.

mod copy;
mod notice;
mod rule;
mod tree;
mod work;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use copy::{CopyError, Owners, copy};
pub use rule::{Rules, rules};
pub use work::{Copying, Work};

use crate::engine::context::PatternError;
use crate::model::{Position, ServiceName};
use notice::{Batch, Notices};
use rule::Rule;
use tree::Tree;

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// No service has a rule.
    #[error(
        "none of the selected services is configured for watch, consider setting a 'develop' section"
    )]
    NoRules,
    /// A rule wants to build what has no `build` section.
    #[error("can't watch service \"{service}\" with action rebuild without a build context")]
    NoBuild {
        /// The service.
        service: ServiceName,
        /// Where the rules stand.
        position: Option<Position>,
    },
    /// A rule wants to run nothing.
    #[error(
        "can't watch with action \"sync+exec\" on service \"{service}\" without a command (`exec.command`)"
    )]
    NoCommand {
        /// The service.
        service: ServiceName,
        /// Where the rules stand.
        position: Option<Position>,
    },
    /// A pattern of a rule is broken.
    #[error("pattern {pattern:?} of service \"{service}\" is not valid")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// The service.
        service: ServiceName,
        /// Where the rules stand.
        position: Option<Position>,
    },
    /// A file of patterns is broken.
    #[error("{}: {source}", path.display())]
    IgnoreFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: PatternError,
    },
    /// A file or folder cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The system doesn't watch any more folders.
    #[error(
        "{} cannot be watched: the system's limit of watched folders is reached",
        path.display()
    )]
    TooMany {
        /// The folder that is one too many.
        path: PathBuf,
    },
    /// The system doesn't watch.
    #[error("files cannot be watched: {0}")]
    System(String),
}

impl WatchError {
    /// The place in the stack files that is to blame, where there is one.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::NoBuild { position, .. }
            | Self::NoCommand { position, .. }
            | Self::Pattern { position, .. } => position.as_ref(),
            _ => None,
        }
    }
}

/// Files that are watched by rules, and the stack files that have the rules.
#[derive(Debug)]
pub struct Watcher {
    rules: Vec<(Rule, Tree)>,
    notices: Notices,
    stack: Vec<StackFile>,
    /// What has changed and was not handed out yet, in the order of the rules.
    changes: Vec<tree::Changes>,
    has_new_stack: bool,
}

/// A stack file, with what was in it.
#[derive(Debug)]
struct StackFile {
    path: PathBuf,
    text: Option<Vec<u8>>,
}

impl StackFile {
    fn read(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            text: fs::read(path).ok(),
        }
    }

    /// Whether it has another text than before. One that is not there is on its way: editors save by renaming.
    fn has_changed(&mut self) -> bool {
        let now = Self::read(&self.path);
        let has_changed = now.text.is_some() && now.text != self.text;
        if has_changed {
            *self = now;
        }
        has_changed
    }
}

impl Watcher {
    /// Begins to watch. What changes from now on is work, and so is a change of these stack files.
    ///
    /// # Errors
    /// Where the system does not watch, or a folder cannot be read.
    pub fn start(rules: Rules, stack: &[PathBuf]) -> Result<Self, WatchError> {
        let rules = rules.into_rules().into_iter();
        let mut watcher = Self {
            rules: rules.map(|rule| (rule, Tree::default())).collect(),
            notices: Notices::listen()?,
            stack: stack.iter().map(|path| StackFile::read(path)).collect(),
            changes: Vec::new(),
            has_new_stack: false,
        };
        watcher.look(&[], true)?;
        // What is there at the start is no change.
        watcher.found();
        for file in &watcher.stack {
            watcher.notices.watch_file(&file.path)?;
        }
        Ok(watcher)
    }

    /// Waits for the next batch of changes that rules are about.
    ///
    /// Nothing is lost where the future is dropped.
    ///
    /// # Errors
    /// Where a folder cannot be watched or read any more.
    pub async fn next(&mut self) -> Result<Work, WatchError> {
        loop {
            // Where this future was dropped, something was found and not handed out.
            let mut has_news =
                self.has_new_stack || !self.changes.iter().all(tree::Changes::is_empty);
            if !has_news {
                let batch = self.notices.batch().await;
                has_news = self.take_in(&batch)?;
            }
            let begun = Instant::now();
            // What comes into new folders is told from now on only, and belongs to what brought them.
            while has_news
                && begun.elapsed() < notice::LONGEST
                && let Some(batch) = self.notices.batch_soon().await
            {
                has_news = self.take_in(&batch)?;
            }
            let work = self.found();
            if !work.is_empty() {
                return Ok(work);
            }
        }
    }

    /// Finds out what a batch is about; whether there are new folders among it.
    fn take_in(&mut self, batch: &Batch) -> Result<bool, WatchError> {
        let has_news = self.look(&batch.touched, batch.everything)?;
        for file in &mut self.stack {
            let name = file.path.file_name();
            let mut touched = batch.touched.iter();
            if batch.everything || touched.any(|path| path.file_name() == name) {
                self.has_new_stack |= file.has_changed();
            }
        }
        Ok(has_news)
    }

    /// Hands out what was found.
    fn found(&mut self) -> Work {
        let mut work = Work {
            stack: std::mem::take(&mut self.has_new_stack),
            ..Work::default()
        };
        for ((rule, _), changes) in self.rules.iter().zip(std::mem::take(&mut self.changes)) {
            work.add(rule, &changes);
        }
        work
    }

    /// The work that copies everything of the rules of a service (none: of all) that want it so from the start.
    pub fn initial(&self, service: Option<&ServiceName>) -> Work {
        let mut work = Work::default();
        for (rule, tree) in &self.rules {
            if rule.initial_sync && service.is_none_or(|service| *service == rule.service) {
                work.add_copies(rule, &tree.everything());
            }
        }
        work
    }

    /// Looks at the touched paths, or at everything, and finds out what changed; whether there are new folders.
    fn look(&mut self, touched: &[PathBuf], everything: bool) -> Result<bool, WatchError> {
        self.changes
            .resize_with(self.rules.len(), tree::Changes::default);
        let mut has_news = false;
        let mut touched = touched.to_vec();
        let mut everything = everything;
        // A folder that is new is watched from now on, and looked at again: files may have come in between.
        loop {
            let mut folders = tree::Folders::default();
            for ((rule, tree), changes) in self.rules.iter_mut().zip(&mut self.changes) {
                if everything || rule.has_moved() {
                    rule.locate();
                    tree.look_at(
                        rule,
                        rule.root().to_owned().as_path(),
                        changes,
                        &mut folders,
                    )?;
                }
                for path in &touched {
                    tree.look_at(rule, path, changes, &mut folders)?;
                }
                folders.found.extend(rule.anchor());
            }
            folders
                .gone
                .retain(|gone| !self.rules.iter().any(|(_, tree)| tree.has_folder(gone)));
            for folder in folders.gone.iter().chain(&folders.renewed) {
                self.notices.leave(folder);
            }
            touched.clear();
            for folder in folders.found {
                let is_covered = touched
                    .last()
                    .is_some_and(|above| folder.starts_with(above));
                if self.notices.watch(&folder)? && !is_covered {
                    touched.push(folder);
                }
            }
            everything = false;
            if touched.is_empty() {
                return Ok(has_news);
            }
            has_news = true;
        }
    }
}
