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
mod tests;
