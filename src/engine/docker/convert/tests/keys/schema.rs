//! The table beside the JSON Schema: no key is left out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Row, table};

/// Keys that are no field of a container, with all below them, and what they are.
const ELSEWHERE: &[(&str, &str)] = &[
    ("attach", "which logs an attached `up` shows"),
    (
        "build",
        "how the image is built: the tests of the build have its keys",
    ),
    ("configs", "files in containers: tested with the engine"),
    ("container_name", "the name in the call's address"),
    ("depends_on", "steps of the plan"),
    ("deploy.endpoint_mode", "told as not carried"),
    ("deploy.labels", "told as not carried"),
    ("deploy.mode", "how many replicas"),
    ("deploy.placement", "told as not carried"),
    ("deploy.replicas", "how many replicas"),
    ("deploy.resources.reservations.cpus", "told as not carried"),
    (
        "deploy.resources.reservations.generic_resources",
        "told as not carried",
    ),
    ("deploy.restart_policy.delay", "told as not carried"),
    ("deploy.restart_policy.window", "told as not carried"),
    ("deploy.rollback_config", "told as not carried"),
    ("deploy.update_config", "told as not carried"),
    ("develop", "what `watch` does"),
    ("extends", "gone when the file is loaded"),
    ("models", "brought by a program outside"),
    ("platform", "a parameter of the call's address"),
    ("post_start", "done by exec"),
    (
        "pre_start",
        "containers of their own: tested with the engine",
    ),
    ("pre_stop", "done by exec"),
    ("profiles", "which services are enabled"),
    ("provider", "brought by a program outside"),
    ("pull_policy", "steps of the plan"),
    ("pull_refresh_after", "steps of the plan"),
    ("scale", "how many replicas"),
    ("secrets", "files in containers: tested with the engine"),
    (
        "use_api_socket",
        "a mount and a file: tested with the engine",
    ),
    ("x-ready", "how waits are done"),
];

fn schema() -> Value {
    let text = include_str!("../../../../../../schemas/windlass.schema.json");
    serde_json::from_str(text).unwrap()
}

/// All paths of keys below a place of the schema; of mappings with free keys, those of their values.
fn keys_below(schema: &Value, place: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = place["$ref"]
        .as_str()
        .and_then(|text| text.strip_prefix("#/$defs/"))
    {
        return keys_below(schema, &schema["$defs"][name], path, found);
    }
    for other in place["anyOf"].as_array().into_iter().flatten() {
        keys_below(schema, other, path, found);
    }
    for other in ["items", "additionalProperties"] {
        if place[other].is_object() {
            keys_below(schema, &place[other], path, found);
        }
    }
    for (key, below) in place["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        keys_below(schema, below, &path, found);
        found.insert(path);
    }
}

/// The paths of all mapping keys in a fragment, as many as there can be: names among them are no keys of the schema.
fn keys_in(value: &Value, paths: &[String], found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys_in(item, paths, found)),
        Value::Object(fields) => {
            for (key, below) in fields {
                // A name in a mapping with free keys is no part of the path.
                let mut next = paths.to_vec();
                next.extend(paths.iter().map(|path| format!("{path}.{key}")));
                if paths.is_empty() {
                    next.push(key.clone());
                }
                found.extend(next.iter().cloned());
                keys_in(below, &next, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_table_has_every_key_of_the_schema() {
    let schema = schema();
    let mut keys = BTreeSet::new();
    keys_below(&schema, &schema["$defs"]["service"], "", &mut keys);
    let mut tested = BTreeSet::new();
    for Row(fragment, _) in table() {
        let fragment: Value = serde_yaml::from_str(fragment).unwrap();
        keys_in(&fragment, &[], &mut tested);
    }
    let elsewhere = |key: &str| {
        ELSEWHERE.iter().any(|(listed, _)| {
            key.strip_prefix(listed)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    let missing: Vec<&String> = keys
        .iter()
        .filter(|key| !tested.contains(*key) && !elsewhere(key))
        .collect();
    assert!(
        missing.is_empty(),
        "neither in the table nor elsewhere: {missing:#?}"
    );
    for (key, what) in ELSEWHERE {
        assert!(
            keys.contains(*key),
            "{key} ({what}) is no key of the schema"
        );
        assert!(
            !tested.contains(*key),
            "{key} is in the table, and no reason is needed"
        );
    }
}
