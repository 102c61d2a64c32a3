//! YAML text -> [`Node`]s, by the rules of go-yaml. The only user of the YAML parser.

mod scalar;

use super::error::{Diagnostic, MAX_PROBLEMS};
use super::node::{Mapping, Node, Style, Tag, Value};
use super::span::{FileId, Span};
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError};
use std::collections::HashMap;

/// Values that aliases may add to a file before it is refused as an alias bomb; 64 bytes of text count as a value.
const ALIAS_BUDGET: usize = 200_000;

/// Values and keys that a stack may hold: far above the largest, and few enough for a second.
pub(super) const MAX_VALUES: usize = 500_000;

/// Reads all documents of a text.
///
/// # Errors
///
/// Syntax errors, duplicate keys, keys that are no strings, aliases that contain themselves or grow beyond all
/// measure, and misused merge keys (`<<`), each with its places.
pub(crate) fn parse(text: &str, file: FileId) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let builder = Builder {
        file,
        text,
        skipped: text.len() - body.len(),
        ..Builder::new(file, text)
    };
    builder.run(Parser::new_from_str_with_options(body, options))
}

/// A collection whose end has not been reached, or the document around it.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<(String, Span)>,
    /// What its `<<` keys name, each with the place of the key.
    merges: Vec<(Span, Node)>,
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    skipped: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Option<(Node, usize)>>,
    budget: usize,
    /// The values so far, and the copies of them that anchors keep.
    values: usize,
    documents: Vec<Node>,
    problems: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn new(file: FileId, text: &'a str) -> Self {
        Self {
            file,
            text,
            skipped: 0,
            open: Vec::new(),
            anchors: HashMap::new(),
            budget: ALIAS_BUDGET,
            values: 0,
            documents: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn run<'i>(
        mut self,
        events: impl Iterator<Item = Result<(Event<'i>, granit_parser::Span), ScanError>>,
    ) -> Result<Vec<Node>, Vec<Diagnostic>> {
        for event in events {
            match event {
                Ok((event, span)) => {
                    let span = self.span(&span);
                    self.event(event, span);
                    if self.values > MAX_VALUES {
                        self.problems.push(too_many().at(span, "up to here"));
                        break;
                    }
                }
                Err(error) => {
                    let problem = self.syntax(&error);
                    self.problems.push(problem);
                    break;
                }
            }
            if self.budget == 0 || self.problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        if self.problems.is_empty() {
            Ok(self.documents)
        } else {
            Err(self.problems)
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let at = |mark: granit_parser::Marker| {
            self.skipped + mark.byte_offset().unwrap_or_else(|| mark.index())
        };
        Span::new(self.file, at(span.start), at(span.end))
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let text = if is_block {
                    self.without_added_end(&text, span)
                } else {
                    &text
                };
                let style = if style == ScalarStyle::Plain {
                    Style::Plain
                } else {
                    Style::Quoted
                };
                // As in go-yaml, what has a tag of our own is a string. What `!reset` takes away may be anything.
                let foreign = tag.as_deref().and_then(|tag| {
                    (!matches!(tag.original().as_str(), "!" | "!reset")).then_some("str")
                });
                let core = tag.as_deref().and_then(|tag| {
                    let binary = tag.original() == "!!binary";
                    tag.core_suffix().or(binary.then_some("binary"))
                });
                let value =
                    scalar::resolve(text, style, core.or(foreign)).unwrap_or_else(|problem| {
                        let problem = Diagnostic::error(problem).at(span, "");
                        self.problems.push(problem);
                        Value::Null
                    });
                let merge = style == Style::Plain && text == "<<" && core.is_none();
                let node = Node {
                    style,
                    tag: merge_tag(tag.as_deref()),
                    ..Node::new(value, span)
                };
                self.complete(node, anchor, merge);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(Value::Sequence(Vec::new()), span, anchor, tag.as_deref());
            }
            Event::MappingStart(_, anchor, tag) => self.start(
                Value::Mapping(Mapping::default()),
                span,
                anchor,
                tag.as_deref(),
            ),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.alias(id, span),
            _ => {}
        }
    }

    /// A block scalar as it is where the file ends in its last line, without a line break: the parser adds one.
    fn without_added_end<'v>(&self, value: &'v str, span: Span) -> &'v str {
        let last = self.text.rsplit(['\n', '\r']).next().unwrap_or_default();
        let behind = self.text.get(span.end as usize..).unwrap_or_default();
        let Some(body) = value.strip_suffix('\n') else {
            return value;
        };
        // Lines of spaces are a part of the scalar only where they are longer than its indentation.
        let is_inside = match last.trim_start() {
            "" => !last.is_empty() && body.ends_with(' '),
            words => body.ends_with(words),
        };
        if is_inside && behind.trim().is_empty() {
            body
        } else {
            value
        }
    }

    fn start(&mut self, value: Value, span: Span, anchor: usize, tag: Option<&granit_parser::Tag>) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        let node = Node {
            tag: merge_tag(tag),
            ..Node::new(value, span)
        };
        self.open.push(Open {
            node,
            anchor,
            key: None,
            merges: Vec::new(),
        });
    }

    fn end(&mut self, span: Span) {
        let Some(mut closed) = self.open.pop() else {
            return;
        };
        for (key_span, source) in std::mem::take(&mut closed.merges) {
            self.merge(&mut closed.node, key_span, source);
        }
        let covered = self
            .text
            .get(closed.node.span.start as usize..span.end as usize)
            .unwrap_or("");
        closed.node.span.end =
            closed.node.span.start + u32::try_from(covered.trim_end().len()).unwrap_or(0);
        self.complete(closed.node, closed.anchor, false);
    }

    /// Hands a finished node to what it stands in.
    fn complete(&mut self, node: Node, anchor: usize, merge_key: bool) {
        self.values += 1;
        if anchor != 0 {
            let size = count(&node);
            self.values += size;
            if self.values > MAX_VALUES {
                return;
            }
            self.anchors.insert(anchor, Some((node.clone(), size)));
        }
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        match (&mut parent.node.value, parent.key.take()) {
            (Value::Sequence(items), _) => items.push(node),
            (Value::Mapping(_), None) => {
                let key = if merge_key {
                    Some(MERGE_KEY.to_owned())
                } else {
                    self.key(&node)
                };
                if let Some(parent) = self.open.last_mut() {
                    parent.key = Some((key.unwrap_or_else(|| NO_KEY.to_owned()), node.span));
                }
            }
            (Value::Mapping(_), Some((key, span))) if key == MERGE_KEY => {
                parent.merges.push((span, node));
            }
            (Value::Mapping(_), Some((key, _))) if key == NO_KEY => {}
            (Value::Mapping(mapping), Some((key, span))) => {
                if let Some(first) = mapping.entry(&key) {
                    let message = format!("duplicate key `{key}`");
                    self.problems.push(
                        Diagnostic::error(message)
                            .at(span, "written again here")
                            .at(first.key_span, "first written here"),
                    );
                } else {
                    mapping.insert(key, span, node);
                }
            }
            _ => {}
        }
    }

    fn key(&mut self, node: &Node) -> Option<String> {
        if let Value::String(text) = &node.value {
            return Some(text.clone());
        }
        let kind = node.value.kind();
        let article = if kind == "integer" { "an" } else { "a" };
        let problem =
            Diagnostic::error(format!("a key must be a string, this is {article} {kind}"))
                .at(node.span, "");
        let hint = node
            .scalar_text()
            .map(|text| format!("write it in quotes: \"{text}\""));
        self.problems.push(Diagnostic { hint, ..problem });
        None
    }

    fn alias(&mut self, id: usize, span: Span) {
        match self.anchors.get(&id) {
            Some(Some((_, size))) if *size > self.budget => {
                self.budget = 0;
                let problem =
                    Diagnostic::error("aliases make this document grow beyond all measure")
                        .at(span, "expanding this alias");
                self.problems.push(problem.note(format!(
                    "at most {ALIAS_BUDGET} values may come from aliases in one file"
                )));
            }
            Some(Some((node, size))) => {
                self.budget -= size;
                let node = node.clone();
                self.complete(node, 0, false);
            }
            _ => {
                self.problems.push(
                    Diagnostic::error("this alias stands inside of the value that it names")
                        .at(span, "cycle"),
                );
                self.complete(Node::new(Value::Null, span), 0, false);
            }
        }
    }

    /// Adds the keys of a `<<` value that are not there yet.
    fn merge(&mut self, node: &mut Node, key_span: Span, source: Node) {
        let span = source.span;
        let sources = match source.value {
            Value::Sequence(items) => items,
            _ => vec![source],
        };
        for source in sources {
            let kind = source.value.kind();
            let (Value::Mapping(from), Some(into)) = (source.value, node.as_mapping_mut()) else {
                self.problems.push(
                    Diagnostic::error("`<<` takes a mapping or a list of mappings")
                        .at(key_span, "")
                        .at(span, format!("this is a {kind}")),
                );
                return;
            };
            for (key, entry) in from {
                if !into.contains(&key) {
                    into.insert(key, entry.key_span, entry.node);
                }
            }
        }
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let at = self.skipped
            + error
                .marker()
                .byte_offset()
                .unwrap_or_else(|| error.marker().index());
        let at = at.min(self.text.len());
        let span = |length: usize| Span::new(self.file, at, (at + length).min(self.text.len()));
        let rest = self.text[at..].lines().next().unwrap_or("");
        if let Some(name) = rest
            .strip_prefix('*')
            .filter(|_| is_about(error, "unknown anchor"))
        {
            return self.unknown_anchor(name, &span);
        }
        let before = self.text[..at].rsplit('\n').next().unwrap_or("");
        let problem = if rest.is_empty() && at == self.text.len() {
            Diagnostic::error(format!("the file ends too early: {}", error.info()))
        } else {
            Diagnostic::error(format!("this is not YAML: {}", error.info()))
        };
        let problem = problem.at(span(rest.chars().next().map_or(0, char::len_utf8)), "");
        let unclosed = self.open.iter().rev().map(|open| open.node.span);
        let mut unclosed = unclosed.filter(|span| self.bracket(*span).is_some());
        if before.contains('\t') || rest.starts_with('\t') {
            problem.hint("YAML indents with spaces, there is a tab in this line")
        } else if let Some((span, bracket)) = unclosed
            .next()
            .and_then(|span| Some((span, self.bracket(span)?)))
            .filter(|(span, _)| span.start as usize != at && !is_about(error, "recursion limit"))
        {
            let opening = Span {
                end: span.start + 1,
                ..span
            };
            problem.at(opening, format!("this `{bracket}` is open here"))
        } else {
            problem
        }
    }

    /// The bracket that a collection begins with.
    fn bracket(&self, span: Span) -> Option<char> {
        let first = self.text.get(span.start as usize..)?.chars().next()?;
        matches!(first, '[' | '{').then_some(first)
    }

    fn unknown_anchor(&self, rest: &str, span: &dyn Fn(usize) -> Span) -> Diagnostic {
        let ends = |letter: char| letter.is_whitespace() || ",[]{}".contains(letter);
        let name = rest.split(ends).next().unwrap_or("");
        let known = self.text.split('&').skip(1);
        let known = known.filter_map(|text| text.split(ends).next());
        Diagnostic::error(format!("unknown anchor `{name}`"))
            .at(span(1 + name.len()), "")
            .hint("an anchor is written `&name`, above its first `*name`")
            .did_you_mean(name, known.filter(|known| !known.is_empty()))
    }
}

fn is_about(error: &ScanError, subject: &str) -> bool {
    error.info().contains(subject)
}

/// Stands for a plain `<<` among the keys; no YAML key can hold a NUL.
const MERGE_KEY: &str = "\0<<";

/// Stands for a key that cannot be one; its value is passed over.
const NO_KEY: &str = "\0";

fn merge_tag(tag: Option<&granit_parser::Tag>) -> Option<Tag> {
    match tag?.original().as_str() {
        "!reset" => Some(Tag::Reset),
        "!override" => Some(Tag::Override),
        _ => None,
    }
}

/// Says that a stack holds more than [`MAX_VALUES`].
pub(super) fn too_many() -> Diagnostic {
    Diagnostic::error(format!(
        "a stack of more than {MAX_VALUES} keys and values is too large"
    ))
}

/// The number of values, where 64 bytes of text count as one.
pub(super) fn count(node: &Node) -> usize {
    match &node.value {
        Value::Sequence(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Mapping(mapping) => {
            1 + mapping
                .iter()
                .map(|(_, entry)| count(&entry.node))
                .sum::<usize>()
        }
        Value::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
