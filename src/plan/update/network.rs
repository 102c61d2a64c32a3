//! Networks of a container: joined, left and joined anew while it runs.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{Join, Updates};
use crate::label;
use crate::model::{Attachment, ContainerSpec, NetworkName, Project, Service};
use crate::plan::FieldChange;
use crate::plan::container::endpoints;
use crate::state::{ActualState, Container, ContainerEndpoint};

/// Fields of an attachment that the engine shows; the others need another container.
const SHOWN: [&str; 4] = ["aliases", "ipv4_address", "ipv6_address", "priority"];

/// Whether the container is and was on networks of the project, so that they can be changed one by one.
pub(super) fn is_comparable(
    service: &Service,
    asked: &ContainerSpec,
    container: &Container,
) -> bool {
    let uses_networks =
        |spec: &ContainerSpec| spec.network_mode.is_none() && !spec.networks.is_empty();
    uses_networks(&service.spec) && uses_networks(asked) && !container.degraded
}

/// Finds the networks to join and to leave, and takes out of the two JSON forms what can be changed on the container.
pub(super) fn compare(
    project: &Project,
    service: &Service,
    asked: &ContainerSpec,
    container: &Container,
    state: &ActualState,
    (applied, desired): (&mut Value, &mut Value),
    updates: &mut Updates,
) {
    let wanted = &service.spec.networks;
    let is_free =
        |name: &str| asked.networks.get(name).is_none() && wanted.get(name).is_none_or(is_plain);
    let keeps_order = order(asked, wanted) == order(&service.spec, &asked.networks);
    for json in [applied, desired] {
        if let Value::Object(networks) = &mut json["networks"] {
            networks.retain(|name, _| wanted.get(name.as_str()).is_some() && !is_free(name));
            for attachment in networks.values_mut().filter_map(Value::as_object_mut) {
                attachment.retain(|field, _| {
                    !SHOWN.contains(&field.as_str()) || (field == "priority" && !keeps_order)
                });
            }
        }
    }
    let number = container.number().unwrap_or(1);
    let own_name = label::container_name(project, service, number);
    // A container that was renamed keeps the alias of its name before.
    let renamed =
        ['-', '_'].map(|separator| label::default_name(project, separator, service, number));
    for (name, endpoint) in endpoints(project, service, number) {
        let attachment = &wanted[name];
        let path = format!("networks.{name}");
        let was = asked.networks.get(name);
        let there = container.networks.get(&endpoint.network);
        let changes = match (there, was) {
            (None, None) => vec![change(service, &path, None, Some(""))],
            (None, Some(_)) => {
                vec![change(
                    service,
                    &path,
                    Some("disconnected"),
                    Some("connected"),
                )]
            }
            (Some(there), _) => {
                let [dashed, underscored] = &renamed;
                let own = [&own_name, &container.name, dashed, underscored];
                differences(service, &path, attachment, was, there, own, &container.id)
            }
        };
        if !changes.is_empty() {
            updates.joins.push(Join {
                endpoint,
                changes,
                again: there.is_some(),
            });
        }
    }
    for (name, _) in extra(project, service, container) {
        if let Some(key) = own(service, container, name, state) {
            let path = format!("networks.{key}");
            updates
                .leaves
                .push((name.clone(), change(service, &path, Some(""), None)));
        }
    }
}

/// The networks that somebody attached the container to, and that are none of the project's.
pub(in crate::plan) fn foreign_networks<'a>(
    project: &'a Project,
    service: &'a Service,
    container: &'a Container,
    state: &'a ActualState,
) -> impl Iterator<Item = &'a str> {
    let uses_networks = service.spec.network_mode.is_none() && !service.spec.networks.is_empty();
    extra(project, service, container)
        .filter(move |(name, _)| uses_networks && own(service, container, name, state).is_none())
        .map(|(name, _)| name.as_str())
}

/// The networks that the container is on and the file doesn't name.
fn extra<'a>(
    project: &'a Project,
    service: &'a Service,
    container: &'a Container,
) -> impl Iterator<Item = (&'a String, &'a ContainerEndpoint)> {
    container.networks.iter().filter(move |(there, _)| {
        let mut names = service.spec.networks.keys();
        !names.any(|name| network_name(project, name) == there.as_str())
    })
}

fn network_name<'a>(project: &'a Project, name: &'a NetworkName) -> &'a str {
    let network = project.networks.get(name);
    network.map_or(name.as_str(), |network| &network.name)
}

/// The network's name in the file, where it is windlass that attached the container or the network is the project's: an
/// endpoint of ours bears the service's name, one that was made by hand doesn't.
fn own<'a>(
    service: &Service,
    container: &'a Container,
    name: &'a str,
    state: &'a ActualState,
) -> Option<&'a str> {
    let endpoint = container.networks.get(name)?;
    let network = state.networks.iter().find(|network| network.name == name);
    let labels = network.map(|network| &network.labels);
    let of = |key: &str| {
        labels
            .and_then(|labels| labels.get(key))
            .map(String::as_str)
    };
    let is_own = of(label::PROJECT).is_some()
        && of(label::PROJECT) == container.labels.get(label::PROJECT).map(String::as_str);
    let is_ours = endpoint
        .aliases
        .iter()
        .any(|alias| *alias == *service.name.as_str());
    (is_own || is_ours).then(|| of(label::NETWORK).unwrap_or(name))
}

/// Whether nothing is asked of the attachment that an engine doesn't show.
fn is_plain(attachment: &Attachment) -> bool {
    let shown = Attachment {
        aliases: attachment.aliases.clone(),
        ipv4_address: attachment.ipv4_address.clone(),
        ipv6_address: attachment.ipv6_address.clone(),
        priority: attachment.priority,
        ..Attachment::default()
    };
    *attachment == shown
}

/// The networks that are in the other map too, in the order in which they are attached.
fn order<'a>(
    spec: &'a ContainerSpec,
    others: &indexmap::IndexMap<NetworkName, Attachment>,
) -> Vec<&'a NetworkName> {
    let mut common: Vec<_> = spec
        .networks
        .iter()
        .filter(|(name, _)| others.contains_key(*name))
        .collect();
    common.sort_by_key(|(_, attachment)| Reverse(attachment.priority));
    // Where priorities say nothing, neither does the order.
    if common
        .iter()
        .all(|(_, attachment)| attachment.priority == 0)
    {
        common.sort_by_key(|(name, _)| name.as_str());
    }
    common.into_iter().map(|(name, _)| name).collect()
}

fn differences(
    service: &Service,
    path: &str,
    wanted: &Attachment,
    was: Option<&Attachment>,
    there: &ContainerEndpoint,
    own: [&String; 4],
    id: &str,
) -> Vec<FieldChange> {
    let mut found = Vec::new();
    let own_name = service.name.as_str();
    let wanted_aliases: BTreeSet<&str> = wanted
        .aliases
        .iter()
        .map(String::as_str)
        .chain([own_name])
        .collect();
    // Engines add the host name and the short id; the container's own names say nothing.
    let is_added = |alias: &&str| {
        own.into_iter().any(|name| name == alias)
            || service.spec.hostname.as_deref() == Some(*alias)
            || (alias.len() == 12 && id.starts_with(alias))
    };
    let aliases = there.aliases.iter().map(String::as_str);
    let aliases: BTreeSet<&str> = aliases
        .filter(|alias| wanted_aliases.contains(alias) || !is_added(alias))
        .collect();
    if aliases != wanted_aliases {
        let (from, to) = (list(&aliases), list(&wanted_aliases));
        found.push(change(
            service,
            &format!("{path}.aliases"),
            Some(&from),
            Some(&to),
        ));
    }
    let addresses = [
        (
            "ipv4_address",
            &wanted.ipv4_address,
            was.and_then(|was| was.ipv4_address.as_ref()),
            (&there.fixed_ipv4, &there.ip_address),
        ),
        (
            "ipv6_address",
            &wanted.ipv6_address,
            was.and_then(|was| was.ipv6_address.as_ref()),
            (&there.fixed_ipv6, &there.ipv6_address),
        ),
    ];
    for (field, wanted, was, (fixed, current)) in addresses {
        let differs = match wanted {
            Some(wanted) => {
                let is_so = fixed == wanted || current == wanted;
                // Where the engine tells nothing of it, the label has to do.
                !is_so && (was != Some(wanted) || !fixed.is_empty())
            }
            None => !fixed.is_empty() || was.is_some_and(|was| was == current),
        };
        if differs {
            let from = Some(fixed.as_str()).filter(|fixed| !fixed.is_empty());
            let from = from
                .or(was.map(String::as_str))
                .map(|from| format!("\"{from}\""));
            let to = wanted.as_ref().map(|to| format!("\"{to}\""));
            let path = format!("{path}.{field}");
            found.push(change(service, &path, from.as_deref(), to.as_deref()));
        }
    }
    found
}

fn list(names: &BTreeSet<&str>) -> String {
    Value::from(names.iter().copied().collect::<Vec<_>>()).to_string()
}

fn change(service: &Service, path: &str, from: Option<&str>, to: Option<&str>) -> FieldChange {
    FieldChange {
        path: path.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        position: service.positions.find(path).cloned(),
    }
}
