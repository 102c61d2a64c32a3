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
    names: Vec<String>,
}

impl LogForm {
    /// Without `prefix` there are only lines.
    pub fn new(color: Color, prefix: bool) -> Self {
        Self {
            color,
            prefix,
            names: Vec::new(),
        }
    }

    /// Makes a container known; answers its number for [`LogForm::line`]. A known name keeps its number.
    pub fn add(&mut self, name: &str) -> usize {
        match self.names.iter().position(|known| known == name) {
            Some(number) => number,
            None => {
                self.names.push(name.to_owned());
                self.names.len() - 1
            }
        }
    }

    /// The name behind a number.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    /// Writes one line of a container's.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn line(&self, out: &mut impl Write, number: usize, line: &[u8]) -> io::Result<()> {
        if self.prefix {
            let widest = self.names.iter().map(|name| text::width(name)).max();
            let name = text::pad(self.name(number), widest.unwrap_or(0));
            let style = CONTAINERS[number % CONTAINERS.len()].on_default();
            let prefix = self.color.paint(style, &format!("{name}  |"));
            write!(out, "{prefix} ")?;
        }
        out.write_all(line)?;
        out.write_all(b"\n")
    }
}

/// Cuts a stream of bytes into lines. Standard output and standard error are cut each for itself.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    begun: [Vec<u8>; 2],
}

impl Lines {
    /// Takes bytes in; answers the lines they complete, without line ends.
    pub fn push(&mut self, stderr: bool, bytes: &[u8]) -> Vec<Vec<u8>> {
        let begun = &mut self.begun[usize::from(stderr)];
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            begun.extend_from_slice(piece);
            if begun.last() == Some(&b'\n') {
                lines.push(trimmed(std::mem::take(begun)));
            }
        }
        lines
    }

    /// The lines that were begun and never ended.
    pub fn finish(&mut self) -> Vec<Vec<u8>> {
        let begun = std::mem::take(&mut self.begun);
        begun
            .into_iter()
            .filter(|line| !line.is_empty())
            .map(trimmed)
            .collect()
    }
}

fn trimmed(mut line: Vec<u8>) -> Vec<u8> {
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
    line
}

/// Splits the engine's time off a line that was asked for with timestamps; without one all is line.
pub fn split_time(line: &[u8]) -> (&[u8], &[u8]) {
    let looks_like_time = |time: &[u8]| {
        time.len() >= 20 && time[0].is_ascii_digit() && time[4] == b'-' && time[10] == b'T'
    };
    match line.iter().position(|byte| *byte == b' ') {
        Some(end) if looks_like_time(&line[..end]) => (&line[..end], &line[end + 1..]),
        None if looks_like_time(line) => (line, &[]),
        _ => (&[], line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: &LogForm, lines: &[(usize, &str)]) -> String {
        let mut out = Vec::new();
        for (number, line) in lines {
            form.line(&mut out, *number, line.as_bytes()).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn names_are_filled_up_to_the_widest() {
        let mut form = LogForm::new(Color::OFF, true);
        let (web, worker) = (form.add("web-1"), form.add("worker-12"));
        assert_eq!(form.add("web-1"), web);
        assert_eq!(
            written(&form, &[(web, "hello"), (worker, ""), (web, "bye")]),
            "web-1      | hello\nworker-12  | \nweb-1      | bye\n"
        );
    }

    #[test]
    fn each_container_has_its_colour() {
        let mut form = LogForm::new(Color::ON, true);
        let (web, db) = (form.add("web-1"), form.add("db-1"));
        assert_eq!(
            written(&form, &[(web, "a"), (db, "b")]),
            "\u{1b}[36mweb-1  |\u{1b}[0m a\n\u{1b}[33mdb-1   |\u{1b}[0m b\n"
        );
    }

    #[test]
    fn without_prefix_there_are_only_lines() {
        let mut form = LogForm::new(Color::ON, false);
        let web = form.add("web-1");
        assert_eq!(written(&form, &[(web, "hello")]), "hello\n");
    }

    #[test]
    fn bytes_are_cut_into_lines_whatever_their_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(false, b"one\ntw"), [b"one".to_vec()]);
        assert_eq!(lines.push(true, b"error\r\n"), [b"error".to_vec()]);
        assert_eq!(lines.push(false, b"o\n\nrest"), [b"two".to_vec(), Vec::new()]);
        assert_eq!(lines.finish(), [b"rest".to_vec()]);
        assert!(lines.finish().is_empty());
    }

    #[test]
    fn the_engines_time_is_split_off() {
        let time = "2024-05-06T07:08:09.123456789Z";
        let line = format!("{time} a b");
        assert_eq!(split_time(line.as_bytes()), (time.as_bytes(), &b"a b"[..]));
        assert_eq!(split_time(time.as_bytes()), (time.as_bytes(), &b""[..]));
        assert_eq!(split_time(b"just text"), (&b""[..], &b"just text"[..]));
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
