//! Networks, ports and links of a container.

use indexmap::IndexMap;
use serde_json::Value;

use super::{list, number, text, texts_by_name};
use crate::model::{Attachment, NetworkName, Port};

/// The endpoints by their networks' names on the engine. Other names than the file's are in the aliases too.
pub(super) fn attachments(networks: &Value) -> IndexMap<NetworkName, Attachment> {
    let attachment = |endpoint: &Value| {
        let fixed = &endpoint["IPAMConfig"];
        let mut driver_opts = texts_by_name(&endpoint["DriverOpts"]);
        Attachment {
            aliases: list(&endpoint["Aliases"]).unwrap_or_default(),
            ipv4_address: text(&fixed["IPv4Address"]),
            ipv6_address: text(&fixed["IPv6Address"]),
            link_local_ips: list(&fixed["LinkLocalIPs"]).unwrap_or_default(),
            mac_address: text(&endpoint["MacAddress"]),
            priority: 0,
            gw_priority: number(&endpoint["GwPriority"]),
            interface_name: driver_opts.shift_remove("com.docker.network.endpoint.ifname"),
            driver_opts,
        }
    };
    let networks = networks.as_object().into_iter().flatten();
    networks
        .filter_map(|(name, endpoint)| {
            let name = NetworkName::new(name.as_str()).ok()?;
            Some((name, attachment(endpoint)))
        })
        .collect()
}

/// The ports that are published.
pub(super) fn ports(bindings: &Value) -> Vec<Port> {
    let mut ports = Vec::new();
    for (port, bindings) in bindings.as_object().into_iter().flatten() {
        let (target, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        for binding in bindings.as_array().into_iter().flatten() {
            ports.push(Port {
                target: target.parse().unwrap_or_default(),
                published: text(&binding["HostPort"]),
                host_ip: text(&binding["HostIp"]),
                protocol: protocol.to_owned(),
                mode: None,
                name: None,
                app_protocol: None,
            });
        }
    }
    ports
}

/// `CONTAINER:ALIAS`; on networks of the user they are the endpoints', else the container's, with paths around them.
pub(super) fn links(host: &Value, networks: &Value) -> Vec<String> {
    let mut endpoints = networks.as_object().into_iter().flatten();
    let own = list(&host["Links"]).filter(|links| !links.is_empty());
    let links = own.or_else(|| endpoints.find_map(|(_, endpoint)| list(&endpoint["Links"])));
    let bare = |link: &String| {
        let (container, alias) = link.split_once(':')?;
        let alias = alias.rsplit('/').next().unwrap_or(alias);
        Some(format!("{}:{alias}", container.trim_start_matches('/')))
    };
    let links = links.unwrap_or_default();
    links.iter().filter_map(bare).collect()
}
