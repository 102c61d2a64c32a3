//! The YAML tree: any text, and the parser of others where both read it.

use serde::Deserialize as _;
use serde_yaml::Value as Theirs;

use crate::fuzz::{self, Grammar, inside, run};
use crate::loader::node::{Node, Style, Value};
use crate::loader::span::{Sources, Span};
use crate::loader::yaml;

#[test]
fn yaml_trees() {
    let examples = fuzz::files(&[".yaml", ".yml"]);
    let pieces = &[
        ": ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "|\n",
        ">-\n",
        "&a ",
        "*a",
        "!reset ",
        "!override ",
        "!!str ",
        "<<: *a\n",
        "---\n",
        "...\n",
        "# c\n",
        "'",
        "\"",
        "\\",
        "\\u00e9",
        "null",
        "~",
        "true",
        "0755",
        "0o7",
        "0x1F",
        "1e3",
        ".inf",
        "-.5",
        "1_000",
        "2020-01-01",
        "yes",
        "\t",
        "%YAML 1.2\n",
        "a: 1\n",
        "x",
        "@",
        "`",
        "-",
        ":",
        "?",
        "''",
        "=",
    ];
    run(Grammar { examples, pieces }, |text| {
        let mut sources = Sources::default();
        let file = sources.add("fuzz.yaml", text);
        match yaml::parse(text, file) {
            Ok(documents) => {
                for document in &documents {
                    places(document, text)?;
                }
                agree(&documents, text)
            }
            Err(problems) if problems.is_empty() => Err("refused without a reason".to_owned()),
            Err(problems) => problems
                .iter()
                .flat_map(|problem| &problem.labels)
                .try_for_each(|label| place(label.span, text)),
        }
    });
}

fn place(span: Span, text: &str) -> Result<(), String> {
    inside(text, &(span.start as usize..span.end as usize))
}

/// All values stand inside the text, and plain words where they say.
fn places(node: &Node, text: &str) -> Result<(), String> {
    place(node.span, text)?;
    match &node.value {
        Value::String(word) if node.style == Style::Plain && node.tag.is_none() => {
            let written = &text[node.span.start as usize..node.span.end as usize];
            // Aliases, tags and what goes on on the next line are written otherwise.
            let other = written.starts_with(['*', '!', '&']) || written.contains(['\n', '\r']);
            if other || written == word {
                Ok(())
            } else {
                Err(format!("{word:?} is written as {written:?}"))
            }
        }
        Value::Sequence(items) => items.iter().try_for_each(|item| places(item, text)),
        Value::Mapping(mapping) => mapping.iter().try_for_each(|(_, entry)| {
            place(entry.key_span, text)?;
            places(&entry.node, text)
        }),
        _ => Ok(()),
    }
}

/// Where both parsers take the text, they take it for the same. Tags and merge keys are read by one of them only, and
/// only YAML 1.1 ends lines at more than line feeds and carriage returns.
fn agree(documents: &[Node], text: &str) -> Result<(), String> {
    if text.contains(['!', '%', '\u{85}', '\u{2028}', '\u{2029}']) || text.contains("<<") {
        return Ok(());
    }
    let theirs: Result<Vec<Theirs>, _> = serde_yaml::Deserializer::from_str(text)
        .map(Theirs::deserialize)
        .collect();
    let Ok(theirs) = theirs else { return Ok(()) };
    if documents.len() != theirs.len() {
        // An empty document is none for us.
        return if theirs.iter().any(Theirs::is_null) {
            Ok(())
        } else {
            Err(format!(
                "{} documents are {}",
                theirs.len(),
                documents.len()
            ))
        };
    }
    let mut pairs = documents.iter().zip(&theirs);
    pairs.try_for_each(|(ours, theirs)| same(ours, theirs))
}

fn same(ours: &Node, theirs: &Theirs) -> Result<(), String> {
    let differs = || Err(format!("{:?} is {theirs:?} for others", ours.value));
    match (&ours.value, theirs) {
        (Value::Bool(ours), Theirs::Bool(theirs)) if ours == theirs => Ok(()),
        (Value::String(ours), Theirs::String(theirs)) if ours == theirs => Ok(()),
        (Value::Sequence(items), Theirs::Sequence(others)) if items.len() == others.len() => {
            let mut pairs = items.iter().zip(others);
            pairs.try_for_each(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Mapping(mapping), Theirs::Mapping(others)) if mapping.len() == others.len() => {
            let mut pairs = mapping.iter().zip(others);
            pairs.try_for_each(|((key, entry), (other, theirs))| {
                if other.as_str() == Some(key) {
                    same(&entry.node, theirs)
                } else {
                    Err(format!("the key {key:?} is {other:?} for others"))
                }
            })
        }
        // Numbers follow go-yaml, which the specification's examples were written with; dates and times are none.
        (Value::Null, Theirs::Null)
        | (Value::Int(_) | Value::Float(_), Theirs::Number(_) | Theirs::String(_)) => Ok(()),
        (Value::String(_), Theirs::Number(_)) if ours.style == Style::Plain => Ok(()),
        _ => differs(),
    }
}
