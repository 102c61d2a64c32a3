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
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["Container shop-db-1", "Container shop-web-1"]
    );
}

#[test]
fn one_changed_value_recreates_that_service_and_names_the_field() {
    let before = shop();
    let mut after = before.clone();
    after
        .services
        .get_mut("web")
        .unwrap()
        .spec
        .environment
        .insert("DEBUG".into(), "1".into());
    assert_eq!(
        up_lines(&after, &raised_shop(&before), &UpOptions::default()),
        [
            r#"[] -> #1 service:web:1, CreateContainer, environment.DEBUG: "0" -> "1"  stack.yaml:7:7"#,
            "[1] -> #2 service:web:1, StopContainer, part of the replacement",
            "[2] -> #3 service:web:1, RenameContainer, part of the replacement",
            "[3] -> #4 service:web:1, RenameContainer, part of the replacement",
            "[4] -> #5 service:web:1, StartContainer, part of the replacement",
            "[5] -> #6 service:web:1, RemoveContainer, part of the replacement",
            "[5] -> #7 service:web:1, RemoveContainer, the new one cannot start, if #4 or #5 fails",
            "[7] -> #8 service:web:1, RenameContainer, the new one cannot start, if #4 or #5 fails",
            "[8] -> #9 service:web:1, StartContainer, the new one cannot start, if #4 or #5 fails",
        ]
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
fn a_build_decides_whether_its_service_is_recreated() {
    let mut project = shop();
    project.services.get_mut("web").unwrap().build = Some(crate::model::Build::default());
    let mut state = raised_shop(&project);
    state
        .containers
        .retain(|container| container.service() == Some("web"));
    state.containers[0].status = Status::Exited;
    let options = UpOptions {
        build: true,
        no_deps: true,
        services: vec![name("web")],
        ..UpOptions::default()
    };
    assert_eq!(
        up_lines(&project, &state, &options),
        [
            "[] -> #1 image:web:1, BuildImage, --build",
            "[1] -> #2 service:web:1, CreateContainer, if its image id changes, if #1 changes the image",
            "[2] -> #3 service:web:1, RenameContainer, part of the replacement, if #1 changes the image",
            "[3] -> #4 service:web:1, RenameContainer, part of the replacement, if #1 changes the image",
            "[4] -> #5 service:web:1, StartContainer, part of the replacement, if #1 changes the image",
            "[5] -> #6 service:web:1, RemoveContainer, part of the replacement, if #1 changes the image",
            "[5] -> #7 service:web:1, RemoveContainer, the new one cannot start, if #4 or #5 fails",
            "[7] -> #8 service:web:1, RenameContainer, the new one cannot start, if #4 or #5 fails",
            "[1,2] -> #9 service:web:1, StartContainer, it is exited, if #1 keeps the image",
        ]
    );
}

#[test]
fn another_image_behind_the_tag_recreates() {
    let project = shop();
    let mut state = raised_shop(&project);
    state.images["web:1"].id = "sha256:fedcba9876543210".into();
    assert_eq!(
        up_lines(&project, &state, &UpOptions::default())[0],
        "[] -> #1 service:web:1, CreateContainer, image is another one now: web:1 -> fedcba987654"
    );
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
fn what_shares_a_replaced_containers_network_is_replaced_too() {
    let mut side = service("side");
    side.spec.network_mode = Some(crate::model::NetworkMode::Service(name("web")));
    side.spec.networks.clear();
    let side = needs(side, "web", Condition::ServiceStarted);
    let before = project([service("web"), side]);
    let mut after = before.clone();
    after.services.get_mut("web").unwrap().spec.tty = true;
    let plan = up(&after, &raised(&before), &UpOptions::default()).unwrap();
    let side = plan
        .steps
        .iter()
        .find(|step| step.resource.name() == "shop-side-1")
        .unwrap();
    assert_eq!(
        side.reason.to_string(),
        "shares with web, which is replaced"
    );
    // Made only when the new container bears the name that it refers to.
    assert_eq!(
        side.after
            .iter()
            .map(|id| plan.steps[*id].operation.name())
            .collect::<Vec<_>>(),
        ["RenameContainer"]
    );
    // The old one goes after the one that refers to it.
    let removal = |name: &str| {
        let is_it = |step: &&crate::plan::Step| {
            step.resource.name() == name
                && matches!(
                    step.operation,
                    crate::plan::Operation::RemoveContainer {
                        target: crate::plan::Target::Existing(_),
                        ..
                    }
                )
        };
        plan.steps.iter().find(is_it).unwrap()
    };
    let after = &removal("shop-web-1").after;
    let is_before = |id: &usize| std::ptr::eq(&raw const plan.steps[*id], removal("shop-side-1"));
    assert!(after.iter().any(is_before), "{plan}");
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
fn anonymous_volumes_are_handed_on() {
    let before = project([service("db")]);
    let mut state = raised(&before);
    let anonymous = "0123456789abcdef".repeat(4);
    state.containers[0]
        .mounts
        .push(crate::state::ContainerMount {
            kind: "volume".into(),
            name: anonymous.clone(),
            target: "/data".into(),
            writable: true,
            ..Default::default()
        });
    let inherited =
        |options: &UpOptions| match &up(&before, &state, options).unwrap().steps[0].operation {
            Operation::CreateContainer { container, .. } => container.mounts.clone(),
            other => panic!("{other:?}"),
        };
    let force = UpOptions {
        recreate: Recreate::Force,
        ..UpOptions::default()
    };
    let MountKind::Volume { source, .. } = &inherited(&force)[0].kind else {
        panic!()
    };
    assert_eq!(source.as_deref(), Some(anonymous.as_str()));
    assert!(
        inherited(&UpOptions {
            renew_anon_volumes: true,
            ..force
        })
        .is_empty()
    );
}

#[test]
fn an_interrupted_recreate_converges() {
    let before = project([service("web")]);
    let mut after = before.clone();
    after.services.get_mut("web").unwrap().spec.tty = true;
    let old = &raised(&before).containers[0];
    let mut new = raised(&after).containers.remove(0);
    new.id = "new".into();
    let state = |old: Option<Container>, new: Option<Container>| ActualState {
        containers: old.into_iter().chain(new).collect(),
        ..raised(&after)
    };
    // Killed after the create: the new one waits under its interim name.
    let waiting = Container {
        name: "web101234567_shop-web-1".into(),
        status: Status::Created,
        ..new.clone()
    };
    assert_eq!(
        up_lines(
            &after,
            &state(Some(old.clone()), Some(waiting.clone())),
            &UpOptions::default()
        ),
        [
            "[] -> #1 service:web:1, StopContainer, left behind by an interrupted run",
            "[1] -> #2 service:web:1, RemoveContainer, left behind by an interrupted run",
            "[2] -> #3 service:web:1, RenameContainer, left behind by an interrupted run",
            "[3] -> #4 service:web:1, StartContainer, it is created",
        ]
    );
    // Killed before the old one was removed.
    let replaced = Container {
        name: "web101234567_shop-web-1-replaced".into(),
        status: Status::Exited,
        ..old.clone()
    };
    assert_eq!(
        up_lines(
            &after,
            &state(Some(replaced), Some(new)),
            &UpOptions::default()
        ),
        ["[] -> #1 service:web:1, RemoveContainer, left behind by an interrupted run"]
    );
    // Killed after the create, and the file says the old thing again.
    assert_eq!(
        up_lines(
            &before,
            &state(Some(old.clone()), Some(waiting)),
            &UpOptions::default()
        ),
        ["[] -> #1 service:web:1, RemoveContainer, left behind by an interrupted run"]
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
fn of_two_networks_of_one_name_the_used_one_stays() {
    let project = project([service("web"), service("db")]);
    let mut state = raised(&project);
    state
        .containers
        .retain(|container| container.service() == Some("db"));
    state.containers[0].networks["shop_default"].network_id = "used".into();
    let mut used = state.networks[0].clone();
    used.id = "used".into();
    state.networks.push(used);
    let plan = up(&project, &state, &UpOptions::default()).unwrap();
    assert_eq!(
        lines(&plan),
        [
            "[] -> #1 network:shop_default, RemoveNetwork, left behind by an interrupted run",
            "[1] -> #2 service:web:1, CreateContainer, not there yet",
            "[2] -> #3 service:web:1, StartContainer, depends on nothing",
        ]
    );
    let Operation::RemoveNetwork { id } = &plan.steps[0].operation else {
        panic!("{plan}")
    };
    assert_eq!(id, "id-shop_default");
}

#[test]
fn a_network_that_is_not_what_the_file_says_is_made_anew() {
    let mut project = project([service("web")]);
    let mut state = raised(&project);
    project.networks["default"].internal = true;
    assert_eq!(
        up_lines(&project, &state, &UpOptions::default()),
        [
            "[] -> #1 service:web:1, DisconnectNetwork, network shop_default is made anew",
            "[1] -> #2 network:shop_default, RemoveNetwork, internal: true added",
            "[2] -> #3 network:shop_default, CreateNetwork, internal: true added",
            "[3] -> #4 service:web:1, ConnectNetwork, networks.default: disconnected -> connected  stack.yaml:2:3",
        ]
    );
    let mut orphan = state.containers[0].clone();
    (orphan.id, orphan.name) = ("orphan".into(), "shop-old-1".into());
    orphan.labels.insert(label::SERVICE.into(), "old".into());
    state.containers.push(orphan);
    let plan = up_lines(&project, &state, &UpOptions::default());
    assert_eq!(
        plan.last().unwrap(),
        "[4] -> #6 service:old:1, ConnectNetwork, network shop_default is made anew"
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

#[test]
fn a_network_that_cannot_be_made_anew_or_that_the_user_keeps_is_told() {
    let mut project = project([service("web")]);
    let mut state = raised(&project);
    project.networks["default"].internal = true;
    let told = |state: &ActualState, options: &UpOptions| {
        let plan = up(&project, state, options).unwrap();
        assert!(plan.is_empty(), "{plan}");
        plan.warnings[0].message.clone()
    };
    let kept = UpOptions {
        kept_networks: vec!["shop_default".into()],
        ..UpOptions::default()
    };
    assert_eq!(
        told(&state, &kept),
        "network shop_default is not what the file says: internal: true added; it is kept"
    );
    state.networks[0].members = vec!["shop-web-1".into(), "other-web-1".into()];
    assert_eq!(
        told(&state, &UpOptions::default()),
        "network shop_default is not what the file says: internal: true added; it is kept: other-web-1 of others is on it"
    );
}

#[test]
fn a_volume_that_is_not_what_the_file_says_is_made_anew_only_where_the_user_says_so() {
    let mut web = service("web");
    web.spec.volumes = vec![Mount {
        target: "/data".into(),
        read_only: false,
        consistency: None,
        kind: MountKind::Volume {
            source: Some("data".into()),
            nocopy: false,
            subpath: None,
            labels: IndexMap::new(),
        },
    }];
    let mut project = project([web, needs(service("db"), "web", Condition::ServiceStarted)]);
    let volume = Volume {
        name: "shop_data".into(),
        ..Volume::default()
    };
    project
        .volumes
        .insert(VolumeName::new("data").unwrap(), volume);
    let mut state = raised(&project);
    let anonymous = "a".repeat(64);
    for (name, target) in [("shop_data", "/data"), (&anonymous, "/cache")] {
        state.containers[0]
            .mounts
            .push(crate::state::ContainerMount {
                kind: "volume".into(),
                name: name.into(),
                target: target.into(),
                writable: true,
                ..crate::state::ContainerMount::default()
            });
    }
    project.volumes["data"]
        .labels
        .insert("a".into(), "b".into());
    let plan = up(&project, &state, &UpOptions::default()).unwrap();
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(
        plan.warnings[0].message,
        "volume shop_data is not what the file says: labels.a: \"b\" added; \
         it is kept, with its data: `up --yes` makes it anew, without"
    );
    let renewed = UpOptions {
        renewed_volumes: vec!["shop_data".into()],
        ..UpOptions::default()
    };
    let plan = up(&project, &state, &renewed).unwrap();
    assert_eq!(
        lines(&plan),
        [
            "[] -> #1 service:web:1, StopContainer, volume shop_data is made anew",
            "[1] -> #2 service:web:1, RemoveContainer, volume shop_data is made anew",
            "[2] -> #3 volume:shop_data, RemoveVolume, labels.a: \"b\" added",
            "[3] -> #4 volume:shop_data, CreateVolume, labels.a: \"b\" added",
            "[4] -> #5 service:web:1, CreateContainer, volume shop_data is made anew",
            "[5] -> #6 service:web:1, StartContainer, depends on nothing",
        ]
    );
    let mut guarded = project.clone();
    guarded.volumes["data"].protect = true;
    let kept = up(&guarded, &state, &renewed).unwrap();
    assert!(kept.is_empty(), "{kept}");
    assert!(kept.warnings[0].message.ends_with(
        "; it is kept: it is protected (`up --yes --unprotect` makes it anew, without its data)"
    ));
    let unprotect = UpOptions {
        unprotect: true,
        ..renewed.clone()
    };
    let anew = up(&guarded, &state, &unprotect).unwrap();
    assert_eq!(lines(&anew), lines(&plan));
    let mut shared = state.clone();
    shared.volumes[0].users.push(crate::state::VolumeUser {
        id: "f1".into(),
        name: "other-web-1".into(),
        project: None,
    });
    let kept = up(&project, &shared, &renewed).unwrap();
    assert!(kept.is_empty(), "{kept}");
    assert!(
        kept.warnings[0]
            .message
            .ends_with("; it is kept: other-web-1 of others uses it")
    );
    let Operation::CreateContainer { container, .. } = &plan.steps[4].operation else {
        panic!("{plan}")
    };
    assert!(
        container
            .mounts
            .iter()
            .any(|mount| mount.target == "/cache")
    );
    assert!(!container.labels.contains_key(label::REPLACE));
    let only_db = UpOptions {
        services: vec![name("db")],
        no_deps: true,
        ..renewed
    };
    assert!(up(&project, &state, &only_db).unwrap().is_empty());
}
