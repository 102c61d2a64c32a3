//! Build contexts: the folder an image is built from, as a stream of tar bytes.
//!
//! The engine filters nothing, so `.dockerignore` is applied here. The archive is written by a blocking task
//! into a short channel: memory stays bounded however large the folder is. Its order is stable (names sorted),
//! owners are root, modes, times and symbolic links are kept.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use archive::{ChannelWriter, Entry, Stop, header};
use ignore::{Ignore, Inherited, Verdict};

pub use ignore::PatternError;
pub use manifest::Manifest;

use crate::model::Build;

pub(super) mod archive;
pub(crate) mod ignore;
mod manifest;

/// How many chunks may wait for the engine.
const CHUNKS: usize = 4;
/// Bytes of one chunk.
const CHUNK: usize = 64 * 1024;
/// Under this name a Dockerfile is sent that is not a file of the context. It never changes, so that
/// `COPY . .` stays cached.
const FOREIGN_DOCKERFILE: &str = ".windlass.Dockerfile";

/// Where the instructions of a build come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dockerfile {
    /// A file; a relative path is below the context's folder.
    File(PathBuf),
    /// The text itself (`dockerfile_inline`).
    Inline(String),
}

impl Dockerfile {
    /// What the section says, `Dockerfile` where it says nothing.
    pub(crate) fn of(section: &Build) -> Self {
        match (&section.dockerfile_inline, &section.dockerfile) {
            (Some(text), _) => Self::Inline(text.clone()),
            (None, path) => Self::File(path.as_deref().unwrap_or("Dockerfile").into()),
        }
    }

    /// The name that people know it by.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Inline(_) => "dockerfile_inline".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// A build context that was looked at and is ready to be sent.
#[derive(Debug)]
pub struct BuildContext {
    root: PathBuf,
    ignore: Ignore,
    /// Names (below `root`) that are sent even when the patterns leave them out.
    always: Vec<String>,
    /// The text of a Dockerfile that is not a plain file of the context.
    foreign: Option<Vec<u8>>,
    dockerfile: String,
}

/// The bytes of a context's archive.
pub(crate) struct ContextStream {
    /// The archive; ends with an error when reading the folder fails.
    pub(crate) bytes: ByteStream,
    /// How the writing ended: the error that a broken stream comes from.
    pub(crate) outcome: JoinHandle<Result<(), ContextError>>,
}

/// A stream of bytes that may break.
pub(crate) type ByteStream = std::pin::Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Why a build context cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The folder itself is missing, is no folder, or may not be entered.
    #[error("cannot use {} as build context", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The Dockerfile cannot be read.
    #[error("cannot read the Dockerfile {}", path.display())]
    Dockerfile {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Something inside the context cannot be read.
    #[error("cannot read {} of the build context (exclude it in .dockerignore if the build does not need it)", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The patterns are broken.
    #[error("{}: {source}", path.display())]
    Ignore {
        /// The `.dockerignore` file.
        path: PathBuf,
        /// What is wrong with it.
        source: PatternError,
    },
}

impl BuildContext {
    /// Looks at the folder `root`, its Dockerfile and `.dockerignore`; `<Dockerfile>.dockerignore` beside the
    /// Dockerfile takes precedence.
    ///
    /// # Errors
    ///
    /// [`ContextError`] when one of them is missing, unreadable or broken.
    pub fn open(root: &Path, dockerfile: &Dockerfile) -> Result<Self, ContextError> {
        let folder_error = |source| ContextError::Folder {
            path: root.to_owned(),
            source,
        };
        let canonical = fs::canonicalize(root).map_err(folder_error)?;
        if !canonical.is_dir() {
            return Err(folder_error(io::Error::from(io::ErrorKind::NotADirectory)));
        }
        let mut always = Vec::new();
        let (ignore_files, foreign, name) = match dockerfile {
            Dockerfile::Inline(text) => (
                vec![root.join(".dockerignore")],
                Some(text.clone().into_bytes()),
                None,
            ),
            Dockerfile::File(path) => {
                let path = root.join(path);
                let dockerfile_error = |source| ContextError::Dockerfile {
                    path: path.clone(),
                    source,
                };
                let mut beside = path.clone().into_os_string();
                beside.push(".dockerignore");
                let ignore_files = vec![PathBuf::from(beside), root.join(".dockerignore")];
                // A link is sent as its target's text: the target may be outside.
                let resolved = fs::canonicalize(&path).map_err(dockerfile_error)?;
                let inside = resolved
                    .strip_prefix(&canonical)
                    .ok()
                    .and_then(Path::to_str)
                    .map(str::to_owned);
                let is_link = fs::symlink_metadata(&path)
                    .map_err(dockerfile_error)?
                    .is_symlink();
                match inside {
                    Some(name) if !is_link && resolved.is_file() => {
                        (ignore_files, None, Some(name))
                    }
                    _ => (
                        ignore_files,
                        Some(fs::read(&path).map_err(dockerfile_error)?),
                        None,
                    ),
                }
            }
        };
        always.extend(name.clone());
        let mut ignore = Ignore::default();
        for path in ignore_files {
            let Some(text) = read_if_there(&path)? else {
                continue;
            };
            ignore = Ignore::parse(&text).map_err(|source| ContextError::Ignore {
                path: path.clone(),
                source,
            })?;
            if path.parent() == Some(root) {
                always.extend(
                    path.file_name()
                        .and_then(|name| name.to_str())
                        .map(str::to_owned),
                );
            }
            break;
        }
        let dockerfile = name.unwrap_or_else(|| FOREIGN_DOCKERFILE.to_owned());
        Ok(Self {
            root: root.to_owned(),
            ignore,
            always,
            foreign,
            dockerfile,
        })
    }

    /// The Dockerfile's text.
    ///
    /// # Errors
    ///
    /// [`ContextError::Dockerfile`] where it cannot be read any more.
    pub(crate) fn text(&self) -> Result<String, ContextError> {
        let bytes = if let Some(bytes) = &self.foreign {
            bytes.clone()
        } else {
            let path = self.root.join(&self.dockerfile);
            fs::read(&path).map_err(|source| ContextError::Dockerfile { path, source })?
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The same context with another text as its Dockerfile, which is sent along.
    pub(crate) fn with_text(self, text: String) -> Self {
        Self {
            foreign: Some(text.into_bytes()),
            dockerfile: FOREIGN_DOCKERFILE.to_owned(),
            ..self
        }
    }

    /// The Dockerfile's path inside the archive.
    pub(crate) fn dockerfile(&self) -> &str {
        &self.dockerfile
    }

    /// Starts writing the archive; needs a tokio runtime. Dropping the stream ends the writing.
    pub(crate) fn stream(self) -> ContextStream {
        let (sender, receiver) = mpsc::channel(CHUNKS);
        let outcome = tokio::task::spawn_blocking(move || {
            let writer = io::BufWriter::with_capacity(
                CHUNK,
                ChannelWriter {
                    sender: sender.clone(),
                },
            );
            match self.write(writer) {
                Err(Stop::Context(error)) => {
                    // When nobody listens any more the outcome still carries the error.
                    let _ = sender.blocking_send(Err(io::Error::other(error.to_string())));
                    Err(error)
                }
                Ok(()) | Err(Stop::Closed) => Ok(()),
            }
        });
        let next = |mut receiver: mpsc::Receiver<io::Result<Bytes>>| async move {
            receiver.recv().await.map(|chunk| (chunk, receiver))
        };
        ContextStream {
            bytes: Box::pin(futures_util::stream::unfold(receiver, next)),
            outcome,
        }
    }

    /// Calls `visit` with everything the context consists of, folders before their contents, names sorted.
    fn walk(&self, visit: &mut dyn FnMut(&Entry) -> Result<(), Stop>) -> Result<(), Stop> {
        let mut missing = self.always.clone();
        let mut sent = |entry: &Entry| {
            missing.retain(|name| *name != entry.name);
            visit(entry)
        };
        self.walk_folder("", &Inherited::default(), &mut Vec::new(), &mut sent)?;
        for name in missing {
            visit(&Entry::read(&self.root, name)?)?;
        }
        Ok(())
    }

    /// `pending` are folders that are left out themselves but hold something that is not.
    fn walk_folder(
        &self,
        folder: &str,
        inherited: &Inherited,
        pending: &mut Vec<Entry>,
        visit: &mut dyn FnMut(&Entry) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let path = self.root.join(folder);
        let failed = |source| ContextError::Read {
            path: path.clone(),
            source,
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        names.sort();
        for name in names {
            let Some(name) = name.to_str() else {
                let source = io::Error::new(io::ErrorKind::InvalidData, "its name is not UTF-8");
                return Err(ContextError::Read {
                    path: path.join(name),
                    source,
                }
                .into());
            };
            let name = if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            };
            let (verdict, below) = self.ignore.verdict(&name, inherited);
            if verdict == Verdict::Excluded {
                continue;
            }
            let entry = Entry::read(&self.root, name.clone())?;
            let is_folder = entry.metadata.is_dir();
            if verdict == Verdict::Included {
                for parent in pending.drain(..) {
                    visit(&parent)?;
                }
                visit(&entry)?;
            } else if is_folder {
                pending.push(entry);
            }
            if is_folder {
                self.walk_folder(&name, &below, pending, visit)?;
                pending.pop_if(|parent| parent.name == name);
            }
        }
        Ok(())
    }

    fn write(&self, writer: impl Write) -> Result<(), Stop> {
        let mut archive = tar::Builder::new(writer);
        self.walk(&mut |entry| entry.append(&mut archive))?;
        if let Some(text) = &self.foreign {
            let mut header = header(tar::EntryType::Regular, 0o644, 0);
            header.set_size(text.len() as u64);
            archive
                .append_data(&mut header, &self.dockerfile, text.as_slice())
                .map_err(|_| Stop::Closed)?;
        }
        let mut writer = archive.into_inner().map_err(|_| Stop::Closed)?;
        writer.flush().map_err(|_| Stop::Closed)
    }
}

fn read_if_there(path: &Path) -> Result<Option<String>, ContextError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ContextError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests;
