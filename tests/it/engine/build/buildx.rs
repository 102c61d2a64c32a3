//! What only docker buildx can build.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::engine::{Ran, Stack};

const SECRETS: &str = r"
services:
  app:
    build:
      context: app
      secrets: [key, {source: token, target: pass}]
      args: {API_TOKEN: shown-nowhere}
    command: sleep 1000
    init: true
secrets:
  key: {file: ./key}
  token: {environment: DECK_TOKEN}
";

const DOCKERFILE: &str = "\
FROM busybox
ARG API_TOKEN
RUN --mount=type=secret,id=key --mount=type=secret,id=pass cat /run/secrets/* | md5sum > /sum
RUN cat /run/secrets/pass 2>/dev/null || echo gone > /gone; printf %s $API_TOKEN | wc -c >> /gone
";

/// Docker's configuration folder with buildx in it; none where it is not to be had.
fn configuration() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("WINDLASS_TEST_COMPOSE").unwrap_or_default());
    let mut docker = Command::new("docker");
    let docker = docker
        .args(["buildx", "version"])
        .env("DOCKER_CONFIG", &folder);
    let ran = docker.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success()).then_some(folder)
}

fn stack(topic: &str) -> Stack {
    let stack = Stack::new(topic, SECRETS).env("DECK_TOKEN", "hunter2-long");
    stack.file("key", "a key\n");
    stack.file("app/Dockerfile", DOCKERFILE);
    stack
}

#[test]
fn secrets_are_there_while_the_image_is_built_and_nowhere_else() {
    let Some(folder) = configuration() else {
        // libtest has no word for a test that is left out.
        eprintln!("left out: no docker buildx in WINDLASS_TEST_COMPOSE, see tests/run");
        return;
    };
    let stack = stack("build-secret").env("DOCKER_CONFIG", &folder.display().to_string());
    let up = stack.ok(&["up", "-d"]);
    up.says(&[
        "Building by docker buildx, for secrets",
        "] RUN --mount=type=secret,id=key",
    ]);
    for secret in ["hunter2", "shown-nowhere"] {
        assert!(!up.both().contains(secret), "{}", up.both());
    }
    // What `printf 'a key\nhunter2-long' | md5sum` prints.
    let sum = stack.exec("app", &["cat", "/sum"]).1;
    assert_eq!(
        sum.split(' ').next(),
        Some("d4425ea1e223ae097329534e7dac588f")
    );
    assert_eq!(stack.exec("app", &["cat", "/gone"]).1, "gone\n13\n");
    stack.ok(&["plan"]);
    let built = stack.ok(&["build", "--builder", "default"]);
    built.says(&["Building by docker buildx, for builder, secrets"]);
    for secret in ["hunter2", "shown-nowhere"] {
        assert!(!built.both().contains(secret), "{}", built.both());
    }

    stack.file(
        "app/Dockerfile",
        &format!("{DOCKERFILE}RUN echo adrift; exit 3\n"),
    );
    stack.fails(1, &["up", "-d", "--build"]).says(&[
        "Dockerfile:5:\n    | RUN echo adrift; exit 3\n",
        "its last output:\n    | adrift\n",
    ]);
    std::fs::remove_file(stack.path("key")).expect("the key");
    stack
        .fails(1, &["up", "-d", "--build"])
        .says(&["secret key", "No such file"]);
    stack.ok(&["down", "--rmi", "local"]);
}

#[test]
fn without_buildx_the_key_that_needs_it_is_named() {
    let system = [
        "/usr/local/lib",
        "/usr/local/libexec",
        "/usr/lib",
        "/usr/libexec",
    ];
    let is_there = |folder: &&str| {
        PathBuf::from(folder)
            .join("docker/cli-plugins/docker-buildx")
            .exists()
    };
    if system.iter().any(is_there) {
        eprintln!("left out: this machine has docker buildx for everybody");
        return;
    }
    let stack = stack("no-buildx");
    stack.fails(1, &["up", "-d"]).says(&[
        "has no place for `secrets`, and docker buildx is not installed",
        "--> stack.yaml:6:",
        "help: install it: ",
    ]);
    stack.file(
        "stack.yaml",
        "services: {app: {build: {context: app, dockerfile_inline: FROM busybox}}}",
    );
    for (flag, key) in [
        ("--builder=far", "`builder`"),
        ("--provenance=true", "`provenance`"),
        ("--sbom=true", "`sbom`"),
        ("--ssh=default", "`ssh`"),
    ] {
        let words = format!("has no place for {key}, and docker buildx is not installed");
        stack.fails(1, &["build", flag]).says(&[&words]);
    }
    let check = stack.fails(1, &["build", "--check"]);
    check.says(&["build --check is done by docker buildx, which is not installed"]);
}

/// Everything that a file of bake has a place for, but for what docker compose writes in an order of its own.
const BAKED: &str = "\
services:
  app:
    image: me/app:1
    platform: linux/amd64
    build:
      context: app
      dockerfile: Other
      target: last
      args: {A: one, B: 'two $${A}'}
      labels: {side: rear}
      tags: ['me/app:2']
      cache_from: ['me/cache:1']
      cache_to: ['type=local,dest=/tmp/cache']
      secrets: [pin, {source: key, target: other}]
      ssh: [default]
      platforms: [linux/amd64]
      pull: true
      no_cache: true
      network: host
      shm_size: 64m
      ulimits: {nofile: {soft: 10, hard: 20}}
      extra_hosts: ['a:1.2.3.4', 'b:::1']
      additional_contexts: {lib: ./lib, img: 'docker-image://busybox'}
      privileged: true
secrets:
  pin: {environment: PIN}
  key: {file: ./key}
";

#[test]
fn builds_are_printed_as_docker_compose_writes_them_for_bake() {
    let stack = Stack::empty("bake").env("PIN", "1234");
    stack.file("compose.yaml", BAKED);
    stack.same_as_compose(&["build", "--print"]);
    let printed = stack.ok(&["build", "--print"]);
    printed.prints(&["\"dockerfile\": \"", "\"id=pin,type=env,env=PIN\""]);
    assert!(!printed.both().contains("1234"), "{}", printed.both());
    stack.file(
        "compose.yaml",
        "services: {a: {build: {dockerfile_inline: FROM busybox}}}",
    );
    stack.same_as_compose(&["build", "--print", "a"]);
    stack.file("compose.yaml", "services: {a: {image: busybox}}");
    stack.same_as_compose(&["build", "--print"]);
}

#[test]
fn dockerfiles_are_checked_by_buildx() {
    let Some(folder) = configuration() else {
        eprintln!("left out: docker buildx is not there, see tests/run");
        return;
    };
    let folder = folder.display().to_string();
    let stack = Stack::empty("check").env("DOCKER_CONFIG", &folder);
    stack.file("compose.yaml", "services: {app: {build: .}}");
    // Docker 20.10 cannot check and says so; a check that finds something ends with 1.
    for dockerfile in [
        "FROM busybox as one\nCMD echo hi\n",
        "FROM busybox AS one\n",
    ] {
        stack.file("Dockerfile", dockerfile);
        let ours = stack.run(&["build", "--check"]);
        let theirs = stack
            .compose(&["build", "--check"])
            .expect("docker compose");
        assert!(
            !theirs.stderr.contains("no configuration file"),
            "{}",
            theirs.both()
        );
        let found = |ran: &Ran| {
            let lines = ran.stdout.lines().filter(|line| line.contains("WARNING: "));
            (ran.status, lines.map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(
            found(&ours),
            found(&theirs),
            "{}\n{}",
            ours.both(),
            theirs.both()
        );
    }
    assert_eq!(stack.images(), [""; 0]);
}
