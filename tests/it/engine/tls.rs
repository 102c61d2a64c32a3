//! An engine that is reached over TCP with TLS: the certificates are those that docker's own client takes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::support::engine::{Stack, address, host};

const FILE: &str = "\
services:
  web:
    image: busybox
    command: sh -c 'echo to windward; exec sleep 1000'
    init: true
";

/// What the private engine takes and shows: ca.pem, cert.pem and key.pem.
fn certificates() -> PathBuf {
    let socket = PathBuf::from(host().trim_start_matches("unix://"));
    socket.parent().expect("a folder").join("tls")
}

fn port() -> String {
    format!("tcp://{}:2376", address())
}

/// The stack on the engine's TCP port.
fn over_tls(stack: Stack, certificates: &str) -> Stack {
    stack
        .env("DOCKER_HOST", &port())
        .env("DOCKER_TLS_VERIFY", "1")
        .env("DOCKER_CERT_PATH", certificates)
}

/// A session: calls, an upload, output that goes on, and commands whose input ends before their output does.
#[track_caller]
fn works(stack: &Stack) {
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), ["web-1 running"]);
    stack.ok(&["plan"]);
    stack.ok(&["logs", "web"]).prints(&["web-1  | to windward"]);
    stack.file("chart", "soundings");
    stack.ok(&["cp", "chart", "web:/chart"]);
    assert_eq!(
        stack.exec("web", &["cat", "/chart"]),
        (0, "soundings".into())
    );
    let input = "fathom\n".repeat(100_000);
    let counted = stack.piped(&["exec", "-T", "web", "wc", "-c"], input.as_bytes());
    assert_eq!(String::from_utf8_lossy(&counted.stdout).trim(), "700000");
    let ran = stack.piped(&["run", "--rm", "-T", "web", "cat"], input.as_bytes());
    assert_eq!(ran.stdout.len(), input.len());
    let built = stack.path("Dockerfile");
    fs::write(built, "FROM busybox\nCOPY chart /\n").expect("a file");
    stack.edit("stack.yaml", "image: busybox", "build: .");
    stack.ok(&["up", "-d"]);
    assert_eq!(
        stack.exec("web", &["cat", "/chart"]),
        (0, "soundings".into())
    );
    stack.ok(&["down", "-t", "0", "--rmi", "local"]);
    assert_eq!(stack.containers().len(), 0);
}

#[test]
fn the_variables_of_docker_lead_there() {
    let folder = certificates().display().to_string();
    works(&over_tls(Stack::new("tls", FILE), &folder));
}

#[test]
fn a_docker_context_leads_there() {
    let stack = Stack::new("tlscontext", FILE);
    let config = stack.path("docker").display().to_string();
    let file = |name: &str| certificates().join(name).display().to_string();
    let (host, ca, cert, key) = (port(), file("ca.pem"), file("cert.pem"), file("key.pem"));
    let created = Command::new("docker")
        .args(["context", "create", "far", "--docker"])
        .arg(format!("host={host},ca={ca},cert={cert},key={key}"))
        .env("DOCKER_CONFIG", &config)
        .env_remove("DOCKER_HOST")
        .output();
    let created = created.expect("docker runs");
    assert!(created.status.success(), "{created:?}");
    let stack = stack
        .env("DOCKER_HOST", "")
        .env("DOCKER_CONFIG", &config)
        .env("DOCKER_CONTEXT", "far");
    works(&stack);

    // The same through docker's own client, which passes its own options on.
    let plugins = stack.path("docker/cli-plugins");
    fs::create_dir_all(&plugins).expect("a folder");
    let program = env!("CARGO_BIN_EXE_windlass");
    symlink(program, plugins.join("docker-windlass")).expect("a link");
    let over_docker = |options: &str| {
        let line = format!(
            "docker --config {config} {options} windlass config -q && docker --config {config} {options} windlass ps -q"
        );
        let stack = Stack::new("tlsplugin", FILE).env("DOCKER_HOST", "unix:///nowhere");
        let ran = stack.shell("", &line).output().expect("docker runs");
        assert!(
            ran.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
    };
    over_docker("--context far");
    over_docker(&format!("-H {}", self::host()));
    let files = format!("--tlscacert {ca} --tlscert {cert} --tlskey {key}");
    over_docker(&format!("--tlsverify {files} --host {host}"));
}

#[test]
fn who_is_not_trusted_is_told_so() {
    let stack = Stack::new("tlsrefused", FILE);
    let folder = stack.path("certificates");
    fs::create_dir(&folder).expect("a folder");
    let shown = folder.display().to_string();
    let stack = over_tls(stack, &shown);
    let refused = |texts: &[&str]| {
        let hint = "DOCKER_CERT_PATH names the folder";
        stack
            .fails(1, &["up", "-d"])
            .says(&[texts, &[&shown, hint]].concat());
    };
    refused(&["ca.pem cannot be used: No such file or directory"]);
    // An authority that signed nothing here: the user's own certificate.
    fs::copy(certificates().join("cert.pem"), folder.join("ca.pem")).expect("a copy");
    refused(&["invalid peer certificate"]);
    fs::copy(certificates().join("ca.pem"), folder.join("ca.pem")).expect("a copy");
    refused(&["alert"]);
    fs::copy(certificates().join("cert.pem"), folder.join("cert.pem")).expect("a copy");
    refused(&["key.pem cannot be used: "]);

    let plain = stack.env("DOCKER_TLS_VERIFY", "").fails(1, &["up", "-d"]);
    plain.says(&["it refuses plain HTTP", "DOCKER_TLS_VERIFY=1"]);
}
