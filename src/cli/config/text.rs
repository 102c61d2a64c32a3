//! What `config` prints, as text.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Number, Value as Json};
use sha2::{Digest, Sha256};

use super::origin::Origins;
use crate::loader::Loaded;
use crate::loader::node::{Mapping, Node, Value};

/// One line each, nothing for nothing.
pub(super) fn lines(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The keys of a section, sorted.
pub(super) fn names(loaded: &Loaded, section: &str) -> Vec<String> {
    let section = loaded.tree.get(section).and_then(Node::as_mapping);
    let mut names: Vec<String> = section
        .into_iter()
        .flat_map(Mapping::keys)
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

/// The image of each service; a built one without `image` is named after project and service.
pub(super) fn images(loaded: &Loaded) -> Vec<String> {
    let services = loaded.tree.get("services").and_then(Node::as_mapping);
    let image = |name: &str, service: &Node| {
        let image = service.get("image").and_then(Node::scalar_text);
        image.unwrap_or_else(|| format!("{}-{name}", loaded.name))
    };
    services
        .into_iter()
        .flat_map(Mapping::iter)
        .map(|(name, entry)| image(name, &entry.node))
        .collect()
}

/// `SERVICE DIGEST` for the services of a list with commas; `*` is all.
pub(super) fn hashes(loaded: &Loaded, services: &str) -> Vec<String> {
    let wanted = |name: &str| services == "*" || services.split(',').any(|service| service == name);
    let names = names(loaded, "services")
        .into_iter()
        .filter(|name| wanted(name));
    let digest = |name: &str| {
        let service = loaded
            .tree
            .at(&["services", name])
            .map_or(Json::Null, |service| to_json(service, false));
        format!("{:x}", Sha256::digest(service.to_string()))
    };
    names
        .map(|name| format!("{name} {}", digest(&name)))
        .collect()
}

/// The stack as JSON with two spaces of indent and sorted keys.
pub(super) fn json(loaded: &Loaded, raw: bool) -> String {
    let value = if raw {
        to_json(&loaded.tree, true)
    } else {
        throttles(with_name(to_json(&loaded.json_tree(), false), loaded))
    };
    format!("{value:#}\n")
}

/// The stack as YAML: name and services first, other keys sorted.
pub(super) fn yaml(loaded: &Loaded, raw: bool) -> String {
    super::yaml::document(&sections(loaded, raw))
}

/// The same with the origin of each line in a comment behind it.
pub(super) fn yaml_with_origins(loaded: &Loaded, raw: bool, origins: &Origins<'_>) -> String {
    super::yaml::with_origins(&sections(loaded, raw), &loaded.tree, origins)
}

fn sections(loaded: &Loaded, raw: bool) -> Json {
    let value = if raw {
        to_json(&loaded.tree, true)
    } else {
        with_name(to_json(&loaded.tree, false), loaded)
    };
    let Json::Object(mut sorted) = value else {
        return value;
    };
    let mut top = Map::new();
    for key in [
        "name", "services", "networks", "volumes", "configs", "secrets", "models",
    ] {
        if let Some(value) = sorted.shift_remove(key) {
            top.insert(key.to_owned(), value);
        }
    }
    top.extend(sorted);
    Json::Object(top)
}

fn with_name(value: Json, loaded: &Loaded) -> Json {
    let Json::Object(mut top) = value else {
        return value;
    };
    top.insert("name".to_owned(), loaded.name.clone().into());
    if !top.contains_key("services") {
        top.insert("services".to_owned(), Json::Object(Map::new()));
    }
    top.sort_keys();
    Json::Object(top)
}

/// docker compose writes the fields of block device limits with a capital letter in JSON.
fn throttles(mut value: Json) -> Json {
    let services = value.get_mut("services").and_then(Json::as_object_mut);
    for limits in services
        .into_iter()
        .flat_map(|services| services.values_mut())
    {
        let lists = limits.get_mut("blkio_config").and_then(Json::as_object_mut);
        let lists = lists
            .into_iter()
            .flat_map(|limits| limits.values_mut())
            .filter_map(Json::as_array_mut);
        for device in lists.flatten().filter_map(Json::as_object_mut) {
            for (small, capital) in [("path", "Path"), ("rate", "Rate"), ("weight", "Weight")] {
                if let Some(value) = device.remove(small) {
                    device.insert(capital.to_owned(), value);
                }
            }
        }
    }
    value
}

/// The variables as JSON, by name.
pub(super) fn variables_json(loaded: &Loaded) -> String {
    let mut sorted: Vec<_> = loaded.variables.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let variables: Map<String, Json> = sorted
        .into_iter()
        .map(|variable| {
            let fields = serde_json::json!({
                "Name": variable.name,
                "DefaultValue": variable.default,
                "PresenceValue": variable.presence,
                "Required": variable.required,
            });
            (variable.name.clone(), fields)
        })
        .collect();
    // Indented by four, and an empty line at the end, as docker compose has it.
    let mut text = Vec::new();
    let indented = PrettyFormatter::with_indent(b"    ");
    let written = variables.serialize(&mut Serializer::with_formatter(&mut text, indented));
    debug_assert!(written.is_ok(), "memory takes everything");
    format!("{}\n\n", String::from_utf8_lossy(&text))
}

/// The variables as a table, in the order of their first use.
pub(super) fn variables_table(loaded: &Loaded) -> String {
    let head = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"].map(str::to_owned);
    let row = |variable: &crate::loader::Variable| {
        [
            variable.name.clone(),
            variable.required.to_string(),
            variable.default.clone(),
            variable.presence.clone(),
        ]
    };
    let rows: Vec<[String; 4]> = std::iter::once(head)
        .chain(loaded.variables.iter().map(row))
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
            + 3
    };
    let widths = [width(0), width(1), width(2)];
    let line = |row: &[String; 4]| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        format!("{}{}", cells.collect::<String>(), row[3])
            .trim_end()
            .to_owned()
    };
    lines(rows.iter().map(line).collect())
}

/// A tree with sorted keys; every `$` is doubled, so that it is read back as it is, unless variables were left alone.
fn to_json(node: &Node, raw: bool) -> Json {
    let text = |text: &str| {
        if raw {
            text.to_owned()
        } else {
            text.replace('$', "$$")
        }
    };
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(number) => Json::Number((*number).into()),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "only whole numbers that fit are written as such"
        )]
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Json::Number((*number as i64).into())
        }
        Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::String(value) => Json::String(text(value)),
        Value::Sequence(items) => {
            Json::Array(items.iter().map(|item| to_json(item, raw)).collect())
        }
        Value::Mapping(mapping) => {
            let mut map: Map<String, Json> = mapping
                .iter()
                .map(|(key, entry)| (text(key), to_json(&entry.node, raw)))
                .collect();
            map.sort_keys();
            Json::Object(map)
        }
    }
}
