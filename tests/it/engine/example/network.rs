//! Names on networks, and the host's own network.

use crate::support::engine::address;

use super::reader::Reader;

/// The address that `nslookup` found, which follows that of the server it asked.
#[track_caller]
fn address_in(answer: &str) -> &str {
    let mut addresses = answer.lines().filter(|line| line.starts_with("Address"));
    let found = addresses.nth(1);
    found.unwrap_or_else(|| panic!("no address in\n{answer}"))
}

#[test]
fn names_resolve_inside_a_network_and_the_plan_notices_what_is_attached_by_hand() {
    let reader = Reader::of("networks").name("SKY_NET", "sky_net");
    let stack = &reader.stack;
    reader.goes("cd examples/networks");
    reader.types("windlass up -d");
    for service in ["one", "two", "three", "four", "beside"] {
        assert_eq!(stack.container(service)["State"]["Status"], "running");
    }
    reader.types("windlass ps");

    let one = reader.types("windlass exec two nslookup one");
    let zero = reader.types("windlass exec two nslookup zero");
    assert_eq!(address_in(&one), address_in(&zero));
    reader.fails("windlass exec beside nslookup one");
    reader.fails("windlass exec beside nslookup zero");
    reader.types("windlass exec four nslookup three");
    reader.fails("windlass exec four ping -c 1 -W 2 1.1.1.1");
    // The tests' machine is outside, too, and says that nobody listens there: who hears that has a way out.
    let engine = address();
    let (subnet, _) = engine.rsplit_once('.').expect("an address");
    let hears = |service: &str| {
        let line = [
            "exec",
            service,
            "nc",
            "-w",
            "2",
            &format!("{subnet}.1"),
            "9",
        ];
        stack.fails(1, &line).stderr.contains("Connection refused")
    };
    assert!(hears("three") && !hears("four"));

    let ids = (stack.id("beside"), stack.id("two"));
    reader.types("docker network connect sky_net networks-beside-1");
    reader.types("windlass exec beside nslookup one");
    let plan = reader.tries("windlass plan");
    plan.prints(&["-beside-1", "-sky_net"]);
    assert_eq!(plan.status, 2);
    reader.types("docker network disconnect sky_net networks-two-1");
    stack.fails(1, &["exec", "two", "nslookup", "one"]);
    reader
        .tries("windlass plan")
        .prints(&["-beside-1", "-two-1", "-sky_net"]);
    reader.types("windlass up -d");
    reader.types("windlass exec two nslookup one");
    stack.fails(1, &["exec", "beside", "nslookup", "one"]);
    assert_eq!((stack.id("beside"), stack.id("two")), ids);
    reader.types("windlass down");
    reader.leaves();
}

#[test]
fn on_the_hosts_network_two_servers_clash() {
    let reader = Reader::of("host-network").port("SITE_PORT", 8084);
    reader.goes("cd examples/host-network");
    reader.types("windlass up -d --wait");
    assert!(
        reader
            .types("curl http://127.0.0.1:8084/")
            .contains("nginx")
    );
    reader.tries("windlass up second");
    let states = reader.stack.states();
    assert_eq!(states, ["first-1 running", "second-1 exited"]);
    reader.types("windlass down");
    reader.leaves();
}
