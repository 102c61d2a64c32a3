//! Ports a service publishes on the host (specification: `ports`, long form).

use std::fmt;

use serde::{Deserialize, Serialize};

/// One published port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// The port inside the container.
    pub target: u16,
    /// The host's port, or a range `FROM-TO` to choose from; absent: the engine chooses.
    #[serde(default)]
    pub published: Option<String>,
    /// The host's address to listen on; absent: all.
    #[serde(default)]
    pub host_ip: Option<String>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// `ingress` or `host`; only swarms tell them apart.
    #[serde(default)]
    pub mode: Option<String>,
    /// A name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// The protocol spoken above, for people and proxies.
    #[serde(default)]
    pub app_protocol: Option<String>,
}

impl Port {
    /// The port as the short form of a stack file has it, `8080:80/tcp`; none where that leaves something out.
    pub fn short(&self) -> Option<String> {
        let is_ingress = self.mode.as_deref().is_none_or(|mode| mode == "ingress");
        let is_all = is_ingress && self.name.is_none() && self.app_protocol.is_none();
        is_all.then(|| self.to_string())
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host_ip {
            Some(ip) if ip.contains(':') => write!(f, "[{ip}]:")?,
            Some(ip) => write!(f, "{ip}:")?,
            None => {}
        }
        if let Some(published) = &self.published {
            write!(f, "{published}:")?;
        }
        write!(f, "{}/{}", self.target, self.protocol)
    }
}
