//! The tree becomes a project, each value as the specification reads it.

use super::*;

#[test]
fn what_a_deployment_says_of_a_container_stands_where_it_is_written() {
    let text = "services:\n  web:\n    image: x\n    cpus: 2\n    deploy:\n      restart_policy: {condition: any}\n      resources:\n        limits: {memory: 64m, cpus: 2}\n";
    let project = load_files(&[("compose.yaml", text)]).unwrap().project;
    let web = &project.unwrap().services[0];
    let place = |field: &str| web.positions.find(field).unwrap().to_string();
    assert_eq!(place("mem_limit"), "compose.yaml:8:26");
    assert_eq!(place("cpus"), "compose.yaml:4:11");
    assert_eq!(place("restart"), "compose.yaml:6:35");
}

#[test]
fn a_service_is_decoded_with_its_defaults() {
    let text = "services:\n  web:\n    build: .\n    environment: [A=1, GONE]\n    volumes: [./x:/x, data:/d]\n    ulimits: {nproc: 5}\n    deploy: {replicas: 2, resources: {limits: {memory: 64m, cpus: '0.5'}}}\n    devices: [/dev/a]\n    extra_hosts: [\"h:1.2.3.4\"]\n    mem_swappiness: 10\nvolumes:\n  data:\n";
    let loaded = load_files(&[("compose.yaml", text)]).unwrap();
    let project = loaded.project.unwrap();
    let web = &project.services[0];
    assert_eq!(web.spec.image, "test-web");
    assert_eq!(web.scale, 2);
    assert_eq!(web.spec.environment.len(), 1);
    assert_eq!(
        web.spec.mem_limit.map(crate::model::ByteSize::bytes),
        Some(67_108_864)
    );
    assert_eq!(web.spec.cpus, Some(0.5));
    assert_eq!(web.spec.devices, ["/dev/a:/dev/a:rwm"]);
    assert_eq!(web.spec.extra_hosts, ["h:1.2.3.4"]);
    assert_eq!(web.spec.mem_swappiness, Some(10));
    assert_eq!(web.spec.ulimits["nproc"].hard, 5);
    assert_eq!(web.spec.volumes.len(), 2);
    assert_eq!(project.volumes[0].name, "test_data");
    assert_eq!(project.networks[0].name, "test_default");
    assert!(
        web.build
            .as_ref()
            .unwrap()
            .context
            .ends_with(|last: char| last.is_alphanumeric())
    );
}

#[test]
fn odd_values_are_read_as_other_readers_of_the_format_do() {
    for (service, path, read) in [
        // Less than no time is shown, and counts as no time.
        (
            "stop_grace_period: -1m30s",
            "stop_grace_period",
            Some("-1m30s"),
        ),
        ("stop_grace_period: '-0s'", "stop_grace_period", Some("0s")),
        (
            "healthcheck: {test: x, interval: -.5s}",
            "healthcheck.interval",
            Some("-500ms"),
        ),
        // Bytes are whole; a fraction needs a unit.
        ("mem_limit: 1.5", "mem_limit", None),
        ("mem_limit: 1e3", "mem_limit", None),
        ("mem_limit: '1.5'", "mem_limit", Some("1")),
        ("shm_size: +1k", "shm_size", Some("1024")),
        // Zero says something.
        (
            "ulimits: {core: {soft: 0, hard: 0}}",
            "ulimits.core.soft",
            Some("0"),
        ),
        ("ulimits: {core: 0}", "ulimits.core", Some("0")),
        ("storage_opt: {size: 1}", "storage_opt.size", Some("1")),
        ("label_file: [none, none]", "image", None),
        ("cpu_percent: '20'", "cpu_percent", Some("20")),
        // An empty profile is that of nobody asking for one.
        ("profiles: ['${UNSET}']", "image", Some("x")),
    ] {
        let text = format!("services:\n  a:\n    image: x\n    {service}\n");
        let loaded = load_files(&[("compose.yaml", &text)]).ok();
        let path: Vec<&str> = ["services", "a"]
            .into_iter()
            .chain(path.split('.'))
            .collect();
        let value = loaded.as_ref().and_then(|loaded| loaded.tree.at(&path));
        let value = value.and_then(super::super::node::Node::scalar_text);
        assert_eq!(value.as_deref(), read, "{service}");
    }
}

#[test]
fn yaml_1_1_words_make_a_resource_external_where_they_count() {
    for (kind, name) in [
        ("networks", "rr"),
        ("configs", "rr"),
        ("secrets", "rr"),
        ("volumes", "test_rr"),
    ] {
        let used = if kind == "volumes" { "'rr:/r'" } else { "rr" };
        let text = format!(
            "services: {{a: {{image: x, {kind}: [{used}]}}}}\n{kind}: {{rr: {{external: yes}}}}\n"
        );
        let loaded = load_files(&[("compose.yaml", &text)]).unwrap();
        let read = loaded.tree.at(&[kind, "rr", "name"]);
        assert_eq!(
            read.and_then(super::super::node::Node::as_str),
            Some(name),
            "{kind}"
        );
    }
}

#[test]
fn owners_of_configs_and_secrets_are_numbers() {
    let text = "services:\n  web:\n    image: x\n    secrets:\n      - {source: pin, uid: root, gid: \"\"}\nsecrets:\n  pin: {file: ./pin}\n";
    assert_eq!(
        problems(text),
        [
            "`uid` of a config or secret is a number\n  compose.yaml:5:28\n  hint: names are known inside the container only"
        ]
    );
}

#[test]
fn hooks_are_read_with_their_variables() {
    let text = "services:\n  web:\n    image: x\n    post_start:\n      - command: echo \"a b\" c\n        user: \"5\"\n        environment: [A=1, B]\n    pre_stop:\n      - {command: [x], privileged: true, working_dir: /y}\n";
    let loaded = load_files(&[("compose.yaml", text)]).unwrap();
    let web = &loaded.project.unwrap().services["web"];
    let after = &web.spec.post_start[0];
    assert_eq!(after.command, ["echo", "a b", "c"]);
    assert_eq!(after.user.as_deref(), Some("5"));
    let variables: Vec<_> = after.environment.iter().collect();
    assert_eq!(variables, [(&"A".to_owned(), &"1".to_owned())]);
    let before = &web.pre_stop[0];
    assert!(before.privileged);
    assert_eq!(before.working_dir.as_deref(), Some("/y"));
    assert_eq!(web.positions.find("pre_stop[0]").unwrap().line, 9);
}

/// A stack of so many services that use what most do, and one after another.
fn services(count: usize) -> String {
    let service = |number: usize| {
        let before = number.saturating_sub(1);
        format!(
            "  s{number}:\n    image: busybox:{number}\n    command: [sh, -c, sleep {number}]\n    \
             environment:\n      A: \"{number}\"\n      B: ${{SECRET}}\n    ports: [\"{port}:80\"]\n    \
             volumes: [\"data{number}:/data\", \"./x:/x:ro\"]\n    networks: [front]\n    \
             depends_on: {{s{before}: {{condition: service_started, required: false}}}}\n",
            port = 10_000 + number
        )
    };
    let services: String = (1..=count).map(service).collect();
    let first = "services:\n  s0:\n    image: busybox\n";
    let volumes = (1..=count).fold(String::new(), |text, number| {
        text + &format!(
            "  data{number}:
"
        )
    });
    format!("{first}{services}networks:\n  front:\nvolumes:\n{volumes}")
}

#[test]
fn four_times_the_services_take_about_four_times_as_long() {
    let (small, large) = (services(100), services(400));
    let time = |text: &str| {
        let start = std::time::Instant::now();
        let loaded = load_files(&[("compose.yaml", text)]).unwrap();
        let services = loaded.project.unwrap().services.len();
        (start.elapsed(), services)
    };
    // The shortest of several rounds in turns is what the machine's other work disturbs least.
    let rounds: Vec<_> = (0..5).map(|_| (time(&small), time(&large))).collect();
    let least_small = rounds.iter().map(|((time, _), _)| *time).min().unwrap();
    let least_large = rounds.iter().map(|(_, (time, _))| *time).min().unwrap();
    assert_eq!((rounds[0].0.1, rounds[0].1.1), (101, 401));
    // What is quadratic takes sixteen times as long.
    assert!(
        least_large < least_small * 8,
        "{least_small:?} for 100 services, {least_large:?} for 400"
    );
}
