//! Addresses of engines, as `DOCKER_HOST` writes them.

use std::fmt;
use std::path::PathBuf;

use super::LocateError;

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A unix socket at an absolute path (`unix://`).
    Unix(PathBuf),
    /// Plain HTTP (`tcp://` or `http://`) at `host:port`.
    Tcp(String),
    /// HTTP over TLS (`tcp://`, where the caller's certificates are known).
    Tls(TlsAddress),
    /// A machine reached with the `ssh` program (`ssh://[user@]host[:port][/socket]`).
    Ssh(SshAddress),
}

/// What TLS needs to reach an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsAddress {
    /// `host:port`.
    pub authority: String,
    /// The folder with `ca.pem`, and with `cert.pem` and `key.pem` where the engine asks who we are.
    pub certificates: PathBuf,
}

/// What `ssh` needs to know to reach an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAddress {
    /// Login name; `ssh` decides when there is none.
    pub user: Option<String>,
    /// Host name, address, or a name of the user's ssh configuration.
    pub host: String,
    /// TCP port; `ssh` decides when there is none.
    pub port: Option<u16>,
    /// Engine socket on the remote machine, when it is not the default one.
    pub socket: Option<String>,
}

impl Address {
    /// Reads an address as `DOCKER_HOST` writes it; one of TCP is spoken to with TLS where a folder of certificates is given.
    ///
    /// # Errors
    ///
    /// [`LocateError::Address`] for an unknown scheme or a missing host.
    pub fn parse(text: &str, certificates: Option<PathBuf>) -> Result<Self, LocateError> {
        let refuse = |why| LocateError::Address {
            address: text.to_owned(),
            why,
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.starts_with('/') {
                Ok(Self::Unix(PathBuf::from(text)))
            } else {
                Err(refuse("it has no scheme such as unix://, tcp:// or ssh://"))
            };
        };
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(PathBuf::from(rest))),
            "unix" => Err(refuse("the path of a unix socket must be absolute")),
            "tcp" | "http" => match rest.trim_end_matches('/') {
                "" => Err(refuse("it names no host")),
                authority if authority.contains('/') => {
                    Err(refuse("a path after the host is not supported"))
                }
                authority => Ok(match certificates {
                    Some(certificates) => Self::Tls(TlsAddress {
                        authority: with_default_port(authority, TLS_PORT),
                        certificates,
                    }),
                    None => Self::Tcp(with_default_port(authority, PLAIN_PORT)),
                }),
            },
            "ssh" => SshAddress::parse(rest)
                .map(Self::Ssh)
                .ok_or_else(|| refuse("it names no valid host")),
            "https" => Err(refuse("write tcp://, and set DOCKER_TLS_VERIFY for TLS")),
            "npipe" | "fd" => Err(refuse("this kind of address is not supported here")),
            _ => Err(refuse(
                "its scheme is unknown; unix://, tcp:// and ssh:// are supported",
            )),
        }
    }
}

impl Address {
    /// The variables by which docker's own programs reach this address; an empty one takes back what the caller has set.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        let (verify, certificates) = match self {
            Self::Tls(tls) => ("1", tls.certificates.display().to_string()),
            _ => ("", String::new()),
        };
        [
            ("DOCKER_HOST", self.to_string()),
            ("DOCKER_TLS_VERIFY", verify.to_owned()),
            ("DOCKER_CERT_PATH", certificates),
        ]
    }
}

/// The engine's registered port for plain HTTP.
const PLAIN_PORT: u16 = 2375;
/// The same for TLS.
const TLS_PORT: u16 = 2376;

fn with_default_port(authority: &str, port: u16) -> String {
    let after_brackets = authority.rsplit(']').next().unwrap_or(authority);
    if after_brackets.contains(':') {
        authority.to_owned()
    } else {
        format!("{authority}:{port}")
    }
}

impl SshAddress {
    fn parse(rest: &str) -> Option<Self> {
        let (authority, socket) = match rest.split_once('/') {
            Some((authority, path)) if !path.is_empty() => (authority, Some(format!("/{path}"))),
            Some((authority, _)) => (authority, None),
            None => (rest, None),
        };
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, authority),
        };
        let (host, port) = match host.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                (name, Some(port.parse().ok()?))
            }
            _ => (host, None),
        };
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        // A leading dash would be read as an option by the ssh program.
        let valid = |word: &str| !word.is_empty() && !word.starts_with('-');
        (valid(&host) && user.as_deref().is_none_or(valid)).then_some(Self {
            user,
            host,
            port,
            socket,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(authority) | Self::Tls(TlsAddress { authority, .. }) => {
                write!(f, "tcp://{authority}")
            }
            Self::Ssh(SshAddress {
                user,
                host,
                port,
                socket,
            }) => {
                write!(f, "ssh://")?;
                if let Some(user) = user {
                    write!(f, "{user}@")?;
                }
                write!(f, "{host}")?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                write!(f, "{}", socket.as_deref().unwrap_or_default())
            }
        }
    }
}
