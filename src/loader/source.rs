//! The loader's only input: finds and reads stack files and `.env` files, and settles where a project's name, profiles
//! and variables come from.
//!
//! Command line, environment, current folder and standard input are arguments; nothing here asks the process for them.

mod error;
mod find;
mod name;
mod read;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) use error::{SourceError, SourceWarning};
pub(crate) use name::{normalized_name, project_name};
pub(crate) use read::{ReadError, read_stdin_text, read_text};
pub(crate) use variables::env_files;

use self::name::explicit_name;
use self::variables::Variables;
use super::env_file::EnvFile;
use crate::model::ProjectName;

/// What the command line and its surroundings say about which stack to load.
#[derive(Clone, Debug, Default)]
pub struct LoadRequest {
    /// Stack files in merge order (`-f`), relative to the current folder; `-` is standard input. Empty: look for one.
    pub files: Vec<String>,
    /// The folder relative paths start from (`--project-directory`); otherwise the first stack file's.
    pub project_directory: Option<PathBuf>,
    /// The project's name (`-p`); empty means not given.
    pub project_name: Option<String>,
    /// Files to take variables from instead of `.env` (`--env-file`), relative to the current folder.
    pub env_files: Vec<PathBuf>,
    /// Active profiles (`--profile`); empty: those of `COMPOSE_PROFILES`.
    pub profiles: Vec<String>,
    /// The process's environment.
    pub environment: BTreeMap<String, String>,
    /// The current folder, absolute.
    pub current_dir: PathBuf,
    /// All of standard input, where [`LoadRequest::wants_stdin`] asks for it.
    pub stdin: Option<String>,
    /// What the command line says in the words of a stack file: merged over all others.
    pub command_line: Option<String>,
}

impl LoadRequest {
    /// Whether `-` is among the stack files, so that standard input is to be read before loading.
    pub fn wants_stdin(&self) -> bool {
        let named = find::files_of_variable(&self.environment).unwrap_or_default();
        let files = if self.files.is_empty() {
            &named
        } else {
            &self.files
        };
        files.iter().any(|file| file == "-")
    }
}

/// The name under which people are shown what the command line says in the words of a stack file.
pub(crate) const COMMAND_LINE: &str = "(command line)";

/// The texts of a stack and the facts around them, before anything of them is understood.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    /// The stack files in merge order; never empty.
    pub(crate) files: Vec<TextFile>,
    /// The folder relative paths start from, absolute.
    pub(crate) working_dir: PathBuf,
    /// The variables of interpolation: the process's environment, and what `.env` files add to it.
    pub(crate) environment: BTreeMap<String, String>,
    /// The files that variables were taken from.
    pub(crate) env_files: Vec<(TextFile, EnvFile)>,
    /// The name that `-p` or `COMPOSE_PROJECT_NAME` give; it wins over `name:`.
    pub(crate) name: Option<ProjectName>,
    /// The active profiles; `*` is all.
    pub(crate) profiles: Vec<String>,
    /// What is to be told although a choice was made.
    pub(crate) warnings: Vec<SourceWarning>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextFile {
    /// Its absolute path; `-` for standard input.
    pub(crate) path: PathBuf,
    /// Its text without byte order mark.
    pub(crate) text: String,
}

/// Finds and reads the stack files and the `.env` files of a request.
///
/// The process's environment wins over `.env`; `.env` is read from the project directory (or the first stack file's,
/// or the current folder), where `COMPOSE_FILE` may stand, and once more from the folder of the stack file found.
///
/// # Errors
/// Where no stack file is found, or a file cannot be read or understood.
pub(crate) fn read_stack(request: &LoadRequest) -> Result<Stack, SourceError> {
    let mut variables = Variables::of(request)?;
    let mut warnings = Vec::new();
    let (paths, working_dir) = find_stack(request, &mut variables, &mut warnings)?;

    let name = explicit_name(request.project_name.as_deref(), &variables.values)?;
    let profiles = active_profiles(&request.profiles, &variables.values);
    let read = |path: PathBuf| read_stack_file(request, path);
    let mut files = paths.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    files.extend(request.command_line.clone().map(|text| TextFile {
        path: PathBuf::from(COMMAND_LINE),
        text,
    }));
    let Variables {
        values: environment,
        files: env_files,
        ..
    } = variables;
    Ok(Stack {
        files,
        working_dir,
        environment,
        env_files,
        name,
        profiles,
        warnings,
    })
}

/// The process's environment with what `.env` files add to it, as far as they can be read: for settings that are
/// needed before anything is loaded, or told to be wrong.
pub(crate) fn environment(request: &LoadRequest) -> BTreeMap<String, String> {
    match Variables::of(request) {
        Ok(mut variables) => {
            // What is wrong is told by those who load the stack.
            let _ = find_stack(request, &mut variables, &mut Vec::new());
            variables.values
        }
        Err(_) => request.environment.clone(),
    }
}

/// Finds the stack files and the folder that relative paths start from, and reads the `.env` files on the way.
fn find_stack(
    request: &LoadRequest,
    variables: &mut Variables,
    warnings: &mut Vec<SourceWarning>,
) -> Result<(Vec<PathBuf>, PathBuf), SourceError> {
    let base = request
        .project_directory
        .as_ref()
        .map(|dir| absolute(&request.current_dir, dir));
    let given: Vec<PathBuf> = request
        .files
        .iter()
        .map(|file| file_path(request, file))
        .collect();
    variables.read_dot_env(&folder_of(base.as_deref(), &given, request))?;

    let named = find::files_of_variable(&variables.values).unwrap_or_default();
    let paths = if !given.is_empty() {
        given
    } else if !named.is_empty() {
        named.iter().map(|file| file_path(request, file)).collect()
    } else {
        let start = base.clone().unwrap_or_else(|| request.current_dir.clone());
        find::stack_files(&start, warnings).ok_or(SourceError::NoStackFile { folder: start })?
    };
    let working_dir = folder_of(base.as_deref(), &paths, request);
    variables.read_dot_env(&working_dir)?;
    Ok((paths, working_dir))
}

/// A path without `.` and `..`, starting from a folder where it is relative; symbolic links are not looked at.
pub(crate) fn absolute(base: &Path, path: &Path) -> PathBuf {
    use std::path::Component;
    let mut result = PathBuf::new();
    for component in base.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            _ => result.push(component),
        }
    }
    result
}

fn file_path(request: &LoadRequest, file: &str) -> PathBuf {
    if file == "-" {
        PathBuf::from(file)
    } else {
        absolute(&request.current_dir, Path::new(file))
    }
}

/// The project directory, else the folder of the first stack file that is no standard input, else the current one.
fn folder_of(base: Option<&Path>, files: &[PathBuf], request: &LoadRequest) -> PathBuf {
    let first = || {
        files
            .iter()
            .find(|file| !is_stdin(file))
            .and_then(|file| file.parent())
    };
    base.or_else(first)
        .unwrap_or(&request.current_dir)
        .to_path_buf()
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read_stack_file(request: &LoadRequest, path: PathBuf) -> Result<TextFile, SourceError> {
    if is_stdin(&path) {
        let text = request.stdin.as_deref().ok_or(SourceError::NoStdin)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        return Ok(TextFile { path, text });
    }
    let text = read_text(&path).map_err(SourceError::StackFile)?;
    Ok(TextFile { path, text })
}

fn active_profiles(flags: &[String], environment: &BTreeMap<String, String>) -> Vec<String> {
    if !flags.is_empty() {
        return flags.to_vec();
    }
    let named = environment
        .get("COMPOSE_PROFILES")
        .map_or("", String::as_str);
    named
        .split(',')
        .map(str::trim)
        .filter(|profile| !profile.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a folder or one above it has a stack file.
pub(super) fn has_stack_file(folder: &Path) -> bool {
    find::stack_files(folder, &mut Vec::new()).is_some()
}

#[cfg(test)]
mod tests;
