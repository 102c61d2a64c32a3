//! Every key of the file reaches the engine: the same file through docker compose and through windlass gives equal
//! containers, networks and volumes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::engine::{Stack, host};

mod normal;

use normal::{Facts, facts};

const SECCOMP: &str = r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}"#;

/// What differs, and why: a path of `normal::facts`, where `*` stands for one part of it, and the reason.
const DIFFERENCES: &[(&str, &str)] = &[
    ("container all-1 /HostConfig/Binds/[/selinux]", SELINUX),
    ("container all-1 /HostConfig/Mounts/[/selinux]/*", SELINUX),
    ("container all-1 /Mounts/[/selinux]/Mode", SELINUX),
    ("container all-1 /HostConfig/VolumesFrom", READ_ONLY),
    ("container all-1 /Mounts/[/from]/RW", READ_ONLY),
    ("container named-guest /HostConfig/VolumesFrom", READ_ONLY),
    (
        "container all-1 /NetworkSettings/Networks/PROJECT_back/IPAddress",
        ADDRESS,
    ),
    (
        "container all-1 /NetworkSettings/Networks/PROJECT-of-its-own/IPv6Gateway",
        ADDRESS,
    ),
    (
        "network back /IPAM/Options/**",
        "docker compose passes over `ipam.options`",
    ),
];

/// What `plan` names where docker compose has made the stack, and why.
const PASSED_OVER: &[(&str, &str)] = &[
    (".selinux: \"z\" added", SELINUX),
    ("volumes_from: [", READ_ONLY),
];

const SELINUX: &str = "docker compose passes over `bind.selinux` of the long form";
const READ_ONLY: &str = "docker compose passes over `:ro` of `volumes_from`";
const ADDRESS: &str = "docker compose writes the address that is asked for where the engine notes, at start, the one it gave";

/// Keys of a service that are not in the files, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("build", "it makes an image, not a container"),
    ("configs", "their tests start the containers"),
    (
        "cpu_percent",
        "docker compose sends a hundred times the percentage",
    ),
    (
        "cpu_rt_period",
        "engines refuse it where the kernel has no real-time groups",
    ),
    (
        "cpu_rt_runtime",
        "engines refuse it where the kernel has no real-time groups",
    ),
    ("credential_spec", "it needs Windows"),
    ("develop", "it is for the command `watch`"),
    ("extends", "it is gone when the file is loaded"),
    ("models", "refused"),
    ("post_start", "it is done after the start"),
    ("pre_start", "docker compose 2.40 does not know it"),
    ("pre_stop", "it is done before the stop"),
    ("profiles", "it is for the command line"),
    ("provider", "refused"),
    ("pull_refresh_after", "it is for pulls"),
    ("secrets", "their tests start the containers"),
    ("storage_opt", "engines refuse it without project quotas"),
    ("use_api_socket", "docker compose gives it to every service"),
    ("x-ready", "it is windlass's own"),
];

#[test]
fn the_same_file_through_docker_compose_makes_the_same_objects() {
    let Some(config) = std::env::var_os("WINDLASS_TEST_COMPOSE") else {
        // libtest has no word for a test that is left out.
        eprintln!("left out: WINDLASS_TEST_COMPOSE is not set, see tests/run");
        return;
    };
    let stack = Stack::empty("compare");
    let project = stack.project();
    let outside = format!("{project}-outside");
    let labels = json!({ "com.docker.compose.project": format!("{project}-others") });
    stack.api().post(
        &format!("containers/create?name={outside}"),
        &json!({ "Image": "busybox", "Labels": labels }),
    );
    let version = stack.api().get("version").expect("a version");
    let is_new = minor(&version["ApiVersion"]) >= 49;
    let files: &[&str] = if is_new {
        &["stack.yaml", "newer.yaml"]
    } else {
        &["stack.yaml"]
    };
    for file in files {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/engine/compare");
        let text = fs::read_to_string(folder.join(file)).expect("a stack file");
        let text = text
            .replace("OUTSIDE", &outside)
            .replace("CONTAINER", &format!("{project}-named-guest"))
            .replace("PROJECT", project);
        stack.file(file, &text);
    }
    let files: Vec<&str> = files.iter().flat_map(|file| ["-f", *file]).collect();
    stack.file("all.env", "FROM_FILE='a b'\nB=overridden\n");
    stack.file("raw.env", "RAW='a b'\n");
    stack.file("all.labels", "com.example.file=yes\n");
    stack.file("seccomp.json", SECCOMP);
    stack.file("data/file", "");

    let compose = |args: &[&str]| {
        let mut command = Command::new("docker");
        command
            .args(["compose", "-p", project])
            .args(&files)
            .args(args)
            .current_dir(stack.path(""))
            .env("DOCKER_HOST", host())
            .env("DOCKER_CONFIG", &config);
        let ran = command.output().expect("docker compose runs");
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "docker compose {args:?}:\n{errors}");
    };
    compose(&["up", "--no-start"]);
    let theirs = facts(&stack);
    let plan = stack.run(&[files.as_slice(), &["plan"]].concat());
    for line in plan.stdout.lines().filter(|line| line.starts_with("     ")) {
        let is_known = PASSED_OVER.iter().any(|(field, _)| line.contains(field));
        assert!(is_known, "not taken over:\n{}", plan.both());
    }
    compose(&["down", "-v"]);
    stack.ok(&[files.as_slice(), &["up", "--no-start"]].concat());
    let ours = facts(&stack);
    stack.api().delete(&format!("containers/{outside}?force=1"));

    let found = differences(&theirs, &ours);
    let listed = |path: &str| {
        DIFFERENCES
            .iter()
            .any(|(pattern, _)| normal::fits(pattern, path))
    };
    let unexplained: Vec<&String> = found
        .iter()
        .filter(|(path, _)| !listed(path))
        .map(|(_, line)| line)
        .collect();
    assert!(
        unexplained.is_empty(),
        "docker compose | windlass\n{unexplained:#?}"
    );
    // A reason for nothing misleads.
    for (pattern, reason) in DIFFERENCES {
        let is_used = found.keys().any(|path| normal::fits(pattern, path));
        assert!(is_used, "no difference at {pattern} ({reason})");
    }
}

#[test]
fn every_key_of_a_service_is_compared_or_has_its_reason() {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/windlass.schema.json"))
        .expect("the schema");
    let keys = &schema["$defs"]["service"]["properties"];
    let keys = keys.as_object().expect("the keys of a service");
    let files = [
        include_str!("compare/stack.yaml"),
        include_str!("compare/newer.yaml"),
    ];
    let is_used = |key: &str| {
        let line = format!("    {key}:");
        let mut lines = files.iter().flat_map(|file| file.lines());
        lines.any(|written| written.starts_with(&line))
    };
    for key in keys.keys().filter(|key| !key.starts_with('^')) {
        let is_listed = NOT_COMPARED.iter().any(|(listed, _)| listed == key);
        assert_ne!(is_used(key), is_listed, "{key}: used or listed, not both");
    }
    for (key, _) in NOT_COMPARED {
        assert!(keys.contains_key(*key), "{key} is no key of a service");
    }
}

/// The number after the dot of an API version.
fn minor(version: &Value) -> u32 {
    let text = version.as_str().unwrap_or_default();
    let minor = text.split('.').nth(1);
    minor
        .and_then(|minor| minor.parse().ok())
        .unwrap_or_default()
}

/// The paths that differ, with both values.
fn differences(theirs: &Facts, ours: &Facts) -> BTreeMap<String, String> {
    let nothing = Value::Null;
    let paths = theirs.keys().chain(ours.keys());
    paths
        .filter_map(|path| {
            let (left, right) = (
                theirs.get(path).unwrap_or(&nothing),
                ours.get(path).unwrap_or(&nothing),
            );
            (left != right).then(|| (path.clone(), format!("{path}: {left} | {right}")))
        })
        .collect()
}
