//! What runs in a container, and what it may do.

use serde_json::json;

use super::{Row, host, row};

pub(super) fn process() -> Vec<Row> {
    vec![
        row("command: sleep '1 0'", [("/Cmd", json!(["sleep", "1 0"]))]),
        row("command: []", [("/Cmd", json!([]))]),
        row("entrypoint: [a, b]", [("/Entrypoint", json!(["a", "b"]))]),
        row(
            "environment: {A: 1=2, EMPTY: '', GONE: }",
            [("/Env", json!(["A=1=2", "EMPTY="]))],
        ),
        row(
            "env_file: [{path: some.env, format: raw, required: true}]",
            [("/Env", json!(["IN_FILE='yes'"]))],
        ),
        row("labels: [a=b]", [("/Labels/a", json!("b"))]),
        row(
            "label_file: some.labels",
            [("/Labels/in.file", json!("yes"))],
        ),
        row("hostname: h", [("/Hostname", json!("h"))]),
        row(
            "domainname: d.example",
            [("/Domainname", json!("d.example"))],
        ),
        row("working_dir: /w", [("/WorkingDir", json!("/w"))]),
        row("user: '1000:1000'", [("/User", json!("1000:1000"))]),
        row("tty: true", [("/Tty", json!(true))]),
        row("stdin_open: true", [("/OpenStdin", json!(true))]),
        row("stop_signal: SIGINT", [("/StopSignal", json!("SIGINT"))]),
        row("stop_grace_period: 1m30s", [("/StopTimeout", json!(90))]),
        row("image: other:2", [("/Image", json!("other:2"))]),
        row(
            "healthcheck: {test: a b, interval: 1s, timeout: 2s, retries: 3, start_period: 4s, start_interval: 5ms}",
            [(
                "/Healthcheck",
                json!({
                    "Test": ["CMD-SHELL", "a b"], "Interval": 1_000_000_000, "Timeout": 2_000_000_000, "Retries": 3,
                    "StartPeriod": 4_000_000_000_i64, "StartInterval": 5_000_000,
                }),
            )],
        ),
        row(
            "healthcheck: {disable: true}",
            [("/Healthcheck", json!({"Test": ["NONE"]}))],
        ),
        row(
            "restart: on-failure:3",
            [(
                "/HostConfig/RestartPolicy",
                json!({"Name": "on-failure", "MaximumRetryCount": 3}),
            )],
        ),
        row(
            "deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}\nrestart: always",
            [(
                "/HostConfig/RestartPolicy",
                json!({"Name": "on-failure", "MaximumRetryCount": 2}),
            )],
        ),
        host(
            "logging: {driver: local, options: {max-size: 1m, max-file: 3}}",
            "/HostConfig/LogConfig",
            json!({"Type": "local", "Config": {"max-size": "1m", "max-file": "3"}}),
        ),
        host("init: false", "/HostConfig/Init", json!(false)),
        host(
            "annotations: {a: b}",
            "/HostConfig/Annotations",
            json!({"a": "b"}),
        ),
        host("runtime: runc", "/HostConfig/Runtime", json!("runc")),
        host(
            "isolation: default",
            "/HostConfig/Isolation",
            json!("default"),
        ),
    ]
}

pub(super) fn rights() -> Vec<Row> {
    vec![
        host(
            "cap_add: [net_admin, CAP_KILL, ALL]",
            "/HostConfig/CapAdd",
            json!(["ALL", "CAP_KILL", "CAP_NET_ADMIN"]),
        ),
        host(
            "cap_drop: [MKNOD]",
            "/HostConfig/CapDrop",
            json!(["CAP_MKNOD"]),
        ),
        host(
            "group_add: [audio, 7]",
            "/HostConfig/GroupAdd",
            json!(["audio", "7"]),
        ),
        host("privileged: true", "/HostConfig/Privileged", json!(true)),
        host("read_only: true", "/HostConfig/ReadonlyRootfs", json!(true)),
        row(
            "security_opt: [no-new-privileges:true, systempaths=unconfined, seccomp=profile.json]",
            [
                (
                    "/HostConfig/SecurityOpt",
                    json!(["no-new-privileges:true", "seccomp=FOLDER/profile.json"]),
                ),
                ("/HostConfig/MaskedPaths", json!([])),
                ("/HostConfig/ReadonlyPaths", json!([])),
            ],
        ),
        host(
            "credential_spec: {file: account.json}",
            "/HostConfig/SecurityOpt",
            json!(["credentialspec=file://account.json"]),
        ),
        host(
            "credential_spec: {registry: account}",
            "/HostConfig/SecurityOpt",
            json!(["credentialspec=registry://account"]),
        ),
        host(
            "credential_spec: {config: account}",
            "/HostConfig/SecurityOpt",
            json!(["credentialspec=config://account"]),
        ),
        host("cgroup: host", "/HostConfig/CgroupnsMode", json!("host")),
        host(
            "ipc: service:other",
            "/HostConfig/IpcMode",
            json!("container:test-other-1"),
        ),
        host(
            "pid: service:other",
            "/HostConfig/PidMode",
            json!("container:test-other-1"),
        ),
        host("pid: host", "/HostConfig/PidMode", json!("host")),
        host("userns_mode: host", "/HostConfig/UsernsMode", json!("host")),
        host("uts: host", "/HostConfig/UTSMode", json!("host")),
    ]
}
