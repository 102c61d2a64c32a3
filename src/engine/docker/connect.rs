//! Connections: the first engine that answers, and what it says of itself.

use super::failure::from_bollard;
use super::transport::{Ping, Transport};
use super::{DockerEngine, build};
use crate::engine::auth::{AuthError, RegistryConfig};
use crate::engine::locate::{self, Attempt, Variables};
use crate::engine::{About, EngineError, buildx};

impl DockerEngine {
    /// Connects to the engine that an explicit `host`, the environment or docker's context names, else to the first that
    /// answers at a well-known address.
    ///
    /// # Errors
    /// [`EngineError::BadAddress`] where the given address cannot be used, [`EngineError::NoPermission`] or
    /// [`EngineError::NoEngine`] where none answers.
    pub async fn connect(
        host: Option<&str>,
        variables: Variables<'_>,
    ) -> Result<Self, EngineError> {
        let folder = locate::docker_config_folder(variables);
        let registries = RegistryConfig::read(folder.as_deref());
        // Docker's own switch back to the classic builder.
        let wants_classic = variables("DOCKER_BUILDKIT").is_some_and(|value| value == "0");
        let mut attempts = Vec::new();
        for candidate in locate::candidates(host, variables)? {
            let transport = Transport::new(candidate.address.clone());
            match transport.negotiate().await {
                Ok(ping) => {
                    let mut engine = Self::new(transport, ping, registries)?;
                    engine.plugin_folders = buildx::plugin_folders(folder.as_deref());
                    engine.about.buildkit &= !wants_classic;
                    let config = variables("DOCKER_CONFIG").map(|folder| ("DOCKER_CONFIG", folder));
                    engine.about.variables.extend(config);
                    return Ok(engine);
                }
                Err(error) => attempts.push(Attempt { candidate, error }),
            }
        }
        Err(locate::no_engine(&attempts))
    }

    /// All that is asked of an engine first is a ping: its version would take Docker as long as all else that `ps` needs.
    fn new(
        transport: Transport,
        ping: Ping,
        registries: Result<RegistryConfig, AuthError>,
    ) -> Result<Self, EngineError> {
        let chose_classic = ping.builder_version.as_deref() == Some("1");
        let about = About {
            address: transport.address().to_string(),
            variables: transport.address().variables().into(),
            product: if ping.podman { "Podman" } else { "Docker" }.to_owned(),
            api: transport.version().numbers(),
            os: ping.os.clone(),
            buildkit: !ping.podman && !chose_classic && ping.os == "linux",
        };
        tracing::debug!(?about, "connected");
        let (docker, patient) = transport
            .bollard()
            .map_err(|error| from_bollard(&transport, error))?;
        Ok(Self {
            transport,
            docker,
            patient,
            about,
            ping,
            registries,
            plugin_folders: Vec::new(),
            turns: build::Turns::default(),
        })
    }
}
