//! Interpolation of one string: `$NAME`, `${NAME}` and the modifiers of the specification's section on interpolation.
//!
//! Purely textual and without knowledge of YAML: the lookup is an argument, offsets count bytes from the string's start.

mod error;
mod reference;

use std::ops::Range;

pub(crate) use error::{InterpolationError, InterpolationErrorKind};

use self::reference::{Modifier, Part, Parts, Reference};

/// How deep defaults, messages and replacements may hold variables of their own.
const MAX_DEPTH: usize = 64;

/// So many variables without a value are noted of one string.
const MOST_UNSET: usize = 1000;

/// So many uses of variables are listed of one string.
const MOST_LISTED: usize = 100_000;

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

#[cfg(test)]
mod tests;
