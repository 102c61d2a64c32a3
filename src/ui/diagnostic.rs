//! The loader's diagnostics, with the lines of the stack file that they speak of.

mod json;
mod quote;

use std::borrow::Cow;
use std::collections::HashMap;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use indexmap::IndexMap;

use super::Color;
use crate::loader::error::{Diagnostic, Label, Severity};
use crate::loader::span::{FileId, Sources, Span};

pub use json::json;

/// How many diagnostics are shown: a whole file of mistakes has one cause.
const MAX_SHOWN: usize = 200;

/// Renders diagnostics one after the other, each with its places quoted, a blank line between two; of very many the
/// first ones.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    color: Color,
    columns: usize,
) -> String {
    let renderer = if color.is_on() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(columns).decor_style(DecorStyle::Ascii);
    let mut quoted = HashMap::new();
    for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        if let Some(source) = sources.file(label.span.file) {
            quoted
                .entry(label.span.file)
                .or_insert_with(|| quote::covered(&source.text));
        }
    }
    let mut texts: Vec<String> = diagnostics
        .iter()
        .take(MAX_SHOWN)
        .map(|diagnostic| renderer.render(&[group(diagnostic, sources, &quoted)]) + "\n")
        .collect();
    if diagnostics.len() > MAX_SHOWN {
        let more = diagnostics.len() - MAX_SHOWN;
        texts.push(format!("and {more} more\n"));
    }
    texts.join("\n")
}

/// The width of the terminal that errors go to, or a wide one's where they go to a file.
pub fn columns() -> usize {
    terminal_size::terminal_size_of(std::io::stderr())
        .map_or(140, |(width, _)| usize::from(width.0))
}

fn group<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
    quoted: &'a HashMap<FileId, Cow<'a, str>>,
) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str());
    let mut group = Group::with_title(title);
    for (file, labels) in by_file(diagnostic) {
        let (Some(source), Some(text)) = (sources.file(file), quoted.get(&file)) else {
            continue;
        };
        let annotations = labels
            .into_iter()
            .map(|label| annotation(label, text, diagnostic));
        group = group.element(
            Snippet::source(text.as_ref())
                .path(source.path.to_string_lossy())
                .annotations(annotations),
        );
    }
    if let Some(path) = &diagnostic.path {
        group = group.element(Level::NOTE.message(format!("in {path}")));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    match &diagnostic.hint {
        Some(hint) => group.element(Level::HELP.message(hint.as_str())),
        None => group,
    }
}

/// The places, file by file; the file to blame comes first because the place to blame does.
fn by_file(diagnostic: &Diagnostic) -> IndexMap<FileId, Vec<&Label>> {
    let mut files: IndexMap<FileId, Vec<&Label>> = IndexMap::new();
    for label in &diagnostic.labels {
        files.entry(label.span.file).or_default().push(label);
    }
    files
}

fn annotation<'a>(label: &'a Label, text: &str, diagnostic: &Diagnostic) -> Annotation<'a> {
    let is_first = diagnostic
        .labels
        .first()
        .is_some_and(|first| std::ptr::eq(first, label));
    let kind = if is_first {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation = kind.span(range(label.span, text));
    if label.text.is_empty() {
        annotation
    } else {
        annotation.label(label.text.as_str())
    }
}

/// The span as a range that lies in the text, on letters, and in one line: of a block only the first line is quoted.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let floor = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start as usize);
    let end = floor(span.end as usize).max(start);
    let end = text[start..end]
        .find('\n')
        .map_or(end, |line_end| start + line_end);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_quotes_its_lines() {
        let mut sources = Sources::default();
        let text = "services:\n  web:\n    imgae: busybox\n    image: a\n";
        let file = sources.add("stack.yaml", text);
        let base = sources.add("base.yaml", "x: 1\n");
        let unknown = Diagnostic::error("unknown key `imgae`")
            .at(Span::new(file, 21, 26), "")
            .at(Span::new(file, 40, 45), "the known one")
            .note("the service is web")
            .hint("did you mean `image`?");
        let other = Diagnostic::warning("odd").at(Span::new(base, 0, 1), "here");
        assert_eq!(
            render(&[unknown, other], &sources, Color::OFF, 80),
            "\
error: unknown key `imgae`
 --> stack.yaml:3:5
  |
3 |     imgae: busybox
  |     ^^^^^
4 |     image: a
  |     ----- the known one
  |
  = note: the service is web
  = help: did you mean `image`?

warning: odd
 --> base.yaml:1:1
  |
1 | x: 1
  | ^ here
"
        );
    }

    #[test]
    fn spans_outside_of_the_text_do_no_harm() {
        let mut sources = Sources::default();
        let file = sources.add("stack.yaml", "é: |\n  b\n");
        for (span, expected) in [
            (Span::new(file, 1, 2), 0..2),
            (Span::new(file, 0, 9), 0..5),
            (Span::new(file, 90, 99), 10..10),
        ] {
            assert_eq!(range(span, "é: |\n  b\n"), expected, "{span:?}");
        }
    }

    #[test]
    fn a_diagnostic_without_place_is_a_line() {
        assert_eq!(
            render(
                &[Diagnostic::error("no stack file").hint("write one")],
                &Sources::default(),
                Color::OFF,
                80
            ),
            "error: no stack file\n |\n = help: write one\n"
        );
    }
}
