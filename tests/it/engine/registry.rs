//! Images in a registry: pulled when the policy says so, pushed, and with the user's credentials.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use windlass::engine::EngineError;

use crate::support::engine::{Stack, is_podman};
use crate::support::registry::{Registry, push};

/// Gives an image of the engine another name.
fn tag(stack: &Stack, image: &str, name: &str) {
    let (repository, tag) = name.rsplit_once(':').expect("a tag");
    let path = format!("images/{image}/tag?repo={repository}&tag={tag}");
    stack.api().post(&path, &Value::Null);
}

/// Makes an image with an identifier of its own: another name of busybox would show in every test beside this one.
fn make(stack: &Stack, name: &str) {
    let (repository, tag) = name.rsplit_once(':').expect("a tag");
    let wanted = json!({ "Image": "busybox:latest" });
    let container = stack.api().post("containers/create", &wanted);
    let id = container["Id"].as_str().expect("an id");
    let path = format!("commit?container={id}&repo={repository}&tag={tag}");
    stack.api().post(&path, &Value::Null);
    stack.api().delete(&format!("containers/{id}"));
}

fn forget(stack: &Stack, image: &str) {
    stack.api().delete(&format!("images/{image}"));
}

fn id_of(stack: &Stack, image: &str) -> String {
    let image = stack.api().get(&format!("images/{image}/json"));
    image.expect("an image")["Id"].to_string()
}

/// Two services of one image, the second with a pull policy.
fn file(image: &str, policy: &str) -> String {
    let service = |name: &str, policy: &str| {
        format!("  {name}: {{image: '{image}', command: sleep 1000, init: true{policy}}}\n")
    };
    let policy = format!(", pull_policy: {policy}");
    format!("services:\n{}{}", service("a", ""), service("b", &policy))
}

#[tokio::test]
async fn images_are_pulled_when_the_policy_says_so_and_once_for_all_services() {
    let registry = Registry::open();
    let image = registry.image("fleet/app:1");
    let stack = Stack::new("pull", &file(&image, "missing"));
    make(&stack, &image);
    let told = push(&image, &stack.path("")).await.expect("a push");
    let is_pushed = |line: &String| line.starts_with("1: digest: sha256:");
    assert!(told.iter().any(is_pushed), "{told:?}");
    // Podman tells of no layers.
    let has_layers = told.iter().any(|line| line == "Pushed");
    assert!(has_layers || is_podman(), "{told:?}");
    forget(&stack, &image);

    stack.file("stack.yaml", &file(&image, "never"));
    stack
        .fails(1, &["up", "-d", "--no-deps", "b"])
        .says(&[&image, "its pull policy is `never`"]);
    stack.file("stack.yaml", &file(&image, "missing"));
    let up = stack.ok(&["up", "-d"]);
    let line = format!(" Image {image} Pulling\n");
    assert_eq!(up.stderr.matches(&line).count(), 1, "{}", up.both());
    assert_eq!(stack.states(), ["a-1 running", "b-1 running"]);
    stack.ok(&["plan"]);

    // Another image of that name in the registry; the engine has the old one.
    let old = id_of(&stack, &image);
    let (repository, name) = image.rsplit_once(':').expect("a tag");
    let path = format!(
        "commit?container={}&repo={repository}&tag={name}",
        stack.id("a")
    );
    stack.api().post(&path, &Value::Null);
    push(&image, &stack.path("")).await.expect("a push");
    let new = id_of(&stack, &image);
    tag(&stack, old.trim_matches('"'), &image);

    let before = (stack.id("a"), stack.id("b"));
    // The engine was told the name just now.
    for policy in ["missing", "never", "daily", "weekly", "every_1h"] {
        stack.file("stack.yaml", &file(&image, policy));
        let up = stack.ok(&["up", "-d"]);
        assert!(!up.stderr.contains("Pull"), "{policy}: {}", up.both());
        assert_eq!((stack.id("a"), stack.id("b")), before, "{policy}");
    }
    tag(&stack, old.trim_matches('"'), &image);
    let up = stack.ok(&["up", "-d", "--pull", "always"]);
    assert_eq!(up.stderr.matches(&line).count(), 1, "{}", up.both());
    assert_eq!(id_of(&stack, &image), new);
    for service in ["a", "b"] {
        assert_eq!(stack.container(service)["Image"].to_string(), new);
    }
    // The same one again: nothing is replaced.
    let before = (stack.id("a"), stack.id("b"));
    stack.ok(&["up", "-d", "--pull", "always"]);
    assert_eq!((stack.id("a"), stack.id("b")), before);

    // The policy of the second service decides for both; a pull is noted, though the engine's own notes none.
    stack.file("stack.yaml", &file(&image, "always"));
    let plan = stack.fails(2, &["plan"]);
    plan.prints(&["pull_policy is always"]);
    stack.ok(&["down", "-t", "0", "--rmi", "all"]);
    stack.file("stack.yaml", &file(&image, "every_1h"));
    let up = stack.ok(&["up", "-d"]);
    assert_eq!(up.stderr.matches(&line).count(), 1, "{}", up.both());
    stack.ok(&["plan"]);
    stack.file("stack.yaml", &file(&image, "every_0s"));
    let plan = stack.fails(2, &["plan"]);
    plan.prints(&["image was pulled", "ago, pull_policy: every_0s"]);
    let before = (stack.id("a"), stack.id("b"));
    let up = stack.ok(&["up", "-d"]);
    assert_eq!(up.stderr.matches(&line).count(), 1, "{}", up.both());
    assert_eq!((stack.id("a"), stack.id("b")), before);
    for (policy, pulls) in [("daily", 0), ("every_0s", 1)] {
        let told = stack.ok(&["pull", "--policy", policy]);
        assert_eq!(told.stderr.matches(&line).count(), pulls, "{}", told.both());
    }
    stack.ok(&["down", "-t", "0", "--rmi", "all"]);
}

/// A password that is not to be seen in any output.
const PASSWORD: &str = "bowline-on-a-bight";

/// Docker's configuration with a password for the registry.
fn logged_in(registry: &Registry, password: &str) -> String {
    let stored = STANDARD.encode(format!("sailor:{password}"));
    json!({ "auths": { registry.address(): { "auth": stored } } }).to_string()
}

#[tokio::test]
async fn a_registry_with_a_password_gets_the_one_that_docker_login_stored() {
    let registry = Registry::of("sailor", PASSWORD);
    let image = registry.image("private/app:1");
    let stack = Stack::new("login", &file(&image, "always"));
    let folders = [stack.path("docker"), stack.path("bin")].map(|it| it.display().to_string());
    let path = std::env::var("PATH").unwrap_or_default();
    let stack = stack
        .env("DOCKER_CONFIG", &folders[0])
        .env("PATH", &format!("{}:{path}", folders[1]));

    make(&stack, &image);
    let denied = push(&image, &stack.path("docker")).await.unwrap_err();
    assert!(matches!(denied, EngineError::PushDenied { .. }), "{denied}");
    stack.file("docker/config.json", &logged_in(&registry, PASSWORD));
    push(&image, &stack.path("docker")).await.expect("a push");
    forget(&stack, &image);

    for config in ["{}".to_owned(), logged_in(&registry, "another")] {
        stack.file("docker/config.json", &config);
        let failed = stack.fails(1, &["up", "-d"]);
        failed.says(&[
            &format!("pull access denied for {image}"),
            "stack.yaml:2:",
            "`docker login`",
        ]);
        assert!(!failed.both().contains("another"), "{}", failed.both());
        assert_eq!(stack.containers().len(), 0);
    }

    // The password itself, and programs that keep it: for this registry, or for all.
    let server = registry.address();
    let program = format!(
        "#!/bin/sh\nread server\n[ \"$server\" = {server} ] || {{ echo credentials not found in native keychain; exit 1; }}\n\
         echo '{{\"Username\": \"sailor\", \"Secret\": \"{PASSWORD}\"}}'\n"
    );
    stack.file("bin/docker-credential-locker", &program);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(stack.path("bin/docker-credential-locker"), executable).unwrap();
    for config in [
        logged_in(&registry, PASSWORD),
        json!({ "credHelpers": { server: "locker" } }).to_string(),
        json!({ "credsStore": "locker" }).to_string(),
    ] {
        stack.file("docker/config.json", &config);
        let up = stack.ok(&["-vv", "up", "-d"]);
        up.says(&[&format!(" Image {image} Pulled\n")]);
        assert!(!up.both().contains(PASSWORD), "{config}");
        assert!(
            !up.both()
                .contains(&STANDARD.encode(format!("sailor:{PASSWORD}")))
        );
        stack.ok(&["down", "-t", "0", "--rmi", "all"]);
        let gone = stack.api().get(&format!("images/{image}/json"));
        assert!(gone.is_none(), "{config}");
    }
}

#[tokio::test]
async fn a_private_base_image_is_pulled_with_the_password_of_docker_login() {
    let registry = Registry::of("sailor", PASSWORD);
    let base = registry.image("private/base:1");
    let stack = Stack::new(
        "privatebase",
        "services: {app: {build: {context: app, args: {TAG: '1'}}, command: sleep 1000, init: true}}",
    );
    let folder = stack.path("docker").display().to_string();
    let stack = stack.env("DOCKER_CONFIG", &folder);
    let repository = registry.image("private/base");
    let dockerfile = format!("ARG TAG\nFROM {repository}:$TAG AS first\nFROM first\n");
    stack.file("app/Dockerfile", &dockerfile);
    stack.file("docker/config.json", &logged_in(&registry, PASSWORD));
    make(&stack, &base);
    push(&base, &stack.path("docker")).await.expect("a push");
    forget(&stack, &base);

    for config in ["{}".to_owned(), logged_in(&registry, "another")] {
        stack.file("docker/config.json", &config);
        let failed = stack.fails(1, &["up", "-d"]);
        failed.says(&[&base, "`docker login`"]);
        assert!(!failed.both().contains("another"), "{}", failed.both());
        assert_eq!(stack.containers().len(), 0);
    }
    stack.file("docker/config.json", &logged_in(&registry, PASSWORD));
    let up = stack.ok(&["-vv", "up", "-d"]);
    up.says(&[&base]);
    assert!(!up.both().contains(PASSWORD), "{}", up.both());
    assert_eq!(stack.states(), ["app-1 running"]);
    // The builder would have to log in for this, too.
    stack.ok(&["build", "--pull"]);
    stack.ok(&["down", "-t", "0", "--rmi", "all"]);
    forget(&stack, &base);
}

#[test]
fn a_registry_that_does_not_answer_is_told() {
    let stack = Stack::new("noregistry", &file("127.0.0.1:9/app:1", "missing"));
    stack.fails(1, &["up", "-d"]).says(&[
        "image 127.0.0.1:9/app:1 cannot be pulled",
        "is the registry reachable?",
    ]);
    stack.file("stack.yaml", "services: {app: {build: .}}\n");
    stack.file("Dockerfile", "FROM 127.0.0.1:9/base:1\n");
    stack.fails(1, &["up", "-d"]).says(&[
        "image 127.0.0.1:9/base:1 cannot be pulled",
        "is the registry reachable?",
    ]);
}
