//! `windlass top`.

use crate::support::engine::Stack;

#[test]
fn the_processes_of_all_containers_are_shown() {
    let stack = Stack::empty("top");
    stack.file(
        "compose.yaml",
        "\
services:
  web:
    image: busybox
    command: sh -c 'sleep 1000; true'
    init: true
    scale: 2
  db: {image: busybox, command: sleep 2000, init: true}
  job: {image: busybox, command: 'true'}
",
    );
    stack.ok(&["up", "-d"]);
    stack.has_ended("job");
    let known = stack
        .api()
        .get(&format!("containers/{}/top", stack.id("db")));
    let known = known.expect("the processes")["Processes"].clone();
    assert_eq!(known.as_array().map(Vec::len), Some(2), "{known}");
    let shown = stack.ok(&["top"]).stdout;
    let rows = |service: &str| {
        let of = |line: &&str| line.starts_with(service);
        shown.lines().filter(of).count()
    };
    // The engine's init, the shell and what it runs.
    assert_eq!((rows("web"), rows("db"), rows("job")), (6, 2, 0), "{shown}");
    let one = stack.ok(&["top", "db"]).stdout;
    assert!(one.contains("sleep 2000") && !one.contains("web"), "{one}");
    stack
        .ok(&["top", "nobody"])
        .says(&["warning: no such service: nobody"]);
    for args in [
        &["top"][..],
        &["top", "db"],
        &["top", "job"],
        &["top", "nobody"],
    ] {
        stack.same_cells_as_compose(args);
    }
}
