//! From this machine into a container, by the rules of `docker cp`.

use std::fs;
use std::io;
use std::path::Path;

use super::{CpArgs, follow, is_content, not_possible, split};
use crate::cli::error::CliError;
use crate::engine::docker::DockerEngine;
use crate::engine::{pack, pieces_of};
use crate::state::Container;

/// Copies a file or folder, or an archive from standard input.
pub(super) async fn copy(
    engine: &DockerEngine,
    container: &Container,
    source: &str,
    destination: &str,
    args: &CpArgs,
) -> Result<(), CliError> {
    let id = &container.id;
    let mut path = destination.to_owned();
    let mut there = engine.path_stat(id, &path).await?;
    if let Some(link) = there.as_ref().and_then(|stat| stat.link.as_deref()) {
        path = follow(&path, link);
        there = engine.path_stat(id, &path).await?;
    }
    let is_folder = there.as_ref().map(|stat| stat.is_folder);
    if source == "-" {
        if is_folder != Some(true) {
            let message = format!("destination {destination} must be a directory");
            return Err(not_possible(container, &message));
        }
        let pieces = pieces_of(io::stdin());
        return Ok(engine.copy_to(id, &path, pieces, args.archive).await?);
    }
    let local = Local::look(source, args.follow_link)?;
    let (folder, name) = match is_folder {
        Some(true) => (path.as_str(), local.name.as_str()),
        Some(false) if local.is_folder => {
            let message = format!("{destination} is a file, and {source} a folder");
            return Err(not_possible(container, &message));
        }
        None if !local.is_folder && destination.ends_with('/') => {
            let message = format!("there is no folder {destination}");
            return Err(not_possible(container, &message));
        }
        _ => split(&path),
    };
    let pieces = pack(source.into(), name.to_owned(), local.follow);
    Ok(engine.copy_to(id, folder, pieces, args.archive).await?)
}

/// What is to be copied.
struct Local {
    is_folder: bool,
    /// Its name in a folder that is there; `.` where only its content is meant.
    name: String,
    follow: bool,
}

impl Local {
    fn look(source: &str, follow: bool) -> Result<Self, CliError> {
        // A slash at the end means what a link leads to.
        let follow = follow || source.ends_with('/') || is_content(source);
        let found = if follow {
            fs::metadata(source)
        } else {
            fs::symlink_metadata(source)
        };
        let is_folder = found
            .map_err(|error| {
                let message = format!("{source} cannot be copied: {error}");
                io::Error::new(error.kind(), message)
            })?
            .is_dir();
        let name = if is_content(source) {
            ".".to_owned()
        } else if let Some(name) = Path::new(source).file_name() {
            name.to_string_lossy().into_owned()
        } else {
            let whole = fs::canonicalize(source)?;
            let name = whole.file_name().map(|name| name.to_string_lossy());
            name.map_or_else(|| ".".to_owned(), std::borrow::Cow::into_owned)
        };
        Ok(Self {
            is_folder,
            name,
            follow,
        })
    }
}
