//! Services that a program outside brings, beside containers of a real engine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on: [db]
  db:
    provider:
      type: ./cloud.sh
      options: {size: 256}
";

const PROGRAM: &str = r#"#!/bin/sh
echo "$*" >> calls
test "$3" != up || {
  echo '{"type": "info", "message": "making it"}'
  echo "{\"type\": \"setenv\", \"message\": \"URL=http://$IN_DOT_ENV/\"}"
}
"#;

fn calls(stack: &Stack) -> Vec<String> {
    let calls = fs::read_to_string(stack.path("calls")).unwrap();
    let calls = calls.lines().filter(|line| *line != "compose metadata");
    calls.map(str::to_owned).collect()
}

#[test]
fn a_provider_brings_its_service_tells_its_dependents_and_releases_it() {
    let stack = Stack::new("provider", STACK);
    stack.fails(1, &["plan"]).says(&[
        "error: service db needs the docker CLI plugin `docker-./cloud.sh`",
        "which is not installed",
        "--> stack.yaml:9:13",
    ]);
    stack.file(".env", "IN_DOT_ENV=cloud\n");
    stack.file("cloud.sh", PROGRAM);
    let program = stack.path("cloud.sh");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    let plan = stack.fails(2, &["plan"]).stdout;
    for expected in [
        "> run      Provider db",
        "./cloud.sh brings it",
        "up --size=256 db",
    ] {
        assert!(plan.contains(expected), "{plan}");
    }
    let up = stack.ok(&["up", "-d"]);
    up.says(&["Provider db Creating making it", "Provider db Created"]);
    let (_, variables) = stack.exec("web", &["env"]);
    assert!(variables.contains("DB_URL=http://cloud/\n"), "{variables}");
    let again = stack.ok(&["up", "-d"]);
    again.says(&["web-1 Running"]);
    stack
        .ok(&["down", "-t", "0"])
        .says(&["Provider db Removed"]);
    let name = stack.project();
    assert_eq!(
        calls(&stack),
        [
            format!("compose --project-name={name} up --size=256 db"),
            format!("compose --project-name={name} up --size=256 db"),
            format!("compose --project-name={name} down --size=256 db"),
        ]
    );
}
