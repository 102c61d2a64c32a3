//! Hooks: run after the start and before the stop, in order; what failed is told.

use std::time::Duration;

use windlass::model::{Condition, Hook, Project, Service};
use windlass::plan::{self, DownOptions, StopOptions};
use windlass::reconcile::{ApplyOptions, Progress, observe};

use crate::support::fake_engine::{FakeEngine, Happening, Test};
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
    let options = StopOptions {
        services: project.services.keys().cloned().collect(),
        ..StopOptions::default()
    };
    let plan = plan::stop(&project, &state, &options);
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

/// `web` has a hook with a container of its own before its start, which takes two seconds.
fn prepared() -> (Project, FakeEngine) {
    let mut web = needs(service("web"), "db", STARTED);
    web.spec.pre_start = vec![hook("migrate")];
    let project = project([web, service("db")]);
    let engine = engine_for(&project);
    engine.after_start("shop-web-pre_start-0", seconds(2), Happening::Exit(0));
    (project, engine)
}

#[tokio::test(start_paused = true)]
async fn a_hook_before_the_start_has_a_container_of_its_own_that_goes_when_it_has_ended() {
    let (project, engine) = prepared();
    up(&engine, &project).await.done();
    let timeline = engine.timeline();
    let of_web = timeline.iter().filter(|line| line.contains("web"));
    assert_eq!(
        of_web.collect::<Vec<_>>(),
        [
            "0..0 create shop-web-1",
            "0..0 create shop-web-pre_start-0",
            "0..0 start shop-web-pre_start-0",
            "2000..2000 remove -v shop-web-pre_start-0",
            "2000..2000 start shop-web-1",
        ]
    );
    engine.forget_calls();
    up(&engine, &project).await.done();
    assert_eq!(engine.changes(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_hook_before_the_start_keeps_its_service_from_starting_and_stays_to_be_looked_at()
{
    let (project, engine) = prepared();
    engine.after_start("shop-web-pre_start-0", seconds(1), Happening::Exit(3));
    engine.prints("shop-web-pre_start-0", "no such table\n");
    let run = up(&engine, &project).await;
    assert_eq!(
        run.failures(),
        ["container shop-web-pre_start-0 exited (3)"]
    );
    assert_eq!(
        run.outcome("StartContainer shop-web-1"),
        format!("Skipped because of #{}", wait_of(&run.plan))
    );
    let names = |engine: &FakeEngine| {
        let containers = engine.all_containers();
        let mut names: Vec<_> = containers.into_iter().map(|found| found.name).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&engine),
        ["shop-db-1", "shop-web-1", "shop-web-pre_start-0"]
    );
    // The next run does it again.
    engine.forget_calls();
    let run = up(&engine, &project).await;
    assert_eq!(
        run.failures(),
        ["container shop-web-pre_start-0 exited (3)"]
    );
    assert_eq!(engine.changes()[0], "remove shop-web-pre_start-0");
    down(&engine, &project, &DownOptions::default())
        .await
        .done();
    assert_eq!(engine.all_containers(), []);
}

fn wait_of(plan: &plan::Plan) -> usize {
    let is_wait = |step: &plan::Step| matches!(step.operation, plan::Operation::Wait { .. });
    plan.steps.iter().position(is_wait).unwrap() + 1
}

#[tokio::test(start_paused = true)]
async fn where_a_hook_before_the_start_of_a_replacement_fails_the_old_container_comes_back() {
    let (mut project, engine) = prepared();
    up(&engine, &project).await.done();
    let old = engine.named("shop-web-1").id;
    project.services[&name("web")].spec.tty = true;
    engine.after_start("shop-web-pre_start-0", seconds(1), Happening::Exit(3));
    let run = up(&engine, &project).await;
    assert_eq!(
        run.failures(),
        ["container shop-web-pre_start-0 exited (3)"]
    );
    let web = engine.named("shop-web-1");
    assert_eq!((web.id, web.status.as_str()), (old, "running"));
}
