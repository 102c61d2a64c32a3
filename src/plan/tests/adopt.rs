use super::*;
use crate::model::{Duration, Healthcheck, Logging, Port, Ulimit};
use crate::state::Shown;

/// What the plan names where the engine shows the first specification, with an image that sets the second, and the file
/// says the third.
fn named(is: &ContainerSpec, image: &ContainerSpec, wanted: &ContainerSpec) -> Vec<String> {
    let mut web = service("web");
    web.spec = ContainerSpec {
        image: web.spec.image,
        networks: web.spec.networks,
        ..wanted.clone()
    };
    let project = project([web]);
    let mut state = raised(&project);
    let container = &mut state.containers[0];
    container
        .labels
        .retain(|key, _| !key.starts_with("io.windlass"));
    container.network_mode = "shop_default".into();
    container.limits = crate::model::Limits::of(is);
    container.shown = Some(Box::new(Shown {
        spec: ContainerSpec {
            image: "web:1".into(),
            hostname: Some("web10123456".into()),
            networks: [(
                NetworkName::new("shop_default").unwrap(),
                Attachment::default(),
            )]
            .into(),
            ..is.clone()
        },
        image: Some(image.clone()),
        ..Shown::default()
    }));
    let plan = up(&project, &state, &UpOptions::default()).unwrap();
    let changes = plan.steps.iter().flat_map(|step| step.reason.changes());
    let mut lines: Vec<String> = changes
        .map(|change| change.to_string().replace("  stack.yaml:2:3", ""))
        .collect();
    lines.dedup();
    if lines.is_empty() {
        assert!(plan.is_empty(), "{plan}");
    }
    lines
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn port(target: u16, published: &str) -> Port {
    Port {
        target,
        published: Some(published.to_owned()),
        host_ip: None,
        protocol: "tcp".into(),
        mode: None,
        name: None,
        app_protocol: None,
    }
}

#[test]
fn what_the_image_or_the_engine_brings_is_no_difference() {
    let image = ContainerSpec {
        command: Some(texts(&["serve"])),
        entrypoint: Some(texts(&["/entry"])),
        environment: pairs(&[("PATH", "/bin"), ("LEVEL", "1")]),
        labels: pairs(&[("of", "image")]),
        working_dir: Some("/srv".into()),
        user: Some("app".into()),
        stop_signal: Some("SIGQUIT".into()),
        expose: texts(&["80/tcp"]),
        healthcheck: Some(Healthcheck {
            test: texts(&["CMD", "true"]),
            interval: Some(Duration::from_secs(9)),
            ..Healthcheck::default()
        }),
        ..ContainerSpec::default()
    };
    let is = ContainerSpec {
        environment: pairs(&[("PATH", "/bin"), ("LEVEL", "2")]),
        ipc: Some("private".into()),
        cgroup: Some("host".into()),
        runtime: Some("runc".into()),
        shm_size: crate::model::ByteSize::from_bytes(64 << 20),
        mem_limit: crate::model::ByteSize::from_bytes(1 << 20),
        memswap_limit: Some(2 << 20),
        security_opt: texts(&["label=disable"]),
        logging: Some(Logging {
            driver: Some("json-file".into()),
            options: pairs(&[("max-size", "1m"), ("labels", "of-the-engine")]),
        }),
        cap_add: texts(&["CAP_NET_ADMIN"]),
        expose: texts(&["80/tcp", "81/tcp", "9001-9002/udp"]),
        ports: vec![port(81, "8081")],
        ..image.clone()
    };
    let wanted = ContainerSpec {
        environment: pairs(&[("LEVEL", "2")]),
        mem_limit: is.mem_limit,
        logging: Some(Logging {
            driver: None,
            options: pairs(&[("max-size", "1m")]),
        }),
        cap_add: texts(&["net_admin"]),
        expose: texts(&["9002/udp", "9001/udp"]),
        ports: vec![port(81, "8081")],
        healthcheck: Some(Healthcheck {
            interval: Some(Duration::from_secs(9)),
            retries: Some(0),
            ..Healthcheck::default()
        }),
        ..ContainerSpec::default()
    };
    assert_eq!(named(&is, &image, &wanted), [""; 0]);
}

#[test]
fn what_podman_shows_of_what_the_file_says_is_no_difference() {
    let image = ContainerSpec {
        command: Some(texts(&["serve"])),
        ..ContainerSpec::default()
    };
    let tested = |timeout, retries| Healthcheck {
        test: texts(&["CMD", "true"]),
        timeout,
        retries,
        ..Healthcheck::default()
    };
    let limit = |name: &str, soft| (name.to_owned(), Ulimit { soft, hard: 2 });
    let is = ContainerSpec {
        command: image.command.clone(),
        stop_signal: Some("9".into()),
        healthcheck: Some(tested(Some(Duration::from_secs(30)), Some(3))),
        ulimits: [limit("RLIMIT_NOFILE", 1), limit("RLIMIT_NPROC", 2)].into(),
        ..ContainerSpec::default()
    };
    let wanted = |soft| ContainerSpec {
        stop_signal: Some("SIGKILL".into()),
        healthcheck: Some(tested(None, None)),
        ulimits: [limit("nofile", soft)].into(),
        ..ContainerSpec::default()
    };
    assert_eq!(named(&is, &image, &wanted(1)), [""; 0]);
    assert_eq!(
        named(&is, &image, &wanted(2)),
        ["ulimits.nofile.soft: 1 -> 2"]
    );
}

#[test]
fn each_difference_is_named_by_its_field() {
    let spec = ContainerSpec::default;
    let image = ContainerSpec {
        command: Some(texts(&["serve"])),
        ..spec()
    };
    let table: Vec<(ContainerSpec, ContainerSpec, &[&str])> = vec![
        (
            image.clone(),
            ContainerSpec {
                command: Some(texts(&["x"])),
                ..spec()
            },
            &[r#"command: ["serve"] -> ["x"]"#],
        ),
        (
            ContainerSpec {
                command: Some(texts(&["x"])),
                ..spec()
            },
            spec(),
            &[r#"command: ["x"] removed"#],
        ),
        (
            ContainerSpec {
                environment: pairs(&[("DEBUG", "0"), ("OLD", "x")]),
                ..image.clone()
            },
            ContainerSpec {
                environment: pairs(&[("DEBUG", "1")]),
                ..spec()
            },
            &[
                r#"environment.DEBUG: "0" -> "1"  stack.yaml:7:7"#,
                r#"environment.OLD: "x" removed"#,
            ],
        ),
        (
            ContainerSpec {
                ports: vec![port(80, "8080"), port(81, "8081")],
                expose: texts(&["80/tcp", "81/tcp"]),
                ..image.clone()
            },
            ContainerSpec {
                ports: vec![port(81, "8082"), port(80, "8080")],
                ..spec()
            },
            &[r#"ports[0].published: "8081" -> "8082""#],
        ),
        (
            ContainerSpec {
                ipc: Some("host".into()),
                ulimits: [("nofile".to_owned(), Ulimit { soft: 1, hard: 2 })].into(),
                tty: true,
                ..image.clone()
            },
            ContainerSpec {
                hostname: Some("bridge".into()),
                privileged: true,
                ..spec()
            },
            &[
                r#"hostname: "web10123456" -> "bridge""#,
                "privileged: true added",
                "tty: true removed",
                "ulimits.nofile.soft: 1 removed",
                "ulimits.nofile.hard: 2 removed",
                r#"ipc: "host" removed"#,
            ],
        ),
        (
            ContainerSpec {
                pids_limit: Some(10),
                ..image.clone()
            },
            ContainerSpec {
                pids_limit: Some(20),
                ..spec()
            },
            &["pids_limit: 10 -> 20"],
        ),
    ];
    for (is, wanted, lines) in table {
        assert_eq!(named(&is, &image, &wanted), lines);
    }
}

#[test]
fn without_its_image_what_the_container_is_stands_for_what_the_image_says() {
    let mut web = service("web");
    web.spec.environment = pairs(&[("DEBUG", "1")]);
    let project = project([web]);
    let mut state = raised(&project);
    let container = &mut state.containers[0];
    container
        .labels
        .retain(|key, _| !key.starts_with("io.windlass"));
    let planned = |state: &ActualState| up(&project, state, &UpOptions::default()).unwrap();
    assert!(
        planned(&state)
            .to_string()
            .contains("what it was made from is not known")
    );
    let container = &mut state.containers[0];
    container.network_mode = "shop_default".into();
    container.shown = Some(Box::new(Shown {
        spec: ContainerSpec {
            image: "web:1".into(),
            command: Some(texts(&["serve"])),
            environment: pairs(&[("PATH", "/bin"), ("DEBUG", "1")]),
            networks: [(
                NetworkName::new("shop_default").unwrap(),
                Attachment::default(),
            )]
            .into(),
            ..ContainerSpec::default()
        },
        ..Shown::default()
    }));
    let plan = planned(&state);
    assert!(plan.is_empty(), "{plan}");
}
