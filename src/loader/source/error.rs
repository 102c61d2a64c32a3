//! Errors: why the texts of a stack could not be had; and what is to be told of those that could.

use std::path::PathBuf;

use super::{ReadError, TextFile, find, normalized_name};
use crate::loader::env_file::EnvFileError;
use crate::model::NameError;

/// A choice among files that the user may not have expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("several {what} are in {}: {}; using {}", folder.display(), names.join(", "), names[0])]
pub(crate) struct SourceWarning {
    /// `stack files` or `override files`.
    pub(crate) what: &'static str,
    /// The folder that they are in.
    pub(crate) folder: PathBuf,
    /// Their names; the first is used.
    pub(crate) names: Vec<&'static str>,
}

/// Why a stack's texts could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SourceError {
    /// No `-f`, no `COMPOSE_FILE`, and nothing in the folders.
    #[error("no stack file found: looked for {} in {} and its parent folders", find::names().join(", "), .folder.display())]
    NoStackFile {
        /// Where the search began.
        folder: PathBuf,
    },
    /// A stack file that cannot be read.
    #[error("cannot read the stack file: {0}")]
    StackFile(#[source] ReadError),
    /// `-f -` without text.
    #[error("the stack file `-` is standard input, but that was not read")]
    NoStdin,
    /// A file of `--env-file` or `COMPOSE_ENV_FILES`, or a `.env`, that cannot be read.
    #[error("cannot read the env file: {0}")]
    EnvFile(#[source] ReadError),
    /// Mistakes in a `.env` file.
    #[error("the env file {} has mistakes", .file.path.display())]
    EnvFileText {
        /// The file, for the places of the mistakes.
        file: TextFile,
        /// The mistakes; never empty.
        errors: Vec<EnvFileError>,
    },
    /// A variable that must be a truth value and is not.
    #[error("COMPOSE_DISABLE_ENV_FILE is `{0}`: 1, 0, true or false is expected")]
    NotBoolean(String),
    /// The name of `-p` or `COMPOSE_PROJECT_NAME`.
    #[error("invalid project name in {origin}: {source}")]
    Name {
        /// `-p` or `COMPOSE_PROJECT_NAME`.
        origin: &'static str,
        /// The name as given.
        name: String,
        /// The rule it breaks.
        source: NameError,
    },
}

impl SourceError {
    /// What the user can do about it, where that is known.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::NoStackFile { .. } => Some(
                "name the file with `-f FILE`, or go to its folder; `-f -` reads standard input"
                    .to_owned(),
            ),
            Self::StackFile(error) | Self::EnvFile(error) => error.hint(),
            Self::Name { name, .. } => {
                normalized_name(name).map(|name| format!("`{name}` would do"))
            }
            Self::NoStdin | Self::EnvFileText { .. } | Self::NotBoolean(_) => None,
        }
    }
}
