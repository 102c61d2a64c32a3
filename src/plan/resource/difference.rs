//! What a network or volume is otherwise than the file says.

use indexmap::IndexMap;

use crate::model::{Network, Volume};
use crate::state::{NetworkState, VolumeState};

/// What the file says of a network otherwise than the engine; what the file leaves open is no difference.
pub(super) fn network_differences(network: &Network, there: &NetworkState) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(driver) = network.driver.as_ref().filter(|d| **d != there.driver) {
        found.push(format!("driver: {} -> {driver}", there.driver));
    }
    for (key, is, wanted) in [
        ("internal", there.internal, network.internal),
        ("attachable", there.attachable, network.attachable),
    ] {
        if is != wanted {
            found.push(format!("{key}: {is} -> {wanted}"));
        }
    }
    let subnets = network.ipam.config.iter().filter_map(|p| p.subnet.as_ref());
    for subnet in subnets.filter(|subnet| !there.subnets.contains(subnet)) {
        found.push(format!("subnet: {} -> {subnet}", there.subnets.join(" ")));
    }
    found.extend(map_differences("labels", &there.labels, &network.labels));
    found
}

/// What the file says of a volume otherwise than the engine; what the file leaves open is no difference.
pub(super) fn volume_differences(volume: &Volume, there: &VolumeState) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(driver) = volume.driver.as_ref().filter(|d| **d != there.driver) {
        found.push(format!("driver: {} -> {driver}", there.driver));
    }
    found.extend(map_differences(
        "driver_opts",
        &there.options,
        &volume.driver_opts,
    ));
    found.extend(map_differences("labels", &there.labels, &volume.labels));
    found
}

/// The entries asked for that are not there, by name: their values may be credentials.
fn map_differences(
    field: &str,
    there: &IndexMap<String, String>,
    wanted: &IndexMap<String, String>,
) -> Vec<String> {
    wanted
        .iter()
        .filter(|(key, value)| there.get(*key) != Some(value))
        .map(|(key, _)| format!("{field}.{key}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_file_asks_for_is_compared() {
        let there = NetworkState {
            driver: "bridge".into(),
            subnets: vec!["10.0.0.0/24".into()],
            labels: [("a".to_owned(), "1".to_owned())].into(),
            ..NetworkState::default()
        };
        let mut network = Network::default();
        assert_eq!(network_differences(&network, &there), [""; 0]);
        network.internal = true;
        network.driver = Some("macvlan".into());
        network.labels.insert("a".into(), "2".into());
        network.ipam.config.push(crate::model::IpamPool {
            subnet: Some("10.1.0.0/24".into()),
            ..crate::model::IpamPool::default()
        });
        assert_eq!(
            network_differences(&network, &there),
            [
                "driver: bridge -> macvlan",
                "internal: false -> true",
                "subnet: 10.0.0.0/24 -> 10.1.0.0/24",
                "labels.a",
            ]
        );
        let mut volume = Volume::default();
        let there = VolumeState {
            driver: "local".into(),
            ..VolumeState::default()
        };
        assert_eq!(volume_differences(&volume, &there), [""; 0]);
        volume.driver_opts.insert("type".into(), "tmpfs".into());
        assert_eq!(volume_differences(&volume, &there), ["driver_opts.type"]);
    }
}
