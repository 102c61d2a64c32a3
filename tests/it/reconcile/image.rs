//! Images: brought once, and only a pull or a build tells whether a container has to make way.

use windlass::engine::{BuildProgress, EngineError};
use windlass::label;
use windlass::model::{Condition, Project, PullPolicy};
use windlass::plan::UpOptions;
use windlass::reconcile::Progress;
use windlass::state::Health;

use crate::support::fake_engine::{FakeEngine, Happening};
use crate::support::project::{
    built, engine_for, needs, project, seconds, service, tested, up, up_with,
};

/// `web` is built and `side` needs it healthy.
fn shop() -> Project {
    project([
        tested(built(service("web"))),
        needs(service("side"), "web", Condition::ServiceHealthy),
    ])
}

fn raised_engine(project: &Project) -> FakeEngine {
    let engine = engine_for(project);
    engine.after_start(
        "shop-web-1",
        seconds(1),
        Happening::Health(Health::Healthy, ""),
    );
    engine
}

fn build() -> UpOptions {
    UpOptions {
        build: true,
        ..UpOptions::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_build_that_brings_the_same_image_leaves_the_container_alone() {
    let project = shop();
    let engine = raised_engine(&project);
    up(&engine, &project).await.done();
    let before = engine.all_containers();
    engine.forget_calls();
    let run = up_with(&engine, &project, &build()).await.done();
    assert_eq!(engine.changes(), ["build shop-web"]);
    assert_eq!(engine.all_containers(), before);
    assert!(
        run.not_done()
            .iter()
            .all(|line| line.ends_with(": NotNeeded"))
    );
    assert_eq!(run.outcome("CreateContainer shop-web-1"), "NotNeeded");
}

#[tokio::test(start_paused = true)]
async fn a_build_that_brings_another_image_replaces_the_container() {
    let project = shop();
    let engine = raised_engine(&project);
    up(&engine, &project).await.done();
    let before = engine.named("shop-web-1");
    engine.forget_calls();
    engine.build_gives("shop-web", "sha256:new");
    up_with(&engine, &project, &build()).await.done();
    let interim = label::interim_name(&before.id, "shop-web-1");
    let replaced = label::replaced_name(&before.id, "shop-web-1");
    assert_eq!(
        engine.changes(),
        [
            "build shop-web".to_owned(),
            format!("create {interim}"),
            "stop shop-web-1".to_owned(),
            format!("rename shop-web-1 {replaced}"),
            format!("rename {interim} shop-web-1"),
            "start shop-web-1".to_owned(),
            format!("remove {replaced}"),
        ]
    );
    let after = engine.named("shop-web-1");
    assert_eq!(after.image_id, "sha256:new");
    assert_eq!(after.labels[label::IMAGE], "sha256:new");
    super::converge::assert_converged(&engine, &project, "built").await;
}

#[tokio::test(start_paused = true)]
async fn a_stopped_container_starts_whatever_the_build_brings() {
    for image in ["sha256:shop-web", "sha256:new"] {
        let project = shop();
        let engine = raised_engine(&project);
        up(&engine, &project).await.done();
        engine.happens("shop-web-1", &Happening::Exit(0));
        engine.build_gives("shop-web", image);
        up_with(&engine, &project, &build()).await.done();
        assert_eq!(engine.named("shop-web-1").image_id, image);
        super::converge::assert_converged(&engine, &project, image).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pull_policy_of_always_replaces_only_what_got_another_image() {
    let mut project = project([service("web"), service("db")]);
    for service in project.services.values_mut() {
        service.pull_policy = PullPolicy::Always;
    }
    let engine = engine_for(&project);
    engine.registry_has("web:1", "sha256:web:1");
    engine.registry_has("db:1", "sha256:db:1");
    up(&engine, &project).await.done();
    let web = engine.named("shop-web-1").id;
    engine.registry_has("db:1", "sha256:newer");
    up(&engine, &project).await.done();
    assert_eq!(engine.named("shop-web-1").id, web);
    assert_eq!(engine.named("shop-db-1").image_id, "sha256:newer");
}

#[tokio::test(start_paused = true)]
async fn an_image_that_is_too_old_is_pulled_and_the_same_one_replaces_nothing() {
    let mut project = project([service("web")]);
    project.services["web"].pull_policy = PullPolicy::Every(24 * 60 * 60);
    let engine = engine_for(&project);
    for (tagged_at, registry, pulls) in [
        ("9999-01-01T00:00:00Z", "sha256:newer", 0),
        ("2020-01-01T00:00:00Z", "sha256:web:1", 1),
        ("", "sha256:newer", 1),
    ] {
        engine.registry_has("web:1", registry);
        up(&engine, &project).await.done();
        engine.image_mut("web:1", |image| image.tagged_at = tagged_at.into());
        let before = engine.named("shop-web-1");
        engine.forget_calls();
        up(&engine, &project).await.done();
        let pulled = engine
            .changes()
            .iter()
            .filter(|call| *call == "pull web:1")
            .count();
        assert_eq!(pulled, pulls, "{tagged_at}");
        let is_another = pulls > 0 && before.image_id != registry;
        assert_eq!(
            engine.named("shop-web-1").id != before.id,
            is_another,
            "{tagged_at}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_image_of_several_services_is_brought_once() {
    let mut project = project([service("a"), service("b")]);
    for service in project.services.values_mut() {
        service.spec.image = "one:1".into();
    }
    let engine = FakeEngine::with_images([]);
    engine.registry_has("one:1", "sha256:one");
    up(&engine, &project).await.done();
    let pulls = engine.changes();
    assert_eq!(pulls.iter().filter(|call| *call == "pull one:1").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_image_that_moved_by_itself_replaces_the_container() {
    let project = project([service("web")]);
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    engine.has_image("web:1", "sha256:moved");
    let run = up(&engine, &project).await.done();
    assert_eq!(
        run.plan.steps[0].reason.to_string(),
        "image is another one now: web:1 -> moved"
    );
    assert_eq!(engine.named("shop-web-1").image_id, "sha256:moved");
}

#[tokio::test(start_paused = true)]
async fn a_build_is_done_on_request_even_where_the_engine_lost_the_image() {
    let project = project([built(service("web"))]);
    let engine = FakeEngine::with_images([]);
    up(&engine, &project).await.done();
    engine.lose_image("shop-web");
    engine.build_gives("shop-web", "sha256:new");
    up_with(&engine, &project, &build()).await.done();
    assert_eq!(engine.named("shop-web-1").image_id, "sha256:new");
}

#[tokio::test(start_paused = true)]
async fn a_failed_build_is_told_with_its_output_and_the_old_container_stays() {
    let project = project([built(service("web"))]);
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    engine.fails("build", || EngineError::BuildFailed {
        tag: "shop-web".into(),
        step: Some("[2/2] RUN false".into()),
        why: "exit code: 1".into(),
        output: vec!["nothing to do".into()],
        line: None,
    });
    let run = up_with(&engine, &project, &build()).await;
    assert_eq!(
        run.failures(),
        ["image shop-web cannot be built: exit code: 1"]
    );
    assert!(engine.named("shop-web-1").status.is_up());
    assert!(matches!(
        run.progress()[..],
        [Progress::Build(BuildProgress::Step { .. })]
    ));
    let skipped = run.not_done();
    assert!(
        skipped[1..]
            .iter()
            .all(|line| line.ends_with("Skipped because of #1")),
        "{skipped:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_progress_of_a_pull_is_told() {
    let project = project([service("web")]);
    let engine = FakeEngine::with_images([]);
    engine.registry_has("web:1", "sha256:web");
    let run = up(&engine, &project).await.done();
    let told = run.progress().into_iter().map(|progress| match progress {
        Progress::Pull(pull) => pull.status.as_str(),
        other => panic!("{other:?}"),
    });
    assert!(told.eq(["Pulling", "Downloaded"]));
    assert_eq!(
        engine.named("shop-web-1").labels[label::IMAGE],
        "sha256:web"
    );
}
