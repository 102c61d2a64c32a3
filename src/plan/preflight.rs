//! What would make a plan fail half-way, found before its first step.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{OnlyIf, Operation, Plan, Resource, Target};
use crate::model::{MountKind, Network, NetworkAccess, NewContainer, Position};
use crate::state::{ActualState, Container, HostListener, Publication, Question, Surroundings};

/// With less free space than this (bytes), bringing images is likely to fail.
const LITTLE_SPACE: u64 = 512 << 20;

/// Something that would make a plan fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What would go wrong.
    pub message: String,
    /// The place in the files that asks for it.
    pub position: Option<Position>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the plan cannot succeed; otherwise it may.
    pub is_certain: bool,
}

/// A port of the host that a step of the plan is going to take.
#[derive(Clone, Debug)]
struct WantedPort<'a> {
    container: &'a str,
    /// Its id, where it is there already.
    id: Option<&'a str>,
    /// The address asked for; none: all.
    address: Option<IpAddr>,
    port: u16,
    protocol: &'a str,
    position: Option<&'a Position>,
}

/// What has to be known about the surroundings to look for problems of this plan.
pub fn question(plan: &Plan, state: &ActualState) -> Question {
    let ports: BTreeSet<u16> = wanted_ports(plan, state).iter().map(|w| w.port).collect();
    Question {
        ports: ports.into_iter().collect(),
        networks: new_networks(plan).any(|(_, network)| subnets(network).next().is_some()),
        paths: needed_paths(plan)
            .map(|(_, path, _)| path.to_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        space: plan.steps.iter().any(|step| {
            matches!(
                step.operation,
                Operation::PullImage { .. } | Operation::BuildImage(_)
            )
        }),
    }
}

/// Everything that would make the plan fail, in the order of its steps.
pub fn preflight(plan: &Plan, state: &ActualState, around: &Surroundings) -> Vec<Problem> {
    let mut problems = ports(plan, state, around);
    problems.extend(networks(plan, around));
    problems.extend(paths(plan, around));
    problems.extend(space(around));
    problems
}

fn new_containers(plan: &Plan) -> impl Iterator<Item = (&Resource, &NewContainer)> {
    plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::CreateContainer { container, .. } => Some((&step.resource, &**container)),
        _ => None,
    })
}

fn wanted_ports<'a>(plan: &'a Plan, state: &'a ActualState) -> Vec<WantedPort<'a>> {
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

fn ports(plan: &Plan, state: &ActualState, around: &Surroundings) -> Vec<Problem> {
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

fn new_networks(plan: &Plan) -> impl Iterator<Item = (&Resource, &Network)> {
    plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::CreateNetwork { network, .. } => Some((&step.resource, &**network)),
        _ => None,
    })
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

/// The subnets that a network asks for, with their places in the list; other address managers have rules of their own.
fn subnets(network: &Network) -> impl Iterator<Item = (usize, &str)> {
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

fn networks(plan: &Plan, around: &Surroundings) -> Vec<Problem> {
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

/// Paths of the engine's machine that have to be there, because the file says not to make them.
fn needed_paths(plan: &Plan) -> impl Iterator<Item = (&Resource, &str, usize)> {
    new_containers(plan).flat_map(|(resource, container)| {
        let mounts = container.mounts.iter().enumerate();
        mounts.filter_map(move |(index, mount)| match &mount.kind {
            MountKind::Bind {
                source,
                create_host_path: false,
                ..
            } => Some((resource, source.as_str(), index)),
            _ => None,
        })
    })
}

fn paths(plan: &Plan, around: &Surroundings) -> Vec<Problem> {
    let is_missing = |path: &str| around.missing_paths.iter().any(|missing| missing == path);
    let missing = needed_paths(plan).filter(|(_, path, _)| is_missing(path));
    let mut problems: Vec<Problem> = Vec::new();
    for (resource, path, index) in missing {
        let place = plan.origins.get(resource);
        let problem = Problem {
            message: format!("bind source {path} does not exist"),
            position: place
                .and_then(|at| at.find(&format!("volumes[{index}].source")))
                .cloned(),
            hint: Some(
                "make it, or let it be made as a folder: `bind: {create_host_path: true}`"
                    .to_owned(),
            ),
            is_certain: true,
        };
        // Replicas mount the same.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

fn space(around: &Surroundings) -> Option<Problem> {
    let (folder, free) = around.free_space.as_ref()?;
    (*free < LITTLE_SPACE).then(|| Problem {
        message: format!(
            "only {} MiB are free in {}, where the engine keeps its images",
            free >> 20,
            folder.display()
        ),
        position: None,
        hint: Some(
            "`docker system df` shows what takes the space, `docker system prune` frees it"
                .to_owned(),
        ),
        is_certain: false,
    })
}
