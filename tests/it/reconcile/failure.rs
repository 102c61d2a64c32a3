//! Failures: what depends on them is left out, the rest is done, and all of it is told.

use windlass::engine::{Engine, EngineError};
use windlass::model::{Condition, Volume, VolumeName};
use windlass::plan::{DownOptions, Operation, UpOptions};
use windlass::reconcile::observe;

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{down, engine_for, name, needs, project, seconds, service, up};
use windlass::model::Project;

const STARTED: Condition = Condition::ServiceStarted;

fn port_in_use() -> EngineError {
    EngineError::PortInUse {
        port: "0.0.0.0:80".into(),
        owner: Some("container other".into()),
    }
}

/// `web` needs `api` needs `db`; `cache` stands alone.
fn shop() -> Project {
    project([
        needs(service("web"), "api", STARTED),
        needs(service("api"), "db", STARTED),
        service("db"),
        service("cache"),
    ])
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_skips_its_dependents_and_nothing_else() {
    let project = shop();
    let engine = engine_for(&project);
    engine.fails("start shop-db-1", port_in_use);
    engine.takes("start shop-cache-1", seconds(5));
    let run = up(&engine, &project).await;
    assert_eq!(
        run.failures(),
        ["host port 0.0.0.0:80 is already in use by container other"]
    );
    let failed = run.plan.steps.iter().position(|step| {
        step.operation.name() == "StartContainer" && step.resource.name() == "shop-db-1"
    });
    let because = format!("Skipped because of #{}", failed.unwrap() + 1);
    assert_eq!(run.outcome("StartContainer shop-api-1"), because);
    assert_eq!(run.outcome("StartContainer shop-web-1"), because);
    assert_eq!(run.outcome("StartContainer shop-cache-1"), "Done");
    assert_eq!(run.took, 5000);

    // The same again, once the port is free, does what is left.
    engine.works("start shop-db-1");
    engine.forget_calls();
    up(&engine, &project).await.done();
    assert_eq!(
        engine.changes(),
        ["start shop-db-1", "start shop-api-1", "start shop-web-1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_network_leaves_nothing_behind() {
    let project = shop();
    let engine = engine_for(&project);
    engine.fails("create network", || EngineError::Refused {
        status: 400,
        message: "all predefined address pools have been fully subnetted".into(),
    });
    let run = up(&engine, &project).await;
    assert_eq!(run.failures().len(), 1);
    assert_eq!(engine.changes(), ["create network shop_default"]);
    assert_eq!(run.not_done().len(), run.plan.steps.len());
}

#[tokio::test(start_paused = true)]
async fn all_failures_are_told_in_the_order_in_which_they_happened() {
    let project = shop();
    let engine = FakeEngine::with_images(["web:1", "api:1"]);
    engine.takes("pull db:1", seconds(2));
    engine.takes("pull cache:1", seconds(1));
    let run = up(&engine, &project).await;
    assert_eq!(
        run.failures(),
        [
            "pull access denied for cache:1: repository does not exist",
            "pull access denied for db:1: repository does not exist",
        ]
    );
    assert_eq!(
        run.result.unwrap_err().to_string(),
        "pull access denied for cache:1: repository does not exist"
    );
    // Nothing that could be made is left out.
    assert!(
        engine
            .all_containers()
            .iter()
            .map(|c| &c.name)
            .eq(["shop-api-1", "shop-web-1"])
    );
}

#[tokio::test(start_paused = true)]
async fn a_teardown_goes_on_after_a_failure() {
    let project = shop();
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    engine.fails("stop shop-cache-1", || EngineError::Refused {
        status: 500,
        message: "cannot stop".into(),
    });
    let run = down(&engine, &project, &DownOptions::default()).await;
    assert_eq!(run.failures(), ["the engine answers 500: cannot stop"]);
    let left = engine.all_containers();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].name, "shop-cache-1");

    engine.works("stop shop-cache-1");
    down(&engine, &project, &DownOptions::default())
        .await
        .done();
    assert!(engine.all_containers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_others_use_stays_and_that_is_no_failure() {
    let mut project = project([service("web")]);
    let volume = Volume {
        name: "shop_data".into(),
        ..Volume::default()
    };
    project
        .volumes
        .insert(VolumeName::new("data").unwrap(), volume);
    project.services[&name("web")].spec.volumes = vec![crate::reconcile::round_trip::named("data")];
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    for call in ["remove network", "remove volume"] {
        engine.fails(call, || {
            EngineError::Conflict("has active endpoints".into())
        });
    }
    let options = DownOptions {
        volumes: true,
        ..DownOptions::default()
    };
    let run = down(&engine, &project, &options).await.done();
    assert_eq!(
        run.not_done(),
        [
            "RemoveNetwork shop_default: Tolerated: shop_default is still in use",
            "RemoveVolume shop_data: Tolerated: shop_data is still in use",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_cannot_be_asked_is_an_error_of_observing() {
    let project = shop();
    for call in [
        "list containers",
        "list networks",
        "list volumes",
        "image db:1",
    ] {
        let engine = engine_for(&project);
        engine.fails(call, || EngineError::Answer("garbled".into()));
        let error = observe(&engine, &project).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the engine's answer cannot be understood: garbled",
            "{call}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_container_that_vanishes_between_the_plan_and_its_steps_is_no_failure_of_a_teardown() {
    let project = shop();
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    let state = observe(&engine, &project).await.unwrap();
    let plan = windlass::plan::down(&project, &state, &DownOptions::default()).unwrap();
    engine.happens("shop-web-1", &Happening::Vanish);
    crate::support::project::run(&engine, plan, &windlass::reconcile::ApplyOptions::default())
        .await
        .done();
    assert!(engine.all_containers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_container_that_a_killed_run_asked_for_and_that_comes_late_gives_way() {
    let project = project([service("web")]);
    for (ran, gives_way) in [(false, true), (true, false)] {
        let engine = engine_for(&project);
        up(&engine, &project).await.done();
        engine.happens("shop-web-1", &Happening::Vanish);
        let state = observe(&engine, &project).await.unwrap();
        let plan = windlass::plan::up(&project, &state, &UpOptions::default()).unwrap();
        // The engine is done with it after the look.
        let late = plan.steps.iter().find_map(|step| match &step.operation {
            Operation::CreateContainer { container, .. } => Some(container),
            _ => None,
        });
        let late = Engine::create_container(&engine, late.expect("a container")).await;
        let late = late.unwrap().id;
        if ran {
            Engine::start_container(&engine, &late).await.unwrap();
        }
        let options = windlass::reconcile::ApplyOptions::default();
        let run = crate::support::project::run(&engine, plan, &options).await;
        assert_eq!(run.result.is_ok(), gives_way, "{:?}", run.result);
        let now = engine.named("shop-web-1");
        assert_eq!(now.id != late, gives_way);
        assert!(now.status.is_up());
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_that_a_killed_run_asked_for_gives_way_and_that_of_others_does_not() {
    let project = project([service("web")]);
    for (owner, gives_way) in [("shop", true), ("other", false)] {
        let engine = engine_for(&project);
        let state = observe(&engine, &project).await.unwrap();
        let plan = windlass::plan::up(&project, &state, &UpOptions::default()).expect("a plan");
        let late = plan.steps.iter().find_map(|step| match &step.operation {
            Operation::CreateNetwork { network, labels } => Some((network, labels.clone())),
            _ => None,
        });
        let (network, mut labels) = late.expect("a network");
        labels.insert("com.docker.compose.project".into(), owner.into());
        Engine::create_network(&engine, network, &labels)
            .await
            .unwrap();
        let options = windlass::reconcile::ApplyOptions::default();
        let run = crate::support::project::run(&engine, plan, &options).await;
        assert_eq!(run.result.is_ok(), gives_way, "{:?}", run.result);
    }
}
