//! Gives every value of a canonical tree its final type and leaves out what is empty: the form that `config` prints and
//! that is decoded.

mod scalar;

pub(in crate::loader) use scalar::is_yes;

use self::scalar::{scalar, text};
use super::{Becomes, Field, Object, STACK, Shape, Shown};
use crate::loader::canonical::inside;
use crate::loader::command;
use crate::loader::error::Diagnostic;
use crate::loader::node::{Entry, Mapping, Node, Value};
use indexmap::IndexMap;

/// Settles a whole stack.
pub(in crate::loader) fn settle(stack: &mut Node, problems: &mut Vec<Diagnostic>) {
    let mut problems = Problems {
        found: problems,
        key: "",
    };
    shape(stack, &Shape::Object(&STACK), &mut problems);
}

/// What is found to be wrong, and the key that is being looked at.
struct Problems<'a> {
    found: &'a mut Vec<Diagnostic>,
    key: &'static str,
}

impl Problems<'_> {
    fn push(&mut self, problem: Diagnostic) {
        self.found.push(problem);
    }
}

fn shape(node: &mut Node, expected: &Shape, problems: &mut Problems) {
    match (expected, &mut node.value) {
        (Shape::Scalar(_, becomes), _) => scalar(node, *becomes, problems),
        (Shape::Range(..), _) => scalar(node, Becomes::Int, problems),
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            for node in items {
                shape(node, item, problems);
            }
        }
        (Shape::OneOrMany, Value::String(_)) => node.value = Value::Sequence(vec![node.clone()]),
        (Shape::Repeated, Value::Sequence(items)) => items
            .iter_mut()
            .for_each(|item| item.value = text(&item.value).into()),
        (Shape::Repeated, _) => {
            node.value = Value::Sequence(vec![node.with_value(text(&node.value))]);
        }
        (Shape::Command, Value::String(_)) => command(node, problems),
        (Shape::Test, Value::String(_)) => {
            node.value = Value::Sequence(vec![node.with_value("CMD-SHELL"), node.clone()]);
        }
        (Shape::Pairs(keep_null), _) => pairs(node, *keep_null, problems),
        (Shape::Keys, Value::Mapping(_)) => keys(node),
        (Shape::Hosts, _) => hosts(node, problems),
        (Shape::Map(item) | Shape::Named(item), Value::Mapping(mapping)) => {
            mapping
                .values_mut()
                .for_each(|node| shape(node, item, problems));
        }
        (Shape::Object(known), Value::Mapping(_)) => object(node, known, problems),
        (Shape::Either(shapes), _) => either(node, shapes, problems),
        _ => {}
    }
}

/// Settles by the alternative that fits the value, else by the last.
fn either(node: &mut Node, shapes: &[Shape], problems: &mut Problems) {
    let empty = shapes
        .iter()
        .any(|shape| matches!(shape, Shape::Scalar(_, Becomes::Mapping)));
    if node.is_null() && empty {
        node.value = Mapping::default().into();
    }
    if let Some(fitting) = shapes.iter().find(|shape| fits(shape, &node.value)) {
        shape(node, fitting, problems);
    }
}

/// Whether a shape is that of a value, as far as its kind tells.
fn fits(shape: &Shape, value: &Value) -> bool {
    match value {
        Value::Mapping(_) => matches!(
            shape,
            Shape::Object(_) | Shape::Named(_) | Shape::Map(_) | Shape::Pairs(_)
        ),
        Value::Sequence(_) => matches!(shape, Shape::List(_) | Shape::Set(_) | Shape::Pairs(_)),
        _ => matches!(shape, Shape::Scalar(..)),
    }
}

fn object(node: &mut Node, known: &Object, problems: &mut Problems) {
    let span = node.span;
    let Value::Mapping(mapping) = &mut node.value else {
        return;
    };
    mapping.retain(|key, entry| {
        let Some(field) = known.field(key) else {
            return true;
        };
        problems.key = field.key;
        shape(&mut entry.node, &field.shape, problems);
        is_shown(field, &entry.node)
    });
    for field in known
        .fields
        .iter()
        .filter(|field| field.shown == Shown::Always)
    {
        if !mapping.contains(field.key) {
            mapping.set(field.key, Node::default_at(Mapping::default(), span));
        }
    }
}

fn is_shown(field: &Field, node: &Node) -> bool {
    match field.shown {
        Shown::NotEmpty => !is_empty(node, &field.shape),
        Shown::Set | Shown::Always => !node.is_null(),
    }
}

fn is_empty(node: &Node, shape: &Shape) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Int(value) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::String(text) => match shape {
            Shape::Scalar(_, Becomes::Bytes) => text == "0",
            Shape::Scalar(_, Becomes::Duration) => text == "0s",
            _ => text.is_empty(),
        },
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(mapping) => mapping.is_empty(),
    }
}

fn command(node: &mut Node, problems: &mut Problems) {
    let Some(line) = node.as_str() else { return };
    let Some(command::Line { words, end }) = command::split(line) else {
        let problem = Diagnostic::error("this command line cannot be split into words");
        let hint = "close every quote and parenthesis, or write the command as a list";
        problems.push(problem.at(node.span, "").hint(hint));
        return;
    };
    if let Some(end) = end {
        let warning = Diagnostic::warning("the command ends here: no shell reads it");
        let span = inside(node, &(end..line.len()));
        let hint = "for a shell, write a list: [sh, -c, \"...\"]";
        problems.push(warning.at(span, "the rest is left out").hint(hint));
    }
    node.value = words
        .into_iter()
        .map(|word| node.with_value(word))
        .collect::<Vec<_>>()
        .into();
}

fn pairs(node: &mut Node, keep_null: bool, problems: &mut Problems) {
    let mut mapping = match std::mem::replace(&mut node.value, Value::Null) {
        Value::Mapping(mapping) => mapping,
        Value::Sequence(items) => listed_pairs(&items, problems),
        other => {
            node.value = other;
            return;
        }
    };
    for node in mapping
        .values_mut()
        .filter(|node| !(keep_null && node.is_null()))
    {
        node.value = Value::String(text(&node.value));
    }
    node.value = Value::Mapping(mapping);
}

fn keys(node: &mut Node) {
    let entries = node.as_mapping().into_iter().flat_map(Mapping::iter);
    let mut lines: Vec<Node> = entries
        .map(|(name, entry)| match text(&entry.node.value) {
            path if path.is_empty() => entry.node.with_value(name),
            path => entry.node.with_value(format!("{name}={path}")),
        })
        .collect();
    lines.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    node.value = lines.into();
}

/// `key=value` each, or a key alone, whose value is null.
fn listed_pairs(items: &[Node], problems: &mut Problems) -> Mapping {
    let mut mapping = Mapping::default();
    for item in items {
        let written = text(&item.value);
        let (key, value) = match written.split_once('=') {
            Some((key, value)) => (key, Value::String(value.to_owned())),
            None => (written.as_str(), Value::Null),
        };
        if key.ends_with(char::is_whitespace) {
            problems.push(
                Diagnostic::error(format!(
                    "the variable `{}` has a space before its `=`",
                    key.trim_end()
                ))
                .at(item.span, ""),
            );
        }
        mapping.insert(key, item.span, item.with_value(value));
    }
    mapping
}

fn hosts(node: &mut Node, problems: &mut Problems) {
    let mut addresses: IndexMap<String, Vec<Node>> = IndexMap::new();
    match std::mem::replace(&mut node.value, Value::Null) {
        Value::Mapping(mapping) => {
            for (host, Entry { node, .. }) in mapping {
                let items = match node.value {
                    Value::Sequence(items) => items,
                    _ => vec![node],
                };
                addresses.entry(host).or_default().extend(items);
            }
        }
        Value::Sequence(items) => {
            for item in items {
                let written = text(&item.value);
                let Some((host, listed)) =
                    written.split_once('=').or_else(|| written.split_once(':'))
                else {
                    problems.push(
                        Diagnostic::error("an entry of `extra_hosts` is `host=address`")
                            .at(item.span, "the address is missing"),
                    );
                    continue;
                };
                addresses
                    .entry(host.to_owned())
                    .or_default()
                    .extend(listed.split(',').map(|address| item.with_value(address)));
            }
        }
        other => node.value = other,
    }
    node.value = Value::Sequence(host_lines(addresses, problems));
}

fn host_lines(addresses: IndexMap<String, Vec<Node>>, problems: &mut Problems) -> Vec<Node> {
    let mut lines = Vec::new();
    for (host, nodes) in addresses {
        if let Some(first) = nodes
            .first()
            .filter(|_| host.is_empty() || host.contains([':', '=']))
        {
            problems
                .push(Diagnostic::error(format!("`{host}` is no host name")).at(first.span, ""));
        }
        for node in nodes {
            let written = text(&node.value);
            let address = written
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .filter(|bare| !bare.is_empty());
            lines.push(node.with_value(format!("{host}={}", address.unwrap_or(&written))));
        }
    }
    lines.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    lines
}
