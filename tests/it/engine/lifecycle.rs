//! Raised, changed, lowered.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::engine::{Stack, host};

/// Two services that do nothing; `web` needs `db` to run.
const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on: [db]
    environment:
      DEBUG: off
      TOKEN: hunter2
  db:
    image: busybox
    command: sleep 1000
    init: true
    volumes:
      - data:/data
volumes:
  data:
";

#[test]
fn a_second_up_changes_nothing_and_says_so() {
    let stack = Stack::new("twice", SHOP);
    let before = stack.fails(2, &["plan"]);
    before.prints(&["create", "start"]);
    stack.ok(&["up", "-d"]);
    let ids = (stack.id("web"), stack.id("db"));
    let again = stack.ok(&["up", "-d"]);
    assert_eq!((stack.id("web"), stack.id("db")), ids);
    let project = stack.project();
    again.says(&[
        &format!(" Container {project}-web-1 Running\n"),
        &format!("{project}: nothing to do, everything is as the stack file says\n"),
    ]);
    let after = stack.ok(&["plan"]);
    assert_eq!(
        after.stdout,
        format!("Plan for {project}: nothing to do, 2 unchanged\n")
    );
}

#[test]
fn one_changed_value_is_named_with_its_place_and_replaces_one_container() {
    let stack = Stack::new("change", SHOP);
    stack.ok(&["up", "-d"]);
    let (web, db) = (stack.id("web"), stack.id("db"));
    stack.edit("stack.yaml", "DEBUG: off", "DEBUG: \"on\"");
    stack.edit("stack.yaml", "hunter2", "hunter3");
    let plan = stack.fails(2, &["plan"]);
    let changes: Vec<&str> = plan
        .stdout
        .lines()
        .filter(|line| line.contains("->"))
        .collect();
    assert_eq!(
        changes,
        [
            "     environment.DEBUG: \"off\" -> \"on\"  stack.yaml:8:14",
            "     environment.TOKEN: *** -> ***  stack.yaml:9:14",
        ],
        "{}",
        plan.both()
    );
    assert!(!plan.both().contains("hunter"), "{}", plan.both());
    assert!(!plan.stdout.contains("-db-1"), "{}", plan.both());
    let up = stack.ok(&["up", "-d"]);
    assert_eq!(stack.id("db"), db);
    assert_ne!(stack.id("web"), web);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    assert!(!up.both().contains("hunter"), "{}", up.both());
    let environment = stack.container("web")["Config"]["Env"].to_string();
    assert!(environment.contains("DEBUG=on"), "{environment}");
    stack.ok(&["plan"]);
}

#[test]
fn containers_that_no_recreate_keeps_are_not_called_right() {
    let stack = Stack::new("kept", SHOP);
    stack.ok(&["up", "-d"]);
    stack.edit("stack.yaml", "DEBUG: off", "DEBUG: \"on\"");
    let kept = stack.ok(&["up", "-d", "--no-recreate"]);
    kept.says(&["nothing to do: containers differ from the stack file"]);
}

#[test]
fn a_password_that_was_is_masked_wherever_it_stands() {
    let stack = Stack::new(
        "masked",
        "\
services:
  db:
    image: busybox
    command: [sleep, \"1000\", --password=hunter2]
    entrypoint: [sh, -c, exec sleep 1000]
    init: true
    healthcheck: {test: test hunter2}
    environment: {DB_PASSWORD: hunter2, PLAIN: hunter2}
",
    );
    stack.ok(&["up", "-d"]);
    let file = fs::read_to_string(stack.path("stack.yaml")).unwrap();
    stack.file("stack.yaml", &file.replace("hunter2", "correct-horse"));
    for args in [
        &["plan"][..],
        &["plan", "--steps"],
        &["ps", "--no-trunc"],
        &["ps", "--no-trunc", "--format", "json"],
        &["up", "-d", "--dry-run"],
        &["up", "-d"],
        &["ps", "--no-trunc"],
        &["down", "--dry-run"],
    ] {
        let ran = stack.run(args);
        for secret in ["hunter2", "correct-horse"] {
            assert!(!ran.both().contains(secret), "{args:?}: {}", ran.both());
        }
    }
}

#[test]
fn what_was_stopped_or_removed_by_hand_comes_back() {
    let stack = Stack::new("byhand", SHOP);
    stack.ok(&["up", "-d"]);
    let web = stack.id("web");
    stack
        .api()
        .post(&format!("containers/{web}/stop?t=0"), &Value::Null);
    stack
        .api()
        .delete(&format!("containers/{}?force=1", stack.id("db")));
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    assert_eq!(stack.id("web"), web);
}

#[test]
fn down_takes_all_but_the_data_and_down_v_takes_that_too() {
    let stack = Stack::new("down", SHOP);
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.resources(), ["data", "default"]);
    stack.ok(&["down"]);
    assert_eq!(
        (stack.states().len(), stack.resources()),
        (0, vec!["data".to_owned()])
    );
    stack.ok(&["down"]);
    stack.ok(&["down", "-v"]);
    assert_eq!(stack.resources(), [""; 0]);
}

#[test]
fn services_that_left_the_file_stay_until_they_are_told_to_go() {
    let stack = Stack::new("orphan", SHOP);
    stack.ok(&["up", "-d"]);
    stack.file(
        "stack.yaml",
        "services: {db: {image: busybox, command: sleep 1000, init: true}}",
    );
    let orphan = format!("{}-web-1", stack.project());
    stack.ok(&["up", "-d"]).says(&[&orphan, "--remove-orphans"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    stack.ok(&["up", "-d", "--remove-orphans"]);
    assert_eq!(stack.states(), ["db-1 running"]);
}

#[test]
fn replicas_come_and_go() {
    let stack = Stack::new("scale", SHOP);
    stack.ok(&["up", "-d", "--scale", "web=3"]);
    let all = [
        "db-1 running",
        "web-1 running",
        "web-2 running",
        "web-3 running",
    ];
    assert_eq!(stack.states(), all);
    let web = stack.id("web");
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), all[..2]);
    assert_eq!(stack.id("web"), web);
}

#[test]
fn a_job_is_done_before_what_needs_it_starts_and_only_once() {
    let stack = Stack::new(
        "job",
        "\
services:
  web:
    image: busybox
    command: cat /data/made
    volumes: [data:/data]
    depends_on:
      make: {condition: service_completed_successfully}
  make:
    image: busybox
    command: sh -c 'sleep 1; echo made once >> /data/made'
    volumes: [data:/data]
volumes: {data: }
",
    );
    let up = stack.ok(&["up"]);
    up.prints(&["web-1   | made once\n", "web-1 exited with code 0\n"]);
    assert_eq!(stack.states(), ["make-1 exited", "web-1 exited"]);
    stack.edit("stack.yaml", "echo made once", "exit 7; echo");
    let up = stack.fails(1, &["up"]);
    up.says(&[&format!(
        "dependency failed to start: container {}-make-1 exited (7)",
        stack.project()
    )]);
}

#[test]
fn containers_carry_what_other_tools_look_for() {
    let stack = Stack::new("labels", SHOP);
    stack.ok(&["up", "-d"]);
    let project = stack.project();
    let web = stack.container("web");
    let labels = &web["Config"]["Labels"];
    for (key, value) in [
        ("project", project),
        ("service", "web"),
        ("container-number", "1"),
        ("oneoff", "False"),
        ("depends_on", "db:service_started:false"),
    ] {
        assert_eq!(labels[format!("com.docker.compose.{key}")], value, "{key}");
    }
    for key in [
        "config-hash",
        "image",
        "version",
        "project.working_dir",
        "project.config_files",
    ] {
        let value = &labels[format!("com.docker.compose.{key}")];
        assert!(
            value.as_str().is_some_and(|value| !value.is_empty()),
            "{key}"
        );
    }
    // The values of the environment are in the container, and nowhere twice.
    assert!(!labels.to_string().contains("hunter2"), "{labels}");

    let compose = Command::new("docker")
        .args(["compose", "-p", project, "ps", "--format", "{{.Name}}"])
        .env("DOCKER_HOST", host())
        .output();
    match compose {
        Ok(output) if output.status.success() => {
            let listed = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut listed: Vec<&str> = listed.lines().collect();
            listed.sort_unstable();
            assert_eq!(
                listed,
                [format!("{project}-db-1"), format!("{project}-web-1")]
            );
        }
        _ => eprintln!("docker compose is not installed: its labels were read without it"),
    }
}

#[test]
fn dry_runs_show_the_plan_and_change_nothing() {
    let stack = Stack::new("dry", SHOP);
    let project = stack.project().to_owned();
    let create = format!(" + create   Container {project}-web-1 ");
    stack.ok(&["--dry-run", "up"]).prints(&[&create]);
    assert!(stack.resources().is_empty());
    stack.ok(&["up", "-d"]);
    let before = stack.states();
    let plan = stack.ok(&["down", "-v", "--dry-run"]);
    plan.prints(&[
        &format!(" - remove   Container {project}-web-1"),
        &format!(" - remove   Volume {project}_data"),
    ]);
    assert_eq!(stack.states(), before);
    assert_eq!(stack.resources(), ["data", "default"]);
}

#[test]
fn programs_read_the_plan_as_json_and_its_outcome_as_exit_code() {
    let stack = Stack::new("json", SHOP);
    let json = |ran: &str| serde_json::from_str::<Value>(ran).unwrap();
    let first = json(&stack.fails(2, &["plan", "--json"]).stdout);
    assert_eq!(first["changes"], true);
    assert_eq!(first["steps"][0]["operation"], "CreateNetwork");
    assert_eq!(first["steps"][0]["reason"]["kind"], "missing");
    stack.ok(&["up", "-d"]);
    let none = json(&stack.ok(&["plan", "--json"]).stdout);
    assert_eq!(
        (&none["changes"], &none["steps"]),
        (&Value::Bool(false), &Value::Array(vec![]))
    );
    assert_eq!(none["unchanged"][1]["service"], "web");

    stack.edit("stack.yaml", "DEBUG: off", "DEBUG: \"on\"");
    stack.edit("stack.yaml", "hunter2", "hunter3");
    let planned = stack.fails(2, &["plan", "--json"]);
    assert!(!planned.both().contains("hunter"), "{}", planned.both());
    let plan = json(&planned.stdout);
    let recreate = &plan["steps"][0];
    assert_eq!(recreate["changes"][0]["path"], "environment.DEBUG");
    assert_eq!(recreate["changes"][0]["to"], "on");
    assert_eq!(recreate["changes"][0]["line"], 8);
    assert_eq!(recreate["changes"][1]["to"], "***");
    assert_eq!(recreate["consequences"][0]["kind"], "downtime");

    stack.edit("stack.yaml", "image: busybox", "imagee: busybox");
    stack.fails(1, &["plan", "--json"]);
}
