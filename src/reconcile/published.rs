//! Published ports that lead nowhere: the container listens, but elsewhere.

use std::fmt;

use crate::engine::Engine;
use crate::engine::sockets::{Listener, SocketTable};
use crate::state::{Container, PublishedPort, Status};

/// A published TCP port behind which nobody listens, though the container listens elsewhere.
///
/// As text it is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misdirection {
    /// The port inside the container.
    pub target: u16,
    /// What is wrong with it, and what listens.
    what: String,
}

impl fmt::Display for Misdirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "port {} is published, but {}", self.target, self.what)
    }
}

/// Looks from outside at a container's published ports; none where that tells nothing: it does not run or publish,
/// nothing listens in it yet, or its sockets cannot be seen.
pub fn look<E: Engine>(engine: &E, container: &Container) -> Option<Vec<Misdirection>> {
    if container.status != Status::Running || targets(container).is_empty() {
        return None;
    }
    let table = engine.sockets(container)?;
    (!table.tcp.is_empty()).then(|| misdirected(container, &table))
}

/// The published ports behind which nobody listens, where the container listens elsewhere.
pub(super) fn misdirected(container: &Container, table: &SocketTable) -> Vec<Misdirection> {
    let found = targets(container)
        .into_iter()
        .filter_map(|target| Some((target, misdirection(target, table)?)));
    found
        .map(|(target, what)| Misdirection { target, what })
        .collect()
}

/// The container's side of its published TCP ports; on the host's network nothing is published.
fn targets(container: &Container) -> Vec<u16> {
    if container.network_mode == "host" {
        return Vec::new();
    }
    let published = |port: &&PublishedPort| port.protocol == "tcp" && port.published != 0;
    let mut targets: Vec<u16> = (container.ports.iter().filter(published))
        .map(|port| port.target)
        .collect();
    targets.dedup();
    targets
}

fn misdirection(target: u16, table: &SocketTable) -> Option<String> {
    let mut own = table.of_port(target).peekable();
    if let Some(first) = own.peek().copied() {
        return own.all(Listener::is_loopback).then(|| {
            format!(
                "only {first} listens, which nobody outside can reach: let it listen on 0.0.0.0"
            )
        });
    }
    let (loopback, open): (Vec<&Listener>, Vec<&Listener>) = table
        .tcp
        .iter()
        .partition(|listener| listener.is_loopback());
    let others = if open.is_empty() { loopback } else { open };
    let mut others: Vec<String> = others.iter().map(ToString::to_string).collect();
    others.dedup();
    let others = others.join(", ");
    (!others.is_empty())
        .then(|| format!("nothing listens on it in the container: it listens on {others}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn listening(addresses: &[(&str, u16)]) -> SocketTable {
        let listener = |(address, port): &(&str, u16)| Listener {
            address: address.parse::<IpAddr>().unwrap(),
            port: *port,
        };
        SocketTable {
            tcp: addresses.iter().map(listener).collect(),
            ..SocketTable::default()
        }
    }

    fn publishing(protocol: &str, published: u16) -> Container {
        // Published on IPv4 and IPv6: one port.
        let port = |host_ip: &str| PublishedPort {
            host_ip: host_ip.into(),
            published,
            target: 80,
            protocol: protocol.into(),
        };
        Container {
            ports: vec![port("0.0.0.0"), port("::")],
            ..Container::default()
        }
    }

    #[test]
    fn a_published_port_that_leads_nowhere_is_named() {
        type Case = (&'static [(&'static str, u16)], &'static [&'static str]);
        let table: [Case; 6] = [
            (&[], &[]),
            (&[("0.0.0.0", 80)], &[]),
            (&[("127.0.0.1", 80), ("::", 80)], &[]),
            (
                &[("127.0.0.1", 80)],
                &[
                    "port 80 is published, but only 127.0.0.1:80 listens, which nobody outside can reach: let it \
                     listen on 0.0.0.0",
                ],
            ),
            (
                &[("0.0.0.0", 5000), ("127.0.0.1", 9)],
                &[
                    "port 80 is published, but nothing listens on it in the container: it listens on 0.0.0.0:5000",
                ],
            ),
            (
                &[("127.0.0.1", 5000)],
                &[
                    "port 80 is published, but nothing listens on it in the container: it listens on 127.0.0.1:5000",
                ],
            ),
        ];
        for (listeners, expected) in table {
            let found = misdirected(&publishing("tcp", 8080), &listening(listeners));
            let said: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(said, expected, "{listeners:?}");
        }
    }

    #[test]
    fn ports_that_tell_nothing_are_not_named() {
        let elsewhere = listening(&[("0.0.0.0", 5000)]);
        let host = Container {
            network_mode: "host".into(),
            ..publishing("tcp", 8080)
        };
        for container in [publishing("udp", 8080), publishing("tcp", 0), host] {
            assert!(misdirected(&container, &elsewhere).is_empty());
        }
    }
}
