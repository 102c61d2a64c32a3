//! What programs outside bring: services with a `provider`, and models.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::loader::node::{Mapping, Node, Value};
use crate::model::{Model, Provider, model_variable};

/// The provider of a service.
pub(super) fn provider(node: &Node) -> Provider {
    let text = |node: &Node| node.scalar_text().unwrap_or_default();
    let values = |node: &Node| match node.as_sequence() {
        Some(items) => items.iter().map(text).collect(),
        None => vec![text(node)],
    };
    let options = entries(node.get("options"));
    Provider {
        kind: node.get("type").map(text).unwrap_or_default(),
        options: options
            .map(|(name, node)| (name.to_owned(), values(node)))
            .collect(),
        program: None,
    }
}

/// The models that a service uses, as the stack defines them.
pub(super) fn models(stack: &Node, service: &Node) -> Vec<Model> {
    let used = entries(service.get("models"));
    used.filter_map(|(name, _)| model(stack, name)).collect()
}

/// The variables that tell a service of its models: the models' references, which are known, are among its variables
/// from the beginning; the names of the variables for the addresses stay below `models`.
pub(super) fn model_variables(stack: &Node, service: &Node, fields: &mut Map<String, Json>) {
    if fields.shift_remove("models").is_none() {
        return;
    }
    let mut addresses = Map::new();
    let mut references = IndexMap::new();
    for (name, wish) in entries(service.get("models")) {
        let variable = |key: &str, suffix| {
            let given = wish.get(key).and_then(Node::as_str);
            given
                .filter(|given| !given.is_empty())
                .map_or_else(|| model_variable(name, suffix), str::to_owned)
        };
        let reference = model(stack, name).map(|model| model.model);
        references.insert(
            variable("model_var", "MODEL"),
            reference.unwrap_or_default(),
        );
        addresses.insert(name.to_owned(), variable("endpoint_var", "URL").into());
    }
    fields.insert("models".to_owned(), addresses.into());
    let environment = fields
        .entry("environment")
        .or_insert_with(|| Json::Object(Map::new()));
    if let Some(environment) = environment.as_object_mut() {
        for (name, reference) in references {
            environment.insert(name, reference.into());
        }
    }
}

fn model(stack: &Node, name: &str) -> Option<Model> {
    let node = stack.at(&["models", name])?;
    let text = |key: &str| node.get(key).and_then(Node::scalar_text);
    let flags = node.get("runtime_flags").and_then(Node::as_sequence);
    Some(Model {
        name: name.to_owned(),
        model: text("model").unwrap_or_default(),
        context_size: match node.get("context_size").map(|node| &node.value) {
            Some(Value::Int(size)) => u64::try_from(*size).ok(),
            _ => None,
        },
        runtime_flags: flags
            .unwrap_or_default()
            .iter()
            .filter_map(Node::scalar_text)
            .collect(),
        program: None,
    })
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    let mapping = node.and_then(Node::as_mapping);
    let entries = mapping.into_iter().flat_map(Mapping::iter);
    entries.map(|(name, entry)| (name, &entry.node))
}
