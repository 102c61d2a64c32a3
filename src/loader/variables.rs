//! Replaces the variables in the values of a tree, and lists them.

use super::canonical::inside;
use super::error::{Diagnostic, MAX_PROBLEMS, Severity};
use super::interpolate;
use super::node::{Node, Origin, Tag, Value};
use super::request::Environment;
use crate::model::credential::is_credential_name;
use indexmap::IndexMap;
use indexmap::map::Entry;

/// Replaces all variables below a node by those of an environment. Keys are left alone, as is what is reset anyway.
pub(super) fn replace(node: &mut Node, environment: &Environment, problems: &mut Vec<Diagnostic>) {
    if node.tag == Some(Tag::Reset) {
        return;
    }
    match &mut node.value {
        Value::String(text) if text.contains('$') => {
            let text = text.clone();
            replace_in(node, &text, environment, problems);
        }
        Value::Sequence(items) => items
            .iter_mut()
            .for_each(|item| replace(item, environment, problems)),
        Value::Mapping(mapping) => {
            for (key, entry) in mapping.iter_mut() {
                let known = problems.len();
                replace(&mut entry.node, environment, problems);
                if problems.len() > known && is_credential_name(key) {
                    problems[known..].iter_mut().for_each(conceal);
                }
            }
        }
        _ => {}
    }
}

/// Takes the quoted text out of what is said of a malformed variable in a credential.
fn conceal(problem: &mut Diagnostic) {
    if problem.severity == Severity::Error && problem.message.contains('`') {
        "a variable is not written as `$NAME` or `${NAME}`".clone_into(&mut problem.message);
    }
}

fn replace_in(
    node: &mut Node,
    text: &str,
    environment: &Environment,
    problems: &mut Vec<Diagnostic>,
) {
    match interpolate::interpolate(text, |name| environment.get(name).cloned()) {
        Ok(result) => {
            for unset in &result.unset {
                if problems.len() >= MAX_PROBLEMS {
                    break;
                }
                let message = format!("the variable {} is not set and counts as empty", unset.name);
                let span = inside(node, &unset.span);
                problems.push(Diagnostic::warning(message).at(span, "").hint(format!(
                    "set it, or write ${{{}:-}} for an empty value",
                    unset.name
                )));
            }
            if result.text != text && !interpolate::variables(text).is_empty() {
                node.origin = Origin::Interpolation;
            }
            node.value = result.text.into();
        }
        Err(error) => {
            let problem =
                Diagnostic::error(error.kind.to_string()).at(inside(node, &error.span), "");
            problems.push(problem.hint(error.kind.hint()));
        }
    }
}

/// One variable that a stack uses, as `config --variables` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The value it has where it is not set.
    pub default: String,
    /// The value that stands in for it where it is set.
    pub presence: String,
    /// Whether the stack cannot be loaded without it.
    pub required: bool,
}

/// The variables of some trees, in the order of their first use; of several uses the first with a default counts.
pub(super) fn list<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<Variable> {
    let mut found: IndexMap<String, Variable> = IndexMap::new();
    nodes.for_each(|node| collect(node, &mut found));
    found.into_values().collect()
}

fn collect(node: &Node, found: &mut IndexMap<String, Variable>) {
    match &node.value {
        Value::String(text) if text.contains('$') => {
            let mut here = IndexMap::new();
            for interpolate::Variable {
                name,
                default,
                presence,
                required,
                ..
            } in interpolate::variables(text)
            {
                here.insert(
                    name.clone(),
                    Variable {
                        name,
                        default,
                        presence,
                        required,
                    },
                );
            }
            for (name, new) in here {
                match found.entry(name) {
                    Entry::Occupied(mut known)
                        if known.get().default.is_empty() && !new.default.is_empty() =>
                    {
                        known.insert(new);
                    }
                    Entry::Occupied(_) => {}
                    Entry::Vacant(place) => {
                        place.insert(new);
                    }
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Mapping(mapping) => mapping
            .iter()
            .for_each(|(_, entry)| collect(&entry.node, found)),
        _ => {}
    }
}
