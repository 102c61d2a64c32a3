mod recreate;
mod renew;
mod sharing;

use super::*;

fn shop() -> Project {
    let mut db = service("db");
    db.spec.volumes.push(Mount {
        target: "/data".into(),
        read_only: false,
        consistency: None,
        kind: MountKind::Volume {
            source: Some("vars".into()),
            nocopy: false,
            subpath: None,
            labels: IndexMap::new(),
        },
    });
    let mut web = needs(service("web"), "db", Condition::ServiceHealthy);
    web.spec.environment.insert("DEBUG".into(), "0".into());
    let mut project = project([web, db]);
    let volume = Volume {
        name: "shop_vars".into(),
        ..Volume::default()
    };
    project
        .volumes
        .insert(VolumeName::new("vars").unwrap(), volume);
    project
}

/// The shop raised, its database healthy.
fn raised_shop(project: &Project) -> ActualState {
    let mut state = raised(project);
    state
        .containers
        .iter_mut()
        .filter(|container| container.service() == Some("db"))
        .for_each(|container| {
            container.health = Some(Health::Healthy);
        });
    state
}

#[test]
fn the_first_up_makes_everything_creates_early_and_starts_in_order() {
    assert_eq!(
        up_lines(&shop(), &ActualState::default(), &UpOptions::default()),
        [
            "[] -> #1 image:db:1, PullImage, not there yet",
            "[] -> #2 network:shop_default, CreateNetwork, not there yet",
            "[] -> #3 volume:shop_vars, CreateVolume, not there yet",
            "[1,2,3] -> #4 service:db:1, CreateContainer, not there yet",
            "[4] -> #5 service:db:1, StartContainer, depends on nothing",
            "[] -> #6 image:web:1, PullImage, not there yet",
            "[2,6] -> #7 service:web:1, CreateContainer, not there yet",
            "[4,5] -> #8 service:db:1, Wait, web needs it healthy",
            "[7,8] -> #9 service:web:1, StartContainer, dependency db is healthy",
        ]
    );
}

#[test]
fn a_second_up_changes_nothing() {
    let project = shop();
    let plan = up(&project, &raised_shop(&project), &UpOptions::default()).unwrap();
    assert_eq!(lines(&plan), [""; 0]);
    assert!(plan.is_empty());
    assert_eq!(
        plan.unchanged
            .iter()
            .map(|unchanged| unchanged.resource.to_string())
            .collect::<Vec<_>>(),
        ["Container shop-db-1", "Container shop-web-1"]
    );
}

#[test]
fn where_nothing_is_started_nothing_is_waited_for() {
    let mut project = shop();
    let state = raised(&project);
    let environment = &mut project.services["web"].spec.environment;
    environment.insert("DEBUG".into(), "1".into());
    let options = UpOptions {
        no_start: true,
        ..UpOptions::default()
    };
    let plan = up(&project, &state, &options).unwrap().to_string();
    assert!(plan.contains("service:web:1, CreateContainer"), "{plan}");
    assert!(!plan.contains(", Wait"), "{plan}");
}

#[test]
fn a_stopped_service_is_started_not_recreated() {
    let project = shop();
    let mut state = raised_shop(&project);
    for container in &mut state.containers {
        container.status = Status::Exited;
        container.exit_code = 137;
    }
    assert_eq!(
        up_lines(&project, &state, &UpOptions::default()),
        [
            "[] -> #1 service:db:1, StartContainer, it is exited",
            "[1] -> #2 service:db:1, Wait, web needs it healthy",
            "[2] -> #3 service:web:1, StartContainer, it is exited",
        ]
    );
}

#[test]
fn a_job_runs_again_only_for_a_service_that_starts() {
    let project = project([
        needs(
            service("web"),
            "job",
            Condition::ServiceCompletedSuccessfully,
        ),
        service("job"),
    ]);
    let mut state = raised(&project);
    state.containers[1].status = Status::Exited;
    assert_eq!(up_lines(&project, &state, &UpOptions::default()), [""; 0]);
    state.containers[0].status = Status::Exited;
    state.containers[0].exit_code = 143;
    assert_eq!(
        up_lines(&project, &state, &UpOptions::default()),
        [
            "[] -> #1 service:job:1, StartContainer, it is exited",
            "[1] -> #2 service:job:1, Wait, web needs it completed successfully",
            "[2] -> #3 service:web:1, StartContainer, it is exited",
        ]
    );
}

#[test]
fn scale_fills_gaps_and_takes_the_last_away() {
    let mut project = project([service("web")]);
    project.services.get_mut("web").unwrap().scale = 3;
    let mut state = raised(&project);
    state.containers.remove(1);
    let options = |n| UpOptions {
        scale: [(name("web"), n)].into(),
        ..UpOptions::default()
    };
    assert_eq!(
        up_lines(&project, &state, &options(3)),
        [
            "[] -> #1 service:web:2, CreateContainer, not there yet",
            "[1] -> #2 service:web:2, StartContainer, depends on nothing",
        ]
    );
    assert_eq!(
        up_lines(&project, &state, &options(1)),
        [
            "[] -> #1 service:web:3, StopContainer, the service has fewer replicas now",
            "[1] -> #2 service:web:3, RemoveContainer, the service has fewer replicas now",
        ]
    );
}

#[test]
fn every_replica_is_waited_for() {
    let mut project = project([
        needs(service("web"), "db", Condition::ServiceHealthy),
        service("db"),
    ]);
    project.services.get_mut("db").unwrap().scale = 2;
    let plan = up_lines(
        &project,
        &ActualState {
            images: images(&project),
            ..ActualState::default()
        },
        &UpOptions::default(),
    );
    let waits: Vec<_> = plan.iter().filter(|line| line.contains("Wait")).collect();
    assert_eq!(waits.len(), 2, "{plan:#?}");
    assert!(
        plan.last()
            .unwrap()
            .starts_with("[6,7,8] -> #9 service:web:1, StartContainer"),
        "{plan:#?}"
    );
}

#[test]
fn a_container_that_is_linked_without_networks_is_created_first() {
    let mut web = needs(service("web"), "db", Condition::ServiceStarted);
    web.spec.links.push("db:store".into());
    web.spec.network_mode = Some(crate::model::NetworkMode::Other("bridge".into()));
    web.spec.networks.clear();
    let plan = up(
        &project([web, service("db")]),
        &ActualState::default(),
        &UpOptions::default(),
    );
    let steps = plan.unwrap().to_string();
    let step = |text: &str| {
        steps
            .lines()
            .find(|line| line.contains(text))
            .unwrap_or_default()
    };
    let db = step("service:db:1, CreateContainer");
    let number = db.split(['#', ' ']).nth(3).unwrap_or_default();
    assert!(
        step("service:web:1, CreateContainer").contains(number),
        "{steps}"
    );
}

#[test]
fn orphans_are_named_and_removed_only_on_request() {
    let before = project([service("web"), service("old")]);
    let after = project([service("web")]);
    let plan = up(&after, &raised(&before), &UpOptions::default()).unwrap();
    assert!(plan.is_empty());
    assert!(
        plan.warnings[0]
            .message
            .contains("found orphan containers (shop-old-1)"),
        "{:?}",
        plan.warnings
    );
    let options = UpOptions {
        remove_orphans: true,
        ..UpOptions::default()
    };
    assert_eq!(
        up_lines(&after, &raised(&before), &options),
        [
            "[] -> #1 service:old:1, StopContainer, the file has no such service",
            "[1] -> #2 service:old:1, RemoveContainer, the file has no such service",
        ]
    );
}

#[test]
fn a_service_of_another_profile_is_no_orphan() {
    let before = project([service("web"), service("debug")]);
    let mut after = project([service("web")]);
    after.disabled_services.push(name("debug"));
    let plan = up(&after, &raised(&before), &UpOptions::default()).unwrap();
    assert!(plan.is_empty() && plan.warnings.is_empty(), "{plan:?}");
}

#[test]
fn a_selection_brings_its_dependencies_unless_told_not_to() {
    let project = shop();
    let state = ActualState {
        images: images(&project),
        ..ActualState::default()
    };
    let services = vec![name("web")];
    let with = up_lines(
        &project,
        &state,
        &UpOptions {
            services: services.clone(),
            ..UpOptions::default()
        },
    );
    let without = up_lines(
        &project,
        &state,
        &UpOptions {
            services,
            no_deps: true,
            ..UpOptions::default()
        },
    );
    assert!(
        with.iter().any(|line| line.contains("service:db:1")),
        "{with:#?}"
    );
    assert!(
        !without.iter().any(|line| line.contains("service:db:1")),
        "{without:#?}"
    );
}

#[test]
fn what_cannot_be_planned_is_said_with_its_place() {
    let mut project = project([service("web")]);
    project.networks["default"].external = true;
    let error = up(&project, &ActualState::default(), &UpOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "network shop_default declared as external, but could not be found"
    );
    let unknown = UpOptions {
        services: vec![name("nobody")],
        ..UpOptions::default()
    };
    assert_eq!(
        up(&project, &ActualState::default(), &unknown)
            .unwrap_err()
            .to_string(),
        "no such service: nobody"
    );
    project.services["web"].pull_policy = PullPolicy::Never;
    let error = up(&project, &ActualState::default(), &UpOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "service web needs image web:1, which the engine doesn't have, and its pull policy is `never`"
    );
    assert_eq!(error.position().unwrap().to_string(), "stack.yaml:2:3");
}

#[test]
fn wait_ends_when_all_are_ready() {
    let project = shop();
    let mut state = ActualState {
        images: images(&project),
        ..ActualState::default()
    };
    state.images["db:1"].has_healthcheck = true;
    let plan = up_lines(
        &project,
        &state,
        &UpOptions {
            wait: true,
            ..UpOptions::default()
        },
    );
    assert_eq!(
        plan[plan.len() - 2..],
        [
            "[5,6] -> #7 service:web:1, StartContainer, dependency db is healthy".to_owned(),
            "[5,7] -> #8 service:web:1, Wait, --wait".to_owned(),
        ]
    );
}

#[test]
fn a_key_that_is_not_carried_out_is_never_passed_over_in_silence() {
    let mut web = needs(service("web"), "db", Condition::ServiceStarted);
    web.not_carried.push(crate::model::NotCarried {
        key: "secrets".into(),
        why: "is not carried out yet".into(),
    });
    let project = project([web, service("db")]);
    let plan = up(&project, &ActualState::default(), &UpOptions::default()).unwrap();
    assert_eq!(
        plan.warnings[0].message,
        "web: `secrets` is not carried out yet"
    );
    assert_eq!(
        plan.warnings[0].position.as_ref().unwrap().to_string(),
        "stack.yaml:2:3"
    );
}

#[test]
fn the_engines_socket_is_mounted_where_it_is_asked_for_and_there() {
    let mut web = service("web");
    web.spec.use_api_socket = true;
    let project = project([web, service("db")]);
    let state = |address: &str| ActualState {
        api: Some(crate::state::ApiAccess {
            address: address.into(),
            config: crate::model::Content::new(*b"{}"),
        }),
        ..ActualState::default()
    };
    let error = up(&project, &state("tcp://far:2375"), &UpOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "service web cannot use the engine: `use_api_socket` needs a unix socket, and the engine's address is tcp://far:2375"
    );
    let plan = up(
        &project,
        &state("unix:///run/own.sock"),
        &UpOptions::default(),
    )
    .unwrap();
    let mounts: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.operation {
            Operation::CreateContainer { container, .. } => Some(&container.mounts),
            _ => None,
        })
        .collect();
    assert_eq!(mounts[0][0].target, "/var/run/docker.sock");
    assert!(
        matches!(&mounts[0][0].kind, MountKind::Bind { source, .. } if source == "/run/own.sock")
    );
    assert!(mounts[1].is_empty(), "{mounts:?}");
    let text = plan.to_string();
    assert!(
        text.contains("service:web:1, CopyFiles, it is granted your credentials for registries"),
        "{text}"
    );
}
