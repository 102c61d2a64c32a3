//! How a service is attached to networks (specification: `networks` and `network_mode` of a service).

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::ServiceName;

/// A service's place on one network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// Further names on this network.
    pub aliases: Vec<String>,
    /// A fixed IPv4 address.
    pub ipv4_address: Option<String>,
    /// A fixed IPv6 address.
    pub ipv6_address: Option<String>,
    /// Link-local addresses.
    pub link_local_ips: Vec<String>,
    /// A fixed hardware address.
    pub mac_address: Option<String>,
    /// Order of attachment; larger first.
    pub priority: i64,
    /// Which network is the default gateway; larger wins.
    pub gw_priority: Option<i64>,
    /// Name of the interface inside the container.
    pub interface_name: Option<String>,
    /// Options for the network's driver.
    pub driver_opts: IndexMap<String, String>,
}

/// The network a container uses in place of the project's networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// No network but loopback.
    None,
    /// The host's own network.
    Host,
    /// The network of another service's container.
    Service(ServiceName),
    /// The network of a container outside the project.
    Container(String),
    /// Any other mode, by the engine's name (`bridge`, a network's name).
    Other(String),
}

impl NetworkMode {
    /// Reads the specification's text form.
    pub fn parse(text: &str) -> Self {
        match text {
            "none" => Self::None,
            "host" => Self::Host,
            _ => {
                if let Some(name) = text
                    .strip_prefix("service:")
                    .and_then(|name| ServiceName::new(name).ok())
                {
                    Self::Service(name)
                } else if let Some(name) = text.strip_prefix("container:") {
                    Self::Container(name.to_owned())
                } else {
                    Self::Other(text.to_owned())
                }
            }
        }
    }
}

impl std::fmt::Display for NetworkMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Host => f.write_str("host"),
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Container(name) => write!(f, "container:{name}"),
            Self::Other(mode) => f.write_str(mode),
        }
    }
}

impl Serialize for NetworkMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NetworkMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}
