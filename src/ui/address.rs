//! Where people reach what a stack publishes.

use crate::state::Container;

/// Well-known ports of protocols that are not HTTP: a browser is of no use there.
const NOT_HTTP: [u16; 30] = [
    21, 22, 23, 25, 53, 110, 143, 389, 465, 587, 636, 993, 995, 1433, 1521, 1883, 2181, 3306, 4222,
    5432, 5672, 6379, 6432, 7687, 9042, 9092, 11211, 27017, 33060, 50051,
];

/// One published port and what answers there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Published {
    service: String,
    target: u16,
    address: String,
}

/// One line per published port: `http://127.0.0.1:8080 -> keeper:5000`.
///
/// `engine` is the engine's address: of one elsewhere the ports are that machine's.
pub fn lines<'a>(containers: impl IntoIterator<Item = &'a Container>, engine: &str) -> Vec<String> {
    let host = machine(engine);
    let mut published: Vec<Published> = containers
        .into_iter()
        .flat_map(|container| {
            let service = container.service().unwrap_or(&container.name).to_owned();
            let ports = container.ports.iter().filter(|port| port.published != 0);
            ports.map(move |port| {
                let host = match port.host_ip.as_str() {
                    "" | "0.0.0.0" | "::" => host.to_owned(),
                    ip if ip.contains(':') => format!("[{ip}]"),
                    ip => ip.to_owned(),
                };
                let scheme = match (port.protocol.as_str(), port.target) {
                    ("tcp" | "", 443 | 8443) => "https://",
                    ("tcp" | "", target) if !NOT_HTTP.contains(&target) => "http://",
                    _ => "",
                };
                let protocol = match port.protocol.as_str() {
                    "tcp" | "" => String::new(),
                    other => format!("/{other}"),
                };
                Published {
                    service: service.clone(),
                    target: port.target,
                    address: format!("{scheme}{host}:{}{protocol}", port.published),
                }
            })
        })
        .collect();
    // The same port on 0.0.0.0 and on [::] is one to people.
    published.sort();
    published.dedup();
    published
        .into_iter()
        .map(|port| format!("{} -> {}:{}", port.address, port.service, port.target))
        .collect()
}

/// The machine of an engine's address, as a URL names it.
fn machine(engine: &str) -> &str {
    let Some((scheme, rest)) = engine.split_once("://") else {
        return "127.0.0.1";
    };
    if !matches!(scheme, "tcp" | "ssh" | "http" | "https") {
        return "127.0.0.1";
    }
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.find(']') {
        Some(end) => &host[..=end],
        None => host.split(':').next().unwrap_or(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label;
    use crate::state::PublishedPort;

    fn container(service: &str, ports: &[(&str, u16, u16, &str)]) -> Container {
        Container {
            labels: [(label::SERVICE.to_owned(), service.to_owned())].into(),
            ports: ports
                .iter()
                .map(|(ip, published, target, protocol)| PublishedPort {
                    host_ip: (*ip).to_owned(),
                    published: *published,
                    target: *target,
                    protocol: (*protocol).to_owned(),
                })
                .collect(),
            ..Container::default()
        }
    }

    #[test]
    fn published_ports_are_shown_as_people_type_them() {
        let containers = [
            container(
                "keeper",
                &[
                    ("0.0.0.0", 8080, 5000, "tcp"),
                    ("::", 8080, 5000, "tcp"),
                    ("", 0, 9, "tcp"),
                ],
            ),
            container("db", &[("127.0.0.2", 3307, 3306, "tcp")]),
            container("dns", &[("::1", 53, 53, "udp")]),
            container("web", &[("", 8443, 443, "tcp")]),
        ];
        assert_eq!(
            lines(&containers, "unix:///var/run/docker.sock"),
            [
                "127.0.0.2:3307 -> db:3306",
                "[::1]:53/udp -> dns:53",
                "http://127.0.0.1:8080 -> keeper:5000",
                "https://127.0.0.1:8443 -> web:443",
            ]
        );
    }

    #[test]
    fn ports_of_an_engine_elsewhere_are_that_machines() {
        for (engine, host) in [
            ("tcp://10.0.0.5:2375", "10.0.0.5"),
            ("ssh://me@build.example/run/docker.sock", "build.example"),
            ("tcp://[fe80::1]:2375", "[fe80::1]"),
            ("npipe:////./pipe/docker", "127.0.0.1"),
        ] {
            assert_eq!(machine(engine), host, "{engine}");
        }
    }
}
