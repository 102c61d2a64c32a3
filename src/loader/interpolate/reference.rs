//! References to variables, as they stand in a string.

use super::{InterpolationError, InterpolationErrorKind};

/// More braces than these cannot be open at once.
const MOST_OPEN: usize = 1000;

/// A piece of a string: text to keep, or a reference to a variable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Reference(Reference<'t>),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Reference<'t> {
    pub(super) name: &'t str,
    pub(super) name_at: usize,
    /// The modifier and the text after it.
    pub(super) modifier: Option<(Modifier, &'t str)>,
    pub(super) operand_at: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Modifier {
    Default { or_empty: bool },
    Required { or_empty: bool },
    Replacement { or_empty: bool },
}

impl Modifier {
    pub(super) fn empty_counts_as_unset(self) -> bool {
        match self {
            Self::Default { or_empty }
            | Self::Required { or_empty }
            | Self::Replacement { or_empty } => or_empty,
        }
    }

    /// Reads `-`, `:-` and so on from the text's beginning and returns its length too.
    fn read(text: &str) -> Option<(Self, usize)> {
        let (or_empty, sign) = text
            .strip_prefix(':')
            .map_or((false, text), |sign| (true, sign));
        let modifier = match sign.bytes().next()? {
            b'-' => Self::Default { or_empty },
            b'?' => Self::Required { or_empty },
            b'+' => Self::Replacement { or_empty },
            _ => return None,
        };
        Some((modifier, 1 + usize::from(or_empty)))
    }
}

/// Splits a string at its variables, one nesting level deep.
pub(super) struct Parts<'t> {
    text: &'t str,
    pub(super) at: usize,
}

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn text_until(&mut self, end: usize) -> Part<'t> {
        let text = &self.text[self.at..end];
        self.at = end;
        Part::Text(text)
    }

    /// Reads `{NAME...}`; `self.at` stands on its dollar sign.
    fn braced(&mut self) -> Result<Part<'t>, InterpolationError> {
        let (start, name_at) = (self.at, self.at + 2);
        let inner = &self.text[name_at..];
        // A reader that passes over mistakes goes on behind them.
        self.at = name_at;
        let length = closing_brace(inner).map_err(|(kind, until)| {
            self.at = name_at + until;
            InterpolationError::new(kind, start..self.at)
        })?;
        let (inner, end) = (&inner[..length], name_at + length + 1);
        let name = &inner[..name_length(inner)];
        let after = &inner[name.len()..];
        if name.is_empty() {
            let written = self.text[start..end].to_owned();
            return Err(InterpolationError::new(
                InterpolationErrorKind::BadName(written),
                start..end,
            ));
        }
        let (modifier, operand_at) = match Modifier::read(after) {
            Some((modifier, width)) => (
                Some((modifier, &after[width..])),
                name_at + name.len() + width,
            ),
            None if after.is_empty() => (None, end - 1),
            None => {
                let kind = InterpolationErrorKind::BadModifier {
                    name: name.to_owned(),
                    written: after.to_owned(),
                };
                return Err(InterpolationError::new(kind, name_at + name.len()..end - 1));
            }
        };
        self.at = end;
        Ok(Part::Reference(Reference {
            name,
            name_at,
            modifier,
            operand_at,
        }))
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = Result<Part<'t>, InterpolationError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let dollar = match rest.find('$') {
            None if rest.is_empty() => return None,
            None => return Some(Ok(self.text_until(self.text.len()))),
            Some(0) => &rest[1..],
            Some(distance) => return Some(Ok(self.text_until(self.at + distance))),
        };
        if dollar.starts_with('$') {
            let one = self.text_until(self.at + 1);
            self.at += 1;
            return Some(Ok(one));
        }
        if dollar.starts_with('{') {
            return Some(self.braced());
        }
        let name = &dollar[..name_length(dollar)];
        if name.is_empty() {
            // `$1`, `$(` and a `$` at the end mean themselves.
            return Some(Ok(self.text_until(self.at + 1)));
        }
        let name_at = self.at + 1;
        self.at = name_at + name.len();
        Some(Ok(Part::Reference(Reference {
            name,
            name_at,
            modifier: None,
            operand_at: self.at,
        })))
    }
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric()))
        .unwrap_or(text.len())
}

/// Finds the `}` that closes a `${` on its line, given what follows that; else answers why not, and where the line ends.
/// Braces inside, as JSON has them, count in pairs.
///
/// Where they do not pair up and no variable is nested, as in `${A:-{}`, the line's last `}` closes.
fn closing_brace(text: &str) -> Result<usize, (InterpolationErrorKind, usize)> {
    let mut open = 1_usize;
    let mut line = text;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            // Each nesting level is looked through again: what nobody means is not looked through to its end.
            b'{' if open == MOST_OPEN => return Err((InterpolationErrorKind::TooDeep, text.len())),
            b'{' => open += 1,
            b'}' if open == 1 => return Ok(at),
            b'}' => open -= 1,
            b'\n' => {
                line = &text[..at];
                break;
            }
            _ => {}
        }
    }
    line.rfind('}')
        .filter(|end| !line[..*end].contains("${"))
        .ok_or((InterpolationErrorKind::Unterminated, line.len()))
}
