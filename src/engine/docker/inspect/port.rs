//! Ports of a container: published, and reached over TCP.

use std::collections::BTreeSet;

use super::shape::{BindingShape, Keys, Map};
use crate::state::PublishedPort;

/// The TCP ports among what is exposed and published.
pub(super) fn tcp_ports(exposed: &Keys, published: &Map<Option<Vec<BindingShape>>>) -> Vec<u16> {
    let all = exposed.keys().chain(published.keys());
    let tcp = all.filter_map(|port| match port.split_once('/') {
        Some((port, "tcp")) => port.parse().ok(),
        Some(_) => None,
        None => port.parse().ok(),
    });
    let ports: BTreeSet<u16> = tcp.collect();
    ports.into_iter().collect()
}

/// The ports that are published, from the bindings of each.
pub(super) fn ports(bindings: Map<Option<Vec<BindingShape>>>) -> Vec<PublishedPort> {
    let mut ports = Vec::new();
    for (port, bindings) in bindings {
        let (target, protocol) = port.split_once('/').unwrap_or((&port, "tcp"));
        let target = target.parse().unwrap_or_default();
        let published = |binding: BindingShape| PublishedPort {
            // Asked for without an address, it is published on all.
            host_ip: if binding.host_ip.is_empty() && !binding.host_port.is_empty() {
                "0.0.0.0".to_owned()
            } else {
                binding.host_ip
            },
            published: binding.host_port.parse().unwrap_or_default(),
            target,
            protocol: protocol.to_owned(),
        };
        match bindings.filter(|bindings| !bindings.is_empty()) {
            Some(bindings) => ports.extend(bindings.into_iter().map(published)),
            None => ports.push(published(BindingShape::default())),
        }
    }
    ports.sort_by(|a, b| {
        (a.target, &a.protocol, a.published).cmp(&(b.target, &b.protocol, b.published))
    });
    ports
}
