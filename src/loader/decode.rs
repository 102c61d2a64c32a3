//! Canonical tree -> [`Project`].

mod content;
mod deploy;
mod not_carried;
mod position;
mod provider;
mod service;

use super::Loading;
use super::error::Diagnostic;
use super::node::float_text;
use super::node::{Entry, Mapping, Node, Origin, Value};
use super::request::Environment;
use super::source::COMMAND_LINE;
use crate::model::{
    Build, ConfigName, Network, NetworkName, Project, ProjectName, SecretName, Service,
    ServiceName, Volume, VolumeName,
};
use indexmap::IndexMap;
use position::Places;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use std::collections::HashSet;
use std::path::PathBuf;

/// Decodes a settled stack; none where its name is none that an engine takes.
pub(super) fn project(
    loading: &mut Loading<'_>,
    tree: &Node,
    sharing: &Mapping,
    disabled: &Mapping,
) -> Option<Project> {
    let name = ProjectName::new(loading.name.clone()).ok()?;
    let decode = || Decode {
        places: Places::new(&loading.sources),
        environment: &loading.stack.environment,
        stack: tree,
        problems: Vec::new(),
    };
    let (mut services, found) = services(&decode, tree, name.as_str());
    // What doesn't fit is no matter of who did not choose them.
    let mut beside = decode();
    let mut sharing = beside.entries(sharing.iter(), |decode, service, entry| {
        decode.service(name.as_str(), service, entry)
    });
    let mut decode = decode();
    decode.problems = found;
    let contexts = decode.contexts(
        name.as_str(),
        services.values().chain(sharing.values()),
        disabled,
    );
    // What is left over are optional dependencies on services that no profile enables.
    let enabled: HashSet<ServiceName> = services.keys().chain(sharing.keys()).cloned().collect();
    for service in services.values_mut().chain(sharing.values_mut()) {
        service.depends_on.retain(|name, _| enabled.contains(name));
    }
    let networks = decode.section(tree, "networks", |decode, _: &NetworkName, entry| {
        decode.network(entry)
    });
    let volumes = decode.section(tree, "volumes", |decode, _: &VolumeName, entry| {
        decode.volume(entry)
    });
    let configs = decode.section(tree, "configs", |decode, _: &ConfigName, entry| {
        decode.content(entry)
    });
    let secrets = decode.section(tree, "secrets", |decode, _: &SecretName, entry| {
        decode.content(entry)
    });
    let problems = decode.problems;
    loading.problems.extend(problems);
    Some(Project {
        name,
        separator: '-',
        working_dir: loading.stack.working_dir.clone(),
        files: loading
            .stack
            .files
            .iter()
            .map(|file| file.path.clone())
            .filter(|path| path.as_os_str() != COMMAND_LINE)
            .collect::<Vec<PathBuf>>(),
        services,
        disabled_services: disabled
            .keys()
            .filter_map(|name| ServiceName::new(name).ok())
            .collect(),
        contexts,
        sharing,
        networks,
        volumes,
        configs,
        secrets,
    })
}

/// So many services are worth a thread.
const SERVICES_PER_THREAD: usize = 200;

/// More threads than these don't make a load faster: reading the files takes one.
const MAX_THREADS: usize = 4;

/// The services, and what is wrong with them: parts of a large stack at the same time, put together in the stack's order.
fn services<'a>(
    decode: &(impl Fn() -> Decode<'a> + Sync),
    tree: &Node,
    project: &str,
) -> (IndexMap<ServiceName, Service>, Vec<Diagnostic>) {
    let part = |entries: &[(&str, &Entry)]| {
        let mut decode = decode();
        let services = decode.entries(entries.iter().copied(), |decode, service, entry| {
            decode.service(project, service, entry)
        });
        (services, decode.problems)
    };
    let section = tree.get("services").and_then(Node::as_mapping);
    let entries: Vec<(&str, &Entry)> = section.into_iter().flat_map(Mapping::iter).collect();
    let threads = (entries.len() / SERVICES_PER_THREAD).clamp(1, MAX_THREADS);
    let (first, others) = entries.split_at(entries.len() / threads);
    let size = others.len().div_ceil(threads.saturating_sub(1).max(1));
    std::thread::scope(|scope| {
        let others = others.chunks(size.max(1));
        let others: Vec<_> = others
            .map(|entries| scope.spawn(|| part(entries)))
            .collect();
        let (mut services, mut problems) = part(first);
        for other in others {
            match other.join() {
                Ok((more, found)) => {
                    services.extend(more);
                    problems.extend(found);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (services, problems)
    })
}

/// A name that the model checks.
trait Name: Sized + std::hash::Hash + Eq {
    fn checked(text: &str) -> Option<Self>;
}

macro_rules! names {
    ($($name:ty),*) => {
        $(impl Name for $name {
            fn checked(text: &str) -> Option<Self> {
                Self::new(text).ok()
            }
        })*
    };
}

names!(ServiceName, NetworkName, VolumeName, ConfigName, SecretName);

/// A decoding under way.
struct Decode<'a> {
    places: Places<'a>,
    /// The caller's variables.
    environment: &'a Environment,
    /// The whole tree.
    stack: &'a Node,
    problems: Vec<Diagnostic>,
}

impl Decode<'_> {
    /// Decodes the entries of a section of the stack.
    fn section<N: Name, T>(
        &mut self,
        tree: &Node,
        key: &str,
        decode: impl FnMut(&mut Self, &N, &Entry) -> Option<T>,
    ) -> IndexMap<N, T> {
        let section = tree.get(key).and_then(Node::as_mapping);
        self.entries(section.into_iter().flat_map(Mapping::iter), decode)
    }

    /// The disabled services that builds copy from, those of other such services too.
    fn contexts<'s>(
        &mut self,
        project: &str,
        services: impl Iterator<Item = &'s Service>,
        disabled: &Mapping,
    ) -> IndexMap<ServiceName, Service> {
        let copied = |service: &Service| -> Vec<String> {
            let builds = service.build.iter();
            builds
                .flat_map(Build::services)
                .map(str::to_owned)
                .collect()
        };
        let mut contexts = IndexMap::new();
        let mut open: Vec<String> = services.flat_map(copied).collect();
        while let Some(name) = open.pop() {
            if contexts.contains_key(name.as_str()) {
                continue;
            }
            let entry = disabled.iter().filter(|(other, _)| *other == name);
            let found = self.entries(entry, |decode, service, entry| {
                decode.service(project, service, entry)
            });
            open.extend(found.values().flat_map(copied));
            contexts.extend(found);
        }
        contexts
    }

    fn entries<'n, N: Name, T>(
        &mut self,
        entries: impl Iterator<Item = (&'n str, &'n Entry)>,
        mut decode: impl FnMut(&mut Self, &N, &Entry) -> Option<T>,
    ) -> IndexMap<N, T> {
        let mut decoded = IndexMap::new();
        for (name, entry) in entries {
            let Some(name) = N::checked(name) else {
                continue;
            };
            if let Some(value) = decode(self, &name, entry) {
                decoded.insert(name, value);
            }
        }
        decoded
    }

    fn network(&mut self, entry: &Entry) -> Option<Network> {
        let fields = fields(&entry.node);
        let network: Network = self.typed(&fields, &entry.node)?;
        Some(Network {
            positions: self.places.positions(entry),
            ..network
        })
    }

    fn volume(&mut self, entry: &Entry) -> Option<Volume> {
        let fields = fields(&entry.node);
        let volume: Volume = self.typed(&fields, &entry.node)?;
        Some(Volume {
            positions: self.places.positions(entry),
            ..volume
        })
    }

    /// Reads fields into a type of the model, all of whose fields have defaults; keys that it does not have are passed
    /// over. What does not fit is reported at its place in `node`.
    fn typed<T: DeserializeOwned>(&mut self, fields: &Map<String, Json>, node: &Node) -> Option<T> {
        match T::deserialize(fields) {
            Ok(value) => Some(value),
            Err(whole) => {
                // One field at a time tells whose fault it is.
                let alone = |key: &str, value: &Json| {
                    T::deserialize(&Map::from_iter([(key.to_owned(), value.clone())])).err()
                };
                let guilty: Vec<(&String, serde_json::Error)> = fields
                    .iter()
                    .filter_map(|(key, value)| Some((key, alone(key, value)?)))
                    .collect();
                if guilty.is_empty() {
                    self.unfit("this", node, &whole);
                }
                for (key, error) in guilty {
                    self.unfit(&format!("`{key}`"), node.get(key).unwrap_or(node), &error);
                }
                None
            }
        }
    }

    fn unfit(&mut self, what: &str, place: &Node, error: &serde_json::Error) {
        let problem = Diagnostic::error(format!("{what} does not have a valid value"));
        // The reason quotes the value, which may be a secret where it comes from a variable.
        let reason = if place.origin == Origin::Interpolation {
            "the value of a variable".to_owned()
        } else {
            error.to_string()
        };
        self.problems.push(problem.at(place.span, reason));
    }
}

/// The entries of a mapping as JSON; nulls are left out.
fn fields(node: &Node) -> Map<String, Json> {
    let entries = node.as_mapping().into_iter().flat_map(Mapping::iter);
    entries
        .filter(|(_, entry)| !entry.node.is_null())
        .map(|(key, entry)| (key.to_owned(), json(&entry.node)))
        .collect()
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| float_text(*number).into(), Json::Number),
        Value::String(text) => text.as_str().into(),
        Value::Sequence(items) => items.iter().map(json).collect(),
        Value::Mapping(mapping) => Json::Object(
            mapping
                .iter()
                .map(|(key, entry)| (key.to_owned(), json(&entry.node)))
                .collect(),
        ),
    }
}
