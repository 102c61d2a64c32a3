//! What changed, field by field.

use std::fmt;

use crate::model::Position;

/// One field that the file says otherwise than what was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field's path in the service, such as `environment.DEBUG`.
    pub path: String,
    /// The value applied; none where the field is new. Credentials are masked already.
    pub from: Option<String>,
    /// The value in the file; none where the field is gone. Credentials are masked already.
    pub to: Option<String>,
    /// Where the file says so.
    pub position: Option<Position>,
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{}: {from} -> {to}", self.path)?,
            (None, Some(to)) => write!(f, "{}: {to} added", self.path)?,
            (Some(from), None) => write!(f, "{}: {from} removed", self.path)?,
            (None, None) => write!(f, "{} changed", self.path)?,
        }
        match &self.position {
            Some(position) => write!(f, "  {position}"),
            None => Ok(()),
        }
    }
}
