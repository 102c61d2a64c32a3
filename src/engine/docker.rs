//! The Docker Engine, and Podman where it speaks Docker's API.
//!
//! bollard carries the calls that its models fit; the others, and everything that streams, are sent on the same
//! transport and read leniently: one odd container must not hide the others.

mod attach;
mod beyond;
mod build;
pub(super) mod buildkit;
mod classic;
mod connect;
mod container;
mod convert;
mod copy;
mod device;
mod dial;
mod digest;
mod endpoint;
mod exec;
mod export;
mod failure;
mod history;
mod inspect;
mod log;
mod mount;
mod network;
mod owner;
mod paths;
mod pause;
mod podman;
mod process;
mod project;
mod pull;
mod push;
mod request;
mod restart;
mod security;
mod shown;
mod stats;
mod stream;
mod surroundings;
mod tls;
mod transport;
mod usage;
mod version;
mod volume;

use std::path::PathBuf;

use bollard::query_parameters as query;
use indexmap::IndexMap;

pub use beyond::{BeyondEngine, Need, beyond_engine, network_beyond_engine};

use self::build::Builder;
use self::failure::from_bollard;
use self::request::{Target, find, not_understood};
use self::transport::{Ping, Transport};
use self::version::ApiVersion;
use super::auth::{AuthError, RegistryConfig, config_text};
use super::sockets::{self, SocketCounts, SocketTable};
use super::{
    About, BuildProgress, CopiedPath, Created, Engine, EngineError, EngineEvent, LogChunk,
    LogOptions, NewExec, PullProgress, Told, archive, told,
};
use crate::label;
use crate::model::{
    ContainerFile, Content, Endpoint, ImageBuild, Limits, Network, NewContainer, ProjectName,
    Volume,
};
use crate::state::{
    Container, Image, NetworkState, Question, Surroundings, VolumeState, VolumeUser,
};

/// A connection to a Docker Engine or to Podman.
pub struct DockerEngine {
    transport: Transport,
    docker: bollard::Docker,
    /// The same without a time limit, for calls that answer when something has happened.
    patient: bollard::Docker,
    about: About,
    ping: Ping,
    registries: Result<RegistryConfig, AuthError>,
    /// Where docker keeps its plugins.
    plugin_folders: Vec<PathBuf>,
    turns: build::Turns,
}

impl std::fmt::Debug for DockerEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DockerEngine")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl DockerEngine {
    fn builder(&self) -> Builder {
        if self.about.buildkit {
            Builder::BuildKit
        } else if self.ping.podman {
            Builder::Buildah
        } else {
            Builder::Classic
        }
    }

    /// How many requests were sent to the engine so far.
    pub fn calls(&self) -> u64 {
        self.transport.calls()
    }

    /// The digest that a registry has behind a reference with its registry and tag written out, asked with the user's
    /// credentials.
    ///
    /// # Errors
    /// Where the registry has no such image, keeps it from the user, or cannot be reached by the engine.
    pub async fn image_digest(&self, reference: &str) -> Result<String, EngineError> {
        digest::digest(&self.transport, self.registries.as_ref(), reference).await
    }

    fn api(&self) -> ApiVersion {
        self.transport.version()
    }

    fn failed(&self, error: bollard::errors::Error) -> EngineError {
        from_bollard(&self.transport, error)
    }

    /// Whether a call was made; not where its object is gone.
    fn unless_gone(&self, result: Result<(), bollard::errors::Error>) -> Result<(), EngineError> {
        match result.map_err(|error| self.failed(error)) {
            Err(EngineError::NotFound(_)) => Ok(()),
            result => result,
        }
    }

    async fn inspect(&self, id: &str) -> Result<Option<Container>, EngineError> {
        let body = find(&self.transport, &Target::new(&["containers", id, "json"])).await?;
        Ok(body.map(|body| inspect::container(id, &body, self.api())))
    }

    /// Engines ignore what they don't know; we do not.
    fn check_keys(&self, beyond: Vec<BeyondEngine>, of: String) -> Result<(), EngineError> {
        match beyond.into_iter().find(|beyond| beyond.is_needed) {
            Some(beyond) => Err(EngineError::BeyondEngine {
                why: beyond.why(&self.about),
                path: beyond.path,
                of,
            }),
            None => Ok(()),
        }
    }
}

/// Whether something is the project's, or one that is asked for by name. An engine's filters cannot say "or": one call
/// for all that there is takes the place of one for each name. `named` is sorted.
fn is_wanted(
    labels: &IndexMap<String, String>,
    name: &str,
    project: &ProjectName,
    named: &[&str],
) -> bool {
    labels.get(label::PROJECT).map(String::as_str) == Some(project.as_str())
        || named.binary_search(&name).is_ok()
}

impl Engine for DockerEngine {
    fn about(&self) -> &About {
        &self.about
    }

    async fn containers(&self, project: &ProjectName) -> Result<Vec<Container>, EngineError> {
        container::list(self, project).await
    }

    async fn container(&self, id: &str) -> Result<Option<Container>, EngineError> {
        self.inspect(id).await
    }

    async fn create_container(&self, container: &NewContainer) -> Result<Created, EngineError> {
        container::create(self, container).await
    }

    async fn copy_files(&self, id: &str, files: &[ContainerFile]) -> Result<(), EngineError> {
        paths::put(&self.transport, id, files).await
    }

    async fn read_file(&self, id: &str, path: &str) -> Result<Option<ContainerFile>, EngineError> {
        let target = Target::new(&["containers", id, "archive"]).with("path", path);
        let body = find(&self.transport, &target).await?;
        Ok(body.and_then(|body| archive::first_file(&body, path)))
    }

    async fn copy_paths(
        &self,
        id: &str,
        paths: &[CopiedPath],
        owner: Option<(u32, u32)>,
    ) -> Result<(), EngineError> {
        paths::copy(&self.transport, id, paths, owner).await
    }

    async fn start_container(&self, id: &str) -> Result<(), EngineError> {
        container::start(self, id).await
    }

    async fn stop_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        container::stop(self, id, timeout).await
    }

    async fn restart_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        self.restart(id, timeout).await
    }

    async fn kill_container(&self, id: &str, signal: Option<&str>) -> Result<(), EngineError> {
        container::kill(self, id, signal).await
    }

    async fn pause_container(&self, id: &str) -> Result<(), EngineError> {
        self.pause(id).await
    }

    async fn unpause_container(&self, id: &str) -> Result<(), EngineError> {
        self.unpause(id).await
    }

    async fn remove_container(&self, id: &str, volumes: bool) -> Result<(), EngineError> {
        container::remove(self, id, volumes).await
    }

    async fn rename_container(&self, id: &str, name: &str) -> Result<(), EngineError> {
        container::rename(self, id, name).await
    }

    async fn memory_usage(&self, id: &str) -> Result<Option<i64>, EngineError> {
        container::memory_usage(self, id).await
    }

    async fn update_container(&self, id: &str, limits: &Limits) -> Result<(), EngineError> {
        container::update(self, id, limits).await
    }

    async fn connect_network(&self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError> {
        network::connect(self, id, endpoint).await
    }

    async fn disconnect_network(&self, id: &str, network: &str) -> Result<(), EngineError> {
        network::disconnect(self, id, network).await
    }

    async fn networks(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<NetworkState>, EngineError> {
        network::list(self, project, named).await
    }

    async fn network_members(&self, id: &str) -> Result<Vec<String>, EngineError> {
        network::members(self, id).await
    }

    async fn create_network(
        &self,
        network: &Network,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        network::create(self, network, labels).await
    }

    async fn remove_network(&self, id: &str) -> Result<(), EngineError> {
        network::remove(self, id).await
    }

    async fn volumes(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<VolumeState>, EngineError> {
        volume::list(self, project, named).await
    }

    async fn volume(&self, name: &str) -> Result<Option<VolumeState>, EngineError> {
        volume::named(self, name).await
    }

    async fn volume_users(&self, name: &str) -> Result<Vec<VolumeUser>, EngineError> {
        usage::users(&self.transport, name).await
    }

    async fn create_volume(
        &self,
        volume: &Volume,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        volume::create(self, volume, labels).await
    }

    async fn remove_volume(&self, name: &str) -> Result<(), EngineError> {
        volume::remove(self, name).await
    }

    async fn image(&self, reference: &str) -> Result<Option<Image>, EngineError> {
        let body = find(
            &self.transport,
            &Target::new(&["images", reference, "json"]),
        )
        .await?;
        let Some(body) = body else {
            return Ok(None);
        };
        let image = inspect::image(&body).map_err(not_understood)?;
        if !self.ping.podman {
            return Ok(Some(image));
        }
        // Podman keeps to itself how an image's health is tested, where it is asked in Docker's words.
        let target = Target::new(&["libpod", "images", &image.id, "json"]);
        let own = find(&self.transport, &target).await?;
        let image = inspect::image_of_podman(&body, &own.unwrap_or_default());
        Ok(Some(image.map_err(not_understood)?))
    }

    fn pull_image(&self, reference: &str, platform: Option<&str>) -> Told<'_, PullProgress> {
        let (reference, platform) = (reference.to_owned(), platform.map(str::to_owned));
        told(async move {
            pull::pull(
                &self.transport,
                self.registries.as_ref(),
                &reference,
                platform.as_deref(),
            )
            .await
        })
    }

    fn push_image(&self, reference: &str) -> Told<'_, PullProgress> {
        let reference = reference.to_owned();
        told(async move { push::push(&self.transport, self.registries.as_ref(), &reference).await })
    }

    async fn docker_config(&self) -> Content {
        match &self.registries {
            Ok(registries) => Content::new(config_text(&registries.all().await)),
            Err(_) => Content::new(config_text(&[])),
        }
    }

    fn build_image(&self, build: &ImageBuild) -> Told<'_, BuildProgress> {
        build::build(self, build)
    }

    async fn remove_image(&self, reference: &str) -> Result<(), EngineError> {
        let options = None::<query::RemoveImageOptions>;
        self.unless_gone(
            self.patient
                .remove_image(reference, options, None)
                .await
                .map(drop),
        )
    }

    async fn surroundings(&self, question: &Question) -> Result<Surroundings, EngineError> {
        surroundings::surroundings(&self.transport, question).await
    }

    fn events(&self, project: &ProjectName) -> Told<'_, EngineEvent> {
        let project = project.clone();
        told(async move { stream::listen(self, &project).await })
    }

    fn logs(&self, id: &str, options: &LogOptions) -> Told<'_, LogChunk> {
        let (id, options) = (id.to_owned(), options.clone());
        told(async move { log::read(self, &id, options).await })
    }

    async fn create_exec(&self, id: &str, exec: &NewExec) -> Result<String, EngineError> {
        exec::create(&self.transport, id, exec).await
    }

    fn start_exec(&self, exec: &str) -> Told<'_, LogChunk> {
        exec::start(&self.transport, exec)
    }

    async fn exec_exit_code(&self, exec: &str) -> Result<Option<i64>, EngineError> {
        exec::exit_code(&self.transport, exec).await
    }

    fn socket_counts(&self, container: &Container) -> Option<SocketCounts> {
        sockets::counts(&sockets::Processes::of_this_machine(), container)
    }

    fn sockets(&self, container: &Container) -> Option<SocketTable> {
        sockets::table(&sockets::Processes::of_this_machine(), container)
    }
}

#[cfg(test)]
mod tests;
