//! Reads a file as text, and says well why it cannot.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes: far above any stack file, and far below what hurts.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A file that cannot be read as text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {kind}", path.display())]
pub(crate) struct ReadError {
    /// The file.
    pub(crate) path: PathBuf,
    /// What is wrong with it.
    pub(crate) kind: ReadErrorKind,
}

/// Why a file cannot be read as text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadErrorKind {
    /// There is nothing of that name.
    #[error("does not exist{}", nor_the_folder(.missing_folder.as_deref()))]
    Missing {
        /// The topmost folder of the path that does not exist either.
        missing_folder: Option<PathBuf>,
    },
    /// A folder.
    #[error("is a folder")]
    Folder,
    /// A pipe, socket or device: reading it might wait for ever.
    #[error("is a {0} and no file")]
    Special(&'static str),
    /// More than [`MAX_BYTES`].
    #[error("is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Another encoding.
    #[error("is encoded as UTF-16")]
    Utf16,
    /// Bytes that are no text.
    #[error("is not UTF-8: byte 0x{byte:02x} in line {line}, column {column}")]
    NotUtf8 {
        /// The first wrong byte.
        byte: u8,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
    /// The system refuses.
    #[error("cannot be read: {0}")]
    System(String),
}

fn nor_the_folder(folder: Option<&Path>) -> String {
    folder.map_or_else(String::new, |folder| {
        format!(" (nor does the folder {})", folder.display())
    })
}

impl ReadError {
    /// What the user can do about it, where that is known.
    pub(crate) fn hint(&self) -> Option<String> {
        match self.kind {
            ReadErrorKind::Folder => Some("name the file in it".to_owned()),
            ReadErrorKind::Special(_) => {
                Some("`-f -` reads a stack file from standard input".to_owned())
            }
            ReadErrorKind::Utf16 | ReadErrorKind::NotUtf8 { .. } => {
                Some("save the file as UTF-8".to_owned())
            }
            _ => None,
        }
    }
}

/// Reads a file's text, without its byte order mark.
///
/// # Errors
/// Where the file is missing, no plain file, too large, or no UTF-8 text. A pipe is refused without waiting for its
/// writer, but for those that a shell hands over (`-f <(...)`).
pub(crate) fn read_text(path: &Path) -> Result<String, ReadError> {
    let bytes = read_bytes(path).map_err(|kind| ReadError {
        path: path.to_path_buf(),
        kind,
    })?;
    decode(bytes).map_err(|kind| ReadError {
        path: path.to_path_buf(),
        kind,
    })
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadErrorKind> {
    let refusal = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ReadErrorKind::Missing {
            missing_folder: topmost_missing_folder(path),
        },
        _ => ReadErrorKind::System(error.to_string()),
    };
    // The one device that people name for "no file".
    if path == Path::new("/dev/null") {
        return Ok(Vec::new());
    }
    // The look comes before the opening, as opening a pipe waits for its writer.
    let metadata = path.metadata().map_err(refusal)?;
    if metadata.is_dir() {
        return Err(ReadErrorKind::Folder);
    }
    if let Some(kind) = special_kind(&metadata).filter(|_| !is_handed_over(path)) {
        return Err(ReadErrorKind::Special(kind));
    }
    let file = File::open(path).map_err(refusal)?;
    limited(file)
        .map_err(refusal)?
        .ok_or(ReadErrorKind::TooLarge)
}

/// Reads standard input's text, without its byte order mark.
///
/// # Errors
/// Where it is too large, no UTF-8 text, or cannot be read.
pub(crate) fn read_stdin_text(stdin: impl Read) -> Result<String, ReadError> {
    let bytes = match limited(stdin) {
        Ok(bytes) => bytes.ok_or(ReadErrorKind::TooLarge),
        Err(error) => Err(ReadErrorKind::System(error.to_string())),
    };
    bytes.and_then(decode).map_err(|kind| ReadError {
        path: PathBuf::from("standard input"),
        kind,
    })
}

/// All bytes, or none where there are more than [`MAX_BYTES`].
fn limited(reader: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_BYTES).then_some(bytes))
}

fn topmost_missing_folder(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .skip(1)
        // A bare name has an empty one.
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .last()
        .map(Path::to_path_buf)
}

/// A descriptor that the calling shell opened: its writer is there already.
fn is_handed_over(path: &Path) -> bool {
    ["/dev/fd", "/proc/self/fd", "/dev/stdin"]
        .iter()
        .any(|known| path.starts_with(known))
}

#[cfg(unix)]
fn special_kind(metadata: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        Some("pipe")
    } else if kind.is_socket() {
        Some("socket")
    } else if kind.is_char_device() || kind.is_block_device() {
        Some("device")
    } else {
        None
    }
}

#[cfg(not(unix))]
fn special_kind(metadata: &Metadata) -> Option<&'static str> {
    (!metadata.is_file()).then_some("device")
}

fn decode(bytes: Vec<u8>) -> Result<String, ReadErrorKind> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ReadErrorKind::Utf16);
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.strip_prefix('\u{feff}') {
            Some(rest) => Ok(rest.to_owned()),
            None => Ok(text),
        },
        Err(error) => {
            let (valid, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
            let before = String::from_utf8_lossy(valid);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            Err(ReadErrorKind::NotUtf8 {
                byte: rest.first().copied().unwrap_or_default(),
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
            })
        }
    }
}
