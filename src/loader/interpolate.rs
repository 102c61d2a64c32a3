//! Interpolation of one string: `$NAME`, `${NAME}` and the modifiers of the specification's section on interpolation.
//!
//! Purely textual and without knowledge of YAML: the lookup is an argument, offsets count bytes from the string's start.

use std::ops::Range;

/// How deep defaults, messages and replacements may hold variables of their own.
const MAX_DEPTH: usize = 64;

/// So many variables without a value are noted of one string.
const MOST_UNSET: usize = 1000;

/// So many uses of variables are listed of one string.
const MOST_LISTED: usize = 100_000;

/// More braces than these cannot be open at once.
const MOST_OPEN: usize = 1000;

/// What interpolation made of a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Interpolated {
    /// The text with all variables replaced and `$$` turned into `$`.
    pub(crate) text: String,
    /// The variables that are not set and were replaced by nothing, in the order of the text; of very many the first ones.
    pub(crate) unset: Vec<Unset>,
}

/// A variable that is not set and has no default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unset {
    /// The variable's name.
    pub(crate) name: String,
    /// Where the name stands in the string, in bytes.
    pub(crate) span: Range<usize>,
}

/// A use of a variable: the columns of `config --variables`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variable {
    /// The variable's name.
    pub(crate) name: String,
    /// Where the name stands in the string, in bytes.
    pub(crate) span: Range<usize>,
    /// The text after `-` or `:-` as written; empty where there is none.
    pub(crate) default: String,
    /// The text after `+` or `:+` as written; empty where there is none.
    pub(crate) presence: String,
    /// Whether `?` or `:?` makes an unset variable an error.
    pub(crate) required: bool,
}

/// Why a string could not be interpolated, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub(crate) struct InterpolationError {
    /// What is wrong.
    pub(crate) kind: InterpolationErrorKind,
    /// The part of the string to blame, in bytes.
    pub(crate) span: Range<usize>,
}

/// What is wrong with a string's variables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InterpolationErrorKind {
    /// `${` without its `}` on the same line.
    #[error("`${{` is not closed by `}}` on its line")]
    Unterminated,
    /// `${` with something else than a name after it.
    #[error(
        "`{0}` holds no variable name: names are letters, digits and `_` and do not begin with a digit"
    )]
    BadName(String),
    /// A name followed by something that is no modifier.
    #[error(
        "`{written}` is not understood after the name `{name}`: `}}`, `-`, `:-`, `?`, `:?`, `+` or `:+` can follow"
    )]
    BadModifier {
        /// The variable's name.
        name: String,
        /// What follows it.
        written: String,
    },
    /// A variable that `?` or `:?` requires is unset, or empty.
    #[error("required variable {name} is missing a value{}", after_colon(.message))]
    Required {
        /// The variable's name.
        name: String,
        /// The message after the modifier, interpolated; may be empty.
        message: String,
    },
    /// Variables inside variables beyond any use.
    #[error("variables are nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

impl InterpolationErrorKind {
    /// What the user can do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Required { name, .. } => {
                format!("set {name} in the environment or in the .env file")
            }
            Self::TooDeep => "use fewer defaults inside defaults".to_owned(),
            Self::Unterminated | Self::BadName(_) | Self::BadModifier { .. } => {
                "write `$$` for a dollar sign that is meant literally".to_owned()
            }
        }
    }
}

fn after_colon(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

/// Replaces the variables of a string by what `lookup` says of them.
///
/// A text after a modifier is looked at only where it is used, so a mistake in a default shows when the default counts.
///
/// # Errors
/// Where a `${` is malformed, or a required variable is missing.
pub(crate) fn interpolate<L>(text: &str, lookup: L) -> Result<Interpolated, InterpolationError>
where
    L: Fn(&str) -> Option<String>,
{
    let mut result = Interpolated::default();
    Interpolation {
        lookup: &lookup,
        unset: &mut result.unset,
    }
    .expand(text, 0, 0, &mut result.text)?;
    Ok(result)
}

/// Whether a string uses variables.
pub(crate) fn uses_variables(text: &str) -> bool {
    Parts::of(text).any(|part| !matches!(part, Ok(Part::Text(_))))
}

/// The variables a string uses, those in defaults and replacements included; a malformed one has no name. Of very many
/// the first ones.
pub(crate) fn variables(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    collect(text, 0, 0, &mut found);
    found
}

/// A variable with a modifier comes behind all that follow it up to the line's last brace: where a list of variables
/// has one twice and the last counts, that is the one other readers of the format take.
fn collect(text: &str, base: usize, depth: usize, found: &mut Vec<Variable>) {
    let mut held: Vec<Vec<Variable>> = Vec::new();
    let mut held_until = 0;
    let mut parts = Parts::of(text);
    while let Some(part) = parts.next() {
        if found.len() + held.len() >= MOST_LISTED {
            break;
        }
        let reference = match part {
            Ok(Part::Reference(reference)) => reference,
            Ok(Part::Text(_)) => continue,
            Err(_) => {
                found.push(Variable::default());
                continue;
            }
        };
        if parts.at > held_until {
            found.extend(held.drain(..).rev().flatten());
        }
        let here = used(&reference, base, depth);
        if reference.modifier.is_none() {
            found.extend(here);
            continue;
        }
        if held.is_empty() {
            let rest = text[parts.at..].lines().next().unwrap_or("");
            held_until = parts.at + rest.rfind('}').map_or(0, |brace| brace + 1);
        }
        held.push(here);
    }
    found.extend(held.into_iter().rev().flatten());
}

/// A variable and those that its default or replacement uses.
fn used(reference: &Reference<'_>, base: usize, depth: usize) -> Vec<Variable> {
    let start = base + reference.name_at;
    let mut variable = Variable {
        name: reference.name.to_owned(),
        span: start..start + reference.name.len(),
        ..Variable::default()
    };
    let nested = match reference.modifier {
        Some((Modifier::Default { .. }, operand)) => {
            operand.clone_into(&mut variable.default);
            Some(operand)
        }
        Some((Modifier::Replacement { .. }, operand)) => {
            operand.clone_into(&mut variable.presence);
            Some(operand)
        }
        Some((Modifier::Required { .. }, _)) => {
            variable.required = true;
            None
        }
        None => None,
    };
    let mut found = vec![variable];
    if let Some(operand) = nested.filter(|_| depth < MAX_DEPTH) {
        collect(operand, base + reference.operand_at, depth + 1, &mut found);
    }
    found
}

struct Interpolation<'a, L> {
    lookup: &'a L,
    unset: &'a mut Vec<Unset>,
}

impl<L: Fn(&str) -> Option<String>> Interpolation<'_, L> {
    /// Appends the text's expansion; `base` is the text's offset in the whole string.
    fn expand(
        &mut self,
        text: &str,
        base: usize,
        depth: usize,
        out: &mut String,
    ) -> Result<(), InterpolationError> {
        if depth > MAX_DEPTH {
            return Err(InterpolationError {
                kind: InterpolationErrorKind::TooDeep,
                span: base..base + text.len(),
            });
        }
        for part in Parts::of(text) {
            match part.map_err(|error| error.moved_by(base))? {
                Part::Text(text) => out.push_str(text),
                Part::Reference(reference) => self.replace(&reference, base, depth, out)?,
            }
        }
        Ok(())
    }

    fn replace(
        &mut self,
        reference: &Reference<'_>,
        base: usize,
        depth: usize,
        out: &mut String,
    ) -> Result<(), InterpolationError> {
        let value = (self.lookup)(reference.name);
        let span = base + reference.name_at..base + reference.name_at + reference.name.len();
        let Some((modifier, operand)) = reference.modifier else {
            match value {
                Some(value) => out.push_str(&value),
                None if self.unset.len() < MOST_UNSET => self.unset.push(Unset {
                    name: reference.name.to_owned(),
                    span,
                }),
                None => {}
            }
            return Ok(());
        };
        let present = value
            .as_ref()
            .is_some_and(|value| !(modifier.empty_counts_as_unset() && value.is_empty()));
        let operand_at = base + reference.operand_at;
        match modifier {
            Modifier::Default { .. } if !present => {
                self.expand(operand, operand_at, depth + 1, out)
            }
            Modifier::Replacement { .. } if present => {
                self.expand(operand, operand_at, depth + 1, out)
            }
            Modifier::Required { .. } if !present => {
                let mut message = String::new();
                self.expand(operand, operand_at, depth + 1, &mut message)?;
                let kind = InterpolationErrorKind::Required {
                    name: reference.name.to_owned(),
                    message,
                };
                Err(InterpolationError { kind, span })
            }
            Modifier::Replacement { .. } => Ok(()),
            Modifier::Default { .. } | Modifier::Required { .. } => {
                out.push_str(&value.unwrap_or_default());
                Ok(())
            }
        }
    }
}

impl InterpolationError {
    fn new(kind: InterpolationErrorKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }

    fn moved_by(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }
}

/// A piece of a string: text to keep, or a reference to a variable.
#[derive(Clone, Copy, Debug)]
enum Part<'t> {
    Text(&'t str),
    Reference(Reference<'t>),
}

#[derive(Clone, Copy, Debug)]
struct Reference<'t> {
    name: &'t str,
    name_at: usize,
    /// The modifier and the text after it.
    modifier: Option<(Modifier, &'t str)>,
    operand_at: usize,
}

#[derive(Clone, Copy, Debug)]
enum Modifier {
    Default { or_empty: bool },
    Required { or_empty: bool },
    Replacement { or_empty: bool },
}

impl Modifier {
    fn empty_counts_as_unset(self) -> bool {
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
struct Parts<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
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

#[cfg(test)]
mod tests;
