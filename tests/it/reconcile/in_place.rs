//! What needs no new container doesn't get one, and what was changed behind our back is put right.

use windlass::model::{Attachment, Network, NetworkName, Project, RestartPolicy, Service};
use windlass::plan::{Operation, Plan, Recreate, UpOptions};

use super::converge::assert_converged;
use crate::support::fake_engine::FakeEngine;
use crate::support::project::{changes, engine_for, name, plan_up, project, service, up, up_with};

const WEB: &str = "shop-web-1";

/// `web`, changed; `back` is a network that can be used.
fn shop(change: impl FnOnce(&mut Service)) -> Project {
    let mut web = service("web");
    change(&mut web);
    let mut project = project([web]);
    let back = Network {
        name: "shop_back".into(),
        ..Network::default()
    };
    let name = NetworkName::new("back").unwrap();
    project.networks.insert(name, back);
    project
}

fn join_back(web: &mut Service) {
    let name = NetworkName::new("back").unwrap();
    web.spec.networks.insert(name, Attachment::default());
}

fn size(text: &str) -> Option<windlass::model::ByteSize> {
    text.parse().ok()
}

/// Each operation with its reason: `UpdateContainer: mem_limit: 64m -> 128m`.
fn reasons(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter();
    let steps = steps.filter(|step| !matches!(step.operation, Operation::Wait { .. }));
    steps
        .map(|step| format!("{}: {}", step.operation.name(), step.reason))
        .collect()
}

async fn plan(engine: &FakeEngine, project: &Project) -> Plan {
    plan_up(engine, project, &UpOptions::default()).await
}

/// Goes from one to the other and back without a new container; answers the calls of the first way.
async fn there_and_back(before: &Project, after: &Project) -> Vec<String> {
    let engine = engine_for(before);
    up(&engine, before).await.done();
    let id = engine.named(WEB).id;
    engine.forget_calls();
    up(&engine, after).await.done();
    let calls = engine.changes();
    assert_converged(&engine, after, "there").await;
    assert!(
        !plan(&engine, before).await.is_empty(),
        "the way back is seen"
    );
    up(&engine, before).await.done();
    assert_converged(&engine, before, "back").await;
    up(&engine, after).await.done();
    assert_converged(&engine, after, "there again").await;
    assert_eq!(engine.named(WEB).id, id);
    calls
}

#[tokio::test(start_paused = true)]
async fn limits_and_restart_policy_change_while_the_container_goes_on() {
    let before = shop(|web| {
        web.spec.mem_limit = size("64m");
        web.spec.cpus = Some(0.5);
        web.spec.pids_limit = Some(10);
    });
    let after = shop(|web| {
        web.spec.mem_limit = size("128m");
        web.spec.cpus = Some(1.5);
        web.spec.restart = RestartPolicy::OnFailure(Some(3));
    });
    assert_eq!(there_and_back(&before, &after).await, ["update shop-web-1"]);
    let engine = engine_for(&before);
    up(&engine, &before).await.done();
    assert_eq!(
        reasons(&plan(&engine, &after).await),
        [
            r#"UpdateContainer: mem_limit: 64m -> 128m; cpus: 0.5 -> 1.5; pids_limit: 10 removed; restart: "no" -> "on-failure:3""#
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn networks_are_joined_and_left_while_the_container_goes_on() {
    let with_back = shop(join_back);
    assert_eq!(
        there_and_back(&shop(|_| {}), &with_back).await,
        ["create network shop_back", "connect shop-web-1 shop_back"]
    );
    let only_back = shop(|web| {
        web.spec.networks.clear();
        join_back(web);
    });
    assert_eq!(
        there_and_back(&with_back, &only_back).await,
        ["disconnect shop-web-1 shop_default"]
    );
    assert_eq!(
        there_and_back(&shop(|_| {}), &only_back).await,
        [
            "create network shop_back",
            "connect shop-web-1 shop_back",
            "disconnect shop-web-1 shop_default"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn aliases_and_addresses_change_while_the_container_goes_on() {
    let after = shop(|web| {
        web.spec.networks[0].aliases = vec!["www".into()];
        web.spec.networks[0].ipv4_address = Some("10.1.2.3".into());
    });
    assert_eq!(
        there_and_back(&shop(|_| {}), &after).await,
        [
            "disconnect shop-web-1 shop_default",
            "connect shop-web-1 shop_default"
        ]
    );
    let engine = engine_for(&after);
    up(&engine, &shop(|_| {})).await.done();
    assert_eq!(
        reasons(&plan(&engine, &after).await)[1],
        r#"ConnectNetwork: networks.default.aliases: ["web"] -> ["web","www"]; networks.default.ipv4_address: "10.1.2.3" added"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_that_needs_a_new_container_takes_the_others_along() {
    let before = shop(|_| {});
    let after = shop(|web| {
        web.spec.tty = true;
        web.spec.cpu_shares = Some(512);
        join_back(web);
    });
    let engine = engine_for(&before);
    up(&engine, &before).await.done();
    let run = up(&engine, &after).await.done();
    assert_eq!(
        reasons(&run.plan)[1],
        "CreateContainer: tty: true added; cpu_shares: 512 added; networks.back added"
    );
    assert_converged(&engine, &after, "recreated").await;
}

#[tokio::test(start_paused = true)]
async fn what_the_engine_cannot_change_needs_a_new_container_and_says_why() {
    let limited = |memory: &str| shop(|web| web.spec.mem_limit = size(memory));
    let quota = shop(|web| web.spec.cpu_quota = Some(50_000));
    let cpus = shop(|web| web.spec.cpus = Some(0.5));
    for (before, after, reason) in [
        (
            limited("64m"),
            shop(|_| {}),
            "mem_limit: 64m removed; an engine cannot take a limit away from a container",
        ),
        (
            limited("64m"),
            limited("32m"),
            "mem_limit: 64m -> 32m; it uses 41943040 bytes of memory now",
        ),
        (
            quota,
            cpus,
            "cpus: 0.5 added; cpu_quota: 50000 removed; an engine cannot change from cpu_quota to cpus",
        ),
    ] {
        let engine = engine_for(&before);
        up(&engine, &before).await.done();
        engine.uses_memory(WEB, 40 << 20);
        let run = up(&engine, &after).await.done();
        assert_eq!(reasons(&run.plan)[0], format!("CreateContainer: {reason}"));
        assert_converged(&engine, &after, reason).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_by_hand_is_named_and_put_right() {
    let project = shop(|web| {
        web.spec.mem_limit = size("64m");
        join_back(web);
    });
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    let id = engine.named(WEB).id;
    engine.container_mut(WEB, |web| {
        web.limits.memory = 32 << 20;
        web.limits.restart = Some(RestartPolicy::Always);
        web.networks.shift_remove("shop_back");
        web.networks[0].aliases.clear();
        web.name = "mine".into();
    });
    let run = up(&engine, &project).await.done();
    assert_eq!(
        reasons(&run.plan),
        [
            "RenameContainer: its name is mine",
            r#"UpdateContainer: mem_limit: 32m -> 64m; restart: "always" -> "no""#,
            r#"DisconnectNetwork: networks.default.aliases: [] -> ["web"]"#,
            r#"ConnectNetwork: networks.default.aliases: [] -> ["web"]"#,
            "ConnectNetwork: networks.back: disconnected -> connected",
        ]
    );
    assert_eq!(engine.named(WEB).id, id);
    assert_converged(&engine, &project, "put right").await;
}

#[tokio::test(start_paused = true)]
async fn what_the_engine_adds_by_itself_is_no_difference() {
    let project = shop(|web| web.spec.mem_limit = size("64m"));
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    engine.container_mut(WEB, |web| {
        web.limits.pids_limit = 2048;
        web.limits.cpu_period = 100_000;
        web.limits.memory_swap = -1;
        let id = web.id.chars().take(12).collect();
        web.networks[0].aliases.extend([id, WEB.to_owned()]);
    });
    assert_eq!(changes(&plan(&engine, &project).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_network_joined_by_hand_is_left_where_it_is_foreign_and_named() {
    let project = shop(|_| {});
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    let foreign = windlass::state::ContainerEndpoint {
        network_id: "f".into(),
        ..windlass::state::ContainerEndpoint::default()
    };
    engine.container_mut(WEB, |web| {
        web.networks.insert("proxy".into(), foreign);
    });
    let plan = plan(&engine, &project).await;
    assert_eq!(changes(&plan), [""; 0]);
    assert_eq!(
        plan.warnings[0].message,
        "container shop-web-1 is on network proxy too, which the stack file does not name: it stays there"
    );
}

#[tokio::test(start_paused = true)]
async fn no_recreate_leaves_containers_as_they_are() {
    let before = shop(|_| {});
    let engine = engine_for(&before);
    up(&engine, &before).await.done();
    engine.forget_calls();
    let options = UpOptions {
        recreate: Recreate::Never,
        ..UpOptions::default()
    };
    let after = shop(|web| web.spec.cpu_shares = Some(512));
    up_with(&engine, &after, &options).await.done();
    assert_eq!(engine.changes(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn updates_wait_for_a_pull_that_may_bring_another_image() {
    for (brought, calls) in [
        ("sha256:web:1", vec!["pull web:1", "update shop-web-1"]),
        ("sha256:2", vec!["pull web:1", "create"]),
    ] {
        let project = shop(|web| web.pull_policy = windlass::model::PullPolicy::Always);
        let engine = engine_for(&project);
        engine.registry_has("web:1", "sha256:web:1");
        up(&engine, &project).await.done();
        engine.forget_calls();
        engine.registry_has("web:1", brought);
        let mut changed = project.clone();
        changed.services[&name("web")].spec.cpu_shares = Some(512);
        up(&engine, &changed).await.done();
        let made = engine.changes();
        for (made, expected) in made.iter().zip(&calls) {
            assert!(made.starts_with(expected), "{made}");
        }
        assert_eq!(engine.named(WEB).limits.cpu_shares, 512);
    }
}
