//! The canonical tree in the form of docker compose's JSON, which differs a little from its YAML.

use super::{Object, STACK, Shape};
use crate::loader::node::{Mapping, Node, Value};

/// Adds `null` for commands that are not set, and removes models and extensions below the top.
pub(in crate::loader) fn json_form(stack: &mut Node) {
    if let Some(stack) = stack.as_mapping_mut() {
        stack.remove("models");
    }
    for entry in stack
        .as_mapping_mut()
        .into_iter()
        .flat_map(Mapping::iter_mut)
    {
        if let Some(field) = STACK.field(entry.0) {
            shape(&mut entry.1.node, &field.shape);
        }
    }
}

fn shape(node: &mut Node, expected: &Shape) {
    match (expected, &mut node.value) {
        (Shape::Either(shapes), Value::Mapping(_) | Value::Sequence(_)) => {
            shapes.iter().for_each(|one| shape(node, one));
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            for node in items {
                shape(node, item);
            }
        }
        (Shape::Map(item) | Shape::Named(item), Value::Mapping(mapping)) => {
            mapping.values_mut().for_each(|node| shape(node, item));
        }
        (Shape::Object(known), Value::Mapping(_)) => object(node, known),
        _ => {}
    }
}

fn object(node: &mut Node, known: &Object) {
    let span = node.span;
    let Value::Mapping(mapping) = &mut node.value else {
        return;
    };
    mapping.retain(|key, _| known.field(key).is_some() && !key.starts_with("x-"));
    for (key, entry) in mapping.iter_mut() {
        if let Some(field) = known.field(key) {
            shape(&mut entry.node, &field.shape);
        }
    }
    for field in known
        .fields
        .iter()
        .filter(|field| matches!(field.shape, Shape::Command))
    {
        if !mapping.contains(field.key) {
            mapping.set(field.key, Node::default_at(Value::Null, span));
        }
    }
}
