//! Networks, ports and links.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Adopted, set, unless};
use crate::model::{Attachment, ContainerSpec, NetworkMode, NetworkName, Port};
use crate::plan::container::links;

/// Sets networks, ports and links to what they are.
pub(super) fn settle(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    mode(adopted, asked);
    if asked.network_mode.is_none() {
        attachments(adopted, asked);
    }
    asked.ports = ports(
        &adopted.is.ports,
        &adopted.wanted.ports,
        adopted.hides("ports.published"),
    );
    expose(adopted, asked);
    of_links(adopted, asked);
}

/// A container on networks of the user has the first one's name for its mode.
fn mode(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let mode = adopted.container.network_mode.as_str();
    let wanted = &adopted.wanted.network_mode;
    // Podman says `bridge` of networks of the user too.
    let there = &adopted.is.networks;
    let is_of_all = mode == "bridge"
        && !there.is_empty()
        && !(there.keys()).any(|name| matches!(name.as_str(), "bridge" | "podman"));
    let is_builtin = !is_of_all
        && (matches!(mode, "" | "default" | "bridge" | "host" | "none" | "nat")
            || mode.starts_with("container:"));
    let of_file = (adopted.wanted.networks.keys()).any(|name| adopted.engine_name(name) == mode);
    let same = match wanted {
        Some(wanted) => {
            let wanted = wanted.to_string();
            let plain = |mode: &str| matches!(mode, "" | "default" | "bridge");
            wanted == mode
                || adopted.is_of(mode, &wanted)
                || plain(&wanted) && plain(mode)
                || wanted == "disabled" && mode == "none"
        }
        None if adopted.wanted.networks.is_empty() => mode == "none",
        None => of_file || !is_builtin,
    };
    if !same {
        let mode = adopted.in_words_of_the_file(mode);
        asked.network_mode = is_builtin.then(|| NetworkMode::parse(&mode));
    }
}

impl Adopted<'_> {
    fn engine_name(&self, name: &NetworkName) -> String {
        let network = self.project.networks.get(name);
        network.map_or_else(|| name.to_string(), |network| network.name.clone())
    }
}

/// The places on the networks of the file. What of them is compared with the container's endpoints anyway is the
/// service's own; others' addresses and the names that engines add say nothing.
fn attachments(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let wanted = &adopted.wanted.networks;
    let mut found: IndexMap<NetworkName, Attachment> = IndexMap::new();
    for (name, attachment) in wanted {
        let there = NetworkName::new(adopted.engine_name(name)).ok();
        let there = there.and_then(|there| adopted.is.networks.get(&there));
        let Some(there) = there else {
            continue;
        };
        let mut is = Attachment {
            mac_address: attachment.mac_address.clone(),
            link_local_ips: there.link_local_ips.clone(),
            interface_name: there.interface_name.clone(),
            driver_opts: there.driver_opts.clone(),
            ..attachment.clone()
        };
        // Without one the engine makes it up, and nothing tells which it is.
        if let (Some(wanted), Some(there)) = (&attachment.mac_address, &there.mac_address)
            && !wanted.eq_ignore_ascii_case(there)
        {
            is.mac_address = Some(there.clone());
        }
        if attachment.gw_priority.unwrap_or(0) != there.gw_priority.unwrap_or(0)
            && there.gw_priority.is_some()
        {
            is.gw_priority = there.gw_priority;
        }
        found.insert(name.clone(), is);
    }
    // The first network is the one that the mode names.
    let first = wanted
        .iter()
        .max_by_key(|(_, attachment)| attachment.priority);
    if let Some((name, attachment)) = first
        && attachment.priority != 0
        && adopted.engine_name(name) != adopted.container.network_mode
    {
        for attachment in found.values_mut() {
            attachment.priority = 0;
        }
    }
    asked.networks = found;
    let wanted = &adopted.wanted.mac_address;
    let is = &adopted.is.mac_address;
    let differs = match (wanted, is) {
        (Some(wanted), Some(is)) => !wanted.eq_ignore_ascii_case(is),
        _ => false,
    };
    unless(!differs, &mut asked.mac_address, || is.clone());
}

/// The ports in the file's order as far as they are there, then those that are there beside them; `chosen` where what
/// the engine chose stands beside what was asked for.
fn ports(is: &[Port], wanted: &[Port], chosen: bool) -> Vec<Port> {
    let key = |port: &Port| {
        let published = port.published.clone().filter(|port| port != "0");
        (
            port.target,
            port.protocol.clone(),
            published.unwrap_or_default(),
            (port.host_ip.clone())
                .filter(|address| !(chosen && address == "0.0.0.0"))
                .unwrap_or_default(),
        )
    };
    let is_same = |is: &Port, port: &Port| {
        let (mut is, port) = (key(is), key(port));
        if chosen && port.2.is_empty() {
            is.2 = String::new();
        }
        is == port
    };
    let mut left: Vec<&Port> = is.iter().collect();
    let mut take = |fits: &dyn Fn(&Port) -> bool| {
        let at = left.iter().position(|port| fits(port))?;
        Some(left.remove(at).clone())
    };
    let same: Vec<bool> = wanted
        .iter()
        .map(|port| take(&|is| is_same(is, port)).is_some())
        .collect();
    let mut found = Vec::new();
    for (port, same) in wanted.iter().zip(same) {
        if same {
            found.push(port.clone());
            continue;
        }
        // What is inside stays more often than what is outside.
        let like = take(&|is| (is.target, &is.protocol) == (port.target, &port.protocol))
            .or_else(|| take(&|is| is.published == port.published && is.published.is_some()));
        found.extend(like.map(|is| Port {
            mode: port.mode.clone(),
            name: port.name.clone(),
            app_protocol: port.app_protocol.clone(),
            ..is
        }));
    }
    found.extend(left.into_iter().cloned());
    found
}

/// Beside the ports that are published or the image's.
fn expose(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let others: BTreeSet<String> = (adopted.is.ports.iter())
        .map(|port| format!("{}/{}", port.target, port.protocol))
        .chain(adopted.image().expose.iter().flat_map(|port| single(port)))
        .collect();
    let beside = |spec: &ContainerSpec| -> BTreeSet<String> {
        let all = spec.expose.iter().flat_map(|port| single(port));
        all.filter(|port| !others.contains(port)).collect()
    };
    let mut is = beside(adopted.is);
    let wanted = beside(adopted.wanted);
    // A port that the file publishes now is told of as such.
    for port in &adopted.wanted.ports {
        let port = format!("{}/{}", port.target, port.protocol);
        if !wanted.contains(&port) {
            is.remove(&port);
        }
    }
    let brief = |port: String| {
        port.strip_suffix("/tcp")
            .map_or(port.clone(), str::to_owned)
    };
    unless(is == wanted, &mut asked.expose, || {
        is.into_iter().map(brief).collect()
    });
}

/// `PORT/PROTOCOL` of each port of a range.
fn single(written: &str) -> Vec<String> {
    let (numbers, protocol) = written.split_once('/').unwrap_or((written, "tcp"));
    let range = numbers
        .split_once('-')
        .and_then(|(from, to)| Some((from.parse::<u16>().ok()?, to.parse::<u16>().ok()?)));
    match range {
        Some((from, to)) => (from..=to)
            .map(|port| format!("{port}/{protocol}"))
            .collect(),
        None => vec![format!("{numbers}/{protocol}")],
    }
}

/// Links are to a service's containers as many as there were of them.
fn of_links(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let unnumbered = |link: &str| {
        let name = |name: &str| {
            let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
            bare.strip_suffix('-').unwrap_or(name).to_owned()
        };
        let (container, alias) = link.split_once(':').unwrap_or((link, link));
        format!("{}:{}", name(container), name(alias))
    };
    let wanted = links(adopted.project, adopted.service);
    if set(&adopted.is.links, unnumbered) != set(&wanted, unnumbered) {
        let links: BTreeSet<String> = adopted.is.links.iter().cloned().collect();
        asked.links = links.into_iter().collect();
        asked.external_links = Vec::new();
    }
}
