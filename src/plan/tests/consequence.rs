//! What a plan brings with it is told before it is applied.

use crate::model::Healthcheck;
use crate::plan::{Effect, consequences};
use crate::state::ContainerMount;

use super::*;

/// `web` needs `db`, whose data is in a volume.
fn shop() -> Project {
    let mut db = service("db");
    db.spec.environment.insert("DEBUG".into(), "0".into());
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
    let mut project = project([needs(service("web"), "db", Condition::ServiceStarted), db]);
    let volume = Volume {
        name: "shop_vars".into(),
        ..Volume::default()
    };
    project
        .volumes
        .insert(VolumeName::new("vars").unwrap(), volume);
    project
}

/// The shop raised, its volume mounted.
fn raised_shop() -> ActualState {
    let mut state = raised(&shop());
    for container in &mut state.containers {
        if container.service() == Some("db") {
            container.mounts.push(volume_at("/data", "shop_vars"));
        }
    }
    state
}

fn volume_at(target: &str, name: &str) -> ContainerMount {
    ContainerMount {
        kind: "volume".into(),
        name: name.into(),
        target: target.into(),
        ..ContainerMount::default()
    }
}

fn db_of(project: &mut Project) -> &mut Service {
    project.services.get_mut("db").unwrap()
}

/// What raising this from the shop brings with it, each with its step's resource.
fn brought(project: &Project, state: &ActualState, options: &UpOptions) -> Vec<(String, Effect)> {
    let plan = up(project, state, options).unwrap();
    consequences(&plan, state)
        .into_iter()
        .map(|found| {
            (
                plan.steps[found.step].resource.name().to_owned(),
                found.effect,
            )
        })
        .collect()
}

fn down_until(until: Option<Condition>, felt_by: &[&str]) -> Effect {
    Effect::Downtime {
        until,
        felt_by: felt_by.iter().map(|service| name(service)).collect(),
    }
}

#[test]
fn what_is_replaced_is_down_and_those_that_go_on_without_it_are_named() {
    let mut after = shop();
    db_of(&mut after)
        .spec
        .environment
        .insert("DEBUG".into(), "1".into());
    let db = "shop-db-1".to_owned();
    let started = Some(Condition::ServiceStarted);
    let options = UpOptions::default();
    assert_eq!(
        brought(&after, &raised_shop(), &options),
        [(db.clone(), down_until(started, &["web"]))]
    );
    let no_start = UpOptions {
        no_start: true,
        ..UpOptions::default()
    };
    assert_eq!(
        brought(&after, &raised_shop(), &no_start),
        [(db.clone(), down_until(None, &["web"]))]
    );
    db_of(&mut after).spec.healthcheck = Some(Healthcheck {
        test: vec!["CMD".into(), "true".into()],
        ..Healthcheck::default()
    });
    let healthy = Some(Condition::ServiceHealthy);
    assert_eq!(
        brought(&after, &raised_shop(), &options),
        [(db, down_until(healthy, &["web"]))]
    );
}

#[test]
fn what_restarts_with_it_is_named_and_down_itself() {
    let mut after = shop();
    db_of(&mut after)
        .spec
        .environment
        .insert("DEBUG".into(), "1".into());
    for dependency in after.services["web"].depends_on.clone().keys() {
        let web = after.services.get_mut("web").unwrap();
        web.depends_on.get_mut(dependency).unwrap().restart = true;
    }
    let started = Some(Condition::ServiceStarted);
    assert_eq!(
        brought(&after, &raised_shop(), &UpOptions::default()),
        [
            ("shop-db-1".to_owned(), down_until(started, &[])),
            ("shop-db-1".to_owned(), Effect::Restarts(vec![name("web")])),
            ("shop-web-1".to_owned(), down_until(started, &[])),
        ]
    );
}

#[test]
fn another_image_puts_the_data_it_works_on_at_risk() {
    let mut after = shop();
    db_of(&mut after).spec.image = "db:2".into();
    let found = brought(&after, &raised_shop(), &UpOptions::default());
    let at_risk = Effect::DataAtRisk(vec!["shop_vars".into()]);
    assert!(
        found.contains(&("shop-db-1".to_owned(), at_risk)),
        "{found:?}"
    );
}

#[test]
fn a_volume_that_is_no_longer_mounted_is_named() {
    let mut after = shop();
    db_of(&mut after).spec.volumes.clear();
    let found = brought(&after, &raised_shop(), &UpOptions::default());
    let unmounted = Effect::Unmounted(vec!["shop_vars".into()]);
    assert!(
        found.contains(&("shop-db-1".to_owned(), unmounted)),
        "{found:?}"
    );
}

#[test]
fn data_that_goes_with_volumes_is_lost_and_none_without() {
    let anonymous = "0123456789abcdef".repeat(4);
    let mut state = raised_shop();
    for container in &mut state.containers {
        if container.service() == Some("web") {
            container.mounts.push(volume_at("/cache", &anonymous));
        }
    }
    let mut options = DownOptions::default();
    assert_eq!(
        consequences(&down(&shop(), &state, &options).unwrap(), &state),
        []
    );
    options.volumes = true;
    let plan = down(&shop(), &state, &options).unwrap();
    let found = consequences(&plan, &state);
    let lost: Vec<_> = found
        .iter()
        .map(|found| (plan.steps[found.step].resource.name(), &found.effect))
        .collect();
    assert_eq!(
        lost,
        [
            ("shop-web-1", &Effect::DataLost(vec!["/cache".into()])),
            ("shop_vars", &Effect::DataLost(vec!["shop_vars".into()])),
        ]
    );
}

#[test]
fn the_first_up_brings_nothing_with_it() {
    let state = ActualState::default();
    assert_eq!(brought(&shop(), &state, &UpOptions::default()), []);
}
