//! The grammar of `.env` and `env_file`: `NAME=value` lines with quotes, comments and variables.
//!
//! Unquoted and double-quoted values are interpolated, single-quoted ones are not; a bare `NAME` takes the caller's
//! value. Pure: the text and the lookup are arguments, places are byte ranges of the text.

mod error;
mod escape;
mod value;

use std::ops::Range;

use indexmap::IndexMap;

pub(crate) use error::{EnvFileDoubt, EnvFileDoubtKind, EnvFileError, EnvFileErrorKind};

use super::interpolate::Unset;

/// The variables of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EnvFile {
    /// Names in the order of the file; where one is repeated, its last value and place.
    pub(crate) variables: IndexMap<String, EnvValue>,
    /// Variables that values use, but that are not set.
    pub(crate) unset: Vec<Unset>,
    /// What is read, but hardly as it was meant.
    pub(crate) doubts: Vec<EnvFileDoubt>,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvValue {
    /// The value, quotes, escapes and variables resolved.
    pub(crate) value: String,
    /// Where the name stands in the file, in bytes.
    pub(crate) name_span: Range<usize>,
    /// Where the value stands in the file, quotes included, in bytes; empty behind a bare name.
    pub(crate) value_span: Range<usize>,
}

/// How a file is written: `env_file.format` of the specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EnvFileFormat {
    /// Quotes, comments and variables have their meaning.
    #[default]
    DotEnv,
    /// Everything after `=` is the value (`raw`).
    Raw,
}

/// Reads a file's text, where there is no other file.
#[cfg(test)]
pub(super) fn parse_env_file<L>(
    text: &str,
    format: EnvFileFormat,
    lookup: L,
) -> Result<EnvFile, Vec<EnvFileError>>
where
    L: Fn(&str) -> Option<String>,
{
    parse_later_env_file(text, format, lookup, &|_| None)
}

/// Reads a file's text, `earlier` being what the files before it say.
///
/// A value's variables are looked up with `lookup` first, so that the caller's environment wins, then among the file's
/// own names above, then in the `earlier` files; a bare name asks `lookup` only and is left out where that knows nothing.
///
/// # Errors
/// All mistakes of the file, in its order.
pub(crate) fn parse_later_env_file<L>(
    text: &str,
    format: EnvFileFormat,
    lookup: L,
    earlier: &dyn Fn(&str) -> Option<String>,
) -> Result<EnvFile, Vec<EnvFileError>>
where
    L: Fn(&str) -> Option<String>,
{
    let begin = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut reader = Reader {
        text,
        at: begin,
        lookup,
        earlier,
        file: EnvFile::default(),
        errors: Vec::new(),
    };
    match format {
        EnvFileFormat::DotEnv => reader.read_statements(),
        EnvFileFormat::Raw => reader.read_raw_lines(),
    }
    if reader.errors.is_empty() {
        Ok(reader.file)
    } else {
        Err(reader.errors)
    }
}

struct Reader<'t, L> {
    text: &'t str,
    at: usize,
    lookup: L,
    earlier: &'t dyn Fn(&str) -> Option<String>,
    file: EnvFile,
    errors: Vec<EnvFileError>,
}

impl<'t, L: Fn(&str) -> Option<String>> Reader<'t, L> {
    fn read_statements(&mut self) {
        while self.skip_to_statement() {
            if let Err(error) = self.read_statement() {
                self.errors.push(error);
                self.at = self.line_end();
            }
        }
    }

    /// Skips empty lines and comments; false at the end.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            self.skip(char::is_whitespace);
            match self.rest().chars().next() {
                None => return false,
                Some('#') => self.at = self.line_end(),
                Some(_) => return true,
            }
        }
    }

    fn read_statement(&mut self) -> Result<(), EnvFileError> {
        self.skip_export();
        let (name, name_span, bare) = self.read_name()?;
        if bare {
            self.inherit(name, name_span);
            return Ok(());
        }
        self.skip(is_blank);
        let start = self.at;
        let value = match self.rest().chars().next() {
            Some('\'') => self.read_single_quoted(name)?,
            Some('"') => self.read_double_quoted(name)?,
            _ => self.read_unquoted()?,
        };
        let value_span = start..self.at;
        if name.is_empty() {
            self.file.doubts.push(EnvFileDoubt {
                kind: EnvFileDoubtKind::NoName,
                span: name_span.clone(),
            });
        }
        self.define(name, value, name_span, value_span);
        Ok(())
    }

    fn skip_export(&mut self) {
        let export = "export";
        if self
            .rest()
            .strip_prefix(export)
            .is_some_and(|rest| rest.starts_with(is_blank))
        {
            let start = self.at;
            self.at += export.len();
            self.skip(is_blank);
            // `export = 1` sets a variable of that name.
            if self.rest().is_empty() || self.rest().starts_with(['=', ':', '\n', '#']) {
                self.at = start;
            }
        }
    }

    /// Reads a name and the `=` or `:` behind it; true where the line ends instead.
    fn read_name(&mut self) -> Result<(&'t str, Range<usize>, bool), EnvFileError> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(['=', ':', '\n']).unwrap_or(rest.len());
        let written = &rest[..length];
        let bare = !rest[length..].starts_with(['=', ':']);
        // A comment can follow a bare name.
        let name = if bare {
            written.split(" #").next().unwrap_or(written)
        } else {
            written
        };
        let name = name.trim_end();
        let place = |at: usize, width: usize| start + at..start + at + width;
        if let Some((at, character)) = name.char_indices().find(|(_, c)| !is_name_character(*c)) {
            let kind = if character.is_whitespace() {
                EnvFileErrorKind::WhiteSpace(name.to_owned())
            } else {
                EnvFileErrorKind::Character {
                    character,
                    name: name.to_owned(),
                }
            };
            return Err(EnvFileError {
                kind,
                span: place(at, character.len_utf8()),
            });
        }
        self.at += if bare { length } else { length + 1 };
        Ok((
            name,
            place(0, name.len().max(usize::from(!bare && name.is_empty()))),
            bare,
        ))
    }

    fn inherit(&mut self, name: &str, span: Range<usize>) {
        if let Some(value) = (self.lookup)(name) {
            let end = span.end;
            self.define(name, value, span, end..end);
        }
    }

    fn define(
        &mut self,
        name: &str,
        value: String,
        name_span: Range<usize>,
        value_span: Range<usize>,
    ) {
        self.file.variables.insert(
            name.to_owned(),
            EnvValue {
                value,
                name_span,
                value_span,
            },
        );
    }

    fn read_raw_lines(&mut self) {
        while self.at < self.text.len() {
            let end = self.line_end();
            self.skip(|character| character.is_whitespace() && character != '\n');
            let start = self.at.min(end);
            let line = self.text[start..end]
                .strip_suffix('\r')
                .unwrap_or(&self.text[start..end]);
            if !line.is_empty() && !line.starts_with('#') {
                self.read_raw_line(line, start);
            }
            self.at = end + 1;
        }
    }

    fn read_raw_line(&mut self, line: &str, start: usize) {
        let (name, value) = line
            .split_once('=')
            .map_or((line, None), |(name, value)| (name, Some(value)));
        let name_span = start..start + name.len();
        let kind = if name.is_empty() {
            Some(EnvFileErrorKind::NoName)
        } else {
            name.contains(char::is_whitespace)
                .then(|| EnvFileErrorKind::WhiteSpace(name.to_owned()))
        };
        match (kind, value) {
            (Some(kind), _) => {
                let span = start..start + name.len().max(1);
                self.errors.push(EnvFileError { kind, span });
            }
            (None, Some(value)) => {
                let value_at = name_span.end + 1;
                self.define(
                    name,
                    value.to_owned(),
                    name_span,
                    value_at..value_at + value.len(),
                );
            }
            (None, None) => self.inherit(name, name_span),
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self, skipped: fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(skipped).len();
    }

    fn line_end(&self) -> usize {
        self.rest()
            .find('\n')
            .map_or(self.text.len(), |distance| self.at + distance)
    }
}

/// White space that does not end a line.
fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '[' | ']')
}

#[cfg(test)]
mod tests;
