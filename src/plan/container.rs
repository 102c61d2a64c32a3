//! A service's replica as a container to be made: every name resolved.

use std::cmp::Reverse;

use super::UpOptions;
use crate::label;
use crate::model::{
    Endpoint, Mount, MountKind, NetworkAccess, NetworkMode, NetworkName, NewContainer, Project,
    Service, seccomp_profile,
};
use crate::state::Container;

/// The container of a replica. `image_id` is empty where the image has yet to be brought. `replaces` is the one whose
/// place it takes; the one that it `inherits` from hands on its anonymous volumes, so that no data is lost.
pub(super) fn new_container(
    project: &Project,
    service: &Service,
    number: u32,
    replaces: Option<&Container>,
    inherits: Option<&Container>,
    image_id: &str,
    options: &UpOptions,
) -> NewContainer {
    let name = label::container_name(project, service, number);
    let mut labels = label::container_labels(project, service, number, image_id);
    let mut mounts: Vec<Mount> = service
        .spec
        .volumes
        .iter()
        .map(|mount| resolve_mount(project, mount))
        .chain(super::content::mounts(project, service))
        .collect();
    if let Some(old) = replaces {
        labels.insert(label::REPLACE.to_owned(), old.id.clone());
    }
    if let Some(old) = inherits.filter(|_| !options.renew_anon_volumes) {
        inherit_anonymous_volumes(&mut mounts, old);
    }
    let mut spec = service.spec.clone();
    spec.links = links(project, service);
    for option in &mut spec.security_opt {
        if let Some(profile) = seccomp_profile(option) {
            *option = format!("seccomp={}", project.working_dir.join(profile).display());
        }
    }
    for mode in [&mut spec.ipc, &mut spec.pid].into_iter().flatten() {
        if let Some(other) = mode.strip_prefix("service:") {
            *mode = format!("container:{}", container_of(project, other));
        }
    }
    NewContainer {
        name: replaces.map_or(name.clone(), |old| label::interim_name(&old.id, &name)),
        network: network_access(project, service, number),
        volumes_from: spec
            .volumes_from
            .iter()
            .map(|from| volumes_from(project, from))
            .collect(),
        mounts,
        labels,
        spec,
        one_off: None,
    }
}

/// The name of a service's first container.
fn container_of(project: &Project, service: &str) -> String {
    match project.service(service) {
        Some(service) => label::container_name(project, service, 1),
        None => label::joined(project, &[&service, &1]),
    }
}

pub(super) fn volumes_from(project: &Project, from: &str) -> String {
    match from.strip_prefix("container:") {
        Some(container) => container.to_owned(),
        None => match from.split_once(':') {
            Some((service, mode)) => format!("{}:{mode}", container_of(project, service)),
            None => container_of(project, from),
        },
    }
}

pub(super) fn resolve_mount(project: &Project, mount: &Mount) -> Mount {
    let mut mount = mount.clone();
    if let MountKind::Volume {
        source: Some(source),
        ..
    } = &mut mount.kind
        && let Some(volume) = project.volumes.get(source.as_str())
    {
        source.clone_from(&volume.name);
    }
    mount
}

fn inherit_anonymous_volumes(mounts: &mut Vec<Mount>, old: &Container) {
    for inherited in old
        .mounts
        .iter()
        .filter(|mount| mount.is_anonymous_volume())
    {
        match mounts
            .iter_mut()
            .find(|mount| mount.target == inherited.target)
        {
            Some(Mount {
                kind:
                    MountKind::Volume {
                        source: source @ None,
                        ..
                    },
                ..
            }) => {
                *source = Some(inherited.name.clone());
            }
            Some(_) => {}
            None => mounts.push(Mount {
                target: inherited.target.clone(),
                read_only: !inherited.writable,
                consistency: None,
                kind: MountKind::Volume {
                    source: Some(inherited.name.clone()),
                    nocopy: false,
                    subpath: None,
                    labels: indexmap::IndexMap::new(),
                },
            }),
        }
    }
}

pub(super) fn network_access(project: &Project, service: &Service, number: u32) -> NetworkAccess {
    let spec = &service.spec;
    match &spec.network_mode {
        Some(NetworkMode::Service(name)) => {
            return NetworkAccess::Mode(format!(
                "container:{}",
                container_of(project, name.as_str())
            ));
        }
        Some(mode) => return NetworkAccess::Mode(mode.to_string()),
        None if spec.networks.is_empty() => return NetworkAccess::Mode("none".to_owned()),
        None => {}
    }
    let endpoints = endpoints(project, service, number).map(|(_, endpoint)| endpoint);
    NetworkAccess::Networks(endpoints.collect())
}

/// The endpoints of a service's containers by the networks' names in the file, the primary one first.
pub(super) fn endpoints<'a>(
    project: &'a Project,
    service: &'a Service,
    number: u32,
) -> impl Iterator<Item = (&'a NetworkName, Endpoint)> {
    let links = links(project, service);
    let mut attachments: Vec<_> = service.spec.networks.iter().collect();
    attachments.sort_by_key(|(_, attachment)| Reverse(attachment.priority));
    attachments.into_iter().map(move |(name, attachment)| {
        let endpoint = Endpoint {
            network: project
                .networks
                .get(name)
                .map_or_else(|| name.to_string(), |network| network.name.clone()),
            aliases: [
                label::container_name(project, service, number),
                service.name.to_string(),
            ]
            .into_iter()
            .chain(attachment.aliases.iter().cloned())
            .collect(),
            links: links.clone(),
            ipv4_address: attachment.ipv4_address.clone(),
            ipv6_address: attachment.ipv6_address.clone(),
            link_local_ips: attachment.link_local_ips.clone(),
            mac_address: attachment.mac_address.clone(),
            gw_priority: attachment.gw_priority,
            interface_name: attachment.interface_name.clone(),
            driver_opts: attachment.driver_opts.clone(),
        };
        (name, endpoint)
    })
}

/// `CONTAINER:ALIAS` of all links: a service's replicas are known by the link's name, and each by names of its own.
pub(super) fn links(project: &Project, service: &Service) -> Vec<String> {
    let mut own = Vec::new();
    for link in &service.spec.links {
        let (target, alias) = link.split_once(':').unwrap_or((link, link));
        let Some(target) = project.service(target) else {
            continue;
        };
        for number in 1..=target.scale {
            let container = label::container_name(project, target, number);
            let short = format!("{}{}{number}", target.name, project.separator);
            let long = label::joined(project, &[&short]);
            own.extend([alias, &short, &long].map(|alias| format!("{container}:{alias}")));
        }
    }
    let external = service
        .spec
        .external_links
        .iter()
        .map(|link| match link.split_once(':') {
            Some(_) => link.clone(),
            None => format!("{link}:{link}"),
        });
    own.into_iter().chain(external).collect()
}
