//! docker compose beside windlass: the same stack on the same engine, and what both print about it.

use regex::Regex;

use super::engine::{Ran, Stack};

impl Stack {
    /// Panics unless docker compose, where it is there, ends with the same code and prints the same.
    #[track_caller]
    pub(crate) fn same_as_compose(&self, args: &[&str]) {
        self.alike(args, str::to_owned);
    }

    /// The same for tables: equal as far as docker compose's columns go, whatever the widths and the order of rows.
    #[track_caller]
    pub(crate) fn same_cells_as_compose(&self, args: &[&str]) {
        let columns = self.compose(args).map_or(0, |theirs| {
            cells(theirs.stdout.lines().next().unwrap_or_default()).len()
        });
        self.alike(args, |text| table(text, columns));
    }

    /// The same after `normal` has taken out what may differ.
    #[track_caller]
    pub(crate) fn alike(&self, args: &[&str], normal: impl Fn(&str) -> String) {
        if let Some(theirs) = self.compose(args) {
            let ours = self.run(args);
            let seen = |ran: &Ran| (ran.status, normal(&ran.stdout));
            assert_eq!(
                seen(&ours),
                seen(&theirs),
                "{args:?}:\n{}\ndocker compose says\n{}",
                ours.both(),
                theirs.both()
            );
        }
    }
}

/// A table's first columns, its rows in order.
fn table(text: &str, columns: usize) -> String {
    let text = timeless(text);
    let mut rows: Vec<String> = text
        .lines()
        .map(|line| {
            let mut cells = cells(line);
            cells.truncate(columns);
            cells.join(" | ")
        })
        .collect();
    if let Some(rows) = rows.get_mut(1..) {
        rows.sort();
    }
    rows.join("\n")
}

/// Lengths of time differ from one run to the next, and the processor's time from one moment to the next: `ps` tells
/// the share of it since the start (C), the start and what was used.
pub(crate) fn timeless(text: &str) -> String {
    let length = Regex::new(r"\d+ (second|minute)s?|Less than a second|About a minute").unwrap();
    let used = Regex::new(r"\d+ +\d\d:\d\d +\? +\d\d:\d\d:\d\d").unwrap();
    let text = length.replace_all(text, "TIME");
    used.replace_all(&text, "0  00:00  ?  00:00:00")
        .into_owned()
}

/// What stands between two spaces or more.
fn cells(line: &str) -> Vec<&str> {
    let cells = line.split("  ").map(str::trim);
    cells.filter(|cell| !cell.is_empty()).collect()
}
