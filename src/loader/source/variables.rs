//! Variables of the process and of `.env` files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{LoadRequest, SourceError, TextFile, absolute, read_text};
use crate::loader::env_file::{EnvFile, EnvFileFormat, parse_later_env_file};

/// The variables gathered so far, and where the next ones are looked for.
pub(super) struct Variables {
    pub(super) values: BTreeMap<String, String>,
    pub(super) files: Vec<(TextFile, EnvFile)>,
    source: DotEnv,
}

enum DotEnv {
    /// `.env` of a folder, where it exists.
    Folder,
    /// The files that were asked for, once.
    Files(Vec<PathBuf>),
    /// Nothing (`COMPOSE_DISABLE_ENV_FILE`).
    Disabled,
}

impl Variables {
    /// Those of the process.
    pub(super) fn of(request: &LoadRequest) -> Result<Self, SourceError> {
        let variable = |name: &str| {
            request
                .environment
                .get(name)
                .filter(|value| !value.is_empty())
        };
        let named = variable("COMPOSE_ENV_FILES")
            .into_iter()
            .flat_map(|list| list.split(','))
            .map(PathBuf::from);
        let asked: Vec<PathBuf> = if request.env_files.is_empty() {
            named.collect()
        } else {
            request.env_files.clone()
        };
        let source = if !asked.is_empty() {
            DotEnv::Files(
                asked
                    .iter()
                    .map(|file| absolute(&request.current_dir, file))
                    .collect(),
            )
        } else if let Some(value) = variable("COMPOSE_DISABLE_ENV_FILE") {
            let disabled =
                read_boolean(value).ok_or_else(|| SourceError::NotBoolean(value.clone()))?;
            if disabled {
                DotEnv::Disabled
            } else {
                DotEnv::Folder
            }
        } else {
            DotEnv::Folder
        };
        let mut values = request.environment.clone();
        values.insert(
            "PWD".to_owned(),
            request.current_dir.to_string_lossy().into_owned(),
        );
        Ok(Self {
            values,
            files: Vec::new(),
            source,
        })
    }

    /// Adds the variables of the files asked for, or of a folder's `.env`; names known before keep their values.
    pub(super) fn read_dot_env(&mut self, folder: &Path) -> Result<(), SourceError> {
        let paths = match &self.source {
            DotEnv::Disabled => return Ok(()),
            DotEnv::Files(files) => files.clone(),
            DotEnv::Folder => {
                let path = folder.join(".env");
                // A folder of that name, as some tools make it, is nobody's mistake.
                if path.is_dir() || !path.exists() {
                    Vec::new()
                } else {
                    vec![path]
                }
            }
        };
        let mut found = BTreeMap::new();
        for path in paths {
            if self.files.iter().any(|(file, _)| file.path == path) {
                continue;
            }
            let text = read_text(&path).map_err(SourceError::EnvFile)?;
            let file = TextFile { path, text };
            let lookup = |name: &str| self.values.get(name).cloned();
            let earlier = |name: &str| found.get(name).cloned();
            match parse_later_env_file(&file.text, EnvFileFormat::DotEnv, lookup, &earlier) {
                Ok(parsed) => {
                    let values = parsed
                        .variables
                        .iter()
                        .map(|(name, value)| (name.clone(), value.value.clone()));
                    found.extend(values);
                    self.files.push((file, parsed));
                }
                Err(errors) => return Err(SourceError::EnvFileText { file, errors }),
            }
        }
        // A later file wins over an earlier one, and what was known before wins over all of them.
        for (name, value) in found {
            self.values.entry(name).or_insert(value);
        }
        Ok(())
    }
}

fn read_boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The variables of env files, in their order.
///
/// # Errors
/// Where a file cannot be read or understood.
pub(crate) fn env_files(
    paths: &[PathBuf],
    environment: &BTreeMap<String, String>,
) -> Result<Vec<(String, String)>, SourceError> {
    let mut found: Vec<(String, String)> = Vec::new();
    for path in paths {
        let text = read_text(path).map_err(SourceError::EnvFile)?;
        let lookup = |name: &str| environment.get(name).cloned();
        let earlier = |name: &str| {
            let mut known = found.iter().rev();
            known.find_map(|(known, value)| (known == name).then(|| value.clone()))
        };
        let parsed = parse_later_env_file(&text, EnvFileFormat::DotEnv, lookup, &earlier);
        let parsed = parsed.map_err(|errors| SourceError::EnvFileText {
            file: TextFile {
                path: path.clone(),
                text: text.clone(),
            },
            errors,
        })?;
        let variables = parsed.variables.into_iter();
        found.extend(variables.map(|(name, value)| (name, value.value)));
    }
    Ok(found)
}
