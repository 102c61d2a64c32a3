//! Which stack files a folder has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::SourceWarning;

/// Names of stack files with the names that override them, the preferred ones first.
const KINDS: [(&[&str], &[&str]); 2] = [
    (
        &[
            "compose.yaml",
            "compose.yml",
            "docker-compose.yml",
            "docker-compose.yaml",
        ],
        &[
            "compose.override.yml",
            "compose.override.yaml",
            "docker-compose.override.yml",
            "docker-compose.override.yaml",
        ],
    ),
    (
        &["stack.yaml", "stack.yml"],
        &["stack.override.yml", "stack.override.yaml"],
    ),
];

/// All names of stack files that are looked for, the preferred ones first.
pub(super) fn names() -> Vec<&'static str> {
    KINDS
        .iter()
        .flat_map(|(names, _)| *names)
        .copied()
        .collect()
}

/// The stack file of a folder or of the nearest parent that has one, and its override where there is one.
pub(super) fn stack_files(
    folder: &Path,
    warnings: &mut Vec<SourceWarning>,
) -> Option<Vec<PathBuf>> {
    folder.ancestors().find_map(|folder| {
        let base = choose("stack files", folder, &names(), warnings)?;
        let (_, overrides) = KINDS.iter().find(|(names, _)| names.contains(&base))?;
        let above = choose("override files", folder, overrides, warnings);
        Some(
            [Some(base), above]
                .into_iter()
                .flatten()
                .map(|name| folder.join(name))
                .collect(),
        )
    })
}

/// The first of the names that the folder has; a warning where it has more.
fn choose(
    what: &'static str,
    folder: &Path,
    names: &[&'static str],
    warnings: &mut Vec<SourceWarning>,
) -> Option<&'static str> {
    // Anything but a folder counts, so that a pipe or an unreadable file is told and not passed over.
    let is_there = |name: &&&str| {
        folder
            .join(name)
            .metadata()
            .is_ok_and(|metadata| !metadata.is_dir())
    };
    let names: Vec<&'static str> = names.iter().filter(is_there).copied().collect();
    let first = *names.first()?;
    if names.len() > 1 {
        warnings.push(SourceWarning {
            what,
            folder: folder.to_path_buf(),
            names,
        });
    }
    Some(first)
}

/// The files of `COMPOSE_FILE`, split at `COMPOSE_PATH_SEPARATOR` or the platform's; `None` where it is not set.
pub(super) fn files_of_variable(environment: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let platform = if cfg!(windows) { ";" } else { ":" };
    let separator = variable("COMPOSE_PATH_SEPARATOR").map_or(platform, String::as_str);
    let files = variable("COMPOSE_FILE")?
        .split(separator)
        .filter(|file| !file.is_empty());
    Some(files.map(str::to_owned).collect())
}
