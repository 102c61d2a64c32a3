//! Writes YAML byte for byte as docker compose does, which every reader takes for the same values: whatever some version
//! of YAML reads as a number, a date or a truth value stands in quotes.

mod plain;
mod scalar;

use serde_json::Value as Json;

use super::origin::Origins;
use crate::loader::node::{Entry, Node, float_text_below};
use scalar::{Style, block_mark, inline, style};

/// Readers need not take longer keys on one line, in bytes.
const LONGEST_KEY: usize = 128;

/// What some version of YAML reads as the end of a line.
const BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// A document in block style.
pub(in crate::cli) fn document(value: &Json) -> String {
    let mut writer = Writer::default();
    writer.block(value, Place::default(), 0, false);
    writer.text
}

/// A document in block style; behind each line stands in a comment where it comes from. Lines within a text of several
/// lines have none, as a comment would become part of the text.
pub(super) fn with_origins(value: &Json, tree: &Node, origins: &Origins<'_>) -> String {
    let mut writer = Writer {
        origins: Some(origins),
        ..Writer::default()
    };
    let place = Place {
        node: Some(tree),
        ..Place::default()
    };
    writer.block(value, place, 0, false);
    writer.commented()
}

/// Where in the tree a value comes from, where that is known.
#[derive(Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// The value's node.
    pub(super) node: Option<&'a Node>,
    /// The key that it stands under, with its position.
    pub(super) entry: Option<(&'a str, &'a Entry)>,
}

impl Place<'_> {
    fn below(self, key: &str) -> Self {
        let mapping = self.node.and_then(Node::as_mapping);
        // A `$` of a key may be doubled in the output.
        let is_it = |name: &str| name == key || name.replace('$', "$$") == key;
        let entry = mapping.and_then(|mapping| mapping.iter().find(|(name, _)| is_it(name)));
        Self {
            node: entry.map(|(_, entry)| &entry.node),
            entry,
        }
    }

    fn item(self, index: usize) -> Self {
        let items = self.node.and_then(Node::as_sequence);
        Self {
            node: items.and_then(|items| items.get(index)),
            entry: None,
        }
    }
}

/// The text so far, and what stands behind its lines.
#[derive(Default)]
struct Writer<'a> {
    text: String,
    origins: Option<&'a Origins<'a>>,
    /// Comments, each with the offset of the end of its line.
    comments: Vec<(usize, String)>,
}

impl Writer<'_> {
    /// Writes the lines of a value, each behind `indent` spaces; where `begun` is set, the first line's are there.
    fn block(&mut self, value: &Json, place: Place<'_>, indent: usize, begun: bool) {
        match value {
            Json::Object(map) if !map.is_empty() => {
                for (index, (key, value)) in map.iter().enumerate() {
                    if index > 0 || !begun {
                        spaces(indent, &mut self.text);
                    }
                    self.entry(key, value, place.below(key), indent);
                }
            }
            Json::Array(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 || !begun {
                        spaces(indent, &mut self.text);
                    }
                    self.text.push_str("- ");
                    self.beside(item, place.item(index), indent);
                }
            }
            _ => self.scalar(value, place, indent),
        }
    }

    fn entry(&mut self, key: &str, value: &Json, place: Place<'_>, indent: usize) {
        if key.contains(BREAKS) || key.len() > LONGEST_KEY {
            self.text.push_str("? ");
            self.string(key, place, indent);
            spaces(indent, &mut self.text);
            self.text.push_str(": ");
            return self.beside(value, place, indent);
        }
        self.text.push_str(&inline(key));
        self.text.push(':');
        if is_filled(value) {
            self.end_line(place);
            return self.block(value, place, indent + 2, false);
        }
        self.text.push(' ');
        self.scalar(value, place, indent);
    }

    /// Writes a value behind a mark of two letters.
    fn beside(&mut self, value: &Json, place: Place<'_>, indent: usize) {
        if is_filled(value) {
            return self.block(value, place, indent + 2, true);
        }
        self.scalar(value, place, indent);
    }

    /// Writes what is no collection, or an empty one.
    fn scalar(&mut self, value: &Json, place: Place<'_>, indent: usize) {
        match value {
            Json::String(text) => return self.string(text, place, indent),
            Json::Object(_) => self.text.push_str("{}"),
            Json::Array(_) => self.text.push_str("[]"),
            Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(number) => self.text.push_str(&float_text_below(number, 1e6)),
                None => self.text.push_str(&number.to_string()),
            },
            Json::Null | Json::Bool(_) => self.text.push_str(&value.to_string()),
        }
        self.end_line(place);
    }

    fn string(&mut self, text: &str, place: Place<'_>, indent: usize) {
        if style(text) != Style::Block {
            self.text.push_str(&inline(text));
            return self.end_line(place);
        }
        self.text.push_str(&block_mark(text));
        self.end_line(place);
        for line in text.lines() {
            if !line.is_empty() {
                spaces(indent + 2, &mut self.text);
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    fn end_line(&mut self, place: Place<'_>) {
        if let Some(origins) = self.origins {
            self.comments
                .push((self.text.len(), origins.comment(place)));
        }
        self.text.push('\n');
    }

    /// The text with its comments in a column, as far as lines are not too long for that.
    fn commented(&self) -> String {
        const WIDEST: usize = 60;
        let mut lines = Vec::new();
        let mut begin = 0;
        for (end, comment) in &self.comments {
            lines.push((&self.text[begin..*end], comment));
            begin = end + 1;
        }
        let last_line = |text: &str| {
            text.rsplit('\n')
                .next()
                .map_or(0, |line| line.chars().count())
        };
        let widths = lines.iter().map(|(text, _)| last_line(text));
        let column = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
        let mut text = String::new();
        for (line, comment) in lines {
            text.push_str(line);
            spaces(column.saturating_sub(last_line(line)) + 2, &mut text);
            text.push_str("# ");
            text.push_str(comment);
            text.push('\n');
        }
        text.push_str(self.text.get(begin..).unwrap_or_default());
        text
    }
}

fn spaces(count: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(' ', count));
}

fn is_filled(value: &Json) -> bool {
    match value {
        Json::Object(map) => !map.is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn collections_stand_as_docker_compose_writes_them() {
        let long = "k".repeat(LONGEST_KEY + 1);
        let value = json!({
            "empty": {}, "nothing": null, "list": ["a", ["b", ["c"]], [], {"d": ["e"], "f": 1}],
            "text": ["a\n\n  b", {"c": " d\n\n"}],
            "yes": 1.5, "a: b": 3.0, "large": 1e6, "e\nf": {"g": ["h"]}, long.clone(): ["i", "j"],
        });
        let expected = r#"empty: {}
nothing: null
list:
  - a
  - - b
    - - c
  - []
  - d:
      - e
    f: 1
text:
  - |-
    a

      b
  - c: |2+
       d

"yes": 1.5
'a: b': 3
large: 1e+06
? |-
  e
  f
: g:
    - h
"#;
        let expected = format!("{expected}? {long}\n: - i\n  - j\n");
        assert_eq!(document(&value), expected);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = json!({
            "list": ["a\nb\n", {"x": 1, "y": ["-", {"z": null}]}, [], {}, ["nested", ["twice"]]],
            "text": "line 1\n\n  line 2",
            "edges": ["ends twice\n\n", "\n", "\nbegins", "  begins\n", "ends \n", "ends ", " \n"],
            "tab": "\tx\u{7f}é\n\u{2028}",
            "😀": "😀",
            "<<": "<<", "$": "$", "": "",
            "several\nlines": {"a": ["b"]},
            "k".repeat(200): ["c"],
            "on": true,
            "number": 1.5,
        });
        let written = document(&value);
        assert_eq!(
            serde_yaml::from_str::<Json>(&written).unwrap(),
            value,
            "{written}"
        );
    }
}
