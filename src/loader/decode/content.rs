//! Configs and secrets, and the services' references to them (specification: configs, secrets).

use super::{Decode, json};
use crate::loader::error::Diagnostic;
use crate::loader::node::{Entry, Node, Value};
use crate::model::{Config, Content, ContentSource, Positions};
use serde_json::{Map, Value as Json, json as object};

/// The folder that a config's target is relative to.
pub(super) const CONFIGS: &str = "/";
/// The folder that a secret's target is relative to.
pub(super) const SECRETS: &str = "/run/secrets/";

/// Nobody may write a config or a secret: the specification has these bits ignored.
const NO_WRITING: u32 = 0o555;

impl Decode<'_> {
    /// A config or secret. What it holds is filled in where the stack file or a variable has it.
    pub(super) fn content(&mut self, entry: &Entry) -> Option<Config> {
        let text = |key: &str| entry.node.get(key).and_then(Node::as_str);
        let is_external = entry
            .node
            .get("external")
            .is_some_and(|external| external.value != Value::Bool(false));
        let (source, content) = if is_external {
            (ContentSource::External, None)
        } else if let Some(path) = text("file") {
            (ContentSource::File(path.into()), None)
        } else if let Some(variable) = text("environment") {
            let value = self.environment.get(variable).map(String::as_str);
            (ContentSource::Environment(variable.to_owned()), value)
        } else {
            (ContentSource::Inline, Some(text("content")?))
        };
        Some(Config {
            source,
            content: content.map(|text| Content::new(text.as_bytes())),
            positions: self.places.positions(entry),
        })
    }

    /// The files that a service is granted below `key`, as the model has them: absolute targets in `folder`, numbers for
    /// owners and modes.
    pub(super) fn file_references(
        &mut self,
        fields: &mut Map<String, Json>,
        node: &Node,
        key: &str,
        folder: &str,
    ) {
        let Some(items) = node.get(key).and_then(Node::as_sequence) else {
            return;
        };
        let references = items
            .iter()
            .map(|item| self.file_reference(item, folder))
            .collect();
        fields.insert(key.to_owned(), references);
    }

    fn file_reference(&mut self, item: &Node, folder: &str) -> Json {
        let text = |key: &str| item.get(key).and_then(Node::as_str).unwrap_or_default();
        let source = text("source");
        let target = match text("target") {
            "" => format!("{folder}{source}"),
            target if target.starts_with('/') => target.to_owned(),
            target => format!("{folder}{target}"),
        };
        let mut reference = object!({ "source": source, "target": target });
        for key in ["uid", "gid"] {
            let Some(node) = item.get(key).filter(|_| !text(key).is_empty()) else {
                continue;
            };
            match text(key).parse::<u32>() {
                Ok(number) => reference[key] = number.into(),
                Err(_) => self.problems.push(
                    Diagnostic::error(format!("`{key}` of a config or secret is a number"))
                        .at(node.span, "")
                        .hint("names are known inside the container only"),
                ),
            }
        }
        // Other words have been refused already.
        if let Ok(mode) = u32::from_str_radix(text("mode"), 8) {
            reference["mode"] = (mode & NO_WRITING).into();
        }
        reference
    }

    /// Notes where the contents of the configs and secrets of a service stand, as `configs.NAME.content`.
    pub(super) fn content_places(&mut self, service: &Node, positions: &mut Positions) {
        let mut found = Vec::new();
        for section in ["configs", "secrets"] {
            let items = service.get(section).and_then(Node::as_sequence);
            for item in items.unwrap_or_default() {
                let Some(name) = item.get("source").and_then(Node::as_str) else {
                    continue;
                };
                found.push((format!("{section}.{name}"), item.span));
                let defined = self.stack.at(&[section, name]);
                let source = defined.and_then(|defined| {
                    let keys = ["file", "environment", "content"];
                    keys.into_iter().find_map(|key| defined.get(key))
                });
                if let Some(source) = source {
                    found.push((format!("{section}.{name}.content"), source.span));
                }
            }
        }
        for (path, span) in found {
            positions.insert(&path, self.places.position(span));
        }
    }
}

/// The hooks of a service; variables that nobody gives a value are none.
pub(super) fn hooks(node: Option<&Node>) -> Json {
    let items = node.and_then(Node::as_sequence).unwrap_or_default();
    let hook = |node: &Node| {
        let mut hook = json(node);
        if let Some(fields) = hook.as_object_mut() {
            super::service::drop_nulls(fields, "environment");
            fields.retain(|_, value| !value.is_null());
        }
        hook
    };
    items.iter().map(hook).collect()
}
