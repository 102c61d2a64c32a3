//! The ways to call the program.

use crate::support::test::Test;

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn version_is_printed_for_people_and_for_programs() {
    for (args, expected) in [
        (&["version"][..], format!("windlass version {VERSION}\n")),
        (&["--version"], format!("windlass version {VERSION}\n")),
        (&["version", "--short"], format!("{VERSION}\n")),
        (
            &["version", "-f", "json"],
            format!("{{\"version\":\"{VERSION}\"}}\n"),
        ),
    ] {
        Test::new(args.iter().copied()).stdout(&expected).run();
    }
}

#[test]
fn config_checks_prints_and_writes() {
    let stack = "name: shop\nservices:\n  web:\n    image: busybox\n";
    Test::new(["config", "-q"])
        .file("compose.yaml", stack)
        .run();
    Test::new(["config", "--services"])
        .file("compose.yaml", stack)
        .stdout("web\n")
        .run();
    Test::new(["config", "-q", "--services"])
        .file("compose.yaml", stack)
        .stdout("web\n")
        .run();
    Test::new(["config", "--hash", "web,nobody"])
        .file("compose.yaml", stack)
        .stderr_contains("no such service: nobody")
        .status(1)
        .run();
    Test::new(["convert", "--images", "-o", "images.txt"])
        .file("compose.yaml", stack)
        .run();
}

#[test]
fn docker_runs_it_as_its_plugin() {
    let metadata = format!(
        "{{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"windlass\",\"Version\":\"{VERSION}\",\
         \"ShortDescription\":\"Raise and lower a stack of containers\"}}\n"
    );
    Test::new(["docker-cli-plugin-metadata"])
        .called("docker-windlass")
        .stdout(&metadata)
        .run();
    Test::new(["windlass", "version", "--short"])
        .called("docker-windlass")
        .stdout(&format!("{VERSION}\n"))
        .run();
}

#[test]
fn docker_passes_its_own_options_on() {
    for (words, tried) in [
        (
            "-H unix:///nowhere.sock windlass ls",
            "unix:///nowhere.sock: DOCKER_HOST",
        ),
        (
            "--host=tcp://127.0.0.1:1 --debug windlass ls",
            "tcp://127.0.0.1:1: DOCKER_HOST",
        ),
        ("--context far windlass ls", "docker context `far`"),
        ("--tls windlass ls", "use --tlsverify"),
    ] {
        Test::new(words.split(' '))
            .called("docker-windlass")
            .stderr_contains(tried)
            .status(1)
            .run();
    }
}

#[test]
fn as_docker_compose_it_names_the_version_whose_ways_it_keeps() {
    Test::new(["version", "--short"])
        .called("docker-compose")
        .stdout("2.40.3\n")
        .run();
    Test::new(["compose", "version", "--short"])
        .called("docker-compose")
        .stdout("2.40.3\n")
        .run();
}

#[test]
fn unreadable_options_are_usage_errors() {
    for (args, text) in [
        (&["up", "--bogus"][..], "unexpected argument '--bogus'"),
        (&["bogus"], "unrecognized subcommand 'bogus'"),
        (&["--progress", "loud", "up"], "invalid value 'loud'"),
        (&["up", "--no-build", "--build"], "cannot be used with"),
    ] {
        Test::new(args.iter().copied())
            .stderr_contains(text)
            .status(1)
            .run();
    }
}
