//! Files, folders and links of this machine on their way into a container: an archive that is written while it is sent.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Read as _, Write};
use std::os::unix::fs::MetadataExt as _;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::engine::CopiedPath;
use crate::engine::context::archive::{ChannelWriter, Exactly};

/// How many chunks may wait for the engine.
const CHUNKS: usize = 4;
/// Bytes of one chunk.
const CHUNK: usize = 64 * 1024;
/// Files of up to so many bytes are read before they are announced: they may change meanwhile.
const SMALL: u64 = 1 << 20;

/// A path that cannot be packed.
#[derive(Debug)]
pub(in crate::engine) struct Unpacked {
    /// The path, and why.
    pub(in crate::engine) message: String,
}

/// The archive, and how its writing ended.
pub(in crate::engine) struct PathStream {
    pub(in crate::engine) bytes: BoxStream<'static, io::Result<Bytes>>,
    pub(in crate::engine) outcome: JoinHandle<Result<(), Unpacked>>,
}

/// Begins to write an archive of these paths, to be unpacked at the root of a container's file system; needs a tokio
/// runtime. All belong to `owner`, or to whom they belong on this machine. What is gone meanwhile is left out.
pub(in crate::engine) fn stream(paths: Vec<CopiedPath>, owner: Option<(u32, u32)>) -> PathStream {
    let (sender, receiver) = mpsc::channel(CHUNKS);
    let outcome = tokio::task::spawn_blocking(move || {
        let broken = sender.clone();
        let writer = BufWriter::with_capacity(CHUNK, ChannelWriter { sender });
        let written = write(&paths, owner, writer);
        if let Err(Unpacked { message }) = &written {
            // When nobody listens any more the outcome still carries the error.
            let _ = broken.blocking_send(Err(io::Error::other(message.clone())));
        }
        written
    });
    let next = |mut receiver: mpsc::Receiver<io::Result<Bytes>>| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    };
    PathStream {
        bytes: unfold(receiver, next).boxed(),
        outcome,
    }
}

/// Writes until all is written, or nobody reads any more.
fn write(
    paths: &[CopiedPath],
    owner: Option<(u32, u32)>,
    writer: impl Write,
) -> Result<(), Unpacked> {
    let mut archive = tar::Builder::new(writer);
    for path in paths {
        let failed = |error: &io::Error| Unpacked {
            message: format!("{}: {error}", path.from.display()),
        };
        match append(&mut archive, path, owner) {
            Ok(()) => {}
            Err(Stop::Closed) => return Ok(()),
            Err(Stop::Path(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Err(Stop::Path(error)) => return Err(failed(&error)),
        }
    }
    // Nobody reads any more where this fails.
    if let Ok(mut writer) = archive.into_inner() {
        let _ = writer.flush();
    }
    Ok(())
}

enum Stop {
    /// The path cannot be read.
    Path(io::Error),
    /// Nobody reads the archive any more.
    Closed,
}

fn append(
    archive: &mut tar::Builder<impl Write>,
    path: &CopiedPath,
    owner: Option<(u32, u32)>,
) -> Result<(), Stop> {
    let metadata = fs::symlink_metadata(&path.from).map_err(Stop::Path)?;
    let name = path.to.trim_start_matches('/');
    let kind = metadata.file_type();
    let header = |entry_type| header(entry_type, &metadata, owner);
    let written = if kind.is_dir() {
        let mut header = header(tar::EntryType::Directory);
        archive.append_data(&mut header, format!("{name}/"), io::empty())
    } else if kind.is_symlink() {
        let target = fs::read_link(&path.from).map_err(Stop::Path)?;
        archive.append_link(&mut header(tar::EntryType::Symlink), name, target)
    } else if kind.is_file() {
        let mut file = File::open(&path.from).map_err(Stop::Path)?;
        let mut header = header(tar::EntryType::Regular);
        if metadata.len() <= SMALL {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map_err(Stop::Path)?;
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, name, content.as_slice())
        } else {
            header.set_size(metadata.len());
            let mut content = Exactly {
                file,
                left: metadata.len(),
                error: None,
            };
            let written = archive.append_data(&mut header, name, &mut content);
            if let Some(error) = content.error {
                return Err(Stop::Path(error));
            }
            written
        }
    } else {
        tracing::debug!(path = %path.from.display(), "sockets, pipes and devices are not copied");
        Ok(())
    };
    written.map_err(|_| Stop::Closed)
}

fn header(
    entry_type: tar::EntryType,
    metadata: &Metadata,
    owner: Option<(u32, u32)>,
) -> tar::Header {
    let (uid, gid) = owner.unwrap_or((metadata.uid(), metadata.gid()));
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(entry_type);
    header.set_mode(metadata.mode() & 0o7777);
    header.set_uid(uid.into());
    header.set_gid(gid.into());
    header.set_size(0);
    header.set_mtime(u64::try_from(metadata.mtime()).unwrap_or_default());
    header
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn copied(from: &Path, to: &str) -> CopiedPath {
        CopiedPath {
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    fn listed(paths: &[CopiedPath], owner: Option<(u32, u32)>) -> Vec<String> {
        let mut bytes = Vec::new();
        write(paths, owner, &mut bytes).unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let entry = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
            let mut entry = entry.unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let link = entry.link_name().unwrap();
            let link = link.map_or(String::new(), |link| format!(" -> {}", link.display()));
            let header = entry.header();
            format!(
                "{} {:o} {}:{}{link} {content}",
                entry.path().unwrap().display(),
                header.mode().unwrap() & 0o700,
                header.uid().unwrap(),
                header.gid().unwrap(),
            )
        };
        archive.entries().unwrap().map(entry).collect()
    }

    #[test]
    fn folders_files_and_links_are_packed_and_what_is_gone_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).unwrap();
        fs::write(path("sub/a.txt"), "hello").unwrap();
        std::os::unix::fs::symlink("a.txt", path("sub/link")).unwrap();
        let long = format!("/app/{}", "long/".repeat(50));
        let paths = [
            copied(&path("sub"), "/app/sub"),
            copied(&path("gone"), "/app/gone"),
            copied(&path("sub/a.txt"), &format!("{long}a.txt")),
            copied(&path("sub/link"), "/app/link"),
        ];
        assert_eq!(
            listed(&paths, Some((5, 6))),
            [
                "app/sub/ 700 5:6 ".to_owned(),
                format!("{}a.txt 600 5:6 hello", &long[1..]),
                "app/link 700 5:6 -> a.txt ".to_owned(),
            ]
        );
        let own = fs::metadata(path("sub/a.txt")).unwrap();
        let row = &listed(&[copied(&path("sub/a.txt"), "a")], None)[0];
        assert_eq!(*row, format!("a 600 {}:{} hello", own.uid(), own.gid()));
    }

    #[tokio::test]
    async fn large_files_are_sent_piece_by_piece() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        let size = 3 * SMALL + 1;
        File::create(&path).unwrap().set_len(size).unwrap();
        let mut sent = stream(vec![copied(&path, "/large")], None);
        let mut bytes = 0;
        while let Some(chunk) = sent.bytes.next().await {
            let chunk = chunk.unwrap();
            assert!(chunk.len() <= CHUNK);
            bytes += chunk.len() as u64;
        }
        assert!(bytes > size, "{bytes}");
        assert!(sent.outcome.await.unwrap().is_ok());
    }
}
