//! `windlass ls`.

use serde_json::Value;

use crate::support::engine::{Stack, free_port};

#[test]
fn projects_are_listed_with_state_folder_and_ports() {
    let port = free_port();
    let stack = Stack::empty("ls");
    stack.file(
        "compose.yaml",
        &format!(
            "\
services:
  web: {{image: busybox, command: sleep 1000, init: true, scale: 2, expose: ['80']}}
  db: {{image: busybox, command: sleep 1000, init: true, ports: ['127.0.0.1:{port}:80']}}
  job: {{image: busybox, command: 'false'}}
"
        ),
    );
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states().len(), 4);
    let only = format!("name=^{}$", stack.project());
    let folder = stack.path("").canonicalize().expect("a folder");
    let folder = folder.to_str().expect("a name in letters");
    let listed = stack.ok(&["ls", "--filter", &only]).stdout;
    let row = listed.lines().nth(1).expect("a row");
    for text in [
        stack.project(),
        "running(3)",
        folder,
        &format!("127.0.0.1:{port}"),
    ] {
        assert!(row.contains(text), "{text} is not in {listed}");
    }
    let listed = stack
        .ok(&["ls", "-a", "--format", "json", "--filter", &only])
        .stdout;
    let listed: Vec<Value> = serde_json::from_str(&listed).expect("an array");
    assert_eq!(listed[0]["Status"], "exited(1), running(3)");
    let names = stack.ok(&["ls", "-q", "--filter", &only]).stdout;
    assert_eq!(names, format!("{}\n", stack.project()));
    stack
        .fails(1, &["ls", "--filter", "state=running"])
        .says(&["invalid filter 'state'"]);

    for args in [
        &["ls", "-q", "--filter", &only][..],
        &["ls", "--format", "json", "--filter", &only],
        &["ls", "--format", "json", "-a", "--filter", &only],
        &["ls", "--format", "json", "--filter", "name=no-such-project"],
        &["ls", "--filter", "state=running"],
    ] {
        stack.same_as_compose(args);
    }
    stack.same_cells_as_compose(&["ls", "-a", "--filter", &only]);
    for id in ["web", "db"].map(|service| stack.id(service)) {
        stack
            .api()
            .post(&format!("containers/{id}/stop?t=0"), &Value::Null);
    }
    stack.same_cells_as_compose(&["ls", "--filter", &only]);
}
