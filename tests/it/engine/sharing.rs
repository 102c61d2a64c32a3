//! Containers that live in the namespaces of others.

use crate::support::engine::{Proxy, Running, Side, Stack, host};

const STACK: &str = "\
services:
  app: {image: busybox, command: 'sleep ${LONG:-1000}', init: true, ipc: shareable}
  side:
    image: nginx
    entrypoint: sleep 1000
    stop_grace_period: 0s
    network_mode: service:app
    ipc: service:app
    pid: service:app
";

/// Whether nothing is left of what was replaced, and `side` lives in the container that `app` has now.
fn is_settled(stack: &Stack) -> bool {
    let (app, side) = (stack.id("app"), stack.container("side"));
    let owner = format!("container:{app}");
    let modes = ["NetworkMode", "IpcMode", "PidMode"];
    stack.containers().len() == 2 && modes.iter().all(|mode| side["HostConfig"][mode] == owner)
}

#[test]
fn what_lives_in_a_container_goes_with_it_in_the_same_run() {
    let stack = Stack::new("sharing", STACK).env("LONG", "1000");
    stack.ok(&["up", "-d"]);
    let (app, side) = (stack.id("app"), stack.id("side"));
    stack.ok(&["up", "-d", "--force-recreate", "app"]);
    assert!(is_settled(&stack), "{:?}", stack.states());
    assert_ne!((stack.id("app"), stack.id("side")), (app, side));
    stack.ok(&["plan"]);

    // One that is down is made anew, too, but not started.
    stack.ok(&["stop", "side"]);
    let stack = stack.env("LONG", "2000");
    stack.ok(&["up", "-d", "app"]);
    assert!(is_settled(&stack), "{:?}", stack.states());
    assert_eq!(stack.container("side")["State"]["Status"], "created");
    stack.ok(&["plan", "app"]);
    stack.ok(&["up", "-d"]);
    assert!(is_settled(&stack), "{:?}", stack.states());
    stack.ok(&["plan"]);
}

#[test]
fn one_run_finishes_what_a_killed_one_left() {
    let stack = Stack::new("sharing-left", STACK);
    let proxy = Proxy::to(&host());
    let recreate = |at: Option<(usize, Side)>| {
        let mut command = stack.command(&["up", "-d", "--force-recreate", "app"]);
        command.env("DOCKER_HOST", proxy.host());
        let victim = proxy.aim(at);
        let mut running = Running::start(command);
        // Nobody listens where nothing is aimed at.
        let _ = victim.send(running.id());
        running.end();
        proxy.calls()
    };
    stack.ok(&["up", "-d"]);
    let calls = recreate(None);
    let changes = |call: &String| call.contains("/rename") || call.starts_with("DELETE");
    let points: Vec<usize> = (1..=calls.len())
        .filter(|at| changes(&calls[at - 1]))
        .collect();
    // Both containers are renamed twice, and their old ones removed.
    assert_eq!(points.len(), 6, "{calls:?}");
    for point in points {
        let calls = recreate(Some((point, Side::After)));
        stack.ok(&["up", "-d"]);
        assert!(is_settled(&stack), "{calls:?}: {:?}", stack.states());
        stack.ok(&["plan"]);
    }
}
