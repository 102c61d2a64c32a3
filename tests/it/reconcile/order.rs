//! What is done when: created early, started in order, no call too many.

use std::time::Duration;

use windlass::model::Condition;
use windlass::plan::{DownOptions, UpOptions};
use windlass::reconcile::ApplyOptions;

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{
    down, engine_for, name, needs, plan_up, project, run, seconds, service, tested, up,
};
use windlass::state::Health;

const STARTED: Condition = Condition::ServiceStarted;

#[tokio::test(start_paused = true)]
async fn containers_are_created_together_and_started_in_dependency_order() {
    let project = project([
        needs(service("web"), "api", STARTED),
        needs(service("api"), "db", STARTED),
        service("db"),
        service("cache"),
    ]);
    let engine = engine_for(&project);
    engine.takes("create network", seconds(1));
    engine.takes("create", seconds(2));
    engine.takes("start", seconds(3));
    let run = up(&engine, &project).await.done();
    assert_eq!(
        engine.timeline(),
        [
            "0..1000 create network shop_default",
            "1000..3000 create shop-db-1",
            "1000..3000 create shop-api-1",
            "1000..3000 create shop-web-1",
            "1000..3000 create shop-cache-1",
            "3000..6000 start shop-db-1",
            "3000..6000 start shop-cache-1",
            "6000..9000 start shop-api-1",
            "9000..12000 start shop-web-1",
        ]
    );
    assert_eq!(run.took, 12_000);
}

#[tokio::test(start_paused = true)]
async fn containers_are_made_while_their_dependency_gets_healthy() {
    let mut web = needs(service("web"), "db", Condition::ServiceHealthy);
    web.spec.image = "late:1".into();
    let project = project([web, tested(service("db"))]);
    let engine = FakeEngine::with_images(["db:1"]);
    engine.registry_has("late:1", "sha256:late");
    engine.takes("pull", seconds(2));
    engine.after_start(
        "shop-db-1",
        seconds(5),
        Happening::Health(Health::Healthy, "ok"),
    );
    engine.takes("start", seconds(1));
    up(&engine, &project).await.done();
    assert_eq!(
        engine.timeline(),
        [
            "0..0 create network shop_default",
            "0..2000 pull late:1",
            "0..0 create shop-db-1",
            "0..1000 start shop-db-1",
            "2000..2000 create shop-web-1",
            "6000..7000 start shop-web-1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_steps_are_under_way_than_allowed_and_waits_do_not_count() {
    let project = project([
        tested(service("a")),
        service("b"),
        service("c"),
        needs(service("d"), "a", Condition::ServiceHealthy),
    ]);
    let engine = engine_for(&project);
    engine.takes("create", seconds(1));
    engine.takes("start", seconds(1));
    engine.after_start(
        "shop-a-1",
        seconds(9),
        Happening::Health(Health::Healthy, ""),
    );
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    let options = ApplyOptions {
        parallel: Some(2),
        ..ApplyOptions::default()
    };
    run(&engine, plan, &options).await.done();
    assert_eq!(
        engine.timeline(),
        [
            "0..0 create network shop_default",
            "0..1000 create shop-a-1",
            "0..1000 create shop-b-1",
            "1000..2000 start shop-a-1",
            "1000..2000 start shop-b-1",
            "2000..3000 create shop-c-1",
            "2000..3000 create shop-d-1",
            "3000..4000 start shop-c-1",
            "11000..12000 start shop-d-1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn dependents_are_lowered_before_what_they_depend_on() {
    let project = project([
        needs(service("web"), "db", STARTED),
        service("db"),
        service("cache"),
    ]);
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    engine.forget_calls();
    engine.takes("stop", seconds(1));
    let run = down(&engine, &project, &DownOptions::default())
        .await
        .done();
    assert_eq!(run.took, 2000);
    assert_eq!(
        engine.changes(),
        [
            "stop shop-web-1",
            "stop shop-cache-1",
            "remove shop-web-1",
            "remove shop-cache-1",
            "stop shop-db-1",
            "remove shop-db-1",
            "remove network shop_default",
        ]
    );
    assert!(engine.all_containers().is_empty());
}

/// The reads of one observation of a project of one service and one network.
const READS: [&str; 5] = [
    "image web:1",
    "list containers",
    "list networks",
    "list volumes",
    "network shop_default",
];

#[tokio::test(start_paused = true)]
async fn no_call_is_made_twice_and_a_second_up_only_reads() {
    let project = project([service("web")]);
    let engine = engine_for(&project);
    let sorted_calls = || {
        let mut calls = engine.calls();
        calls.sort();
        engine.forget_calls();
        calls
    };
    up(&engine, &project).await.done();
    let first = [
        "create network shop_default",
        "create shop-web-1",
        "start shop-web-1",
    ];
    let mut expected = [&READS[..], &first].concat();
    expected.sort_unstable();
    assert_eq!(sorted_calls(), expected);

    up(&engine, &project).await.done();
    assert_eq!(sorted_calls(), READS);

    down(&engine, &project, &DownOptions::default())
        .await
        .done();
    let last = [
        "remove network shop_default",
        "remove shop-web-1",
        "stop shop-web-1",
    ];
    let mut expected = [&READS[..], &last].concat();
    expected.sort_unstable();
    assert_eq!(sorted_calls(), expected);
}

#[tokio::test(start_paused = true)]
async fn observing_asks_everything_at_once() {
    let project = project([service("web"), service("db")]);
    let engine = engine_for(&project);
    for call in ["list", "network", "image"] {
        engine.takes(call, seconds(1));
    }
    let begun = tokio::time::Instant::now();
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    assert_eq!(begun.elapsed().as_millis(), 1000);
    assert_eq!(plan.steps.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn every_replica_is_started_before_a_dependent() {
    let mut project = project([needs(service("web"), "db", STARTED), service("db")]);
    project.services[&name("db")].scale = 3;
    let engine = engine_for(&project);
    engine.takes("start shop-db-2", Duration::from_millis(1500));
    up(&engine, &project).await.done();
    let timeline = engine.timeline();
    assert_eq!(timeline.last().unwrap(), "1500..1500 start shop-web-1");
}
