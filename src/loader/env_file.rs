//! The grammar of `.env` and `env_file`: `NAME=value` lines with quotes, comments and variables.
//!
//! Unquoted and double-quoted values are interpolated, single-quoted ones are not; a bare `NAME` takes the caller's
//! value. Pure: the text and the lookup are arguments, places are byte ranges of the text.

use std::ops::Range;

use indexmap::IndexMap;

use super::interpolate::{InterpolationErrorKind, Unset, interpolate};

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

/// What is wrong in a file, and where in it, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub(crate) struct EnvFileError {
    /// What is wrong.
    pub(crate) kind: EnvFileErrorKind,
    /// The part of the file to blame.
    pub(crate) span: Range<usize>,
}

/// What is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvFileErrorKind {
    /// A character that no variable's name has.
    #[error("unexpected character {character:?} in the variable name `{name}`")]
    Character {
        /// The character.
        character: char,
        /// The name as written.
        name: String,
    },
    /// White space inside a name.
    #[error("the variable name `{0}` contains white space")]
    WhiteSpace(String),
    /// A line that begins with `=`.
    #[error("no variable name before `=`")]
    NoName,
    /// A quote that the file never closes.
    #[error("the value of `{name}` has no closing {quote}")]
    Unterminated {
        /// The variable.
        name: String,
        /// `'` or `"`.
        quote: char,
    },
    /// A variable in a value that cannot be replaced.
    #[error("{0}")]
    Interpolation(InterpolationErrorKind),
}

impl EnvFileErrorKind {
    /// What the user can do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Character { character: '#', .. } => {
                "put the comment on a line of its own".to_owned()
            }
            Self::Character { .. } | Self::WhiteSpace(_) | Self::NoName => {
                "a line is `NAME=value`; names have letters, digits, `_`, `.` and `-`".to_owned()
            }
            Self::Unterminated { quote, .. } => {
                format!("close the value with {quote}, and write \\{quote} for one inside it")
            }
            Self::Interpolation(kind @ InterpolationErrorKind::Required { .. }) => kind.hint(),
            Self::Interpolation(kind) => {
                format!("{}, or put the value in single quotes", kind.hint())
            }
        }
    }
}

/// Something to warn about, and where in the file, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvFileDoubt {
    /// What is doubtful.
    pub(crate) kind: EnvFileDoubtKind,
    /// The part of the file.
    pub(crate) span: Range<usize>,
}

/// A doubt's kind; its text is the warning's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvFileDoubtKind {
    /// More text on the line of a quoted value: it begins a line of its own, as in other readers of the format.
    #[error(
        "the value of `{0}` ends at its closing quote; what follows is read as another variable"
    )]
    AfterQuote(String),
    /// A value without a name, which other readers of the format keep under an empty one.
    #[error("no variable name before `=`: nothing can use the value")]
    NoName,
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

    /// Reads to the line's end; a comment behind the value is left to [`Self::skip_to_statement`].
    fn read_unquoted(&mut self) -> Result<String, EnvFileError> {
        let start = self.at;
        let line = &self.text[start..self.line_end()];
        let value = line.split(" #").next().unwrap_or(line).trim_end();
        self.at = start + value.len();
        self.interpolate(value, |at| start + at)
    }

    /// Reads `'...'`: only `\'` has a meaning.
    fn read_single_quoted(&mut self, name: &str) -> Result<String, EnvFileError> {
        let inner = self.read_quotes('\'', name)?;
        self.doubt_rest_of_line(name);
        Ok(inner.replace("\\'", "'"))
    }

    /// Reads `"..."`: escapes, then variables.
    fn read_double_quoted(&mut self, name: &str) -> Result<String, EnvFileError> {
        let start = self.at + 1;
        let inner = self.read_quotes('"', name)?;
        let unescaped = Unescaped::of(inner);
        let value = self.interpolate(&unescaped.text, |at| start + unescaped.written_at(at))?;
        self.doubt_rest_of_line(name);
        Ok(value)
    }

    /// Reads up to the closing quote, over lines; a backslash keeps the character behind it from closing.
    fn read_quotes(&mut self, quote: char, name: &str) -> Result<&'t str, EnvFileError> {
        let start = self.at + 1;
        let mut escaped = false;
        for (at, character) in self.text[start..].char_indices() {
            if character == quote && !escaped {
                self.at = start + at + 1;
                return Ok(&self.text[start..start + at]);
            }
            escaped = character == '\\' && !escaped;
        }
        let span = self.at..self.line_end();
        // What follows would be read with inside and outside exchanged.
        self.at = self.text.len();
        Err(EnvFileError {
            kind: EnvFileErrorKind::Unterminated {
                name: name.to_owned(),
                quote,
            },
            span,
        })
    }

    fn doubt_rest_of_line(&mut self, name: &str) {
        let line = &self.text[self.at..self.line_end()];
        let rest = line.trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            let start = self.at + (line.len() - line.trim_start().len());
            let kind = EnvFileDoubtKind::AfterQuote(name.to_owned());
            self.file.doubts.push(EnvFileDoubt {
                kind,
                span: start..start + rest.len(),
            });
        }
    }

    /// Interpolates a value; `place` turns its offsets into the file's.
    fn interpolate(
        &mut self,
        value: &str,
        place: impl Fn(usize) -> usize,
    ) -> Result<String, EnvFileError> {
        let spot = |span: Range<usize>| place(span.start)..place(span.end);
        let own = &self.file.variables;
        let known = |name: &str| {
            (self.lookup)(name)
                .or_else(|| own.get(name).map(|own| own.value.clone()))
                .or_else(|| (self.earlier)(name))
        };
        let result = interpolate(value, known).map_err(|error| {
            let kind = EnvFileErrorKind::Interpolation(error.kind);
            EnvFileError {
                kind,
                span: spot(error.span),
            }
        })?;
        let unset = result.unset.into_iter().map(|unset| Unset {
            span: spot(unset.span),
            ..unset
        });
        self.file.unset.extend(unset);
        Ok(result.text)
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

/// A double-quoted text whose escapes are resolved, with the way back to what was written.
struct Unescaped {
    text: String,
    /// For each escape: the offset behind it in `text`, and in what was written.
    shifts: Vec<(usize, usize)>,
}

impl Unescaped {
    fn of(written: &str) -> Self {
        let mut result = Self {
            text: String::with_capacity(written.len()),
            shifts: Vec::new(),
        };
        let mut rest = written;
        while let Some(at) = rest.find('\\') {
            result.text.push_str(&rest[..at]);
            rest = result.push_escape(&rest[at..]);
            result
                .shifts
                .push((result.text.len(), written.len() - rest.len()));
        }
        result.text.push_str(rest);
        result
    }

    /// Resolves the escape at the text's beginning and returns what follows; an unknown one stays as it is.
    fn push_escape<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(character) = text[1..].chars().next() else {
            self.text.push('\\');
            return "";
        };
        let plain = match character {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '"' | '\\' => character,
            '$' => {
                // Interpolation turns it into one dollar sign.
                self.text.push_str("$$");
                return &text[2..];
            }
            '0' => return self.push_octal(text),
            _ => {
                self.text.push('\\');
                self.text.push(character);
                return &text[1 + character.len_utf8()..];
            }
        };
        self.text.push(plain);
        &text[2..]
    }

    /// Resolves `\0` and three octal digits. With other digits, other readers of the format drop the zero and keep
    /// the rest; a value must not depend on who reads it.
    fn push_octal<'t>(&mut self, text: &'t str) -> &'t str {
        let digits = &text[2..];
        let length = digits
            .bytes()
            .take(3)
            .take_while(u8::is_ascii_digit)
            .count();
        let (digits, rest) = digits.split_at(length);
        match u8::from_str_radix(digits, 8) {
            Ok(code) if length == 3 => self.text.push(char::from(code)),
            _ => {
                self.text.push('\\');
                self.text.push_str(digits);
            }
        }
        rest
    }

    /// The offset in what was written that belongs to an offset in the text.
    fn written_at(&self, at: usize) -> usize {
        let before = self.shifts.partition_point(|(text, _)| *text <= at);
        let (text, written) = before
            .checked_sub(1)
            .map_or((0, 0), |last| self.shifts[last]);
        written + (at - text)
    }
}

#[cfg(test)]
mod tests;
