//! Where a project that is named on the command line has its files: the labels of its containers tell.

use std::path::PathBuf;

use super::scope::Scope;
use crate::loader;
use crate::state::ProjectContainer;

/// Whose stack file a command takes when the project is named by `-p` and no file by `-f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// That of the current folder; the project's own where there is none.
    Here,
    /// The project's own, wherever the command is called; for commands that look at what is there.
    Project,
    /// None.
    Nowhere,
}

/// The files and the folder of a project.
type Found = (Vec<PathBuf>, PathBuf);

impl Scope {
    /// Finds the files of a project that is named, where its containers tell.
    pub(super) async fn find_project(&mut self, place: Place) {
        let named = self.global.project_name.as_deref();
        let named = named.or_else(|| self.variable("COMPOSE_PROJECT_NAME"));
        let is_placed = !self.global.files.is_empty()
            || self.global.project_directory.is_some()
            || self.settings.contains_key("COMPOSE_FILE");
        let Some(name) = named.filter(|_| !is_placed && place != Place::Nowhere) else {
            return;
        };
        let current_dir = std::env::current_dir().unwrap_or_default();
        if place == Place::Here && loader::has_stack_file(&current_dir) {
            return;
        }
        // Where the engine cannot be asked, the command itself tells it.
        let Ok(engine) = self.connect().await else {
            return;
        };
        let containers = engine.project_containers(Some(name), true).await;
        if let Some((files, folder)) = found(&containers.unwrap_or_default())
            && files.iter().all(|file| file.is_file())
        {
            self.is_in(files, folder);
        }
    }
}

/// What the newest container says, as the files may have moved since the others were made.
fn found(containers: &[ProjectContainer]) -> Option<Found> {
    let newest = containers
        .iter()
        .filter(|container| container.files.is_some())
        .max_by_key(|container| container.created)?;
    let files: Vec<PathBuf> = newest
        .files
        .as_deref()?
        .split(',')
        .map(PathBuf::from)
        .collect();
    let folder = newest.folder.as_deref().map(PathBuf::from);
    let folder = folder.or_else(|| Some(files.first()?.parent()?.to_owned()))?;
    Some((files, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_container_tells_where_the_files_are() {
        let container =
            |created: i64, files: Option<&str>, folder: Option<&str>| ProjectContainer {
                created,
                files: files.map(str::to_owned),
                folder: folder.map(str::to_owned),
                ..ProjectContainer::default()
            };
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        for (containers, expected) in [
            (vec![], None),
            (vec![container(1, None, Some("/a"))], None),
            (
                vec![
                    container(1, Some("/a/x.yaml"), Some("/a")),
                    container(3, None, None),
                    container(2, Some("/b/x.yaml,/c/y.yaml"), Some("/b")),
                ],
                Some((paths(&["/b/x.yaml", "/c/y.yaml"]), PathBuf::from("/b"))),
            ),
            (
                vec![container(1, Some("/a/x.yaml"), None)],
                Some((paths(&["/a/x.yaml"]), PathBuf::from("/a"))),
            ),
        ] {
            assert_eq!(found(&containers), expected);
        }
    }
}
