//! The Docker Engine, and Podman where it speaks Docker's API.
//!
//! bollard carries the calls that its models fit; the others, and everything that streams, are sent on the same
//! transport and read leniently: one odd container must not hide the others.

mod attach;
mod beyond;
mod build;
pub(super) mod buildkit;
mod classic;
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
mod owner;
mod paths;
mod pause;
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
mod transport;
mod usage;
mod version;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use bollard::models::NetworkConnectRequest;
use bollard::query_parameters as query;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use indexmap::IndexMap;
use serde::Deserialize;

pub use beyond::{BeyondEngine, Need, beyond_engine, network_beyond_engine};

use self::build::Builder;
use self::failure::from_bollard;
use self::request::{Target, find, get, not_understood, open, open_until_end, post, put_archive};
use self::transport::{Ping, Transport};
use self::version::ApiVersion;
use super::auth::{AuthError, RegistryConfig, config_text};
use super::locate::{self, Attempt, Variables};
use super::sockets::{self, SocketCounts, SocketTable};
use super::{
    About, BuildProgress, CopiedPath, Created, Engine, EngineError, EngineEvent, LogChunk,
    LogOptions, NewExec, PullProgress, Told, archive, buildx,
};
use crate::label;
use crate::model::{
    ContainerFile, Content, Endpoint, ImageBuild, Limits, Network, NewContainer, ProjectName,
    Volume, time,
};
use crate::state::{
    Container, Image, NetworkState, Question, Surroundings, VolumeState, VolumeUser,
};

/// How many inspections of a listing are made at once.
const INSPECTIONS: usize = 16;

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
}

impl std::fmt::Debug for DockerEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DockerEngine")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

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
                    let mut engine = Self::new(transport, ping, registries).await?;
                    engine.plugin_folders = buildx::plugin_folders(folder.as_deref());
                    engine.about.buildkit &= !wants_classic;
                    return Ok(engine);
                }
                Err(error) => attempts.push(Attempt { candidate, error }),
            }
        }
        Err(locate::no_engine(&attempts))
    }

    async fn new(
        transport: Transport,
        ping: Ping,
        registries: Result<RegistryConfig, AuthError>,
    ) -> Result<Self, EngineError> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Version {
            #[serde(rename = "Version")]
            number: String,
            #[serde(rename = "Os")]
            os: String,
            #[serde(rename = "Arch")]
            arch: String,
        }
        let body = get(&transport, &Target::new(&["version"])).await?;
        let version: Version = serde_json::from_slice(&body).map_err(not_understood)?;
        let chose_classic = ping.builder_version.as_deref() == Some("1");
        let about = About {
            address: transport.address().to_string(),
            product: if ping.podman { "Podman" } else { "Docker" }.to_owned(),
            version: version.number,
            api: transport.version().numbers(),
            platform: format!("{}/{}", version.os, version.arch),
            buildkit: !ping.podman && !chose_classic && version.os == "linux",
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
        })
    }

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

    /// All networks of exactly this name: an engine may have several.
    async fn networks_named(&self, name: &str) -> Result<Vec<NetworkState>, EngineError> {
        // The engine's filter finds every network whose name contains the text.
        let filters = serde_json::json!({ "name": [name] }).to_string();
        let target = Target::new(&["networks"]).with("filters", &filters);
        let body = get(&self.transport, &target).await?;
        let mut networks = inspect::networks(&body).map_err(not_understood)?;
        networks.retain(|network| network.name == name);
        Ok(networks)
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

    async fn connect_endpoint(&self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError> {
        let settings = endpoint::endpoint_settings(endpoint, self.api());
        let body = NetworkConnectRequest {
            container: id.to_owned(),
            endpoint_config: Some(settings),
        };
        self.docker
            .connect_network(&endpoint.network, body)
            .await
            .map_err(|error| self.failed(error))
    }

    /// Waits for a removal that somebody else began.
    async fn wait_removed(&self, id: &str) {
        let options = query::WaitContainerOptions {
            condition: "removed".to_owned(),
        };
        // However the wait ends, the container is gone or its removal failed for whoever began it.
        let _ = self.patient.wait_container(id, Some(options)).next().await;
    }

    async fn listen(
        &self,
        project: &ProjectName,
    ) -> Result<Told<'static, EngineEvent>, EngineError> {
        let filters = serde_json::json!({ "type": ["container"], "label": [format!("{}={project}", label::PROJECT)] });
        let target = Target::new(&["events"]).with("filters", &filters.to_string());
        // Docker sends the headers just before it subscribes. When it has answered another call, it has.
        let response = open(&self.transport, &target).await?;
        let listening = futures_util::stream::once(std::future::ready(Ok(EngineEvent::Listening)));
        Ok(listening
            .chain(stream::events(response, &self.transport))
            .boxed_local())
    }

    async fn read_logs(
        &self,
        id: &str,
        options: LogOptions,
    ) -> Result<Told<'static, LogChunk>, EngineError> {
        let flag = |is_set| if is_set { "1" } else { "0" };
        let target = Target::new(&["containers", id, "logs"])
            .with("stdout", "1")
            .with("stderr", "1")
            .with("follow", flag(options.follow))
            .with("timestamps", flag(options.timestamps))
            .with_some(
                "tail",
                options.tail.map(|lines| lines.to_string()).as_deref(),
            )
            .with_some("since", options.since.map(time::seconds).as_deref())
            .with_some("until", options.until.map(time::seconds).as_deref());
        let transport = &self.transport;
        let is_near = matches!(transport.address(), locate::Address::Unix(_));
        if options.follow || !is_near {
            return Ok(log::logs(open(transport, &target).await?, transport));
        }
        let logs = log::logs(open_until_end(transport, &target).await?, transport);
        // Whether that was all: an engine that broke off does not answer.
        let transport = transport.clone();
        let end = async move { get(&transport, &Target::new(&["_ping"])).await };
        let end = futures_util::stream::once(end).try_filter_map(|_| std::future::ready(Ok(None)));
        Ok(logs.chain(end).boxed_local())
    }
}

/// What is read of a row of `GET /containers/json`.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Id")]
    id: String,
    /// The image's reference as asked for; its identifier where the reference stands for another image by now, or none.
    #[serde(rename = "Image", default)]
    image: String,
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
        let target = Target::new(&["containers", "json"])
            .with("all", "1")
            .labelled(label::PROJECT, project.as_str());
        let rows: Vec<Row> = serde_json::from_slice(&get(&self.transport, &target).await?)
            .map_err(not_understood)?;
        // Podman's listing has the reference also where it stands for another image by now.
        let tells_images = self.about.product == "Docker";
        let inspections = rows.iter().map(|row| async move {
            let container = self.inspect(&row.id).await?;
            Ok::<_, EngineError>(container.map(|container| Container {
                image_is_current: tells_images && row.image == container.image,
                ..container
            }))
        });
        let found: Vec<_> = futures_util::stream::iter(inspections)
            .buffer_unordered(INSPECTIONS)
            .try_collect()
            .await?;
        // One that went away in between is not there.
        let mut containers: Vec<Container> = found.into_iter().flatten().collect();
        containers.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(containers)
    }

    async fn container(&self, id: &str) -> Result<Option<Container>, EngineError> {
        self.inspect(id).await
    }

    async fn create_container(&self, container: &NewContainer) -> Result<Created, EngineError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            id: String,
            #[serde(default)]
            warnings: Option<Vec<String>>,
        }
        let name = &container.name;
        self.check_keys(
            beyond_engine(container, &self.about),
            format!("container {name}"),
        )?;
        let target = Target::new(&["containers", "create"])
            .with("name", &container.name)
            .with_some("platform", container.spec.platform.as_deref());
        let mut container = security::with_profiles(container).await?;
        if !self.about.platform.starts_with("windows") && container.spec.credential_spec.is_some() {
            // Others refuse the option; the user is told that it is left out.
            container.to_mut().spec.credential_spec = None;
        }
        let container = &*container;
        let body = convert::create_body(container, self.api()).map_err(not_understood)?;
        let answer = post(&self.transport, &target, &body).await?;
        let created: Answer = serde_json::from_slice(&answer).map_err(not_understood)?;
        for endpoint in endpoint::later_endpoints(container, self.api()) {
            if let Err(error) = self.connect_endpoint(&created.id, endpoint).await {
                self.remove_container(&created.id, true).await?;
                return Err(error);
            }
        }
        let warnings = created.warnings.unwrap_or_default();
        Ok(Created {
            id: created.id,
            warnings: warnings.iter().map(|text| text.trim().to_owned()).collect(),
        })
    }

    async fn copy_files(&self, id: &str, files: &[ContainerFile]) -> Result<(), EngineError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.map_or(0, |time| time.as_secs());
        let archive = archive::of_files(files, seconds).map_err(|error| {
            EngineError::Conflict(format!("the files cannot be packed: {error}"))
        })?;
        // A folder that the image has where a file is to be is no place for it.
        let target = Target::new(&["containers", id, "archive"])
            .with("path", "/")
            .with("noOverwriteDirNonDir", "1");
        put_archive(&self.transport, &target, archive).await
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
        let started = self.patient.start_container(id, None).await;
        match started.map_err(|error| self.failed(error)) {
            Ok(()) => Ok(()),
            Err(error) => Err(owner::with_port_owner(&self.transport, error).await),
        }
    }

    async fn stop_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        let timeout = timeout.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
        let options = query::StopContainerOptions {
            t: timeout,
            ..query::StopContainerOptions::default()
        };
        self.unless_gone(self.patient.stop_container(id, Some(options)).await)
    }

    async fn restart_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        self.restart(id, timeout).await
    }

    async fn kill_container(&self, id: &str, signal: Option<&str>) -> Result<(), EngineError> {
        let options = signal.map(|signal| query::KillContainerOptions {
            signal: signal.to_owned(),
        });
        match self.unless_gone(self.docker.kill_container(id, options).await) {
            Err(EngineError::Conflict(_)) => Ok(()),
            result => result,
        }
    }

    async fn pause_container(&self, id: &str) -> Result<(), EngineError> {
        self.pause(id).await
    }

    async fn unpause_container(&self, id: &str) -> Result<(), EngineError> {
        self.unpause(id).await
    }

    async fn remove_container(&self, id: &str, volumes: bool) -> Result<(), EngineError> {
        if self.ping.podman {
            // Podman's forced removal waits for the grace period first.
            self.kill_container(id, None).await?;
        }
        let options = query::RemoveContainerOptions {
            v: volumes,
            force: true,
            ..query::RemoveContainerOptions::default()
        };
        match self.unless_gone(self.patient.remove_container(id, Some(options)).await) {
            Err(EngineError::Conflict(message)) if message.contains("already in progress") => {
                self.wait_removed(id).await;
                Ok(())
            }
            result => result,
        }
    }

    async fn rename_container(&self, id: &str, name: &str) -> Result<(), EngineError> {
        let options = query::RenameContainerOptions {
            name: name.to_owned(),
        };
        let renamed = self.docker.rename_container(id, options).await;
        renamed.map_err(|error| match self.failed(error) {
            // Podman's words are those of its database.
            EngineError::Refused { message, .. } if message.contains("ContainerConfig.Name") => {
                EngineError::NameInUse {
                    kind: "container",
                    name: name.to_owned(),
                    owner: None,
                }
            }
            error => error,
        })
    }

    async fn memory_usage(&self, id: &str) -> Result<Option<i64>, EngineError> {
        let target = Target::new(&["containers", id, "stats"])
            .with("stream", "0")
            .with("one-shot", "1");
        let body = find(&self.transport, &target).await?;
        Ok(body.and_then(|body| inspect::memory_usage(&body)))
    }

    async fn update_container(&self, id: &str, limits: &Limits) -> Result<(), EngineError> {
        let target = Target::new(&["containers", id, "update"]);
        post(&self.transport, &target, &convert::update_body(limits)).await?;
        Ok(())
    }

    async fn connect_network(&self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError> {
        self.connect_endpoint(id, endpoint).await
    }

    async fn disconnect_network(&self, id: &str, network: &str) -> Result<(), EngineError> {
        let body = bollard::models::NetworkDisconnectRequest {
            container: id.to_owned(),
            force: None,
        };
        match self.unless_gone(self.docker.disconnect_network(network, body).await) {
            // Docker's words where the container is not on it (any more).
            Err(EngineError::Refused { message, .. } | EngineError::Conflict(message))
                if message.contains("is not connected to") =>
            {
                Ok(())
            }
            result => result,
        }
    }

    async fn networks(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<NetworkState>, EngineError> {
        let mut target = Target::new(&["networks"]);
        if named.is_empty() {
            target = target.labelled(label::PROJECT, project.as_str());
        }
        let body = get(&self.transport, &target).await?;
        let mut networks = inspect::networks(&body).map_err(not_understood)?;
        networks.retain(|network| is_wanted(&network.labels, &network.name, project, named));
        Ok(networks)
    }

    async fn network_members(&self, id: &str) -> Result<Vec<String>, EngineError> {
        let body = find(&self.transport, &Target::new(&["networks", id])).await?;
        let members = body.map(|body| inspect::network(&body).map_err(not_understood));
        Ok(members
            .transpose()?
            .map_or_else(Vec::new, |(_, names)| names))
    }

    async fn create_network(
        &self,
        network: &Network,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Created {
            id: String,
        }
        let name = &network.name;
        self.check_keys(
            network_beyond_engine(network, &self.about),
            format!("network {name}"),
        )?;
        let body = convert::network_body(network, labels).map_err(not_understood)?;
        let target = Target::new(&["networks", "create"]);
        let answer = post(&self.transport, &target, &body).await?;
        let created: Created = serde_json::from_slice(&answer).map_err(not_understood)?;
        // Engines before 25 look for the name before they take it: where two calls meet, both get a network, and then
        // no container can be started on either. The other one's stays.
        if self.api() < ApiVersion::V1_44 {
            let others = self.networks_named(&network.name).await?;
            if others.iter().any(|other| other.id != created.id) {
                return self.remove_network(&created.id).await;
            }
        }
        Ok(())
    }

    async fn remove_network(&self, id: &str) -> Result<(), EngineError> {
        match self.unless_gone(self.docker.remove_network(id).await) {
            Err(EngineError::Conflict(message)) => {
                Err(owner::network_in_use(&self.transport, id, message).await)
            }
            result => result,
        }
    }

    async fn volumes(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<VolumeState>, EngineError> {
        let mut target = Target::new(&["volumes"]);
        if named.is_empty() {
            target = target.labelled(label::PROJECT, project.as_str());
        }
        let body = get(&self.transport, &target).await?;
        let mut volumes = inspect::volumes(&body).map_err(not_understood)?;
        volumes.retain(|volume| is_wanted(&volume.labels, &volume.name, project, named));
        Ok(volumes)
    }

    async fn volume(&self, name: &str) -> Result<Option<VolumeState>, EngineError> {
        let body = find(&self.transport, &Target::new(&["volumes", name])).await?;
        body.map(|body| inspect::volume(&body).map_err(not_understood))
            .transpose()
    }

    async fn volume_users(&self, name: &str) -> Result<Vec<VolumeUser>, EngineError> {
        usage::users(&self.transport, name).await
    }

    async fn create_volume(
        &self,
        volume: &Volume,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        let created = self
            .patient
            .create_volume(convert::volume_body(volume, labels))
            .await;
        created.map(drop).map_err(|error| self.failed(error))
    }

    async fn remove_volume(&self, name: &str) -> Result<(), EngineError> {
        self.unless_gone(
            self.docker
                .remove_volume(name, None::<query::RemoveVolumeOptions>)
                .await,
        )
    }

    async fn image(&self, reference: &str) -> Result<Option<Image>, EngineError> {
        let body = find(
            &self.transport,
            &Target::new(&["images", reference, "json"]),
        )
        .await?;
        body.map(|body| inspect::image(&body).map_err(not_understood))
            .transpose()
    }

    fn pull_image(&self, reference: &str, platform: Option<&str>) -> Told<'_, PullProgress> {
        let (reference, platform) = (reference.to_owned(), platform.map(str::to_owned));
        let start = async move {
            pull::pull(
                &self.transport,
                self.registries.as_ref(),
                &reference,
                platform.as_deref(),
            )
            .await
        };
        futures_util::stream::once(start)
            .try_flatten()
            .boxed_local()
    }

    fn push_image(&self, reference: &str) -> Told<'_, PullProgress> {
        let reference = reference.to_owned();
        let start =
            async move { push::push(&self.transport, self.registries.as_ref(), &reference).await };
        futures_util::stream::once(start)
            .try_flatten()
            .boxed_local()
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
        futures_util::stream::once(async move { self.listen(&project).await })
            .try_flatten()
            .boxed_local()
    }

    fn logs(&self, id: &str, options: &LogOptions) -> Told<'_, LogChunk> {
        let (id, options) = (id.to_owned(), options.clone());
        futures_util::stream::once(async move { self.read_logs(&id, options).await })
            .try_flatten()
            .boxed_local()
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
