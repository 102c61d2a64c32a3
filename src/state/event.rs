//! Events of containers, as they are shown to people.

use indexmap::IndexMap;

/// Something that happened to a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerEvent {
    /// When, in nanoseconds of Unix time.
    pub nanos: i64,
    /// The container's id.
    pub id: String,
    /// What, in the engine's words.
    pub action: String,
    /// What the engine says about it: name, image, labels and more.
    pub attributes: IndexMap<String, String>,
}
