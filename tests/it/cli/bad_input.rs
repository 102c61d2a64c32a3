//! What can go wrong before an engine is asked for anything.

use crate::support::test::Test;

const STACK: &str = "services:\n  web:\n    image: busybox\n";

#[test]
fn without_a_stack_file_the_names_looked_for_are_told() {
    for command in ["up", "plan", "down", "ps", "logs"] {
        Test::new([command])
            .stderr_contains("error: no stack file found")
            .stderr_contains("compose.yaml")
            .stderr_contains("help:")
            .status(1)
            .run();
    }
}

#[test]
fn a_stack_file_that_is_named_must_be_there() {
    Test::new(["-f", "nowhere.yaml", "plan"])
        .stderr_contains("nowhere.yaml")
        .status(1)
        .run();
}

#[test]
fn mistakes_in_the_file_are_quoted_with_their_place() {
    Test::new(["plan"])
        .file("compose.yaml", "services:\n  web:\n    imgae: busybox\n")
        .stderr_contains(" --> compose.yaml:3:5")
        .stderr_contains("3 |     imgae: busybox")
        .stderr_contains("did you mean `image`?")
        .status(1)
        .run();
}

#[test]
fn standard_input_can_be_the_stack_file() {
    Test::new(["-f", "-", "plan"])
        .stdin("services:\n  web:\n    imgae: busybox\n")
        .stderr_contains(":3:5")
        .stderr_contains("did you mean `image`?")
        .status(1)
        .run();
}

#[test]
fn a_stack_without_services_is_not_raised() {
    Test::new(["up"])
        .file("compose.yaml", "services: {}\n")
        .stderr_contains("error: no service selected: the stack file has none")
        .status(1)
        .run();
    Test::new(["up", "-d"])
        .file(
            "compose.yaml",
            "services: {web: {image: busybox, profiles: [later]}}\n",
        )
        .stderr_contains("error: no service selected: all of the stack file belong to profiles")
        .status(1)
        .run();
}

#[test]
fn a_docker_context_that_is_not_there_is_named() {
    Test::new(["plan"])
        .file("compose.yaml", STACK)
        .env("DOCKER_CONTEXT", "nope")
        .stderr_contains("error: docker context `nope` cannot be used: it does not exist")
        .stderr_contains("`docker context ls`")
        .status(1)
        .run();
}

#[test]
fn a_service_that_is_not_there_is_named() {
    Test::new(["up", "-d", "nobody"])
        .file("compose.yaml", STACK)
        .stderr_contains("no such service: nobody")
        .status(1)
        .run();
    Test::new(["up", "no body"])
        .file("compose.yaml", STACK)
        .stderr_contains("no such service: no body")
        .status(1)
        .run();
}

#[test]
fn an_engine_that_does_not_answer_is_named_with_the_remedy() {
    for args in [&["up", "-d"][..], &["plan"], &["down"], &["ps"], &["logs"]] {
        Test::new(args.iter().copied())
            .file("compose.yaml", STACK)
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .stderr_contains("error: no container engine answers")
            .stderr_contains("unix:///nonexistent/docker.sock")
            .stderr_contains("help: start the engine at unix:///nonexistent/docker.sock")
            .status(1)
            .run();
    }
}

#[test]
fn an_address_that_cannot_be_used_is_refused() {
    Test::new(["ps"])
        .file("compose.yaml", STACK)
        .env("DOCKER_HOST", "gopher://there")
        .stderr_contains("gopher://there")
        .stderr_contains("help: DOCKER_HOST is written like")
        .status(1)
        .run();
}

#[test]
fn values_of_options_are_checked_before_anything_else() {
    for (args, text) in [
        (
            &["logs", "--since", "yesterday"][..],
            "error: `yesterday` is no time: write a length of time such as 42m, a time such as 2013-01-02T13:23:37Z, or Unix seconds\n",
        ),
        (
            &["logs", "--tail", "few"],
            "error: --tail few: a number of lines, or `all`, is expected\n",
        ),
        (
            &["ps", "--filter", "name=x"],
            "error: --filter name=x: `status=STATUS` is expected\n",
        ),
        (
            &["up", "--scale", "web"],
            "error: --scale web: SERVICE=NUMBER is expected, such as web=3\n",
        ),
    ] {
        Test::new(args.iter().copied())
            .file("compose.yaml", STACK)
            .stderr(text)
            .status(1)
            .run();
    }
}

#[test]
fn settings_of_the_project_are_checked() {
    Test::new(["ps"])
        .file("compose.yaml", STACK)
        .file(".env", "COMPOSE_PARALLEL_LIMIT=few\n")
        .stderr("error: COMPOSE_PARALLEL_LIMIT is `few`: a whole number is expected\n")
        .status(1)
        .run();
}

#[test]
fn commands_that_are_missing_are_told_with_what_to_use() {
    Test::new(["bridge", "convert"])
        .stderr("error: bridge is not offered\nhelp: `windlass config` prints the stack for a converter such as kompose\n")
        .status(1)
        .run();
    for name in [
        "alpha", "attach", "bridge", "build", "commit", "config", "cp", "create", "down", "events",
        "exec", "export", "images", "kill", "logs", "ls", "pause", "port", "ps", "publish", "pull",
        "push", "restart", "rm", "run", "scale", "start", "stats", "stop", "top", "unpause", "up",
        "version", "volumes", "wait", "watch",
    ] {
        let (told, status) = Test::new([name, "--help"]).stderr_and_status();
        if status == Some(0) {
            continue;
        }
        let is_told =
            told.starts_with(&format!("error: {name} is not ")) && told.contains("\nhelp: ");
        assert!(is_told && status == Some(1), "{name}: {told}");
        if told.contains("`docker compose") && !told.contains("--no-deps") {
            Test::new([name])
                .called("docker-compose")
                .stderr_contains("docker's own plugin has it")
                .status(1)
                .run();
        }
    }
}
