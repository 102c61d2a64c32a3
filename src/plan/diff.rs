//! What changed, field by field.

use std::fmt;

use serde::Deserialize as _;
use serde_json::Value;

use crate::model::credential::{MASK, is_credential_name, mask_urls};
use crate::model::{Mount, Port, Position, Positions};

/// One field that the file says otherwise than what was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's path in the service, such as `environment.DEBUG`; without values what of it changed is part of it,
    /// as in `configs.motd: its content`.
    pub path: String,
    /// The value applied; none where the field is new, empty where it speaks for itself. Credentials are masked already.
    pub from: Option<String>,
    /// The value in the file; none where the field is gone, empty where it speaks for itself. Credentials are masked
    /// already.
    pub to: Option<String>,
    /// Where the file says so.
    pub position: Option<Position>,
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{}: {from} -> {to}", self.path)?,
            (None, Some(to)) if to.is_empty() => write!(f, "{} added", self.path)?,
            (Some(from), None) if from.is_empty() => write!(f, "{} removed", self.path)?,
            (None, Some(to)) => write!(f, "{}: {to} added", self.path)?,
            (Some(from), None) => write!(f, "{}: {from} removed", self.path)?,
            (None, None) => write!(f, "{} changed", self.path)?,
        }
        match &self.position {
            Some(position) => write!(f, "  {position}"),
            None => Ok(()),
        }
    }
}

/// The fields in which two JSON forms of one thing differ, in the order of the desired one; then what is gone.
pub fn changes(applied: &Value, desired: &Value, positions: &Positions) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare("", applied, desired, positions, &mut found);
    found
}

fn compare(
    path: &str,
    applied: &Value,
    desired: &Value,
    positions: &Positions,
    found: &mut Vec<FieldChange>,
) {
    match (applied, desired) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, to) in after {
                compare(
                    &join(path, key),
                    before.get(key).unwrap_or(&Value::Null),
                    to,
                    positions,
                    found,
                );
            }
            for (key, from) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
                compare(&join(path, key), from, &Value::Null, positions, found);
            }
        }
        // A field that comes or goes is named by its entries where it has names, so that each has its own line.
        (Value::Object(before), Value::Null) if !before.is_empty() => {
            before.iter().for_each(|(key, from)| {
                compare(&join(path, key), from, &Value::Null, positions, found);
            });
        }
        (Value::Null, Value::Object(after)) if !after.is_empty() => {
            after.iter().for_each(|(key, to)| {
                compare(&join(path, key), &Value::Null, to, positions, found);
            });
        }
        (Value::Array(before), Value::Array(after))
            if before.len() == after.len() && after.iter().all(Value::is_object) =>
        {
            for (i, (from, to)) in before.iter().zip(after).enumerate() {
                compare(&format!("{path}[{i}]"), from, to, positions, found);
            }
        }
        (Value::Array(before), Value::Array(after))
            if before.iter().chain(after).all(Value::is_object) =>
        {
            entries(path, before, after, positions, found);
        }
        (Value::Null, Value::Array(after)) if is_section(after) => {
            entries(path, &[], after, positions, found);
        }
        (Value::Array(before), Value::Null) if is_section(before) => {
            entries(path, before, &[], positions, found);
        }
        // Where the config or secret itself comes or goes, its other fields say so.
        (Value::Null, _) | (_, Value::Null) if is_content(path) => {}
        (from, to) if from != to && is_content(path) => found.push(FieldChange {
            path: format!(
                "{}: its content",
                path.trim_end_matches(".content").replacen(
                    "security_profiles.",
                    "security_opt seccomp=",
                    1
                )
            ),
            from: None,
            to: None,
            position: positions
                .find(if path.starts_with("security_profiles.") {
                    "security_opt"
                } else {
                    path
                })
                .cloned(),
        }),
        (from, to) if from != to => found.push(FieldChange {
            path: path.to_owned(),
            from: shown(path, from),
            to: shown(path, to),
            position: positions.find(path).cloned(),
        }),
        _ => {}
    }
}

/// Entries of a list that come or go, each on its own: the others stay where they are.
fn entries(
    path: &str,
    before: &[Value],
    after: &[Value],
    positions: &Positions,
    found: &mut Vec<FieldChange>,
) {
    let shown_entry = |entry: &Value| {
        if let Some(short) = short(path, entry) {
            return Some(short);
        }
        let mut entry = entry.clone();
        if let Value::Object(fields) = &mut entry {
            // Of a hook's variables only fingerprints are known.
            let is_told = |key: &str| path != "post_start" || key != "environment";
            fields.retain(|key, value| !is_unset(value) && is_told(key));
        }
        shown(path, &entry)
    };
    let mut left: Vec<&Value> = before.iter().collect();
    for (index, entry) in after.iter().enumerate() {
        if let Some(same) = left.iter().position(|other| *other == entry) {
            left.remove(same);
            continue;
        }
        let path = format!("{path}[{index}]");
        found.push(FieldChange {
            from: None,
            to: shown_entry(entry),
            position: positions.find(&path).cloned(),
            path,
        });
    }
    found.extend(left.into_iter().map(|entry| FieldChange {
        path: path.to_owned(),
        from: shown_entry(entry),
        to: None,
        position: positions.find(path).cloned(),
    }));
}

/// Whether a list is one of mappings, as ports and volumes are.
fn is_section(entries: &[Value]) -> bool {
    !entries.is_empty() && entries.iter().all(Value::is_object)
}

/// A port or a mount as the short form of stack files has it (`8080:80/tcp`, `data:/data:ro`), where that says all.
fn short(path: &str, entry: &Value) -> Option<String> {
    match path {
        "ports" => Port::deserialize(entry).ok()?.short(),
        "volumes" => Mount::deserialize(entry).ok()?.short(),
        _ => None,
    }
}

/// Whether a field of an entry says nothing.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Whether the field is the fingerprint of what a config, a secret or a security profile holds.
fn is_content(path: &str) -> bool {
    let sections = ["configs.", "secrets.", "security_profiles."];
    path.ends_with(".content") && sections.iter().any(|section| path.starts_with(section))
}

/// Whether the field is a variable of a hook, of which only a fingerprint is known.
fn is_hook_variable(path: &str) -> bool {
    let is_hook = path.starts_with("post_start[") || path.starts_with("pre_start[");
    is_hook && path.contains("].environment.")
}

/// The value as people see it: JSON, credentials masked.
fn shown(path: &str, value: &Value) -> Option<String> {
    if value.is_null() {
        None
    } else if is_hook_variable(path) || path.rsplit('.').next().is_some_and(is_credential_name) {
        Some(MASK.to_owned())
    } else {
        Some(mask_urls(&value.to_string()))
    }
}

#[cfg(test)]
mod tests;
