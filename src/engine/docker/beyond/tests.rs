use super::*;
use crate::model::{Attachment, CredentialSpec, Healthcheck, Mount, NetworkAccess, NetworkName};

fn container() -> NewContainer {
    let mount = |kind| Mount {
        target: "/x".to_owned(),
        read_only: false,
        consistency: None,
        kind,
    };
    let attachment = |network: &str| {
        let attachment = Attachment {
            mac_address: Some("02:00:00:00:00:01".to_owned()),
            interface_name: Some("lan0".to_owned()),
            gw_priority: Some(1),
            priority: i64::from(network == "first"),
            ..Attachment::default()
        };
        (NetworkName::new(network).unwrap(), attachment)
    };
    let spec = ContainerSpec {
        healthcheck: Some(Healthcheck {
            start_interval: Some(crate::model::Duration::ZERO),
            ..Healthcheck::default()
        }),
        annotations: [("a".to_owned(), "b".to_owned())].into(),
        cpu_count: Some(2),
        cpu_percent: Some(50.0),
        isolation: Some("hyperv".to_owned()),
        credential_spec: Some(CredentialSpec::default()),
        networks: ["then", "first"].map(attachment).into(),
        ..ContainerSpec::default()
    };
    let bind = |recursive: &str| MountKind::Bind {
        source: "/s".to_owned(),
        create_host_path: false,
        propagation: None,
        selinux: None,
        recursive: Some(recursive.to_owned()),
    };
    let source = || "s".to_owned();
    let mounts = [
        MountKind::Volume {
            source: None,
            nocopy: false,
            subpath: Some(source()),
            labels: indexmap::IndexMap::new(),
        },
        MountKind::Image {
            source: source(),
            subpath: Some(source()),
        },
        bind("readonly"),
        bind("disabled"),
        MountKind::Npipe { source: source() },
        MountKind::Cluster { source: source() },
    ];
    NewContainer {
        name: "x".to_owned(),
        spec,
        labels: indexmap::IndexMap::new(),
        network: NetworkAccess::Mode("none".to_owned()),
        mounts: mounts.map(mount).into(),
        volumes_from: Vec::new(),
        one_off: None,
    }
}

fn about(api: (u32, u32), os: &str) -> About {
    About {
        variables: Vec::new(),
        address: String::new(),
        product: "Docker".to_owned(),
        api,
        os: os.to_owned(),
        buildkit: true,
    }
}

#[test]
fn keys_beyond_the_engine_are_named() {
    let words = |api, platform| {
        let found = beyond_engine(&container(), &about(api, platform)).into_iter();
        found
            .map(|beyond| {
                let needed = if beyond.is_needed { "needed" } else { "idle" };
                format!("{} {needed}: {}", beyond.path, beyond.need)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words((1, 41), "linux"),
        [
            "healthcheck.start_interval idle: engine API 1.44",
            "annotations idle: engine API 1.43",
            "cpu_count idle: an engine on Windows",
            "cpu_percent idle: an engine on Windows",
            "credential_spec idle: an engine on Windows",
            "isolation needed: an engine on Windows",
            "volumes[0].volume.subpath needed: engine API 1.45",
            "volumes[1].type needed: engine API 1.48",
            "volumes[1].image.subpath needed: engine API 1.49",
            "volumes[2].bind.recursive needed: engine API 1.44",
            "volumes[4].type needed: an engine on Windows",
            "volumes[5].type needed: engine API 1.42",
            "networks.first.gw_priority idle: engine API 1.48",
            "networks.first.interface_name needed: engine API 1.49",
            "networks.then.mac_address needed: engine API 1.44",
            "networks.then.gw_priority idle: engine API 1.48",
            "networks.then.interface_name needed: engine API 1.49",
        ]
    );
    assert_eq!(
        words((1, 45), "windows"),
        [
            "volumes[1].type needed: engine API 1.48",
            "volumes[1].image.subpath needed: engine API 1.49",
            "networks.first.gw_priority idle: engine API 1.48",
            "networks.first.interface_name needed: engine API 1.49",
            "networks.then.gw_priority idle: engine API 1.48",
            "networks.then.interface_name needed: engine API 1.49",
        ]
    );
    assert!(words((1, 49), "windows").is_empty());
}

#[test]
fn a_network_without_ipv4_needs_an_engine_that_can_do_without() {
    let network = |enable_ipv4| Network {
        enable_ipv4,
        ..Network::default()
    };
    let old = about((1, 41), "linux");
    for (is_on, count) in [(Some(false), 1), (Some(true), 0), (None, 0)] {
        assert_eq!(network_beyond_engine(&network(is_on), &old).len(), count);
    }
    let new = about((1, 48), "linux");
    assert!(network_beyond_engine(&network(Some(false)), &new).is_empty());
}

#[test]
fn what_is_missing_is_said_of_both_sides() {
    let beyond = |need| BeyondEngine {
        path: String::new(),
        need,
        is_needed: true,
    };
    let old = about((1, 41), "linux");
    assert_eq!(
        beyond(Need::Api(1, 44)).why(&old),
        "it needs engine API 1.44, and this engine has 1.41"
    );
    assert_eq!(
        beyond(Need::Windows).why(&old),
        "it needs an engine on Windows, and this one runs linux"
    );
}
