//! Replaces the variables in the values of a tree, and lists them.

use super::canonical::inside;
use super::error::{Diagnostic, MAX_PROBLEMS, Severity};
use super::interpolate;
use super::node::{Node, Origin, Tag, Value};
use super::request::Environment;
use crate::model::credential::{is_credential_name, mask_urls};
use indexmap::IndexMap;
use indexmap::map::Entry;
use std::cell::LazyCell;
use std::ops::Range;

/// Replaces all variables below a node by those of an environment. Keys are left alone, as is what is reset anyway.
pub(super) fn replace(node: &mut Node, environment: &Environment, problems: &mut Vec<Diagnostic>) {
    if node.tag == Some(Tag::Reset) {
        return;
    }
    match &mut node.value {
        Value::String(text) if text.contains('$') => {
            let text = text.clone();
            // An element of a list may be `KEY=VALUE`.
            let known = problems.len();
            let key = text.split_once('=').map(|(key, _)| key);
            replace_in(node, key, &text, environment, problems);
            if problems.len() > known && key.is_some_and(is_credential_name) {
                problems[known..].iter_mut().for_each(conceal);
            }
        }
        Value::Sequence(items) => items
            .iter_mut()
            .for_each(|item| replace(item, environment, problems)),
        Value::Mapping(mapping) => {
            for (key, entry) in mapping.iter_mut() {
                let known = problems.len();
                match &entry.node.value {
                    Value::String(text)
                        if text.contains('$') && entry.node.tag != Some(Tag::Reset) =>
                    {
                        let text = text.clone();
                        replace_in(&mut entry.node, Some(key), &text, environment, problems);
                    }
                    _ => replace(&mut entry.node, environment, problems),
                }
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
    key: Option<&str>,
    text: &str,
    environment: &Environment,
    problems: &mut Vec<Diagnostic>,
) {
    match interpolate::interpolate(text, |name| environment.get(name).cloned()) {
        Ok(result) => {
            // Looked for once, however many variables there are.
            let password = LazyCell::new(|| password_in(text));
            for unset in &result.unset {
                if problems.len() >= MAX_PROBLEMS {
                    break;
                }
                let warning = if may_be_secret(&unset.span, text, key, &password) {
                    // What stands before the `=` of a list's element may be a URL with its password.
                    let key = key.filter(|key| is_credential_name(key) && is_word(key));
                    let place =
                        key.map_or("this URL".to_owned(), |key| format!("the value of `{key}`"));
                    Diagnostic::warning(format!(
                        "a variable in {place} is not set and counts as empty"
                    ))
                    .hint("write `$$` for a dollar sign that is part of the value, `${NAME}` for a variable")
                } else {
                    let name = &unset.name;
                    let message = format!("the variable {name} is not set and counts as empty");
                    Diagnostic::warning(message)
                        .hint(format!("set it, or write ${{{name}:-}} for an empty value"))
                };
                problems.push(warning.at(inside(node, &unset.span), ""));
            }
            if result.text != text && interpolate::uses_variables(text) {
                node.origin = Origin::Interpolation;
            }
            node.value = result.text.into();
        }
        Err(error) => {
            let problem =
                Diagnostic::error(error.kind.to_string()).at(inside(node, &error.span), "");
            let mut problem = problem.hint(error.kind.hint());
            if overlap(password_in(text).as_ref(), &error.span) || speaks_of_credentials(text) {
                conceal(&mut problem);
            }
            problems.push(problem);
        }
    }
}

/// Whether what stands behind a `$` may be a part of a credential rather than a name: there are no braces around it, but
/// other letters beside it or small ones in it, and the value is a credential's or a URL with a password there.
fn may_be_secret(
    name: &Range<usize>,
    text: &str,
    key: Option<&str>,
    password: &LazyCell<Option<Range<usize>>, impl FnOnce() -> Option<Range<usize>>>,
) -> bool {
    let before = &text[..name.start];
    let is_bare = !before.ends_with('{');
    let listed = key.filter(|key| before.len() > key.len() && text.starts_with(&format!("{key}=")));
    let value_at = listed.map_or(0, |key| key.len() + 1);
    let is_whole = before.len() == value_at + 1 && name.end == text.len();
    let is_alone = is_whole && !text[name.clone()].contains(|c: char| c.is_ascii_lowercase());
    let is_credential = key.is_some_and(is_credential_name);
    is_bare && !is_alone && (is_credential || overlap(password.as_ref(), name))
}

/// Whether there is a name of a credential in a text: what follows it may be one.
fn speaks_of_credentials(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c));
    words.any(is_credential_name)
}

fn is_word(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// The part of a text that holds all that is masked as passwords of URLs.
fn password_in(text: &str) -> Option<Range<usize>> {
    let masked = mask_urls(text);
    let same = |(ours, theirs): &(u8, u8)| ours == theirs;
    let before = text.bytes().zip(masked.bytes()).take_while(same).count();
    let behind = text.bytes().rev().zip(masked.bytes().rev());
    let behind = behind.take_while(same).count();
    (masked != text).then(|| before..text.len() - behind.min(text.len()))
}

fn overlap(password: Option<&Range<usize>>, part: &Range<usize>) -> bool {
    password.is_some_and(|password| part.end > password.start && part.start < password.end)
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
