//! The actual state: what the engine says is there, in the words of the model.

mod event;
mod process;
mod project;
mod shown;
mod surroundings;
mod usage;

use std::time::Duration;

use indexmap::IndexMap;

use crate::label;
use crate::model::{ContainerSpec, Content, Limits, ServiceName};
pub use event::ContainerEvent;
pub use process::Processes;
pub use project::ProjectContainer;
pub use shown::Shown;
pub use surroundings::{HostListener, Publication, Question, Surroundings};
pub use usage::Usage;

/// Everything of one project that an engine has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActualState {
    /// The project's containers, one-off ones too, in the order of their names.
    pub containers: Vec<Container>,
    /// The project's networks and the external ones the file names.
    pub networks: Vec<NetworkState>,
    /// The project's volumes and the external ones the file names.
    pub volumes: Vec<VolumeState>,
    /// The images of the project's services by reference; an absent entry means the engine doesn't have it.
    pub images: IndexMap<String, Image>,
    /// How the engine itself is reached, where a service uses it (`use_api_socket`).
    pub api: Option<ApiAccess>,
    /// Whether the engine's update of a container does less than it says.
    pub has_poor_updates: bool,
    /// When all this was looked at, in Unix seconds: what ages of images count from.
    pub observed_at: i64,
}

/// How the engine is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiAccess {
    /// Its address, such as `unix:///var/run/docker.sock`.
    pub address: String,
    /// The user's credentials for registries, as the text of a config.json of docker's.
    pub config: Content,
}

/// A container as the engine shows it.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that the engine tells by itself"
)]
pub struct Container {
    /// The engine's identifier.
    pub id: String,
    /// Its name, without the leading slash.
    pub name: String,
    /// The image's reference as asked for.
    pub image: String,
    /// The image's identifier.
    pub image_id: String,
    /// Whether the reference still stands for this image, by the engine's listing; false also where that doesn't tell.
    pub image_is_current: bool,
    /// All its labels.
    pub labels: IndexMap<String, String>,
    /// Its environment, `NAME=VALUE`, the image's included.
    pub environment: Vec<String>,
    /// The command it runs, entrypoint included.
    pub command: Vec<String>,
    /// Whether and how it runs.
    pub status: Status,
    /// Its health, where it is tested.
    pub health: Option<Health>,
    /// The last outputs of its health tests, the newest last.
    pub health_log: Vec<String>,
    /// How it ended; 0 while it runs.
    pub exit_code: i64,
    /// Process id of its first process on the engine's machine; 0 while it doesn't run.
    pub pid: i64,
    /// When it was made, RFC 3339.
    pub created: String,
    /// When it was started last, RFC 3339; empty where never.
    pub started_at: String,
    /// When it ended last, RFC 3339; empty where never.
    pub finished_at: String,
    /// Its limits and its restart policy.
    pub limits: Limits,
    /// Bytes of memory that it uses; looked up only where its limit is to go below them.
    pub memory_usage: Option<i64>,
    /// `host`, `none`, a network's name, `container:ID`.
    pub network_mode: String,
    /// Its endpoints by the network's name.
    pub networks: IndexMap<String, ContainerEndpoint>,
    /// Its mounts.
    pub mounts: Vec<ContainerMount>,
    /// Ports it listens on by declaration or publication.
    pub ports: Vec<PublishedPort>,
    /// TCP ports it declares: of the image, of `expose`, and the container's side of `ports`.
    pub tcp_ports: Vec<u16>,
    /// How its health is tested, by the file or by the image; none where it is not.
    pub health_test: Option<HealthTest>,
    /// Whether the engine's word that it is healthy needs a second look before something is started because of it: not
    /// all of its declared ports were seen to listen.
    pub is_doubtful: bool,
    /// Whether its output is a terminal's.
    pub tty: bool,
    /// Whether its standard input stays open.
    pub stdin_open: bool,
    /// Whether the engine's API kept something from us that we could not read; the fields above may be incomplete.
    pub degraded: bool,
    /// What it is by the engine's own word, where its labels don't say what was asked for.
    pub shown: Option<Box<Shown>>,
}

impl Container {
    /// The service it belongs to, by its label.
    pub fn service(&self) -> Option<&str> {
        self.labels.get(label::SERVICE).map(String::as_str)
    }

    /// Whether it is a container of this service, and no one-off one.
    pub fn is_replica_of(&self, service: &ServiceName) -> bool {
        self.service() == Some(service.as_str()) && !self.is_one_off()
    }

    /// Whether it mounts the volume of this name.
    pub fn has_volume(&self, name: &str) -> bool {
        let mut mounts = self.mounts.iter();
        mounts.any(|mount| mount.kind == "volume" && mount.name == name)
    }

    /// Its replica number, by its label.
    pub fn number(&self) -> Option<u32> {
        self.labels.get(label::CONTAINER_NUMBER)?.parse().ok()
    }

    /// Whether the engine is about to start it again; Podman calls one that has run `created` shortly before that.
    pub fn returns(&self) -> bool {
        match self.status {
            Status::Restarting => true,
            Status::Created => !self.started_at.is_empty(),
            _ => false,
        }
    }

    /// Whether it was made for one command, not for a service's replica.
    pub fn is_one_off(&self) -> bool {
        self.labels
            .get(label::ONE_OFF)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether it was made by a `run`, not for a hook.
    pub fn is_of_run(&self) -> bool {
        self.is_one_off() && self.labels.contains_key(label::SLUG)
    }
}

/// Whether and how a container runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Made, never started.
    #[default]
    Created,
    /// Runs.
    Running,
    /// Frozen.
    Paused,
    /// Ended, about to be started by the engine.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Broken: only removal is left.
    Dead,
    /// A word of the engine's own.
    Other(String),
}

impl Status {
    /// The engine's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Other(word) => word,
        }
    }

    /// Reads the engine's word.
    pub fn parse(word: &str) -> Self {
        match word {
            // Podman has words of its own for what comes before a start, while it stops and when it ended just now.
            "created" | "configured" | "initialized" => Self::Created,
            "running" | "stopping" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" | "stopped" => Self::Exited,
            "dead" => Self::Dead,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// Whether it has running processes, frozen ones included.
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Restarting)
    }
}

/// The engine's word on a container's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Not yet known.
    Starting,
    /// The test passes.
    Healthy,
    /// The test failed too often.
    Unhealthy,
}

impl Health {
    /// The engine's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// How a container's health is tested, the engine's defaults filled in (specification: `healthcheck`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthTest {
    /// The command with its arguments, the shell's included.
    pub command: Vec<String>,
    /// Time between two tests.
    pub interval: Duration,
    /// Time after which a test counts as failed.
    pub timeout: Duration,
    /// Time after start in which failures don't count.
    pub start_period: Duration,
    /// Failures in a row that make the container unhealthy.
    pub retries: u32,
}

/// A container's endpoint on one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerEndpoint {
    /// The network's identifier.
    pub network_id: String,
    /// Names it answers to there.
    pub aliases: Vec<String>,
    /// Its IPv4 address; empty while it doesn't run.
    pub ip_address: String,
    /// Its IPv6 address; empty while it doesn't run, or has none.
    pub ipv6_address: String,
    /// The IPv4 address that was asked for; empty where the engine chooses or doesn't tell.
    pub fixed_ipv4: String,
    /// The IPv6 address that was asked for; empty where the engine chooses or doesn't tell.
    pub fixed_ipv6: String,
}

/// A mount of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerMount {
    /// `bind`, `volume`, `tmpfs`, ...
    pub kind: String,
    /// The volume's name; empty for others.
    pub name: String,
    /// The path or the volume on the host.
    pub source: String,
    /// The path inside.
    pub target: String,
    /// Whether it can be written.
    pub writable: bool,
}

impl ContainerMount {
    /// Whether it is a volume that nobody gave a name.
    pub fn is_anonymous_volume(&self) -> bool {
        self.kind == "volume" && is_anonymous_volume(&self.name)
    }
}

/// Whether a volume of this name is one that nobody gave a name: the engine names those with 64 hexadecimal digits.
pub fn is_anonymous_volume(name: &str) -> bool {
    name.len() == 64 && name.chars().all(|c| c.is_ascii_hexdigit())
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedPort {
    /// The host's address; empty where the port is not published.
    pub host_ip: String,
    /// The host's port; 0 where the port is not published.
    pub published: u16,
    /// The port inside.
    pub target: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A network as the engine shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkState {
    /// The engine's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its driver.
    pub driver: String,
    /// Whether it has no way out.
    pub internal: bool,
    /// Whether containers outside may join.
    pub attachable: bool,
    /// Its labels.
    pub labels: IndexMap<String, String>,
    /// Its subnets in CIDR form.
    pub subnets: Vec<String>,
    /// The names of the running containers on it; looked up before it is removed, and where it is not what the file says.
    pub members: Vec<String>,
}

/// A volume as the engine shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VolumeState {
    /// Its name.
    pub name: String,
    /// Its driver.
    pub driver: String,
    /// Options of the driver.
    pub options: IndexMap<String, String>,
    /// Its labels.
    pub labels: IndexMap<String, String>,
    /// Where it is on the engine's machine.
    pub mountpoint: String,
    /// `local`, or `global` in a cluster.
    pub scope: String,
    /// When it was made, RFC 3339; empty where the engine doesn't tell.
    pub created: String,
    /// The containers that have it, other projects' and stopped ones too; looked up only where it may be removed.
    pub users: Vec<VolumeUser>,
}

/// A container that has a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeUser {
    /// The engine's identifier.
    pub id: String,
    /// Its name, without the leading slash.
    pub name: String,
    /// The project it belongs to, where it belongs to one.
    pub project: Option<String>,
}

/// An image as the engine shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// The engine's identifier.
    pub id: String,
    /// Names and tags.
    pub tags: Vec<String>,
    /// Its labels.
    pub labels: IndexMap<String, String>,
    /// Whether it has a healthcheck of its own.
    pub has_healthcheck: bool,
    /// Paths it declares as volumes.
    pub volumes: Vec<String>,
    /// Ports it exposes, `PORT/PROTOCOL`.
    pub exposed_ports: Vec<String>,
    /// Operating system and architecture, `OS/ARCHITECTURE`.
    pub platform: String,
    /// The architecture's variant, such as `v8`; mostly empty.
    pub variant: String,
    /// Bytes on the disk.
    pub size: u64,
    /// When it was built, RFC 3339; empty where the engine doesn't tell.
    pub created: String,
    /// When it got its last tag, RFC 3339; empty where the engine doesn't tell.
    pub tagged_at: String,
    /// What its containers are where nothing else is asked for.
    pub defaults: ContainerSpec,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn podmans_words_for_a_status_are_read_as_dockers() {
        let table = [
            ("exited", Status::Exited),
            ("stopped", Status::Exited),
            ("stopping", Status::Running),
            ("initialized", Status::Created),
            ("configured", Status::Created),
            ("unknown", Status::Other("unknown".into())),
        ];
        for (word, status) in table {
            assert_eq!(Status::parse(word), status, "{word}");
        }
    }
}
