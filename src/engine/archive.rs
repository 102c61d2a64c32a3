//! Tar archives of files for containers.

mod copy;
pub(super) mod paths;

use std::io::{self, Read as _};

pub use copy::{Pieces, pack, pieces_of, unpack};

use crate::model::{ContainerFile, Content};

/// The files as an archive to be unpacked at the root of a container's file system; `modified` is their time in Unix
/// seconds. Folders that are not there are left to the engine.
///
/// # Errors
/// Where a path does not fit into an archive.
pub(super) fn of_files(files: &[ContainerFile], modified: u64) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(file.mode);
        header.set_uid(file.uid.into());
        header.set_gid(file.gid.into());
        header.set_size(file.content.bytes().len() as u64);
        header.set_mtime(modified);
        let path = file.path.trim_start_matches('/');
        archive.append_data(&mut header, path, file.content.bytes())?;
    }
    archive.into_inner()
}

/// The file in an archive of one file, which is at `path` in its container; none where there is no file in it.
pub(super) fn first_file(archive: &[u8], path: &str) -> Option<ContainerFile> {
    let mut archive = tar::Archive::new(archive);
    let mut entry = archive.entries().ok()?.next()?.ok()?;
    let header = entry.header();
    if header.entry_type() != tar::EntryType::Regular {
        return None;
    }
    let number =
        |number: io::Result<u64>| number.ok().and_then(|number| u32::try_from(number).ok());
    let (uid, gid, mode) = (
        number(header.uid())?,
        number(header.gid())?,
        header.mode().ok()? & 0o7777,
    );
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).ok()?;
    Some(ContainerFile {
        path: path.to_owned(),
        uid,
        gid,
        mode,
        content: Content::new(bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_owner_mode_and_content() {
        let long = format!("/{}/x", "long-name".repeat(20));
        let files = [("/run/secrets/pin", 5, 6, 0o400), (&long, 0, 0, 0o444)].map(
            |(path, uid, gid, mode)| ContainerFile {
                path: path.to_owned(),
                uid,
                gid,
                mode,
                content: Content::new(*b"1234"),
            },
        );
        let bytes = of_files(&files, 7).unwrap();
        assert_eq!(
            first_file(&bytes, "/run/secrets/pin").as_ref(),
            Some(&files[0])
        );
        assert_eq!(first_file(b"no archive", "/x"), None);
        let mut archive = tar::Archive::new(bytes.as_slice());
        let found: Vec<_> = (archive.entries().unwrap())
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let header = entry.header();
                let owner = (header.uid().unwrap(), header.gid().unwrap());
                let path = entry.path().unwrap().display().to_string();
                (path, owner, header.mode().unwrap(), text)
            })
            .collect();
        assert_eq!(
            found,
            [
                ("run/secrets/pin".into(), (5, 6), 0o400, "1234".to_owned()),
                (long[1..].to_owned(), (0, 0), 0o444, "1234".to_owned()),
            ]
        );
    }
}
