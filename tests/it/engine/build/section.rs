//! What the `build` section says reaches the build.

use crate::support::engine::{Stack, is_podman};

const SECTION: &str = r#"
services:
  app:
    build:
      context: app
      dockerfile: ../outside/App.dockerfile
      network: none
      extra_hosts: ["mast=10.1.2.3"]
      labels: {org.example.deck: upper}
      tags: ["PROJECT-second:1"]
      cache_from: ["PROJECT-nowhere"]
      cache_to: [type=inline]
      platforms: [PLATFORM]
      shm_size: 32m
      ulimits: {nofile: 77}
      no_cache: true
      provenance: false
    command: sleep 1000
    init: true
"#;

#[test]
fn every_key_reaches_the_build() {
    let stack = Stack::empty("section");
    let version = stack.api().get("version").expect("a version");
    let word = |key: &str| version[key].as_str().unwrap_or_default().to_owned();
    let platform = format!("{}/{}", word("Os"), word("Arch"));
    let text = SECTION.replace("PROJECT", stack.project());
    stack.file("stack.yaml", &text.replace("PLATFORM", &platform));
    stack.file("app/kept", "x");
    stack.file("app/left-out", "x");
    stack.file("app/.dockerignore", "kept");
    stack.file("outside/App.dockerfile.dockerignore", "left-out");
    stack.file(
        "outside/App.dockerfile",
        "FROM busybox\nCOPY . /context\nRUN cat /etc/hosts > /hosts; ls /sys/class/net > /networks; \
         ulimit -n > /files; df -k /dev/shm > /shm; cat /proc/sys/kernel/random/uuid > /when\n",
    );
    let up = stack.ok(&["up", "-d"]);
    up.says(&["Building by the engine, with "]);
    let print = |path: &str| stack.exec("app", &["cat", path]).1;
    assert!(print("/hosts").contains("10.1.2.3"), "{}", print("/hosts"));
    assert_eq!(print("/networks"), "lo\n");
    assert_eq!(stack.exec("app", &["ls", "/context"]).1, "kept\n");
    let minor = word("ApiVersion")
        .split('.')
        .nth(1)
        .and_then(|n| n.parse().ok());
    if minor >= Some(42_u32) {
        assert_eq!(print("/files"), "77\n");
        assert!(print("/shm").contains(" 32768 "), "{}", print("/shm"));
    } else {
        up.says(&[
            "`build.shm_size` does nothing",
            "`build.ulimits` does nothing",
        ]);
    }
    let second = format!("{}-second:1", stack.project());
    let image = stack
        .api()
        .get(&format!("images/{second}/json"))
        .expect("the second name");
    let labels = &image["Config"]["Labels"];
    assert_eq!(labels["org.example.deck"], "upper");
    assert_eq!(labels["com.docker.compose.project"], stack.project());
    let id = |service: &str| stack.container(service)["Image"].clone();
    assert_eq!(image["Id"], id("app"));
    // Without the cache another image comes out of it.
    let before = print("/when");
    stack.ok(&["up", "-d", "--build"]);
    assert_ne!(print("/when"), before);
    stack.ok(&["down", "--rmi", "local"]);
    stack.api().delete(&format!("images/{second}"));
}

const FAMILY: &str = r#"
services:
  app:
    build:
      context: app
      additional_contexts:
        base: service:base
        tools: docker-image://busybox
    command: sleep 1000
    init: true
  base:
    build: {context: base}
    profiles: [never]
  twin:
    build: {context: app, additional_contexts: {tools: "docker-image://busybox", base: "service:base"}}
    command: sleep 1000
    init: true
"#;

#[test]
fn images_are_built_from_those_of_other_services_and_the_same_only_once() {
    let stack = Stack::new(
        "family",
        &FAMILY.replace("    profiles: [never]\n", "    scale: 0\n"),
    );
    stack.file(
        "base/Dockerfile",
        "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /base\n",
    );
    let dockerfile = "# the family\nFROM base AS mine\nRUN cat /proc/sys/kernel/random/uuid > /mine\nFROM busybox\n\
                      COPY --from=mine /base /mine /\nCOPY --from=tools /bin/busybox /tool\n";
    stack.file("app/Dockerfile", dockerfile);
    // What its build copies from is built, though it is not asked for.
    stack.ok(&["up", "-d", "app"]);
    let print = |service: &str| stack.exec(service, &["cat", "/base", "/mine"]);
    assert_eq!(print("app").0, 0);
    stack.ok(&["up", "-d"]);
    // Podman makes steps anew where a build has contexts beside its own.
    if is_podman() {
        assert_eq!(print("twin").0, 0);
    } else {
        assert_eq!(print("app"), print("twin"));
    }
    assert_eq!(stack.exec("app", &["ls", "/tool"]).0, 0);
    assert_eq!(stack.states(), ["app-1 running", "twin-1 running"]);
    stack.ok(&["plan"]);
    // The lines that are told are those of the user's file.
    stack.file("app/Dockerfile", &format!("{dockerfile}RUN exit 3\n"));
    stack
        .fails(1, &["up", "-d", "--build"])
        .says(&["Dockerfile:7:\n    | RUN exit 3\n"]);
    stack.ok(&["down", "--rmi", "local"]);
}

#[test]
fn a_folder_beside_the_context_can_be_copied_from() {
    let file =
        "services: {app: {build: {context: app, additional_contexts: {deck: ./deck}}, init: true}}";
    let stack = Stack::new("build-folder", file);
    stack.file("deck/plank", "oak");
    stack.file("deck/rot", "x");
    stack.file("deck/.dockerignore", "rot");
    let dockerfile = "FROM busybox\nCOPY --from=deck / /deck\nCMD [\"sleep\", \"1000\"]\n";
    stack.file("app/Dockerfile", dockerfile);
    stack
        .ok(&["up", "-d"])
        .says(&["by the engine", "[internal] load "]);
    assert_eq!(stack.exec("app", &["cat", "/deck/plank"]).1, "oak");
    assert_ne!(stack.exec("app", &["ls", "/deck/rot"]).0, 0);
    let images = stack.api().get("images/json").expect("images");
    assert!(!images.to_string().contains("windlass-context"), "{images}");
    stack.ok(&["down", "--rmi", "local"]);
}
