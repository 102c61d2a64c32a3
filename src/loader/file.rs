//! Files of a load: each is read and parsed once.

use std::collections::BTreeSet;

use super::error::Diagnostic;
use super::node::Node;
use super::source::{ReadError, TextFile};
use super::span::{FileId, Span};
use super::{Loading, path, source, yaml};

impl Loading<'_> {
    /// Parses the stack files that were read already; answers their paths.
    pub(super) fn parse_stack_files(&mut self) -> Vec<(String, Option<Span>)> {
        let mut files = Vec::new();
        for TextFile { path, text } in &self.stack.files {
            let path = path.to_string_lossy().into_owned();
            let id = self.sources.add(self.shown(&path), text.clone());
            self.parse_text(&path, text, id);
            files.push((path, None));
        }
        for (file, parsed) in &self.stack.env_files {
            if !parsed.doubts.is_empty() {
                let id = self
                    .sources
                    .add(self.shown(&file.path.to_string_lossy()), file.text.clone());
                let doubts = parsed.doubts.iter().map(|doubt| {
                    let span = Span::new(id, doubt.span.start, doubt.span.end);
                    Diagnostic::warning(doubt.kind.to_string()).at(span, "")
                });
                self.problems.extend(doubts);
            }
        }
        let warnings = self
            .stack
            .warnings
            .iter()
            .map(|warning| Diagnostic::warning(warning.to_string()));
        self.problems.extend(warnings);
        files
    }

    /// Stack files that hold nothing at all are a mistake.
    pub(super) fn not_empty(&mut self, files: &[(String, Option<Span>)]) {
        let is_empty = |(path, _): &(String, Option<Span>)| matches!(self.documents.get(path), Some(Some(documents)) if documents.is_empty());
        if files.iter().all(is_empty) {
            let paths: BTreeSet<String> = files.iter().map(|(path, _)| self.shown(path)).collect();
            let paths: Vec<String> = paths.into_iter().collect();
            let message = format!("there is nothing in {}", paths.join(", "));
            self.problems
                .push(Diagnostic::error(message).hint("a stack file begins with `services:`"));
        }
    }

    /// The documents of a file, which is read once; none where it cannot be.
    pub(super) fn documents(&mut self, path: &str, span: Option<Span>) -> Vec<Node> {
        if !self.documents.contains_key(path) {
            match self.read(path, span) {
                Some((text, id)) => self.parse_text(path, &text, id),
                None => {
                    self.documents.insert(path.to_owned(), None);
                }
            }
        }
        let documents = self.documents.get(path).and_then(Option::as_ref);
        let size = documents.map_or(0, |documents| documents.iter().map(yaml::count).sum());
        let Some(left) = self.values.checked_sub(size) else {
            let problem = yaml::too_many();
            self.problems.push(match span {
                Some(span) => problem.at(span, "with this file"),
                None => problem,
            });
            return Vec::new();
        };
        self.values = left;
        documents.cloned().unwrap_or_default()
    }

    fn parse_text(&mut self, path: &str, text: &str, id: FileId) {
        let parsed = match yaml::parse(text, id) {
            Ok(documents) => Some(
                documents
                    .into_iter()
                    .filter(|document| !document.is_null())
                    .collect(),
            ),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        };
        self.documents.insert(path.to_owned(), parsed);
    }

    /// Reads a file that a stack file names.
    pub(super) fn read(&mut self, path: &str, span: Option<Span>) -> Option<(String, FileId)> {
        match source::read_text(path.as_ref()) {
            Ok(text) => {
                let id = self.sources.add(self.shown(path), text.clone());
                if let Some(span) = span {
                    self.named_at.insert(id, span);
                }
                Some((text, id))
            }
            Err(error) => {
                self.unreadable(&error, span);
                None
            }
        }
    }

    /// A file that a stack file names cannot be read.
    fn unreadable(&mut self, error: &ReadError, span: Option<Span>) {
        let problem = Diagnostic {
            hint: error.hint(),
            ..Diagnostic::error(format!(
                "{} {}",
                self.shown(&error.path.to_string_lossy()),
                error.kind
            ))
        };
        self.problems.push(match span {
            Some(span) => problem.at(span, ""),
            None => problem,
        });
    }

    /// A path as people see it: from the current folder where it lies below.
    pub(super) fn shown(&self, path: &str) -> String {
        let folder = self.options.current_dir.to_string_lossy();
        match path
            .strip_prefix(&*folder)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            Some(below) => below.to_owned(),
            None => path.to_owned(),
        }
    }

    /// A path with the home folder in the place of `~`.
    pub(super) fn expand_home(&self, path: &str) -> String {
        path::expand_home(path, self.stack.environment.get("HOME").map(String::as_str))
    }
}
