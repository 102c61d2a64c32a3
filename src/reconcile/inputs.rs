//! What planning needs from this machine: the contents of configs and secrets.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::label;
use crate::model::{
    Config, Content, ContentSource, MountKind, Position, Project, SecurityProfile, Service,
    seccomp_profile,
};
use crate::plan::{Granted, Warning, granted};

/// The most bytes of a file that are compared, or copied into a container.
const MOST: u64 = 16 << 20;

/// A project with everything that planning needs from this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// The project; what its services are granted is there.
    pub project: Project,
    /// Doubts to tell the user about before the plan is applied.
    pub warnings: Vec<Warning>,
}

/// Why a service cannot have a config or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// It is the platform's own, which only a swarm has.
    #[error("unsupported external {what}")]
    External {
        /// `config NAME` or `secret NAME`.
        what: String,
        /// Where it says so.
        position: Option<Position>,
    },
    /// The variable that holds it is not set.
    #[error("environment variable \"{variable}\" required by {what} is not set")]
    Unset {
        /// `config NAME` or `secret NAME`.
        what: String,
        /// The variable.
        variable: String,
        /// Where it is named.
        position: Option<Position>,
    },
    /// Its file cannot be read.
    #[error("file {} of {what} {why}", path.display())]
    File {
        /// `config NAME` or `secret NAME`.
        what: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// Where it is named.
        position: Option<Position>,
    },
    /// The engine writes nothing into a read-only container.
    #[error("{what} cannot be put into service {service}, which is read-only")]
    ReadOnly {
        /// `config NAME` or `secret NAME`.
        what: String,
        /// The service.
        service: String,
        /// Where the service names it.
        position: Option<Position>,
    },
}

impl InputError {
    /// The place in the stack files that is to blame, where there is one.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::External { position, .. }
            | Self::Unset { position, .. }
            | Self::File { position, .. }
            | Self::ReadOnly { position, .. } => position.as_ref(),
        }
    }
}

/// Gathers what the services' configs and secrets hold, and gives it to them.
///
/// # Errors
/// All that cannot be had.
pub fn gather(mut project: Project) -> Result<Inputs, Vec<InputError>> {
    let mut errors = Vec::new();
    let mut read: HashMap<String, Option<Content>> = HashMap::new();
    for service in project.services.values() {
        for granted in granted(&project, service) {
            let what = what(&granted);
            if read.contains_key(&what) {
                continue;
            }
            let content = content(&what, granted.config).unwrap_or_else(|error| {
                errors.push(error);
                None
            });
            read.insert(what, content);
        }
    }
    drop_incomplete(&mut project, &mut read);
    of_builds(&project, &mut read);
    fill(&mut project, &read);
    profiles(&mut project);
    let mut warnings = Vec::new();
    for service in project.services.values() {
        for granted in granted(&project, service) {
            errors.extend(refused(&granted, service));
            warnings.extend(doubts(&granted, service));
        }
    }
    if errors.is_empty() {
        Ok(Inputs { project, warnings })
    } else {
        Err(errors)
    }
}

/// Leaves out the services that are not chosen whose configs or secrets cannot be had.
fn drop_incomplete(project: &mut Project, read: &mut HashMap<String, Option<Content>>) {
    let mut sharing = std::mem::take(&mut project.sharing);
    sharing.retain(|_, service| {
        granted(project, service).all(|granted| {
            let what = what(&granted);
            let content = content(&what, granted.config);
            let is_had = content.is_ok() && refused(&granted, service).is_none();
            read.entry(what).or_insert_with(|| content.ok().flatten());
            is_had
        })
    });
    project.sharing = sharing;
}

/// Reads the secrets that builds are given, so that they can be masked. Whether one is missed is told where the image is
/// built.
pub fn read_build_secrets(project: &mut Project) {
    let mut read = HashMap::new();
    of_builds(project, &mut read);
    for (name, secret) in &mut project.secrets {
        if let Some(content) = read.remove(&format!("secret {name}")).flatten() {
            secret.content = Some(content);
        }
    }
}

fn of_builds(project: &Project, read: &mut HashMap<String, Option<Content>>) {
    let services = project.with_sharing().chain(project.contexts.values());
    let builds = services.filter_map(|service| service.build.as_ref());
    for grant in builds.flat_map(|build| &build.secrets) {
        let what = format!("secret {}", grant.source);
        if let Some(secret) = project.secrets.get(grant.source.as_str()) {
            read.entry(what.clone())
                .or_insert_with(|| content(&what, secret).ok().flatten());
        }
    }
}

fn what(granted: &Granted<'_>) -> String {
    format!("{} {}", granted.kind, granted.reference.source)
}

/// What a config or secret holds; none where its path is something else than a file that can be compared.
fn content(what: &str, config: &Config) -> Result<Option<Content>, InputError> {
    let position = config.positions.find(config.source.key()).cloned();
    let what = what.to_owned();
    match &config.source {
        ContentSource::External => Err(InputError::External { what, position }),
        ContentSource::Inline => Ok(config.content.clone()),
        ContentSource::Environment(variable) => match &config.content {
            Some(content) => Ok(Some(content.clone())),
            None => Err(InputError::Unset {
                what,
                variable: variable.clone(),
                position,
            }),
        },
        ContentSource::File(path) => read(path).map_err(|error| InputError::File {
            what,
            path: path.clone(),
            why: match error.kind() {
                io::ErrorKind::NotFound => "does not exist".to_owned(),
                _ => format!("cannot be read: {error}"),
            },
            position,
        }),
    }
}

fn read(path: &Path) -> io::Result<Option<Content>> {
    let metadata = fs::metadata(path)?;
    // Reading a pipe or a device may never end.
    if !metadata.is_file() || metadata.len() > MOST {
        return Ok(None);
    }
    fs::read(path).map(|bytes| Some(Content::new(bytes)))
}

fn fill(project: &mut Project, read: &HashMap<String, Option<Content>>) {
    let known = |what: String| read.get(&what).cloned().flatten();
    for (name, config) in &mut project.configs {
        config.content = known(format!("config {name}"));
    }
    for (name, secret) in &mut project.secrets {
        secret.content = known(format!("secret {name}"));
    }
    let fingerprint = |what: String| known(what.clone()).map(|it| label::fingerprint(&what, &it));
    for service in project
        .services
        .values_mut()
        .chain(project.sharing.values_mut())
    {
        for reference in &mut service.spec.configs {
            reference.content = fingerprint(format!("config {}", reference.source));
        }
        for reference in &mut service.spec.secrets {
            reference.content = fingerprint(format!("secret {}", reference.source));
        }
    }
}

/// Notes what the seccomp profiles hold that services name; one that cannot be read is the error of the container that
/// needs it.
fn profiles(project: &mut Project) {
    for service in project
        .services
        .values_mut()
        .chain(project.sharing.values_mut())
    {
        let named = service.spec.security_opt.iter();
        let named = named.filter_map(|option| seccomp_profile(option));
        let known = named.filter_map(|name| {
            let content = read(&project.working_dir.join(name)).ok()??;
            let content = label::fingerprint(&format!("seccomp {name}"), &content);
            Some((name.to_owned(), SecurityProfile { content }))
        });
        service.spec.security_profiles = known.collect();
    }
}

fn place(granted: &Granted<'_>, service: &Service) -> Option<Position> {
    let path = format!("{}s[{}]", granted.kind, granted.index);
    service.positions.find(&path).cloned()
}

fn refused(granted: &Granted<'_>, service: &Service) -> Option<InputError> {
    (service.spec.read_only && granted.is_copied(service)).then(|| InputError::ReadOnly {
        what: what(granted),
        service: service.name.to_string(),
        position: place(granted, service),
    })
}

fn doubts(granted: &Granted<'_>, service: &Service) -> Vec<Warning> {
    let (what, reference) = (what(granted), granted.reference);
    let mut doubts = Vec::new();
    let is_copied = granted.is_copied(service);
    if reference.has_owner() && !is_copied {
        doubts.push(format!(
            "service {}: `uid`, `gid` and `mode` of {what} are ignored: it is mounted, and has those of the host's file",
            service.name
        ));
    }
    if let Some(memory) = memory_above(&reference.target, service).filter(|_| is_copied) {
        doubts.push(format!(
            "service {}: {what} is at {}, where the tmpfs {memory} hides it",
            service.name, reference.target
        ));
    }
    let warning = |message| Warning {
        message,
        position: place(granted, service),
    };
    doubts.into_iter().map(warning).collect()
}

/// The memory mount below which the path lies: it is made at the start, over what was copied before.
fn memory_above<'s>(path: &str, service: &'s Service) -> Option<&'s str> {
    let spec = &service.spec;
    let short = (spec.tmpfs.iter()).map(|written| written.split(':').next().unwrap_or_default());
    let long = spec.volumes.iter().filter_map(|mount| {
        matches!(mount.kind, MountKind::Tmpfs { .. }).then_some(mount.target.as_str())
    });
    short.chain(long).find(|folder| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests;
