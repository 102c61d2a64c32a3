//! What a stack says that is allowed, but hardly meant: told as warnings before anything runs.

use super::error::Diagnostic;
use super::node::{Mapping, Node, Value};
use super::span::Span;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Looks through the services of a settled stack.
pub(super) fn check(services: &Mapping, problems: &mut Vec<Diagnostic>) {
    host_ports(services, problems);
    for (name, entry) in services.iter() {
        start_interval(&entry.node, problems);
        healthy_dependencies(name, &entry.node, services, problems);
    }
}

/// Warns of bind mounts whose source is not there: the engine would make a folder of that name.
pub(super) fn missing_sources(stack: &Node, problems: &mut Vec<Diagnostic>) {
    let services = stack.get("services").and_then(Node::as_mapping);
    for (_, entry) in services.into_iter().flat_map(Mapping::iter) {
        let volumes = entry.node.get("volumes").and_then(Node::as_sequence);
        for volume in volumes.unwrap_or_default() {
            let made = volume.at(&["bind", "create_host_path"]);
            let made = made.is_none_or(|made| made.value != Value::Bool(false));
            let source = volume.get("source");
            if let (Some("bind"), true, Some(source)) =
                (volume.get("type").and_then(Node::as_str), made, source)
                && let Some(path) = source.as_str()
                && path.starts_with('/')
                && !std::path::Path::new(path).exists()
            {
                let message = format!("{path} does not exist: the engine will create a folder");
                let hint = "create it first, or write `create_host_path: false` to be refused";
                problems.push(Diagnostic::warning(message).at(source.span, "").hint(hint));
            }
        }
    }
}

/// A port of the host that is published.
struct Published {
    address: String,
    span: Span,
}

/// The addresses of the host at which one port is published.
#[derive(Default)]
struct Taken {
    /// The first of each kind: its number and place.
    first: HashMap<Address, (usize, Span)>,
    count: usize,
}

/// Addresses of a kind.
#[derive(PartialEq, Eq, Hash)]
enum Address {
    /// Any address at all.
    Some,
    /// Any address of this family.
    V4,
    /// Any address of this family.
    V6,
    /// This address.
    Ip(IpAddr),
    /// This text, which is no address; the empty one stands for all addresses.
    Text(String),
}

impl Taken {
    /// The first place where the port is published so that it cannot be had at an address, too.
    fn at(&self, address: &str) -> Option<Span> {
        let everywhere = Address::Text(String::new());
        let kinds = match address.parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => vec![family(ip), everywhere],
            Ok(ip) => vec![Address::Ip(ip), Address::Ip(unspecified(ip)), everywhere],
            Err(_) if address.is_empty() => vec![Address::Some],
            Err(_) => vec![Address::Text(address.to_owned()), everywhere],
        };
        let first = kinds.iter().filter_map(|kind| self.first.get(kind));
        first
            .min_by_key(|(number, _)| number)
            .map(|(_, span)| *span)
    }

    fn add(&mut self, published: &Published) {
        let kinds = match published.address.parse::<IpAddr>() {
            Ok(ip) => vec![Address::Some, family(ip), Address::Ip(ip)],
            Err(_) => vec![Address::Some, Address::Text(published.address.clone())],
        };
        for kind in kinds {
            self.first
                .entry(kind)
                .or_insert((self.count, published.span));
        }
        self.count += 1;
    }
}

fn family(ip: IpAddr) -> Address {
    if ip.is_ipv4() {
        Address::V4
    } else {
        Address::V6
    }
}

/// All addresses of the family.
fn unspecified(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// One port of the host can be published once.
fn host_ports(services: &Mapping, problems: &mut Vec<Diagnostic>) {
    let mut known: HashMap<(u16, String), Taken> = HashMap::new();
    for (name, entry) in services.iter() {
        let ports = entry.node.get("ports").and_then(Node::as_sequence);
        for port in ports.unwrap_or_default() {
            let Some((number, protocol, published)) = published(port) else {
                continue;
            };
            if let Some(span) = more_than_one(&entry.node) {
                let message = format!("all containers of service `{name}` publish port {number}");
                problems.push(
                    Diagnostic::warning(message)
                        .at(published.span, "")
                        .at(span, "more than one")
                        .hint("leave out the host's port, or publish a range"),
                );
            }
            let others = known.entry((number, protocol)).or_default();
            match others.at(&published.address) {
                Some(first) => problems.push(
                    Diagnostic::warning(format!("port {number} of the host is published twice"))
                        .at(published.span, "again here")
                        .at(first, "first here"),
                ),
                None => others.add(&published),
            }
        }
    }
}

fn published(port: &Node) -> Option<(u16, String, Published)> {
    let text = |key: &str| port.get(key).and_then(Node::scalar_text);
    let number = text("published")?.parse().ok().filter(|port| *port != 0)?;
    let published = Published {
        address: text("host_ip").unwrap_or_default(),
        span: port.get("published")?.span,
    };
    Some((
        number,
        text("protocol").unwrap_or_else(|| "tcp".to_owned()),
        published,
    ))
}

fn more_than_one(service: &Node) -> Option<Span> {
    let count = service
        .get("scale")
        .or_else(|| service.at(&["deploy", "replicas"]))?;
    matches!(count.value, Value::Int(count) if count > 1).then_some(count.span)
}

/// `start_interval` is used within `start_period` only.
fn start_interval(service: &Node, problems: &mut Vec<Diagnostic>) {
    let healthcheck = service.get("healthcheck").and_then(Node::as_mapping);
    let Some(interval) = healthcheck.and_then(|healthcheck| healthcheck.entry("start_interval"))
    else {
        return;
    };
    if service.at(&["healthcheck", "start_period"]).is_none() {
        problems.push(
            Diagnostic::warning("`start_interval` has no effect without `start_period`")
                .at(interval.key_span, "")
                .hint("add `start_period:`, the time in which it is used"),
        );
    }
}

/// Nobody becomes healthy whose healthcheck is switched off, nor, unless its image has one, without any.
fn healthy_dependencies(
    name: &str,
    service: &Node,
    services: &Mapping,
    problems: &mut Vec<Diagnostic>,
) {
    let dependencies = service.get("depends_on").and_then(Node::as_mapping);
    for (target, entry) in dependencies.into_iter().flat_map(Mapping::iter) {
        let Some(condition) = entry.node.get("condition") else {
            continue;
        };
        let healthcheck = services
            .get(target)
            .and_then(|service| service.as_mapping()?.entry("healthcheck"));
        let Some(off) = healthcheck.filter(|healthcheck| is_off(&healthcheck.node)) else {
            continue;
        };
        if condition.as_str() == Some("service_healthy") {
            let message =
                format!("service `{name}` waits for `{target}`, whose healthcheck is off");
            problems.push(
                Diagnostic::warning(message)
                    .at(condition.span, "")
                    .at(off.key_span, "switched off")
                    .hint("wait for `service_started`, or give it a healthcheck"),
            );
        }
    }
}

fn is_off(healthcheck: &Node) -> bool {
    let disabled = healthcheck.get("disable");
    let test = healthcheck.get("test").and_then(Node::as_sequence);
    disabled.is_some_and(|disabled| disabled.value == Value::Bool(true))
        || test.is_some_and(|test| test.first().and_then(Node::as_str) == Some("NONE"))
}
