//! Files that a service is granted (specification: `configs` and `secrets` of a service).

use serde::{Deserialize, Serialize};

/// A config or secret that a service's containers see as a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReference {
    /// Its name in the stack file.
    pub source: String,
    /// The absolute path in the container.
    pub target: String,
    /// The number of the user who owns it there; absent: root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The number of the group that owns it there; absent: root's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
    /// Its permissions there, such as `0o440`, without those to write; absent: everybody may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// The fingerprint of its content, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl FileReference {
    /// Whether the stack file says whose it is, or who may do what with it.
    pub fn has_owner(&self) -> bool {
        self.uid.is_some() || self.gid.is_some() || self.mode.is_some()
    }
}
