//! The tar archive of a build context: its entries, and the channel they are written into.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::ContextError;

/// One file, folder or link of a context.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// Relative to the context, with `/`.
    pub(super) name: String,
    pub(super) metadata: Metadata,
}

impl Entry {
    /// Looks at `name` below `root`.
    pub(super) fn read(root: &Path, name: String) -> Result<Self, ContextError> {
        let path = root.join(&name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(Self {
                path,
                name,
                metadata,
            }),
            Err(source) => Err(ContextError::Read { path, source }),
        }
    }

    /// Writes the thing into an archive.
    pub(super) fn append(&self, archive: &mut tar::Builder<impl Write>) -> Result<(), Stop> {
        let failed = |source| ContextError::Read {
            path: self.path.clone(),
            source,
        };
        let (kind, mode) = (
            self.metadata.file_type(),
            self.metadata.permissions().mode() & 0o7777,
        );
        let header = |entry_type| header(entry_type, mode, self.metadata.mtime());
        let written = if kind.is_dir() {
            archive.append_data(
                &mut header(tar::EntryType::Directory),
                format!("{}/", self.name),
                io::empty(),
            )
        } else if kind.is_symlink() {
            let target = fs::read_link(&self.path).map_err(failed)?;
            archive.append_link(&mut header(tar::EntryType::Symlink), &self.name, target)
        } else if kind.is_file() {
            let mut header = header(tar::EntryType::Regular);
            header.set_size(self.metadata.len());
            let mut file = Exactly {
                file: File::open(&self.path).map_err(failed)?,
                left: self.metadata.len(),
                error: None,
            };
            let written = archive.append_data(&mut header, &self.name, &mut file);
            if let Some(error) = file.error {
                return Err(failed(error).into());
            }
            written
        } else {
            tracing::debug!(path = %self.path.display(), "sockets, pipes and devices are no part of a build context");
            Ok(())
        };
        written.map_err(|_| Stop::Closed)
    }
}

/// A header with root as owner.
pub(super) fn header(entry_type: tar::EntryType, mode: u32, modified: i64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(entry_type);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header.set_mtime(u64::try_from(modified).unwrap_or_default());
    header
}

/// Why the writing of an archive stopped.
pub(super) enum Stop {
    Context(ContextError),
    /// Nobody reads it any more.
    Closed,
}

impl From<ContextError> for Stop {
    fn from(error: ContextError) -> Self {
        Self::Context(error)
    }
}

/// Reads as many bytes as the archive's header announces, however the file changes meanwhile.
pub(in crate::engine) struct Exactly {
    pub(in crate::engine) file: File,
    pub(in crate::engine) left: u64,
    /// Why reading failed: the archive's own errors are those of its writer.
    pub(in crate::engine) error: Option<io::Error>,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = match (&mut self.file).take(self.left).read(buffer) {
            Ok(0) if self.left > 0 && !buffer.is_empty() => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it became shorter while it was read",
            )),
            result => result,
        };
        match result {
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) => {
                let kind = error.kind();
                self.error = Some(error);
                Err(kind.into())
            }
        }
    }
}

/// Writes into a channel, and waits where it is full.
pub(in crate::engine) struct ChannelWriter {
    pub(in crate::engine) sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for ChannelWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.sender.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len())
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
