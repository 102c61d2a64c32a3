//! Waits: they end at the engine's event, and tell why where they fail.

use windlass::engine::EngineError;
use windlass::model::Condition;
use windlass::plan::UpOptions;
use windlass::reconcile::{ApplyOptions, Progress, StepError};
use windlass::state::Health;

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{
    Run, address, engine_for, needs, plan_up, project, run, seconds, service, tested, up, up_with,
    wants,
};
use windlass::model::Project;

const HEALTHY: Condition = Condition::ServiceHealthy;
const COMPLETED: Condition = Condition::ServiceCompletedSuccessfully;

/// `web` needs `db` in this state, and `cache` needs nothing.
fn shop(condition: Condition) -> Project {
    project([
        needs(service("web"), "db", condition),
        tested(service("db")),
        service("cache"),
    ])
}

fn health(health: Health) -> Happening {
    Happening::Health(health, "what the probe says\n")
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_the_event_and_asks_no_more_than_the_events_tell() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(1), Happening::Exec);
    engine.after_start("shop-db-1", seconds(2), Happening::Exec);
    engine.after_start("shop-db-1", seconds(3), health(Health::Healthy));
    let run = up(&engine, &project).await.done();
    assert_eq!(run.elapsed("Wait", "shop-db-1"), 3000);
    assert_eq!(run.took, 3000);
    assert_eq!(
        run.progress(),
        [
            &Progress::Health(Health::Starting),
            &Progress::Note("for the health test to pass".into()),
            &Progress::Health(Health::Healthy)
        ]
    );
    let asked = engine.calls();
    let asked = asked.iter().filter(|call| *call == "inspect shop-db-1");
    assert_eq!(asked.count(), 1, "the events tell the rest");
    assert_eq!(
        engine.timeline().last().unwrap(),
        "3000..3000 start shop-web-1"
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_before_the_wait_begins_is_not_missed() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    // The engine says so while the start is still under way for us.
    engine.after_start("shop-db-1", seconds(0), health(Health::Healthy));
    engine.takes("start shop-db-1", seconds(4));
    let run = up(&engine, &project).await.done();
    assert_eq!(run.elapsed("Wait", "shop-db-1"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_during_the_first_look_is_not_missed() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.takes("inspect shop-db-1", seconds(2));
    engine.after_start("shop-db-1", seconds(1), Happening::Exec);
    engine.after_start("shop-db-1", seconds(3), health(Health::Healthy));
    let run = up(&engine, &project).await.done();
    // One look that was too early; the event tells the rest.
    assert_eq!(run.elapsed("Wait", "shop-db-1"), 3000);
}

#[tokio::test(start_paused = true)]
async fn too_many_events_at_once_do_not_hide_the_one_that_counts() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    for _ in 0..1000 {
        engine.after_start("shop-db-1", seconds(1), Happening::Exec);
    }
    engine.after_start("shop-db-1", seconds(1), health(Health::Healthy));
    for _ in 0..1000 {
        engine.after_start("shop-db-1", seconds(1), Happening::Exec);
    }
    let run = up(&engine, &project).await.done();
    assert_eq!(run.took, 1000);
}

/// The one failure of a run: a wait's.
fn failed_wait(run: &Run) -> (&windlass::reconcile::WaitFailure, u128) {
    let failures = &run.result.as_ref().unwrap_err().failures;
    let [failure] = failures.as_slice() else {
        panic!("{failures:?}");
    };
    match &failure.error {
        StepError::Wait(wait) => (wait, run.took),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_unhealthy_container_is_told_with_its_probe_and_last_lines_and_its_dependents_skipped() {
    let project = project([
        needs(service("shop"), "web", Condition::ServiceStarted),
        needs(service("web"), "db", HEALTHY),
        tested(service("db")),
        service("cache"),
    ]);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(2), health(Health::Unhealthy));
    let lines: Vec<String> = (1..=12).map(|line| format!("line {line}")).collect();
    engine.prints("shop-db-1", &lines.join("\r\n"));
    let run = up(&engine, &project).await;
    let (failure, took) = failed_wait(&run);
    assert_eq!(failure.to_string(), "container shop-db-1 is unhealthy");
    assert_eq!(failure.probe, "what the probe says");
    assert_eq!(failure.logs, lines[2..]);
    assert_eq!(took, 2000);
    assert_eq!(
        run.not_done(),
        [
            "Wait shop-db-1: Failed: container shop-db-1 is unhealthy",
            "StartContainer shop-web-1: Skipped because of #5",
            "StartContainer shop-shop-1: Skipped because of #5",
        ]
    );
    assert_eq!(run.plan.steps[4].operation.name(), "Wait");
    assert!(!run.result.as_ref().unwrap_err().interrupted);
}

#[tokio::test(start_paused = true)]
async fn an_exit_while_waited_for_is_told_with_its_code() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(1), Happening::Exit(3));
    engine.prints("shop-db-1", "no such data folder\n");
    let run = up(&engine, &project).await;
    let (failure, took) = failed_wait(&run);
    assert_eq!(failure.to_string(), "container shop-db-1 exited (3)");
    assert_eq!(failure.logs, ["no such data folder"]);
    assert_eq!(took, 1000);
}

#[tokio::test(start_paused = true)]
async fn a_removal_while_waited_for_is_told_by_name() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(1), Happening::Vanish);
    let run = up(&engine, &project).await;
    let (failure, took) = failed_wait(&run);
    assert_eq!(
        failure.to_string(),
        "container shop-db-1 was removed while it was waited for"
    );
    assert_eq!(took, 1000);
}

#[tokio::test(start_paused = true)]
async fn a_wait_lasts_no_longer_than_allowed() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.prints("shop-db-1", "still loading\n");
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    let options = ApplyOptions {
        wait_timeout: Some(seconds(30)),
        ..ApplyOptions::default()
    };
    let run = run(&engine, plan, &options).await;
    let (failure, took) = failed_wait(&run);
    assert_eq!(
        failure.to_string(),
        "container shop-db-1 is not healthy after 30s"
    );
    assert_eq!(failure.logs, ["still loading"]);
    assert_eq!(took, 30_000);
}

#[tokio::test(start_paused = true)]
async fn a_broken_event_stream_is_an_error_and_no_endless_wait() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(1), Happening::EventsEnd);
    let run = up(&engine, &project).await;
    let address = address(&engine);
    assert_eq!(
        run.failures(),
        [format!(
            "the connection to the engine at {address} failed: its event stream ended"
        )]
    );
    assert_eq!(run.took, 1000);
    assert_eq!(run.outcome("StartContainer shop-cache-1"), "Done");
    assert!(
        run.outcome("StartContainer shop-web-1")
            .starts_with("Skipped")
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_that_cannot_be_opened_stops_the_run_before_it_begins() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.fails("events", || EngineError::Refused {
        status: 500,
        message: "no".into(),
    });
    let run = up(&engine, &project).await;
    assert_eq!(run.failures(), ["the engine answers 500: no"]);
    assert_eq!(engine.changes(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_waited_for_until_it_has_ended_well() {
    let project = shop(COMPLETED);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(4), Happening::Exit(0));
    let run = up(&engine, &project).await.done();
    assert_eq!(run.elapsed("Wait", "shop-db-1"), 4000);

    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(4), Happening::Exit(7));
    let run = up(&engine, &project).await;
    assert_eq!(run.failures(), ["container shop-db-1 exited (7)"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_done_is_not_done_again_until_it_is_needed() {
    let mut project = shop(COMPLETED);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(1), Happening::Exit(0));
    up(&engine, &project).await.done();
    engine.forget_calls();
    let run = up(&engine, &project).await.done();
    assert!(run.plan.is_empty(), "{}", run.plan);

    project.services[0].spec.tty = true;
    up(&engine, &project).await.done();
    let changes = engine.changes();
    assert!(
        changes.contains(&"start shop-db-1".to_owned()),
        "{changes:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_requires_may_fail() {
    let project = project([
        wants(service("web"), "cache", HEALTHY),
        tested(service("cache")),
    ]);
    let engine = engine_for(&project);
    engine.after_start("shop-cache-1", seconds(1), health(Health::Unhealthy));
    let run = up(&engine, &project).await.done();
    assert_eq!(
        run.not_done(),
        ["Wait shop-cache-1: Tolerated: container shop-cache-1 is unhealthy"]
    );
    assert_eq!(
        engine.timeline().last().unwrap(),
        "1000..1000 start shop-web-1"
    );
}

fn wait() -> UpOptions {
    UpOptions {
        wait: true,
        ..UpOptions::default()
    }
}

#[tokio::test(start_paused = true)]
async fn wait_ends_when_the_last_service_is_ready() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    engine.image_mut("web:1", |image| image.has_healthcheck = true);
    engine.after_start("shop-db-1", seconds(2), health(Health::Healthy));
    engine.after_start("shop-web-1", seconds(3), health(Health::Healthy));
    let run = up_with(&engine, &project, &wait()).await.done();
    assert_eq!(run.took, 5000);
}

#[tokio::test(start_paused = true)]
async fn wait_is_content_with_a_running_container_that_nobody_tests() {
    let project = project([service("web")]);
    let engine = FakeEngine::with_images([]);
    // Whether it has a healthcheck is known only after the pull.
    engine.registry_has("web:1", "sha256:web");
    up_with(&engine, &project, &wait()).await.done();
}

#[tokio::test(start_paused = true)]
async fn wait_takes_a_job_as_ready_when_it_has_ended_well() {
    let project = shop(COMPLETED);
    let engine = engine_for(&project);
    engine.after_start("shop-db-1", seconds(1), Happening::Exit(0));
    let run = up_with(&engine, &project, &wait()).await.done();
    assert_eq!(run.took, 1000);
    // The second time it is over before anybody looks.
    up_with(&engine, &project, &wait()).await.done();
}

#[tokio::test(start_paused = true)]
async fn wait_fails_for_a_service_that_ends() {
    let project = project([service("web")]);
    let engine = engine_for(&project);
    engine.after_start("shop-web-1", seconds(0), Happening::Exit(1));
    let run = up_with(&engine, &project, &wait()).await;
    assert_eq!(run.failures(), ["container shop-web-1 exited (1)"]);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_waits_for_its_restart_is_waited_for() {
    let project = shop(HEALTHY);
    let engine = engine_for(&project);
    up(&engine, &shop(Condition::ServiceStarted)).await.done();
    engine.container_mut("shop-db-1", |db| {
        db.status = windlass::state::Status::Restarting;
        db.health = None;
    });
    engine.happens("shop-web-1", &Happening::Exit(1));
    engine.after_start("shop-db-1", seconds(1), health(Health::Healthy));
    let waiting = up(&engine, &project);
    let restarted = async {
        tokio::time::sleep(seconds(5)).await;
        windlass::engine::Engine::start_container(&engine, &engine.named("shop-db-1").id)
            .await
            .unwrap();
        std::future::pending::<()>().await;
    };
    let run = tokio::select! { run = waiting => run.done(), () = restarted => unreachable!() };
    assert_eq!(run.took, 6000);
}
