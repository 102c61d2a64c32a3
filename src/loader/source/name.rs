//! Names of projects.

use std::collections::BTreeMap;
use std::path::Path;

use super::SourceError;
use crate::model::{NameError, ProjectName};

/// The project's name: that of `-p` or the environment, else that of the files' `name:` (already interpolated), else
/// the working folder's name in the allowed letters.
///
/// # Errors
/// Where `name:` is not allowed as it is written, or nothing of the folder's name is left.
pub(crate) fn project_name(
    explicit: Option<&ProjectName>,
    in_file: Option<&str>,
    working_dir: &Path,
) -> Result<ProjectName, NameError> {
    if let Some(name) = explicit {
        return Ok(name.clone());
    }
    if let Some(name) = in_file.filter(|name| !name.is_empty()) {
        return ProjectName::new(name);
    }
    let folder = working_dir
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    ProjectName::new(normalized_name(&folder).unwrap_or_default())
}

/// A text in the letters that a project's name may have; `None` where none of it is left.
pub(crate) fn normalized_name(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(*c);
    let name: String = lower.chars().filter(allowed).collect();
    let name = name.trim_start_matches(['-', '_']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The name that the command line or the environment gives.
pub(super) fn explicit_name(
    flag: Option<&str>,
    environment: &BTreeMap<String, String>,
) -> Result<Option<ProjectName>, SourceError> {
    let variable = "COMPOSE_PROJECT_NAME";
    let candidates = [
        ("-p", flag),
        (variable, environment.get(variable).map(String::as_str)),
    ];
    let given = candidates
        .into_iter()
        .find_map(|(origin, name)| Some((origin, name.filter(|name| !name.is_empty())?)));
    given
        .map(|(origin, name)| {
            ProjectName::new(name).map_err(|source| SourceError::Name {
                origin,
                name: name.to_owned(),
                source,
            })
        })
        .transpose()
}
