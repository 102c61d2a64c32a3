//! What is done when: created early, started in order, no call too many.

use std::time::Duration;

use windlass::model::Condition;
use windlass::plan::{DownOptions, UpOptions};
use windlass::reconcile::{ApplyOptions, Parallel};

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{
    built, down, engine_for, name, needs, plan_up, project, run, seconds, service, tested, up,
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
        parallel: Parallel::AtMost(2),
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
const READS: [&str; 4] = [
    "image web:1",
    "list containers",
    "list networks",
    "list volumes",
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
async fn observing_asks_everything_at_once_and_then_for_the_images_that_no_container_tells_of() {
    let project = project([service("web"), service("db")]);
    let engine = engine_for(&project);
    for call in ["list", "network", "image"] {
        engine.takes(call, seconds(1));
    }
    let begun = tokio::time::Instant::now();
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    assert_eq!(begun.elapsed().as_millis(), 2000);
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

/// Milliseconds at which a call of the timeline began.
fn begun(timeline: &[String], call: &str) -> u64 {
    let mut all = timeline.iter();
    let found = all.find(|line| line.ends_with(&format!(" {call}")));
    let found = found.unwrap_or_else(|| panic!("no {call} in {timeline:#?}"));
    found.split("..").next().unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_step_at_a_time_gets_to_the_end_whatever_waits_for_what() {
    // A chain gated on health, a wait that depends on another start, and what nobody waits for.
    let project = project(vec![
        needs(service("c"), "b", Condition::ServiceHealthy),
        needs(tested(service("b")), "a", Condition::ServiceHealthy),
        tested(service("a")),
        needs(service("job"), "a", STARTED),
        needs(
            service("after"),
            "job",
            Condition::ServiceCompletedSuccessfully,
        ),
        service("alone"),
    ]);
    for parallel in [
        Parallel::AtMost(0),
        Parallel::AtMost(1),
        Parallel::Unlimited,
    ] {
        let engine = engine_for(&project);
        engine.takes("create", seconds(1));
        engine.takes("start", seconds(1));
        for name in ["shop-a-1", "shop-b-1"] {
            let healthy = Happening::Health(Health::Healthy, "");
            engine.after_start(name, seconds(60), healthy);
        }
        engine.after_start("shop-job-1", seconds(60), Happening::Exit(0));
        let plan = plan_up(&engine, &project, &UpOptions::default()).await;
        let options = ApplyOptions {
            parallel,
            ..ApplyOptions::default()
        };
        run(&engine, plan, &options).await.done();
        let timeline = engine.timeline();
        // Nothing that can be done is kept waiting by the waits.
        let latest = begun(&timeline, "start shop-alone-1");
        assert!(latest <= 12_000, "{parallel:?}: {timeline:#?}");
        assert!(begun(&timeline, "start shop-c-1") > 120_000);
    }
}

#[tokio::test(start_paused = true)]
async fn engines_get_no_more_work_at_once_than_they_profit_from() {
    let names: Vec<String> = (0..40).map(|number| format!("s{number}")).collect();
    let project = project(names.iter().map(|name| service(name)));
    let engine = FakeEngine::with_images([]);
    for name in &names {
        engine.registry_has(&format!("{name}:1"), "sha256:1");
    }
    engine.takes("pull", seconds(10));
    engine.takes("create", seconds(1));
    up(&engine, &project).await.done();
    let timeline = engine.timeline();
    let at = |start: &str| {
        timeline
            .iter()
            .filter(|line| line.starts_with(start))
            .count()
    };
    // Pulls are the network's work.
    assert_eq!(at("0..10000 pull"), 40);
    assert_eq!(at("10000..11000 create"), 16);
    assert_eq!(at("11000..12000 create"), 16);
    assert_eq!(at("12000..13000 create"), 8);

    // Where containers take their time to end, the others need not wait for that.
    engine.forget_calls();
    engine.takes("stop", seconds(10));
    let lowered = down(&engine, &project, &DownOptions::default()).await;
    assert_eq!(lowered.done().took, 11_500);
    // Where they don't, no more are stopped at once than the engine can clear away.
    up(&engine, &project).await.done();
    engine.takes("stop", Duration::from_millis(500));
    let lowered = down(&engine, &project, &DownOptions::default()).await;
    assert_eq!(lowered.done().took, 1_500);
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_for_the_image_of_another_service() {
    let mut sidecar = service("sidecar");
    sidecar.spec.image = "slow:1".into();
    let mut slow = service("slow");
    slow.spec.image = "slow:1".into();
    let project = project(vec![
        slow,
        sidecar,
        built(service("app")),
        service("quick"),
        needs(service("behind"), "quick", STARTED),
        needs(service("last"), "slow", STARTED),
    ]);
    let engine = FakeEngine::with_images(["behind:1", "last:1"]);
    for image in ["slow:1", "quick:1"] {
        engine.registry_has(image, "sha256:1");
    }
    engine.takes("pull slow:1", seconds(60));
    engine.takes("pull quick:1", seconds(2));
    engine.takes("build", seconds(30));
    engine.takes("create network", seconds(1));
    let run = up(&engine, &project).await.done();
    let timeline = engine.timeline();
    let pulls = timeline.iter().filter(|line| line.contains("pull slow"));
    assert_eq!(pulls.count(), 1, "one image is pulled once: {timeline:#?}");
    for (call, time) in [
        ("create network shop_default", 0),
        ("create shop-last-1", 1000),
        ("start shop-quick-1", 2000),
        ("start shop-behind-1", 2000),
        ("start shop-app-1", 30_000),
        ("start shop-sidecar-1", 60_000),
        ("start shop-last-1", 60_000),
    ] {
        assert_eq!(begun(&timeline, call), time, "{call}: {timeline:#?}");
    }
    assert_eq!(run.took, 60_000);
}
