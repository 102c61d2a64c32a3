//! Errors: why a string could not be interpolated.

use std::ops::Range;

use super::MAX_DEPTH;

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

impl InterpolationError {
    pub(super) fn new(kind: InterpolationErrorKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }

    pub(super) fn moved_by(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }
}
