//! Ports of the host that a plan takes, and who has them already.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use super::Problem;
use crate::model::{NetworkAccess, Position};
use crate::plan::{OnlyIf, Operation, Plan, Target};
use crate::state::{ActualState, Container, HostListener, Publication, Surroundings};

/// A port of the host that a step of the plan is going to take.
#[derive(Clone, Debug)]
pub(super) struct WantedPort<'a> {
    container: &'a str,
    /// Its id, where it is there already.
    id: Option<&'a str>,
    /// The address asked for; none: all.
    address: Option<IpAddr>,
    pub(super) port: u16,
    protocol: &'a str,
    position: Option<&'a Position>,
}

/// The ports of the host that the plan takes.
pub(super) fn wanted_ports<'a>(plan: &'a Plan, state: &'a ActualState) -> Vec<WantedPort<'a>> {
    let containers = state.containers.iter();
    let containers: HashMap<&str, &Container> = containers.map(|it| (it.id.as_str(), it)).collect();
    let mut wanted = Vec::new();
    for step in &plan.steps {
        let Operation::StartContainer { target } = &step.operation else {
            continue;
        };
        // The old one is started again only where the new one isn't.
        if matches!(step.only_if, Some(OnlyIf::Failed(_))) {
            continue;
        }
        let place = |field: &str| plan.origins.get(&step.resource)?.find(field);
        let container = step.resource.name();
        match target {
            Target::CreatedBy { step: by, .. } => {
                let Some(Operation::CreateContainer { container: new, .. }) =
                    plan.steps.get(*by).map(|step| &step.operation)
                else {
                    continue;
                };
                if matches!(&new.network, NetworkAccess::Mode(mode) if mode == "host") {
                    continue;
                }
                for (index, port) in new.spec.ports.iter().enumerate() {
                    // Of a range the engine chooses one that is free.
                    let published = port.published.as_ref().and_then(|port| port.parse().ok());
                    let Some(number) = published.filter(|number| *number > 0) else {
                        continue;
                    };
                    wanted.push(WantedPort {
                        container,
                        id: None,
                        address: port.host_ip.as_ref().and_then(|ip| ip.parse().ok()),
                        port: number,
                        protocol: &port.protocol,
                        position: place(&format!("ports[{index}]")),
                    });
                }
            }
            Target::Existing(id) => {
                let found = containers.get(id.as_str());
                for port in found.into_iter().flat_map(|found| &found.ports) {
                    if port.published > 0 {
                        wanted.push(WantedPort {
                            container,
                            id: Some(id),
                            address: address_of(&port.host_ip),
                            port: port.published,
                            protocol: &port.protocol,
                            position: place("ports"),
                        });
                    }
                }
            }
        }
    }
    wanted
}

/// An address as a container shows it: it says "all" where none was asked for.
fn address_of(text: &str) -> Option<IpAddr> {
    text.parse().ok().filter(|ip: &IpAddr| !ip.is_unspecified())
}

/// Ports that somebody else has.
pub(super) fn ports(plan: &Plan, state: &ActualState, around: &Surroundings) -> Vec<Problem> {
    let leaving: HashSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.operation {
            Operation::StopContainer {
                target: Target::Existing(id),
                ..
            }
            | Operation::RemoveContainer {
                target: Target::Existing(id),
                ..
            } => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let wanted = wanted_ports(plan, state);
    let mut published: HashMap<u16, Vec<&Publication>> = HashMap::new();
    for publication in &around.published {
        let same = published.entry(publication.port).or_default();
        same.push(publication);
    }
    let mut problems = Vec::new();
    let mut before: HashMap<u16, Vec<&WantedPort<'_>>> = HashMap::new();
    for want in &wanted {
        // A container that is there shows a port once for each family of addresses.
        let is_same = |other: &WantedPort<'_>| other.id.is_some() && other.id == want.id;
        let earlier = before.entry(want.port).or_default();
        let mut others = earlier.iter().filter(|other| !is_same(other));
        let twice = others.find(|other| collide(want, other));
        let owner =
            twice.map(|other| format!("container {}, which is started too", other.container));
        let owner = owner
            .or_else(|| {
                let published = published.get(&want.port).map_or(&[][..], Vec::as_slice);
                publisher(want, &leaving, published).map(|other| named(other, plan))
            })
            .or_else(|| listener(want, around).map(process));
        earlier.push(want);
        if let Some(owner) = owner {
            problems.push(taken(want, &owner, next_free(want, &wanted, around)));
        }
    }
    problems
}

fn collide(want: &WantedPort<'_>, other: &WantedPort<'_>) -> bool {
    want.port == other.port
        && want.protocol == other.protocol
        && match (want.address, other.address) {
            (Some(one), Some(two)) => overlap(one, two),
            _ => true,
        }
}

/// Whether two sockets cannot listen on the same port of these addresses.
fn overlap(one: IpAddr, two: IpAddr) -> bool {
    one.is_ipv4() == two.is_ipv4() && (one == two || one.is_unspecified() || two.is_unspecified())
}

fn takes(want: &WantedPort<'_>, address: IpAddr, port: u16, protocol: &str) -> bool {
    want.port == port
        && want.protocol == protocol
        && want.address.is_none_or(|wanted| overlap(wanted, address))
}

fn publisher<'a>(
    want: &WantedPort<'_>,
    leaving: &HashSet<&str>,
    published: &[&'a Publication],
) -> Option<&'a Publication> {
    published.iter().copied().find(|other| {
        takes(want, other.address, other.port, &other.protocol)
            && !leaving.contains(other.id.as_str())
            && want.id != Some(other.id.as_str())
    })
}

/// A process in the way that is none of the engine's own: those listen on behalf of containers.
fn listener<'a>(want: &WantedPort<'_>, around: &'a Surroundings) -> Option<&'a HostListener> {
    let is_engines = around
        .published
        .iter()
        .any(|other| other.port == want.port && other.protocol == want.protocol);
    let in_the_way = |other: &&HostListener| {
        // One on a single IPv6 address, or on one of the machine's, leaves "all" to others on some systems.
        let address = other.address;
        let is_all = address.is_unspecified() || address == Ipv4Addr::LOCALHOST;
        takes(want, address, other.port, other.protocol)
            && (is_all || want.address == Some(address))
    };
    around
        .listening
        .iter()
        .filter(|_| !is_engines)
        .find(in_the_way)
}

fn named(other: &Publication, plan: &Plan) -> String {
    match &other.project {
        Some(project) if project != plan.project.as_str() => {
            format!("container {} of project {project}", other.container)
        }
        _ => format!("container {}", other.container),
    }
}

fn process(other: &HostListener) -> String {
    match &other.process {
        Some(process) => format!("process {process}"),
        None => format!("a process that listens on {}", other.address),
    }
}

fn next_free(
    want: &WantedPort<'_>,
    wanted: &[WantedPort<'_>],
    around: &Surroundings,
) -> Option<u16> {
    let is_used = |port: &u16| {
        around.published.iter().any(|other| other.port == *port)
            || around.listening.iter().any(|other| other.port == *port)
            || wanted.iter().any(|other| other.port == *port)
    };
    (want.port..=u16::MAX).skip(1).find(|port| !is_used(port))
}

fn taken(want: &WantedPort<'_>, owner: &str, free: Option<u16>) -> Problem {
    let all = want.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let address = match all {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    let protocol = match want.protocol {
        "tcp" => String::new(),
        other => format!("/{other}"),
    };
    let port = want.port;
    let container = want.container;
    Problem {
        message: format!(
            "host port {address}:{port}{protocol}, which {container} publishes, is already in use by {owner}"
        ),
        position: want.position.cloned(),
        hint: free
            .map(|free| format!("stop what uses it, or publish another port: {free} is free")),
        is_certain: true,
    }
}
