//! Log lines of several containers, each behind the name of its container.

use std::io::{self, Write};

use regex::bytes::{Regex, RegexBuilder};
use serde_json::json;

use super::color::{BAD, CONTAINERS};
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
    json: bool,
    filter: Filter,
    names: Vec<String>,
    services: Vec<String>,
}

/// Which lines are shown.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these patterns is in a line, where there are any.
    pub grep: Vec<Regex>,
    /// None of these is.
    pub exclude: Vec<Regex>,
}

impl Filter {
    fn shows(&self, text: &[u8]) -> bool {
        let found = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(text));
        (self.grep.is_empty() || found(&self.grep)) && !found(&self.exclude)
    }
}

/// A pattern for lines, whatever bytes these hold.
///
/// # Errors
/// Where it is not well formed.
pub fn pattern(text: &str) -> Result<Regex, regex::Error> {
    Regex::new(text).or_else(|error| {
        // Without the tables of all alphabets, only letters of ASCII can lose their case.
        let plain = RegexBuilder::new(text).unicode(false).build();
        plain.map_err(|_| error)
    })
}

impl LogForm {
    /// With `prefix` the container's name stands before each line, with `timestamps` the line's time.
    pub fn new(color: Color, prefix: bool, timestamps: bool) -> Self {
        Self {
            color,
            prefix,
            timestamps,
            json: false,
            filter: Filter::default(),
            names: Vec::new(),
            services: Vec::new(),
        }
    }

    /// Shows only the lines that pass.
    #[must_use]
    pub fn filtered(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Writes one JSON object per line.
    #[must_use]
    pub fn as_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }

    /// Makes a container known; answers its number for [`LogForm::line`]. A known name keeps its number.
    pub fn add(&mut self, container: &Container, project: &str) -> usize {
        let name = name(container, project);
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            let service = container.service().unwrap_or_default();
            self.services.push(service.to_owned());
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
        if !self.filter.shows(&line.text) {
            return Ok(());
        }
        if self.json {
            let object = json!({
                "time": line.time,
                "service": self.services.get(number),
                "container": self.name(number),
                "stream": if line.stderr { "stderr" } else { "stdout" },
                "line": String::from_utf8_lossy(&line.text),
            });
            return writeln!(out, "{object}");
        }
        if self.prefix {
            let widest = self.names.iter().map(|name| text::width(name)).max();
            let name = text::pad(self.name(number), widest.unwrap_or(0));
            let style = CONTAINERS[number % CONTAINERS.len()].on_default();
            // On a terminal, what comes from standard error has a red bar.
            let prefix = if line.stderr && self.color.is_on() {
                let name = self.color.paint(style, &format!("{name}  "));
                format!("{name}{}", self.color.paint(BAD, "|"))
            } else {
                self.color.paint(style, &format!("{name}  |"))
            };
            write!(out, "{prefix} ")?;
        }
        if self.timestamps && !line.time.is_empty() {
            write!(out, "{} ", line.time)?;
        }
        out.write_all(&line.text)?;
        out.write_all(b"\n")
    }

    /// Writes that a container ended.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn end(&self, out: &mut impl Write, number: usize, code: i64) -> io::Result<()> {
        if self.json {
            let object = json!({
                "service": self.services.get(number),
                "container": self.name(number),
                "exit_code": code,
            });
            return writeln!(out, "{object}");
        }
        writeln!(out, "{} exited with code {code}", self.name(number))
    }
}

/// One line of a container's output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogLine {
    /// Whether it was written to standard error.
    pub stderr: bool,
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
            begun.stderr = stderr;
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
        let (web, worker) = (
            form.add(&container("web-1"), "shop"),
            form.add(&container("worker-12"), "shop"),
        );
        assert_eq!(form.add(&container("web-1"), "shop"), web);
        assert_eq!(
            written(&form, &[(web, "hello"), (worker, ""), (web, "bye")]),
            "web-1      | hello\nworker-12  | \nweb-1      | bye\n"
        );
    }

    #[test]
    fn each_container_has_its_colour() {
        let mut form = LogForm::new(Color::ON, true, false);
        let (web, db) = (
            form.add(&container("web-1"), "shop"),
            form.add(&container("db-1"), "shop"),
        );
        assert_eq!(
            written(&form, &[(web, "a"), (db, "b")]),
            "\u{1b}[36mweb-1  |\u{1b}[0m a\n\u{1b}[33mdb-1   |\u{1b}[0m b\n"
        );
    }

    #[test]
    fn without_prefix_there_are_only_lines() {
        let mut form = LogForm::new(Color::ON, false, false);
        let web = form.add(&container("web-1"), "shop");
        assert_eq!(written(&form, &[(web, "hello")]), "hello\n");

        let mut form = LogForm::new(Color::OFF, false, true);
        let web = form.add(&container("web-1"), "shop");
        assert_eq!(
            written(&form, &[(web, "hello")]),
            "2024-05-06T07:08:09.1Z hello\n"
        );
    }

    fn container(name: &str) -> Container {
        let service = name.split('-').next().unwrap_or_default();
        Container {
            name: format!("shop-{name}"),
            labels: [(crate::label::SERVICE.to_owned(), service.to_owned())].into(),
            ..Container::default()
        }
    }

    #[test]
    fn lines_are_chosen_by_what_is_in_them() {
        let filter = |grep: &[&str], exclude: &[&str]| {
            let patterns =
                |texts: &[&str]| texts.iter().map(|text| pattern(text).unwrap()).collect();
            Filter {
                grep: patterns(grep),
                exclude: patterns(exclude),
            }
        };
        let lines = [(0, "GET /a 200"), (0, "get /b 404"), (0, "ü")];
        for (filter, expected) in [
            (filter(&["GET"], &[]), "GET /a 200\n"),
            (filter(&["(?i)get"], &[]), "GET /a 200\nget /b 404\n"),
            (filter(&["(?i)get"], &["4\\d\\d$"]), "GET /a 200\n"),
            (filter(&["200", "^ü$"], &[]), "GET /a 200\nü\n"),
            (filter(&[], &["."]), ""),
        ] {
            let form = LogForm::new(Color::OFF, false, false).filtered(filter);
            assert_eq!(written(&form, &lines), expected);
        }
        assert!(pattern("(").is_err());
    }

    #[test]
    fn programs_get_an_object_a_line() {
        let mut form = LogForm::new(Color::ON, true, false).as_json(true);
        let web = form.add(&container("web-1"), "shop");
        let mut out = written(&form, &[(web, "\"quoted\"")]).into_bytes();
        form.end(&mut out, web, 3).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"time\":\"2024-05-06T07:08:09.1Z\",\"service\":\"web\",\"container\":\"web-1\",\"stream\":\"stdout\",\
             \"line\":\"\\\"quoted\\\"\"}\n\
             {\"service\":\"web\",\"container\":\"web-1\",\"exit_code\":3}\n"
        );
    }

    #[test]
    fn standard_error_has_a_red_bar_on_a_terminal() {
        let mut form = LogForm::new(Color::ON, true, false);
        let web = form.add(&container("web-1"), "shop");
        let line = LogLine {
            stderr: true,
            ..line("", "oh")
        };
        let mut out = Vec::new();
        form.line(&mut out, web, &line).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\u{1b}[36mweb-1  \u{1b}[0m\u{1b}[1m\u{1b}[31m|\u{1b}[0m oh\n"
        );
    }

    fn line(time: &str, text: &str) -> LogLine {
        LogLine {
            stderr: false,
            time: time.to_owned(),
            text: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn output_is_cut_into_lines_whatever_its_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(false, b"one\ntw"), [line("", "one")]);
        let error = LogLine {
            stderr: true,
            ..line("", "error")
        };
        assert_eq!(lines.push(true, b"error\r\n"), [error]);
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
