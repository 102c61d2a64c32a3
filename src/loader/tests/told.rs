//! What is wrong is told at its place.

use super::*;

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
fn a_mounted_config_without_source_is_told() {
    assert_eq!(
        problems("services: {web: {image: x, configs: [{target: /x}]}}\n"),
        ["this entry lacks its `source`\n  compose.yaml:1:38"]
    );
}
