//! The loader's only input: finds and reads stack files and `.env` files, and settles where a project's name, profiles
//! and variables come from.
//!
//! Command line, environment, current folder and standard input are arguments; nothing here asks the process for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::env_file::{EnvFile, EnvFileError, EnvFileFormat, parse_later_env_file};
use crate::model::{NameError, ProjectName};

mod find;
mod read;

pub(crate) use read::{ReadError, read_stdin_text, read_text};

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

fn explicit_name(
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

/// The variables gathered so far, and where the next ones are looked for.
struct Variables {
    values: BTreeMap<String, String>,
    files: Vec<(TextFile, EnvFile)>,
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
    fn of(request: &LoadRequest) -> Result<Self, SourceError> {
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
    fn read_dot_env(&mut self, folder: &Path) -> Result<(), SourceError> {
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

/// Whether a folder or one above it has a stack file.
pub(super) fn has_stack_file(folder: &Path) -> bool {
    find::stack_files(folder, &mut Vec::new()).is_some()
}

#[cfg(test)]
mod tests;
