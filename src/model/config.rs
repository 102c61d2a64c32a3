//! Configs of the stack file, and what a config or secret holds.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::Positions;

/// A config as the file describes it (specification: configs top-level element).
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where its content comes from.
    pub source: ContentSource,
    /// Its content, once it is known; that of a file is read shortly before planning, and none where the path is
    /// something else than a file.
    pub content: Option<Content>,
    /// Where the fields stand.
    pub positions: Positions,
}

/// Where the content of a config or secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentSource {
    /// A file of this machine, by its absolute path.
    File(PathBuf),
    /// The variable of this name, of the caller or of `.env`.
    Environment(String),
    /// The stack file itself.
    Inline,
    /// The platform: something that only a swarm has.
    External,
}

impl ContentSource {
    /// The key of the stack file that says so.
    pub fn key(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Environment(_) => "environment",
            Self::Inline => "content",
            Self::External => "external",
        }
    }
}

/// The bytes of a config or secret. Cheap to clone; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(Arc<[u8]>);

impl Content {
    /// Takes the bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Contents turn up in no debug output.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_not_shown() {
        let content = Content::new(*b"hunter2");
        assert_eq!(format!("{content:?}"), "Content(7 bytes)");
        assert_eq!(content.bytes(), b"hunter2");
    }
}
