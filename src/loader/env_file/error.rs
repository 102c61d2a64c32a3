//! Errors of a file of variables, and doubts about one.

use std::ops::Range;

use crate::loader::interpolate::InterpolationErrorKind;

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
