//! Values in a file of variables: quoted or not, with variables of their own.

use std::ops::Range;

use super::escape::Unescaped;
use super::{EnvFileDoubt, EnvFileDoubtKind, EnvFileError, EnvFileErrorKind, Reader};
use crate::loader::interpolate::{Unset, interpolate};

impl<'t, L: Fn(&str) -> Option<String>> Reader<'t, L> {
    /// Reads to the line's end; a comment behind the value is left to [`Self::skip_to_statement`].
    pub(super) fn read_unquoted(&mut self) -> Result<String, EnvFileError> {
        let start = self.at;
        let line = &self.text[start..self.line_end()];
        let value = line.split(" #").next().unwrap_or(line).trim_end();
        self.at = start + value.len();
        self.interpolate(value, |at| start + at)
    }

    /// Reads `'...'`: only `\'` has a meaning.
    pub(super) fn read_single_quoted(&mut self, name: &str) -> Result<String, EnvFileError> {
        let inner = self.read_quotes('\'', name)?;
        self.doubt_rest_of_line(name);
        Ok(inner.replace("\\'", "'"))
    }

    /// Reads `"..."`: escapes, then variables.
    pub(super) fn read_double_quoted(&mut self, name: &str) -> Result<String, EnvFileError> {
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
}
