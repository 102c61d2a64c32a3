//! Log lines of several containers, each behind the name of its container.

mod line;

use std::io::{self, Write};

use regex::bytes::{Regex, RegexBuilder};
use serde_json::json;

use super::color::{BAD, CONTAINERS};
use super::{Color, text};
use crate::label;
use crate::state::Container;

pub use line::{Lines, LogLine};

/// The name of a container in logs: without the project's name in front.
pub fn name<'a>(container: &'a Container, project: &str) -> &'a str {
    label::short_name(&container.name, project)
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
mod tests;
