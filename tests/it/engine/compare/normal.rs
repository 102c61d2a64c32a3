//! What the engine tells of a stack's objects, without what no two of them have in common.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::support::engine::Stack;

/// Values by their path, such as `container web /HostConfig/Init`.
pub(super) type Facts = BTreeMap<String, Value>;

/// Fields that differ between any two objects, or from one moment to the next.
const OF_THE_MOMENT: &[&str] = &[
    "container * /Created",
    "container * /Id",
    "container * /GraphDriver/**",
    "container * /HostnamePath",
    "container * /HostsPath",
    "container * /LogPath",
    "container * /ResolvConfPath",
    "container * /State/**",
    "container * /NetworkSettings/Sandbox*",
    // Docker's own digest against ours, and what only one of the two writes.
    "container * /Config/Labels/com.docker.compose.config-hash",
    "container * /Config/Labels/io.windlass.**",
    "network * /Labels/io.windlass.**",
    "volume * /Labels/io.windlass.**",
    "network * /Created",
    // Chosen by the engine.
    "network front /IPAM/Config/**",
    "network * /Id",
    "network * /Labels/com.docker.compose.config-hash",
    "volume * /CreatedAt",
    "volume * /Labels/com.docker.compose.config-hash",
];

/// Lists whose order says nothing.
const SETS: &[&str] = &[
    "Binds",
    "Env",
    "Mounts",
    "Ulimits",
    "Aliases",
    "Links",
    "DNSNames",
    "ExtraHosts",
];

/// All facts of a stack's containers, networks and volumes.
pub(super) fn facts(stack: &Stack) -> Facts {
    let (api, project) = (stack.api(), stack.project());
    let containers = stack.containers();
    let networks = api.list("networks?", project);
    let volumes = api.list("volumes?", project);
    // Objects are known by their names, wherever they name each other.
    let mut names: Vec<(String, String)> = containers
        .iter()
        .chain(&networks)
        .filter_map(|object| {
            let name = object["Name"].as_str()?.trim_start_matches('/');
            Some((object["Id"].as_str()?.to_owned(), name.to_owned()))
        })
        .collect();
    let short = names
        .iter()
        .map(|(id, name)| (id[..12].to_owned(), format!("short id of {name}")));
    let short: Vec<_> = short.collect();
    names.extend(short);
    let mut facts = Facts::new();
    for (kind, objects) in [
        ("container", containers),
        ("network", networks),
        ("volume", volumes),
    ] {
        for mut object in objects {
            let name = object["Name"].as_str().unwrap_or_default();
            let name = name.trim_start_matches('/').trim_start_matches(project);
            let place = format!("{kind} {} ", name.trim_start_matches(['-', '_']));
            settle(&mut object, &names);
            collect(&place, &object, &mut facts);
        }
    }
    facts.retain(|path, _| !OF_THE_MOMENT.iter().any(|pattern| fits(pattern, path)));
    facts
        .into_iter()
        .map(|(path, value)| (path.replace(project, "PROJECT"), value))
        .collect()
}

/// Names in place of ids, and sets in one order.
fn settle(value: &mut Value, names: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (id, name) in names {
                *text = text.replace(id, name);
            }
            if is_id(text) {
                "anonymous".clone_into(text);
            }
            let stored = text
                .split('/')
                .map(|part| if is_id(part) { "anonymous" } else { part });
            *text = stored.collect::<Vec<_>>().join("/");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, names)),
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                settle(field, names);
                if let Value::Array(items) = field
                    && SETS.contains(&key.as_str())
                {
                    items.sort_by_key(order);
                }
            }
        }
        _ => {}
    }
}

/// A mount is known by where it is in the container.
fn order(item: &Value) -> String {
    let target = item.get("Target").or(item.get("Destination"));
    target.unwrap_or(item).to_string()
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is empty is as good as absent.
fn collect(path: &str, value: &Value, facts: &mut Facts) {
    let is_empty = match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        // Of restart policies no one and "no" are the same.
        Value::String(text) => {
            text.is_empty() || text == "no" && path.ends_with("/RestartPolicy/Name")
        }
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    };
    match value {
        _ if is_empty => {}
        Value::Object(fields) => of_fields(path, fields, facts),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                let key = match item.get("Target").or(item.get("Destination")) {
                    Some(Value::String(target)) => format!("[{target}]"),
                    _ => index.to_string(),
                };
                collect(&format!("{path}/{key}"), item, facts);
            }
        }
        // Each by its place in the container, so that one that differs is named.
        Value::Array(binds) if path.ends_with("/Binds") => {
            for bind in binds.iter().filter_map(Value::as_str) {
                let target = bind.split(':').nth(1).unwrap_or(bind);
                facts.insert(format!("{path}/[{target}]"), bind.into());
            }
        }
        value => {
            facts.insert(path.to_owned(), value.clone());
        }
    }
}

fn of_fields(path: &str, fields: &Map<String, Value>, facts: &mut Facts) {
    for (key, field) in fields {
        collect(&format!("{path}/{key}"), field, facts);
    }
}

/// Whether a path fits a pattern: `*` stands for anything but `/`, `**` for anything.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, rest)) => {
            let Some(tail) = path.strip_prefix(before) else {
                return false;
            };
            if rest.starts_with('*') {
                return true;
            }
            let end = tail.find('/').unwrap_or(tail.len());
            (0..=end).any(|at| tail.is_char_boundary(at) && fits(rest, &tail[at..]))
        }
    }
}
