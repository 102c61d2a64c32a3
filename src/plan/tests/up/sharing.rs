//! Containers that live in the namespaces of others go with these, chosen or not.

use super::*;
use crate::model::NetworkMode;

/// `side` lives in the network of `app`, and `inner` among the processes of `side`.
fn services() -> [Service; 3] {
    let mut side = needs(service("side"), "app", Condition::ServiceStarted);
    side.spec.network_mode = Some(NetworkMode::Service(name("app")));
    let mut inner = needs(service("inner"), "side", Condition::ServiceStarted);
    inner.spec.pid = Some("service:side".into());
    for service in [&mut side, &mut inner] {
        service.spec.networks.clear();
    }
    [service("app"), side, inner]
}

/// The project as it is where only `app` is chosen.
fn app_alone() -> Project {
    let [app, side, inner] = services();
    let mut alone = project([app]);
    alone.sharing = [side, inner].map(|it| (it.name.clone(), it)).into();
    alone
}

/// All of them up.
fn all_up() -> ActualState {
    raised(&project(services()))
}

fn options(recreate: Recreate) -> UpOptions {
    UpOptions {
        services: vec![name("app")],
        recreate,
        ..UpOptions::default()
    }
}

/// The steps but those for a failure.
fn steps(project: &Project, state: &ActualState, options: &UpOptions) -> Vec<String> {
    let mut lines = up_lines(project, state, options);
    lines.retain(|line| !line.contains("cannot start"));
    lines
}

#[test]
fn what_lives_in_a_replaced_container_is_replaced_before_that_goes() {
    assert_eq!(
        steps(&app_alone(), &all_up(), &options(Recreate::Force)),
        [
            "[] -> #1 service:app:1, CreateContainer, --force-recreate",
            "[1] -> #2 service:app:1, StopContainer, part of the replacement",
            "[2] -> #3 service:app:1, RenameContainer, part of the replacement",
            "[3] -> #4 service:app:1, RenameContainer, part of the replacement",
            "[4] -> #5 service:app:1, StartContainer, part of the replacement",
            "[5] -> #9 service:side:1, CreateContainer, shares with app, which is replaced",
            "[5,9] -> #10 service:side:1, StopContainer, part of the replacement",
            "[10] -> #11 service:side:1, RenameContainer, part of the replacement",
            "[11] -> #12 service:side:1, RenameContainer, part of the replacement",
            "[12] -> #13 service:side:1, StartContainer, part of the replacement",
            "[13] -> #17 service:inner:1, CreateContainer, shares with side, which is replaced",
            "[13,17] -> #18 service:inner:1, StopContainer, part of the replacement",
            "[18] -> #19 service:inner:1, RenameContainer, part of the replacement",
            "[19] -> #20 service:inner:1, RenameContainer, part of the replacement",
            "[20] -> #21 service:inner:1, StartContainer, part of the replacement",
            "[21] -> #22 service:inner:1, RemoveContainer, part of the replacement",
            "[13,22] -> #26 service:side:1, RemoveContainer, part of the replacement",
            "[5,26] -> #27 service:app:1, RemoveContainer, part of the replacement",
        ]
    );
}

#[test]
fn nothing_happens_to_it_where_nothing_is_replaced() {
    let mut changed = app_alone();
    changed.sharing["side"].spec.tty = true;
    assert_eq!(
        steps(&changed, &all_up(), &options(Recreate::Diverged)),
        [""; 0]
    );
}

#[test]
fn what_is_not_there_is_not_made_and_what_is_down_is_not_started() {
    let mut state = all_up();
    state.containers.retain(|it| it.service() != Some("inner"));
    let side = state.containers.iter_mut();
    for side in side.filter(|it| it.service() == Some("side")) {
        side.status = Status::Exited;
    }
    assert_eq!(
        steps(&app_alone(), &state, &options(Recreate::Force)),
        [
            "[] -> #1 service:app:1, CreateContainer, --force-recreate",
            "[1] -> #2 service:app:1, StopContainer, part of the replacement",
            "[2] -> #3 service:app:1, RenameContainer, part of the replacement",
            "[3] -> #4 service:app:1, RenameContainer, part of the replacement",
            "[4] -> #5 service:app:1, StartContainer, part of the replacement",
            "[5] -> #9 service:side:1, CreateContainer, shares with app, which is replaced",
            "[5,9] -> #10 service:side:1, RenameContainer, part of the replacement",
            "[10] -> #11 service:side:1, RenameContainer, part of the replacement",
            "[11] -> #12 service:side:1, RemoveContainer, part of the replacement",
            "[5,12] -> #13 service:app:1, RemoveContainer, part of the replacement",
        ]
    );
}

#[test]
fn it_is_not_scaled() {
    let mut state = all_up();
    let side = &services()[1];
    state.containers.push(running(&app_alone(), side, 3));
    let made = steps(&app_alone(), &state, &options(Recreate::Force));
    let made = made
        .iter()
        .filter(|it| it.contains("service:side") && it.contains("Create"));
    assert_eq!(
        made.collect::<Vec<_>>(),
        [
            "[5] -> #9 service:side:1, CreateContainer, shares with app, which is replaced",
            "[5] -> #17 service:side:3, CreateContainer, shares with app, which is replaced",
        ]
    );
}

#[test]
fn a_build_that_decides_decides_for_it_too() {
    let mut project = app_alone();
    project.services["app"].build = Some(crate::model::Build::default());
    project.sharing.shift_remove("inner");
    let options = UpOptions {
        build: true,
        ..options(Recreate::Diverged)
    };
    let mut state = all_up();
    state.containers.retain(|it| it.service() != Some("inner"));
    assert_eq!(
        steps(&project, &state, &options),
        [
            "[] -> #1 image:app:1, BuildImage, --build",
            "[1] -> #2 service:app:1, CreateContainer, if its image id changes, if #1 changes the image",
            "[2] -> #3 service:app:1, StopContainer, part of the replacement, if #1 changes the image",
            "[3] -> #4 service:app:1, RenameContainer, part of the replacement, if #1 changes the image",
            "[4] -> #5 service:app:1, RenameContainer, part of the replacement, if #1 changes the image",
            "[5] -> #6 service:app:1, StartContainer, part of the replacement, if #1 changes the image",
            "[6] -> #10 service:side:1, CreateContainer, shares with app, which is replaced, if #1 changes the image",
            "[6,10] -> #11 service:side:1, StopContainer, part of the replacement, if #1 changes the image",
            "[11] -> #12 service:side:1, RenameContainer, part of the replacement, if #1 changes the image",
            "[12] -> #13 service:side:1, RenameContainer, part of the replacement, if #1 changes the image",
            "[13] -> #14 service:side:1, StartContainer, part of the replacement, if #1 changes the image",
            "[14] -> #15 service:side:1, RemoveContainer, part of the replacement, if #1 changes the image",
            "[6,15] -> #19 service:app:1, RemoveContainer, part of the replacement, if #1 changes the image",
        ]
    );
}

#[test]
fn it_stays_where_nothing_is_to_be_recreated() {
    assert_eq!(
        steps(&app_alone(), &all_up(), &options(Recreate::Never)),
        [""; 0]
    );
}

#[test]
fn a_leftover_makes_room_and_goes_after_what_lives_in_it() {
    let [mut app, side, _] = services();
    let mut state = raised(&project([app.clone(), side.clone()]));
    app.spec.tty = true;
    let project = project([app, side]);
    // Killed when the new one was made.
    let mut new = raised(&project).containers.remove(0);
    (new.id, new.name) = ("new".into(), "app101234567_shop-app-1".into());
    new.status = Status::Created;
    state.containers.push(new);
    assert_eq!(
        steps(&project, &state, &UpOptions::default()),
        [
            "[] -> #1 service:app:1, StopContainer, left behind by an interrupted run",
            "[1] -> #2 service:app:1, RenameContainer, left behind by an interrupted run",
            "[2] -> #3 service:app:1, RenameContainer, left behind by an interrupted run",
            "[3] -> #4 service:app:1, StartContainer, it is created",
            "[3] -> #5 service:side:1, CreateContainer, shares with app, which is replaced",
            "[4,5] -> #6 service:side:1, StopContainer, part of the replacement",
            "[6] -> #7 service:side:1, RenameContainer, part of the replacement",
            "[7] -> #8 service:side:1, RenameContainer, part of the replacement",
            "[8] -> #9 service:side:1, StartContainer, part of the replacement",
            "[9] -> #10 service:side:1, RemoveContainer, part of the replacement",
            "[2,10] -> #14 service:app:1, RemoveContainer, left behind by an interrupted run",
        ]
    );
}

#[test]
fn what_lived_in_it_by_an_earlier_file_goes_before_it_too() {
    let mut project = project([service("app"), service("side")]);
    let mut state = raised(&project);
    state.containers[1].network_mode = format!("container:{}", state.containers[0].id);
    for service in project.services.values_mut() {
        service.spec.tty = true;
    }
    assert_eq!(
        steps(&project, &state, &UpOptions::default())[10..],
        [
            "[13] -> #14 service:side:1, RemoveContainer, part of the replacement",
            "[5,14] -> #18 service:app:1, RemoveContainer, part of the replacement",
        ]
    );
}
