//! Flask and MySQL, raised by one command, and the service that watches them.

use crate::support::engine::http;

use super::reader::Reader;

#[test]
fn variables_are_kept_until_they_are_told_to_go() {
    let reader = Reader::of("flask-mysql").port("KEEPER_PORT", 8080);
    let stack = &reader.stack;
    let port = reader.port_of(8080);

    let plan = stack.fails(2, &["plan"]);
    plan.prints(&[
        "build",
        "create",
        "start",
        "wait",
        "_vars",
        "-db-1",
        "-keeper-1",
    ]);
    assert_eq!(stack.states(), [""; 0], "a plan changes nothing");

    reader.goes("cd examples/flask-mysql");
    let up = reader.tries("windlass up -d --wait");
    assert_eq!(stack.states(), ["db-1 running", "keeper-1 running"]);
    // Ready is what can be reached, perhaps before the engine's own tests have noticed.
    assert_eq!(
        http("GET", port, "/health", "").map(|(status, _)| status),
        Some(200)
    );
    assert_eq!(stack.resources(), ["default", "vars"]);
    up.says(&[&format!("http://127.0.0.1:{port} -> keeper:5000")]);

    reader.types("curl --data value=twelve-fathoms http://127.0.0.1:8080/var/rope");
    reader.types("curl http://127.0.0.1:8080/var/rope");
    let kept = Some((200, "twelve-fathoms\n".to_owned()));

    let ids = (stack.id("db"), stack.id("keeper"));
    let again = stack.ok(&["up", "-d", "--wait"]);
    again.says(&["nothing to do"]);
    assert_eq!((stack.id("db"), stack.id("keeper")), ids);
    stack.ok(&["plan"]).prints(&["nothing to do"]);

    reader.types("windlass --profile monitoring up -d --wait");
    drop(reader.follows("windlass logs -f monitor"));

    stack.edit("stack.yaml", "THREADS: 4", "THREADS: 5");
    let plan = stack.fails(2, &["plan"]);
    let line = "environment.THREADS: \"4\" -> \"5\"  stack.yaml:";
    plan.prints(&[line]);
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(stack.id("db"), ids.0);
    assert_ne!(stack.id("keeper"), ids.1);
    assert_eq!(http("GET", port, "/var/rope", ""), kept);

    reader.types("windlass down");
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), ["vars"], "down keeps data");
    assert_eq!(http("GET", port, "/var/rope", ""), None);
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(http("GET", port, "/var/rope", ""), kept);

    stack.ok(&["down", "-v"]);
    assert_eq!(stack.resources(), [""; 0]);
    stack.ok(&["up", "-d", "--wait"]);
    let gone = Some((404, "no variable rope\n".to_owned()));
    assert_eq!(http("GET", port, "/var/rope", ""), gone);
    reader.types("windlass --profile monitoring down -v --rmi local");
    reader.leaves();
}
