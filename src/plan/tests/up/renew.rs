//! Networks and volumes that are not what the file says.

use super::*;

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
