//! What is wrong with a stack: diagnostics as values. Nothing here renders; the `ui` layer does.

use super::span::{Sources, Span};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The stack cannot be loaded.
    Error,
    /// The stack loads, but probably not as it was meant.
    Warning,
}

/// A place in a file and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words, or nothing where the place says it all.
    pub text: String,
}

/// One thing to tell the reader of a stack file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The sentence: lower-case, naming the thing, without position.
    pub message: String,
    /// Places; the first is the one to blame.
    pub labels: Vec<Label>,
    /// What the place to blame is in the file, such as `services.web.ports[0]`.
    pub path: Option<String>,
    /// Further facts, a sentence each.
    pub notes: Vec<String>,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            severity: Severity::Error,
            message,
            labels: Vec::new(),
            path: None,
            notes: Vec::new(),
            hint: None,
        }
    }

    /// A warning without a place yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(message)
        }
    }

    /// Adds a place; the first that is added is the one to blame.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// Adds "did you mean" where one of the known words is close to the written one.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(written, known) {
            Some(word) => self.hint(format!("did you mean `{word}`?")),
            None => self,
        }
    }
}

/// All that keeps a stack from being loaded, with the texts that its places lie in.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// Errors, and the warnings that were found on the way; never empty.
    pub diagnostics: Vec<Diagnostic>,
    /// The files of the places.
    pub sources: Sources,
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadError {
    /// One line per error, `path:line:column: message`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error);
        for (index, diagnostic) in errors.enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            if let Some(label) = diagnostic.labels.first() {
                write!(formatter, "{}: ", self.sources.location(label.span))?;
            }
            write!(formatter, "{}", diagnostic.message)?;
        }
        Ok(())
    }
}

/// How many places are shown of a warning that many places share.
const MAX_PLACES: usize = 4;

/// Beyond so many, mistakes are neither collected in full nor searched for what was meant: nobody reads them.
pub(super) const MAX_PROBLEMS: usize = 1000;

/// How many mistakes are compared with all names that could have been meant.
const MAX_COMPARED: usize = 100;

/// The names to compare with what was written; none once there are very many problems, as every name would be compared
/// with every mistake.
pub(super) fn candidates<'a>(
    names: impl Iterator<Item = &'a str>,
    problems: &[Diagnostic],
) -> impl Iterator<Item = &'a str> {
    let compared = problems.len() < MAX_COMPARED;
    names.take_while(move |_| compared)
}

/// Every mistake once: of errors at the same place the first, and warnings of the same words as one with all places.
pub(super) fn distinct(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut places: HashSet<Span> = HashSet::new();
    let mut warned: HashMap<String, (usize, HashSet<Span>)> = HashMap::new();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        let place = problem.labels.first().map(|label| label.span);
        if problem.severity == Severity::Error {
            if place.is_none_or(|place| places.insert(place)) {
                kept.push(problem);
            }
        } else if let Some((at, known)) = warned.get_mut(&problem.message) {
            let first = problem.labels.into_iter().take(1);
            kept[*at]
                .labels
                .extend(first.filter(|label| known.insert(label.span)));
        } else {
            warned.insert(
                problem.message.clone(),
                (kept.len(), place.into_iter().collect()),
            );
            kept.push(problem);
        }
    }
    for (at, places) in warned.into_values() {
        if places.len() > MAX_PLACES {
            let more = places.len() - MAX_PLACES;
            kept[at].labels.truncate(MAX_PLACES);
            kept[at].notes.push(format!("and at {more} more places"));
        }
    }
    kept
}

/// Takes those of the later errors out that enclose the place of one of the first `known`: they follow from it.
pub(super) fn drop_consequences(problems: &mut Vec<Diagnostic>, known: usize) {
    let later = problems.split_off(known);
    let mut places: Vec<Span> = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .filter_map(|problem| Some(problem.labels.first()?.span))
        .collect();
    places.sort_unstable();
    let encloses_one = |outer: Span| {
        let first =
            places.partition_point(|place| (place.file, place.start) < (outer.file, outer.start));
        places[first..]
            .iter()
            .take_while(|place| place.file == outer.file && place.start <= outer.end)
            .any(|place| place.end <= outer.end)
    };
    problems.extend(later.into_iter().filter(|problem| {
        problem
            .labels
            .first()
            .is_some_and(|label| !encloses_one(label.span))
    }));
}

/// The known word nearest to a written one, where at most a third of its letters differ.
pub(crate) fn closest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (written.chars().count() / 3).max(1);
    let normal = |word: &str| word.to_lowercase().replace('-', "_");
    let target = normal(written);
    let length = written.chars().count();
    let distances = known
        .into_iter()
        .filter(|word| word.chars().count().abs_diff(length) <= limit)
        .map(|word| (distance(&target, &normal(word)), word));
    distances
        .filter(|(distance, word)| *distance <= limit && *word != written)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Edit distance in characters, where swapping two neighbours counts once.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut best = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                let swapped: &Vec<usize> = &before;
                best = best.min(swapped[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_mistakes_are_not_compared_with_every_name() {
        let mut problems = Vec::new();
        assert_eq!(candidates(["a", "b"].into_iter(), &problems).count(), 2);
        problems.resize(MAX_COMPARED, Diagnostic::error("x"));
        assert_eq!(candidates(["a", "b"].into_iter(), &problems).count(), 0);
    }

    #[test]
    fn closest_finds_slips_and_leaves_strangers_alone() {
        let known = ["image", "environment", "depends_on", "ports"];
        for (written, word) in [
            ("imgae", Some("image")),
            ("enviroment", Some("environment")),
            ("depends-on", Some("depends_on")),
            ("Ports", Some("ports")),
            ("restart", None),
        ] {
            assert_eq!(closest(written, known), word, "{written}");
        }
    }
}
