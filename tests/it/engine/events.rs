//! `windlass events`.

use serde_json::Value;

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  web: {image: busybox, command: sleep 1000, init: true}
  job: {image: busybox, command: sh -c 'exit 3'}
";

#[test]
fn what_happened_to_the_containers_is_told() {
    let stack = Stack::empty("events");
    stack.file("compose.yaml", STACK);
    stack.ok(&["up", "-d"]);
    // `up -d` doesn't wait for its end.
    stack.has_ended("job");
    let told = stack
        .ok(&["events", "--json", "--since", "5m", "--until", "0s"])
        .stdout;
    let events: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |service: &str, action: &str| {
        let mut found = events.iter();
        found.find(|event| event["service"] == service && event["action"] == action)
    };
    let started = of("web", "start").expect("web was started");
    assert_eq!(started["id"], stack.id("web").as_str());
    assert_eq!(started["type"], "container");
    let died = of("job", "die").expect("job ended");
    assert_eq!(died["attributes"]["exitCode"], "3");
    assert!(
        !told.contains("com.docker.compose") && !told.contains("io.windlass"),
        "{told}"
    );
    let web = stack
        .ok(&["events", "--since", "5m", "--until", "0s", "web"])
        .stdout;
    assert!(
        web.contains(&format!(" container start {} (", stack.id("web"))),
        "{web}"
    );
    assert!(!web.contains("-job-1"), "{web}");
    // docker compose ends with the last whole second, and with an error where all is told.
    let args = ["events", "--json", "--since", "5m", "--until", "0s"];
    let theirs = stack.compose(&args).map_or(String::new(), |ran| ran.stdout);
    for line in theirs.lines() {
        let mut event: Value = serde_json::from_str(line).expect("JSON");
        let attributes = event["attributes"].as_object_mut().expect("attributes");
        attributes.retain(|key, _| !key.starts_with("io.windlass."));
        assert!(
            told.contains(&event.to_string()),
            "{event} is not in\n{told}"
        );
    }
}

#[test]
fn what_happens_is_told_as_it_happens() {
    let stack = Stack::new("eventslive", STACK);
    stack.ok(&["up", "-d"]);
    let mut events = stack.start(&["events", "--since", "5m", "web"]);
    events.until(" start ");
    let id = stack.id("web");
    stack
        .api()
        .post(&format!("containers/{id}/kill"), &Value::Null);
    events.until(" container kill ").until(" container die ");
    assert_eq!(events.interrupt().end().status, 130);
}
