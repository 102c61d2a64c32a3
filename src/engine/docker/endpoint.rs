//! Endpoints on networks, as an engine takes them. Pure.

use bollard::models::{EndpointIpamConfig, EndpointSettings, NetworkingConfig};

use super::convert::{some, some_map};
use super::version::ApiVersion;
use crate::model::{Endpoint, NetworkAccess, NewContainer};

/// The endpoints to connect between create and start, where the engine cannot make them at create.
pub(super) fn later_endpoints(container: &NewContainer, api: ApiVersion) -> &[Endpoint] {
    match &container.network {
        NetworkAccess::Networks(endpoints) if api < ApiVersion::V1_44 => {
            endpoints.get(1..).unwrap_or_default()
        }
        _ => &[],
    }
}

/// The hardware address of the container, or of its first endpoint.
pub(super) fn mac_address(container: &NewContainer) -> Option<&str> {
    let of_endpoint = match &container.network {
        NetworkAccess::Networks(endpoints) => endpoints
            .first()
            .and_then(|endpoint| endpoint.mac_address.as_deref()),
        NetworkAccess::Mode(_) => None,
    };
    of_endpoint.or(container.spec.mac_address.as_deref())
}

/// The endpoints that the engine makes at create; none where the container uses a mode of the engine.
pub(super) fn networking_config(
    container: &NewContainer,
    api: ApiVersion,
) -> Option<NetworkingConfig> {
    let NetworkAccess::Networks(endpoints) = &container.network else {
        return None;
    };
    let at_create = endpoints.len() - later_endpoints(container, api).len();
    let config = endpoints[..at_create]
        .iter()
        .enumerate()
        .map(|(index, endpoint)| {
            let mut settings = endpoint_settings(endpoint, api);
            if index == 0 && api >= ApiVersion::V1_44 {
                settings.mac_address = mac_address(container).map(str::to_owned);
            }
            (endpoint.network.clone(), settings)
        });
    Some(NetworkingConfig {
        endpoints_config: Some(config.collect()),
    })
}

/// One endpoint, as create and connect take it.
pub(super) fn endpoint_settings(endpoint: &Endpoint, api: ApiVersion) -> EndpointSettings {
    let fixed = endpoint.ipv4_address.is_some()
        || endpoint.ipv6_address.is_some()
        || !endpoint.link_local_ips.is_empty();
    let mut driver_opts = endpoint.driver_opts.clone();
    if let Some(name) = &endpoint.interface_name {
        driver_opts.insert(
            "com.docker.network.endpoint.ifname".to_owned(),
            name.clone(),
        );
    }
    EndpointSettings {
        ipam_config: fixed.then(|| EndpointIpamConfig {
            ipv4_address: endpoint.ipv4_address.clone(),
            ipv6_address: endpoint.ipv6_address.clone(),
            link_local_ips: some(endpoint.link_local_ips.clone()),
        }),
        links: some(endpoint.links.clone()),
        mac_address: endpoint
            .mac_address
            .clone()
            .filter(|_| api >= ApiVersion::V1_44),
        aliases: some(endpoint.aliases.clone()),
        driver_opts: some_map(&driver_opts),
        gw_priority: endpoint.gw_priority.filter(|_| api >= ApiVersion::V1_48),
        ..EndpointSettings::default()
    }
}
