//! The short syntax of `ports`: `[HOST:]CONTAINER[/PROTOCOL]`, where `HOST` is `[IP:](PORT | RANGE)`.

use std::net::IpAddr;
use std::ops::{Range, RangeInclusive};

/// One container port of a short entry: the fields of the long syntax (`mode` is always `ingress`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShortPort {
    /// `target`: the container's port, 1 to 65535.
    pub(crate) target: u16,
    /// `published`: the host's port, or the range the engine picks one from; `None` leaves it to the engine.
    pub(crate) published: Option<String>,
    /// `host_ip`: the address to listen on, without brackets; `None` is all of them.
    pub(crate) host_ip: Option<String>,
    /// `protocol`: `tcp`, `udp` or `sctp`.
    pub(crate) protocol: &'static str,
}

/// Why a port entry could not be read, and the part of it to blame, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub(crate) struct PortError {
    /// What is wrong.
    pub(crate) kind: PortErrorKind,
    /// The part of the entry to blame.
    pub(crate) span: Range<usize>,
}

/// What is wrong with a port entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PortErrorKind {
    /// Nothing where the container's port must stand.
    #[error("no container port is given")]
    NoContainerPort,
    /// The container's side is no port.
    #[error(
        "invalid container port `{0}`: a number from 1 to 65535, or a range such as 3000-3005, is expected"
    )]
    ContainerPort(String),
    /// The host's side is no port.
    #[error(
        "invalid host port `{0}`: a number from 0 to 65535, or a range such as 3000-3005, is expected"
    )]
    HostPort(String),
    /// A range that goes down.
    #[error("invalid range `{0}`: it ends before it begins")]
    Backwards(String),
    /// Two ranges that cannot be paired.
    #[error(
        "the host range `{host}` and the container range `{container}` are not of the same length"
    )]
    Lengths {
        /// The host's range.
        host: String,
        /// The container's range.
        container: String,
    },
    /// Something that is no address where one must stand.
    #[error("invalid IP address `{0}`")]
    Address(String),
    /// An IPv6 address whose end cannot be told from the ports.
    #[error("the IPv6 address `{0}` lacks its brackets")]
    Brackets(String),
    /// A protocol that the engine does not publish.
    #[error("invalid protocol `{0}`: tcp, udp or sctp is expected")]
    Protocol(String),
}

impl PortErrorKind {
    /// What the user can do about it, where that is known.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Address(_) => {
                Some("host names do not work here; write an IPv6 address in brackets: [::1]:80:80")
            }
            Self::Brackets(_) => Some("write `[::1]:80:80`, not `::1:80:80`"),
            Self::HostPort(text) if text.parse::<IpAddr>().is_ok() => Some(
                "between address and container port stands the host port; it may be empty: 127.0.0.1::5000",
            ),
            Self::NoContainerPort => {
                Some("a port is written `80`, `8080:80` or `127.0.0.1:8080:80`")
            }
            _ => None,
        }
    }
}

/// Expands a short port entry to the long syntax, one entry for each container port, in the order of their texts
/// (`10` before `9`), as other readers of the format list them.
///
/// A host range with one container port stays a range: the engine picks a free port of it.
///
/// # Errors
/// Where the entry does not follow the syntax.
pub(crate) fn parse_short_port(entry: &str) -> Result<Vec<ShortPort>, PortError> {
    let (host_ip, host, container) = split(entry);
    let host_ip = host_ip.map(|part| read_address(&part)).transpose()?;
    let (container, protocol) = read_protocol(&container)?;
    let targets = container.range(PortErrorKind::ContainerPort)?;
    if *targets.start() == 0 {
        return Err(container.error(PortErrorKind::ContainerPort));
    }
    let published = host
        .as_ref()
        .map(|part| part.range(PortErrorKind::HostPort))
        .transpose()?;
    let mut ports = match (published, host) {
        (Some(published), Some(host)) if targets.len() > 1 && published.len() != targets.len() => {
            let (host_text, container) = (host.text.to_owned(), container.text.to_owned());
            let kind = PortErrorKind::Lengths {
                host: host_text,
                container,
            };
            return Err(PortError {
                kind,
                span: host.span(),
            });
        }
        (Some(published), _) if published.len() > 1 && targets.len() == 1 => {
            let range = format!("{}-{}", published.start(), published.end());
            vec![ShortPort {
                target: *targets.start(),
                published: Some(range),
                host_ip,
                protocol,
            }]
        }
        (Some(published), _) => targets
            .zip(published)
            .map(|(target, published)| {
                let published = Some(published.to_string());
                ShortPort {
                    target,
                    published,
                    host_ip: host_ip.clone(),
                    protocol,
                }
            })
            .collect(),
        (None, _) => targets
            .map(|target| ShortPort {
                target,
                published: None,
                host_ip: host_ip.clone(),
                protocol,
            })
            .collect(),
    };
    ports.sort_by_cached_key(|port| port.target.to_string());
    Ok(ports)
}

/// A part of the entry and where it begins.
#[derive(Clone, Copy, Debug)]
struct Piece<'t> {
    text: &'t str,
    at: usize,
}

impl Piece<'_> {
    fn span(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    fn error(&self, kind: fn(String) -> PortErrorKind) -> PortError {
        PortError {
            kind: kind(self.text.to_owned()),
            span: self.span(),
        }
    }

    fn range(&self, kind: fn(String) -> PortErrorKind) -> Result<RangeInclusive<u16>, PortError> {
        let (first, last) = self.text.split_once('-').unwrap_or((self.text, self.text));
        match (read_port(first), read_port(last)) {
            (Some(first), Some(last)) if first > last => Err(self.error(PortErrorKind::Backwards)),
            (Some(first), Some(last)) => Ok(first..=last),
            _ => Err(self.error(kind)),
        }
    }
}

/// Splits address, host port and container port, from the right, as an address may hold colons.
fn split(entry: &str) -> (Option<Piece<'_>>, Option<Piece<'_>>, Piece<'_>) {
    let Some((before, container)) = entry.rsplit_once(':') else {
        return (None, None, Piece { text: entry, at: 0 });
    };
    let container = Piece {
        text: container,
        at: before.len() + 1,
    };
    let (address, host) = match before.rsplit_once(':') {
        Some((address, host)) => (
            address,
            Piece {
                text: host,
                at: address.len() + 1,
            },
        ),
        None => (
            "",
            Piece {
                text: before,
                at: 0,
            },
        ),
    };
    let address = (!address.is_empty()).then_some(Piece {
        text: address,
        at: 0,
    });
    (
        address,
        Some(host).filter(|host| !host.text.is_empty()),
        container,
    )
}

fn read_address(part: &Piece<'_>) -> Result<String, PortError> {
    let bracketed = part
        .text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let bare = bracketed.unwrap_or(part.text);
    match bare.parse::<IpAddr>() {
        // `::1:80:80` is an address of its own, too.
        Ok(IpAddr::V6(_)) if bracketed.is_none() => Err(part.error(PortErrorKind::Brackets)),
        Ok(_) => Ok(bare.to_owned()),
        Err(_) => Err(part.error(PortErrorKind::Address)),
    }
}

fn read_protocol<'t>(part: &Piece<'t>) -> Result<(Piece<'t>, &'static str), PortError> {
    let (number, protocol) = part.text.split_once('/').unwrap_or((part.text, ""));
    if number.is_empty() {
        return Err(PortError {
            kind: PortErrorKind::NoContainerPort,
            span: part.span(),
        });
    }
    let known = match protocol.to_ascii_lowercase().as_str() {
        "" | "tcp" => "tcp",
        "udp" => "udp",
        "sctp" => "sctp",
        _ => {
            return Err(Piece {
                text: protocol,
                at: part.at + number.len() + 1,
            }
            .error(PortErrorKind::Protocol));
        }
    };
    Ok((
        Piece {
            text: number,
            at: part.at,
        },
        known,
    ))
}

fn read_port(text: &str) -> Option<u16> {
    // The standard library's own reading would take `+80`.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
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
}
