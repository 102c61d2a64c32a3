//! Label keys and resource names on the engine, written and read in one place.
//!
//! Compose's own labels let every tool that knows docker compose see our stacks; ours hold what was asked for, so that
//! a later plan compares field by field.

mod provided;

use std::fmt::Display;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::model::{
    Condition, ContainerSpec, Content, Dependency, Position, Project, Service, ServiceName,
};

pub use provided::{PROVIDED, Provided, provided, set_provided, value_of, variables_digest};

/// The project an object belongs to.
pub const PROJECT: &str = "com.docker.compose.project";
/// The service a container belongs to.
pub const SERVICE: &str = "com.docker.compose.service";
/// The replica's number, counted from 1.
pub const CONTAINER_NUMBER: &str = "com.docker.compose.container-number";
/// `True` for containers of `run`, `False` for replicas.
pub const ONE_OFF: &str = "com.docker.compose.oneoff";
/// What tells a container of `run` from others of its service.
pub const SLUG: &str = "com.docker.compose.slug";
/// A digest of what was asked for; docker compose lists only containers that carry it.
pub const CONFIG_HASH: &str = "com.docker.compose.config-hash";
/// The project's folder.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// The stack files, joined with commas.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// The dependencies, `SERVICE:CONDITION:RESTART` joined with commas.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// The image's identifier.
pub const IMAGE: &str = "com.docker.compose.image";
/// The network's name in the file.
pub const NETWORK: &str = "com.docker.compose.network";
/// The volume's name in the file.
pub const VOLUME: &str = "com.docker.compose.volume";
/// The compose version whose behaviour we keep.
pub const VERSION: &str = "com.docker.compose.version";
/// The container this one takes the place of.
pub const REPLACE: &str = "com.docker.compose.replace";
/// What was asked for, as JSON; see [`spec_to_json`].
pub const SPEC: &str = "io.windlass.spec";
/// `true` on a volume that the stack file protects (`x-protect`), for when there is no stack file any more.
pub const PROTECT: &str = "io.windlass.protect";
/// The beginnings of the keys under which tools keep what is their own.
const TOOLS: [&str; 3] = ["com.docker.compose.", "io.windlass.", "desktop.docker.io/"];
/// The version of the form of our labels.
pub const FORMAT: &str = "io.windlass.format";

/// The compose version whose behaviour we keep, as other tools read it from [`VERSION`].
pub const COMPOSE_VERSION: &str = "2.40.3";
/// The version of the form of our labels that this program writes.
pub const FORMAT_VERSION: &str = "1";

/// The name of a replica's container: `container_name`, else `PROJECT-SERVICE-NUMBER` with the project's separator.
pub fn container_name(project: &Project, service: &Service, number: u32) -> String {
    match &service.spec.container_name {
        Some(name) if number == 1 => name.clone(),
        Some(name) => format!("{name}-{number}"),
        None => default_name(project, project.separator, service, number),
    }
}

/// The name of a replica's container where the file gives none, with this separator between its parts.
pub fn default_name(project: &Project, separator: char, service: &Service, number: u32) -> String {
    format!(
        "{}{separator}{}{separator}{number}",
        project.name, service.name
    )
}

/// The name of the image of a built service that names none.
pub fn image_name(project: &Project, service: &ServiceName) -> String {
    joined(project, &[service])
}

/// The project's name and these parts, with its separator between them.
pub fn joined(project: &Project, parts: &[&dyn Display]) -> String {
    let parts = parts.iter().map(ToString::to_string);
    let names: Vec<String> = [project.name.to_string()]
        .into_iter()
        .chain(parts)
        .collect();
    names.join(&project.separator.to_string())
}

/// A container's name without the project's name in front, whichever separator it has.
pub fn short_name<'a>(name: &'a str, project: &str) -> &'a str {
    name.strip_prefix(project)
        .and_then(|rest| rest.strip_prefix(['-', '_']))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name)
}

/// The name of a new container until the one with this id gives it its own.
pub fn interim_name(id: &str, name: &str) -> String {
    format!("{}_{name}", &id[..id.len().min(12)])
}

/// The name of a container that gave its own to a new one, until it is removed.
pub fn replaced_name(id: &str, name: &str) -> String {
    format!("{}_{name}-replaced", &id[..id.len().min(12)])
}

/// Whether a container that is to be called `name` has one of the names of the way there.
pub fn is_interim(has: &str, name: &str) -> bool {
    let rest = has.split_once('_').map_or(has, |(_, rest)| rest);
    rest.strip_suffix("-replaced").unwrap_or(rest) == name
}

/// The labels of a replica's container: the file's, compose's and ours.
pub fn container_labels(
    project: &Project,
    service: &Service,
    number: u32,
    image_id: &str,
) -> IndexMap<String, String> {
    let depends_on = service.depends_on.iter().map(|(name, dependency)| {
        let condition = serde_json::to_value(dependency.condition).ok();
        let condition = condition
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        format!("{name}:{condition}:{}", dependency.restart)
    });
    let files: Vec<_> = project
        .files
        .iter()
        .map(|file| file.to_string_lossy())
        .collect();
    let spec = spec_to_json(&service.spec);
    let mut labels = service.spec.labels.clone();
    labels.extend(
        [
            (PROJECT, project.name.to_string()),
            (SERVICE, service.name.to_string()),
            (CONTAINER_NUMBER, number.to_string()),
            (ONE_OFF, "False".to_owned()),
            (CONFIG_HASH, digest(&service.spec)),
            (
                WORKING_DIR,
                project.working_dir.to_string_lossy().into_owned(),
            ),
            (CONFIG_FILES, files.join(",")),
            (DEPENDS_ON, depends_on.collect::<Vec<_>>().join(",")),
            (IMAGE, image_id.to_owned()),
            (VERSION, COMPOSE_VERSION.to_owned()),
            (SPEC, spec.to_string()),
            (FORMAT, FORMAT_VERSION.to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    labels
}

/// The labels of a project's network or volume; `key` is [`NETWORK`] or [`VOLUME`], `name` its name in the file, `own` the
/// file's labels for it, `asked` all that it is asked to be.
pub fn resource_labels(
    project: &Project,
    key: &str,
    name: &str,
    own: &IndexMap<String, String>,
    asked: &impl Serialize,
) -> IndexMap<String, String> {
    let mut labels = own.clone();
    labels.insert(SPEC.to_owned(), resource_spec(asked).to_string());
    labels.insert(FORMAT.to_owned(), FORMAT_VERSION.to_owned());
    labels.insert(PROJECT.to_owned(), project.name.to_string());
    labels.insert(key.to_owned(), name.to_owned());
    labels.insert(VERSION.to_owned(), COMPOSE_VERSION.to_owned());
    labels
}

/// What a network or volume was asked to be, as its label keeps it: without what is absent. Options of drivers may be
/// credentials, so there are only fingerprints of them.
pub fn resource_spec(asked: &impl Serialize) -> Value {
    let mut json = serde_json::to_value(asked).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        for identity in ["name", "external"] {
            fields.shift_remove(identity);
        }
        for (name, value) in fields
            .get_mut("driver_opts")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            let text = value.as_str().unwrap_or_default().as_bytes().to_vec();
            *value = fingerprint(name, &Content::new(text)).into();
        }
    }
    without_absent(&mut json);
    json
}

/// What a network or volume was asked to be when it was made; none where it was not made by us, or by a version with
/// another form.
pub fn applied_resource_spec(labels: &IndexMap<String, String>) -> Option<Value> {
    if labels.get(FORMAT).map(String::as_str) != Some(FORMAT_VERSION) {
        return None;
    }
    serde_json::from_str(labels.get(SPEC)?).ok()
}

fn without_absent(json: &mut Value) {
    if let Value::Object(fields) = json {
        fields.values_mut().for_each(without_absent);
        fields.retain(|_, value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(items) => !items.is_empty(),
            _ => true,
        });
    }
}

/// What a container was asked to be, as its label keeps it: without what is absent, and of the environment the names
/// only (their values are in the container itself, and nowhere twice).
pub fn spec_to_json(spec: &ContainerSpec) -> Value {
    let mut json = full_spec(spec);
    if let Some(Value::Object(environment)) = json.get_mut("environment") {
        environment
            .values_mut()
            .for_each(|value| *value = Value::Null);
    }
    json
}

/// What a container was asked to be when it was made: the label's JSON, environment values put back from the
/// container. None where the container was not made by us, or by a version with another form.
pub fn applied_spec(labels: &IndexMap<String, String>, environment: &[String]) -> Option<Value> {
    if labels.get(FORMAT).map(String::as_str) != Some(FORMAT_VERSION) {
        return None;
    }
    let mut json: Value = serde_json::from_str(labels.get(SPEC)?).ok()?;
    if let Some(Value::Object(names)) = json.get_mut("environment") {
        for (name, value) in names.iter_mut() {
            let found = value_of(environment, name);
            *value = found.map_or(Value::Null, |found| Value::String(found.to_owned()));
        }
    }
    Some(json)
}

/// Whether a label is no user's, but tells a tool something.
pub fn is_own(key: &str) -> bool {
    TOOLS.iter().any(|prefix| key.starts_with(prefix))
}

/// A specification as JSON without absent fields and empty lists (but an empty command says something).
pub fn full_spec(spec: &ContainerSpec) -> Value {
    let mut json = serde_json::to_value(spec).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        fields.retain(|name, value| match value {
            Value::Null | Value::Bool(false) => name == "init" && !value.is_null(),
            Value::Array(items) => !items.is_empty() || name == "command" || name == "entrypoint",
            Value::Object(items) => !items.is_empty(),
            _ => true,
        });
        for section in ["configs", "secrets"] {
            if let Some(references) = fields.get_mut(section) {
                *references = by_name(references);
            }
        }
        for kind in ["pre_start", "post_start"] {
            let hooks = fields.get_mut(kind).and_then(Value::as_array_mut);
            for hook in hooks.into_iter().flatten() {
                hide_values(hook.get_mut("environment"));
            }
        }
    }
    json
}

/// References to configs or secrets by name, so that each keeps its place in a comparison; further ones of the same
/// name have their target beside it, and the same content.
fn by_name(references: &Value) -> Value {
    let mut named = Map::new();
    for reference in references.as_array().into_iter().flatten() {
        let mut fields = reference.as_object().cloned().unwrap_or_default();
        let source = fields.shift_remove("source");
        let source = source.as_ref().and_then(Value::as_str).unwrap_or_default();
        let key = if named.contains_key(source) {
            fields.shift_remove("content");
            let target = fields.get("target").and_then(Value::as_str);
            format!("{source} at {}", target.unwrap_or_default())
        } else {
            source.to_owned()
        };
        named.insert(key, Value::Object(fields));
    }
    Value::Object(named)
}

/// Of the variables of a hook only fingerprints are kept: they are in no container, and may be credentials.
fn hide_values(variables: Option<&mut Value>) {
    let variables = variables.and_then(Value::as_object_mut).into_iter();
    for (name, value) in variables.flatten() {
        let text = value.as_str().unwrap_or_default().as_bytes().to_vec();
        *value = fingerprint(name, &Content::new(text)).into();
    }
}

/// The fingerprint by which a later plan sees that a content is another one.
///
/// It is in a label, which everybody reads who may inspect a container, and many contents are easy to guess. A salt in
/// the label would only make guessing slower; a key kept on one machine would make every other machine's plan recreate
/// the container. So it is a digest of 16 bits: one of 65,536 changes goes unnoticed, and whoever tries a list of
/// passwords is left with thousands that fit, however fast they compute. It depends on nothing else than the content
/// and its name, so that the labels of replicas, of other machines and of later containers tell no further bits.
pub fn fingerprint(name: &str, content: &Content) -> String {
    let digest = Sha256::new()
        .chain_update("windlass content\0")
        .chain_update(name)
        .chain_update("\0")
        .chain_update(content.bytes())
        .finalize();
    format!("{:02x}{:02x}", digest[0], digest[1])
}

/// A digest of what was asked for: the value of [`CONFIG_HASH`].
pub(crate) fn digest(spec: &ContainerSpec) -> String {
    let bytes = Sha256::digest(full_spec(spec).to_string());
    bytes.iter().fold(String::with_capacity(64), |text, byte| {
        text + &format!("{byte:02x}")
    })
}

/// The services a container's label says it depends on.
pub fn dependencies(labels: &IndexMap<String, String>) -> impl Iterator<Item = ServiceName> {
    labels
        .get(DEPENDS_ON)
        .into_iter()
        .flat_map(|value| value.split(','))
        .filter_map(|entry| ServiceName::new(entry.split(':').next().unwrap_or_default()).ok())
}

/// What a container's label says its service depends on, each with the state it has to be in. The label doesn't tell
/// which are optional: none is.
pub fn depends_on(
    labels: &IndexMap<String, String>,
) -> impl Iterator<Item = (ServiceName, Dependency)> {
    let entries = labels.get(DEPENDS_ON).into_iter();
    entries
        .flat_map(|value| value.split(','))
        .filter_map(|entry| {
            let mut fields = entry.split(':');
            let name = ServiceName::new(fields.next()?).ok()?;
            let condition = Value::String(fields.next().unwrap_or_default().to_owned());
            let dependency = Dependency {
                condition: serde_json::from_value(condition).unwrap_or(Condition::ServiceStarted),
                restart: fields.next() == Some("true"),
                required: true,
            };
            Some((name, dependency))
        })
}

/// Where a change stands, as reasons show it.
pub fn at(position: Option<&Position>) -> String {
    position.map_or_else(String::new, |position| format!("  {position}"))
}
