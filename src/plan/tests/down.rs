use super::*;

fn down_lines(project: &Project, state: &ActualState, options: &DownOptions) -> Vec<String> {
    lines(&down(project, state, options).unwrap())
}

fn shop() -> Project {
    let mut project = project([
        needs(service("web"), "db", Condition::ServiceStarted),
        service("db"),
    ]);
    project.volumes.insert(
        VolumeName::new("vars").unwrap(),
        Volume {
            name: "shop_vars".into(),
            ..Volume::default()
        },
    );
    project
}

#[test]
fn dependents_go_first_networks_last_volumes_stay() {
    let project = shop();
    assert_eq!(
        down_lines(&project, &raised(&project), &DownOptions::default()),
        [
            "[] -> #1 service:web:1, StopContainer, the project is lowered",
            "[1] -> #2 service:web:1, RemoveContainer, the project is lowered",
            "[2] -> #3 service:db:1, StopContainer, the project is lowered",
            "[3] -> #4 service:db:1, RemoveContainer, the project is lowered",
            "[2,4] -> #5 network:shop_default, RemoveNetwork, the project is lowered",
        ]
    );
}

#[test]
fn volumes_and_images_go_on_request() {
    let mut project = shop();
    project.services["web"].build = Some(crate::model::Build::default());
    project.services["web"].spec.image = "shop-web".into();
    let options = DownOptions {
        volumes: true,
        rmi: Some(RemoveImages::Local),
        ..DownOptions::default()
    };
    let plan = down(&project, &raised(&project), &options).unwrap();
    assert_eq!(
        lines(&plan)[5..],
        [
            "[2,4] -> #6 volume:shop_vars, RemoveVolume, --volumes".to_owned(),
            "[2,4] -> #7 image:shop-web, RemoveImage, --rmi".to_owned(),
        ]
    );
    assert!(plan.steps[5].operation.is_destructive());
}

#[test]
fn names_of_one_image_go_one_after_the_other() {
    let mut project = project([service("a"), service("b"), service("c")]);
    for name in ["a", "b", "c"] {
        project.services[name].spec.image = format!("{name}:1");
    }
    let mut state = raised(&project);
    for (name, id) in [("a:1", "one"), ("b:1", "other"), ("c:1", "one")] {
        let image = crate::state::Image {
            id: id.into(),
            ..crate::state::Image::default()
        };
        state.images.insert(name.into(), image);
    }
    let options = DownOptions {
        rmi: Some(RemoveImages::All),
        ..DownOptions::default()
    };
    let plan = down(&project, &state, &options).unwrap();
    let removal = |name: &str| {
        let mut steps = plan.steps.iter();
        let wanted = Resource::Image(name.into());
        steps.position(|step| step.resource == wanted).unwrap()
    };
    let waits_for =
        |name: &str, other: &str| plan.steps[removal(name)].after.contains(&removal(other));
    assert!(waits_for("c:1", "a:1"));
    assert!(!waits_for("b:1", "a:1") && !waits_for("c:1", "b:1"));
}

#[test]
fn nothing_external_is_touched() {
    let mut project = shop();
    let state = raised(&project);
    project.networks["default"].external = true;
    project.volumes["vars"].external = true;
    let plan = down_lines(
        &project,
        &state,
        &DownOptions {
            volumes: true,
            ..DownOptions::default()
        },
    );
    assert!(
        plan.iter().all(|line| line.contains("service:")),
        "{plan:#?}"
    );
}

#[test]
fn a_network_that_containers_of_others_are_on_stays_and_they_are_named() {
    let project = project([service("web")]);
    let mut state = raised(&project);
    state.networks[0].members = vec!["shop-web-1".into(), "proxy".into()];
    let plan = down(&project, &state, &DownOptions::default()).unwrap();
    let lines = lines(&plan);
    assert!(
        !lines.iter().any(|line| line.contains("RemoveNetwork")),
        "{lines:#?}"
    );
    assert_eq!(
        plan.warnings[0].message,
        "network shop_default stays: proxy of others is on it"
    );
}

#[test]
fn a_network_that_an_orphan_uses_stays_and_is_named() {
    let before = project([service("web"), service("old")]);
    let after = project([service("web")]);
    let plan = down(&after, &raised(&before), &DownOptions::default()).unwrap();
    assert!(
        !lines(&plan)
            .iter()
            .any(|line| line.contains("RemoveNetwork")),
        "{plan}"
    );
    assert!(
        plan.warnings[0]
            .message
            .starts_with("network shop_default stays: container shop-old-1 uses it")
    );
    let plan = down(
        &after,
        &raised(&before),
        &DownOptions {
            remove_orphans: true,
            ..DownOptions::default()
        },
    )
    .unwrap();
    assert!(
        lines(&plan)
            .iter()
            .any(|line| line.contains("RemoveNetwork")),
        "{plan}"
    );
}

#[test]
fn named_services_go_alone() {
    let project = shop();
    let options = DownOptions {
        services: vec![name("web")],
        ..DownOptions::default()
    };
    assert_eq!(
        down_lines(&project, &raised(&project), &options),
        [
            "[] -> #1 service:web:1, StopContainer, the project is lowered",
            "[1] -> #2 service:web:1, RemoveContainer, the project is lowered",
        ]
    );
}

#[test]
fn the_order_of_what_runs_counts_even_if_the_file_forgot_it() {
    let before = shop();
    let mut after = before.clone();
    after.services["web"].depends_on.clear();
    let plan = down_lines(&after, &raised(&before), &DownOptions::default());
    assert_eq!(
        plan[2],
        "[2] -> #3 service:db:1, StopContainer, the project is lowered"
    );
}

#[test]
fn nothing_there_is_nothing_to_do() {
    let plan = down(&shop(), &ActualState::default(), &DownOptions::default());
    assert!(plan.unwrap().is_empty());
}

#[test]
fn anonymous_volumes_that_were_handed_on_go_with_the_others() {
    let project = project([service("db")]);
    let mut state = raised(&project);
    let anonymous = "0123456789abcdef".repeat(4);
    let container = &mut state.containers[0];
    container.labels.insert(label::REPLACE.into(), "old".into());
    container.mounts.push(crate::state::ContainerMount {
        kind: "volume".into(),
        name: anonymous.clone(),
        ..Default::default()
    });
    let with = |volumes| {
        let options = DownOptions {
            volumes,
            ..DownOptions::default()
        };
        down_lines(&project, &state, &options).join("\n")
    };
    assert!(with(true).contains(&format!("volume:{anonymous}, RemoveVolume")));
    assert!(!with(false).contains("RemoveVolume"));
}

const WITH_VOLUMES: fn(bool) -> DownOptions = |unprotect| DownOptions {
    volumes: true,
    unprotect,
    ..DownOptions::default()
};

#[test]
fn a_protected_volume_refuses_the_plan_until_the_user_says_more() {
    let mut project = shop();
    project.volumes["vars"].protect = true;
    let state = raised(&project);
    let refused = down(&project, &state, &WITH_VOLUMES(false)).unwrap_err();
    assert_eq!(refused.to_string(), "volume shop_vars is protected");
    let plan = down_lines(&project, &state, &WITH_VOLUMES(true)).join("\n");
    assert!(plan.contains("volume:shop_vars, RemoveVolume"), "{plan}");
    assert!(down(&project, &state, &DownOptions::default()).is_ok());
    // Nobody removes it: there is nothing to refuse.
    assert!(down(&project, &ActualState::default(), &WITH_VOLUMES(false)).is_ok());
}

#[test]
fn the_label_protects_a_volume_that_no_file_knows() {
    let mut project = shop();
    let mut state = raised(&project);
    state.volumes[0]
        .labels
        .insert(label::PROTECT.into(), "true".into());
    // The file is newer.
    assert!(down(&project, &state, &WITH_VOLUMES(false)).is_ok());
    project.volumes.clear();
    let refused = down(&project, &state, &WITH_VOLUMES(false)).unwrap_err();
    let protected = crate::plan::Protected {
        volume: "shop_vars".into(),
        position: None,
    };
    assert_eq!(refused, PlanError::Protected(vec![protected]));
}

#[test]
fn a_volume_that_others_have_or_made_stays_and_is_named() {
    let project = shop();
    let told = |change: fn(&mut ActualState)| {
        let mut state = raised(&project);
        change(&mut state);
        let plan = down(&project, &state, &WITH_VOLUMES(false)).unwrap();
        let text = plan.to_string();
        assert!(!text.contains("RemoveVolume"), "{text}");
        assert_eq!(plan.warnings.len(), 1, "{:?}", plan.warnings);
        plan.warnings[0].message.clone()
    };
    let used = told(|state| {
        let user = |id: &str, name: &str| crate::state::VolumeUser {
            id: id.into(),
            name: name.into(),
            project: Some("other".into()),
        };
        let own = user(&state.containers[0].id, "shop-web-1");
        state.volumes[0].users = vec![own, user("f1", "other-web-1")];
    });
    assert_eq!(
        used,
        "volume shop_vars stays: container other-web-1 of project other uses it"
    );
    let made = told(|state| {
        let labels = &mut state.volumes[0].labels;
        labels.insert(label::PROJECT.into(), "other".into());
    });
    assert_eq!(made, "volume shop_vars stays: project other made it");
    let unlabelled = told(|state| state.volumes[0].labels.clear());
    assert_eq!(
        unlabelled,
        "volume shop_vars stays: this project did not make it"
    );
    let orphaned = told(|state| {
        let orphan = &mut state.containers[0];
        orphan.labels.insert(label::SERVICE.into(), "old".into());
        orphan.networks.clear();
        orphan.mounts.push(crate::state::ContainerMount {
            kind: "volume".into(),
            name: "shop_vars".into(),
            ..Default::default()
        });
    });
    assert!(orphaned.contains("uses it (--remove-orphans"), "{orphaned}");
}

#[test]
fn the_volumes_that_are_lost_are_known_before_those_without_a_name_last() {
    let project = shop();
    let mut state = raised(&project);
    let anonymous = "0123456789abcdef".repeat(4);
    state.containers[0]
        .mounts
        .push(crate::state::ContainerMount {
            kind: "volume".into(),
            name: anonymous.clone(),
            target: "/cache".into(),
            ..Default::default()
        });
    let container = state.containers[0].name.clone();
    let lost =
        |options: &DownOptions| lost_volumes(&down(&project, &state, options).unwrap(), &state);
    let expected = [
        LostVolume {
            name: "shop_vars".into(),
            anonymous: None,
        },
        LostVolume {
            name: anonymous,
            anonymous: Some(AnonymousVolume {
                container,
                path: "/cache".into(),
            }),
        },
    ];
    assert_eq!(lost(&WITH_VOLUMES(false)), expected);
    assert_eq!(lost(&DownOptions::default()), []);
}

#[test]
fn containers_of_run_stay_and_hold_networks_only_where_they_run() {
    let project = project([service("web")]);
    let mut state = raised(&project);
    let web = state.containers[0].clone();
    let of_run = |name: &str, status| {
        let mut container = Container {
            id: name.to_owned(),
            name: name.to_owned(),
            status,
            ..web.clone()
        };
        for (key, value) in [(label::ONE_OFF, "True"), (label::SLUG, "c0ffee")] {
            container.labels.insert(key.to_owned(), value.to_owned());
        }
        container
    };
    state.containers.push(of_run("ended", Status::Exited));
    let options = DownOptions::default();
    assert_eq!(
        down_lines(&project, &state, &options),
        [
            "[] -> #1 service:web:1, StopContainer, the project is lowered",
            "[1] -> #2 service:web:1, RemoveContainer, the project is lowered",
            "[2] -> #3 network:shop_default, RemoveNetwork, the project is lowered",
        ]
    );
    state.containers.push(of_run("working", Status::Running));
    let plan = down(&project, &state, &options).unwrap();
    assert_eq!(plan.steps.len(), 2, "{plan}");
    assert_eq!(
        plan.warnings[0].message,
        "network shop_default stays: container working uses it (--remove-orphans removes containers of `run`, too)"
    );
    let all = DownOptions {
        remove_orphans: true,
        ..options
    };
    let removed = |lines: &[String]| lines.iter().filter(|line| line.contains("RemoveC")).count();
    assert_eq!(removed(&down_lines(&project, &state, &all)), 3);
    // A new stack is raised beside those that work, and what they left behind goes on request.
    let all = UpOptions {
        remove_orphans: true,
        ..UpOptions::default()
    };
    assert_eq!(removed(&up_lines(&project, &state, &all)), 1);
}
