//! Programs outside: providers and models, as small shell scripts.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tempfile::TempDir;
use windlass::model::{Condition, Model, Project, Provider};
use windlass::plan::{self, DownOptions, StopOptions};
use windlass::reconcile::{ApplyOptions, Progress, observe};

use crate::support::fake_engine::FakeEngine;
use crate::support::project::{down, engine_for, needs, project, run, service, up};

/// A folder with programs that note how they are called.
struct Programs(TempDir);

impl Programs {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn program(&self, name: &str, body: &str) -> PathBuf {
        let path = self.0.path().join(name);
        let calls = self.0.path().join("calls");
        let text = format!("#!/bin/sh\necho \"$*\" >> {}\n{body}\n", calls.display());
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// What was called since the last look, without questions for metadata.
    fn calls(&self) -> Vec<String> {
        let path = self.0.path().join("calls");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        let calls = text.lines().filter(|line| *line != "compose metadata");
        calls.map(str::to_owned).collect()
    }
}

/// `web` needs `my-db`, which this program brings.
fn shop(program: PathBuf) -> Project {
    let mut db = service("my-db");
    db.provider = Some(Provider {
        kind: "cloud".into(),
        options: [("type".to_owned(), vec!["mysql".to_owned()])].into(),
        program: Some(program),
    });
    project([
        needs(service("web"), "my-db", Condition::ServiceHealthy),
        db,
    ])
}

fn engine_of(project: &Project) -> FakeEngine {
    engine_for(project)
}

const UP: &str = r#"case "$3" in
up)
  echo '{"type": "info", "message": "making it"}'
  echo '{"type": "setenv", "message": "URL=one"}'
  echo '{"type": "rawsetenv", "message": "PLAIN=two"}';;
esac"#;

fn environment(engine: &FakeEngine) -> Vec<String> {
    let mut environment = engine.named("shop-web-1").environment;
    environment.retain(|line| !line.starts_with("PATH="));
    environment
}

#[tokio::test]
async fn dependents_get_what_the_provider_sets_and_stay_while_that_stays() {
    let programs = Programs::new();
    let project = shop(programs.program("cloud", UP));
    let engine = engine_of(&project);
    let first = up(&engine, &project).await.done();
    assert_eq!(first.progress(), [&Progress::Note("making it".to_owned())]);
    assert_eq!(
        programs.calls(),
        ["compose --project-name=shop up --type=mysql my-db"]
    );
    assert_eq!(environment(&engine), ["MY-DB_URL=one", "PLAIN=two"]);
    let first = engine.named("shop-web-1");

    engine.forget_calls();
    let second = up(&engine, &project).await.done();
    assert_eq!(engine.changes(), [""; 0]);
    assert_eq!(second.outcome("CreateContainer shop-web-1"), "NotNeeded");
    assert_eq!(programs.calls().len(), 1);

    programs.program("cloud", &UP.replace("URL=one", "URL=three"));
    up(&engine, &project).await.done();
    assert_eq!(environment(&engine), ["MY-DB_URL=three", "PLAIN=two"]);
    assert_ne!(engine.named("shop-web-1").id, first.id);
    let labels = format!("{:?}", engine.named("shop-web-1").labels);
    assert!(!labels.contains("three"), "{labels}");
}

#[tokio::test]
async fn a_provider_that_fails_keeps_its_dependents_from_starting() {
    let programs = Programs::new();
    for (body, expected) in [
        (
            r#"test "$2" = metadata && exit 1; echo '{"type": "error", "message": "no quota"}'; exec sleep 1000"#,
            "provider cloud says: no quota",
        ),
        ("exit 3", "provider cloud ended with exit status: 3"),
        (
            "test $2 = metadata && exit 1; echo password=hunter2",
            "provider cloud is not understood: it printed a line that is no JSON object with a `type` and a `message`",
        ),
        (
            r#"echo '{"up": {"parameters": [{"name": "size", "required": true}]}}'"#,
            "provider cloud needs the option `size`",
        ),
    ] {
        let project = shop(programs.program("cloud", body));
        let engine = engine_of(&project);
        let run = up(&engine, &project).await;
        assert_eq!(run.failures(), [expected]);
        assert_eq!(
            run.outcome("CreateContainer shop-web-1"),
            "Skipped because of #1"
        );
    }
}

#[tokio::test]
async fn a_provider_gets_only_the_options_that_it_says_it_takes() {
    let programs = Programs::new();
    let body = r#"test "$2" = metadata && echo '{"up": {"parameters": []}, "down": {"parameters": [{"name": "type"}]}}'
exit 0"#;
    let project = shop(programs.program("cloud", body));
    let engine = engine_of(&project);
    up(&engine, &project).await.done();
    down(&engine, &project, &DownOptions::default())
        .await
        .done();
    assert_eq!(
        programs.calls(),
        [
            "compose --project-name=shop up my-db",
            "compose --project-name=shop down --type=mysql my-db",
        ]
    );
}

#[tokio::test]
async fn a_provider_is_stopped_only_if_it_says_that_it_can() {
    let programs = Programs::new();
    for (metadata, calls) in [
        ("{}", &[][..]),
        (
            r#"{"stop": {}}"#,
            &["compose --project-name=shop stop --type=mysql my-db"],
        ),
    ] {
        let body = format!("test \"$2\" = metadata && echo '{metadata}'\nexit 0");
        let project = shop(programs.program("cloud", &body));
        let engine = engine_of(&project);
        let state = observe(&engine, &project).await.unwrap();
        let plan = plan::stop(&project, &state, &StopOptions::default());
        run(&engine, plan, &ApplyOptions::default()).await.done();
        assert_eq!(programs.calls(), calls, "{metadata}");
    }
}

#[tokio::test]
async fn a_provider_that_cannot_release_leaves_nothing_else_half_done() {
    let programs = Programs::new();
    let project = shop(programs.program("cloud", "test $3 = up"));
    let engine = engine_of(&project);
    up(&engine, &project).await.done();
    let run = down(&engine, &project, &DownOptions::default()).await;
    assert_eq!(run.failures(), ["provider cloud ended with exit status: 1"]);
    assert_eq!(engine.all_containers(), []);
    assert_eq!(
        engine.changes().last().unwrap(),
        "remove network shop_default"
    );
}

#[tokio::test]
async fn models_are_pulled_once_configured_and_their_address_is_told() {
    let programs = Programs::new();
    let body = |listed: &str| {
        format!(
            r#"case "$1" in
ls) echo '{listed}';;
pull) echo 'one of three';;
status) echo '{{"endpoint": "http://model/"}}';;
esac"#
        )
    };
    let mut web = service("web");
    web.models.push(Model {
        name: "llm".into(),
        model: "ai/smollm2".into(),
        context_size: Some(1024),
        program: Some(programs.program("docker-model", &body("[]"))),
        ..Model::default()
    });
    web.spec.models.insert("llm".into(), "LLM_URL".into());
    let project = project([web]);
    let engine = engine_of(&project);
    up(&engine, &project).await.done();
    let configure = "configure --context-size=1024 ai/smollm2";
    assert_eq!(
        programs.calls(),
        ["ls --json", "pull ai/smollm2", configure, "status --json"]
    );
    assert_eq!(environment(&engine), ["LLM_URL=http://model/"]);

    programs.program("docker-model", &body(r#"[{"tags": ["ai/smollm2"]}]"#));
    engine.forget_calls();
    up(&engine, &project).await.done();
    assert_eq!(engine.changes(), [""; 0]);
    assert_eq!(programs.calls(), ["ls --json", configure, "status --json"]);
}
