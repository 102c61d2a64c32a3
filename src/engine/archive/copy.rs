//! Archives of what is copied into a container and out of one, in bounded memory.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, poll_fn};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that may wait for the other side.
const PIECES: usize = 8;
/// What is written at once.
const PIECE: usize = 64 << 10;

/// The bytes of an archive as they come.
pub type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// A file or folder as an archive in which it is called `name`; `.` stands for a folder's content. With `follow` a link
/// is what it leads to; links inside a folder stay links.
///
/// It is read while the stream is: an error ends the stream.
pub fn pack(source: PathBuf, name: String, follow: bool) -> Pieces {
    let (sender, receiver) = channel(PIECES);
    thread::spawn(move || write(&source, &name, follow, &sender));
    stream(receiver)
}

fn write(source: &Path, name: &str, follow: bool, sender: &Sender<io::Result<Bytes>>) {
    let out = io::BufWriter::with_capacity(PIECE, ToChannel(sender.clone()));
    let mut archive = tar::Builder::new(out);
    archive.follow_symlinks(false);
    let source = if follow {
        fs::canonicalize(source)
    } else {
        Ok(source.to_path_buf())
    };
    let added = source.and_then(|source| add(&mut archive, &source, Path::new(name)));
    if let Err(error) = added {
        // Before the archive goes, which writes its end then: it would look whole. Where nobody reads any more, nobody
        // wants to know either.
        let _ = sender.blocking_send(Err(error));
        return;
    }
    let written = archive.into_inner().and_then(|mut out| out.flush());
    if let Err(error) = written {
        let _ = sender.blocking_send(Err(error));
    }
}

/// Adds a file, or a folder with all that is in it.
fn add(archive: &mut tar::Builder<impl Write>, source: &Path, name: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = fs::symlink_metadata(source)?.file_type();
    // A socket is nothing without the process behind it.
    if kind.is_socket() {
        return Ok(());
    }
    if !kind.is_dir() {
        return archive.append_path_with_name(source, name);
    }
    // Only what is in it is meant.
    let name = if name == Path::new(".") {
        Path::new("")
    } else {
        archive.append_dir(name, source)?;
        name
    };
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        add(archive, &entry.path(), &name.join(entry.file_name()))?;
    }
    Ok(())
}

fn stream(mut receiver: Receiver<io::Result<Bytes>>) -> Pieces {
    poll_fn(move |context| receiver.poll_recv(context)).boxed()
}

/// Standard input, or whatever else is read at its own pace, as pieces.
pub fn pieces_of(mut reader: impl Read + Send + 'static) -> Pieces {
    let (sender, receiver) = channel(PIECES);
    thread::spawn(move || {
        let mut out = ToChannel(sender.clone());
        if let Err(error) = io::copy(&mut reader, &mut out) {
            let _ = sender.blocking_send(Err(error));
        }
    });
    stream(receiver)
}

/// Unpacks an archive into a folder that is there.
///
/// The sender takes the archive's pieces; closing it, or an error through it, ends the work. Nothing is written outside
/// of the folder, whatever the archive says. With `owners` the owners are those in the archive. What stands for the folder
/// is dropped with the work's end, even if nobody waits for that.
pub fn unpack(
    folder: impl AsRef<Path> + Send + 'static,
    owners: bool,
) -> (
    Sender<io::Result<Bytes>>,
    tokio::task::JoinHandle<io::Result<()>>,
) {
    let (sender, receiver) = channel(PIECES);
    let work = tokio::task::spawn_blocking(move || {
        let mut archive = tar::Archive::new(FromChannel {
            receiver,
            rest: Bytes::new(),
        });
        archive.set_preserve_permissions(true);
        archive.set_preserve_ownerships(owners);
        archive.set_overwrite(true);
        archive.unpack(&folder)
    });
    (sender, work)
}

struct ToChannel(Sender<io::Result<Bytes>>);

impl Write for ToChannel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len())
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct FromChannel {
    receiver: Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Read for FromChannel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.rest = piece?,
            }
        }
        let length = self.rest.len().min(buffer.len());
        let piece = self.rest.split_to(length);
        buffer[..length].copy_from_slice(&piece);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    async fn through(source: &Path, name: &str, follow: bool, into: &Path) -> io::Result<()> {
        let (sender, work) = unpack(into.to_path_buf(), false);
        let mut pieces = pack(source.to_path_buf(), name.to_owned(), follow);
        while let Some(piece) = pieces.next().await {
            if sender.send(piece).await.is_err() {
                break;
            }
        }
        drop(sender);
        work.await.map_err(io::Error::other)?
    }

    #[tokio::test]
    async fn what_is_packed_is_unpacked_under_its_name() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, to) = (from.path(), to.path());
        fs::create_dir_all(from.join("a/empty")).unwrap();
        fs::write(from.join("a/file"), vec![7; 300_000]).unwrap();
        symlink("file", from.join("a/link")).unwrap();
        symlink("a", from.join("way")).unwrap();
        through(&from.join("a"), "b", false, to).await.unwrap();
        assert_eq!(fs::read(to.join("b/file")).unwrap(), vec![7; 300_000]);
        assert_eq!(fs::read_link(to.join("b/link")).unwrap(), Path::new("file"));
        assert!(to.join("b/empty").is_dir());
        // The content alone, over what is there.
        through(&from.join("a"), ".", false, &to.join("b"))
            .await
            .unwrap();
        assert!(!to.join("b/a").exists());
        through(&from.join("way"), "kept", false, to).await.unwrap();
        assert_eq!(fs::read_link(to.join("kept")).unwrap(), Path::new("a"));
        through(&from.join("way"), "followed", true, to)
            .await
            .unwrap();
        assert!(to.join("followed/file").is_file());
        assert!(through(&from.join("none"), "x", false, to).await.is_err());
    }

    #[tokio::test]
    async fn nothing_is_unpacked_outside_of_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("in");
        fs::create_dir(&folder).unwrap();
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..6].copy_from_slice(b"../out");
        header.set_size(0);
        header.set_cksum();
        archive.append(&header, io::empty()).unwrap();
        let (sender, work) = unpack(folder, false);
        let bytes = archive.into_inner().unwrap();
        sender.send(Ok(bytes.into())).await.unwrap();
        drop(sender);
        // Left out or refused: either will do.
        let _ = work.await.unwrap();
        assert!(!place.path().join("out").exists());
    }
}
