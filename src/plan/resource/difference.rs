//! What a network or volume is otherwise than the file says.

use indexmap::IndexMap;
use serde::Serialize;

use crate::label;
use crate::model::{Network, Positions, Volume};
use crate::plan::{FieldChange, changes};
use crate::state::{NetworkState, VolumeState};

/// What the file says of a network otherwise than what was asked for when it was made; where nobody noted that, than the
/// engine shows, and then what the file leaves open is no difference.
pub(in crate::plan) fn network_differences(
    network: &Network,
    there: &NetworkState,
) -> Vec<FieldChange> {
    let places = &network.positions;
    if let Some(found) = noted(network, &there.labels, places) {
        return found;
    }
    let mut found = Vec::new();
    if let Some(driver) = network.driver.as_ref().filter(|d| **d != there.driver) {
        found.push(change(places, "driver", Some(&there.driver), Some(driver)));
    }
    for (key, is, wanted) in [
        ("internal", there.internal, network.internal),
        ("attachable", there.attachable, network.attachable),
    ] {
        if is != wanted {
            let (is, wanted) = (is.to_string(), wanted.to_string());
            found.push(change(places, key, Some(&is), Some(&wanted)));
        }
    }
    let subnets = network.ipam.config.iter().filter_map(|p| p.subnet.as_ref());
    let same = |there: &String, wanted: &String| there.eq_ignore_ascii_case(wanted);
    for subnet in subnets.filter(|subnet| !there.subnets.iter().any(|it| same(it, subnet))) {
        let is = there.subnets.join(" ");
        found.push(FieldChange {
            path: "subnet".to_owned(),
            ..change(places, "ipam.config", Some(&is), Some(subnet))
        });
    }
    found.extend(of_map(places, "labels", &there.labels, &network.labels));
    found
}

/// What the file says of a volume otherwise than what was asked for when it was made; where nobody noted that, than the
/// engine shows, and then what the file leaves open is no difference.
pub(in crate::plan) fn volume_differences(
    volume: &Volume,
    there: &VolumeState,
) -> Vec<FieldChange> {
    let places = &volume.positions;
    if let Some(found) = noted(volume, &there.labels, places) {
        return found;
    }
    let mut found = Vec::new();
    if let Some(driver) = volume.driver.as_ref().filter(|d| **d != there.driver) {
        found.push(change(places, "driver", Some(&there.driver), Some(driver)));
    }
    let options = of_map(places, "driver_opts", &there.options, &volume.driver_opts);
    let labels = of_map(places, "labels", &there.labels, &volume.labels);
    found.extend(options.chain(labels));
    found
}

/// What differs from the note in the labels; none where there is no note.
fn noted(
    asked: &impl Serialize,
    labels: &IndexMap<String, String>,
    places: &Positions,
) -> Option<Vec<FieldChange>> {
    let applied = label::applied_resource_spec(labels)?;
    let mut found = changes(&applied, &label::resource_spec(asked), places);
    for change in &mut found {
        // Fingerprints tell nobody anything.
        if change.path.starts_with("driver_opts.") {
            let is_both = change.from.is_some() && change.to.is_some();
            for value in [&mut change.from, &mut change.to] {
                *value = value.take().filter(|_| !is_both).map(|_| String::new());
            }
        }
    }
    Some(found)
}

/// The entries asked for that are not there, by name: their values may be credentials.
fn of_map<'a>(
    places: &'a Positions,
    field: &'a str,
    there: &'a IndexMap<String, String>,
    wanted: &'a IndexMap<String, String>,
) -> impl Iterator<Item = FieldChange> + 'a {
    wanted
        .iter()
        .filter(|(key, value)| there.get(*key) != Some(value))
        .map(move |(key, _)| {
            let is_there = there.contains_key(key);
            let to = (!is_there).then_some("");
            change(places, &format!("{field}.{key}"), None, to)
        })
}

fn change(places: &Positions, path: &str, from: Option<&str>, to: Option<&str>) -> FieldChange {
    FieldChange {
        path: path.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        position: places.find(path).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{IpamPool, ProjectName};

    fn texts(changes: &[FieldChange]) -> Vec<String> {
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn without_a_note_only_what_the_file_asks_for_is_compared() {
        let there = NetworkState {
            driver: "bridge".into(),
            subnets: vec!["10.0.0.0/24".into()],
            labels: [("a".to_owned(), "1".to_owned())].into(),
            ..NetworkState::default()
        };
        let mut network = Network::default();
        assert_eq!(network_differences(&network, &there), []);
        network.internal = true;
        network.driver = Some("macvlan".into());
        network.labels.insert("a".into(), "2".into());
        network.ipam.config.push(IpamPool {
            subnet: Some("10.1.0.0/24".into()),
            ..IpamPool::default()
        });
        assert_eq!(
            texts(&network_differences(&network, &there)),
            [
                "driver: bridge -> macvlan",
                "internal: false -> true",
                "subnet: 10.0.0.0/24 -> 10.1.0.0/24",
                "labels.a changed",
            ]
        );
        let mut volume = Volume::default();
        let there = VolumeState {
            driver: "local".into(),
            ..VolumeState::default()
        };
        assert_eq!(volume_differences(&volume, &there), []);
        volume.driver_opts.insert("type".into(), "tmpfs".into());
        assert_eq!(
            texts(&volume_differences(&volume, &there)),
            ["driver_opts.type added"]
        );
    }

    #[test]
    fn with_a_note_every_field_is_compared_and_options_are_not_shown() {
        let options = |password: &str| [("o".to_owned(), password.to_owned())].into();
        let mut volume = Volume {
            driver_opts: options("password=1234"),
            ..Volume::default()
        };
        let project = crate::model::Project {
            name: ProjectName::new("shop").unwrap(),
            separator: '-',
            working_dir: "/".into(),
            files: Vec::new(),
            services: IndexMap::new(),
            disabled_services: Vec::new(),
            contexts: IndexMap::new(),
            sharing: IndexMap::new(),
            networks: IndexMap::new(),
            volumes: IndexMap::new(),
            configs: IndexMap::new(),
            secrets: IndexMap::new(),
        };
        let labels =
            label::resource_labels(&project, label::VOLUME, "data", &IndexMap::new(), &volume);
        assert!(!labels.values().any(|value| value.contains("1234")));
        let there = VolumeState {
            labels,
            ..VolumeState::default()
        };
        assert_eq!(volume_differences(&volume, &there), []);
        volume.driver_opts = options("password=4321");
        assert_eq!(
            texts(&volume_differences(&volume, &there)),
            ["driver_opts.o changed"]
        );
        volume.driver_opts = IndexMap::new();
        assert_eq!(
            texts(&volume_differences(&volume, &there)),
            ["driver_opts.o removed"]
        );
    }
}
