//! Diagnostics of a load: whether it can go on, and what is told of it in the end.

use super::error::{self, Diagnostic, Label, Severity};
use super::node::{Mapping, Node};
use super::span::Span;
use super::{Loading, decode};

/// How many diagnostics are told what their place is in the file.
const MOST_NAMED: usize = 200;

impl Loading<'_> {
    /// What is to be told, once each, in the order of the files, and with the way to the file that it is in.
    pub(super) fn diagnostics(&mut self) -> Vec<Diagnostic> {
        let mut diagnostics = error::distinct(std::mem::take(&mut self.problems));
        diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        for (index, diagnostic) in diagnostics.iter_mut().enumerate() {
            let place = diagnostic.labels.first().map(|label| label.span);
            // Nobody reads more of them, and each search goes through a whole section.
            let place_to_name = place.filter(|_| index < MOST_NAMED);
            diagnostic.path = place_to_name.and_then(|place| self.path_at(place));
            let mut file = place.map(|place| place.file);
            while let Some((read, named)) =
                file.and_then(|file| Some((file, *self.named_at.get(&file)?)))
            {
                if diagnostic.labels.iter().all(|label| label.span != named) {
                    let path = self.sources.file(read).map(|file| file.path.display());
                    let text = path.map_or_else(String::new, |path| format!("brings in {path}"));
                    diagnostic.labels.push(Label { span: named, text });
                }
                file = Some(named.file);
            }
        }
        diagnostics
    }

    /// What stands at this place of a file, by the keys that lead to it.
    fn path_at(&self, place: Span) -> Option<String> {
        let documents = self.documents.values().flatten().flatten();
        let mut of_file = documents.filter(|document| document.span.file == place.file);
        let before = |document: &&Node| document.span.start <= place.start;
        let document = of_file
            .by_ref()
            .filter(before)
            .max_by_key(|node| node.span.start);
        document
            .map(|document| document.path_at(place))
            .filter(|path| !path.is_empty())
    }

    /// Decodes what is known to be wrong, for what else is wrong with it; what merely follows from that is left out.
    pub(super) fn decode_for_errors(&mut self, tree: &Node, disabled: &Mapping) {
        let known = self.problems.len();
        decode::project(self, tree, &Mapping::default(), disabled);
        error::drop_consequences(&mut self.problems, known);
    }

    /// Goes on only while there is no error.
    pub(super) fn sound(&self) -> Option<()> {
        (!self
            .problems
            .iter()
            .any(|problem| problem.severity == Severity::Error))
        .then_some(())
    }
}
