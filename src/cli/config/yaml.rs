//! Writes YAML that every reader takes for the same values: whatever some version of YAML reads as a number, a date or
//! a truth value stands in quotes.

use serde_json::Value as Json;

use super::origin::Origins;
use crate::loader::node::{Entry, Node};

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
        // A `$` of a key is doubled in the output.
        let key = key.replace("$$", "$");
        let mapping = self.node.and_then(Node::as_mapping);
        let entry = mapping.and_then(|mapping| mapping.iter().find(|(name, _)| *name == key));
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
    /// Writes the lines of a collection, each behind `indent` spaces; where `begun` is set, the first line's are there.
    fn block(&mut self, value: &Json, place: Place<'_>, indent: usize, begun: bool) {
        match value {
            Json::Object(map) => {
                for (index, (key, value)) in map.iter().enumerate() {
                    if index > 0 || !begun {
                        spaces(indent, &mut self.text);
                    }
                    self.text.push_str(&string(key));
                    self.text.push(':');
                    self.behind(value, place.below(key), indent);
                }
            }
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    spaces(indent, &mut self.text);
                    self.text.push('-');
                    match item {
                        Json::Object(map) if !map.is_empty() => {
                            self.text.push(' ');
                            self.block(item, place.item(index), indent + 2, true);
                        }
                        _ => self.behind(item, place.item(index), indent),
                    }
                }
            }
            _ => {
                self.text.push_str(&scalar(value));
                self.end_line(place);
            }
        }
    }

    /// Writes a value behind a key or a dash.
    fn behind(&mut self, value: &Json, place: Place<'_>, indent: usize) {
        let filled = value.as_object().is_some_and(|map| !map.is_empty())
            || value.as_array().is_some_and(|items| !items.is_empty());
        if filled {
            self.end_line(place);
            return self.block(value, place, indent + 2, false);
        }
        self.text.push(' ');
        let Some((mark, lines)) = value.as_str().and_then(literal) else {
            self.text.push_str(&scalar(value));
            return self.end_line(place);
        };
        self.text.push_str(mark);
        self.end_line(place);
        for line in lines.lines() {
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

/// How a text of several lines can be written as a block: its mark and the text.
fn literal(text: &str) -> Option<(&'static str, &str)> {
    let plain = !text.starts_with([' ', '\n'])
        && text.chars().all(|letter| {
            letter == '\n'
                || (' '..'\u{7f}').contains(&letter)
                || ('\u{a0}'..='\u{2027}').contains(&letter)
        });
    let lines = text.contains('\n') && !text.ends_with("\n\n") && plain;
    lines.then(|| (if text.ends_with('\n') { "|" } else { "|-" }, text))
}

fn scalar(value: &Json) -> String {
    match value {
        Json::String(text) => string(text),
        Json::Object(_) => "{}".to_owned(),
        Json::Array(_) => "[]".to_owned(),
        _ => value.to_string(),
    }
}

/// A string, plain where no reader can take it for anything else, else in the double quotes that JSON and YAML share.
fn string(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    // JSON leaves some control characters that YAML does not allow.
    let quoted = Json::from(text).to_string();
    let escaped = |letter: char| match letter {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
            format!("\\u{:04x}", u32::from(letter))
        }
        _ => letter.to_string(),
    };
    quoted.chars().map(escaped).collect()
}

fn is_plain(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let begins = text
        .starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '$' | '_'))
        || text.starts_with("./")
        || text.starts_with("../");
    let letters =
        |letter: char| letter.is_ascii_alphanumeric() || "_-./@%+=,$:~ {}()?!;^".contains(letter);
    begins
        && text.chars().all(letters)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_something_else_is_quoted() {
        for text in [
            "0755",
            "yes",
            "1e3",
            "~",
            "null",
            "1_000",
            "2001-01-01",
            ".5",
            "12:30",
            "<<",
            "",
            "a: b",
            " a",
            "-",
            "a #b",
        ] {
            assert_eq!(string(text), format!("\"{text}\""));
        }
        for text in [
            "nginx:1.27",
            "/var/lib",
            "./a b",
            "service_healthy",
            "$${A:-b}",
        ] {
            assert_eq!(string(text), text);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = serde_json::json!({
            "list": ["a\nb\n", {"x": 1, "y": ["-", {"z": null}]}, [], {}, ["nested"]],
            "text": "line 1\n\n  line 2",
            "edge": "ends twice\n\n",
            "tab": "\tx\u{7f}é",
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
