//! Progress on a terminal: live lines that are drawn again in place.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anstyle::Style;
use indexmap::IndexMap;

use super::change::{Standing, Update};
use super::color::{BAD, BUSY, DOUBT, FAINT, GOOD};
use super::{Color, text};

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// Time between two pictures of the spinner.
const TURN: Duration = Duration::from_millis(100);
const HIDE_CURSOR: &str = "\u{1b}[?25l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";
const CLEAR_REST_OF_LINE: &str = "\u{1b}[K";
const CLEAR_BELOW: &str = "\u{1b}[J";
const BAR: usize = 16;

/// The picture of all that is going on. It returns what to write and writes nothing itself.
#[derive(Debug)]
pub(super) struct Tty {
    title: String,
    color: Color,
    begun: Instant,
    lines: IndexMap<String, Line>,
    /// Lines on the terminal that the next picture replaces.
    drawn: usize,
}

#[derive(Debug)]
struct Line {
    standing: Standing,
    text: String,
    details: String,
    begun: Instant,
    ended: Option<Instant>,
    layers: IndexMap<String, Layer>,
}

#[derive(Debug, Default)]
struct Layer {
    current: u64,
    total: u64,
    /// What is done with it now, and how far that is; none while it waits or is over.
    phase: Option<(String, u64, u64)>,
}

/// What a terminal can show: columns and rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Tty {
    pub(super) fn new(title: impl Into<String>, color: Color, now: Instant) -> Self {
        Self {
            title: title.into(),
            color,
            begun: now,
            lines: IndexMap::new(),
            drawn: 0,
        }
    }

    /// Takes news in.
    pub(super) fn update(&mut self, update: &Update, now: Instant) {
        let id = update.parent.as_ref().unwrap_or(&update.id);
        let line = self.lines.entry(id.clone()).or_insert_with(|| Line {
            standing: Standing::Working,
            text: update.text.clone(),
            details: String::new(),
            begun: now,
            ended: None,
            layers: IndexMap::new(),
        });
        if update.parent.is_some() {
            let layer = line.layers.entry(update.id.clone()).or_default();
            if let Some(total) = update.total {
                layer.total = total;
            }
            let counted = update.current.zip(update.total);
            layer.phase = counted
                .filter(|_| update.standing == Standing::Working)
                .map(|(current, total)| (update.text.clone(), current, total));
            // Only the bytes that go over the wire count, not those unpacked later.
            match update.text.as_str() {
                "Downloading" | "Pushing" => {
                    layer.current = update.current.unwrap_or(layer.current);
                }
                _ if update.standing == Standing::Done || update.text == "Download complete" => {
                    layer.current = layer.total;
                }
                _ => {}
            }
            return;
        }
        if line.text != update.text && update.standing == Standing::Working {
            line.begun = now;
        }
        line.standing = update.standing;
        line.text.clone_from(&update.text);
        line.details = text::clean(&update.details);
        line.ended = (update.standing != Standing::Working).then_some(now);
    }

    /// The sequences that draw the picture over the last one.
    pub(super) fn draw(&mut self, now: Instant, size: Size) -> String {
        let mut picture = self.erase();
        picture.insert_str(0, HIDE_CURSOR);
        let shown = self.shown(size.rows.saturating_sub(2).max(1));
        let _ = writeln!(
            picture,
            "{}{CLEAR_REST_OF_LINE}",
            self.heading(now, size.columns)
        );
        let ids = shown.iter().map(|(id, _)| text::width(id)).max();
        let words = shown
            .iter()
            .map(|(_, line)| text::width(&line.text))
            .max()
            .unwrap_or(0);
        let mut drawn = 1 + shown.len();
        for (id, line) in &shown {
            let row = self.row(id, line, ids.unwrap_or(0), words, now, size.columns);
            let _ = writeln!(picture, "{row}{CLEAR_REST_OF_LINE}");
            // Layers have the rows that are left.
            for row in self.layers(line, size.columns) {
                if drawn + 1 < size.rows {
                    let _ = writeln!(picture, "{row}{CLEAR_REST_OF_LINE}");
                    drawn += 1;
                }
            }
        }
        self.drawn = drawn;
        picture.push_str(CLEAR_BELOW);
        picture
    }

    /// The sequences that take the picture away, so that something else can be written in its place.
    pub(super) fn erase(&mut self) -> String {
        let lines = std::mem::take(&mut self.drawn);
        if lines == 0 {
            String::new()
        } else {
            format!("\r\u{1b}[{lines}A{CLEAR_BELOW}")
        }
    }

    /// The last picture, which stays, and the cursor back.
    pub(super) fn finish(&mut self, now: Instant, size: Size) -> String {
        if self.lines.is_empty() {
            return String::new();
        }
        let mut picture = self.draw(now, size);
        picture.push_str(SHOW_CURSOR);
        self.drawn = 0;
        picture
    }

    fn heading(&self, now: Instant, columns: usize) -> String {
        let over = self
            .lines
            .values()
            .filter(|line| line.standing != Standing::Working)
            .count();
        let heading = format!(
            "[+] {} {over}/{}  {}",
            self.title,
            self.lines.len(),
            text::elapsed(now.duration_since(self.begun))
        );
        self.color.paint(BUSY, &text::cut(&heading, columns))
    }

    /// What fits the rows: all that is not over, and the last of what is.
    fn shown(&self, rows: usize) -> Vec<(&String, &Line)> {
        let hidden = self.lines.len().saturating_sub(rows);
        let mut over_to_hide = hidden;
        self.lines
            .iter()
            .filter(|(_, line)| {
                let hide = over_to_hide > 0 && line.standing == Standing::Done;
                over_to_hide -= usize::from(hide);
                !hide
            })
            .take(rows)
            .collect()
    }

    fn row(
        &self,
        id: &str,
        line: &Line,
        ids: usize,
        words: usize,
        now: Instant,
        columns: usize,
    ) -> String {
        let turn = now.duration_since(self.begun).as_millis() / TURN.as_millis();
        let (sign, style) = match line.standing {
            Standing::Working => (
                SPINNER[usize::try_from(turn).unwrap_or(0) % SPINNER.len()],
                BUSY,
            ),
            Standing::Done => ("✔", GOOD),
            Standing::Warning => ("!", DOUBT),
            Standing::Error => ("✘", BAD),
        };
        let time = format!(
            " {}",
            text::elapsed(line.ended.unwrap_or(now).duration_since(line.begun))
        );
        let mut room = columns.saturating_sub(text::width(&time));
        let mut row = String::new();
        for (part, style) in [
            (format!(" {sign} "), style),
            (text::pad(id, ids + 1), Style::new()),
            (text::pad(&line.text, words + 1), style),
            (details(line), FAINT),
        ] {
            let part = text::cut(&part, room);
            room -= text::width(&part);
            row.push_str(&self.color.paint(style, &part));
        }
        row.push_str(&" ".repeat(room));
        row.push_str(&self.color.paint(FAINT, &text::cut(&time, columns)));
        row
    }
}

impl Tty {
    /// A row for each layer that something is done with, below its image.
    fn layers(&self, line: &Line, columns: usize) -> Vec<String> {
        if line.standing != Standing::Working {
            return Vec::new();
        }
        let active = line.layers.iter().filter_map(|(id, layer)| {
            let (word, current, total) = layer.phase.as_ref()?;
            let text = format!(
                "     {id} {} {}",
                text::pad(word, 12),
                bar(*current, *total)
            );
            Some(self.color.paint(FAINT, &text::cut(&text, columns)))
        });
        active.collect()
    }
}

fn details(line: &Line) -> String {
    if line.standing != Standing::Working {
        return line.details.clone();
    }
    let current: u64 = line.layers.values().map(|layer| layer.current).sum();
    let total: u64 = line.layers.values().map(|layer| layer.total).sum();
    if total == 0 {
        return line.details.clone();
    }
    bar(current, total)
}

/// How much of it is done: `████░░░░░░░░░░░░ 30.0MB of 120.0MB`.
fn bar(current: u64, total: u64) -> String {
    let current = current.min(total);
    let parts = current.saturating_mul(BAR as u64) / total.max(1);
    let full = usize::try_from(parts).unwrap_or(0);
    format!(
        "{}{} {} of {}",
        "█".repeat(full),
        "░".repeat(BAR - full),
        text::size(current),
        text::size(total)
    )
}

#[cfg(test)]
mod tests;
