//! What else is on the engine and its machine: other projects' things that a plan could run into.

use std::net::IpAddr;
use std::path::PathBuf;

use super::NetworkState;

/// What stands around a project, seen before its plan is applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// The ports of the host that running containers publish, of all projects.
    pub published: Vec<Publication>,
    /// The ports that processes of the engine's machine listen on; empty where they cannot be seen.
    pub listening: Vec<HostListener>,
    /// All networks of the engine.
    pub networks: Vec<NetworkState>,
    /// Paths of the engine's machine that are to be mounted, and that are not there.
    pub missing_paths: Vec<String>,
    /// Where the engine keeps its images and how many bytes are free there; none where that cannot be seen.
    pub free_space: Option<(PathBuf, u64)>,
}

/// A port of the host that a container publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The container's id.
    pub id: String,
    /// The container's name.
    pub container: String,
    /// The project it belongs to, where it does.
    pub project: Option<String>,
    /// The host's address; an unspecified one means all of its family.
    pub address: IpAddr,
    /// The host's port.
    pub port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A port of the engine's machine that a process listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostListener {
    /// The address; an unspecified one means all.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// The process, `NAME (pid NUMBER)`, where it was looked for and may be seen.
    pub process: Option<String>,
}

/// What of the surroundings a plan needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Ports of the host that containers are going to publish.
    pub ports: Vec<u16>,
    /// Whether networks with addresses of their own are going to be made.
    pub networks: bool,
    /// Paths of the engine's machine that are going to be mounted and have to be there.
    pub paths: Vec<String>,
    /// Whether images are going to be pulled or built.
    pub space: bool,
}

impl Question {
    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}
