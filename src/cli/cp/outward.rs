//! Out of a container onto this machine, by the rules of `docker cp`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;

use super::{CpArgs, follow, is_content, not_possible, split};
use crate::cli::error::CliError;
use crate::engine::docker::DockerEngine;
use crate::engine::{Pieces, unpack};
use crate::state::Container;

/// Copies a file or folder, or writes it as an archive to standard output.
pub(super) async fn copy(
    engine: &DockerEngine,
    container: &Container,
    source: &str,
    destination: &str,
    args: &CpArgs,
) -> Result<(), CliError> {
    let id = &container.id;
    let mut path = source.to_owned();
    if args.follow_link
        && let Some(stat) = engine.path_stat(id, source).await?
        && let Some(link) = stat.link
    {
        path = follow(source, &link);
    }
    let (stat, pieces) = engine.copy_from(id, &path).await?;
    if destination == "-" {
        return print(pieces).await;
    }
    let folder = match fs::metadata(destination) {
        Ok(found) if found.is_dir() => Some(PathBuf::from(destination)),
        Ok(_) if stat.is_folder => {
            let message = format!("{source} is a folder, and {destination} a file");
            return Err(not_possible(container, &message));
        }
        Err(_) if destination.ends_with('/') && !stat.is_folder => {
            return Err(CliError::Usage(format!("there is no folder {destination}")));
        }
        _ => None,
    };
    if let Some(folder) = &folder
        && (path == source || is_content(source))
    {
        return Ok(unpack_into(folder.clone(), pieces, args.archive).await?);
    }
    // Under another name: unpacked beside its place first, and then moved there.
    let target = match folder {
        Some(folder) => folder.join(split(source).1),
        None => PathBuf::from(destination),
    };
    let interim = Interim::beside(&target)?;
    unpack_into(interim.clone(), pieces, args.archive).await?;
    let made = if is_content(source) {
        interim.as_ref().to_owned()
    } else {
        let mut entries = fs::read_dir(&interim)?;
        match entries.next() {
            Some(entry) => entry?.path(),
            None => return Err(not_possible(container, &format!("{source} is empty"))),
        }
    };
    Ok(fs::rename(made, &target)?)
}

async fn print(mut pieces: Pieces) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    while let Some(piece) = pieces.next().await {
        out.write_all(&piece?)?;
    }
    out.flush()?;
    Ok(())
}

async fn unpack_into(
    folder: impl AsRef<Path> + Send + 'static,
    mut pieces: Pieces,
    owners: bool,
) -> io::Result<()> {
    let (sender, work) = unpack(folder, owners);
    while let Some(piece) = pieces.next().await {
        // Where nobody takes it, the reason comes from there.
        if sender.send(piece).await.is_err() {
            break;
        }
    }
    drop(sender);
    work.await.map_err(io::Error::other)?
}

/// A folder for the time of unpacking, on the file system of what is to be made. Where that is interrupted, the work has
/// it last: it may still write there.
#[derive(Clone)]
struct Interim(Arc<Removed>);

/// A folder that goes when it is dropped.
struct Removed(PathBuf);

impl Interim {
    fn beside(target: &Path) -> io::Result<Self> {
        let mut name = OsString::from(".windlass-cp-");
        name.push(std::process::id().to_string());
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new(".")).join(name);
        fs::create_dir(&folder).map_err(|error| {
            let message = format!("{} cannot be made: {error}", target.display());
            io::Error::new(error.kind(), message)
        })?;
        Ok(Self(Arc::new(Removed(folder))))
    }
}

impl AsRef<Path> for Interim {
    fn as_ref(&self) -> &Path {
        &self.0.0
    }
}

impl Drop for Removed {
    fn drop(&mut self) {
        // It may be what was wanted, and then it has another name by now.
        let _ = fs::remove_dir_all(&self.0);
    }
}
