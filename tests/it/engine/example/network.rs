//! Names on networks, and the host's own network.

use crate::support::engine::{Stack, free_port};

use super::{example, lower, page};

/// Whether one container finds the other by this name.
#[track_caller]
fn finds(stack: &Stack, from: &str, name: &str) -> bool {
    stack.run(&["exec", from, "nslookup", name]).status == 0
}

#[test]
fn names_resolve_inside_a_network_and_the_plan_notices_what_is_attached_by_hand() {
    let stack = example("networks");
    let sky_net = format!("{}-sky", stack.project());
    let stack = stack.env("SKY_NET", &sky_net);
    stack.ok(&["up", "-d"]);
    assert!(finds(&stack, "two", "one"));
    assert!(finds(&stack, "two", "zero"));
    assert!(!finds(&stack, "beside", "one"));
    let internal = stack
        .api()
        .get(&format!("networks/{}_cellar", stack.project()));
    assert_eq!(internal.expect("a network")["Internal"], true);

    let by_hand = |action: &str, service: &str| {
        let body = serde_json::json!({"Container": stack.id(service), "Force": true});
        stack
            .api()
            .post(&format!("networks/{sky_net}/{action}"), &body);
    };
    let ids = (stack.id("beside"), stack.id("two"));
    by_hand("connect", "beside");
    assert!(finds(&stack, "beside", "one"));
    by_hand("disconnect", "two");
    assert!(!finds(&stack, "two", "one"));
    stack
        .fails(2, &["plan"])
        .prints(&["beside-1", "two-1", &sky_net]);
    stack.ok(&["up", "-d"]);
    assert!(!finds(&stack, "beside", "one"));
    assert!(finds(&stack, "two", "one"));
    assert_eq!((stack.id("beside"), stack.id("two")), ids);
    lower(&stack, &[]);
}

#[test]
fn on_the_hosts_network_two_servers_clash() {
    let port = free_port();
    let stack = example("host-network").env("SITE_PORT", &port.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    assert!(page(port).contains("nginx"));

    let clash = stack.run(&["up", "second"]);
    assert_eq!(stack.states(), ["first-1 running", "second-1 exited"]);
    clash.prints(&[
        &format!("bind() to 0.0.0.0:{port} failed (98: Address already in use)"),
        "second-1 exited with code 1",
    ]);
    lower(&stack, &["--profile", "clash"]);
}
