//! TLS to an engine elsewhere: its certificate is checked against `ca.pem`, and `cert.pem` with `key.pem` say who we are.

use std::io;
use std::net::Ipv6Addr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::engine::locate::TlsAddress;

/// The certificates, read once for all connections; with them a session that goes on is not agreed on anew.
#[derive(Debug, Default)]
pub(super) struct Certificates(OnceLock<Arc<ClientConfig>>);

impl Certificates {
    /// Opens a connection.
    ///
    /// # Errors
    /// When a certificate cannot be read, nothing can be reached at the address, or one of the two sides does not trust the other.
    pub(super) async fn open(&self, address: &TlsAddress) -> io::Result<TlsStream<TcpStream>> {
        let config = if let Some(config) = self.0.get() {
            config.clone()
        } else {
            let read = read(&address.certificates)?;
            self.0.get_or_init(|| Arc::new(read)).clone()
        };
        let stream = TcpStream::connect(&address.authority).await?;
        stream.set_nodelay(true)?;
        let name = server_name(&address.authority)?;
        TlsConnector::from(config).connect(name, stream).await
    }
}

/// Whom the certificate has to name: `host` of `host:port`.
fn server_name(authority: &str) -> io::Result<ServerName<'static>> {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return Ok(ServerName::from(std::net::IpAddr::from(address)));
    }
    ServerName::try_from(host.to_owned())
        .map_err(|_| io::Error::other(format!("{host} cannot be the name of a machine")))
}

/// Reads what is in a folder of certificates, under the names that docker gives them.
fn read(folder: &Path) -> io::Result<ClientConfig> {
    let certificates = |name: &str| -> io::Result<Vec<CertificateDer<'static>>> {
        let file = folder.join(name);
        let text = std::fs::read(&file).map_err(|error| cannot(&file, error))?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        match found {
            Ok(found) if found.is_empty() => Err(cannot(&file, "no certificate is in it")),
            Ok(found) => Ok(found),
            Err(error) => Err(cannot(&file, error)),
        }
    };
    let mut trusted = RootCertStore::empty();
    for certificate in certificates("ca.pem")? {
        let added = trusted.add(certificate);
        added.map_err(|error| cannot(&folder.join("ca.pem"), error))?;
    }
    let config = ClientConfig::builder().with_root_certificates(trusted);
    let key = folder.join("key.pem");
    if !folder.join("cert.pem").exists() && !key.exists() {
        return Ok(config.with_no_client_auth());
    }
    let own = certificates("cert.pem")?;
    let secret = PrivateKeyDer::from_pem_file(&key).map_err(|error| cannot(&key, error))?;
    let config = config.with_client_auth_cert(own, secret);
    config.map_err(|error| cannot(&key, error))
}

fn cannot(file: &Path, why: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{} cannot be used: {why}", file.display()))
}

#[cfg(test)]
mod tests;
