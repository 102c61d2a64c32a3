//! Errors for people: what happened, what was seen, what to do.

use std::fmt::Write as _;

use super::Color;
use super::color::{BAD, DOUBT, FAINT, GOOD};
use crate::model::Position;

/// One error or warning, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What happened, in one line.
    pub message: String,
    /// The place in the stack files that is to blame, `FILE:LINE:COLUMN`.
    pub position: Option<String>,
    /// What was seen: a heading and its lines each.
    pub evidence: Vec<(String, Vec<String>)>,
    /// What to do about it, a line each.
    pub hints: Vec<String>,
}

impl Report {
    /// A report that only says what happened.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// Adds the place in the stack files that is to blame, where there is one.
    #[must_use]
    pub fn at(mut self, position: Option<&Position>) -> Self {
        self.position = position.map(ToString::to_string);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what was seen, unless there is nothing to see.
    #[must_use]
    pub fn evidence<L: Into<String>>(
        mut self,
        heading: impl Into<String>,
        lines: impl IntoIterator<Item = L>,
    ) -> Self {
        let lines: Vec<String> = lines.into_iter().map(Into::into).collect();
        if !lines.is_empty() {
            self.evidence.push((heading.into(), lines));
        }
        self
    }

    /// The text of an error.
    pub fn error(&self, color: Color) -> String {
        self.render(&color.paint(BAD, "error"), color)
    }

    /// The text of a warning.
    pub fn warning(&self, color: Color) -> String {
        self.render(&color.paint(DOUBT, "warning"), color)
    }

    fn render(&self, kind: &str, color: Color) -> String {
        let mut text = format!("{kind}: {}\n", self.message);
        if let Some(position) = &self.position {
            let _ = writeln!(text, "  {} {position}", color.paint(FAINT, "-->"));
        }
        for (heading, lines) in &self.evidence {
            let _ = writeln!(text, "  {heading}:");
            for line in lines {
                let line = format!("    {} {line}", color.paint(FAINT, "|"));
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        for (number, hint) in self.hints.iter().enumerate() {
            let lead = if number == 0 {
                color.paint(GOOD, "help:")
            } else {
                "     ".to_owned()
            };
            let _ = writeln!(text, "{lead} {hint}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_happened_what_was_seen_and_what_to_do() {
        let report = Report {
            position: Some("stack.yaml:3:5".into()),
            ..Report::new("container shop-db-1 is unhealthy")
        }
        .evidence("its last log lines", ["one", ""])
        .evidence("nothing", Vec::<String>::new())
        .hint("look")
        .hint("and think");
        assert_eq!(
            report.error(Color::OFF),
            "error: container shop-db-1 is unhealthy\n  --> stack.yaml:3:5\n  its last log lines:\n    | one\n    |\n\
             help: look\n      and think\n"
        );
        assert_eq!(
            Report::new("odd").warning(Color::ON),
            "\u{1b}[33mwarning\u{1b}[0m: odd\n"
        );
    }
}
