//! Log lines of several containers, each behind the name of its container.

use std::io::{self, Write};

use super::color::CONTAINERS;
use super::{Color, text};
use crate::state::Container;

/// The name of a container in logs: without the project's name in front.
pub fn name<'a>(container: &'a Container, project: &str) -> &'a str {
    container
        .name
        .strip_prefix(project)
        .and_then(|rest| rest.strip_prefix('-'))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(&container.name)
}

/// Writes log lines: `web-1  | line`, the names filled up to the widest one, each in its colour.
#[derive(Clone, Debug)]
pub struct LogForm {
    color: Color,
    prefix: bool,
    timestamps: bool,
    names: Vec<String>,
}

impl LogForm {
    /// With `prefix` the container's name stands before each line, with `timestamps` the line's time.
    pub fn new(color: Color, prefix: bool, timestamps: bool) -> Self {
        Self {
            color,
            prefix,
            timestamps,
            names: Vec::new(),
        }
    }

    /// Makes a container known; answers its number for [`LogForm::line`]. A known name keeps its number.
    pub fn add(&mut self, name: &str) -> usize {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// The name behind a number.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    /// Writes one line of a container's.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn line(&self, out: &mut impl Write, number: usize, line: &LogLine) -> io::Result<()> {
        if self.prefix {
            let widest = self.names.iter().map(|name| text::width(name)).max();
            let name = text::pad(self.name(number), widest.unwrap_or(0));
            let style = CONTAINERS[number % CONTAINERS.len()].on_default();
            let prefix = self.color.paint(style, &format!("{name}  |"));
            write!(out, "{prefix} ")?;
        }
        if self.timestamps && !line.time.is_empty() {
            write!(out, "{} ", line.time)?;
        }
        out.write_all(&line.text)?;
        out.write_all(b"\n")
    }
}

/// One line of a container's output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written, by the engine's clock (RFC 3339); empty where the engine didn't tell.
    pub time: String,
    /// The line without its end.
    pub text: Vec<u8>,
}

/// Cuts output that was asked for with timestamps into lines. Standard output and standard error are cut each for
/// itself.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    begun: [LogLine; 2],
}

impl Lines {
    /// Takes a piece of output in; answers the lines it completes.
    ///
    /// The engine puts its time in front of each piece, and a line that it keeps in several pieces has one in front of
    /// each of them.
    pub fn push(&mut self, stderr: bool, bytes: &[u8]) -> Vec<LogLine> {
        let begun = &mut self.begun[usize::from(stderr)];
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (time, text) = split_time(piece);
            if begun.text.is_empty() && begun.time.is_empty() {
                begun.time = String::from_utf8_lossy(time).into_owned();
            }
            begun.text.extend_from_slice(text);
            if piece.last() == Some(&b'\n') {
                lines.push(trimmed(std::mem::take(begun)));
            }
        }
        lines
    }

    /// The lines that were begun and never ended.
    pub fn finish(&mut self) -> Vec<LogLine> {
        let begun = std::mem::take(&mut self.begun);
        begun
            .into_iter()
            .filter(|line| !line.text.is_empty())
            .map(trimmed)
            .collect()
    }
}

fn trimmed(mut line: LogLine) -> LogLine {
    for end in [b'\n', b'\r'] {
        if line.text.last() == Some(&end) {
            line.text.pop();
        }
    }
    line
}

/// Splits the engine's time off a piece of output; without one all is text.
fn split_time(piece: &[u8]) -> (&[u8], &[u8]) {
    let looks_like_time = |time: &[u8]| {
        time.len() >= 20 && time[0].is_ascii_digit() && time[4] == b'-' && time[10] == b'T'
    };
    match piece.iter().position(|byte| *byte == b' ') {
        Some(end) if looks_like_time(&piece[..end]) => (&piece[..end], &piece[end + 1..]),
        _ => (&[], piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: &LogForm, lines: &[(usize, &str)]) -> String {
        let mut out = Vec::new();
        for (number, line) in lines {
            let line = self::line("2024-05-06T07:08:09.1Z", line);
            form.line(&mut out, *number, &line).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn names_are_filled_up_to_the_widest() {
        let mut form = LogForm::new(Color::OFF, true, false);
        let (web, worker) = (form.add("web-1"), form.add("worker-12"));
        assert_eq!(form.add("web-1"), web);
        assert_eq!(
            written(&form, &[(web, "hello"), (worker, ""), (web, "bye")]),
            "web-1      | hello\nworker-12  | \nweb-1      | bye\n"
        );
    }

    #[test]
    fn each_container_has_its_colour() {
        let mut form = LogForm::new(Color::ON, true, false);
        let (web, db) = (form.add("web-1"), form.add("db-1"));
        assert_eq!(
            written(&form, &[(web, "a"), (db, "b")]),
            "\u{1b}[36mweb-1  |\u{1b}[0m a\n\u{1b}[33mdb-1   |\u{1b}[0m b\n"
        );
    }

    #[test]
    fn without_prefix_there_are_only_lines() {
        let mut form = LogForm::new(Color::ON, false, false);
        let web = form.add("web-1");
        assert_eq!(written(&form, &[(web, "hello")]), "hello\n");

        let mut form = LogForm::new(Color::OFF, false, true);
        let web = form.add("web-1");
        assert_eq!(
            written(&form, &[(web, "hello")]),
            "2024-05-06T07:08:09.1Z hello\n"
        );
    }

    fn line(time: &str, text: &str) -> LogLine {
        LogLine {
            time: time.to_owned(),
            text: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn output_is_cut_into_lines_whatever_its_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(false, b"one\ntw"), [line("", "one")]);
        assert_eq!(lines.push(true, b"error\r\n"), [line("", "error")]);
        assert_eq!(
            lines.push(false, b"o\n\nrest"),
            [line("", "two"), line("", "")]
        );
        assert_eq!(lines.finish(), [line("", "rest")]);
        assert!(lines.finish().is_empty());
    }

    #[test]
    fn the_engines_time_is_split_off_each_piece() {
        let (early, late) = ("2024-05-06T07:08:09.1Z", "2024-05-06T07:08:09.2Z");
        let mut lines = Lines::default();
        let piece = format!("{early} a long ");
        assert!(lines.push(false, piece.as_bytes()).is_empty());
        let piece = format!("{late} line\n");
        assert_eq!(
            lines.push(false, piece.as_bytes()),
            [line(early, "a long line")]
        );
        let piece = format!("{early} \n{late} two words\n");
        assert_eq!(
            lines.push(false, piece.as_bytes()),
            [line(early, ""), line(late, "two words")]
        );
    }

    #[test]
    fn the_projects_name_is_left_out() {
        let container = |name: &str| Container {
            name: name.to_owned(),
            ..Container::default()
        };
        assert_eq!(name(&container("shop-web-1"), "shop"), "web-1");
        assert_eq!(name(&container("shopper"), "shop"), "shopper");
        assert_eq!(name(&container("shop-"), "shop"), "shop-");
    }
}
