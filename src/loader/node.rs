//! The tree of a stack file: every value with its position, its tag and where it came from.

mod mapping;

pub use mapping::{Entry, Mapping};

use super::span::Span;

/// A value of a stack file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value itself.
    pub value: Value,
    /// Where it was written; for a value that a pass made, the text that led to it.
    pub span: Span,
    /// How a scalar was written.
    pub style: Style,
    /// `!reset` or `!override`.
    pub tag: Option<Tag>,
    /// Which way the value came into the tree.
    pub origin: Origin,
}

/// The kinds of values. Numbers follow the rules of go-yaml: a plain `0755` is 493.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`; `yes`, `on` and the like are strings.
    Bool(bool),
    /// A whole number that fits into 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(String),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping.
    Mapping(Mapping),
}

/// How a scalar was written in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes; also all collections and values that a pass made.
    Plain,
    /// In quotes or as a block: a string whatever it looks like.
    Quoted,
}

/// The tags that steer merging (compose specification, "Merge": reset value, replace value).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: the attribute is removed.
    Reset,
    /// `!override`: the attribute is replaced, not merged.
    Override,
}

/// Which way a value came into the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in a stack file.
    Plain,
    /// From a file named by `include`.
    Include,
    /// From a service named by `extends`.
    Extends,
    /// From a stack file after the first.
    Override,
    /// Contained a variable that was replaced.
    Interpolation,
    /// Written nowhere: the specification's default.
    Default,
}

impl Node {
    /// The keys and positions that lead to what was written at this place, such as `services.web.ports[0]`.
    pub fn path_at(&self, place: Span) -> String {
        let mut path = String::new();
        let mut node = self;
        // Of what begins before the place, the last is what it is in; what an alias stands for begins elsewhere.
        loop {
            let begins = |at: Span| at.file == place.file && at.start <= place.start;
            match &node.value {
                Value::Mapping(mapping) => {
                    let before = mapping.iter().filter(|(_, entry)| begins(entry.key_span));
                    let Some((key, entry)) = before.max_by_key(|(_, entry)| entry.key_span.start)
                    else {
                        return path;
                    };
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                    node = &entry.node;
                }
                Value::Sequence(items) => {
                    let before = items
                        .iter()
                        .enumerate()
                        .filter(|(_, item)| begins(item.span));
                    let Some((index, item)) = before.max_by_key(|(_, item)| item.span.start) else {
                        return path;
                    };
                    path = format!("{path}[{index}]");
                    node = item;
                }
                _ => return path,
            }
        }
    }

    /// Makes an untagged node as a stack file would hold it.
    pub fn new(value: impl Into<Value>, span: Span) -> Self {
        Self {
            value: value.into(),
            span,
            style: Style::Plain,
            tag: None,
            origin: Origin::Plain,
        }
    }

    /// Makes a node for a default, at the position of what led to it.
    pub fn default_at(value: impl Into<Value>, span: Span) -> Self {
        Self {
            origin: Origin::Default,
            ..Self::new(value, span)
        }
    }

    /// This node without its value: position, tag and origin.
    pub(crate) fn bare(&self) -> Self {
        self.with_value(Value::Null)
    }

    /// The same node with another value: position, tag and origin stay.
    #[must_use]
    pub fn with_value(&self, value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            span: self.span,
            style: self.style,
            tag: self.tag,
            origin: self.origin,
        }
    }

    /// The string, where it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The mapping, where it is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The mapping to change, where it is one.
    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        match &mut self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The elements, where it is a sequence.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The elements to change, where it is a sequence.
    pub fn as_sequence_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value under a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?.get(key)
    }

    /// The value under a key to change, where this is a mapping that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_mapping_mut()?.get_mut(key)
    }

    /// The value below this one under a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A scalar as text: strings as they are, numbers and booleans as Go prints them, null as nothing.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::Null => Some(String::new()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float(value) => Some(float_text(*value)),
            Value::String(text) => Some(text.clone()),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Whether both hold the same value, wherever it was written and in whatever order its keys stand.
    pub(crate) fn same_value(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Sequence(left), Value::Sequence(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|(left, right)| left.same_value(right))
            }
            (Value::Mapping(left), Value::Mapping(right)) => {
                let same = |(key, entry): (&str, &Entry)| {
                    right
                        .get(key)
                        .is_some_and(|other| entry.node.same_value(other))
                };
                left.len() == right.len() && left.iter().all(same)
            }
            (left, right) => left == right,
        }
    }

    /// Sets the origin of this node and of everything below it that was plainly written.
    pub fn mark(&mut self, origin: Origin) {
        if self.origin == Origin::Plain {
            self.origin = origin;
        }
        match &mut self.value {
            Value::Sequence(items) => items.iter_mut().for_each(|item| item.mark(origin)),
            Value::Mapping(mapping) => mapping.values_mut().for_each(|node| node.mark(origin)),
            _ => {}
        }
    }
}

/// Go's `%v` of a float: the shortest text, with an exponent below 1e-4 and from 1e21 on.
pub(crate) fn float_text(value: f64) -> String {
    float_text_below(value, 1e21)
}

/// The same with an exponent from another size on.
pub(crate) fn float_text_below(value: f64, exponent_from: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..exponent_from).contains(&size) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = exponent
            .strip_prefix('-')
            .map_or(('+', exponent), |digits| ('-', digits));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    value.to_string()
}

impl Value {
    /// What people call this kind of value in a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::Sequence(_) => "list",
            Self::Mapping(_) => "mapping",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Vec<Node>> for Value {
    fn from(items: Vec<Node>) -> Self {
        Self::Sequence(items)
    }
}

impl From<Mapping> for Value {
    fn from(mapping: Mapping) -> Self {
        Self::Mapping(mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_as_go_prints_them() {
        for (value, text) in [
            (1.5, "1.5"),
            (1.0, "1"),
            (0.00001, "1e-05"),
            (1e21, "1e+21"),
            (-0.25, "-0.25"),
        ] {
            assert_eq!(float_text(value), text);
        }
    }
}
