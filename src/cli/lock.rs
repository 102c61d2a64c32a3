//! One windlass at a time works on a project of an engine: two would undo each other's steps.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};

use super::error::CliError;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::model::ProjectName;

/// Time between two looks whether the other one has ended.
const LOOK: Duration = Duration::from_millis(50);
/// Where the kernel tells who we are.
const OURSELVES: &str = "/proc/self";

/// The right to change a project; dropping it, or the end of the process, gives it to the next one.
#[derive(Debug)]
#[must_use]
pub(super) struct Lock(
    #[expect(dead_code, reason = "that it is open is what it is for")] Option<File>,
);

/// Waits until no other windlass of this user works on the project. With `--dry-run` nothing is held, as nothing is done.
///
/// Where there can be no lock file, the work is done without: it goes wrong only where two work at once.
///
/// # Errors
/// [`CliError::Interrupted`] where the user doesn't want to wait any longer.
pub(super) async fn hold(
    engine: &str,
    project: &ProjectName,
    interrupts: &mut Interrupts,
    scope: &Scope,
) -> Result<Lock, CliError> {
    if scope.global.dry_run {
        return Ok(Lock(None));
    }
    let opened = folder(scope).and_then(|folder| open(&folder.join(file_name(engine, project))));
    let mut file = match opened {
        Ok(file) => file,
        Err(error) => return Ok(without(project, &error)),
    };
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_told = false;
    loop {
        match file.try_lock() {
            Ok(()) => {
                if let Err(error) = sign(&mut file) {
                    tracing::debug!("the lock of project {project} is not signed: {error}");
                }
                return Ok(Lock(Some(file)));
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Ok(without(project, &error)),
        }
        if !is_told {
            scope.say(&waits_for(&mut file, project));
            is_told = true;
        }
        tokio::select! {
            () = interrupts.next() => return Err(CliError::Interrupted),
            _ = looks.tick() => {}
        }
    }
}

fn without(project: &ProjectName, error: &io::Error) -> Lock {
    tracing::warn!(
        "project {project} is not locked against another windlass at the same time: {error}"
    );
    Lock(None)
}

/// The holder's process id, for those who wait.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(std::process::id().to_string().as_bytes())
}

fn waits_for(file: &mut File, project: &ProjectName) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    // It may just be signing, or its signature may be another one's: then nobody is named.
    let who = match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(id)) => format!(" (pid {id})"),
        _ => String::new(),
    };
    format!("waiting for another windlass{who} that works on project {project}")
}

fn file_name(engine: &str, project: &ProjectName) -> String {
    let digest = Sha256::digest(format!("{engine}\n{project}"));
    let hex = digest
        .iter()
        .take(16)
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    hex + ".lock"
}

/// The folder of this user's locks: in the session's runtime folder, else in the one for temporary files.
fn folder(scope: &Scope) -> io::Result<PathBuf> {
    let user = fs::metadata(OURSELVES)?.uid();
    let runtime = scope.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    // After `sudo` it may be another user's, who could not use a folder of ours in it.
    let is_ours = |folder: &PathBuf| fs::metadata(folder).is_ok_and(|found| found.uid() == user);
    if let Some(runtime) = runtime.filter(|folder| folder.is_absolute() && is_ours(folder))
        && let Ok(folder) = own(&runtime.join("windlass"), user)
    {
        return Ok(folder);
    }
    own(&std::env::temp_dir().join(format!("windlass-{user}")), user)
}

/// Makes a folder that is this user's alone, or sees that it is.
fn own(folder: &Path, user: u32) -> io::Result<PathBuf> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // Not what a link leads to: in a folder that all may write, somebody else may have put it there.
    let found = fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == user && found.mode() & 0o777 == 0o700 {
        Ok(folder.to_owned())
    } else {
        Err(io::Error::new(
            ErrorKind::PermissionDenied,
            format!("{} is not this user's own folder", folder.display()),
        ))
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn user() -> u32 {
        fs::metadata(OURSELVES).unwrap().uid()
    }

    #[test]
    fn the_folder_is_the_users_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("windlass");
        assert_eq!(own(&folder, user()).unwrap(), folder);
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(own(&folder, user()).unwrap(), folder);

        assert!(own(&folder, user() + 1).is_err());
        let link = place.path().join("link");
        symlink(&folder, &link).unwrap();
        assert!(own(&link, user()).is_err());
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        assert!(own(&folder, user()).is_err());
    }

    #[test]
    fn engine_and_project_tell_locks_apart() {
        let shop = ProjectName::new("shop").unwrap();
        let other = ProjectName::new("other").unwrap();
        let name = file_name("unix:///a", &shop);
        assert_eq!(name, file_name("unix:///a", &shop));
        assert_ne!(name, file_name("unix:///b", &shop));
        assert_ne!(name, file_name("unix:///a", &other));
    }

    #[test]
    fn who_holds_the_lock_is_told() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lock");
        let shop = ProjectName::new("shop").unwrap();
        let mut held = open(&path).unwrap();
        held.try_lock().unwrap();
        let mut waiting = open(&path).unwrap();
        assert!(matches!(waiting.try_lock(), Err(TryLockError::WouldBlock)));
        assert_eq!(
            waits_for(&mut waiting, &shop),
            "waiting for another windlass that works on project shop"
        );
        sign(&mut held).unwrap();
        assert_eq!(
            waits_for(&mut waiting, &shop),
            format!(
                "waiting for another windlass (pid {}) that works on project shop",
                std::process::id()
            )
        );
        drop(held);
        waiting.try_lock().unwrap();
    }
}
