use std::net::SocketAddr;

use super::*;
use crate::engine::sockets::Listener;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What listens: `ADDRESS:PORT`, or the path of a unix socket.
fn table(listeners: &[&str]) -> SocketTable {
    let mut table = SocketTable::default();
    for listener in listeners {
        if listener.starts_with('/') {
            table.unix.insert((*listener).to_owned());
        } else {
            let address: SocketAddr = listener.parse().unwrap();
            table.tcp.insert(Listener {
                port: address.port(),
                address: address.ip(),
            });
        }
    }
    table
}

/// A running container that declares these ports; an engine gives its test up after 3 times 15 s.
fn container(ports: &[u16]) -> Container {
    Container {
        status: Status::Running,
        health: Some(Health::Starting),
        network_mode: "shop_default".into(),
        tcp_ports: ports.to_vec(),
        health_test: Some(HealthTest {
            command: vec!["true".into()],
            interval: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            start_period: Duration::ZERO,
            retries: 3,
        }),
        ..Container::default()
    }
}

fn healthy(ports: &[u16]) -> Container {
    Container {
        health: Some(Health::Healthy),
        ..container(ports)
    }
}

/// The gate of a container that declares these ports, seen from outside, where nothing listens yet.
fn gate(ports: &[u16]) -> Probe {
    gate_of(&container(ports), Source::Outside)
}

fn gate_of(container: &Container, source: Source) -> Probe {
    let mut probe = Probe::new(container, source).unwrap();
    if source == Source::Outside {
        probe.saw(ms(0), table(&[]));
    }
    probe.asked(ms(0), container);
    probe
}

/// Runs a test of no length.
fn test(probe: &mut Probe, at: u64, passed: bool) {
    assert_eq!(due(probe, at), Some(Exec::Test), "at {at}");
    probe.began(ms(at));
    probe.tested(ms(at), passed);
}

fn due(probe: &Probe, at: u64) -> Option<Exec> {
    match probe.decide(ms(at)) {
        Decision::Wait { exec, .. } => exec,
        _ => None,
    }
}

fn is_open(probe: &Probe, at: u64) -> bool {
    probe.decide(ms(at)) == Decision::Open(None)
}

fn until(probe: &Probe, at: u64) -> Option<u128> {
    match probe.decide(ms(at)) {
        Decision::Wait { until, .. } => until.map(|until| until.as_millis()),
        _ => None,
    }
}

#[test]
fn rule_1_without_a_test_there_is_no_gate() {
    let untested = Container {
        health_test: None,
        ..container(&[80])
    };
    assert!(Probe::new(&untested, Source::Outside).is_none());
}

#[test]
fn rule_2_without_declared_ports_a_pass_is_enough() {
    let mut probe = gate(&[]);
    assert!(!probe.watches());
    test(&mut probe, 0, true);
    assert!(is_open(&probe, 0));
}

#[test]
fn rule_2_on_the_hosts_network_ports_are_no_condition() {
    let container = Container {
        network_mode: "host".into(),
        ..container(&[80])
    };
    let mut probe = gate_of(&container, Source::Outside);
    assert!(!probe.watches());
    test(&mut probe, 0, true);
    assert!(is_open(&probe, 0));
}

#[test]
fn rule_2_of_a_shared_table_only_the_own_ports_count() {
    let container = Container {
        network_mode: "container:c2".into(),
        ..container(&[80])
    };
    let mut probe = gate_of(&container, Source::Outside);
    probe.saw(ms(100), table(&["0.0.0.0:9000"]));
    assert_eq!(due(&probe, 100), None);
    probe.saw(ms(200), table(&["0.0.0.0:9000", "0.0.0.0:80"]));
    test(&mut probe, 200, true);
    assert!(is_open(&probe, 200));
}

#[test]
fn rule_3_a_loopback_address_is_not_enough() {
    for address in ["127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        let mut probe = gate(&[80]);
        probe.saw(ms(100), table(&[address]));
        assert_eq!(due(&probe, 100), None, "{address}");
    }
    for address in ["0.0.0.0:80", "[::]:80", "172.17.0.2:80"] {
        let mut probe = gate(&[80]);
        probe.saw(ms(100), table(&[address]));
        test(&mut probe, 100, true);
        assert!(is_open(&probe, 100), "{address}");
    }
}

#[test]
fn rule_3_without_a_network_loopback_counts() {
    let container = Container {
        network_mode: "none".into(),
        ..container(&[80])
    };
    let mut probe = gate_of(&container, Source::Outside);
    probe.saw(ms(100), table(&["127.0.0.1:80"]));
    test(&mut probe, 100, true);
    assert!(is_open(&probe, 100));
}

#[test]
fn rule_4_from_inside_each_test_comes_after_a_look() {
    let mut probe = gate_of(&container(&[80]), Source::Inside);
    assert!(!probe.watches());
    assert_eq!(due(&probe, 0), Some(Exec::Look));
    probe.began(ms(0));
    assert_eq!(due(&probe, 10), None);
    // Nothing listens: no test, but another look.
    probe.looked(ms(50), Some(table(&[])));
    assert_eq!(due(&probe, 50), None);
    assert_eq!(until(&probe, 50), Some(150));
    assert_eq!(due(&probe, 150), Some(Exec::Look));
    probe.began(ms(150));
    probe.looked(ms(200), Some(table(&["0.0.0.0:80"])));
    test(&mut probe, 200, false);
    assert_eq!(due(&probe, 300), Some(Exec::Look));
    probe.began(ms(300));
    probe.looked(ms(350), Some(table(&["0.0.0.0:80"])));
    test(&mut probe, 350, true);
    assert!(is_open(&probe, 350));
}

#[test]
fn rule_4_what_cannot_be_seen_from_outside_is_looked_at_from_inside_and_is_unknown_at_last() {
    let mut probe = gate(&[80]);
    probe.cannot_see();
    assert_eq!(due(&probe, 0), Some(Exec::Look));
    probe.began(ms(0));
    probe.looked(ms(20), None);
    assert_eq!(due(&probe, 20), Some(Exec::Test));
}

#[test]
fn rule_5_tests_begin_when_a_declared_port_listens() {
    let mut probe = gate(&[80, 81]);
    assert_eq!(due(&probe, 0), None);
    assert_eq!(due(&probe, 5000), None);
    probe.saw(ms(5000), table(&["0.0.0.0:22", "/run/a.sock"]));
    assert_eq!(due(&probe, 5000), None);
    probe.saw(ms(6000), table(&["0.0.0.0:81"]));
    assert_eq!(due(&probe, 6000), Some(Exec::Test));
}

#[test]
fn rule_5_tests_that_fail_come_again_after_100_ms_to_1_s() {
    let mut probe = gate(&[]);
    for (at, next) in [
        (0, 100),
        (100, 300),
        (300, 700),
        (700, 1500),
        (1500, 2500),
        (2500, 3500),
    ] {
        test(&mut probe, at, false);
        assert_eq!(due(&probe, next - 1), None);
        assert_eq!(
            until(&probe, at + 1),
            Some(next.min(if at < 1000 { 1000 } else { next }).into())
        );
        assert_eq!(due(&probe, next), Some(Exec::Test));
    }
}

#[test]
fn rule_5_a_slow_test_rests_for_as_long_as_it_took() {
    let mut probe = gate(&[]);
    probe.began(ms(0));
    assert_eq!(due(&probe, 2000), None, "one at a time");
    probe.tested(ms(3000), false);
    assert_eq!(due(&probe, 5999), None);
    assert_eq!(due(&probe, 6000), Some(Exec::Test));
}

#[test]
fn rule_5_another_listener_is_a_reason_to_test_sooner() {
    let mut probe = gate(&[80, 81]);
    probe.saw(ms(0), table(&["0.0.0.0:80"]));
    for at in [0, 100, 300, 700] {
        test(&mut probe, at, false);
    }
    probe.saw(ms(800), table(&["0.0.0.0:80", "0.0.0.0:81"]));
    assert_eq!(due(&probe, 800), Some(Exec::Test));
}

#[test]
fn rule_5_a_test_that_met_other_listeners_is_run_again_when_it_has_rested() {
    let mut probe = gate(&[80, 81]);
    probe.saw(ms(100), table(&["0.0.0.0:80"]));
    probe.began(ms(100));
    probe.saw(ms(110), table(&["0.0.0.0:80", "0.0.0.0:81"]));
    probe.tested(ms(140), true);
    assert_eq!(due(&probe, 179), None, "never sooner than it took");
    assert_eq!(due(&probe, 180), Some(Exec::Test));
    // Nothing has changed since: the usual pauses.
    probe.began(ms(180));
    probe.tested(ms(220), false);
    assert_eq!(due(&probe, 319), None);
    assert_eq!(due(&probe, 320), Some(Exec::Test));
}

#[test]
fn rule_5_what_does_not_run_is_not_tested() {
    for status in [Status::Paused, Status::Restarting, Status::Created] {
        let mut probe = gate(&[]);
        let stopped = Container {
            status: status.clone(),
            ..container(&[])
        };
        probe.asked(ms(10), &stopped);
        assert_eq!(due(&probe, 20), None, "{status:?}");
        probe.asked(ms(30), &container(&[]));
        assert_eq!(due(&probe, 30), Some(Exec::Test));
    }
}

#[test]
fn rule_6_a_pass_after_the_timeout_is_none() {
    let mut probe = gate(&[]);
    probe.began(ms(0));
    probe.tested(ms(5001), true);
    assert!(!is_open(&probe, 5001));
    let mut in_time = gate(&[]);
    in_time.began(ms(0));
    in_time.tested(ms(5000), true);
    assert!(is_open(&in_time, 5000));
}

#[test]
fn rule_6_while_a_test_hangs_no_other_begins_and_the_engines_word_decides() {
    let mut probe = gate(&[80, 81]);
    // The engine's own test passed before anything could be reached.
    probe.saw(ms(10), table(&["/run/a.sock"]));
    probe.asked(ms(20), &healthy(&[80, 81]));
    probe.saw(ms(1000), table(&["0.0.0.0:80", "0.0.0.0:81"]));
    probe.began(ms(1000));
    assert_eq!(due(&probe, 4000), None);
    assert!(!is_open(&probe, 6000));
    assert!(is_open(&probe, 6001));
    assert_eq!(until(&probe, 5500), Some(6001));
}

#[test]
fn rule_7_a_pass_counts_for_the_listeners_it_saw() {
    let mut probe = gate(&[80, 81]);
    probe.saw(ms(100), table(&["0.0.0.0:80"]));
    test(&mut probe, 100, true);
    probe.saw(ms(600), table(&["0.0.0.0:80", "0.0.0.0:81"]));
    assert!(!is_open(&probe, 600));
    test(&mut probe, 600, true);
    assert!(is_open(&probe, 600));
}

#[test]
fn rule_7_with_some_ports_it_opens_when_nothing_has_changed_for_a_second() {
    let mut probe = gate(&[80, 81]);
    probe.saw(ms(100), table(&["0.0.0.0:80"]));
    test(&mut probe, 100, true);
    assert_eq!(due(&probe, 500), None, "it has passed");
    probe.saw_the_same(ms(1099));
    assert!(!is_open(&probe, 1099));
    probe.saw_the_same(ms(1100));
    assert!(is_open(&probe, 1100));
    // A connection more is no change of what listens.
    probe.saw(ms(1150), table(&["0.0.0.0:80", "/run/a.sock"]));
    assert!(is_open(&probe, 1150));
}

#[test]
fn rule_7_unknown_sockets_need_three_passes_500_ms_apart() {
    let mut probe = gate_of(&container(&[80]), Source::Unknown);
    for at in [0, 500] {
        test(&mut probe, at, true);
        assert!(!is_open(&probe, at));
        assert_eq!(due(&probe, at + 499), None);
    }
    test(&mut probe, 1000, false);
    for at in [2000, 2500, 3000] {
        assert!(!is_open(&probe, at));
        test(&mut probe, at, true);
    }
    assert!(is_open(&probe, 3000));
}

#[test]
fn rule_8_a_healthy_worker_needs_no_port() {
    let mut probe = gate(&[80]);
    probe.saw_the_same(ms(4000));
    probe.asked(ms(4000), &healthy(&[80]));
    assert!(is_open(&probe, 4000));
}

#[test]
fn rule_8_a_unix_socket_or_loopback_may_be_a_temporary_server() {
    for listener in ["/run/mysqld.sock", "127.0.0.1:3306"] {
        let mut probe = gate(&[3306]);
        probe.saw(ms(3000), table(&[listener]));
        probe.asked(ms(4000), &healthy(&[3306]));
        probe.saw_the_same(ms(9000));
        assert!(!is_open(&probe, 9000), "{listener}");
        probe.saw(ms(12_000), table(&["[::]:3306", "/run/mysqld.sock"]));
        assert!(!is_open(&probe, 12_000), "its own test comes first");
        test(&mut probe, 12_000, true);
        assert!(is_open(&probe, 12_000));
    }
}

#[test]
fn rule_8_the_gap_between_a_temporary_server_and_the_real_one_is_no_worker() {
    let mut probe = gate(&[3306]);
    probe.saw(ms(3000), table(&["/run/mysqld.sock"]));
    probe.asked(ms(4000), &healthy(&[3306]));
    probe.saw(ms(11_000), table(&[]));
    assert!(!is_open(&probe, 11_000));
}

#[test]
fn rule_8_it_says_so_after_10_s_and_opens_after_60() {
    let mut probe = gate(&[3306]);
    probe.saw(ms(3000), table(&["/run/mysqld.sock"]));
    probe.asked(ms(4000), &healthy(&[3306]));
    assert_eq!(
        probe.note(ms(13_999)),
        "for port 3306 (only a unix socket listens)"
    );
    assert_eq!(until(&probe, 5000), Some(14_000));
    assert_eq!(
        probe.note(ms(14_000)),
        "for port 3306 (the engine says healthy, but only a unix socket listens)"
    );
    assert_eq!(until(&probe, 14_000), Some(64_000));
    let Decision::Open(Some(warning)) = probe.decide(ms(64_000)) else {
        panic!("it is still closed")
    };
    assert_eq!(
        warning,
        "the engine has said healthy for 60 s, but nothing can be reached on port 3306 (only a unix socket listens): \
         taken as ready"
    );
}

#[test]
fn rule_8_what_was_seen_before_the_engines_word_says_nothing() {
    let mut probe = gate_of(&container(&[80]), Source::Inside);
    probe.began(ms(0));
    probe.looked(ms(10), Some(table(&[])));
    probe.asked(ms(50), &healthy(&[80]));
    assert!(!is_open(&probe, 50));
    probe.began(ms(110));
    probe.looked(ms(120), Some(table(&[])));
    assert!(is_open(&probe, 120));
}

#[test]
fn rule_8_a_server_that_can_be_reached_elsewhere_is_ready_when_it_has_settled() {
    let mut probe = gate(&[80]);
    probe.saw(ms(3500), table(&["0.0.0.0:8080"]));
    probe.asked(ms(4000), &healthy(&[80]));
    probe.saw_the_same(ms(4000));
    assert!(!is_open(&probe, 4000));
    probe.saw_the_same(ms(4500));
    assert!(is_open(&probe, 4500));
}

#[test]
fn rule_9_the_engines_unhealthy_closes_it_for_good() {
    let mut probe = gate(&[80]);
    let unhealthy = Container {
        health: Some(Health::Unhealthy),
        ..container(&[80])
    };
    probe.asked(ms(100), &unhealthy);
    assert_eq!(probe.decide(ms(100)), Decision::Unhealthy);
}

#[test]
fn rule_9_a_container_that_is_about_to_be_started_again_is_not_given_up() {
    let mut probe = gate(&[]);
    let restarting = Container {
        status: Status::Restarting,
        health: Some(Health::Unhealthy),
        ..container(&[])
    };
    probe.asked(ms(100), &restarting);
    assert_eq!(due(&probe, 100), None);
    probe.asked(ms(300), &container(&[]));
    test(&mut probe, 300, true);
    assert!(is_open(&probe, 300));
}

#[test]
fn rule_9_our_own_failures_never_close_it_where_the_engine_tests() {
    let mut probe = gate(&[80]);
    let tested = Container {
        health_log: vec!["no".into()],
        ..container(&[80])
    };
    assert_eq!(until(&probe, 2000), Some(45_000));
    assert_eq!(probe.decide(ms(45_000)), Decision::Ask);
    probe.asked(ms(45_000), &tested);
    assert!(matches!(
        probe.decide(ms(100_000)),
        Decision::Wait { until: None, .. }
    ));
}

#[test]
fn rule_9_where_the_engine_never_tests_it_is_closed_when_it_should_have_given_up() {
    let mut probe = gate(&[80]);
    assert_eq!(probe.decide(ms(45_000)), Decision::Ask);
    probe.asked(ms(45_000), &container(&[80]));
    assert_eq!(probe.decide(ms(45_000)), Decision::GivenUp);
    let mut endless = container(&[80]);
    endless.health_test.as_mut().unwrap().interval = Duration::MAX;
    assert!(matches!(
        gate_of(&endless, Source::Outside).decide(ms(45_000)),
        Decision::Wait { .. }
    ));
}

#[test]
fn notes_and_failures_say_what_listens() {
    let cases: [(&[&str], &str, &str); 6] = [
        (
            &[],
            "for ports 80 and 81 (nothing listens yet)",
            "ports 80 and 81 don't listen: nothing listens yet",
        ),
        (
            &["/run/a.sock"],
            "for ports 80 and 81 (only a unix socket listens)",
            "ports 80 and 81 don't listen: only a unix socket listens",
        ),
        (
            &["127.0.0.1:80"],
            "for ports 80 and 81 (only 127.0.0.1:80 listens)",
            "ports 80 and 81 don't listen: only 127.0.0.1:80 listens",
        ),
        (
            &["0.0.0.0:5000", "127.0.0.1:80"],
            "for ports 80 and 81 (0.0.0.0:5000 listens instead)",
            "ports 80 and 81 don't listen: 0.0.0.0:5000 listens instead",
        ),
        (
            &["0.0.0.0:80"],
            "for the health test to pass",
            "port 80 listens, port 81 doesn't",
        ),
        (
            &["0.0.0.0:80", "[::]:81"],
            "for the health test to pass",
            "ports 80 and 81 listen",
        ),
    ];
    for (listeners, note, sockets) in cases {
        let mut probe = gate(&[80, 81]);
        probe.saw(ms(0), table(listeners));
        assert_eq!(probe.note(ms(1)), note);
        assert_eq!(probe.sockets(), sockets);
    }
    assert_eq!(gate(&[]).sockets(), "");
}
