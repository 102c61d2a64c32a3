//! `windlass stats`.

use serde_json::Value;

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  web: {image: busybox, command: sleep 1000, init: true, mem_limit: 64m}
  job: {image: busybox, command: 'true'}
";

#[test]
fn what_containers_use_is_shown_once() {
    let stack = Stack::new("stats", STACK);
    stack.ok(&["up", "-d"]);
    stack.has_ended("job");
    let id = stack.id("web");
    let shown = stack
        .ok(&["stats", "--no-stream", "--format", "json"])
        .stdout;
    let row: Value = serde_json::from_str(&shown).expect("one object");
    assert_eq!(row["Container"], id.as_str());
    assert_eq!(row["ID"], &id[..12]);
    // The engine's init and the command.
    assert_eq!(row["PIDs"], "2");
    assert!(
        row["MemUsage"]
            .as_str()
            .is_some_and(|usage| usage.ends_with(" / 64MiB")),
        "{row}"
    );
    let all = stack
        .ok(&[
            "stats",
            "--no-stream",
            "-a",
            "--format",
            "{{.Name}} {{.PIDs}}",
        ])
        .stdout;
    let project = stack.project();
    assert_eq!(all, format!("{project}-job-1 0\n{project}-web-1 2\n"));
    let template = [
        "stats",
        "--no-stream",
        "--no-trunc",
        "--format",
        "{{.ID}} {{.Name}} {{.PIDs}}",
        "web",
    ];
    stack.same_as_compose(&template);
    stack.same_cells_as_compose(&["stats", "--no-stream", "nobody"]);
    stack.same_cells_as_compose(&[
        "stats",
        "--no-stream",
        "--format",
        "table {{.Name}}\\t{{.PIDs}}",
    ]);
}

#[test]
fn it_goes_on_until_it_is_interrupted_and_sees_what_comes_and_goes() {
    let stack = Stack::new("statslive", STACK);
    stack.ok(&["up", "-d", "job"]);
    let mut stats = stack.start(&["stats", "--format", "{{.Name}} {{.PIDs}}."]);
    stack.ok(&["up", "-d", "web"]);
    stats.until("-web-1 2.");
    let ran = stats.interrupt().end();
    assert_eq!((ran.status, ran.stderr.as_str()), (130, ""));
}

#[test]
fn on_a_terminal_each_table_takes_the_place_of_the_one_before() {
    let stack = Stack::new("statspty", &STACK.replace("init: true", "scale: 5"));
    stack.ok(&["up", "-d", "web"]);
    let mut stats = stack.on_terminal(&["stats"]);
    // Room for the heading and two rows: more would scroll away, and going back over it would go wrong.
    stats.resize(4, 40);
    let back = "\u{1b}[3A\u{1b}[J";
    stats.until("CONTAINER ID").until("-web-1");
    stats.until(back).until("CONTAINER ID").until(back);
    let (code, shown) = stats.types("\u{3}").end();
    assert_eq!(code, 130, "{shown}");
    assert!(!shown.contains("-web-3"), "{shown:?}");
    let lines = shown.split(back).map(|table| table.lines().count());
    assert!(lines.clone().all(|lines| lines <= 4), "{shown:?}");
    let is_wide = |line: &str| line.trim_end().chars().count() > 40;
    assert!(
        !shown.split(back).flat_map(str::lines).any(is_wide),
        "{shown:?}"
    );
}
