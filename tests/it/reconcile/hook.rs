//! Hooks: run after the start and before the stop, in order; what failed is told.

use std::time::Duration;

use windlass::model::{Condition, Hook, Project, Service};
use windlass::plan::{self, DownOptions, StopOptions};
use windlass::reconcile::{ApplyOptions, Progress, observe};

use crate::support::fake_engine::{FakeEngine, Test};
use crate::support::project::{
    down, engine_for, name, needs, plan_up, project, run, seconds, service, up,
};

const STARTED: Condition = Condition::ServiceStarted;

fn hook(command: &str) -> Hook {
    Hook {
        command: command.split(' ').map(str::to_owned).collect(),
        ..Hook::default()
    }
}

/// `web` needs `db`, which has two hooks after its start and one before its stop.
fn shop() -> Project {
    let mut db: Service = service("db");
    db.spec.post_start = vec![hook("fill tables"), hook("warm up")];
    db.pre_stop = vec![hook("flush")];
    project([needs(service("web"), "db", STARTED), db])
}

fn engine_of(project: &Project) -> FakeEngine {
    let engine = engine_for(project);
    for command in ["fill tables", "warm up", "flush"] {
        engine.command_does(command, does(0, seconds(2)));
    }
    engine
}

fn does(code: i64, takes: Duration) -> Test {
    Test {
        takes,
        code,
        output: "one\ntwo",
    }
}

#[tokio::test(start_paused = true)]
async fn dependents_start_when_the_hooks_after_the_start_are_done() {
    let project = shop();
    let engine = engine_of(&project);
    let run = up(&engine, &project).await.done();
    let timeline = engine.timeline();
    assert_eq!(
        timeline[3..],
        [
            "0..0 start shop-db-1",
            "0..2000 run fill tables in shop-db-1",
            "2000..4000 run warm up in shop-db-1",
            "4000..4000 start shop-web-1",
        ]
    );
    let lines = ["one", "two", "one", "two"];
    let told = lines.map(|line| Progress::Output(line.into()));
    assert_eq!(run.progress(), told.iter().collect::<Vec<_>>());
    // They belong to the start: a second run starts nothing.
    engine.forget_calls();
    up(&engine, &project).await.done();
    assert_eq!(engine.changes(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_hook_after_the_start_keeps_dependents_from_starting() {
    let project = shop();
    let engine = engine_of(&project);
    engine.command_does("fill tables", does(3, seconds(1)));
    let run = up(&engine, &project).await;
    assert_eq!(run.failures(), ["post_start hook exited with status 3"]);
    assert_eq!(
        run.not_done(),
        [
            "RunHook shop-db-1: Failed: post_start hook exited with status 3",
            "RunHook shop-db-1: Skipped because of #4",
            "StartContainer shop-web-1: Skipped because of #4",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn hooks_run_before_every_kind_of_stop() {
    let mut project = shop();
    let engine = engine_of(&project);
    up(&engine, &project).await.done();
    engine.forget_calls();
    project.services[&name("db")].spec.tty = true;
    up(&engine, &project).await.done();
    let flush = "run flush in shop-db-1";
    assert_eq!(engine.changes()[1..3], [flush, "stop shop-db-1"]);

    engine.forget_calls();
    let state = observe(&engine, &project).await.unwrap();
    let plan = plan::stop(&project, &state, &StopOptions::default());
    run(&engine, plan, &ApplyOptions::default()).await.done();
    let stopped = ["stop shop-web-1", flush, "stop shop-db-1"];
    assert_eq!(engine.changes(), stopped);

    engine.forget_calls();
    down(&engine, &project, &DownOptions::default())
        .await
        .done();
    let ran = engine.changes();
    assert!(
        !ran.iter().any(|call| call == flush),
        "it is stopped: {ran:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_hook_before_the_stop_leaves_nothing_half_done() {
    let project = shop();
    let engine = engine_of(&project);
    up(&engine, &project).await.done();
    engine.command_does("flush", does(127, seconds(0)));
    let run = down(&engine, &project, &DownOptions::default()).await;
    assert_eq!(run.failures(), ["pre_stop hook exited with status 127"]);
    assert_eq!(engine.all_containers(), []);
    assert_eq!(
        engine.changes().last().unwrap(),
        "remove network shop_default"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hook_after_the_start_that_changes_makes_another_container() {
    let mut project = shop();
    let engine = engine_of(&project);
    up(&engine, &project).await.done();
    let db = name("db");
    project.services[&db].pre_stop.clear();
    let plan = plan_up(&engine, &project, &plan::UpOptions::default()).await;
    assert!(plan.is_empty(), "the next stop is early enough:\n{plan}");
    let variables = &mut project.services[&db].spec.post_start[0].environment;
    variables.insert("TOKEN".into(), "hunter2".into());
    let plan = plan_up(&engine, &project, &plan::UpOptions::default()).await;
    let text = plan.to_string();
    assert!(
        text.contains("post_start[0].environment.TOKEN: *** added"),
        "{text}"
    );
    up(&engine, &project).await;
    let labels = engine.named("shop-db-1").labels;
    assert!(!format!("{labels:?}").contains("hunter2"));
}
