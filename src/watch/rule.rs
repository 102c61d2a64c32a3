//! The rules of `develop.watch`, ready to be asked about paths.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::WatchError;
use crate::engine::context::ignore::{Ignore, Inherited, Verdict};
use crate::model::{Hook, MountKind, Project, Service, ServiceName, WatchAction, WatchRule};
use crate::plan::Warning;

/// What never counts, as with docker compose: the repository itself, and files that editors and tools make for a moment.
const PASSING: &str = "\
**/.git
**/.idea
**/*___jb_old___
**/*___jb_tmp___
**/.#*
**/#*#
**/*~
**/4913
**/.*.sw[nopx]
**/.*.kate-swp
**/*-go-tmp-umask
";

/// The rules of a project's services, and doubts about them.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Doubts to tell the user.
    pub warnings: Vec<Warning>,
}

impl Rules {
    pub(super) fn into_rules(self) -> Vec<Rule> {
        self.rules
    }
}

/// Reads the rules of all services, and the `.dockerignore` files of what they build.
///
/// # Errors
/// Where there is none, one cannot be carried out, or a pattern is broken.
pub fn rules(project: &Project) -> Result<Rules, WatchError> {
    let mut rules = Vec::new();
    let mut warnings = Vec::new();
    for service in project.services.values() {
        for (index, rule) in service.watch.iter().enumerate() {
            check(service, rule)?;
            if rule.action.copies() && is_mounted(&rule.path, service) {
                warnings.push(Warning {
                    message: format!(
                        "path '{}' also declared by a bind mount volume, this path won't be monitored!",
                        rule.path
                    ),
                    position: place(service, index),
                });
                continue;
            }
            if fs::symlink_metadata(&rule.path).is_err() {
                warnings.push(Warning {
                    message: format!("path '{}' is not there yet: it is waited for", rule.path),
                    position: place(service, index),
                });
            }
            rules.push(Rule::new(service, rule)?);
        }
    }
    if rules.is_empty() && warnings.is_empty() {
        return Err(WatchError::NoRules);
    }
    Ok(Rules { rules, warnings })
}

fn place(service: &Service, index: usize) -> Option<crate::model::Position> {
    let path = format!("develop.watch[{index}]");
    service.positions.find(&path).cloned()
}

fn check(service: &Service, rule: &WatchRule) -> Result<(), WatchError> {
    let (name, position) = (
        || service.name.clone(),
        || service.positions.find("develop.watch").cloned(),
    );
    match rule.action {
        WatchAction::Rebuild if service.build.is_none() => Err(WatchError::NoBuild {
            service: name(),
            position: position(),
        }),
        WatchAction::SyncExec if rule.exec.command.is_empty() => Err(WatchError::NoCommand {
            service: name(),
            position: position(),
        }),
        _ => Ok(()),
    }
}

/// Whether the path's files are in the container anyway.
fn is_mounted(path: &str, service: &Service) -> bool {
    service.spec.volumes.iter().any(|mount| match &mount.kind {
        MountKind::Bind { source, .. } => Path::new(path).starts_with(source),
        _ => false,
    })
}

/// One rule, ready to be asked.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) service: ServiceName,
    pub(super) action: WatchAction,
    pub(super) initial_sync: bool,
    pub(super) exec: Hook,
    /// As the file says.
    declared: PathBuf,
    /// Where it really is, symbolic links followed.
    root: PathBuf,
    is_there: bool,
    target: Option<String>,
    include: Option<Ignore>,
    /// Patterns of what does not count, each with the folder that they are relative to (none: the rule's own).
    exclude: Vec<(Option<PathBuf>, Ignore)>,
}

/// How the patterns stand towards a folder, to be handed to what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    include: Inherited,
    exclude: Vec<Inherited>,
}

/// What the patterns say of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// It counts itself.
    pub(super) itself: bool,
    /// Something below it may count.
    pub(super) below: bool,
}

impl Rule {
    fn new(service: &Service, rule: &WatchRule) -> Result<Self, WatchError> {
        let patterns = |patterns: &[String]| {
            // A line is one pattern, and a comment is none.
            let text: Vec<String> = patterns.iter().map(|it| format!(" {it}")).collect();
            Ignore::parse(&text.join("\n")).map_err(|error| WatchError::Pattern {
                pattern: error.pattern,
                service: service.name.clone(),
                position: service.positions.find("develop.watch").cloned(),
            })
        };
        let mut exclude = vec![(None, patterns(&rule.ignore)?)];
        exclude.extend(Ignore::parse(PASSING).ok().map(|ignore| (None, ignore)));
        exclude.extend(context_patterns(service)?);
        let include = match rule.include.as_slice() {
            [] => None,
            include => Some(patterns(include)?),
        };
        let declared = PathBuf::from(&rule.path);
        let mut made = Self {
            service: service.name.clone(),
            action: rule.action,
            initial_sync: rule.initial_sync && rule.action.copies(),
            exec: rule.exec.clone(),
            root: declared.clone(),
            declared,
            is_there: false,
            target: rule.target.clone(),
            include,
            exclude,
        };
        made.locate();
        Ok(made)
    }

    /// Where it really is.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it is there now.
    pub(super) fn is_there(&self) -> bool {
        self.is_there
    }

    /// Whether it has gone, come back, or become something else's name since it was located.
    pub(super) fn has_moved(&self) -> bool {
        match fs::canonicalize(&self.declared) {
            Ok(root) => !self.is_there || root != self.root,
            Err(_) => self.is_there,
        }
    }

    /// Finds out where it really is; it stays where it was last while it is gone.
    pub(super) fn locate(&mut self) {
        let found = fs::canonicalize(&self.declared);
        self.is_there = found.is_ok();
        if let Ok(root) = found {
            self.root = root;
        }
    }

    /// The folder whose notices tell that the rule's path comes, goes or is replaced.
    pub(super) fn anchor(&self) -> Option<PathBuf> {
        let above = self.declared.ancestors().skip(1);
        above
            .filter_map(|folder| fs::canonicalize(folder).ok())
            .find(|folder| folder.is_dir())
    }

    /// Where a path below the rule's own is in the container; none where the rule copies nothing.
    pub(super) fn target(&self, path: &Path) -> Option<String> {
        let target = self.target.as_deref()?;
        let below = path.strip_prefix(&self.root).ok()?;
        let (folder, below) = (target.trim_end_matches('/'), below.to_str()?);
        Some(match below {
            // A single file, into a folder or in the place of another.
            "" if target.ends_with('/') => {
                format!("{folder}/{}", path.file_name()?.to_str()?)
            }
            "" => target.to_owned(),
            below => format!("{folder}/{below}"),
        })
    }

    /// How the patterns stand towards the folder, which is the rule's own or below it.
    pub(super) fn standing(&self, folder: &Path) -> Standing {
        let mut standing = Standing {
            include: Inherited::default(),
            exclude: vec![Inherited::default(); self.exclude.len()],
        };
        let mut above: Vec<&Path> = folder.ancestors().collect();
        above.reverse();
        for path in above {
            standing = self.judge(path, &standing).1;
        }
        standing
    }

    /// What the patterns say of a path, given how they stand towards its folder; and how they stand towards the path.
    pub(super) fn judge(&self, path: &Path, folder: &Standing) -> (Counts, Standing) {
        let mut counts = Counts {
            itself: true,
            below: true,
        };
        let mut standing = Standing::default();
        for (index, (base, ignore)) in self.exclude.iter().enumerate() {
            let inherited = folder.exclude.get(index).cloned().unwrap_or_default();
            let base = base.as_deref().unwrap_or(&self.root);
            let (verdict, inherited) = match relative(path, base) {
                Some(below) => ignore.verdict(below, &inherited),
                None => (Verdict::Included, inherited),
            };
            counts.itself &= verdict == Verdict::Included;
            counts.below &= verdict != Verdict::Excluded;
            standing.exclude.push(inherited);
        }
        if let (Some(include), Some(below)) = (&self.include, relative(path, &self.root)) {
            // What the patterns "leave out" is what is wanted.
            let (verdict, inherited) = include.verdict(below, &folder.include);
            counts.itself &= verdict != Verdict::Included;
            standing.include = inherited;
        }
        (counts, standing)
    }
}

/// The path below a folder, as patterns see it; none for the folder itself, and for names that are no text.
fn relative<'p>(path: &'p Path, folder: &Path) -> Option<&'p str> {
    let below = path.strip_prefix(folder).ok()?.to_str()?;
    Some(below).filter(|below| !below.is_empty())
}

/// The patterns of what the service's build leaves out, with the folder that they are relative to.
fn context_patterns(service: &Service) -> Result<Option<(Option<PathBuf>, Ignore)>, WatchError> {
    let Some(build) = &service.build else {
        return Ok(None);
    };
    let Ok(context) = fs::canonicalize(&build.context) else {
        // A URL, or a folder that the build will complain of.
        return Ok(None);
    };
    let dockerfile = build.dockerfile.as_deref().unwrap_or("Dockerfile");
    let own = context.join(format!("{dockerfile}.dockerignore"));
    for path in [own, context.join(".dockerignore")] {
        match fs::read(&path) {
            Ok(bytes) => {
                let ignore = Ignore::parse(&String::from_utf8_lossy(&bytes))
                    .map_err(|source| WatchError::IgnoreFile { path, source })?;
                return Ok(Some((Some(context), ignore)));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(WatchError::Unreadable { path, source }),
        }
    }
    Ok(None)
}

#[cfg(test)]
pub(super) mod tests;
