//! Configs and secrets as a container gets them: mounted from the host, or copied in before the start.

use crate::model::{
    Config, ContainerFile, ContentSource, DOCKER_CONFIG, FileReference, Mount, MountKind, Project,
    Service,
};
use crate::state::ApiAccess;

use super::Reason;

/// Permissions where the file says nothing: everybody may read.
pub(super) const READABLE: u32 = 0o444;

/// A config or secret that a service is granted.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    /// `config` or `secret`.
    pub kind: &'static str,
    /// How the service sees it.
    pub reference: &'a FileReference,
    /// Its place in the service's list.
    pub index: usize,
    /// What it is.
    pub config: &'a Config,
}

impl Granted<'_> {
    /// Whether it is copied into the container. A file of this machine is mounted, so that it stays on the host alone;
    /// but a mount has the owner and the mode of the host's file, so one whose reference names others is copied. (docker
    /// compose mounts it all the same and ignores them, and programs that insist on a key of their own don't start.)
    /// Nothing can be copied into a read-only container, so there the mount is all there is.
    pub fn is_copied(&self, service: &Service) -> bool {
        match self.config.source {
            ContentSource::File(_) => {
                self.config.content.is_some()
                    && self.reference.has_owner()
                    && !service.spec.read_only
            }
            ContentSource::Environment(_) | ContentSource::Inline => true,
            ContentSource::External => false,
        }
    }
}

/// The configs and secrets that a service is granted, those that the file defines.
pub fn granted<'a>(
    project: &'a Project,
    service: &'a Service,
) -> impl Iterator<Item = Granted<'a>> {
    let configs = service.spec.configs.iter().enumerate();
    let configs = configs.filter_map(|(index, reference)| {
        Some(Granted {
            kind: "config",
            reference,
            index,
            config: project.configs.get(reference.source.as_str())?,
        })
    });
    let secrets = service.spec.secrets.iter().enumerate();
    let secrets = secrets.filter_map(|(index, reference)| {
        Some(Granted {
            kind: "secret",
            reference,
            index,
            config: project.secrets.get(reference.source.as_str())?,
        })
    });
    configs.chain(secrets)
}

/// The mounts of those that are mounted.
pub(super) fn mounts(project: &Project, service: &Service) -> Vec<Mount> {
    let mounted = granted(project, service).filter(|granted| !granted.is_copied(service));
    let mount = |granted: Granted<'_>| match &granted.config.source {
        ContentSource::File(path) => Some(Mount {
            target: granted.reference.target.clone(),
            read_only: true,
            consistency: None,
            kind: MountKind::Bind {
                source: path.to_string_lossy().into_owned(),
                create_host_path: false,
                propagation: None,
                selinux: None,
                recursive: None,
            },
        }),
        _ => None,
    };
    mounted.filter_map(mount).collect()
}

/// Where containers look for the engine's socket.
const SOCKET: &str = "/var/run/docker.sock";

/// The mount of the engine's socket; none where the engine has none on its own machine.
pub(super) fn socket(api: &ApiAccess) -> Option<Mount> {
    let source = api.address.strip_prefix("unix://")?;
    Some(Mount {
        target: SOCKET.to_owned(),
        read_only: false,
        consistency: None,
        kind: MountKind::Bind {
            source: source.to_owned(),
            create_host_path: false,
            propagation: None,
            selinux: None,
            recursive: None,
        },
    })
}

/// The user's credentials for registries, as docker's programs look for them in the container.
fn docker_config(api: &ApiAccess) -> ContainerFile {
    ContainerFile {
        path: format!("{DOCKER_CONFIG}/config.json"),
        uid: 0,
        gid: 0,
        mode: READABLE,
        content: api.config.clone(),
    }
}

/// The files that are put into a new container and what they come from, the credentials for its use of the engine too.
pub(super) fn copied(
    project: &Project,
    service: &Service,
    api: Option<&ApiAccess>,
) -> Option<(Vec<ContainerFile>, Reason)> {
    let (mut copied, mut granted) = files(project, service);
    // Nothing can be copied into a read-only container: that one has the socket alone.
    if service.spec.use_api_socket && !service.spec.read_only {
        copied.extend(api.map(docker_config));
        granted.push("your credentials for registries".to_owned());
    }
    (!copied.is_empty()).then_some((copied, Reason::Granted(granted)))
}

/// The files that are copied, and what they come from, such as `config motd`.
fn files(project: &Project, service: &Service) -> (Vec<ContainerFile>, Vec<String>) {
    let copied = granted(project, service).filter(|granted| granted.is_copied(service));
    let file = |granted: Granted<'_>| {
        let reference = granted.reference;
        let file = ContainerFile {
            path: reference.target.clone(),
            uid: reference.uid.unwrap_or(0),
            gid: reference.gid.unwrap_or(0),
            mode: reference.mode.unwrap_or(READABLE),
            content: granted.config.content.clone()?,
        };
        Some((file, format!("{} {}", granted.kind, reference.source)))
    };
    copied.filter_map(file).unzip()
}
