//! Log lines of several containers, each behind the name of its container.

mod line;

use std::io::{self, Write};

use regex::bytes::{Regex, RegexBuilder};
use serde_json::json;

use super::color::{BAD, CONTAINERS};
use super::{Color, text};
use crate::state::Container;

pub use line::{Lines, LogLine};

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
    /// What stands before the lines of each container: of standard output, and of standard error.
    prefixes: Vec<[String; 2]>,
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
            prefixes: Vec::new(),
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
            self.fill_up();
            self.names.len() - 1
        })
    }

    /// Makes the prefixes anew: all are as wide as the widest name.
    fn fill_up(&mut self) {
        let widest = self.names.iter().map(|name| text::width(name)).max();
        let prefix = |(number, name): (usize, &String)| {
            let name = text::pad(name, widest.unwrap_or(0));
            let style = CONTAINERS[number % CONTAINERS.len()].on_default();
            let stdout = self.color.paint(style, &format!("{name}  |"));
            // On a terminal, what comes from standard error has a red bar.
            let stderr = if self.color.is_on() {
                let name = self.color.paint(style, &format!("{name}  "));
                format!("{name}{}", self.color.paint(BAD, "|"))
            } else {
                stdout.clone()
            };
            [stdout + " ", stderr + " "]
        };
        self.prefixes = self.names.iter().enumerate().map(prefix).collect();
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
                "time": String::from_utf8_lossy(&line.time),
                "service": self.services.get(number),
                "container": self.name(number),
                "stream": if line.stderr { "stderr" } else { "stdout" },
                "line": String::from_utf8_lossy(&line.text),
            });
            return writeln!(out, "{object}");
        }
        if self.prefix
            && let Some(prefixes) = self.prefixes.get(number)
        {
            out.write_all(prefixes[usize::from(line.stderr)].as_bytes())?;
        }
        if self.timestamps && !line.time.is_empty() {
            out.write_all(&line.time)?;
            out.write_all(b" ")?;
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
            time: time.to_owned().into(),
            text: text.as_bytes().to_vec().into(),
        }
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
