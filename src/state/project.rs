//! Projects on an engine: what the containers of all of them say.

use super::{PublishedPort, Status};

/// A container as a listing of all projects shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectContainer {
    /// The project it belongs to.
    pub project: String,
    /// Whether and how it runs.
    pub status: Status,
    /// The stack files it was made of, joined with commas; none where nobody wrote them down.
    pub files: Option<String>,
    /// The project's folder.
    pub folder: Option<String>,
    /// When it was made, in Unix seconds.
    pub created: i64,
    /// Its ports.
    pub ports: Vec<PublishedPort>,
}
