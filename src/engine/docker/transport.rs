//! The one place that opens connections to an engine and speaks HTTP over them.
//!
//! bollard sends its requests through here ([`Transport::bollard`]), and so do the calls that bollard cannot do.
//! That puts three things in one place: the `/v1.NN` prefix of the negotiated API version, which bollard never
//! sends, the count of engine calls, and upgrades of a connection to a raw stream (exec, attach).

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;

use super::dial::open;
use super::tls::Certificates;
use super::version::ApiVersion;
use crate::engine::locate::{Address, TlsAddress};

/// An engine answers a ping at once; an address that does not within this time is not one.
const PING_LIMIT: Duration = Duration::from_secs(10);
/// Over ssh the login comes first.
const SSH_PING_LIMIT: Duration = Duration::from_secs(40);
/// bollard's limit until the headers of a response arrive.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);
/// The same for calls that answer when something has happened (stop, wait, commit): longer than anything.
const LONG_LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// A way to one engine. Cloning it shares the version and the count of calls.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    address: Address,
    certificates: Certificates,
    version: OnceLock<ApiVersion>,
    calls: AtomicU64,
}

/// What an engine says of itself before any version is agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ping {
    /// The newest API version that the engine speaks.
    pub(crate) api_version: ApiVersion,
    /// `Builder-Version`: "1" where the administrator chose the classic builder, "2" for `BuildKit`.
    pub(crate) builder_version: Option<String>,
    /// Operating system of its containers.
    pub(crate) os: String,
    /// Whether it is Podman that speaks Docker's API.
    pub(crate) podman: bool,
}

impl Transport {
    /// A transport to `address`; nothing is opened yet.
    pub(crate) fn new(address: Address) -> Self {
        let (version, calls) = (OnceLock::new(), AtomicU64::new(0));
        Self {
            shared: Arc::new(Shared {
                address,
                certificates: Certificates::default(),
                version,
                calls,
            }),
        }
    }

    /// Where the engine is.
    pub(crate) fn address(&self) -> &Address {
        &self.shared.address
    }

    /// How many requests were sent so far.
    pub(crate) fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// The API version agreed on by [`Self::negotiate`]; before that, ours.
    pub(crate) fn version(&self) -> ApiVersion {
        self.shared
            .version
            .get()
            .copied()
            .unwrap_or(ApiVersion::OURS)
    }

    /// Asks the engine for its version and agrees on the older of ours and its own.
    ///
    /// # Errors
    ///
    /// Why the engine cannot be reached, or that what answers is no engine, or one that is too old.
    pub(crate) async fn negotiate(&self) -> io::Result<Ping> {
        let limit = if matches!(self.shared.address, Address::Ssh(_)) {
            SSH_PING_LIMIT
        } else {
            PING_LIMIT
        };
        let ping = tokio::time::timeout(limit, self.ping())
            .await
            .map_err(|_| {
                io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("no answer within {} s", limit.as_secs()),
                )
            })??;
        if ping.api_version < ApiVersion::OLDEST {
            let (found, needed) = (ping.api_version, ApiVersion::OLDEST);
            return Err(io::Error::other(format!(
                "the engine speaks API {found}, at least {needed} is needed"
            )));
        }
        // A second negotiation finds the same engine: the first answer stands.
        let _ = self
            .shared
            .version
            .set(ping.api_version.min(ApiVersion::OURS));
        Ok(ping)
    }

    async fn ping(&self) -> io::Result<Ping> {
        let request = Request::builder()
            .method(Method::GET)
            .uri("/_ping")
            .body(Empty::<Bytes>::new());
        let response = self
            .send_unversioned(request.map_err(io::Error::other)?)
            .await
            .map_err(|error| self.with_certificates(error.into_io()))?;
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let Some(api_version) = header("api-version").and_then(|text| text.parse().ok()) else {
            // What an engine says to plain HTTP where it listens with TLS.
            let wants_tls = matches!(self.shared.address, Address::Tcp(_))
                && response.status() == StatusCode::BAD_REQUEST;
            return Err(io::Error::other(if wants_tls {
                "it refuses plain HTTP; with TLS it is reached where DOCKER_TLS_VERIFY=1 is set"
            } else {
                "what answers there is not a container engine"
            }));
        };
        Ok(Ping {
            api_version,
            builder_version: header("builder-version"),
            // A proxy before it may leave it out.
            os: header("ostype").unwrap_or_else(|| "linux".to_owned()),
            podman: header("libpod-api-version").is_some(),
        })
    }

    /// An error of a connection, which with TLS may be due to the certificates.
    fn with_certificates(&self, error: io::Error) -> io::Error {
        match &self.shared.address {
            Address::Tls(TlsAddress { certificates, .. }) => {
                let folder = certificates.display();
                let why = format!("{error}; the certificates are those in {folder}");
                io::Error::new(error.kind(), why)
            }
            _ => error,
        }
    }

    /// bollard on this transport: for calls that answer at once, and for calls that take their time.
    pub(crate) fn bollard(
        &self,
    ) -> Result<(bollard::Docker, bollard::Docker), bollard::errors::Error> {
        let transport = self.clone();
        let send = move |request: bollard::BollardRequest| {
            let transport = transport.clone();
            async move {
                transport
                    .send(request)
                    .await
                    .map_err(bollard::errors::Error::from)
            }
        };
        let docker = bollard::Docker::connect_with_custom_transport(
            send,
            Some("http://engine"),
            ANSWER_LIMIT.as_secs(),
            bollard::API_DEFAULT_VERSION,
        )?;
        let patient = docker.clone().with_timeout(LONG_LIMIT);
        Ok((docker, patient))
    }

    /// Sends a request whose URI has no version yet, and gives the response when its headers are there.
    ///
    /// Dropping the response closes the connection.
    ///
    /// # Errors
    ///
    /// When no connection could be opened or it broke.
    pub(crate) async fn send<B>(&self, request: Request<B>) -> Result<Response<Incoming>, SendError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let path = format!("/v{}{path}", self.version());
        parts.uri = path
            .parse()
            .map_err(|error| SendError::Io(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        self.send_unversioned(Request::from_parts(parts, body))
            .await
    }

    async fn send_unversioned<B>(
        &self,
        mut request: Request<B>,
    ) -> Result<Response<Incoming>, SendError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let number = self.shared.calls.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::debug!(number, method = %request.method(), path = request.uri().path(), "engine call");
        request
            .headers_mut()
            .insert(HOST, HeaderValue::from_static("engine"));
        debug_assert!(is_origin_form(request.uri()), "requests carry a path only");
        let Shared {
            address,
            certificates,
            ..
        } = &*self.shared;
        let (stream, complaint) = open(address, certificates).await.map_err(SendError::Io)?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = match handshake {
            Ok(pair) => pair,
            Err(error) => return Err(complaint.explain(error).await),
        };
        // The connection ends by itself when the response, and what it was upgraded to, are dropped.
        tokio::spawn(connection.with_upgrades());
        match sender.send_request(request).await {
            Ok(response) => Ok(response),
            Err(error) => Err(complaint.explain(error).await),
        }
    }
}

fn is_origin_form(uri: &Uri) -> bool {
    uri.authority().is_none() && uri.path().starts_with('/')
}

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// No connection, or it broke.
    #[error(transparent)]
    Io(io::Error),
    /// What came over the connection is not HTTP, or the request's body failed.
    #[error(transparent)]
    Http(hyper::Error),
}

impl SendError {
    /// The failure as an I/O error, with the kind kept where there is one.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::Http(error) => {
                let source = std::error::Error::source(&error)
                    .and_then(|source| source.downcast_ref::<io::Error>());
                match source {
                    Some(source) => io::Error::new(source.kind(), source.to_string()),
                    None => io::Error::other(error),
                }
            }
        }
    }
}

impl From<SendError> for bollard::errors::Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Io(err) => Self::IOError { err },
            SendError::Http(err) => Self::HyperResponseError { err },
        }
    }
}

/// Collects a response's body.
///
/// # Errors
///
/// When the connection breaks before its end.
pub(crate) async fn read_all(response: Response<Incoming>) -> Result<Bytes, SendError> {
    response
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .map_err(SendError::Http)
}

#[cfg(test)]
mod tests;
