//! What changes ask for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use indexmap::{IndexMap, IndexSet};

use super::rule::Rule;
use super::tree::Changes;
use crate::model::{Hook, ServiceName, WatchAction};

/// What is to be done after a batch of changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// Services whose containers get changed files.
    pub copy: IndexMap<ServiceName, Copying>,
    /// Services whose image is to be built.
    pub rebuild: IndexSet<ServiceName>,
    /// Services whose containers are restarted once the files are there.
    pub restart: IndexSet<ServiceName>,
    /// Commands to run in the service's containers once the files are there.
    pub exec: Vec<(ServiceName, Hook)>,
    /// A stack file changed.
    pub stack: bool,
}

/// Changed files of one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Copying {
    /// What is copied: by its place in the container that on this machine, folders before what is in them.
    pub copied: IndexMap<String, PathBuf>,
    /// Paths in the container that are removed first.
    pub removed: BTreeSet<String>,
}

impl Copying {
    /// How many files changed.
    pub fn len(&self) -> usize {
        self.copied.len() + self.removed.len()
    }

    /// Whether none changed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Work {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.copy.is_empty()
            && self.rebuild.is_empty()
            && self.restart.is_empty()
            && self.exec.is_empty()
            && !self.stack
    }

    /// Adds what a rule wants after these changes.
    pub(super) fn add(&mut self, rule: &Rule, changes: &Changes) {
        if changes.is_empty() {
            return;
        }
        if rule.action.copies() {
            self.add_copies(rule, changes);
        }
        let service = || rule.service.clone();
        match rule.action {
            WatchAction::Sync => {}
            WatchAction::Rebuild => {
                self.rebuild.insert(service());
            }
            WatchAction::Restart | WatchAction::SyncRestart => {
                self.restart.insert(service());
            }
            WatchAction::SyncExec => self.exec.push((service(), rule.exec.clone())),
        }
    }

    /// Adds the files of a rule that are to be copied or removed.
    pub(super) fn add_copies(&mut self, rule: &Rule, changes: &Changes) {
        let mut gone: Option<String> = None;
        for (path, is_gone) in changes {
            let Some(target) = rule.target(path) else {
                continue;
            };
            let copying = self.copy.entry(rule.service.clone()).or_default();
            if *is_gone {
                // With a folder goes what is in it.
                let is_in = |folder: &String| {
                    let below = target.strip_prefix(folder.as_str());
                    below.is_some_and(|below| below.starts_with('/'))
                };
                if !gone.as_ref().is_some_and(is_in) {
                    copying.removed.insert(target.clone());
                    gone = Some(target);
                }
            } else {
                copying.removed.remove(&target);
                copying.copied.insert(target, path.clone());
            }
        }
    }
}
