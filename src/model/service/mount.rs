//! What is mounted into a container (specification: `volumes` of a service, long form).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::model::ByteSize;

/// One mount of a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mount {
    /// The absolute path inside the container.
    pub target: String,
    /// The container may not write.
    #[serde(default)]
    pub read_only: bool,
    /// The consistency asked of the host (`consistent`, `cached`, `delegated`); engines on Linux ignore it.
    #[serde(default)]
    pub consistency: Option<String>,
    /// What is mounted.
    #[serde(flatten)]
    pub kind: MountKind,
}

impl Mount {
    /// The mount as the short form of a stack file has it, `data:/data:ro`; none where that leaves something out.
    pub fn short(&self) -> Option<String> {
        let source = match &self.kind {
            MountKind::Bind {
                source,
                create_host_path: _,
                propagation: None,
                selinux: None,
                recursive: None,
            } => Some(source),
            MountKind::Volume {
                source,
                nocopy: false,
                subpath: None,
                labels,
            } if labels.is_empty() => source.as_ref(),
            _ => return None,
        };
        let source = source.map_or_else(String::new, |source| format!("{source}:"));
        let mode = if self.read_only { ":ro" } else { "" };
        let is_all = self.consistency.is_none();
        is_all.then(|| format!("{source}{}{mode}", self.target))
    }
}

/// What a mount shows inside the container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MountKind {
    /// A file or folder of the host.
    Bind {
        /// The absolute path on the host.
        source: String,
        /// Make a folder where nothing is.
        #[serde(default)]
        create_host_path: bool,
        /// How mounts made later travel (`rprivate`, `rshared`, ...).
        #[serde(default)]
        propagation: Option<String>,
        /// SELinux relabelling: `z` (shared) or `Z` (private).
        #[serde(default)]
        selinux: Option<String>,
        /// Whether nested mounts follow (`disabled`, `enabled`, `writable`, `readonly`).
        #[serde(default)]
        recursive: Option<String>,
    },
    /// A volume of the engine.
    Volume {
        /// The volume's name: the file's key in a service, the engine's name in a new container; absent: anonymous.
        #[serde(default)]
        source: Option<String>,
        /// Leave out the copy of the image's files into an empty volume.
        #[serde(default)]
        nocopy: bool,
        /// The folder inside the volume to mount.
        #[serde(default)]
        subpath: Option<String>,
        /// Labels of an anonymous volume.
        #[serde(default)]
        labels: IndexMap<String, String>,
    },
    /// Memory.
    Tmpfs {
        /// The most it may hold.
        #[serde(default)]
        size: Option<ByteSize>,
        /// The folder's mode, such as `0o1777`.
        #[serde(default)]
        mode: Option<u32>,
    },
    /// The files of an image.
    Image {
        /// The image's reference.
        source: String,
        /// The folder inside the image to mount.
        #[serde(default)]
        subpath: Option<String>,
    },
    /// A named pipe of a Windows host.
    Npipe {
        /// The pipe's path.
        source: String,
    },
    /// A cluster volume of a swarm.
    Cluster {
        /// The volume's name.
        source: String,
    },
}
