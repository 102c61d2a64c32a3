//! Keys of a container that the engine is too old for. Old engines ignore most of what they don't know, without a
//! word, so we say it. Pure.

use super::version::ApiVersion;
use crate::model::{Endpoint, MountKind, NetworkAccess, NewContainer};

/// A key that the engine's API doesn't have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeyondApi {
    /// The key's path in the service, such as `healthcheck.start_interval`.
    pub path: String,
    /// The API version that brought it: (major, minor).
    pub needed: (u32, u32),
    /// Whether the container cannot be what the file says without it; otherwise it runs all the same.
    pub is_needed: bool,
}

/// The keys of `container` that an engine of this API version (major, minor) doesn't have.
///
/// Those that are needed make [`Engine::create_container`](crate::engine::Engine::create_container) fail; the others
/// are left out.
pub fn beyond_api(container: &NewContainer, api: (u32, u32)) -> Vec<BeyondApi> {
    let api = ApiVersion::new(api.0, api.1);
    let all = keys(container);
    let beyond = all.into_iter().filter(|(_, needed, _)| *needed > api);
    beyond
        .map(|(path, needed, is_needed)| BeyondApi {
            path,
            needed: needed.numbers(),
            is_needed,
        })
        .collect()
}

/// Every used key that some engine lacks, the version that brought it, and whether it is needed.
fn keys(container: &NewContainer) -> Vec<(String, ApiVersion, bool)> {
    let spec = &container.spec;
    let mut keys = Vec::new();
    let mut key = |is_used: bool, path: &str, needed, is_needed| {
        if is_used {
            keys.push((path.to_owned(), needed, is_needed));
        }
    };
    let start_interval = spec
        .healthcheck
        .as_ref()
        .is_some_and(|healthcheck| healthcheck.start_interval.is_some());
    key(
        start_interval,
        "healthcheck.start_interval",
        ApiVersion::V1_44,
        false,
    );
    key(
        !spec.annotations.is_empty(),
        "annotations",
        ApiVersion::new(1, 43),
        false,
    );
    for (index, mount) in container.mounts.iter().enumerate() {
        let path = |rest: &str| format!("volumes[{index}]{rest}");
        match &mount.kind {
            MountKind::Volume {
                subpath: Some(_), ..
            } => key(true, &path(".volume.subpath"), ApiVersion::V1_45, true),
            MountKind::Image { subpath, .. } => {
                key(true, &path(".type"), ApiVersion::V1_48, true);
                key(
                    subpath.is_some(),
                    &path(".image.subpath"),
                    ApiVersion::V1_49,
                    true,
                );
            }
            MountKind::Bind {
                recursive: Some(word),
                ..
            } if word == "readonly" || word == "writable" => {
                key(true, &path(".bind.recursive"), ApiVersion::V1_44, true);
            }
            _ => {}
        }
    }
    if let NetworkAccess::Networks(endpoints) = &container.network {
        for (index, endpoint) in endpoints.iter().enumerate() {
            let Endpoint {
                network,
                mac_address,
                gw_priority,
                interface_name,
                ..
            } = endpoint;
            let path = |rest: &str| format!("networks.{network}.{rest}");
            // Older engines have one address for the container, used on its first network.
            key(
                mac_address.is_some() && index > 0,
                &path("mac_address"),
                ApiVersion::V1_44,
                true,
            );
            key(
                gw_priority.is_some(),
                &path("gw_priority"),
                ApiVersion::V1_48,
                false,
            );
            key(
                interface_name.is_some(),
                &path("interface_name"),
                ApiVersion::V1_49,
                true,
            );
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainerSpec, Healthcheck, Mount};

    #[test]
    fn keys_beyond_the_engine_are_named() {
        let mount = |kind| Mount {
            target: "/x".to_owned(),
            read_only: false,
            consistency: None,
            kind,
        };
        let endpoint = |network: &str| Endpoint {
            network: network.to_owned(),
            mac_address: Some("02:00:00:00:00:01".to_owned()),
            interface_name: Some("lan0".to_owned()),
            ..Endpoint::default()
        };
        let healthcheck = Healthcheck {
            start_interval: Some(crate::model::Duration::ZERO),
            ..Healthcheck::default()
        };
        let container = NewContainer {
            name: "x".to_owned(),
            spec: ContainerSpec {
                healthcheck: Some(healthcheck),
                ..ContainerSpec::default()
            },
            labels: indexmap::IndexMap::new(),
            network: NetworkAccess::Networks(vec![endpoint("a"), endpoint("b")]),
            mounts: vec![
                mount(MountKind::Volume {
                    source: None,
                    nocopy: false,
                    subpath: Some("s".to_owned()),
                    labels: indexmap::IndexMap::new(),
                }),
                mount(MountKind::Image {
                    source: "i".to_owned(),
                    subpath: None,
                }),
            ],
            volumes_from: Vec::new(),
        };
        let paths = |api| {
            let found = beyond_api(&container, api);
            found
                .into_iter()
                .map(|beyond| format!("{} {}", beyond.path, beyond.is_needed))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            paths((1, 41)),
            [
                "healthcheck.start_interval false",
                "volumes[0].volume.subpath true",
                "volumes[1].type true",
                "networks.a.interface_name true",
                "networks.b.mac_address true",
                "networks.b.interface_name true",
            ]
        );
        assert_eq!(
            paths((1, 45)),
            [
                "volumes[1].type true",
                "networks.a.interface_name true",
                "networks.b.interface_name true"
            ]
        );
        assert!(paths((1, 49)).is_empty());
    }
}
