//! Networks of the stack file.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Positions;

/// A network as the file describes it (specification: networks top-level element).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// The name on the engine.
    pub name: String,
    /// Made and removed by somebody else: only looked up.
    pub external: bool,
    /// The engine's network driver; the engine's default (`bridge`) where absent.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: IndexMap<String, String>,
    /// Address management.
    pub ipam: Ipam,
    /// No way out of the network.
    pub internal: bool,
    /// Containers outside the project may join.
    pub attachable: bool,
    /// IPv4 on or off; the engine's default where absent.
    pub enable_ipv4: Option<bool>,
    /// IPv6 on or off; the engine's default where absent.
    pub enable_ipv6: Option<bool>,
    /// Labels of the file.
    pub labels: IndexMap<String, String>,
    /// Where the fields stand.
    #[serde(skip)]
    pub positions: Positions,
}

/// Address management of a network (specification: `ipam`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ipam {
    /// The address driver; the engine's default where absent.
    pub driver: Option<String>,
    /// The address pools.
    pub config: Vec<IpamPool>,
    /// Options of the address driver.
    pub options: IndexMap<String, String>,
}

/// One address pool of a network; addresses and subnets as text, as the engine takes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IpamPool {
    /// The subnet in CIDR form.
    pub subnet: Option<String>,
    /// The range containers get addresses from, in CIDR form.
    pub ip_range: Option<String>,
    /// The gateway's address.
    pub gateway: Option<String>,
    /// Addresses set aside, by host name.
    pub aux_addresses: IndexMap<String, String>,
}
