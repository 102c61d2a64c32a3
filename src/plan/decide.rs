//! What becomes of each replica: kept, made, or made anew, and why.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::provided::{sources, was};
use super::up::{Recreate, UpOptions};
use super::update::{Difference, Updates, difference};
use super::{Reason, Resource};
use crate::model::{
    Condition, Dependency, NetworkMode, Project, RestartPolicy, Service, ServiceName,
};
use crate::state::{ActualState, Container, Status};

/// One replica of a service, and what becomes of it.
#[derive(Debug)]
pub(super) struct Replica<'a> {
    pub(super) service: &'a Service,
    pub(super) number: u32,
    pub(super) decision: Decision<'a>,
    /// Containers of the same number that an interrupted run left behind.
    pub(super) leftovers: Vec<&'a Container>,
}

/// What becomes of a replica.
#[derive(Debug)]
pub(super) enum Decision<'a> {
    /// There is none: make it.
    Create,
    /// It is what it should be; it is started if `start`.
    Keep {
        container: &'a Container,
        updates: Updates,
        start: bool,
    },
    /// It takes another container; where `if_changed` names images, only if the pull or build of one changes it, and the
    /// updates are made where it doesn't.
    Recreate {
        container: &'a Container,
        reason: Reason,
        if_changed: Vec<Was>,
        updates: Updates,
    },
}

/// What only a step can tell, and what the container has of it now: the image's identifier, or the digest of variables.
pub(super) type Was = (Resource, String);

/// What a container is, seen from its service.
enum Verdict {
    /// What it should be, once the updates are made.
    Same(Updates),
    /// Another one is needed.
    Another(Reason),
    /// Another one is needed if one of the images changes; else the updates are made.
    MaybeAnother(Reason, Vec<Was>, Updates),
}

/// All replicas of one service, those that are too many, and what they are.
#[derive(Debug)]
pub(super) struct Decided<'a> {
    pub(super) replicas: Vec<Replica<'a>>,
    pub(super) superfluous: Vec<&'a Container>,
}

/// Decides for the services in start order, dependencies first; those `beside` get other containers where they share with
/// one that gets another, and are as good as not there where they don't.
pub(super) fn decide<'a>(
    project: &Project,
    services: &[&'a Service],
    beside: &HashSet<&ServiceName>,
    state: &'a ActualState,
    options: &UpOptions,
    image_may_change: impl Fn(&Service) -> bool,
) -> Vec<(&'a Service, Decided<'a>)> {
    // Services whose container is replaced: for certain where no image decides.
    let mut replaced: HashMap<&ServiceName, Vec<Was>> = HashMap::new();
    let mut decided = Vec::with_capacity(services.len());
    let called = services.iter().filter(|service| service.provider.is_some());
    let called: HashSet<&ServiceName> = called.map(|service| &service.name).collect();
    let is_called = |name: &ServiceName| called.contains(name);
    let there = There::of(state);
    for service in services {
        let policy = options.recreate_policy(&service.name);
        let shares: Vec<_> = shared_services(service)
            .filter_map(|name| Some((name.clone(), replaced.get(&name)?)))
            .collect();
        let is_beside = beside.contains(&service.name);
        if is_beside && (shares.is_empty() || policy == Recreate::Never) {
            continue;
        }
        let certain = shares.iter().find(|(_, images)| images.is_empty());
        let sources: Vec<Resource> = sources(service, is_called).collect();
        // What a provider brings has no containers.
        let scale = match service.provider {
            Some(_) => 0,
            None if is_beside => there.count(service),
            None => options.scale(service),
        };
        let of_service = replicas_of(service, &there, scale, |container| {
            let differs = || {
                gone(project, service, container, &there)
                    .map(Difference::Another)
                    .or_else(|| differs(project, service, container, state))
            };
            let updates = match (policy, (!is_beside).then(differs).flatten()) {
                (Recreate::Never, _) => return Verdict::Same(Updates::default()),
                _ if is_beside => Updates::default(),
                (_, Some(Difference::Another(reason))) => return Verdict::Another(reason),
                (Recreate::Force, _) => {
                    return Verdict::Another(Reason::Asked("--force-recreate"));
                }
                _ if options.renews_volumes_of(service, container) => {
                    return Verdict::Another(Reason::Asked("--renew-anon-volumes"));
                }
                (_, Some(Difference::InPlace(updates))) => updates,
                (_, None) => Updates::default(),
            };
            if let Some((name, _)) = certain {
                return Verdict::Another(Reason::SharesWith(name.clone()));
            }
            let of_others = shares.iter().flat_map(|(_, images)| images.iter().cloned());
            let mut images: Vec<Was> = of_others.collect();
            let mut reason = shares
                .first()
                .map(|(name, _)| Reason::SharesWith(name.clone()));
            if !sources.is_empty() && !is_beside {
                let was = |source: &Resource| (source.clone(), was(container, source));
                images.extend(sources.iter().map(was));
                reason = Some(Reason::MayChangeVariables);
            }
            if !is_beside && image_may_change(service) {
                let image = Resource::Image(service.spec.image.clone());
                images.push((image, container.image_id.clone()));
                reason = Some(Reason::MayChangeImage);
            }
            match reason {
                Some(reason) => Verdict::MaybeAnother(reason, images, updates),
                None => Verdict::Same(updates),
            }
        });
        // What others share is the first replica's; of leftovers nobody knows which one they share with.
        let is_replaced = |replica: &Replica<'_>| match &replica.decision {
            Decision::Create => replica.number == 1,
            Decision::Recreate { if_changed, .. } if if_changed.is_empty() => true,
            _ => !replica.leftovers.is_empty(),
        };
        let may_be = of_service
            .replicas
            .first()
            .and_then(|replica| match &replica.decision {
                Decision::Recreate { if_changed, .. } => Some(if_changed.clone()),
                _ => None,
            });
        if of_service.replicas.iter().any(is_replaced) {
            replaced.insert(&service.name, Vec::new());
        } else if let Some(images) = may_be {
            replaced.insert(&service.name, images);
        }
        decided.push((*service, of_service));
    }
    decide_starts(project, &mut decided, options);
    decided
}

/// Services whose containers this one's live in: their network, processes or volumes.
pub(super) fn shared_services(service: &Service) -> impl Iterator<Item = ServiceName> {
    let volumes = service.spec.volumes_from.iter();
    let volumes = volumes.filter(|from| !from.starts_with("container:"));
    let volumes = volumes.map(|from| from.split(':').next().unwrap_or(from));
    namespace_services(service).chain(volumes.filter_map(|name| ServiceName::new(name).ok()))
}

/// Services in whose containers' namespaces this one's live: without them it cannot start, and reaches nobody.
pub(super) fn namespace_services(service: &Service) -> impl Iterator<Item = ServiceName> {
    let spec = &service.spec;
    let network = match &spec.network_mode {
        Some(NetworkMode::Service(name)) => Some(name.clone()),
        _ => None,
    };
    let others = [&spec.ipc, &spec.pid].into_iter().flatten();
    let others = others.filter_map(|mode| ServiceName::new(mode.strip_prefix("service:")?).ok());
    network.into_iter().chain(others)
}

/// The services whose containers must have their names before a container of this one is created: without networks of its
/// own an engine looks links up at once.
pub(super) fn linked_services(service: &Service) -> impl Iterator<Item = ServiceName> {
    let spec = &service.spec;
    let links = spec.links.iter().filter(|_| spec.network_mode.is_some());
    links.filter_map(|link| ServiceName::new(link.split(':').next().unwrap_or(link)).ok())
}

/// What is there, to be found at once however much it is.
struct There<'a> {
    /// The containers of each service's replicas.
    replicas: HashMap<&'a str, Vec<&'a Container>>,
    /// Ids and names of all containers.
    containers: HashSet<&'a str>,
    /// Ids of all networks.
    networks: HashSet<&'a str>,
}

impl<'a> There<'a> {
    fn of(state: &'a ActualState) -> Self {
        let mut replicas: HashMap<&str, Vec<&Container>> = HashMap::new();
        for container in state.containers.iter().filter(|it| !it.is_one_off()) {
            if let Some(service) = container.service() {
                replicas.entry(service).or_default().push(container);
            }
        }
        let containers = state.containers.iter();
        let containers = containers.flat_map(|it| [it.id.as_str(), it.name.as_str()]);
        let networks = state.networks.iter().map(|it| it.id.as_str());
        Self {
            replicas,
            containers: containers.collect(),
            networks: networks.collect(),
        }
    }

    /// How many replicas the service has.
    fn count(&self, service: &Service) -> u32 {
        let replicas = self.replicas.get(service.name.as_str());
        let replicas = replicas.into_iter().flatten();
        let replicas = replicas.filter(|it| it.status != Status::Removing);
        let numbers: HashSet<_> = replicas.map(|it| it.number()).collect();
        u32::try_from(numbers.len()).unwrap_or(u32::MAX)
    }
}

/// What this container was made with and can't start without any more.
fn gone(
    project: &Project,
    service: &Service,
    container: &Container,
    there: &There<'_>,
) -> Option<Reason> {
    if let Some(NetworkMode::Service(other)) = &service.spec.network_mode {
        let shared = container.network_mode.strip_prefix("container:")?;
        return (!there.containers.contains(shared))
            .then(|| Reason::Gone(format!("the container of {other} whose network it shares")));
    }
    let names = service.spec.networks.keys();
    let mut names = names.filter_map(|name| Some(&project.networks.get(name)?.name));
    // The engine goes by a network's id: another one of its name is of no use.
    let gone = names.find(|name| {
        let id = container.networks.get(*name).map(|own| &own.network_id);
        id.is_some_and(|id| !id.is_empty() && !there.networks.contains(id.as_str()))
    })?;
    Some(Reason::Gone(format!("its network {gone}")))
}

/// Why this container is not what the service says; none where it is.
fn differs(
    project: &Project,
    service: &Service,
    container: &Container,
    state: &ActualState,
) -> Option<Difference> {
    let differs = difference(project, service, container, state);
    if matches!(differs, Some(Difference::Another(_))) {
        return differs;
    }
    let bare = |id: &str| id.strip_prefix("sha256:").unwrap_or(id).to_owned();
    let image = state.images.get(&service.spec.image);
    match image.filter(|image| bare(&image.id) != bare(&container.image_id)) {
        Some(image) => Some(Difference::Another(Reason::ImageChanged(
            container.image_id.clone(),
            image.id.clone(),
        ))),
        None => differs,
    }
}

fn replicas_of<'a>(
    service: &'a Service,
    there: &There<'a>,
    scale: u32,
    verdict: impl Fn(&Container) -> Verdict,
) -> Decided<'a> {
    let mut numbered: BTreeMap<u32, Vec<&Container>> = BTreeMap::new();
    let replicas = there.replicas.get(service.name.as_str());
    for &container in replicas.into_iter().flatten() {
        if container.status != Status::Removing {
            numbered
                .entry(container.number().unwrap_or(u32::MAX))
                .or_default()
                .push(container);
        }
    }
    let mut replicas = Vec::new();
    let mut superfluous = Vec::new();
    for (number, mut same) in numbered {
        if replicas.len() >= scale as usize {
            superfluous.extend(same);
            continue;
        }
        // Of several with one number the best stays: what is desired before what is not, running before stopped, new
        // before old.
        same.sort_by_cached_key(|container| {
            let desired = !matches!(verdict(container), Verdict::Another(_));
            let usable = container.status != Status::Dead;
            std::cmp::Reverse((
                desired && usable,
                container.status.is_up(),
                container.created.clone(),
            ))
        });
        let container = same.remove(0);
        let decision = match verdict(container) {
            Verdict::Another(reason) => Decision::Recreate {
                container,
                reason,
                if_changed: Vec::new(),
                updates: Updates::default(),
            },
            Verdict::MaybeAnother(reason, if_changed, updates) => Decision::Recreate {
                container,
                reason,
                if_changed,
                updates,
            },
            Verdict::Same(_) if container.status == Status::Dead => Decision::Recreate {
                container,
                reason: Reason::NotRunning(Status::Dead),
                if_changed: Vec::new(),
                updates: Updates::default(),
            },
            Verdict::Same(updates) => Decision::Keep {
                container,
                updates,
                start: false,
            },
        };
        replicas.push(Replica {
            service,
            number,
            decision,
            leftovers: same,
        });
    }
    let mut taken: HashSet<u32> = replicas.iter().map(|replica| replica.number).collect();
    let mut free = 1;
    while replicas.len() < scale as usize {
        while !taken.insert(free) {
            free += 1;
        }
        replicas.push(Replica {
            service,
            number: free,
            decision: Decision::Create,
            leftovers: Vec::new(),
        });
    }
    replicas.sort_by_key(|replica| replica.number);
    Decided {
        replicas,
        superfluous,
    }
}

/// Decides which kept containers are started: those that don't run. A job that has done its work stays as it is until
/// one of the services that need it starts again.
fn decide_starts(project: &Project, decided: &mut [(&Service, Decided<'_>)], options: &UpOptions) {
    let raised = decided.iter().filter(|(_, it)| !it.replicas.is_empty());
    let jobs = jobs(raised.map(|(service, _)| *service));
    let needed = needed(project);
    // The jobs of services that are started: those stand behind what they depend on.
    let mut needed_for_start: HashSet<&ServiceName> = HashSet::new();
    for (service, decided) in decided.iter_mut().rev() {
        let is_needed = needed_for_start.contains(&service.name);
        let is_job = jobs.contains(&service.name);
        let mut starts = false;
        for replica in &mut decided.replicas {
            match &mut replica.decision {
                Decision::Keep {
                    container, start, ..
                } => {
                    let completed = (is_job && has_ended_well(container))
                        || is_done(&needed, replica.service, container, options);
                    *start = !container.status.is_up() && (!completed || is_needed);
                    starts |= *start;
                }
                Decision::Create => starts = true,
                Decision::Recreate {
                    container,
                    if_changed,
                    ..
                } => starts |= if_changed.is_empty() || !container.status.is_up(),
            }
        }
        if starts {
            needed_for_start.extend(jobs_of(service));
        }
    }
}

/// The services that others depend on.
pub(super) fn needed(project: &Project) -> HashSet<&ServiceName> {
    let services = project.services.values();
    services
        .flat_map(|service| service.depends_on.keys())
        .collect()
}

fn has_ended_well(container: &Container) -> bool {
    container.status == Status::Exited && container.exit_code == 0
}

/// Whether a container looks like a task that has done its work and ended: it serves nothing, nothing would start it
/// again, no other service is there for it to run for, and nobody asked for it by name.
pub(super) fn is_done(
    needed: &HashSet<&ServiceName>,
    service: &Service,
    container: &Container,
    options: &UpOptions,
) -> bool {
    has_ended_well(container)
        && !needed.contains(&service.name)
        && !options.rerun_done
        && !options.services.contains(&service.name)
        && matches!(
            service.spec.restart,
            RestartPolicy::No | RestartPolicy::OnFailure(_)
        )
        && container.tcp_ports.is_empty()
        && service.spec.ports.is_empty()
        && container.health_test.is_none()
}

/// The services that one of these waits for to do their work and end.
pub(super) fn jobs<'a>(services: impl Iterator<Item = &'a Service>) -> HashSet<&'a ServiceName> {
    services.flat_map(jobs_of).collect()
}

fn jobs_of(service: &Service) -> impl Iterator<Item = &ServiceName> {
    let dependencies = service.depends_on.iter();
    let ends =
        |dependency: &Dependency| dependency.condition == Condition::ServiceCompletedSuccessfully;
    dependencies
        .filter(move |(_, dependency)| ends(dependency))
        .map(|(name, _)| name)
}
