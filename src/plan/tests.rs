//! Plans as text: what people and programs rely on.

mod adopt;
mod build;
mod consequence;
mod down;
mod first_start;
mod image;
mod pre_start;
mod preflight;
mod provided;
mod reason;
pub(crate) mod sample;
mod saved;
mod start;
mod up;

use indexmap::IndexMap;

use super::*;
use crate::label;
use crate::model::{
    Attachment, Condition, ContainerSpec, Dependency, Mount, MountKind, Network, NetworkName,
    Positions, Project, PullPolicy, Readiness, Service, Volume, VolumeName,
};
use crate::state::{
    ActualState, Container, ContainerEndpoint, Health, Image, NetworkState, Status, VolumeState,
};

fn name(name: &str) -> ServiceName {
    ServiceName::new(name).unwrap()
}

/// A project `shop` of services that use the network `default`.
pub(crate) fn project(services: impl IntoIterator<Item = Service>) -> Project {
    let network = Network {
        name: "shop_default".into(),
        ..Network::default()
    };
    Project {
        name: ProjectName::new("shop").unwrap(),
        separator: '-',
        working_dir: "/shop".into(),
        files: vec!["/shop/stack.yaml".into()],
        services: services
            .into_iter()
            .map(|service| (service.name.clone(), service))
            .collect(),
        disabled_services: Vec::new(),
        contexts: IndexMap::new(),
        sharing: IndexMap::new(),
        networks: [(NetworkName::new("default").unwrap(), network)].into(),
        volumes: IndexMap::new(),
        configs: IndexMap::new(),
        secrets: IndexMap::new(),
    }
}

/// A service of the image `NAME:1`, its environment at line 7.
pub(crate) fn service(service: &str) -> Service {
    let mut positions = Positions::default();
    positions.insert(
        "",
        Position {
            file: "stack.yaml".into(),
            line: 2,
            column: 3,
        },
    );
    positions.insert(
        "environment.DEBUG",
        Position {
            file: "stack.yaml".into(),
            line: 7,
            column: 7,
        },
    );
    Service {
        name: name(service),
        spec: ContainerSpec {
            image: format!("{service}:1"),
            networks: [(NetworkName::new("default").unwrap(), Attachment::default())].into(),
            ..ContainerSpec::default()
        },
        provider: None,
        models: Vec::new(),
        build: None,
        pull_policy: PullPolicy::Missing,
        depends_on: IndexMap::new(),
        scale: 1,
        pre_stop: Vec::new(),
        watch: Vec::new(),
        attach: true,
        not_carried: Vec::new(),
        ready: Readiness::default(),
        positions,
    }
}

fn needs(mut service: Service, on: &str, condition: Condition) -> Service {
    service.depends_on.insert(
        name(on),
        Dependency {
            condition,
            restart: false,
            required: true,
        },
    );
    service
}

/// What an engine shows after this project was raised: all running, all images there.
fn raised(project: &Project) -> ActualState {
    let containers = project
        .services
        .values()
        .flat_map(|service| (1..=service.scale).map(|n| running(project, service, n)));
    ActualState {
        has_poor_updates: false,
        observed_at: 0,
        api: None,
        containers: containers.collect(),
        networks: project
            .networks
            .iter()
            .map(|(key, network)| NetworkState {
                id: format!("id-{}", network.name),
                name: network.name.clone(),
                labels: label::resource_labels(
                    project,
                    label::NETWORK,
                    key.as_str(),
                    &network.labels,
                    network,
                ),
                ..NetworkState::default()
            })
            .collect(),
        volumes: project
            .volumes
            .iter()
            .map(|(key, volume)| VolumeState {
                name: volume.name.clone(),
                labels: label::resource_labels(
                    project,
                    label::VOLUME,
                    key.as_str(),
                    &volume.labels,
                    volume,
                ),
                ..VolumeState::default()
            })
            .collect(),
        images: images(project),
    }
}

fn images(project: &Project) -> IndexMap<String, Image> {
    let image = |reference: &String| Image {
        id: format!("sha256:{reference}"),
        ..Image::default()
    };
    project
        .services
        .values()
        .map(|service| (service.spec.image.clone(), image(&service.spec.image)))
        .collect()
}

fn running(project: &Project, service: &Service, number: u32) -> Container {
    let image_id = format!("sha256:{}", service.spec.image);
    Container {
        id: format!("{}{number}0123456789abcdef", service.name),
        name: label::container_name(project, service, number),
        image: service.spec.image.clone(),
        labels: label::container_labels(project, service, number, &image_id),
        image_id,
        environment: service
            .spec
            .environment
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect(),
        status: Status::Running,
        networks: [(
            "shop_default".to_owned(),
            ContainerEndpoint {
                aliases: vec![service.name.to_string()],
                ..ContainerEndpoint::default()
            },
        )]
        .into(),
        ..Container::default()
    }
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.to_string().lines().map(str::to_owned).collect()
}

/// Plans `up` and shows the steps.
fn up_lines(project: &Project, state: &ActualState, options: &UpOptions) -> Vec<String> {
    lines(&up(project, state, options).unwrap())
}
