//! Writes YAML that every reader takes for the same values: whatever some version of YAML reads as a number, a date or
//! a truth value stands in quotes.

use serde_json::Value as Json;

/// A document in block style.
pub(super) fn document(value: &Json) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

/// Writes the lines of a collection, each behind `indent` spaces.
fn block(value: &Json, indent: usize, text: &mut String) {
    match value {
        Json::Object(map) => {
            for (key, value) in map {
                spaces(indent, text);
                text.push_str(&string(key));
                text.push(':');
                behind(value, indent, text);
            }
        }
        Json::Array(items) => {
            for item in items {
                spaces(indent, text);
                text.push('-');
                match item {
                    Json::Object(map) if !map.is_empty() => {
                        let mut lines = String::new();
                        block(item, indent + 2, &mut lines);
                        text.push_str(&lines[indent + 1..]);
                    }
                    _ => behind(item, indent, text),
                }
            }
        }
        _ => {
            text.push_str(&scalar(value));
            text.push('\n');
        }
    }
}

/// Writes a value behind a key or a dash.
fn behind(value: &Json, indent: usize, text: &mut String) {
    let filled = value.as_object().is_some_and(|map| !map.is_empty())
        || value.as_array().is_some_and(|items| !items.is_empty());
    if filled {
        text.push('\n');
        block(value, indent + 2, text);
        return;
    }
    text.push(' ');
    if let Some((mark, lines)) = value.as_str().and_then(literal) {
        text.push_str(mark);
        text.push('\n');
        for line in lines.lines() {
            if !line.is_empty() {
                spaces(indent + 2, text);
            }
            text.push_str(line);
            text.push('\n');
        }
    } else {
        text.push_str(&scalar(value));
        text.push('\n');
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
