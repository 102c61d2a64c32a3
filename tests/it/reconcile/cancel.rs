//! Interruption: nothing new is begun, nothing is left half-done, and the same `up` afterwards converges.

use windlass::model::{Condition, Project};
use windlass::plan::UpOptions;
use windlass::reconcile::{ApplyOptions, Event};
use windlass::state::Health;

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{
    Run, built, engine_for, needs, plan_up, project, run_until, seconds, service, tested, up,
};

async fn up_for(engine: &FakeEngine, project: &Project, time: u64) -> Run {
    let plan = plan_up(engine, project, &UpOptions::default()).await;
    let cancel = tokio::time::sleep(seconds(time));
    run_until(engine, plan, &ApplyOptions::default(), cancel).await
}

/// `web` needs `db` healthy.
fn shop() -> Project {
    project([
        needs(service("web"), "db", Condition::ServiceHealthy),
        tested(service("db")),
    ])
}

fn assert_interrupted(run: &Run) {
    let error = run.result.as_ref().unwrap_err();
    assert!(error.interrupted);
    assert!(error.failures.is_empty(), "{:?}", error.failures);
    assert_eq!(error.to_string(), "interrupted");
}

#[tokio::test(start_paused = true)]
async fn calls_under_way_are_finished_and_nothing_new_is_begun() {
    let project = shop();
    let engine = engine_for(&project);
    engine.takes("create", seconds(5));
    let run = up_for(&engine, &project, 1).await;
    assert_interrupted(&run);
    assert_eq!(
        engine.timeline(),
        [
            "0..0 create network shop_default",
            "0..5000 create shop-db-1",
            "0..5000 create shop-web-1",
        ]
    );
    assert_eq!(
        run.not_done(),
        [
            "StartContainer shop-db-1: Interrupted",
            "Wait shop-db-1: Interrupted",
            "StartContainer shop-web-1: Interrupted",
        ]
    );
    assert_eq!(run.took, 5000);
}

#[tokio::test(start_paused = true)]
async fn waits_are_given_up_at_once() {
    let project = shop();
    let engine = engine_for(&project);
    let run = up_for(&engine, &project, 7).await;
    assert_interrupted(&run);
    assert_eq!(run.took, 7000);
    assert_eq!(
        run.not_done(),
        [
            "Wait shop-db-1: Interrupted",
            "StartContainer shop-web-1: Interrupted",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn pulls_and_builds_are_given_up_at_once() {
    let project = project([service("db"), built(service("web"))]);
    let engine = FakeEngine::with_images([]);
    engine.registry_has("db:1", "sha256:db");
    engine.takes("pull", seconds(60));
    engine.takes("build", seconds(60));
    let run = up_for(&engine, &project, 2).await;
    assert_interrupted(&run);
    assert_eq!(run.took, 2000);
    assert_eq!(
        engine.timeline(),
        [
            "0.. pull db:1",
            "0..0 create network shop_default",
            "0.. build shop-web"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_interruption_before_the_first_step_does_nothing() {
    let project = shop();
    let engine = engine_for(&project);
    engine.takes("events", seconds(3));
    let run = up_for(&engine, &project, 1).await;
    assert_interrupted(&run);
    assert_eq!(engine.changes(), [""; 0]);
    assert_eq!(run.not_done().len(), run.plan.steps.len());
}

#[tokio::test(start_paused = true)]
async fn what_never_began_was_never_said_to_begin() {
    let project = shop();
    let engine = engine_for(&project);
    engine.takes("create", seconds(5));
    let run = up_for(&engine, &project, 1).await;
    let begun = run
        .events
        .iter()
        .filter(|event| matches!(event, Event::Started { .. }));
    assert_eq!(begun.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_at_the_end_changes_nothing() {
    let project = shop();
    let engine = engine_for(&project);
    engine.after_start(
        "shop-db-1",
        seconds(1),
        Happening::Health(Health::Healthy, ""),
    );
    engine.takes("start shop-web-1", seconds(2));
    let run = up_for(&engine, &project, 2).await;
    // All that was left was under way already, and was finished.
    assert!(run.result.is_ok(), "{:?}", run.result);
}

#[tokio::test(start_paused = true)]
async fn interrupted_at_any_second_the_same_up_converges() {
    let before = shop();
    let mut after = before.clone();
    for service in after.services.values_mut() {
        service.spec.tty = true;
    }
    for time in 0..12 {
        let engine = engine_for(&before);
        engine.after_start(
            "shop-db-1",
            seconds(2),
            Happening::Health(Health::Healthy, ""),
        );
        up(&engine, &before).await.done();
        for call in ["create", "start", "stop", "remove", "rename shop-db-1"] {
            engine.takes(call, seconds(1));
        }
        let run = up_for(&engine, &after, time).await;
        assert_eq!(
            run.result.is_err(),
            time < 9,
            "after {time} s: {:#?}",
            engine.timeline()
        );
        up(&engine, &after).await.done();
        super::converge::assert_converged(&engine, &after, &format!("after {time} s")).await;
    }
}
