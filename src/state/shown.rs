//! What a container is by the engine's own word, in the specification's terms.

use indexmap::IndexMap;

use crate::model::{ContainerFile, ContainerSpec};

/// What an engine shows of a container that windlass did not make: its labels don't say what was asked for.
///
/// Engines fill in what nobody asked for; what of it comes from the image is told apart by [`Shown::image`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The container. Names of networks, volumes and other containers are the engine's; all devices that drivers pick
    /// are `reserved_devices`; configs and secrets are not told from other files.
    pub spec: ContainerSpec,
    /// What containers of its image are where nothing else is asked for; none where the image is not known any more.
    pub image: Option<ContainerSpec>,
    /// What of its environment the engine puts into every container's.
    pub environment: IndexMap<String, String>,
    /// The files that were copied into it, as far as they were looked at, by their path.
    pub files: IndexMap<String, ContainerFile>,
    /// Fields that this engine doesn't show, whatever was asked for.
    pub hidden: Vec<&'static str>,
}
