use std::fs;

use super::*;
use crate::model::{Build, Content, SecretGrant, Ulimit};

/// The arguments after those that are always the same, and the variables.
fn called(build: &ImageBuild) -> (Vec<String>, Vec<String>) {
    let call = call(build).unwrap();
    let variables = call.variables.into_iter();
    let variables = variables.map(|(name, value)| format!("{name}={}", value.display()));
    (call.arguments[3..].to_vec(), variables.collect())
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

#[test]
fn the_section_becomes_arguments() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let build = ImageBuild {
        tag: "app-web".to_owned(),
        build: Build {
            context: "/app".to_owned(),
            dockerfile: Some("sub/Dockerfile".to_owned()),
            args: [pair("A", "1"), pair("API_TOKEN", "hush")].into(),
            labels: [pair("l", "1")].into(),
            target: Some("final".to_owned()),
            tags: texts(["app:2", "app-web"]),
            cache_from: texts(["type=local,src=/c"]),
            cache_to: texts(["type=local,dest=/c"]),
            network: Some("host".to_owned()),
            extra_hosts: texts(["h=1.2.3.4"]),
            shm_size: crate::model::ByteSize::from_bytes(64),
            ulimits: [("nofile".to_owned(), Ulimit { soft: 1, hard: 2 })].into(),
            no_cache: true,
            no_cache_filter: texts(["base"]),
            pull: true,
            additional_contexts: [pair("base", "docker-image://x")].into(),
            entitlements: texts(["device"]),
            privileged: true,
            provenance: Some("mode=max".to_owned()),
            sbom: Some("true".to_owned()),
            secrets: vec![SecretGrant::default()],
            ssh: texts(["default", "k=/keys/k"]),
            ..Build::default()
        },
        platforms: texts(["linux/amd64", "linux/arm64"]),
        labels: [pair("m", "2")].into(),
        secrets: [
            ("file".to_owned(), SecretValue::File("/s/file".into())),
            (
                "env".to_owned(),
                SecretValue::Content(Content::new(*b"hunter2")),
            ),
        ]
        .into(),
        builder: Some("far".to_owned()),
    };
    let (arguments, variables) = called(&build);
    assert_eq!(
        arguments,
        [
            "--builder=far",
            "--tag=app-web",
            "--tag=app:2",
            "--build-arg=A=1",
            "--build-arg=API_TOKEN",
            "--label=l=1",
            "--label=m=2",
            "--target=final",
            "--platform=linux/amd64,linux/arm64",
            "--cache-from=type=local,src=/c",
            "--cache-to=type=local,dest=/c",
            "--network=host",
            "--add-host=h:1.2.3.4",
            "--shm-size=64",
            "--ulimit=nofile=1:2",
            "--no-cache",
            "--no-cache-filter=base",
            "--pull",
            "--build-context=base=docker-image://x",
            "--allow=device",
            "--allow=security.insecure",
            "--allow=network.host",
            "--provenance=mode=max",
            "--sbom=true",
            "--secret=id=file,src=/s/file",
            "--secret=id=env,env=WINDLASS_BUILD_SECRET_1",
            "--ssh=default",
            "--ssh=k=/keys/k",
            "--file=/app/sub/Dockerfile",
            "/app",
        ]
    );
    assert_eq!(
        variables,
        ["API_TOKEN=hush", "WINDLASS_BUILD_SECRET_1=hunter2"]
    );
}

#[test]
fn dockerfiles_are_found_from_the_context() {
    let build = |context: &str, file: Option<&str>, inline: Option<&str>| ImageBuild {
        tag: "x".to_owned(),
        build: Build {
            context: context.to_owned(),
            dockerfile: file.map(str::to_owned),
            dockerfile_inline: inline.map(str::to_owned),
            ..Build::default()
        },
        ..ImageBuild::default()
    };
    let table: [(_, &[&str]); 5] = [
        (build("/app", None, None), &["/app"]),
        (
            build("/app", Some("/else/Dockerfile"), None),
            &["--file=/else/Dockerfile", "/app"],
        ),
        (
            build("https://x/y.git", Some("a/b"), None),
            &["--file=a/b", "https://x/y.git"],
        ),
        (build("/app", None, Some("FROM x")), &["--file=-", "/app"]),
        (build("git@x:y.git", None, None), &["git@x:y.git"]),
    ];
    for (build, expected) in table {
        assert_eq!(called(&build).0[1..], *expected);
        assert_eq!(call(&build).unwrap().input, build.build.dockerfile_inline);
    }
}

#[test]
fn secrets_that_cannot_be_handed_over_are_refused() {
    let refused = |value| {
        let secrets = [("s".to_owned(), value)].into();
        call(&ImageBuild {
            secrets,
            ..ImageBuild::default()
        })
        .unwrap_err()
    };
    assert_eq!(
        refused(SecretValue::Content(Content::new(*b"a\0b"))),
        "secret s has a zero byte: give it by `file`"
    );
    assert_eq!(
        refused(SecretValue::File("/a,b".into())),
        "secret s: docker buildx does not take the path /a,b"
    );
}

#[test]
fn the_program_is_the_first_one_among_the_plugins() {
    let config = tempfile::tempdir().unwrap();
    let extra = config.path().join("extra");
    fs::create_dir_all(&extra).unwrap();
    let text = serde_json::json!({ "cliPluginsExtraDirs": [extra] }).to_string();
    fs::write(config.path().join("config.json"), text).unwrap();
    let folders = plugin_folders(Some(config.path()));
    assert_eq!(
        folders[..2],
        [config.path().join("cli-plugins"), extra.clone()]
    );
    assert_eq!(folders[2..], SYSTEM_FOLDERS.map(PathBuf::from));
    assert_eq!(find(&folders[..2]), None);
    let program = extra.join("docker-buildx");
    fs::write(&program, "").unwrap();
    assert_eq!(find(&folders[..2]), None);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(find(&folders[..2]), Some(program));
    assert_eq!(plugin_folders(None), SYSTEM_FOLDERS.map(PathBuf::from));
}

#[test]
fn what_the_program_tells_is_read() {
    let script = Script::new("Dockerfile", "FROM a\n\nRUN x\n");
    let mut report = Report::new("app-web", script);
    let begun =
        r#"{"vertexes":[{"digest":"a","name":"[2/2] RUN x","started":"2026-01-01T00:00:00Z"}]}"#;
    let step = BuildProgress::Step {
        id: "a".to_owned(),
        name: "[2/2] RUN x".to_owned(),
        cached: false,
    };
    assert_eq!(report.read(begun), [step]);
    let output = BuildProgress::Output {
        id: Some("a".to_owned()),
        text: "oops\n".to_owned(),
    };
    assert_eq!(
        report.read(r#"{"logs":[{"vertex":"a","stream":1,"data":"b29wcwo="}]}"#),
        [output]
    );
    let warning = BuildProgress::Warning("no output".to_owned());
    assert_eq!(report.read("WARNING: no output"), [warning]);
    report.read(r#"{"vertexes":[{"digest":"a","name":"[2/2] RUN x","completed":"2026-01-01T00:00:00Z","error":"exit code: 3"}]}"#);
    assert!(
        report
            .read("ERROR: failed to build: failed to solve: exit code: 3")
            .is_empty()
    );
    let EngineError::BuildFailed {
        step,
        why,
        output,
        line,
        ..
    } = report.failure("exit status: 1")
    else {
        panic!("another error")
    };
    assert_eq!(
        (step.as_deref(), why.as_str()),
        (Some("[2/2] RUN x"), "exit code: 3")
    );
    assert_eq!((output, line.unwrap().line), (vec!["oops".to_owned()], 3));
    let silent = Report::new("x", Script::default()).failure("signal: 9");
    assert_eq!(
        silent.to_string(),
        "image x cannot be built: docker buildx ended with signal: 9"
    );
}
