//! The gate: it opens as soon as a container can be reached, and not before. Its rules by number are those of
//! `reconcile/probe.rs`; here is seen that they are carried out.

use std::time::Duration;

use windlass::engine::EngineError;
use windlass::model::{Condition, NetworkMode, Port, Project, Readiness, Service};
use windlass::plan::UpOptions;
use windlass::reconcile::{ApplyOptions, Progress, StepError};
use windlass::state::Health;

use crate::support::fake_engine::{FakeEngine, Happening, Test};
use crate::support::project::{
    Run, engine_for, name, needs, plan_up, project, run, seconds, service, tested, up, up_with,
};

const HEALTHY: Condition = Condition::ServiceHealthy;
const DB: &str = "shop-db-1";

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A health test that ends at once.
const fn test(code: i64) -> Happening {
    Happening::Test(Test {
        takes: Duration::ZERO,
        code,
        output: "what our test says\n",
    })
}

const fn slow_test(takes: Duration, code: i64) -> Happening {
    Happening::Test(Test {
        takes,
        code,
        output: "",
    })
}

fn exposing(mut service: Service, ports: &[&str]) -> Service {
    service.spec.expose = ports.iter().map(|&port| port.to_owned()).collect();
    service
}

/// `web` waits for `db`, whose health is tested and which declares these ports.
fn shop(ports: &[&str]) -> Project {
    project([
        needs(service("web"), "db", HEALTHY),
        exposing(tested(service("db")), ports),
    ])
}

/// Raises the shop while this happens to `db`, by milliseconds since its start.
async fn raised(project: &Project, happenings: &[(u64, Happening)]) -> (FakeEngine, Run) {
    let engine = engine_for(project);
    for (at, what) in happenings {
        engine.after_start(DB, ms(*at), what.clone());
    }
    let run = up(&engine, project).await;
    (engine, run)
}

fn notes(run: &Run) -> Vec<&str> {
    let told = run.progress().into_iter();
    told.filter_map(|progress| match progress {
        Progress::Note(text) => Some(text.as_str()),
        _ => None,
    })
    .collect()
}

fn warnings(run: &Run) -> Vec<&str> {
    let told = run.progress().into_iter();
    told.filter_map(|progress| match progress {
        Progress::Warning(text) => Some(text.as_str()),
        _ => None,
    })
    .collect()
}

#[tokio::test(start_paused = true)]
async fn it_opens_when_the_port_listens_and_the_test_passes() {
    let happenings = [
        (0, test(0)),
        (1000, Happening::Listens(&["unix:/run/mysqld.sock"])),
        (3000, Happening::Listens(&["0.0.0.0:3306"])),
    ];
    let (engine, run) = raised(&shop(&["3306"]), &happenings).await;
    assert_eq!(run.done().took, 3000);
    assert_eq!(engine.execs(), ["3000..3000 exec shop-db-1 test"]);
}

#[tokio::test(start_paused = true)]
async fn it_says_what_it_waits_for() {
    let happenings = [
        (1000, Happening::Listens(&["unix:/run/mysqld.sock"])),
        (3000, Happening::Listens(&["0.0.0.0:3306"])),
        (3500, test(0)),
    ];
    let (_, run) = raised(&shop(&["3306"]), &happenings).await;
    assert_eq!(
        notes(&run.done()),
        [
            "for port 3306 (nothing listens yet)",
            "for port 3306 (only a unix socket listens)",
            "for the health test to pass",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_1_without_a_health_test_running_is_ready() {
    let project = project([
        needs(service("web"), "db", HEALTHY),
        exposing(service("db"), &["3306"]),
    ]);
    let (_, run) = raised(&project, &[]).await;
    assert_eq!(run.done().took, 0);
}

#[tokio::test(start_paused = true)]
async fn rule_2_without_declared_ports_tests_begin_at_once() {
    let (engine, run) = raised(&shop(&[]), &[(0, test(1)), (250, test(0))]).await;
    assert_eq!(run.done().took, 300);
    assert_eq!(
        engine.execs(),
        [
            "0..0 exec shop-db-1 test",
            "100..100 exec shop-db-1 test",
            "300..300 exec shop-db-1 test",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_2_on_the_hosts_network_there_is_no_port_condition() {
    let mut project = shop(&["3306"]);
    let db = &mut project.services["db"].spec;
    db.networks.clear();
    db.network_mode = Some(NetworkMode::Host);
    let (_, run) = raised(&project, &[(0, test(0))]).await;
    assert_eq!(run.done().took, 0);
}

#[tokio::test(start_paused = true)]
async fn rule_3_a_port_on_loopback_only_is_not_ready() {
    let happenings = [
        (0, test(0)),
        (100, Happening::Listens(&["127.0.0.1:3306"])),
        (
            9000,
            Happening::Listens(&["127.0.0.1:3306", "0.0.0.0:3306"]),
        ),
    ];
    let (_, run) = raised(&shop(&["3306"]), &happenings).await;
    assert_eq!(run.done().took, 9000);
}

#[tokio::test(start_paused = true)]
async fn rule_4_sockets_that_cannot_be_seen_from_outside_are_seen_from_inside() {
    let project = shop(&["3306"]);
    let engine = engine_for(&project);
    engine.hides_sockets();
    engine.after_start(DB, ms(0), test(0));
    engine.after_start(DB, ms(250), Happening::Listens(&["0.0.0.0:3306"]));
    assert_eq!(up(&engine, &project).await.done().took, 300);
    assert_eq!(
        engine.execs(),
        [
            "0..0 exec shop-db-1 look",
            "100..100 exec shop-db-1 look",
            "300..300 exec shop-db-1 look",
            "300..300 exec shop-db-1 test",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_4_tables_are_read_when_something_has_changed_and_the_engine_is_not_asked_meanwhile() {
    let happenings = [
        (0, test(0)),
        (20_000, Happening::Listens(&["127.0.0.1:80"])),
        (40_010, Happening::Listens(&["0.0.0.0:80"])),
    ];
    let (engine, run) = raised(&shop(&["80"]), &happenings).await;
    // No later than the next look at the counts.
    assert_eq!(run.done().took, 40_025);
    let read = engine.tables_read();
    assert!(read <= 50, "{read} times in 40 s: once a second will do");
    let asked = engine.calls();
    let asked = asked.iter().filter(|call| *call == "inspect shop-db-1");
    assert!(asked.count() <= 2, "events tell how it is");
}

#[tokio::test(start_paused = true)]
async fn rule_5_a_slow_test_rests_for_as_long_as_it_took() {
    let happenings = [
        (0, slow_test(seconds(3), 1)),
        (4000, slow_test(seconds(3), 0)),
    ];
    let (engine, run) = raised(&shop(&[]), &happenings).await;
    assert_eq!(run.done().took, 9000);
    assert_eq!(
        engine.execs(),
        [
            "0..3000 exec shop-db-1 test",
            "6000..9000 exec shop-db-1 test",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_5_a_test_that_met_other_listeners_is_run_again_as_soon_as_it_has_rested() {
    // It passes, and fails, before the last port listens; without news 100 ms would pass between two tests.
    for code in [0, 1] {
        let happenings = [
            (0, slow_test(ms(40), code)),
            (100, Happening::Listens(&["0.0.0.0:33060"])),
            (110, Happening::Listens(&["0.0.0.0:33060", "0.0.0.0:3306"])),
            (150, slow_test(ms(40), 0)),
        ];
        let (engine, run) = raised(&shop(&["3306", "33060"]), &happenings).await;
        assert_eq!(run.done().took, 220);
        assert_eq!(
            engine.execs(),
            [
                "100..140 exec shop-db-1 test",
                "180..220 exec shop-db-1 test",
            ]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn rule_5_another_listener_ends_the_rest_after_a_failure_but_not_before_the_test_took() {
    // The fifth test fails at 1600; the sixth would begin at 2600.
    for (listens, begins) in [(1650, 1650), (1605, 1625)] {
        let happenings = [
            (0, Happening::Listens(&["0.0.0.0:80"])),
            (0, slow_test(ms(20), 1)),
            (
                listens,
                Happening::Listens(&["0.0.0.0:80", "unix:/run/app.sock"]),
            ),
            (1604, slow_test(ms(20), 0)),
        ];
        let (engine, run) = raised(&shop(&["80"]), &happenings).await;
        run.done();
        let execs = engine.execs();
        assert_eq!(
            execs.last().unwrap(),
            &format!("{begins}..{} exec shop-db-1 test", begins + 20),
            "{execs:#?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn rule_5_at_most_four_tests_run_at_once() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let project = project(names.map(|name| tested(service(name))));
    let engine = engine_for(&project);
    for name in names {
        let container = format!("shop-{name}-1");
        engine.after_start(&container, ms(0), slow_test(seconds(2), 0));
    }
    let options = UpOptions {
        wait: true,
        ..UpOptions::default()
    };
    let run = up_with(&engine, &project, &options).await.done();
    assert_eq!(run.took, 4000);
    let begun: Vec<String> = engine
        .execs()
        .iter()
        .map(|exec| exec.split_once("..").unwrap().0.to_owned())
        .collect();
    assert_eq!(begun, ["0", "0", "0", "0", "2000", "2000"]);
}

#[tokio::test(start_paused = true)]
async fn rule_5_a_paused_container_is_not_tested() {
    let happenings = [
        (0, test(1)),
        (50, Happening::Pause),
        (60, test(0)),
        (8000, Happening::Unpause),
    ];
    let (engine, run) = raised(&shop(&[]), &happenings).await;
    assert_eq!(run.done().took, 8000);
    assert_eq!(engine.execs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn rule_5_a_test_that_cannot_be_run_has_failed_and_that_is_not_the_end() {
    let refuses = || EngineError::Conflict("container is paused".into());
    for (ending, failed) in [
        (Happening::Health(Health::Healthy, ""), None),
        (
            Happening::Health(Health::Unhealthy, ""),
            Some("container is paused"),
        ),
        (Happening::Exit(3), Some("")),
    ] {
        let engine = engine_for(&shop(&[]));
        engine.fails("create exec", refuses);
        engine.after_start(DB, ms(5000), ending);
        let run = up(&engine, &shop(&[])).await;
        assert_eq!(run.took, 5000);
        let said = run
            .result
            .err()
            .map(|error| match &error.failures[0].error {
                StepError::Wait(failure) => failure.probe.clone(),
                other => panic!("{other}"),
            });
        assert_eq!(said.as_deref(), failed);
    }
}

#[tokio::test(start_paused = true)]
async fn rule_6_while_a_test_hangs_the_engines_word_decides() {
    let happenings = [
        (0, slow_test(seconds(1000), 0)),
        (50_000, Happening::Health(Health::Healthy, "")),
    ];
    let (engine, run) = raised(&shop(&[]), &happenings).await;
    let run = run.done();
    assert_eq!(run.took, 50_000);
    assert_eq!(engine.execs(), ["0.. exec shop-db-1 test"]);
    assert_eq!(
        notes(&run),
        [
            "for the health test to pass",
            "for the engine's health test (windlass's runs for more than 30s)",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_6_a_pass_after_the_timeout_does_not_count() {
    let happenings = [(0, slow_test(seconds(31), 0)), (31_000, test(1))];
    let (_, run) = raised(
        &shop(&[]),
        &[
            &happenings[..],
            &[(80_000, Happening::Health(Health::Healthy, ""))],
        ]
        .concat(),
    )
    .await;
    assert_eq!(run.done().took, 80_000);
}

#[tokio::test(start_paused = true)]
async fn rule_7_all_declared_ports_have_to_listen() {
    let happenings = [
        (0, test(0)),
        (100, Happening::Listens(&["0.0.0.0:33060"])),
        (900, Happening::Listens(&["0.0.0.0:33060", "0.0.0.0:3306"])),
    ];
    let (_, run) = raised(&shop(&["3306", "33060"]), &happenings).await;
    assert_eq!(run.done().took, 900);
}

#[tokio::test(start_paused = true)]
async fn rule_7_a_stale_declaration_holds_it_for_a_second() {
    let happenings = [(0, test(0)), (100, Happening::Listens(&["0.0.0.0:80"]))];
    let (engine, run) = raised(&shop(&["80", "443"]), &happenings).await;
    assert_eq!(run.done().took, 1100);
    assert_eq!(engine.execs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn rule_7_unknown_sockets_take_three_passes() {
    let project = shop(&["3306"]);
    let engine = engine_for(&project);
    engine.hides_sockets();
    engine.lacks_cat();
    engine.after_start(DB, ms(0), test(0));
    assert_eq!(up(&engine, &project).await.done().took, 1000);
    assert_eq!(
        engine.execs(),
        [
            "0..0 exec shop-db-1 look",
            "0..0 exec shop-db-1 test",
            "500..500 exec shop-db-1 test",
            "1000..1000 exec shop-db-1 test",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_8_a_worker_without_sockets_is_ready_when_the_engine_says_so() {
    let happenings = [(0, test(0)), (5000, Happening::Health(Health::Healthy, ""))];
    let (_, run) = raised(&shop(&["80"]), &happenings).await;
    assert_eq!(run.done().took, 5000);
}

#[tokio::test(start_paused = true)]
async fn rule_8_a_temporary_server_that_the_engine_calls_healthy_does_not_open_it() {
    let happenings = [
        (0, test(0)),
        (2000, Happening::Listens(&["unix:/run/mysqld.sock"])),
        (4700, Happening::Health(Health::Healthy, "")),
    ];
    let mut real = happenings.to_vec();
    real.push((11_000, Happening::Listens(&[])));
    real.push((12_000, Happening::Listens(&["0.0.0.0:3306"])));
    let (_, run) = raised(&shop(&["3306"]), &real).await;
    assert_eq!(run.done().took, 12_000);

    let (_, run) = raised(&shop(&["3306"]), &happenings).await;
    let run = run.done();
    assert_eq!(run.took, 64_700);
    assert_eq!(warnings(&run).len(), 1);
    assert_eq!(
        notes(&run).last().unwrap(),
        &"for port 3306 (the engine says healthy, but only a unix socket listens)"
    );
}

#[tokio::test(start_paused = true)]
async fn rule_8_a_later_run_does_not_trust_the_engines_word_either() {
    let project = shop(&["3306"]);
    let engine = engine_for(&project);
    for (at, what) in [
        (0, test(0)),
        (2000, Happening::Listens(&["unix:/run/mysqld.sock"])),
        (4700, Happening::Health(Health::Healthy, "")),
        (12_000, Happening::Listens(&["0.0.0.0:3306"])),
    ] {
        engine.after_start(DB, ms(at), what);
    }
    let only_db = UpOptions {
        services: vec![name("db")],
        ..UpOptions::default()
    };
    assert_eq!(up_with(&engine, &project, &only_db).await.done().took, 0);
    tokio::time::advance(seconds(5)).await;
    assert_eq!(up(&engine, &project).await.done().took, 7000);
    // Where everything is up and reachable nothing is asked again.
    assert!(up(&engine, &project).await.done().plan.is_empty());
}

#[tokio::test(start_paused = true)]
async fn rule_9_it_stays_closed_when_the_engine_gives_up_and_says_all_it_knows() {
    let happenings = [
        (0, test(1)),
        (100, Happening::Listens(&["0.0.0.0:80"])),
        (2000, Happening::Health(Health::Unhealthy, "the engine's")),
    ];
    let (_, run) = raised(&shop(&["80", "81"]), &happenings).await;
    assert_eq!(run.failures(), ["container shop-db-1 is unhealthy"]);
    let error = run.result.unwrap_err();
    let StepError::Wait(failure) = &error.failures[0].error else {
        panic!("{error:?}")
    };
    assert_eq!(failure.probe, "what our test says");
    assert_eq!(failure.sockets, "port 80 listens, port 81 doesn't");
}

#[tokio::test(start_paused = true)]
async fn rule_9_where_the_engine_never_tests_it_fails_when_an_engine_would_have_given_up() {
    let (_, run) = raised(&shop(&[]), &[(0, test(1))]).await;
    assert_eq!(run.took, 180_000);
    assert_eq!(
        run.failures(),
        ["container shop-db-1 is not healthy after 180s, and the engine never tests it"]
    );
}

#[tokio::test(start_paused = true)]
async fn rule_9_a_wait_that_takes_too_long_says_what_does_not_listen() {
    let project = shop(&["3306"]);
    let engine = engine_for(&project);
    engine.after_start(DB, ms(0), Happening::Listens(&["127.0.0.1:3306"]));
    let plan = plan_up(&engine, &project, &UpOptions::default()).await;
    let options = ApplyOptions {
        wait_timeout: Some(seconds(7)),
        ..ApplyOptions::default()
    };
    let run = run(&engine, plan, &options).await;
    assert_eq!(run.took, 7000);
    let error = run.result.unwrap_err();
    let StepError::Wait(failure) = &error.failures[0].error else {
        panic!("{error:?}")
    };
    assert_eq!(
        failure.sockets,
        "port 3306 doesn't listen: only 127.0.0.1:3306 listens"
    );
}

#[tokio::test(start_paused = true)]
async fn rule_10_every_replica_has_to_be_ready() {
    let mut project = shop(&["80"]);
    project.services["db"].scale = 2;
    let engine = engine_for(&project);
    for (container, at) in [(DB, 1000), ("shop-db-2", 4000)] {
        engine.after_start(container, ms(0), test(0));
        engine.after_start(container, ms(at), Happening::Listens(&["0.0.0.0:80"]));
    }
    assert_eq!(up(&engine, &project).await.done().took, 4000);
}

#[tokio::test(start_paused = true)]
async fn rule_10_the_engines_word_alone_on_request() {
    let happenings = [(0, test(0)), (5000, Happening::Health(Health::Healthy, ""))];
    let mut by_file = shop(&[]);
    by_file.services["db"].ready = Readiness::Engine;
    let (engine, by_engine) = raised(&by_file, &happenings).await;
    assert_eq!(by_engine.done().took, 5000);
    assert!(engine.execs().is_empty());

    for (health, took) in [(Readiness::Engine, 5000), (Readiness::Reachable, 0)] {
        let engine = engine_for(&by_file);
        for (at, what) in &happenings {
            engine.after_start(DB, ms(*at), what.clone());
        }
        let plan = plan_up(&engine, &by_file, &UpOptions::default()).await;
        let options = ApplyOptions {
            health: Some(health),
            ..ApplyOptions::default()
        };
        let run = run(&engine, plan, &options).await.done();
        assert_eq!(run.took, took, "{health:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_begins_anew() {
    let happenings = [
        (0, test(0)),
        (100, Happening::Listens(&["0.0.0.0:80"])),
        (500, Happening::Restart),
        (9000, Happening::Listens(&["0.0.0.0:80", "0.0.0.0:81"])),
    ];
    let (_, run) = raised(&shop(&["80", "81"]), &happenings).await;
    assert_eq!(run.done().took, 9000);
}

#[tokio::test(start_paused = true)]
async fn a_published_port_that_leads_nowhere_is_named() {
    let mut project = shop(&["5000"]);
    project.services["db"].spec.ports.push(Port {
        target: 80,
        published: Some("8080".into()),
        host_ip: None,
        protocol: "tcp".into(),
        mode: None,
        name: None,
        app_protocol: None,
    });
    let happenings = [
        (0, test(0)),
        (0, Happening::Listens(&["0.0.0.0:5000", "127.0.0.1:80"])),
    ];
    let (_, run) = raised(&project, &happenings).await;
    assert_eq!(
        warnings(&run.done()),
        [
            "port 80 is published, but only 127.0.0.1:80 listens, which nobody outside can reach: let it listen on \
             0.0.0.0"
        ]
    );
}
