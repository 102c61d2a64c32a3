//! Which containers are replaced, and what their replacement takes over.

use super::*;

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
    // Made only when the new container, whose name it refers to, is there to stay.
    assert_eq!(
        side.after
            .iter()
            .map(|id| plan.steps[*id].operation.name())
            .collect::<Vec<_>>(),
        ["StartContainer"]
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
