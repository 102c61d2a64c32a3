//! Configs and secrets: in the container before it starts, and a new container where they change.

use windlass::engine::EngineError;
use windlass::model::{
    Config, ConfigName, Content, ContentSource, FileReference, MountKind, Positions, Project,
    SecretName,
};
use windlass::plan::UpOptions;
use windlass::reconcile::gather;

use crate::support::project::{changes, engine_for, name, plan_up, project, service, up, up_with};

fn config(source: ContentSource, text: Option<&str>) -> Config {
    Config {
        source,
        content: text.map(|text| Content::new(text.as_bytes())),
        positions: Positions::default(),
    }
}

fn reference(source: &str, target: &str) -> FileReference {
    FileReference {
        source: source.into(),
        target: target.into(),
        ..FileReference::default()
    }
}

/// `web` is granted the config `motd`, and the secret `pin`.
fn shop(motd: &str, pin: &str) -> Project {
    let mut web = service("web");
    web.spec.configs = vec![reference("motd", "/motd")];
    web.spec.secrets = vec![reference("pin", "/run/secrets/pin")];
    let mut project = project([web]);
    let motd = config(ContentSource::Inline, Some(motd));
    let pin = config(ContentSource::Environment("PIN".into()), Some(pin));
    project
        .configs
        .insert(ConfigName::new("motd").unwrap(), motd);
    project.secrets.insert(SecretName::new("pin").unwrap(), pin);
    gather(project).unwrap().project
}

#[tokio::test(start_paused = true)]
async fn files_are_in_a_container_before_it_starts() {
    let project = shop("hello", "1234");
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    assert_eq!(
        engine.changes()[1..],
        [
            "create shop-web-1",
            "copy /motd /run/secrets/pin shop-web-1",
            "start shop-web-1"
        ]
    );
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    assert_eq!(changes(&plan), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn another_content_makes_another_container_and_is_not_shown() {
    let engine = engine_for(&shop("hello", "1234"));
    up(&engine, &shop("hello", "1234")).await.done();
    engine.forget_calls();
    let changed = shop("hello", "4321");
    let run = up(&engine, &changed).await.done();
    let first = run.plan.to_string().lines().next().unwrap().to_owned();
    assert_eq!(
        first,
        "[] -> #1 service:web:1, CreateContainer, secrets.pin: its content changed"
    );
    let interim = engine.changes()[0].replace("create ", "");
    assert_eq!(
        engine.changes()[1],
        format!("copy /motd /run/secrets/pin {interim}")
    );
    for secret in ["1234", "4321"] {
        assert!(!format!("{:?}", run.plan).contains(secret));
        assert!(!format!("{:?}", run.events).contains(secret));
        let labels = engine.named("shop-web-1").labels;
        assert!(!format!("{labels:?}").contains(secret));
    }
}

#[tokio::test(start_paused = true)]
async fn a_container_that_never_got_its_files_gets_them_with_the_next_run() {
    let project = shop("hello", "1234");
    let engine = engine_for(&project);
    engine.fails("copy /motd /run/secrets/pin", || {
        EngineError::Conflict("no".into())
    });
    let run = up(&engine, &project).await;
    assert_eq!(run.failures(), ["no"]);
    engine.works("copy /motd /run/secrets/pin");
    engine.forget_calls();
    up(&engine, &project).await.done();
    assert_eq!(
        engine.changes(),
        ["copy /motd /run/secrets/pin shop-web-1", "start shop-web-1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_container_that_is_made_and_not_started_has_its_files() {
    let project = shop("hello", "1234");
    let engine = engine_for(&project);
    let options = UpOptions {
        no_start: true,
        ..UpOptions::default()
    };
    up_with(&engine, &project, &options).await.done();
    assert_eq!(
        engine.changes().last().unwrap(),
        "copy /motd /run/secrets/pin shop-web-1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_is_mounted_unless_another_owner_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "one").unwrap();
    let shop = || {
        let mut web = service("web");
        let owned = FileReference {
            uid: Some(5),
            ..reference("key", "/owned")
        };
        web.spec.secrets = vec![reference("key", "/run/secrets/key"), owned];
        let mut project = project([web]);
        let key = config(ContentSource::File(path.clone()), None);
        project.secrets.insert(SecretName::new("key").unwrap(), key);
        gather(project).unwrap().project
    };
    let engine = engine_for(&shop());
    up(&engine, &shop()).await.done();
    assert_eq!(engine.changes()[2], "copy /owned shop-web-1");
    let mounts = engine.named("shop-web-1").mounts;
    assert_eq!(mounts.len(), 1);
    assert_eq!(mounts[0].target, "/run/secrets/key");
    assert_eq!(mounts[0].source, path.to_string_lossy());
    assert!(!mounts[0].writable);
    // An editor puts a new file in the place of the old one, which a mount does not follow.
    std::fs::write(&path, "two").unwrap();
    let changed = shop();
    let plan = plan_up(&engine, &changed, &UpOptions::default()).await;
    assert!(
        plan.to_string()
            .contains("secrets.key: its content changed"),
        "{plan}"
    );
    let of_web = &changed.services[&name("web")].spec;
    assert!(
        of_web
            .volumes
            .iter()
            .all(|mount| !matches!(mount.kind, MountKind::Bind { .. }))
    );
}
