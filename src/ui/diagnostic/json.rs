//! Diagnostics for editors: one JSON array.

use serde::Serialize;

use crate::loader::error::{Diagnostic, Label, Severity};
use crate::loader::span::{Sources, Span};

/// A place: lines and columns count from 1, columns in characters; the end is the first character behind it.
#[derive(Serialize)]
struct Place<'a> {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Place<'a>>,
}

/// All diagnostics as a JSON array, an object each, in their order; lines of the files are not quoted.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let entries: Vec<Entry<'_>> = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut places = diagnostic.labels.iter().map(|label| place(label, sources));
            Entry {
                severity: match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                message: &diagnostic.message,
                place: places.next(),
                path: diagnostic.path.as_deref(),
                notes: &diagnostic.notes,
                hint: diagnostic.hint.as_deref(),
                related: places.collect(),
            }
        })
        .collect();
    serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"
}

fn place<'a>(label: &'a Label, sources: &Sources) -> Place<'a> {
    let span = label.span;
    let from = sources.location(span);
    let to = sources.location(Span::new(span.file, span.end as usize, span.end as usize));
    Place {
        file: from.path.to_string_lossy().into_owned(),
        line: from.line,
        column: from.column,
        end_line: to.line,
        end_column: to.column,
        label: &label.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_a_beginning_and_an_end() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "é: öü\nb: 1\n");
        let diagnostics = [
            Diagnostic::error("wrong")
                .at(Span::new(file, 4, 8), "here")
                .at(Span::new(file, 9, 14), "")
                .note("a fact")
                .hint("do it"),
            Diagnostic::warning("odd"),
        ];
        let told: serde_json::Value = serde_json::from_str(&json(&diagnostics, &sources)).unwrap();
        assert_eq!(
            told,
            serde_json::json!([
                {
                    "severity": "error", "message": "wrong", "file": "a.yaml", "line": 1, "column": 4, "end_line": 1,
                    "end_column": 6, "label": "here", "notes": ["a fact"], "hint": "do it",
                    "related": [{"file": "a.yaml", "line": 2, "column": 1, "end_line": 3, "end_column": 1}],
                },
                {"severity": "warning", "message": "odd"},
            ])
        );
    }
}
