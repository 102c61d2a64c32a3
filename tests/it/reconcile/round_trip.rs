//! What was applied is read back from labels and inspection: a second plan is empty, and a change names its field.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;
use windlass::label;
use windlass::model::{
    Attachment, ContainerSpec, Healthcheck, Logging, Mount, MountKind, Network, NetworkMode,
    NetworkName, Port, Project, RestartPolicy, Ulimit, Volume, VolumeName,
};
use windlass::plan::UpOptions;

use crate::support::project::{changes, engine_for, name, plan_up, project, service, up};

/// A mount of a named volume on `/KEY`.
pub(super) fn named(key: &str) -> Mount {
    volume(&format!("/{key}"), Some(key))
}

fn volume(target: &str, source: Option<&str>) -> Mount {
    Mount {
        target: target.into(),
        read_only: false,
        consistency: None,
        kind: MountKind::Volume {
            source: source.map(Into::into),
            nocopy: false,
            subpath: None,
            labels: IndexMap::new(),
        },
    }
}

fn map(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn port(target: u16, published: Option<&str>, host_ip: Option<&str>) -> Port {
    Port {
        target,
        published: published.map(Into::into),
        host_ip: host_ip.map(Into::into),
        protocol: "tcp".into(),
        mode: None,
        name: None,
        app_protocol: None,
    }
}

/// One specification per name, each beginning with what a plain service has.
fn variety() -> Vec<(&'static str, ContainerSpec)> {
    let plain = || service("web").spec;
    let with = |change: &dyn Fn(&mut ContainerSpec)| {
        let mut spec = plain();
        change(&mut spec);
        spec
    };
    let mut all = vec![
        ("plain", plain()),
        (
            "command",
            with(&|s| s.command = Some(texts(&["sh", "-c", "echo \"$HOME\" 'x'"]))),
        ),
        ("empty command", with(&|s| s.command = Some(Vec::new()))),
        (
            "empty entrypoint",
            with(&|s| s.entrypoint = Some(Vec::new())),
        ),
        (
            "environment",
            with(&|s| {
                s.environment = map(&[
                    ("EMPTY", ""),
                    ("EQUALS", "a=b=c"),
                    ("LINES", "one\ntwo"),
                    ("UTF", "schön ☃"),
                    ("PATH", "/usr/bin"),
                    ("PREFIX", "1"),
                    ("PREFIX_LONGER", "2"),
                    ("DB_PASSWORD", "hunter2"),
                ]);
            }),
        ),
        (
            "labels",
            with(&|s| {
                s.labels = map(&[("a.b", "c"), ("empty", ""), (label::PROJECT, "other")]);
                s.annotations = map(&[("x", "y")]);
            }),
        ),
        (
            "no init",
            with(&|s| {
                s.init = Some(false);
                s.tty = true;
                s.stdin_open = true;
            }),
        ),
        (
            "ports",
            with(&|s| {
                s.ports = vec![
                    port(80, Some("8080"), None),
                    port(81, None, Some("127.0.0.1")),
                    port(82, Some("9000-9010"), Some("::1")),
                ];
                s.expose = texts(&["80", "53/udp"]);
            }),
        ),
        ("mounts", with(&|s| s.volumes = mounts())),
        (
            "restart",
            with(&|s| {
                s.restart = RestartPolicy::parse("on-failure:3").unwrap();
                s.stop_grace_period = Some("1m30s".parse().unwrap());
                s.stop_signal = Some("SIGINT".into());
            }),
        ),
        (
            "healthcheck",
            with(&|s| s.healthcheck = Some(health(&["CMD-SHELL", "exit 0"]))),
        ),
        (
            "no healthcheck",
            with(&|s| s.healthcheck = Some(health(&["NONE"]))),
        ),
        (
            "image's healthcheck",
            with(&|s| s.healthcheck = Some(health(&[]))),
        ),
        (
            "attachment",
            with(&|s| {
                s.networks[0] = Attachment {
                    aliases: texts(&["www", "front"]),
                    ipv4_address: Some("10.1.2.3".into()),
                    priority: -5,
                    gw_priority: Some(2),
                    driver_opts: map(&[("o", "1")]),
                    ..Attachment::default()
                };
                let back = NetworkName::new("back").unwrap();
                s.networks.insert(back, Attachment::default());
            }),
        ),
        ("limits", with(&limits)),
        (
            "limits that can change",
            with(&|s| {
                s.mem_limit = Some("64m".parse().unwrap());
                s.cpus = Some(1.0 / 3.0);
                s.cpuset = Some("0-1".into());
                s.pids_limit = Some(10);
                s.restart = RestartPolicy::Always;
            }),
        ),
        (
            "more of them",
            with(&|s| {
                s.mem_limit = Some("128m".parse().unwrap());
                s.memswap_limit = Some(-1);
                s.mem_reservation = Some("32m".parse().unwrap());
                s.cpus = Some(0.5);
                s.cpu_shares = Some(512);
                s.restart = RestartPolicy::OnFailure(Some(3));
            }),
        ),
        (
            "quota",
            with(&|s| {
                s.cpu_quota = Some(50_000);
                s.cpu_period = Some(100_000);
                s.pids_limit = Some(-1);
            }),
        ),
        (
            "other network",
            with(&|s| {
                s.networks.clear();
                let back = NetworkName::new("back").unwrap();
                s.networks.insert(back, Attachment::default());
            }),
        ),
        (
            "addresses",
            with(&|s| {
                s.networks[0].aliases = texts(&["www"]);
                s.networks[0].ipv4_address = Some("10.1.2.3".into());
                s.networks[0].ipv6_address = Some("fd00::3".into());
                s.networks[0].priority = 7;
            }),
        ),
        (
            "names",
            with(&|s| s.container_name = Some("the-web".into())),
        ),
        (
            "lists",
            with(&|s| {
                s.cap_add = texts(&["NET_ADMIN"]);
                s.cap_drop = texts(&["ALL"]);
                s.dns = texts(&["1.1.1.1"]);
                s.extra_hosts = texts(&["a:1.2.3.4"]);
                s.devices = texts(&["/dev/null:/dev/x:r"]);
                s.tmpfs = texts(&["/run:size=1m"]);
                s.sysctls = map(&[("net.core.somaxconn", "1024")]);
                s.links = texts(&["web:w"]);
            }),
        ),
    ];
    for mode in ["none", "host", "bridge", "container:other"] {
        let mut spec = plain();
        spec.networks.clear();
        spec.network_mode = Some(NetworkMode::parse(mode));
        all.push((mode, spec));
    }
    all
}

fn mounts() -> Vec<Mount> {
    let mount = |target: &str, kind| Mount {
        target: target.into(),
        read_only: true,
        consistency: None,
        kind,
    };
    vec![
        named("data"),
        volume("/anonymous", None),
        mount(
            "/bind",
            MountKind::Bind {
                source: "/srv".into(),
                create_host_path: true,
                propagation: Some("rshared".into()),
                selinux: None,
                recursive: None,
            },
        ),
        mount(
            "/memory",
            MountKind::Tmpfs {
                size: Some("64m".parse().unwrap()),
                mode: Some(0o1777),
            },
        ),
    ]
}

fn health(test: &[&str]) -> Healthcheck {
    Healthcheck {
        test: texts(test),
        interval: Some("1.5s".parse().unwrap()),
        retries: Some(3),
        ..Healthcheck::default()
    }
}

fn limits(spec: &mut ContainerSpec) {
    spec.mem_limit = Some("1.5g".parse().unwrap());
    spec.memswap_limit = Some(-1);
    spec.cpus = Some(0.1 + 0.2);
    spec.cpu_percent = Some(12.5);
    spec.oom_score_adj = Some(-1000);
    spec.pids_limit = Some(i64::MAX);
    spec.ulimits = [("nofile".to_owned(), Ulimit { soft: 1, hard: 2 })].into();
    let options = map(&[("max-size", "1m")]);
    let driver = Some("json-file".into());
    spec.logging = Some(Logging { driver, options });
}

fn project_of(spec: ContainerSpec) -> Project {
    let mut web = service("web");
    web.spec = spec;
    let mut project = project([web]);
    let back = Network {
        name: "shop_back".into(),
        ..Network::default()
    };
    project
        .networks
        .insert(NetworkName::new("back").unwrap(), back);
    let data = Volume {
        name: "shop_data".into(),
        ..Volume::default()
    };
    project
        .volumes
        .insert(VolumeName::new("data").unwrap(), data);
    project
}

#[tokio::test(start_paused = true)]
async fn a_second_up_has_nothing_to_do() {
    for (what, spec) in variety() {
        let project = project_of(spec);
        let engine = engine_for(&project);
        up(&engine, &project).await.done();
        super::converge::assert_converged(&engine, &project, what).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_change_from_one_to_another_is_seen_and_applied() {
    let all = variety();
    for (from, before) in &all {
        for (to, after) in all.iter().filter(|(to, _)| to != from) {
            let project = project_of(before.clone());
            let engine = engine_for(&project);
            up(&engine, &project).await.done();
            let project = project_of(after.clone());
            let run = up(&engine, &project).await.done();
            assert!(!run.plan.is_empty(), "{from} -> {to}");
            super::converge::assert_converged(&engine, &project, &format!("{from} -> {to}")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn processor_shares_are_compared_exactly() {
    for cpus in [
        0.1,
        0.2,
        0.3,
        0.7,
        1.1,
        2.675,
        1.0 / 3.0,
        0.1 + 0.7,
        123.456_789_012_345_67,
    ] {
        let mut spec = service("web").spec;
        spec.cpus = Some(cpus);
        let project = project_of(spec);
        let engine = engine_for(&project);
        up(&engine, &project).await.done();
        let plan = plan_up(&engine, &project, &UpOptions::default()).await;
        assert_eq!(changes(&plan), [""; 0], "{cpus}:\n{plan}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_field_of_a_service_is_kept_in_the_label() {
    let all_fields = serde_json::to_value(ContainerSpec::default()).unwrap();
    let fields = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    // A text, a number, a truth or a list or section of them: something that each field can be read from.
    let candidates = ["\"1\"", "1", "true", "[\"1\"]", "{\"a\": \"1\"}"];
    let others = [
        "\"1s\"",
        "\"always\"",
        "{\"test\": [\"CMD\"]}",
        "{\"a\": {\"soft\": 1, \"hard\": 1}}",
    ];
    let lists = ["{\"a\": {}}", "[{\"target\": 1, \"protocol\": \"tcp\"}]"];
    let lists = [
        lists[0],
        lists[1],
        "[{\"source\": \"a\", \"target\": \"/a\"}]",
        "[{\"command\": [\"true\"]}]",
    ];
    let mounts = [
        "[{\"target\": \"/\", \"type\": \"tmpfs\"}]",
        "{\"driver\": \"x\"}",
    ];
    let candidates = candidates
        .iter()
        .chain(&others)
        .chain(&lists)
        .chain(&mounts);
    for field in fields(&all_fields) {
        let spec = candidates.clone().find_map(|candidate| {
            let text = format!("{{\"{field}\": {candidate}}}");
            let spec: ContainerSpec = serde_json::from_str(&text).ok()?;
            (spec != ContainerSpec::default()).then_some(spec)
        });
        let spec = spec.unwrap_or_else(|| panic!("no example for {field}"));
        let mut expected = fields(&label::spec_to_json(&ContainerSpec::default()));
        expected.insert(field.clone());
        assert_eq!(fields(&label::spec_to_json(&spec)), expected, "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn values_of_the_environment_are_in_no_label() {
    let mut spec = service("web").spec;
    spec.environment = map(&[("DB_PASSWORD", "hunter2"), ("MODE", "a-rare-value")]);
    let project = project_of(spec);
    let engine = engine_for(&project);
    up(&engine, &project).await.done();
    let labels = engine.named("shop-web-1").labels;
    for (key, value) in &labels {
        assert!(
            !value.contains("hunter2") && !value.contains("a-rare-value"),
            "{key}: {value}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn anonymous_volumes_survive_a_replacement() {
    let mut spec = service("web").spec;
    spec.volumes = vec![volume("/anonymous", None)];
    let mut project = project_of(spec);
    let engine = engine_for(&project);
    engine.image_mut("web:1", |image| image.volumes = texts(&["/declared"]));
    up(&engine, &project).await.done();
    let before = engine.named("shop-web-1").mounts;
    assert_eq!(before.len(), 2);
    project.services[&name("web")].spec.tty = true;
    up(&engine, &project).await.done();
    assert_eq!(engine.named("shop-web-1").mounts, before);
}
