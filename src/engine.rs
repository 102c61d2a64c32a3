//! The engine: what windlass asks of Docker or Podman, in the words of model and state.
//!
//! [`Engine`] has one implementation that speaks to a real engine, [`docker::DockerEngine`], and one in the tests that
//! is scripted. Each method is one thing people would call an engine call; none holds a rule of ours.

mod archive;
mod attached;
pub mod auth;
mod buildx;
pub mod context;
pub mod docker;
mod dockerfile;
mod error;
pub mod locate;
mod progress;
pub mod sockets;

use std::path::PathBuf;

use futures_util::stream::{self, LocalBoxStream, Stream, StreamExt as _, TryStreamExt as _};
use indexmap::IndexMap;

pub use archive::{Pieces, pack, pieces_of, unpack};
pub use attached::{AttachOptions, Attached, End, PathStat, TerminalSize};
pub use error::{DockerfileLine, EngineError};
pub use progress::{BuildProgress, PullProgress};

use crate::model::{
    ContainerFile, Content, Endpoint, ImageBuild, Limits, Network, NewContainer, ProjectName,
    Volume,
};
use crate::state::{
    Container, Image, NetworkState, Question, Surroundings, VolumeState, VolumeUser,
};
use sockets::{SocketCounts, SocketTable};

/// A stream of what an engine tells over time.
pub type Told<'a, T> = LocalBoxStream<'a, Result<T, EngineError>>;

/// What is told once a call has begun.
fn told<'a, T, S>(begun: impl Future<Output = Result<S, EngineError>> + 'a) -> Told<'a, T>
where
    S: Stream<Item = Result<T, EngineError>> + 'a,
{
    stream::once(begun).try_flatten().boxed_local()
}

/// What windlass asks of an engine.
#[expect(
    async_fn_in_trait,
    reason = "all calls are made from one task of one thread: no bound on the futures is needed"
)]
pub trait Engine {
    /// What the engine says of itself; asked once, when the connection was made.
    fn about(&self) -> &About;

    /// All containers of a project, one-off ones and stopped ones too, inspected.
    ///
    /// # Errors
    /// Where the engine refuses or cannot be reached; so for every call below.
    async fn containers(&self, project: &ProjectName) -> Result<Vec<Container>, EngineError>;
    /// The container of this id or name; none where there is no such container.
    async fn container(&self, id: &str) -> Result<Option<Container>, EngineError>;
    /// Makes a container and attaches it to all its networks. Nothing half-made is left on an error.
    async fn create_container(&self, container: &NewContainer) -> Result<Created, EngineError>;
    /// Puts files into a container; folders that are not there are made, files that are there are replaced.
    async fn copy_files(&self, id: &str, files: &[ContainerFile]) -> Result<(), EngineError>;
    /// A file of a container, running or not; none where there is no file at this path.
    async fn read_file(&self, id: &str, path: &str) -> Result<Option<ContainerFile>, EngineError>;
    /// Copies files, links and folders (without what is in them) of this machine into a container, in the place of what
    /// is there; folders above them that are not there are made. They belong to user and group `owner`, or to whom they
    /// belong here. They are sent while they are read: memory stays bounded.
    async fn copy_paths(
        &self,
        id: &str,
        paths: &[CopiedPath],
        owner: Option<(u32, u32)>,
    ) -> Result<(), EngineError>;
    /// Starts a container; one that runs already is no error.
    async fn start_container(&self, id: &str) -> Result<(), EngineError>;
    /// Stops a container with its own stop signal; kills it after `timeout` seconds (absent: its own grace period).
    /// One that is stopped or gone is no error.
    async fn stop_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError>;
    /// Stops a container like [`Engine::stop_container`] and starts it again; one that doesn't run is started.
    async fn restart_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError>;
    /// Sends a signal (absent: KILL); a container that doesn't run or is gone is no error.
    async fn kill_container(&self, id: &str, signal: Option<&str>) -> Result<(), EngineError>;
    /// Freezes the processes of a running container.
    async fn pause_container(&self, id: &str) -> Result<(), EngineError>;
    /// Lets the processes of a frozen container go on.
    async fn unpause_container(&self, id: &str) -> Result<(), EngineError>;
    /// Removes a container, running or not, with its anonymous volumes if `volumes`; one that is gone is no error.
    async fn remove_container(&self, id: &str, volumes: bool) -> Result<(), EngineError>;
    /// Bytes of memory that a running container uses now, what can be dropped at once left out; none where unknown.
    async fn memory_usage(&self, id: &str) -> Result<Option<i64>, EngineError>;
    /// Gives a container another name.
    async fn rename_container(&self, id: &str, name: &str) -> Result<(), EngineError>;
    /// Changes limits and restart policy of a container that is there; what is 0 or nothing stays as it is.
    async fn update_container(&self, id: &str, limits: &Limits) -> Result<(), EngineError>;
    /// Attaches a container to one more network.
    async fn connect_network(&self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError>;
    /// Detaches a container from a network; one that is not on it is no error.
    async fn disconnect_network(&self, id: &str, network: &str) -> Result<(), EngineError>;

    /// All networks of a project, by label, and those of these names (sorted), whoever made them.
    async fn networks(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<NetworkState>, EngineError>;
    /// The names of the running containers on a network, other projects' too; none on one that is gone.
    async fn network_members(&self, id: &str) -> Result<Vec<String>, EngineError>;
    /// Makes a network; a second one of its name is an error.
    async fn create_network(
        &self,
        network: &Network,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError>;
    /// Removes a network; one that is gone is no error.
    async fn remove_network(&self, id: &str) -> Result<(), EngineError>;

    /// All volumes of a project, by label, and those of these names (sorted), whoever made them.
    async fn volumes(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<VolumeState>, EngineError>;
    /// The volume of this name; none where there is no such volume.
    async fn volume(&self, name: &str) -> Result<Option<VolumeState>, EngineError>;
    /// The containers that have a volume, other projects' and stopped ones too; none of one that is gone.
    async fn volume_users(&self, name: &str) -> Result<Vec<VolumeUser>, EngineError>;
    /// Makes a volume.
    async fn create_volume(
        &self,
        volume: &Volume,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError>;
    /// Removes a volume; one that is gone is no error.
    async fn remove_volume(&self, name: &str) -> Result<(), EngineError>;

    /// The image of this reference; none where the engine doesn't have it.
    async fn image(&self, reference: &str) -> Result<Option<Image>, EngineError>;
    /// Pulls an image, with the user's credentials for its registry; the stream ends when it is there.
    fn pull_image(&self, reference: &str, platform: Option<&str>) -> Told<'_, PullProgress>;
    /// Pushes an image to the registry that its reference names, with the user's credentials for it; the stream ends when
    /// it is there.
    fn push_image(&self, reference: &str) -> Told<'_, PullProgress>;
    /// The credentials that the user has stored for registries, as the text of a config.json of docker's.
    async fn docker_config(&self) -> Content {
        Content::new(*b"{}")
    }
    /// Builds an image; the last item of the stream carries its id.
    fn build_image(&self, build: &ImageBuild) -> Told<'_, BuildProgress>;
    /// Removes an image's name, and the image where it was the last one; one that is gone is no error.
    async fn remove_image(&self, reference: &str) -> Result<(), EngineError>;

    /// What of other projects and of the engine's machine a plan could run into.
    async fn surroundings(&self, question: &Question) -> Result<Surroundings, EngineError>;

    /// What happens to the project's containers from now on; the first item, [`EngineEvent::Listening`], says that the
    /// engine begins to listen: nothing is missed that happens after it has answered one more call.
    fn events(&self, project: &ProjectName) -> Told<'_, EngineEvent>;
    /// A container's output.
    fn logs(&self, id: &str, options: &LogOptions) -> Told<'_, LogChunk>;

    /// Prepares a command in a running container; answers the exec's id.
    async fn create_exec(&self, id: &str, exec: &NewExec) -> Result<String, EngineError>;
    /// Runs a prepared command; the stream of what it prints ends when it does. Nothing ends the command sooner:
    /// without the stream it goes on.
    fn start_exec(&self, exec: &str) -> Told<'_, LogChunk>;
    /// The exit code of a command; none while it runs.
    async fn exec_exit_code(&self, exec: &str) -> Result<Option<i64>, EngineError>;

    /// A cheap look at a running container's sockets from outside: while it stays the same, so does the table. None
    /// where its processes are not on this machine, or not ours to see.
    fn socket_counts(&self, container: &Container) -> Option<SocketCounts>;
    /// What listens in a running container, seen from outside; none as for [`Engine::socket_counts`].
    fn sockets(&self, container: &Container) -> Option<SocketTable>;
}

/// A path of this machine, to be copied into a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedPath {
    /// The path here.
    pub from: PathBuf,
    /// The path in the container, from its root.
    pub to: String,
}

/// A command to run in a container, with the container's own user, environment and folder unless it says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewExec {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The user, `UID[:GID]` or names.
    pub user: Option<String>,
    /// All capabilities and devices.
    pub privileged: bool,
    /// The working folder.
    pub working_dir: Option<String>,
    /// Variables beside those of the container.
    pub environment: IndexMap<String, String>,
    /// A terminal of its own.
    pub tty: bool,
    /// Its standard input is attached too.
    pub stdin: bool,
    /// The keys that detach from its terminal, as docker writes them; absent: the engine's own.
    pub detach_keys: Option<String>,
}

/// An image to be made of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewImage {
    /// Its name without the tag; none where it gets no name.
    pub repository: Option<String>,
    /// Its tag; none is the engine's `latest`.
    pub tag: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// What was done.
    pub message: Option<String>,
    /// Instructions of a Dockerfile that change its settings, such as `ENV A=b`.
    pub changes: Vec<String>,
    /// Whether the container stands still meanwhile.
    pub pause: bool,
}

/// What an engine says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The address it was reached at, such as `unix:///var/run/docker.sock`.
    pub address: String,
    /// The variables by which docker's own programs reach it.
    pub variables: Vec<(&'static str, String)>,
    /// `Docker` or `Podman`.
    pub product: String,
    /// The API version spoken with it: (major, minor).
    pub api: (u32, u32),
    /// Operating system of its containers, such as `linux`.
    pub os: String,
    /// Whether it builds with BuildKit.
    pub buildkit: bool,
}

/// A container that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// Its id.
    pub id: String,
    /// What of the wish the engine passes over, in its own words.
    pub warnings: Vec<String>,
}

/// Something that happened to a container of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineEvent {
    /// The engine listens from here on.
    Listening,
    /// Something happened to a container.
    Container {
        /// The container's id.
        id: String,
        /// What happened.
        action: ContainerAction,
        /// The service it belongs to, by its label.
        service: Option<String>,
        /// Its name.
        name: String,
    },
}

/// What can happen to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerAction {
    /// It was made.
    Created,
    /// It was started.
    Started,
    /// It ended, with this exit code.
    Died(i64),
    /// Its health changed.
    Health(crate::state::Health),
    /// It is frozen.
    Paused,
    /// It is no longer frozen.
    Unpaused,
    /// It was removed.
    Removed,
    /// A word of the engine's own.
    Other(String),
}

/// Which part of a container's output to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Stay and show what comes.
    pub follow: bool,
    /// Only so many of the last lines; absent: all.
    pub tail: Option<u64>,
    /// Only from this time on (nanoseconds of Unix time).
    pub since: Option<i64>,
    /// Only up to this time (nanoseconds of Unix time).
    pub until: Option<i64>,
    /// Put the engine's time (RFC 3339, nanoseconds) in front of each line.
    pub timestamps: bool,
}

/// A piece of a container's output, not cut at line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    /// Whether it was written to standard error.
    pub stderr: bool,
    /// The bytes.
    pub bytes: bytes::Bytes,
}
