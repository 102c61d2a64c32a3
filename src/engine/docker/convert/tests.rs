mod keys;

use serde_json::{Value, json};

use super::super::endpoint::later_endpoints;
use super::*;
use crate::model::{ByteSize, Duration, Endpoint, Ipam, IpamPool, Mount, MountKind};

const OLD: ApiVersion = ApiVersion::new(1, 41);
const NEW: ApiVersion = ApiVersion::V1_49;

fn strings(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn container(spec: ContainerSpec) -> NewContainer {
    NewContainer {
        name: "app-web-1".to_owned(),
        spec,
        labels: IndexMap::new(),
        network: NetworkAccess::Mode("host".to_owned()),
        mounts: Vec::new(),
        volumes_from: Vec::new(),
        one_off: None,
    }
}

fn body(container: &NewContainer, api: ApiVersion) -> Value {
    create_body(container, api).unwrap()
}

/// What `spec` changes in the body of a container, at a JSON pointer.
fn at(spec: ContainerSpec, pointer: &str) -> Value {
    body(&container(spec), OLD)
        .pointer(pointer)
        .cloned()
        .unwrap_or(Value::Null)
}

#[test]
fn an_empty_specification_leaves_the_engines_defaults() {
    assert_eq!(
        body(
            &container(ContainerSpec {
                image: "busybox".to_owned(),
                ..ContainerSpec::default()
            }),
            OLD
        ),
        json!({
            "Image": "busybox", "AttachStdout": true, "AttachStderr": true, "Tty": false, "OpenStdin": false,
            "HostConfig": {"NetworkMode": "host", "Privileged": false, "ReadonlyRootfs": false, "RestartPolicy": {"Name": "no"}},
        })
    );
}

#[test]
fn ports_are_exposed_and_bound() {
    let port = |target, published: Option<&str>, host_ip: Option<&str>, protocol: &str| Port {
        target,
        published: published.map(str::to_owned),
        host_ip: host_ip.map(str::to_owned),
        protocol: protocol.to_owned(),
        mode: None,
        name: None,
        app_protocol: None,
    };
    let ports = vec![
        port(80, Some("8080"), None, "tcp"),
        port(80, Some("8000-8010"), Some("127.0.0.1"), "tcp"),
        port(53, None, None, "udp"),
    ];
    let body = body(
        &container(ContainerSpec {
            ports,
            ..ContainerSpec::default()
        }),
        OLD,
    );
    assert_eq!(body["ExposedPorts"], json!({"80/tcp": {}, "53/udp": {}}));
    assert_eq!(
        body["HostConfig"]["PortBindings"],
        json!({
            "80/tcp": [{"HostPort": "8080"}, {"HostIp": "127.0.0.1", "HostPort": "8000-8010"}],
            "53/udp": [{"HostPort": ""}],
        })
    );
}

#[test]
fn healthchecks_leave_out_what_the_engine_does_not_know() {
    let healthcheck = Healthcheck {
        test: list(&["CMD", "true"]),
        interval: Some(Duration::from_secs(1)),
        start_interval: Some(Duration::from_secs(2)),
        retries: Some(3),
        ..Healthcheck::default()
    };
    let container = container(ContainerSpec {
        healthcheck: Some(healthcheck),
        ..ContainerSpec::default()
    });
    let old = json!({"Test": ["CMD", "true"], "Interval": 1_000_000_000, "Retries": 3});
    assert_eq!(body(&container, OLD)["Healthcheck"], old);
    assert_eq!(
        body(&container, NEW)["Healthcheck"]["StartInterval"],
        json!(2_000_000_000_i64)
    );
    let image_own = Healthcheck {
        retries: Some(1),
        ..Healthcheck::default()
    };
    assert_eq!(
        at(
            ContainerSpec {
                healthcheck: Some(image_own),
                ..ContainerSpec::default()
            },
            "/Healthcheck"
        ),
        json!({"Retries": 1})
    );
}

#[test]
fn networks_beyond_the_first_are_connected_later_on_old_engines() {
    let endpoint = |network: &str| Endpoint {
        network: network.to_owned(),
        aliases: list(&["web"]),
        links: list(&["app-db-1:db"]),
        ipv4_address: Some("10.0.0.9".to_owned()),
        mac_address: Some("02:00:00:00:00:09".to_owned()),
        gw_priority: Some(1),
        interface_name: Some("lan0".to_owned()),
        ..Endpoint::default()
    };
    let container = NewContainer {
        network: NetworkAccess::Networks(vec![endpoint("a"), endpoint("b")]),
        ..container(ContainerSpec::default())
    };
    let old = body(&container, OLD);
    let options = json!({"com.docker.network.endpoint.ifname": "lan0"});
    assert_eq!(
        old["NetworkingConfig"]["EndpointsConfig"],
        json!({"a": {"Aliases": ["web"], "Links": ["app-db-1:db"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}, "DriverOpts": options}})
    );
    assert_eq!(
        (&old["MacAddress"], &old["HostConfig"]["NetworkMode"]),
        (&json!("02:00:00:00:00:09"), &json!("a"))
    );
    assert_eq!(later_endpoints(&container, OLD).len(), 1);
    let new = body(&container, NEW);
    let both = &new["NetworkingConfig"]["EndpointsConfig"];
    assert_eq!(
        (&both["b"]["MacAddress"], &both["b"]["GwPriority"]),
        (&json!("02:00:00:00:00:09"), &json!(1))
    );
    assert_eq!(
        (&both["a"]["MacAddress"], &new["MacAddress"]),
        (&json!("02:00:00:00:00:09"), &Value::Null)
    );
    assert!(later_endpoints(&container, NEW).is_empty());
}

#[test]
fn mounts_take_the_form_that_can_say_them() {
    let mount = |read_only, kind| Mount {
        target: "/t".to_owned(),
        read_only,
        consistency: None,
        kind,
    };
    let bind = |source: &str, create_host_path, selinux: Option<&str>, recursive: Option<&str>| {
        MountKind::Bind {
            source: source.to_owned(),
            create_host_path,
            propagation: Some("rslave".to_owned()),
            selinux: selinux.map(str::to_owned),
            recursive: recursive.map(str::to_owned),
        }
    };
    let volume = |source: Option<&str>| MountKind::Volume {
        source: source.map(str::to_owned),
        nocopy: true,
        subpath: Some("s".to_owned()),
        labels: strings(&[("l", "1")]),
    };
    let mounts = vec![
        mount(true, bind("/a", true, Some("z"), None)),
        mount(false, bind("/b", false, None, Some("readonly"))),
        mount(false, bind("/with:colon", true, None, None)),
        mount(false, volume(Some("data"))),
        mount(false, volume(None)),
        mount(
            false,
            MountKind::Tmpfs {
                size: ByteSize::from_bytes(9),
                mode: Some(0o1777),
            },
        ),
        mount(
            true,
            MountKind::Image {
                source: "i".to_owned(),
                subpath: Some("s".to_owned()),
            },
        ),
    ];
    let container = NewContainer {
        mounts,
        ..container(ContainerSpec::default())
    };
    let host = &body(&container, NEW)["HostConfig"];
    assert_eq!(host["Binds"], json!(["/a:/t:ro,z,rslave"]));
    let options = json!({"NoCopy": true, "Labels": {"l": "1"}, "Subpath": "s"});
    assert_eq!(
        host["Mounts"],
        json!([
            {"Target": "/t", "Source": "/b", "Type": "bind", "ReadOnly": false, "BindOptions": {"Propagation": "rslave", "ReadOnlyForceRecursive": true}},
            {"Target": "/t", "Source": "/with:colon", "Type": "bind", "ReadOnly": false, "BindOptions": {"Propagation": "rslave", "CreateMountpoint": true}},
            {"Target": "/t", "Source": "data", "Type": "volume", "ReadOnly": false, "VolumeOptions": options},
            {"Target": "/t", "Type": "volume", "ReadOnly": false, "VolumeOptions": options},
            {"Target": "/t", "Type": "tmpfs", "ReadOnly": false, "TmpfsOptions": {"SizeBytes": 9, "Mode": 0o1777}},
            {"Target": "/t", "Source": "i", "Type": "image", "ReadOnly": true, "ImageOptions": {"Subpath": "s"}},
        ])
    );
}

#[test]
fn networks_are_checked_for_duplicates_and_keep_the_engines_defaults() {
    let plain = Network {
        name: "app_default".to_owned(),
        ..Network::default()
    };
    assert_eq!(
        network_body(&plain, &strings(&[("l", "1")])).unwrap(),
        json!({"Name": "app_default", "Internal": false, "Attachable": false, "CheckDuplicate": true, "Labels": {"l": "1"}})
    );
    let pool = IpamPool {
        subnet: Some("10.0.0.0/24".to_owned()),
        aux_addresses: strings(&[("h", "10.0.0.2")]),
        ..IpamPool::default()
    };
    let ipam = Ipam {
        config: vec![pool],
        ..Ipam::default()
    };
    let network = Network {
        ipam,
        driver: Some("bridge".to_owned()),
        enable_ipv6: Some(true),
        driver_opts: strings(&[("o", "1")]),
        ..plain
    };
    let body = network_body(&network, &IndexMap::new()).unwrap();
    let pools = json!([{"Subnet": "10.0.0.0/24", "AuxiliaryAddresses": {"h": "10.0.0.2"}}]);
    assert_eq!(body["IPAM"], json!({"Driver": "default", "Config": pools}));
    assert_eq!(
        (&body["EnableIPv6"], &body["Options"], &body["Driver"]),
        (&json!(true), &json!({"o": "1"}), &json!("bridge"))
    );
}

#[test]
fn volumes_carry_driver_and_labels() {
    let volume = Volume {
        name: "v".to_owned(),
        driver: Some("local".to_owned()),
        driver_opts: strings(&[("type", "nfs")]),
        ..Volume::default()
    };
    let body = serde_json::to_value(volume_body(&volume, &strings(&[("l", "1")]))).unwrap();
    assert_eq!(
        body,
        json!({"Name": "v", "Driver": "local", "DriverOpts": {"type": "nfs"}, "Labels": {"l": "1"}})
    );
}
