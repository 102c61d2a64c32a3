use super::*;

fn down_lines(project: &Project, state: &ActualState, options: &DownOptions) -> Vec<String> {
    lines(&down(project, state, options))
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
    let plan = down(&project, &raised(&project), &options);
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
fn a_network_that_an_orphan_uses_stays_and_is_named() {
    let before = project([service("web"), service("old")]);
    let after = project([service("web")]);
    let plan = down(&after, &raised(&before), &DownOptions::default());
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
    );
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
    assert!(down(&shop(), &ActualState::default(), &DownOptions::default()).is_empty());
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
