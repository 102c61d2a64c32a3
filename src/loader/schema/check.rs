//! Does a tree have the shapes of the specification? Every deviation is reported, with its place.

use super::words::is_name;
use super::{BOOL, FLOAT, INT, Kinds, LIST, MAP, NULL, NUMBER, Object, Shape, TEXT};
use crate::loader::error::Diagnostic;
use crate::loader::node::{Mapping, Node, Origin, Value};
use crate::loader::span::Span;
use std::collections::HashMap;

/// Checks a whole stack file, short and long forms alike.
pub(in crate::loader) fn check(stack: &Node, problems: &mut Vec<Diagnostic>) {
    let mut check = Check {
        path: Vec::new(),
        problems,
    };
    match &stack.value {
        Value::Mapping(mapping) => check.object(mapping, stack.span, &super::STACK),
        Value::Null => {}
        _ => check.problems.push(
            Diagnostic::error("a stack file must be a mapping")
                .at(stack.span, format!("this is a {}", stack.value.kind())),
        ),
    }
}

struct Check<'a, 't> {
    path: Vec<Step<'t>>,
    problems: &'a mut Vec<Diagnostic>,
}

/// One step on the way to a place; a text is made of it only where there is something to say.
#[derive(Clone, Copy)]
enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Check<'_, 't> {
    fn report(&mut self, message: String, span: Span, label: impl Into<String>) {
        self.problems
            .push(Diagnostic::error(message).at(span, label));
    }

    fn place(&self) -> String {
        let text = |step: &Step<'t>| match step {
            Step::Key(key) => (*key).to_owned(),
            Step::Index(index) => index.to_string(),
        };
        self.path.iter().map(text).collect::<Vec<_>>().join(".")
    }

    fn shape(&mut self, node: &'t Node, shape: &Shape) {
        if kind(node) & kinds(shape) == 0 {
            let message = format!("`{}` must be {}", self.place(), words(kinds(shape)));
            self.report(message, node.span, format!("this is {}", words(kind(node))));
            return;
        }
        match (shape, &node.value) {
            (Shape::Range(low, high), Value::Int(number)) if number < low || number > high => {
                let message = format!("`{}` must be {}", self.place(), range_words(*low, *high));
                self.report(message, node.span, "");
            }
            (Shape::Word(known), Value::String(text)) if !known.contains(&text.as_str()) => {
                self.word(node, text, known);
            }
            (Shape::Form(fits, looks, _), Value::String(text)) if !fits(text) => {
                let message = format!("`{}` must look like this: {looks}", self.place());
                self.report(message, node.span, "");
            }
            (Shape::List(item), Value::Sequence(items)) => self.items(items, item),
            (Shape::Repeated, Value::Sequence(items)) => {
                self.items(
                    items,
                    &Shape::Scalar(TEXT | NUMBER | BOOL, super::Becomes::Text),
                );
            }
            (Shape::Set(item), Value::Sequence(items)) => {
                self.items(items, item);
                self.different(items);
            }
            (
                Shape::OneOrMany | Shape::Pairs(_) | Shape::Keys | Shape::Hosts,
                Value::Sequence(items),
            ) => {
                self.items(items, &super::STRING);
                self.different(items);
            }
            (Shape::Command | Shape::Test, Value::Sequence(items)) => {
                self.items(items, &super::STRING);
            }
            (Shape::Pairs(_) | Shape::Keys, Value::Mapping(mapping)) => self.values(
                mapping,
                &Shape::Scalar(TEXT | NUMBER | BOOL | NULL, super::Becomes::Text),
            ),
            (Shape::Hosts, Value::Mapping(mapping)) => self.values(
                mapping,
                &Shape::Either(&[super::STRING, super::STRING_LIST]),
            ),
            (Shape::Map(value), Value::Mapping(mapping)) => self.values(mapping, value),
            (Shape::Named(value), Value::Mapping(mapping)) => self.names(mapping, value),
            (Shape::Object(object), Value::Mapping(mapping)) => {
                self.object(mapping, node.span, object);
            }
            (Shape::Either(shapes), _) => {
                if let Some(shape) = shapes.iter().find(|shape| kind(node) & kinds(shape) != 0) {
                    self.shape(node, shape);
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, node: &Node, text: &str, known: &[&str]) {
        let message = format!("`{}` must be {}", self.place(), one_of(known));
        let written = if node.origin == Origin::Interpolation {
            ""
        } else {
            text
        };
        self.problems.push(
            Diagnostic::error(message)
                .at(node.span, "")
                .did_you_mean(written, known.iter().copied()),
        );
    }

    fn items(&mut self, items: &'t [Node], shape: &Shape) {
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Index(index));
            self.shape(item, shape);
            self.path.pop();
        }
    }

    /// No two elements of a list may be equal.
    fn different(&mut self, items: &[Node]) {
        if items.len() < 2 {
            return;
        }
        let mut seen: HashMap<String, Span> = HashMap::with_capacity(items.len());
        for item in items {
            if let Some(first) = seen.insert(fingerprint(item), item.span) {
                let message = format!("`{}` has the same element twice", self.place());
                self.problems.push(
                    Diagnostic::error(message)
                        .at(item.span, "again here")
                        .at(first, "first here"),
                );
            }
        }
    }

    fn values(&mut self, mapping: &'t Mapping, shape: &Shape) {
        for (key, entry) in mapping.iter() {
            self.path.push(Step::Key(key));
            self.shape(&entry.node, shape);
            self.path.pop();
        }
    }

    fn names(&mut self, mapping: &'t Mapping, shape: &Shape) {
        for (key, entry) in mapping.iter().filter(|(key, _)| !is_name(key)) {
            let message = format!("`{key}` is no name for an entry of `{}`", self.place());
            self.problems.push(
                Diagnostic::error(message)
                    .at(entry.key_span, "")
                    .hint("names consist of letters, digits, `.`, `_` and `-`"),
            );
        }
        self.values(mapping, shape);
    }

    fn object(&mut self, mapping: &'t Mapping, span: Span, object: &Object) {
        for (key, entry) in mapping.iter() {
            match object.field(key) {
                Some(field) => {
                    self.path.push(Step::Key(key));
                    self.shape(&entry.node, &field.shape);
                    self.path.pop();
                }
                None if object.extensions && key.starts_with("x-") => {}
                None => self.unknown(key, entry.key_span, object),
            }
        }
        for key in object.required.iter().filter(|key| !mapping.contains(key)) {
            let message = format!("`{}` lacks the key `{key}`", self.place());
            self.report(message, span, "");
        }
    }

    fn unknown(&mut self, key: &str, span: Span, object: &Object) {
        let place = if self.path.is_empty() {
            "at the top of a stack file".to_owned()
        } else {
            format!("in `{}`", self.place())
        };
        let problem = Diagnostic::error(format!("unknown key `{key}` {place}")).at(span, "");
        let top = super::STACK.field(key).is_some() && !self.path.is_empty();
        let section = match &self.path[..] {
            [Step::Key("services"), Step::Key(name)] => Some(*name),
            _ => None,
        };
        let section = section.filter(|name| super::STACK.field(name).is_some());
        self.problems.push(match section.or(top.then_some(key)) {
            Some(name) => problem.hint(format!(
                "`{name}` belongs at the top of the file: is it indented too far?"
            )),
            None => problem.did_you_mean(key, object.fields.iter().map(|field| field.key)),
        });
    }
}

/// The kinds that a shape takes.
fn kinds(shape: &Shape) -> Kinds {
    match shape {
        Shape::Scalar(kinds, _) => *kinds,
        Shape::Range(..) => INT | TEXT,
        Shape::Word(_) | Shape::Form(..) => TEXT,
        Shape::List(_) | Shape::Set(_) => LIST,
        Shape::OneOrMany | Shape::Test => TEXT | LIST,
        Shape::Repeated => TEXT | NUMBER | BOOL | LIST,
        Shape::Command => NULL | TEXT | LIST,
        Shape::Pairs(_) | Shape::Keys | Shape::Hosts => MAP | LIST,
        Shape::Map(_) | Shape::Named(_) | Shape::Object(_) => MAP,
        Shape::Either(shapes) => shapes.iter().fold(0, |all, shape| all | kinds(shape)),
    }
}

fn kind(node: &Node) -> Kinds {
    match &node.value {
        Value::Null => NULL,
        Value::Bool(_) => BOOL,
        Value::Int(_) => INT,
        Value::Float(number) if number.fract() == 0.0 => INT,
        Value::Float(_) => FLOAT,
        Value::String(_) => TEXT,
        Value::Sequence(_) => LIST,
        Value::Mapping(_) => MAP,
    }
}

/// Kinds in words: `a boolean or string`.
fn words(kinds: Kinds) -> String {
    let number = if kinds & FLOAT != 0 {
        "number"
    } else {
        "integer"
    };
    let names = [
        (NULL, "null"),
        (BOOL, "boolean"),
        (NUMBER, number),
        (TEXT, "string"),
        (LIST, "list"),
        (MAP, "mapping"),
    ];
    let names: Vec<&str> = names
        .iter()
        .filter(|(bit, _)| kinds & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    let article = match names.first() {
        Some(&"null") => "",
        Some(&"integer") => "an ",
        _ => "a ",
    };
    let (last, others) = names.split_last().unwrap_or((&"nothing", &[]));
    if others.is_empty() {
        format!("{article}{last}")
    } else {
        format!("{article}{} or {last}", others.join(", "))
    }
}

fn one_of(known: &[&str]) -> String {
    let quoted: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => {
            format!("one of {} or {last}", others.join(", "))
        }
        _ => quoted.concat(),
    }
}

fn range_words(low: i64, high: i64) -> String {
    if high == i64::MAX {
        format!("at least {low}")
    } else {
        format!("between {low} and {high}")
    }
}

/// A text that is the same for equal values only.
fn fingerprint(node: &Node) -> String {
    match &node.value {
        Value::Sequence(items) => items
            .iter()
            .map(fingerprint)
            .collect::<Vec<_>>()
            .join("\u{1}"),
        Value::Mapping(mapping) => {
            let mut pairs: Vec<String> = mapping
                .iter()
                .map(|(key, entry)| format!("{key}\u{2}{}", fingerprint(&entry.node)))
                .collect();
            pairs.sort();
            format!("\u{3}{}", pairs.join("\u{1}"))
        }
        _ => format!(
            "{}\u{4}{}",
            kind(node),
            node.scalar_text().unwrap_or_default()
        ),
    }
}
