use super::*;

/// `IP|PUBLISHED|TARGET/PROTOCOL` for each port.
fn expanded(entry: &str) -> Vec<String> {
    let ports = parse_short_port(entry).unwrap_or_else(|error| panic!("{entry}: {error}"));
    ports
        .iter()
        .map(|port| {
            let part = |text: &Option<String>| text.clone().unwrap_or_default();
            format!(
                "{}|{}|{}/{}",
                part(&port.host_ip),
                part(&port.published),
                port.target,
                port.protocol
            )
        })
        .collect()
}

#[test]
fn short_entries_become_long_ones() {
    for (entry, expected) in [
        ("3000", &["||3000/tcp"][..]),
        ("3000-3002", &["||3000/tcp", "||3001/tcp", "||3002/tcp"]),
        ("8000:8000", &["|8000|8000/tcp"]),
        ("9090-9091:8080-8081", &["|9090|8080/tcp", "|9091|8081/tcp"]),
        ("127.0.0.1:8001:8001", &["127.0.0.1|8001|8001/tcp"]),
        (
            "127.0.0.1:5000-5001:80-81",
            &["127.0.0.1|5000|80/tcp", "127.0.0.1|5001|81/tcp"],
        ),
        ("127.0.0.1::5000", &["127.0.0.1||5000/tcp"]),
        ("[::1]:80:80", &["::1|80|80/tcp"]),
        ("[::1]::80", &["::1||80/tcp"]),
        ("[1.2.3.4]:80:80", &["1.2.3.4|80|80/tcp"]),
        ("[0:0:0:0:0:0:0:1]:80:80", &["0:0:0:0:0:0:0:1|80|80/tcp"]),
        ("6060:6060/udp", &["|6060|6060/udp"]),
        ("80:80/TCP", &["|80|80/tcp"]),
        ("8:80/sctp", &["|8|80/sctp"]),
        ("80/", &["||80/tcp"]),
        (":80", &["||80/tcp"]),
        ("0:80", &["|0|80/tcp"]),
        ("080:080", &["|80|80/tcp"]),
        ("5000-5000:80", &["|5000|80/tcp"]),
        ("65535", &["||65535/tcp"]),
    ] {
        assert_eq!(expanded(entry), expected, "{entry}");
    }
}

#[test]
fn an_ipv6_address_needs_brackets() {
    for entry in ["::1:80:80", "::1::80", "2001:db8::1:80-81:80-81"] {
        let error = parse_short_port(entry).expect_err(entry);
        assert!(matches!(error.kind, PortErrorKind::Brackets(_)), "{entry}");
        assert_eq!(
            error.kind.hint(),
            Some("write `[::1]:80:80`, not `::1:80:80`")
        );
    }
}

#[test]
fn a_host_range_for_one_container_port_stays_a_range() {
    assert_eq!(expanded("12400-12500:1240"), ["|12400-12500|1240/tcp"]);
    assert_eq!(
        expanded("127.0.0.1:5000-5010:80"),
        ["127.0.0.1|5000-5010|80/tcp"]
    );
}

#[test]
fn ports_of_a_range_are_ordered_by_their_text() {
    assert_eq!(
        expanded("8-11"),
        ["||10/tcp", "||11/tcp", "||8/tcp", "||9/tcp"]
    );
    assert_eq!(expanded("9-10:99-100"), ["|10|100/tcp", "|9|99/tcp"]);
}

#[test]
fn malformed_entries_are_refused_with_the_part_to_blame() {
    for (entry, blamed, message) in [
        ("", "", "no container port is given"),
        ("/udp", "/udp", "no container port is given"),
        ("80:", "", "no container port is given"),
        ("tcp", "tcp", "invalid container port `tcp`"),
        ("9999999", "9999999", "invalid container port `9999999`"),
        ("65536:80", "65536", "invalid host port `65536`"),
        ("a:80", "a", "invalid host port `a`"),
        ("+80", "+80", "invalid container port `+80`"),
        (" 80", " 80", "invalid container port ` 80`"),
        ("-80", "-80", "invalid container port `-80`"),
        ("80-", "80-", "invalid container port `80-`"),
        ("1-2-3", "1-2-3", "invalid container port `1-2-3`"),
        ("0", "0", "invalid container port `0`"),
        (
            "80-79",
            "80-79",
            "invalid range `80-79`: it ends before it begins",
        ),
        ("80:80/foo", "foo", "invalid protocol `foo`"),
        ("80/tcp/udp", "tcp/udp", "invalid protocol `tcp/udp`"),
        (
            "80-82:90-91",
            "80-82",
            "the host range `80-82` and the container range `90-91` are not",
        ),
        (
            "80:90-91",
            "80",
            "the host range `80` and the container range `90-91` are not",
        ),
        (
            "localhost:80:80",
            "localhost",
            "invalid IP address `localhost`",
        ),
        ("1.2.3:80:80", "1.2.3", "invalid IP address `1.2.3`"),
        ("[::1:80:80", "[::1", "invalid IP address `[::1`"),
        ("1.2.3.4:80", "1.2.3.4", "invalid host port `1.2.3.4`"),
    ] {
        let error = parse_short_port(entry).expect_err(entry);
        assert!(error.to_string().starts_with(message), "{entry}: {error}");
        assert_eq!(&entry[error.span.clone()], blamed, "{entry}");
    }
}

#[test]
fn the_commonest_mistakes_have_hints() {
    for (entry, hint) in [
        ("localhost:80:80", "[::1]:80:80"),
        ("127.0.0.1:80", "127.0.0.1::5000"),
        ("80:", "`8080:80`"),
    ] {
        let error = parse_short_port(entry).expect_err(entry);
        assert!(
            error.kind.hint().is_some_and(|text| text.contains(hint)),
            "{entry}"
        );
    }
}
