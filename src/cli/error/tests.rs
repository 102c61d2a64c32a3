use super::*;
use crate::engine::DockerfileLine;
use crate::model::{Condition, ProjectName, Readiness, ServiceName};
use crate::plan::{Operation, Reason, Resource, Step, Target};
use crate::reconcile::{WaitFailure, WaitProblem};
use crate::ui::Color;

fn text(error: impl Into<CliError>) -> String {
    let reports = error.into().reports();
    reports
        .iter()
        .map(|report| report.error(Color::OFF))
        .collect()
}

fn waits(reason: Reason) -> Plan {
    Plan {
        project: ProjectName::new("shop").unwrap(),
        steps: vec![Step {
            resource: Resource::Container {
                name: "shop-db-1".into(),
                replica: None,
            },
            operation: Operation::Wait {
                target: Target::Existing("1".into()),
                condition: Condition::ServiceHealthy,
                ready: Readiness::default(),
                required: true,
            },
            reason,
            after: Vec::new(),
            only_if: None,
        }],
        unchanged: Vec::new(),
        warnings: Vec::new(),
        origins: std::collections::HashMap::new(),
    }
}

fn failed(plan: Plan, error: impl Into<StepError>, interrupted: bool) -> CliError {
    CliError::Apply {
        error: ApplyError {
            failures: vec![StepFailure {
                step: 0,
                error: error.into(),
            }],
            interrupted,
        },
        plan: Box::new(plan),
        mask: Mask::default(),
    }
}

fn wait(problem: WaitProblem) -> StepError {
    let failure = WaitFailure {
        problem,
        probe: String::new(),
        sockets: String::new(),
        logs: Vec::new(),
    };
    Box::new(failure).into()
}

fn needed_by_web() -> Reason {
    Reason::NeededBy(ServiceName::new("web").unwrap(), Condition::ServiceHealthy)
}

#[test]
fn without_an_engine_all_addresses_and_the_remedy_are_named() {
    let tried = |addresses: &[&str]| EngineError::NoEngine {
        tried: addresses
            .iter()
            .map(|address| ((*address).to_owned(), "no such file".to_owned()))
            .collect(),
    };
    assert_eq!(
        text(tried(&["unix:///var/run/docker.sock", "unix:///run/podman/podman.sock"])),
        "error: no container engine answers
  tried:
    | unix:///var/run/docker.sock: no such file
    | unix:///run/podman/podman.sock: no such file
help: install one: `sudo apt install docker.io` (Debian, Ubuntu), or see https://docs.docker.com/engine/install
      if one is installed, start it: `sudo systemctl start docker`
"
    );
    assert_eq!(
        text(tried(&["tcp://10.0.0.1:2375"])),
        "error: no container engine answers
  tried:
    | tcp://10.0.0.1:2375: no such file
help: start the engine at tcp://10.0.0.1:2375,
      or unset DOCKER_HOST and DOCKER_CONTEXT to look for one on this machine
"
    );
}

#[test]
fn without_permission_the_way_to_get_it_is_told() {
    assert_eq!(
        text(EngineError::NoPermission {
            path: "/var/run/docker.sock".into()
        }),
        "error: permission denied: this user may not use the engine's socket /var/run/docker.sock
help: join the group that may: `sudo usermod -aG docker $USER`, then log out and in again
      (until then `newgrp docker` does it for one shell, or run this command with sudo)
"
    );
}

#[test]
fn a_port_in_use_names_its_owner() {
    assert_eq!(
        text(EngineError::PortInUse {
            port: "0.0.0.0:8080".into(),
            owner: Some("container other-web-1".into())
        }),
        "error: host port 0.0.0.0:8080 is already in use by container other-web-1
help: stop what uses it, or publish another port in the stack file (`ports`)
"
    );
}

#[test]
fn a_failed_build_shows_its_step_its_line_and_its_last_output() {
    let error = EngineError::BuildFailed {
        tag: "shop-keeper".into(),
        step: Some("[3/4] RUN pip install nothing".into()),
        why: "exit code: 1".into(),
        output: vec!["ERROR: No matching distribution found".into()],
        line: Some(Box::new(DockerfileLine {
            file: "app/Dockerfile".into(),
            line: 7,
            text: "RUN pip install nothing".into(),
        })),
    };
    assert_eq!(
        text(error),
        "error: image shop-keeper cannot be built: [3/4] RUN pip install nothing: exit code: 1
  app/Dockerfile:7:
    | RUN pip install nothing
  its last output:
    | ERROR: No matching distribution found
"
    );
}

#[test]
fn the_engines_other_errors_say_what_to_do() {
    let table = [
        (
            EngineError::PullDenied {
                reference: "secret/app".into(),
                why: "repository does not exist".into(),
            },
            "error: pull access denied for secret/app: repository does not exist
help: is the name right? A private image needs `docker login` at its registry first;
      an image of your own needs `build` in the stack file
",
        ),
        (
            EngineError::BuildFailed {
                tag: "shop-keeper".into(),
                step: None,
                why: "failed to create LLB definition: no active sessions".into(),
                output: Vec::new(),
                line: None,
            },
            "error: image shop-keeper cannot be built: failed to create LLB definition: no active sessions
help: the builder cannot log in, and windlass pulls only the base images of a Dockerfile on this machine:
      pull those of another one first, with `docker pull` (private ones after `docker login`)
",
        ),
        (
            EngineError::NameInUse {
                kind: "container",
                name: "db".into(),
                owner: None,
            },
            "error: container name \"db\" is already in use
help: remove the other one with `docker container rm db`, or give another name
",
        ),
        (
            EngineError::Conflict("network shop_default has active endpoints".into()),
            "error: network shop_default has active endpoints\n",
        ),
    ];
    for (error, expected) in table {
        assert_eq!(text(error), expected);
    }
}

#[test]
fn an_unhealthy_container_shows_what_its_test_and_its_log_say() {
    let failure = WaitFailure {
        problem: WaitProblem::Unhealthy {
            container: "shop-db-1".into(),
        },
        probe: "connect to server failed\nis it running?".into(),
        sockets: "port 3306 does not listen: only a unix socket listens".into(),
        logs: vec!["starting".into(), "out of disk".into()],
    };
    let expected = "  its health test said last:
    | connect to server failed
    | is it running?
  its ports:
    | port 3306 does not listen: only a unix socket listens
  its last log lines:
    | starting
    | out of disk
";
    let by_flag = failed(
        waits(Reason::Asked("--wait")),
        Box::new(failure.clone()),
        false,
    );
    assert_eq!(by_flag.code(), 1);
    assert_eq!(
        text(by_flag),
        format!("error: container shop-db-1 is unhealthy\n{expected}")
    );
    assert_eq!(
        text(failed(waits(needed_by_web()), Box::new(failure), false)),
        format!(
            "error: dependency failed to start: container shop-db-1 is unhealthy (web depends on it)\n{expected}"
        )
    );
}

#[test]
fn other_waits_that_fail_keep_the_words_that_scripts_know() {
    let container = || "shop-db-1".to_owned();
    let exited = WaitProblem::Exited {
        container: container(),
        code: 1,
    };
    assert_eq!(
        text(failed(waits(needed_by_web()), wait(exited), false)),
        "error: dependency failed to start: container shop-db-1 exited (1) (web depends on it)
help: it has written nothing to its log
"
    );
    let timeout = WaitProblem::Timeout {
        container: container(),
        condition: Condition::ServiceHealthy,
        seconds: 3,
    };
    assert_eq!(
        text(failed(waits(Reason::Asked("--wait")), wait(timeout), false)),
        "error: application not healthy after 3s: container shop-db-1 is not healthy after 3s
help: give it more time with --wait-timeout, or see `windlass logs`
"
    );
}

#[test]
fn an_interruption_ends_with_130_and_says_how_to_go_on() {
    let mut error = failed(
        waits(needed_by_web()),
        EngineError::Conflict("x".into()),
        true,
    );
    assert_eq!(error.code(), 130);
    if let CliError::Apply { error, .. } = &mut error {
        error.failures.clear();
    }
    let expected = "error: interrupted
help: what was done stays: `windlass up` goes on from here, `windlass down` takes it away
";
    assert_eq!(text(error), expected);
    assert_eq!(text(CliError::Interrupted), expected);
    assert_eq!(CliError::Interrupted.code(), 130);
}

#[test]
fn plans_that_cannot_be_made_name_the_place() {
    let error = PlanError::ExternalMissing {
        kind: "network",
        name: "front".into(),
        position: Some(crate::model::Position {
            file: "stack.yaml".into(),
            line: 9,
            column: 3,
        }),
    };
    assert_eq!(
        text(error),
        "error: network front declared as external, but could not be found
  --> stack.yaml:9:3
help: make it with `docker network create front`, or take `external` out of the stack file
"
    );
}

#[test]
fn a_closed_pipe_is_nobodys_error() {
    let error = CliError::Io(io::Error::from(ErrorKind::BrokenPipe));
    assert_eq!(error.code(), 141);
    assert_eq!(text(error), "");
}
