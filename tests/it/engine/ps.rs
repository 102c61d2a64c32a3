//! `windlass ps`: its forms, beside docker compose's.

use serde_json::Value;

use crate::support::compose::timeless;
use crate::support::engine::{Stack, free_port};

#[test]
fn containers_are_listed_in_every_form() {
    let (port, other) = (free_port(), free_port());
    let stack = Stack::empty("ps");
    stack.file(
        "compose.yaml",
        &format!(
            "\
services:
  web:
    image: busybox
    command: sh -c 'sleep 1000; echo \"never\"'
    init: true
    ports: ['{port}:80', '127.0.0.1:{other}:{other}']
    expose: ['99', '100']
    volumes: ['data:/data', '/anonymous']
  db: {{image: busybox, command: sleep 1000, init: true, scale: 2}}
  job: {{image: busybox, command: 'false'}}
volumes: {{data: }}
"
        ),
    );
    stack.ok(&["up", "-d"]);
    let id = stack.id("web");
    assert_eq!(stack.ok(&["ps", "-q", "web"]).stdout, format!("{id}\n"));
    let listed = stack.ok(&["ps", "--format", "{{json .}}", "web"]).stdout;
    let row: Value = serde_json::from_str(&listed).expect("one object");
    assert_eq!(row["ID"], &id[..12]);
    assert_eq!(row["Publishers"][0]["PublishedPort"], port);
    let labelled = [
        "ps",
        "--format",
        "{{.Label \"com.docker.compose.service\"}}",
    ];
    assert_eq!(stack.ok(&labelled).stdout, "db\ndb\nweb\n");
    stack
        .fails(1, &["ps", "--format", "{{.Nope}}"])
        .says(&["format, column 3: no field `Nope`: there are Command, CreatedAt,"]);
    stack
        .fails(1, &["ps", "--format", "{{.Name}} {{printf \"%s\" .Name}}"])
        .says(&["column 13: `printf` is not supported: json, upper, lower,"]);

    for args in [
        &["ps", "-q"][..],
        &["ps", "-qa"],
        &["ps", "--services"],
        &["ps", "-a", "--services"],
        &["ps", "-q", "--status", "exited"],
        &["ps", "-q", "--filter", "status=exited"],
        &[
            "ps",
            "-a",
            "--format",
            "{{.Name}} {{.State}} {{.ExitCode}} {{.Command}} {{.Networks}} {{.LocalVolumes}}",
        ],
        &[
            "ps",
            "--format",
            "{{.Name}} {{.Ports}} {{json .Publishers}} {{.CreatedAt}}",
        ],
        &[
            "ps",
            "--format",
            "{{range .Publishers}}{{.URL}} {{.PublishedPort}}/{{end}}{{if .Health}}x{{else}}y{{end}}",
        ],
        &["ps", "--format", "{{.Nope}}"],
        &["ps", "--format", "{{.Name"],
        &["ps", "--filter", "name=web"],
        &["ps", "--no-trunc", "--format", "{{.Command}} {{.ID}}"],
    ] {
        stack.same_as_compose(args);
    }
    for args in [
        &["ps", "-a"][..],
        &["ps", "web"],
        &[
            "ps",
            "--format",
            "table {{.Name}}\\t{{upper .State}}\\t{{.ID}}",
        ],
    ] {
        stack.same_cells_as_compose(args);
    }
    // The labels have no order there, and ours are kept to ourselves.
    let without_labels = |text: &str| {
        let rows = text.lines().map(|line| {
            let mut row: Value = serde_json::from_str(line).expect("an object a line");
            row["Labels"] = Value::Null;
            row["Mounts"] = Value::Null;
            timeless(&row.to_string()) + "\n"
        });
        rows.collect::<String>()
    };
    stack.alike(&["ps", "-a", "--format", "json"], without_labels);
}

#[test]
fn what_is_there_is_listed_and_taken_down_where_its_env_file_is_gone() {
    let stack = Stack::new(
        "ps-env",
        "services: {web: {image: busybox, command: sleep 1000, init: true, env_file: web.env}}",
    );
    stack.file("web.env", "A=b\n");
    stack.ok(&["up", "-d"]);
    std::fs::remove_file(stack.path("web.env")).expect("remove the env file");
    stack
        .fails(1, &["up", "-d"])
        .says(&["env file web.env not found"]);
    assert_eq!(stack.ok(&["ps", "--services"]).stdout, "web\n");
    assert_eq!(stack.exec("web", &["sh", "-c", "echo $A"]).1, "b\n");
    stack.ok(&["down", "-t", "0"]);
    assert_eq!(stack.states(), [""; 0]);
}
