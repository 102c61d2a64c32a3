//! Networks that a plan makes, and who has their addresses already.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};

use super::Problem;
use crate::model::Network;
use crate::plan::{Operation, Plan, Resource};
use crate::state::Surroundings;

/// The networks that the plan makes.
pub(super) fn new_networks(plan: &Plan) -> impl Iterator<Item = (&Resource, &Network)> {
    plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::CreateNetwork { network, .. } => Some((&step.resource, &**network)),
        _ => None,
    })
}

/// The subnets that a network asks for, with their places in the list; other address managers have rules of their own.
pub(super) fn subnets(network: &Network) -> impl Iterator<Item = (usize, &str)> {
    let is_default = network
        .ipam
        .driver
        .as_deref()
        .is_none_or(|driver| driver == "default");
    let pools = network.ipam.config.iter().enumerate();
    pools
        .filter(move |_| is_default)
        .filter_map(|(index, pool)| Some((index, pool.subnet.as_deref()?)))
}

/// Networks whose addresses others have.
pub(super) fn networks(plan: &Plan, around: &Surroundings) -> Vec<Problem> {
    let leaving: HashSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.operation {
            Operation::RemoveNetwork { id } => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let mut taken: Vec<(String, String)> = around
        .networks
        .iter()
        .filter(|network| !leaving.contains(network.id.as_str()))
        .flat_map(|network| {
            network
                .subnets
                .iter()
                .map(|text| (network.name.clone(), text.clone()))
        })
        .collect();
    let mut problems = Vec::new();
    for (resource, network) in new_networks(plan) {
        for (index, text) in subnets(network) {
            let overlaps = |other: &&(String, String)| {
                let pair = Subnet::parse(text).zip(Subnet::parse(&other.1));
                pair.is_some_and(|(one, two)| one.overlaps(two))
            };
            if let Some((name, other)) = taken.iter().find(overlaps) {
                let place = plan.origins.get(resource);
                let place = place.and_then(|at| at.find(&format!("ipam.config[{index}].subnet")));
                problems.push(Problem {
                    message: format!(
                        "subnet {text} of network {} overlaps with {other} of network {name}",
                        network.name
                    ),
                    position: place.cloned(),
                    hint: Some("choose another subnet, or leave it to the engine".to_owned()),
                    is_certain: true,
                });
            }
            taken.push((network.name.clone(), text.to_owned()));
        }
    }
    problems
}

/// A range of addresses: its first one as a number, and the length of the prefix; IPv4 counted from bit 96.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subnet {
    bits: u128,
    length: u32,
    is_v4: bool,
}

impl Subnet {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        match address.parse().ok()? {
            IpAddr::V4(address) => (length <= 32).then(|| Self {
                bits: u128::from(u32::from(address)),
                length: length + 96,
                is_v4: true,
            }),
            IpAddr::V6(address) => (length <= 128).then(|| Self {
                bits: u128::from(Ipv6Addr::from(address.octets())),
                length,
                is_v4: false,
            }),
        }
    }

    fn overlaps(self, other: Self) -> bool {
        let shift = 128 - self.length.min(other.length);
        let prefix = |subnet: Self| subnet.bits.checked_shr(shift).unwrap_or_default();
        self.is_v4 == other.is_v4 && prefix(self) == prefix(other)
    }
}
