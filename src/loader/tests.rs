//! What is wrong is told at its place. Each test loads files of a folder of its own.

use super::error::Diagnostic;
use super::{LoadOptions, LoadRequest, Loaded, load};
use crate::model::{Service, ServiceName};
use indexmap::IndexMap;
use std::fs;

/// Loads `compose.yaml` from a folder with these files.
fn load_files(files: &[(&str, &str)]) -> Result<Loaded, Vec<String>> {
    load_selected(files, &[])
}

/// The same, with these services alone.
pub(super) fn load_selected(
    files: &[(&str, &str)],
    services: &[&str],
) -> Result<Loaded, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let current_dir = folder.path().to_path_buf();
    let request = LoadRequest {
        current_dir: current_dir.clone(),
        project_name: Some("test".to_owned()),
        environment: [("SECRET".to_owned(), "hunter2".to_owned())].into(),
        ..LoadRequest::default()
    };
    let options = LoadOptions {
        current_dir,
        services: services.iter().map(|&name| name.to_owned()).collect(),
        ..LoadOptions::default()
    };
    load(&request, &options).map_err(|error| {
        let describe = |problem: &Diagnostic| {
            let places = problem.labels.iter().map(|label| {
                let place = error.sources.location(label.span);
                if label.text.is_empty() {
                    format!("\n  {place}")
                } else {
                    format!("\n  {place} {}", label.text)
                }
            });
            let hint = problem
                .hint
                .as_ref()
                .map(|hint| format!("\n  hint: {hint}"));
            format!(
                "{}{}{}",
                problem.message,
                places.collect::<String>(),
                hint.unwrap_or_default()
            )
        };
        error.diagnostics.iter().map(describe).collect()
    })
}

/// What is wrong with a single file.
fn problems(text: &str) -> Vec<String> {
    load_files(&[("compose.yaml", text)])
        .err()
        .unwrap_or_default()
}

#[test]
fn broken_yaml_has_a_place() {
    assert_eq!(
        problems("services:\n  web: [\n"),
        ["this is not YAML: unclosed bracket '['\n  compose.yaml:2:8"]
    );
}

#[test]
fn an_unknown_key_is_told_with_the_key_that_was_meant() {
    assert_eq!(
        problems(
            "services:\n  web:\n    imgae: x\n    image: y\n    volumes:\n      - {type: bind, soruce: /a, target: /b}\n"
        ),
        [
            "unknown key `imgae` in `services.web`\n  compose.yaml:3:5\n  hint: did you mean `image`?",
            "a bind mount needs a `source`\n  compose.yaml:6:9",
            "unknown key `soruce` in `services.web.volumes.0`\n  compose.yaml:6:22\n  hint: did you mean `source`?",
        ]
    );
}

#[test]
fn a_section_that_is_indented_too_far_is_told() {
    assert_eq!(
        problems("services:\n  web:\n    image: x\n    services:\n      db: {image: y}\n"),
        [
            "unknown key `services` in `services.web`\n  compose.yaml:4:5\n  hint: `services` belongs at the top of the file: is it indented too far?"
        ]
    );
}

#[test]
fn a_wrong_type_is_told_with_the_allowed_ones() {
    assert_eq!(
        problems(
            "services:\n  web:\n    image: 1.5\n    tty: [x]\n    ports: 80\n    restart: no\n    environment: {A: [1]}\n"
        ),
        [
            "`services.web.image` must be a string\n  compose.yaml:3:12 this is a number",
            "`services.web.tty` must be a boolean or string\n  compose.yaml:4:10 this is a list",
            "`services.web.ports` must be a list\n  compose.yaml:5:12 this is an integer",
            "`services.web.environment.A` must be null, boolean, number or string\n  compose.yaml:7:22 this is a list",
        ]
    );
}

#[test]
fn a_duplicate_key_is_told_with_both_places() {
    assert_eq!(
        problems("services:\n  web:\n    image: x\n    image: y\n"),
        [
            "duplicate key `image`\n  compose.yaml:4:5 written again here\n  compose.yaml:3:5 first written here"
        ]
    );
}

#[test]
fn an_undefined_dependency_is_told_with_the_service_that_was_meant() {
    assert_eq!(
        problems(
            "services:\n  web: {image: x, depends_on: [bd]}\n  db: {image: y, profiles: [p]}\n  app: {image: x, depends_on: [wbe, db]}\n"
        ),
        [
            "service `web` depends on undefined service `bd`\n  compose.yaml:2:32",
            "service `app` depends on undefined service `wbe`\n  compose.yaml:4:32\n  hint: did you mean `web`?",
            "service `app` depends on undefined service `db`\n  compose.yaml:4:37\n  compose.yaml:3:3 it is not enabled\n  hint: enable it with `--profile p`",
        ]
    );
}

#[test]
fn a_dependency_cycle_names_its_members_and_places() {
    assert_eq!(
        problems(
            "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, links: [a]}\n  d: {image: x, depends_on: [a]}\n"
        ),
        [
            "dependency cycle: a -> b -> c -> a\n  compose.yaml:2:30 `a` waits for `b`\n  compose.yaml:3:30 `b` waits for `c`\n  compose.yaml:4:25 `c` waits for `a`"
        ]
    );
}

#[test]
fn a_required_variable_is_told_at_its_name() {
    assert_eq!(
        problems("services:\n  web:\n    image: \"x:${TAG:?set a tag}\"\n"),
        [
            "required variable TAG is missing a value: set a tag\n  compose.yaml:3:17\n  hint: set TAG in the environment or in the .env file"
        ]
    );
}

#[test]
fn services_that_extend_each_other_are_told() {
    assert_eq!(
        problems("services:\n  a: {extends: b}\n  b: {extends: {service: a}}\n"),
        [
            "services extend each other in a circle: a -> b -> a\n  compose.yaml:2:16 `a` extends this\n  compose.yaml:3:26 `b` extends this"
        ]
    );
}

#[test]
fn an_extended_service_that_is_not_there_is_told_with_the_one_that_was_meant() {
    let files = [
        (
            "compose.yaml",
            "services:\n  a: {extends: {file: sub/base.yaml, service: bsae}}\n",
        ),
        ("sub/base.yaml", "services:\n  base: {image: x}\n"),
    ];
    assert_eq!(
        load_files(&files).unwrap_err(),
        [
            "service `a` extends `bsae`, which is not in sub/base.yaml\n  compose.yaml:2:47\n  hint: did you mean `base`?"
        ]
    );
}

#[test]
fn files_that_include_each_other_are_told() {
    let files = [
        ("compose.yaml", "include: [a.yaml]\n"),
        ("a.yaml", "include:\n  - b.yaml\n"),
        ("b.yaml", "include:\n  - path: a.yaml\n"),
    ];
    assert_eq!(
        load_files(&files).unwrap_err(),
        [
            "stack files include each other in a circle: a.yaml -> b.yaml -> a.yaml\n  b.yaml:2:11 closes the circle\n  a.yaml:2:5 on the way\n  compose.yaml:1:11 brings in a.yaml"
        ]
    );
}

#[test]
fn values_of_variables_are_not_quoted() {
    let text = "services:\n  web:\n    image: x\n    mem_limit: ${SECRET}\n    privileged: ${SECRET}\n    pull_policy: ${SECRET}\n    cgroup: ${SECRET}\n";
    let told = problems(text).join("\n");
    assert!(
        told.contains("compose.yaml:6:18") && told.contains("compose.yaml:7:13"),
        "{told}"
    );
    assert!(!told.contains("hunter2"), "{told}");
    let told = problems("services:\n  web:\n    image: x\n    mem_limit: ${SECRET}\n    privileged: ${SECRET}\n    restart: ${SECRET}\n").join("\n");
    assert!(
        told.contains("compose.yaml:4:16") && told.contains("compose.yaml:5:17"),
        "{told}"
    );
    assert!(!told.contains("hunter2"), "{told}");
    let told = problems("services:\n  web:\n    image: x\n    restart: ${SECRET}\n").join("\n");
    assert!(told.contains("compose.yaml:4:14"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn undefined_resources_are_told_with_what_to_add() {
    assert_eq!(
        problems(
            "services:\n  web:\n    image: x\n    networks: [front]\n    volumes: [data:/data]\n"
        ),
        [
            "undefined network `front`\n  compose.yaml:4:16\n  hint: add `front:` below `networks:` at the top of the file",
            "undefined volume `data`\n  compose.yaml:5:15\n  hint: add `data:` below `volumes:` at the top of the file",
        ]
    );
}

#[test]
fn later_files_are_merged_and_resets_and_replacements_apply() {
    let files = [
        (
            "compose.yaml",
            "services:\n  web:\n    image: x\n    ports: [\"80\"]\n    dns: [1.1.1.1]\n    environment: {A: a, B: b}\n",
        ),
        (
            "compose.override.yaml",
            "services:\n  web:\n    ports: !override [\"81\"]\n    dns: !reset []\n    environment: [B=c]\n",
        ),
    ];
    let loaded = load_files(&files).unwrap();
    let project = loaded.project.unwrap();
    let web = &project.services[0];
    assert_eq!(
        web.spec
            .ports
            .iter()
            .map(|port| port.target)
            .collect::<Vec<_>>(),
        [81]
    );
    assert!(web.spec.dns.is_empty());
    assert_eq!(web.spec.environment.get("A").map(String::as_str), Some("a"));
    assert_eq!(web.spec.environment.get("B").map(String::as_str), Some("c"));
    let position = web.positions.find("environment.B").unwrap();
    assert_eq!(position.to_string(), "compose.override.yaml:5:19");
    assert_eq!(
        web.positions.find("image").unwrap().to_string(),
        "compose.yaml:3:12"
    );
}

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
        let value = value.and_then(super::node::Node::scalar_text);
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
            read.and_then(super::node::Node::as_str),
            Some(name),
            "{kind}"
        );
    }
}

#[test]
fn words_of_other_types_are_refused_where_the_specification_has_one() {
    for (service, problem) in [
        (
            "depends_on: {b: {condition: service_started, required: 'yes'}}",
            "`services.a.depends_on.b.required` must be a boolean",
        ),
        (
            "build: {shm_size: 1.5}",
            "`services.a.build.shm_size` must be an integer or string",
        ),
        (
            "cpu_percent: 1.5",
            "`services.a.cpu_percent` must be an integer or string",
        ),
        ("ports: [080]", "`ports` does not have a valid value"),
        (
            "healthcheck: {interval: 5}",
            "`services.a.healthcheck.interval` must be a string",
        ),
        (
            "healthcheck: {interval: '5'}",
            "`interval` does not have a valid value: a duration has units, such as 1m30s or 300ms",
        ),
        (
            "privileged: perhaps",
            "`privileged` does not have a valid value: this must be `true` or `false`",
        ),
    ] {
        let text = format!("services:\n  a:\n    image: x\n    {service}\n  b: {{image: y}}\n");
        let told = problems(&text);
        assert!(
            told.iter().any(|told| told.starts_with(problem)),
            "{service}: {told:?}"
        );
    }
}

#[test]
fn a_name_that_comes_to_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, is_refused) in [("'${UNSET}'", true), ("'!!!'", false)] {
        fs::write(
            folder.path().join("compose.yaml"),
            format!("name: {name}\nservices: {{a: {{image: x}}}}\n"),
        )
        .unwrap();
        let request = LoadRequest {
            current_dir: folder.path().to_path_buf(),
            project_directory: Some(folder.path().to_path_buf()),
            ..LoadRequest::default()
        };
        match load(&request, &LoadOptions::default()) {
            Ok(loaded) => assert!(!is_refused && !loaded.warnings.is_empty(), "{name}"),
            Err(error) => {
                assert!(
                    is_refused && error.to_string().contains("must not be empty"),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn what_is_reset_extends_nothing() {
    let over = "---\nservices: {a: {extends: !reset {service: none}}}\n";
    let text = format!("services: {{a: {{image: x}}}}\n{over}");
    assert_eq!(problems(&text), [""; 0]);
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

/// What a path of the tree of `compose.yaml` says; `-` where nothing is there.
fn value_at(files: &[(&str, &str)], path: &[&str]) -> String {
    let loaded = load_files(files).unwrap();
    let node = loaded.tree.at(path);
    node.and_then(super::node::Node::scalar_text)
        .unwrap_or_else(|| "-".to_owned())
}

#[test]
fn a_file_of_variables_trusts_itself_before_the_files_above_it() {
    let one = ("one.env", "A=1\nX=x\n");
    let two = ("sub/two.env", "B=${A}\nA=2\nC=${A}${X}\nA\n");
    let stack = "services: {web: {image: x, env_file: [one.env, sub/two.env]}}\n";
    let included = "include: [{path: sub/b.yaml, env_file: [one.env, sub/two.env]}]\n";
    let inner = "services: {web: {image: x, environment: {A: $A, B: $B, C: $C}}}\n";
    for files in [
        vec![("compose.yaml", stack), one, two],
        vec![("compose.yaml", included), ("sub/b.yaml", inner), one, two],
    ] {
        let value = |name| value_at(&files, &["services", "web", "environment", name]);
        assert_eq!(["A", "B", "C"].map(value), ["2", "1", "2x"], "{files:?}");
    }
}

#[test]
fn an_empty_project_directory_of_an_include_is_the_folder_of_its_file() {
    let files = [
        (
            "compose.yaml",
            "include: [{path: sub/b.yaml, project_directory: ''}]\n",
        ),
        ("sub/b.yaml", "services: {web: {image: $A}}\n"),
        ("sub/.env", "A=there\n"),
    ];
    assert_eq!(value_at(&files, &["services", "web", "image"]), "there");
}

#[test]
fn the_env_files_of_an_include_are_paths() {
    let files = [
        (
            "compose.yaml",
            "include: [{path: b.yaml, env_file: [{path: a.env}]}]\n",
        ),
        ("b.yaml", "services: {web: {image: x}}\n"),
    ];
    assert_eq!(
        load_files(&files).unwrap_err(),
        [
            "`env_file` of an `include` is a path or a list of paths\n  compose.yaml:1:37 this is a mapping"
        ]
    );
}

#[test]
fn the_null_device_is_an_empty_file() {
    let text = "services: {web: {image: x, env_file: /dev/null, environment: {A: b}}}\n";
    let path = ["services", "web", "environment", "A"];
    assert_eq!(value_at(&[("compose.yaml", text)], &path), "b");
}

#[test]
fn a_scalar_behind_override_is_a_string() {
    let text = "services: {web: {image: x}}\n---\nservices: {web: {user: !override 1000, tty: !override true}}\n";
    let files = [("compose.yaml", text)];
    assert_eq!(value_at(&files, &["services", "web", "user"]), "1000");
    assert_eq!(value_at(&files, &["services", "web", "tty"]), "true");
}

#[test]
fn a_mounted_config_without_source_is_told() {
    assert_eq!(
        problems("services: {web: {image: x, configs: [{target: /x}]}}\n"),
        ["this entry lacks its `source`\n  compose.yaml:1:38"]
    );
}

#[test]
fn what_the_build_of_a_selected_service_copies_from_is_there_to_be_built() {
    let build = |context: &str| {
        format!("build: {{context: ., additional_contexts: {{base: \"service:{context}\"}}}}")
    };
    let (app, middle) = (build("middle"), build("base"));
    let text = format!(
        "services:\n  app: {{{app}}}\n  middle: {{{middle}}}\n  base: {{build: .}}\n  other: {{build: .}}\n"
    );
    let loaded = load_selected(&[("compose.yaml", &text)], &["app"]).unwrap();
    let project = loaded.project.unwrap();
    let names = |services: &IndexMap<ServiceName, Service>| -> Vec<String> {
        services.keys().map(ToString::to_string).collect()
    };
    assert_eq!(names(&project.services), ["app"]);
    assert_eq!(names(&project.contexts), ["middle", "base"]);
    assert_eq!(project.disabled_services.len(), 3);
}
