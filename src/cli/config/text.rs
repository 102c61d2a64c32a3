//! What `config` prints, as text.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Number, Value as Json};
use sha2::{Digest, Sha256};

use super::order::{self, Names};
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
pub(super) fn images(loaded: &Loaded, separator: char) -> Vec<String> {
    let services = loaded.tree.get("services").and_then(Node::as_mapping);
    let image = |name: &str, service: &Node| {
        let image = service.get("image").and_then(Node::scalar_text);
        image.unwrap_or_else(|| format!("{}{separator}{name}", loaded.name))
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
            .map_or(Json::Null, |service| to_json(service, Dollars::All));
        format!("{:x}", Sha256::digest(service.to_string()))
    };
    names
        .map(|name| format!("{name} {}", digest(&name)))
        .collect()
}

/// The stack as docker compose writes it in JSON: without a break at the end, names sorted.
pub(super) fn json(loaded: &Loaded, raw: bool) -> String {
    let mut value = if raw {
        let mut value = to_json(&loaded.tree, Dollars::Left);
        order::by_name(&mut value, Names::Letters);
        value
    } else {
        let mut value = throttles(with_name(
            to_json(&loaded.json_tree(), Dollars::All),
            loaded,
        ));
        order::stack(&mut value, Names::Letters);
        // The sections themselves are sorted, too.
        if let Json::Object(sections) = &mut value {
            sections.sort_keys();
        }
        value
    };
    whole_numbers(&mut value);
    // Go escapes what HTML would take for its own.
    let escaped = |letter| match letter {
        '<' => "\\u003c".to_owned(),
        '>' => "\\u003e".to_owned(),
        '&' => "\\u0026".to_owned(),
        '\u{2028}' => "\\u2028".to_owned(),
        '\u{2029}' => "\\u2029".to_owned(),
        _ => String::from(letter),
    };
    format!("{value:#}").chars().map(escaped).collect()
}

/// The stack as docker compose writes it in YAML.
pub(super) fn yaml(loaded: &Loaded, raw: bool) -> String {
    super::yaml::document(&sections(loaded, raw))
}

/// The same with the origin of each line in a comment behind it.
pub(super) fn yaml_with_origins(loaded: &Loaded, raw: bool, origins: &Origins<'_>) -> String {
    super::yaml::with_origins(&sections(loaded, raw), &loaded.tree, origins)
}

fn sections(loaded: &Loaded, raw: bool) -> Json {
    if raw {
        let mut value = to_json(&loaded.tree, Dollars::Left);
        order::by_name(&mut value, Names::Natural);
        return value;
    }
    let mut value = with_name(to_json(&loaded.tree, Dollars::All), loaded);
    for path in SHOWN_IN_JSON {
        remove_empty(&mut value, path);
    }
    order::stack(&mut value, Names::Natural);
    value
}

/// Mappings that JSON has always, and YAML only where there is something in them.
const SHOWN_IN_JSON: [&[&str]; 4] = [
    &["networks", "*", "ipam"],
    &["services", "*", "deploy", "placement"],
    &["services", "*", "deploy", "resources"],
    &["services", "*", "develop", "watch", "*", "exec"],
];

/// Removes a mapping where it is empty; `*` stands for each key or element.
fn remove_empty(value: &mut Json, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let is_empty = |value: &Json| value.as_object().is_some_and(Map::is_empty);
    match value {
        Json::Object(map) if *first == "*" => {
            map.values_mut().for_each(|value| remove_empty(value, rest));
        }
        Json::Array(items) if *first == "*" => {
            for item in items {
                remove_empty(item, rest);
            }
        }
        Json::Object(map) if rest.is_empty() && map.get(*first).is_some_and(is_empty) => {
            map.shift_remove(*first);
        }
        Json::Object(map) => {
            if let Some(value) = map.get_mut(*first) {
                remove_empty(value, rest);
            }
        }
        _ => {}
    }
}

fn with_name(value: Json, loaded: &Loaded) -> Json {
    let Json::Object(mut top) = value else {
        return value;
    };
    top.insert("name".to_owned(), loaded.name.clone().into());
    if !top.contains_key("services") {
        top.insert("services".to_owned(), Json::Object(Map::new()));
    }
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
                if let Some(value) = device.shift_remove(small) {
                    device.insert(capital.to_owned(), value);
                }
            }
        }
    }
    value
}

/// Whole numbers without a fraction of zero.
fn whole_numbers(value: &mut Json) {
    match value {
        Json::Number(number) => {
            let whole = number
                .as_f64()
                .filter(|value| number.is_f64() && value.fract() == 0.0 && value.abs() < 1e15);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "only whole numbers that fit are written as such"
            )]
            if let Some(whole) = whole {
                *number = (whole as i64).into();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(whole_numbers),
        Json::Object(map) => map.values_mut().for_each(whole_numbers),
        _ => {}
    }
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
    // Columns are as wide as docker compose has them here.
    const NARROWEST: usize = 20;
    const GAP: usize = 3;
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
            .max(NARROWEST - GAP)
            + GAP
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

/// Which `$` are doubled, so that values are read back as they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dollars {
    /// None, as variables were left alone.
    Left,
    /// Those of values.
    Values,
    /// Those of keys too, as docker compose does.
    All,
}

/// A tree as JSON. Keys have no variables, so that a doubled `$` stays one: names of environment variables keep theirs.
fn to_json(node: &Node, dollars: Dollars) -> Json {
    let double = |text: &str, is_doubled| {
        if is_doubled {
            text.replace('$', "$$")
        } else {
            text.to_owned()
        }
    };
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(number) => Json::Number((*number).into()),
        Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::String(value) => Json::String(double(value, dollars != Dollars::Left)),
        Value::Sequence(items) => items.iter().map(|item| to_json(item, dollars)).collect(),
        Value::Mapping(mapping) => {
            let below = |key: &str| match (dollars, key) {
                (Dollars::All, "environment") => Dollars::Values,
                _ => dollars,
            };
            let pairs = mapping.iter().map(|(key, entry)| {
                let value = to_json(&entry.node, below(key));
                (double(key, dollars == Dollars::All), value)
            });
            Json::Object(pairs.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader::{LoadOptions, LoadRequest, load};

    #[test]
    fn dollars_are_read_back_as_they_are() {
        let text = "services: {a: {image: x, environment: {$: $$}, labels: {$b: c}}}\n";
        let request = LoadRequest {
            files: vec!["-".to_owned()],
            project_name: Some("p".to_owned()),
            current_dir: "/nowhere".into(),
            stdin: Some(text.to_owned()),
            ..LoadRequest::default()
        };
        let printed = load(&request, &LoadOptions::default()).map(|loaded| yaml(&loaded, false));
        let printed = printed
            .map_err(|error| error.diagnostics)
            .expect("it loads");
        assert!(printed.contains("      $: $$\n"), "{printed}");
        assert!(printed.contains("      $$b: c\n"), "{printed}");
    }
}
