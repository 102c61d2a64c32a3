//! How a container is reached, and what it reaches.

use serde_json::json;

use super::{Row, host, row};

pub(super) fn network() -> Vec<Row> {
    vec![
        host(
            "network_mode: host",
            "/HostConfig/NetworkMode",
            json!("host"),
        ),
        host(
            "network_mode: service:other",
            "/HostConfig/NetworkMode",
            json!("container:test-other-1"),
        ),
        row(
            "network_mode: disabled",
            [("/NetworkDisabled", json!(true))],
        ),
        host(
            "network_mode: bridge\nexternal_links: [outside, 'outside:x']",
            "/HostConfig/Links",
            json!(["outside:outside", "outside:x"]),
        ),
        row(
            "networks: {front: {aliases: [www], priority: 1}, back: {priority: 2}}",
            [
                ("/HostConfig/NetworkMode", json!("test_back")),
                (
                    "/NetworkingConfig/EndpointsConfig/test_front",
                    json!({"Aliases": ["test-web-1", "web", "www"]}),
                ),
            ],
        ),
        row(
            "networks: {front: {ipv4_address: 10.0.0.9, ipv6_address: 'fd00::9', link_local_ips: [169.254.8.8], mac_address: '02:00:00:00:00:09', gw_priority: 3, interface_name: lan0, driver_opts: {a: b}}}",
            [(
                "/NetworkingConfig/EndpointsConfig/test_front",
                json!({
                    "Aliases": ["test-web-1", "web"],
                    "IPAMConfig": {"IPv4Address": "10.0.0.9", "IPv6Address": "fd00::9", "LinkLocalIPs": ["169.254.8.8"]},
                    "MacAddress": "02:00:00:00:00:09", "GwPriority": 3,
                    "DriverOpts": {"a": "b", "com.docker.network.endpoint.ifname": "lan0"},
                }),
            )],
        ),
        row(
            "mac_address: '02:00:00:00:00:09'\nlinks: ['other:store']",
            [(
                "/NetworkingConfig/EndpointsConfig/test_default",
                json!({
                    "Aliases": ["test-web-1", "web"], "MacAddress": "02:00:00:00:00:09",
                    "Links": ["test-other-1:store", "test-other-1:other-1", "test-other-1:test-other-1"],
                }),
            )],
        ),
        row(
            "ports: ['8080:80', {target: 81, published: '82-83', host_ip: 127.0.0.1, protocol: udp, mode: host, name: n, app_protocol: http}]",
            [
                (
                    "/HostConfig/PortBindings",
                    json!({
                        "80/tcp": [{"HostPort": "8080"}], "81/udp": [{"HostIp": "127.0.0.1", "HostPort": "82-83"}],
                    }),
                ),
                ("/ExposedPorts", json!({"80/tcp": {}, "81/udp": {}})),
            ],
        ),
        row(
            "expose: [9000, 9001-9002/udp]",
            [(
                "/ExposedPorts",
                json!({"9000/tcp": {}, "9001/udp": {}, "9002/udp": {}}),
            )],
        ),
        host("dns: 10.0.0.53", "/HostConfig/Dns", json!(["10.0.0.53"])),
        host(
            "dns_opt: [ndots:1]",
            "/HostConfig/DnsOptions",
            json!(["ndots:1"]),
        ),
        host(
            "dns_search: a.example",
            "/HostConfig/DnsSearch",
            json!(["a.example"]),
        ),
        host(
            "extra_hosts: {a: 10.0.0.1, b: '::1'}",
            "/HostConfig/ExtraHosts",
            json!(["a:10.0.0.1", "b:::1"]),
        ),
    ]
}
