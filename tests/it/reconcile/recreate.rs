//! Whatever fails of a replacement, one whole container is left; and what depends on it follows.

use windlass::engine::EngineError;
use windlass::model::{Condition, NetworkMode, Project};
use windlass::plan::UpOptions;
use windlass::state::Status;

use super::converge::assert_converged;
use crate::support::fake_engine::Happening;
use crate::support::project::{
    built, changes, engine_for, name, needs, plan_up, project, service, up, up_with, wants,
};

const WEB: &str = "shop-web-1";

fn shop(debug: &str) -> Project {
    let mut project = project([service("web")]);
    let web = &mut project.services[&name("web")];
    web.spec.environment.insert("DEBUG".into(), debug.into());
    project
}

fn port_in_use() -> EngineError {
    EngineError::PortInUse {
        port: "0.0.0.0:80".into(),
        owner: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_create_leaves_the_old_one_running() {
    let engine = engine_for(&shop("0"));
    up(&engine, &shop("0")).await.done();
    let old = engine.named(WEB);
    engine.fails("create", || EngineError::Conflict("no".into()));
    assert!(up(&engine, &shop("1")).await.result.is_err());
    assert_eq!(engine.all_containers(), [old]);
}

#[tokio::test(start_paused = true)]
async fn where_the_new_one_does_not_start_the_old_one_is_back_under_its_name() {
    let engine = engine_for(&shop("0"));
    up(&engine, &shop("0")).await.done();
    let old = engine.named(WEB).id;
    // The new one is the second container of this engine, the old one is started after it.
    engine.fails_once("start shop-web-1", port_in_use);
    let run = up(&engine, &shop("1")).await;
    assert_eq!(run.failures(), ["host port 0.0.0.0:80 is already in use"]);
    let all = engine.all_containers();
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(
        (all[0].id.as_str(), all[0].name.as_str()),
        (old.as_str(), WEB)
    );
    assert_eq!(all[0].status, Status::Running);
    up(&engine, &shop("1")).await.done();
    assert_converged(&engine, &shop("1"), "once it can").await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_with_restart_is_restarted_with_its_dependency() {
    let shop = |debug: &str, restart| {
        let mut web = needs(service("web"), "db", Condition::ServiceStarted);
        web.depends_on[&name("db")].restart = restart;
        let mut db = service("db");
        db.spec.environment.insert("DEBUG".into(), debug.into());
        project([web, db])
    };
    for restart in [false, true] {
        let engine = engine_for(&shop("0", restart));
        up(&engine, &shop("0", restart)).await.done();
        engine.forget_calls();
        let run = up(&engine, &shop("1", restart)).await.done();
        let calls = engine.changes();
        let tail = &calls[calls.len() - 2..];
        assert_eq!(
            tail == ["stop shop-web-1", "start shop-web-1"],
            restart,
            "{calls:#?}"
        );
        let text = run.plan.to_string();
        assert_eq!(
            text.contains("it is restarted with its dependency db"),
            restart
        );
        assert_converged(&engine, &shop("1", restart), "restarted").await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_optional_dependency_that_cannot_start_or_be_pulled_holds_nothing_up() {
    for condition in [Condition::ServiceStarted, Condition::ServiceHealthy] {
        for call in ["start shop-cache-1", "pull cache:1"] {
            let project = project([wants(service("web"), "cache", condition), service("cache")]);
            let engine = engine_for(&project);
            if call.starts_with("pull") {
                engine.lose_image("cache:1");
            }
            engine.fails(call, port_in_use);
            let run = up(&engine, &project).await;
            assert_eq!(run.failures().len(), 1, "{call}");
            assert_eq!(engine.named(WEB).status, Status::Running, "{call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_done_its_work_is_left_alone_unless_asked_for() {
    let project = project([service("task"), service("web")]);
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    engine.happens("shop-task-1", &Happening::Exit(0));
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    assert_eq!(changes(&plan), [""; 0]);
    assert_eq!(
        plan.warnings[0].message,
        "container shop-task-1 has done its work and stays as it is: `up task` starts it again"
    );
    let starts = ["StartContainer shop-task-1"];
    for options in [
        UpOptions {
            services: vec![name("task")],
            ..UpOptions::default()
        },
        UpOptions {
            rerun_done: true,
            ..UpOptions::default()
        },
    ] {
        assert_eq!(changes(&plan_up(&engine, &project, &options).await), starts);
    }
    // What listens was stopped, and what failed is not done.
    engine.container_mut("shop-task-1", |task| task.tcp_ports = vec![80]);
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    assert_eq!(changes(&plan), starts);
    engine.container_mut("shop-task-1", |task| {
        task.tcp_ports.clear();
        task.exit_code = 1;
    });
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    assert_eq!(changes(&plan), starts);
}

#[tokio::test(start_paused = true)]
async fn what_shares_a_network_follows_a_build_that_changes_the_image_in_the_same_run() {
    let mut side = needs(service("side"), "web", Condition::ServiceStarted);
    side.spec.networks.clear();
    side.spec.network_mode = Some(NetworkMode::Service(name("web")));
    for built_too in [false, true] {
        let side = if built_too {
            built(side.clone())
        } else {
            side.clone()
        };
        let project = project([built(service("web")), side]);
        let engine = engine_for(&project);
        up(&engine, &project).await.done();
        let options = UpOptions {
            build: true,
            ..UpOptions::default()
        };
        let side = engine.named("shop-side-1").id;
        up_with(&engine, &project, &options).await.done();
        assert_eq!(
            engine.named("shop-side-1").id,
            side,
            "the image is the same"
        );
        engine.build_gives("shop-web", "sha256:2");
        up_with(&engine, &project, &options).await.done();
        assert_converged(&engine, &project, "built").await;
        let shared = format!("container:{}", engine.named(WEB).id);
        assert_eq!(engine.named("shop-side-1").network_mode, shared);
    }
}
