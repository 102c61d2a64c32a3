//! `windlass volumes`.

use serde_json::Value;

use crate::support::engine::Stack;

#[test]
fn the_volumes_of_the_project_are_listed() {
    let stack = Stack::empty("volumes");
    stack.file(
        "compose.yaml",
        "\
services:
  web: {image: busybox, command: sleep 1000, init: true, volumes: ['data:/data', '/anonymous']}
  db: {image: busybox, command: sleep 1000, init: true, volumes: ['more:/more']}
  job: {image: busybox}
volumes: {data: , more: , unused: }
",
    );
    stack.ok(&["up", "-d"]);
    let name = |volume: &str| format!("{}_{volume}", stack.project());
    let data = stack
        .api()
        .get(&format!("volumes/{}", name("data")))
        .expect("the volume");
    assert_eq!(
        stack.ok(&["volumes", "-q"]).stdout,
        format!("{}\n{}\n", name("data"), name("more"))
    );
    let listed = stack.ok(&["volumes", "--format", "json", "web"]).stdout;
    let listed: Value = serde_json::from_str(&listed).expect("one object");
    assert_eq!(listed["Mountpoint"], data["Mountpoint"]);
    let template = [
        "volumes",
        "--format",
        "{{.Label \"com.docker.compose.volume\"}}",
    ];
    assert_eq!(stack.ok(&template).stdout, "data\nmore\n");
    stack
        .fails(1, &["volumes", "--format", "{{.Nme}}"])
        .says(&["format, column 3: no field `Nme`: there are Availability, Driver,"]);

    for args in [
        &["volumes", "-q", "web"][..],
        &["volumes", "--format", "json", "job"],
        &[
            "volumes",
            "--format",
            "{{.Name}} {{.Driver}} {{.Scope}} {{.Mountpoint}}",
            "db",
        ],
    ] {
        stack.same_as_compose(args);
    }
    for args in [&["volumes"][..], &["volumes", "db"], &["volumes", "job"]] {
        stack.same_cells_as_compose(args);
    }
}
