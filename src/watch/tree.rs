//! What was there when a rule's files were looked at last, and what has changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::WatchError;
use super::rule::{Rule, Standing};

/// File systems count time in steps of a few milliseconds: a file this young may change again without looking other.
const STEP: Duration = Duration::from_millis(50);

/// Changes of a rule's files: paths and whether they are gone.
pub(super) type Changes = BTreeMap<PathBuf, bool>;

/// Folders whose notices are wanted from now on, or no longer.
#[derive(Debug, Default)]
pub(super) struct Folders {
    pub(super) found: BTreeSet<PathBuf>,
    pub(super) gone: BTreeSet<PathBuf>,
    /// Other folders have taken their names.
    pub(super) renewed: BTreeSet<PathBuf>,
}

/// The files and folders that a rule is about, as they were.
#[derive(Debug, Default)]
pub(super) struct Tree {
    entries: BTreeMap<PathBuf, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Whether the rule's patterns let it count; a folder that doesn't may hold something that does.
    counts: bool,
    is_folder: bool,
    stamp: Stamp,
    /// So young that another content may have the same stamp.
    is_young: bool,
}

/// What is other when a file is other.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    mode: u32,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Entry {
    fn new(metadata: &Metadata, counts: bool, now: Duration) -> Self {
        let is_folder = metadata.is_dir();
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        let time = Duration::new(
            u64::try_from(modified.0).unwrap_or_default(),
            u32::try_from(modified.1).unwrap_or_default(),
        );
        Self {
            counts,
            is_folder,
            is_young: !is_folder && now.checked_sub(STEP).is_none_or(|old| time >= old),
            stamp: Stamp {
                mode: metadata.mode(),
                inode: metadata.ino(),
                // A folder's own change with what is in it.
                size: if is_folder { 0 } else { metadata.size() },
                modified: if is_folder { (0, 0) } else { modified },
            },
        }
    }

    fn is_same(&self, before: &Self) -> bool {
        self.stamp == before.stamp && !before.is_young
    }
}

impl Tree {
    /// Whether it has a folder of this path.
    pub(super) fn has_folder(&self, path: &Path) -> bool {
        self.entries.get(path).is_some_and(|entry| entry.is_folder)
    }

    /// Everything that counts, as if it were new.
    pub(super) fn everything(&self) -> Changes {
        let counting = self.entries.iter().filter(|(_, entry)| entry.counts);
        counting.map(|(path, _)| (path.clone(), false)).collect()
    }

    /// Looks at a path and what is below it, or at all of the rule's where it lies below the path: adds what changed.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub(super) fn look_at(
        &mut self,
        rule: &Rule,
        path: &Path,
        changes: &mut Changes,
        folders: &mut Folders,
    ) -> Result<(), WatchError> {
        let root = rule.root();
        let from = if root.starts_with(path) {
            root
        } else if path.starts_with(root) {
            path
        } else {
            return Ok(());
        };
        // A folder that is gone will come back, by a `git checkout` perhaps: what it then lacks is removed.
        if !rule.is_there() && self.has_folder(root) {
            return Ok(());
        }
        let standing = match from.parent() {
            Some(parent) if from != root => {
                if !self.has_folder(parent) {
                    // Left out, or gone.
                    return Ok(());
                }
                rule.standing(parent)
            }
            _ => rule.standing(root.parent().unwrap_or(root)),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut found = BTreeMap::new();
        walk(rule, from, &standing, now.unwrap_or_default(), &mut found)?;
        if from == root {
            self.forget_others(root, folders);
        }
        self.take(from, found, changes, folders);
        Ok(())
    }

    /// Forgets what lies elsewhere: the rule's path has become another folder's name.
    fn forget_others(&mut self, root: &Path, folders: &mut Folders) {
        self.entries.retain(|path, entry| {
            let stays = path.starts_with(root);
            if !stays && entry.is_folder {
                folders.gone.insert(path.clone());
            }
            stays
        });
    }

    /// Takes what was found below a path in the place of what was known.
    fn take(
        &mut self,
        from: &Path,
        found: BTreeMap<PathBuf, Entry>,
        changes: &mut Changes,
        folders: &mut Folders,
    ) {
        let below = (Bound::Included(from), Bound::Unbounded);
        let known = self.entries.range::<Path, _>(below);
        let gone: Vec<PathBuf> = known
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(from))
            .filter(|path| !found.contains_key(*path))
            .cloned()
            .collect();
        for path in gone {
            if let Some(entry) = self.entries.remove(&path) {
                if entry.counts {
                    changes.insert(path.clone(), true);
                }
                if entry.is_folder {
                    folders.gone.insert(path);
                }
            }
        }
        for (path, entry) in found {
            let before = self.entries.get(&path);
            let is_same = before.is_some_and(|before| entry.is_same(before));
            if entry.is_folder && !is_same {
                if before.is_some_and(|before| before.stamp.inode != entry.stamp.inode) {
                    folders.renewed.insert(path.clone());
                }
                folders.found.insert(path.clone());
            }
            // A folder in the place of another one is no change: what is in it may be.
            let is_change = !(is_same || entry.is_folder && self.has_folder(&path));
            if is_change && entry.counts {
                changes.insert(path.clone(), false);
            }
            self.entries.insert(path, entry);
        }
    }
}

/// Finds what counts at a path and below it; symbolic links are not followed.
fn walk(
    rule: &Rule,
    path: &Path,
    folder: &Standing,
    now: Duration,
    found: &mut BTreeMap<PathBuf, Entry>,
) -> Result<(), WatchError> {
    let (counts, standing) = rule.judge(path, folder);
    if !counts.below {
        return Ok(());
    }
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    // The rule's own folder is the container's affair.
    let itself = counts.itself && !(path == rule.root() && metadata.is_dir());
    if !metadata.is_dir() {
        if itself {
            found.insert(path.to_owned(), Entry::new(&metadata, itself, now));
        }
        return Ok(());
    }
    let unreadable = |source| WatchError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let names = match fs::read_dir(path) {
        Ok(names) => names,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(());
        }
        Err(error) => return Err(unreadable(error)),
    };
    found.insert(path.to_owned(), Entry::new(&metadata, itself, now));
    for name in names {
        let entry = match name {
            Ok(entry) => entry,
            // The folder went away while it was read.
            Err(error) if error.kind() == ErrorKind::NotFound => break,
            Err(error) => return Err(unreadable(error)),
        };
        walk(rule, &entry.path(), &standing, now, found)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
