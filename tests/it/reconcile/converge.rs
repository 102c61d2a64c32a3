//! Crashes: from whatever an interrupted run left behind, the same `up` gets to the one right state.

use windlass::label;
use windlass::model::{Condition, NetworkMode, Project};
use windlass::plan::{self, Plan, UpOptions};
use windlass::reconcile::{ApplyOptions, observe};
use windlass::state::Status;

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{
    changes, engine_for, name, needs, plan_up, project, run, seconds, service, up,
};

/// Nothing is left to do, and each replica has exactly one container: running, of the right name and specification.
pub(super) async fn assert_converged(engine: &FakeEngine, project: &Project, when: &str) {
    let state = observe(engine, project).await.unwrap();
    let plan = plan::up(project, &state, &UpOptions::default()).unwrap();
    assert_eq!(changes(&plan), [""; 0], "{when}:\n{plan}");
    let mut wanted: Vec<String> = Vec::new();
    for service in project.services.values() {
        for number in 1..=service.scale {
            let name = label::container_name(project, service, number);
            let container = engine.named(&name);
            assert_eq!(container.status, Status::Running, "{when}: {name}");
            let applied = label::applied_spec(&container.labels, &container.environment);
            assert_eq!(
                applied.map(lasting),
                Some(lasting(label::full_spec(&service.spec))),
                "{when}: {name}"
            );
            wanted.push(name);
        }
    }
    wanted.sort();
    let there: Vec<String> = state.containers.into_iter().map(|c| c.name).collect();
    assert_eq!(there, wanted, "{when}");
}

/// What no engine changes on a container that is there.
fn lasting(mut spec: serde_json::Value) -> serde_json::Value {
    let fields = spec.as_object_mut().unwrap();
    fields.retain(|field, _| {
        !["networks", "restart", "pids_limit"].contains(&field.as_str())
            && !field.starts_with("cpu")
            && !field.starts_with("mem")
    });
    spec
}

/// `web` needs `db`; `DEBUG` has this value in both.
fn shop(debug: &str) -> Project {
    let mut project = project([
        needs(service("web"), "db", Condition::ServiceStarted),
        service("db"),
    ]);
    for service in project.services.values_mut() {
        service
            .spec
            .environment
            .insert("DEBUG".into(), debug.into());
    }
    project
}

/// The plan's first steps only.
fn first(plan: &Plan, steps: usize) -> Plan {
    Plan {
        steps: plan.steps[..steps].to_vec(),
        ..plan.clone()
    }
}

/// Raises `before`, does the first steps of the way to `after`, then raises `last`, for every number of steps.
async fn after_any_number_of_steps(before: &Project, after: &Project, last: &Project) {
    for steps in 0.. {
        let engine = engine_for(before);
        up(&engine, before).await.done();
        let plan = plan_up(&engine, after, &UpOptions::default()).await;
        if steps > plan.steps.len() {
            break;
        }
        let cut = first(&plan, steps);
        run(&engine, cut, &ApplyOptions::default()).await.done();
        slow(&engine);
        up(&engine, last).await.done();
        assert_converged(&engine, last, &format!("after {steps} steps of\n{plan}")).await;
    }
}

/// What makes room takes its time: nothing may count on its being quick.
fn slow(engine: &FakeEngine) {
    engine.takes("stop", seconds(10));
    engine.takes("remove", seconds(5));
}

/// The same, but the connection breaks at each single call that changes something, and may do so again.
async fn after_any_number_of_calls(before: &Project, after: &Project, last: &Project) {
    for calls in 0..=14 {
        for again in [None, Some(1), Some(2), Some(3), Some(5), Some(8)] {
            let engine = engine_for(before);
            up(&engine, before).await.done();
            engine.dies_after(calls);
            let cut_short = up(&engine, after).await.result.is_err();
            let mut when = format!("died after {:#?}", engine.changes());
            engine.revive();
            slow(&engine);
            if let Some(calls) = again {
                engine.dies_after(calls);
                let _ = up(&engine, last).await.result;
                when = format!("{when}\nthen after {:#?}", engine.changes());
                engine.revive();
            }
            let run = up(&engine, last).await;
            assert!(
                run.result.is_ok(),
                "{when}:\n{}\n{:#?}",
                run.plan,
                run.not_done()
            );
            assert_converged(&engine, last, &when).await;
            assert_eq!(cut_short, calls < 12, "{when}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_recreate_cut_short_after_any_step_is_brought_to_its_end() {
    let (before, after) = (shop("0"), shop("1"));
    after_any_number_of_steps(&before, &after, &after).await;
    after_any_number_of_calls(&before, &after, &after).await;
}

#[tokio::test(start_paused = true)]
async fn a_recreate_cut_short_is_taken_back_if_the_file_is() {
    let (before, after) = (shop("0"), shop("1"));
    after_any_number_of_steps(&before, &after, &before).await;
    after_any_number_of_calls(&before, &after, &before).await;
}

#[tokio::test(start_paused = true)]
async fn a_recreate_cut_short_gives_way_to_a_third_file() {
    let (before, after, last) = (shop("0"), shop("1"), shop("2"));
    after_any_number_of_steps(&before, &after, &last).await;
    after_any_number_of_calls(&before, &after, &last).await;
}

#[tokio::test(start_paused = true)]
async fn a_recreate_of_named_containers_cut_short_converges() {
    let named = |debug| {
        let mut project = shop(debug);
        for service in project.services.values_mut() {
            service.spec.container_name = Some(format!("the-{}", service.name));
        }
        project
    };
    let (before, after, last) = (named("0"), named("1"), named("2"));
    after_any_number_of_steps(&before, &after, &after).await;
    after_any_number_of_steps(&before, &after, &last).await;
    after_any_number_of_calls(&before, &after, &last).await;
}

#[tokio::test(start_paused = true)]
async fn a_recreate_that_gives_containers_other_names_cut_short_converges() {
    let (before, mut after) = (shop("0"), shop("1"));
    for service in after.services.values_mut() {
        service.spec.container_name = Some(format!("the-{}", service.name));
    }
    after_any_number_of_steps(&before, &after, &after).await;
    after_any_number_of_steps(&before, &after, &before).await;
    after_any_number_of_steps(&after, &before, &shop("2")).await;
}

#[tokio::test(start_paused = true)]
async fn a_recreate_of_replicas_cut_short_converges() {
    let scaled = |debug, scale| {
        let mut project = project([service("web")]);
        let web = &mut project.services[&name("web")];
        web.spec.environment.insert("DEBUG".into(), debug);
        web.scale = scale;
        project
    };
    let before = scaled("0".into(), 2);
    for scale in [1, 2, 3] {
        let after = scaled("1".into(), scale);
        after_any_number_of_steps(&before, &after, &after).await;
        after_any_number_of_steps(&before, &after, &scaled("2".into(), 2)).await;
    }
}

/// `side` lives in the network of `web`.
fn sharing(debug: &str) -> Project {
    let mut side = needs(service("side"), "web", Condition::ServiceStarted);
    side.spec.networks.clear();
    side.spec.network_mode = Some(NetworkMode::Service(name("web")));
    let mut web = service("web");
    web.spec.environment.insert("DEBUG".into(), debug.into());
    project([web, side])
}

#[tokio::test(start_paused = true)]
async fn what_shares_a_network_gets_the_new_containers_one_whenever_it_was_cut_short() {
    let (before, after) = (sharing("0"), sharing("1"));
    for last in [&before, &after, &sharing("2")] {
        after_any_number_of_steps(&before, &after, last).await;
    }
    let engine = engine_for(&before);
    up(&engine, &before).await.done();
    engine.happens("shop-web-1", &Happening::Vanish);
    up(&engine, &before).await.done();
    assert_converged(&engine, &before, "web was removed by hand").await;
    let shared = format!("container:{}", engine.named("shop-web-1").id);
    assert_eq!(engine.named("shop-side-1").network_mode, shared);
}

#[tokio::test(start_paused = true)]
async fn a_network_removed_by_hand_is_made_anew_with_its_containers() {
    let project = shop("0");
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    for name in ["shop-web-1", "shop-db-1"] {
        engine.happens(name, &Happening::Exit(0));
    }
    engine.lose_network("shop_default");
    let run = up(&engine, &project).await.done();
    let reasons = run.plan.steps.iter().map(|step| step.reason.to_string());
    let gone = reasons.filter(|reason| reason == "its network shop_default is gone");
    assert_eq!(gone.count(), 2, "{}", run.plan);
    assert_converged(&engine, &project, "network removed").await;
}

#[tokio::test(start_paused = true)]
async fn a_first_up_cut_short_is_brought_to_its_end() {
    let project = shop("0");
    for calls in 0..=6 {
        let engine = engine_for(&project);
        engine.dies_after(calls);
        assert_eq!(up(&engine, &project).await.result.is_err(), calls < 5);
        engine.revive();
        up(&engine, &project).await.done();
        assert_converged(&engine, &project, &format!("died after {calls}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_waits_until_a_leftover_of_its_replica_is_gone() {
    let (before, after) = (shop("0"), shop("1"));
    let engine = engine_for(&before);
    up(&engine, &before).await.done();
    engine.dies_after(5);
    assert!(up(&engine, &after).await.result.is_err());
    engine.revive();
    // Somebody raised the old ones again: they may hold host ports that the new ones need.
    for old in engine.all_containers() {
        if old.name.ends_with("-replaced") {
            windlass::engine::Engine::start_container(&engine, &old.id)
                .await
                .unwrap();
        }
    }
    engine.forget_calls();
    up(&engine, &after).await.done();
    let calls = engine.changes();
    let place = |call: &str| calls.iter().position(|made| made.starts_with(call));
    for (leftover, own) in [
        ("remove", "start shop-db-1"),
        ("remove", "start shop-web-1"),
    ] {
        if let Some(own) = place(own) {
            assert!(place(leftover).is_some_and(|gone| gone < own), "{calls:#?}");
        }
    }
    assert_converged(&engine, &after, "raised by hand").await;
}
