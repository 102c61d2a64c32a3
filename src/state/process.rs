//! Processes of containers.

/// The processes of a container, in the columns that its engine shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Processes {
    /// The names of the columns.
    pub titles: Vec<String>,
    /// A row for each process.
    pub rows: Vec<Vec<String>>,
}
