//! What a build context consists of, file by file, so that a later look tells what changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::archive::{Entry, Stop};
use super::{BuildContext, ContextError, FOREIGN_DOCKERFILE};

/// The most files, folders and links of a context that are looked at.
const MOST_ENTRIES: usize = 50_000;
/// The most bytes that are read for it.
const MOST_BYTES: u64 = 256 << 20;

/// What a context consists of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// When it was looked at, in seconds since 1970.
    taken: i64,
    entries: BTreeMap<String, Seen>,
}

/// One file, folder or link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seen {
    mode: u32,
    stamp: Stamp,
    /// Of a file what is in it, of a link where it leads; a digest.
    content: String,
}

/// What the file system notes of a file: another content makes another stamp, unless it came within the same tick.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Manifest {
    /// The names of what is otherwise now: changed, added or gone. Times are no difference: builds don't see them.
    pub fn changes<'a>(&'a self, now: &'a Self) -> Vec<&'a str> {
        let name = |name: &'a String| match name.as_str() {
            FOREIGN_DOCKERFILE => "Dockerfile",
            name => name,
        };
        let same = |a: &Seen, b: &Seen| (a.mode, &a.content) == (b.mode, &b.content);
        let changed = now.entries.iter().filter(|(name, seen)| {
            let before = self.entries.get(*name);
            before.is_none_or(|before| !same(before, seen))
        });
        let gone = self.entries.keys();
        let gone = gone.filter(|name| !now.entries.contains_key(*name));
        let mut names: Vec<&str> = changed
            .map(|(name, _)| name)
            .chain(gone)
            .map(name)
            .collect();
        names.sort_unstable();
        names
    }

    /// The digest of a file that has the stamp it had then. One that was written about when it was looked at may have
    /// been written again without another stamp.
    fn known(&self, name: &str, stamp: &Stamp) -> Option<&str> {
        let seen = self.entries.get(name)?;
        let is_settled = stamp.modified.0.max(stamp.changed.0) + 2 < self.taken;
        (seen.stamp == *stamp && is_settled).then_some(&seen.content)
    }
}

impl BuildContext {
    /// Looks at all of it; files that are as `before` are not read again. None where it is too large to be looked at.
    ///
    /// # Errors
    /// [`ContextError`] where something in it cannot be read.
    pub fn manifest(&self, before: &Manifest) -> Result<Option<Manifest>, ContextError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut manifest = Manifest {
            taken: now.map_or(0, |now| now.as_secs().try_into().unwrap_or(i64::MAX)),
            entries: BTreeMap::new(),
        };
        let mut left = MOST_BYTES;
        let walked = self.walk(&mut |entry| {
            let seen = look(entry, before, &mut left)?;
            manifest.entries.insert(entry.name.clone(), seen);
            if manifest.entries.len() > MOST_ENTRIES {
                return Err(Stop::Closed);
            }
            Ok(())
        });
        match walked {
            Ok(()) => {}
            Err(Stop::Closed) => return Ok(None),
            Err(Stop::Context(error)) => return Err(error),
        }
        if let Some(text) = &self.foreign {
            let seen = Seen {
                mode: 0,
                stamp: Stamp::default(),
                content: hex(Sha256::new().chain_update(text)),
            };
            manifest.entries.insert(self.dockerfile.clone(), seen);
        }
        Ok(Some(manifest))
    }
}

fn look(entry: &Entry, before: &Manifest, left: &mut u64) -> Result<Seen, Stop> {
    let metadata = &entry.metadata;
    let failed = |source| ContextError::Read {
        path: entry.path.clone(),
        source,
    };
    let stamp = Stamp {
        inode: metadata.ino(),
        size: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    };
    let mode = metadata.permissions().mode();
    let content = if metadata.is_symlink() {
        let target = fs::read_link(&entry.path).map_err(failed)?;
        hex(Sha256::new().chain_update(target.as_os_str().as_encoded_bytes()))
    } else if metadata.is_file() {
        if let Some(known) = before.known(&entry.name, &stamp) {
            known.to_owned()
        } else {
            *left = left.checked_sub(metadata.len()).ok_or(Stop::Closed)?;
            digest(File::open(&entry.path).map_err(failed)?, metadata.len()).map_err(failed)?
        }
    } else {
        String::new()
    };
    // The size of a folder says nothing.
    let stamp = if metadata.is_dir() {
        Stamp::default()
    } else {
        stamp
    };
    Ok(Seen {
        mode,
        stamp,
        content,
    })
}

/// Reads no more than the file had when it was looked at: one that grows would not end.
fn digest(file: File, size: u64) -> io::Result<String> {
    let mut digest = Sha256::new();
    io::copy(&mut file.take(size), &mut digest)?;
    Ok(hex(digest))
}

/// The first 16 bytes: nobody has to be kept from making two of the same digest.
fn hex(digest: Sha256) -> String {
    let bytes = digest.finalize();
    let bytes = bytes.iter().take(16);
    bytes.fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::context::Dockerfile;

    fn look_at(folder: &Path, before: &Manifest) -> Manifest {
        let context = BuildContext::open(folder, &Dockerfile::File("Dockerfile".into())).unwrap();
        context.manifest(before).unwrap().unwrap()
    }

    #[test]
    fn what_changed_is_named_and_what_is_ignored_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        for (name, text) in [
            ("Dockerfile", "FROM x"),
            (".dockerignore", "*.log\n"),
            ("app.py", "1"),
            ("src/lib.py", "1"),
            ("old.py", "1"),
            ("x.log", "1"),
        ] {
            write(name, text);
        }
        let before = look_at(folder.path(), &Manifest::default());
        assert_eq!(before.changes(&look_at(folder.path(), &before)), [""; 0]);
        // The same content at another time is no difference.
        write("app.py", "1");
        write("x.log", "2");
        assert_eq!(before.changes(&look_at(folder.path(), &before)), [""; 0]);
        write("app.py", "2");
        write("src/lib.py", "2");
        write("src/new.py", "1");
        fs::remove_file(folder.path().join("old.py")).unwrap();
        assert_eq!(
            before.changes(&look_at(folder.path(), &before)),
            ["app.py", "old.py", "src/lib.py", "src/new.py"]
        );
        let inline = Dockerfile::Inline("FROM y".into());
        let inline = BuildContext::open(folder.path(), &inline).unwrap();
        let inline = inline.manifest(&before).unwrap().unwrap();
        assert!(before.changes(&inline).contains(&"Dockerfile"));
    }

    #[test]
    fn a_file_is_read_again_unless_its_stamp_is_the_same_and_old() {
        let stamp = Stamp {
            modified: (100, 0),
            changed: (100, 0),
            ..Stamp::default()
        };
        let seen = Seen {
            mode: 0,
            stamp: stamp.clone(),
            content: "d".into(),
        };
        let manifest = |taken| Manifest {
            taken,
            entries: [("a".to_owned(), seen.clone())].into(),
        };
        assert_eq!(manifest(103).known("a", &stamp), Some("d"));
        assert_eq!(manifest(102).known("a", &stamp), None);
        let other = Stamp { size: 1, ..stamp };
        assert_eq!(manifest(200).known("a", &other), None);
    }
}
