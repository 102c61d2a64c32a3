use serde_json::json;

use super::*;
use crate::state::Health;

fn inspected(json: &serde_json::Value) -> Container {
    container(
        "0123456789abcdef",
        json.to_string().as_bytes(),
        ApiVersion::V1_44,
    )
}

#[test]
fn a_running_container_is_read() {
    let json = json!({
        "Id": "0123456789abcdef", "Name": "/app-web-1", "Image": "sha256:1", "Created": "2026-01-01T00:00:00Z",
        "Path": "sh", "Args": ["-c", "x"],
        "State": {
            "Status": "running", "ExitCode": 0, "Pid": 42, "StartedAt": "2026-01-01T00:00:01Z", "FinishedAt": "0001-01-01T00:00:00Z",
            "Health": {"Status": "healthy", "Log": [{"ExitCode": 1, "Output": "no"}, {"ExitCode": 0, "Output": "ok"}, {"ExitCode": 2, "Output": "\n"}]},
        },
        "Config": {"Image": "web", "Labels": {"l": "1"}, "Env": ["A=1"], "Tty": true, "ExposedPorts": {"80/tcp": {}}},
        "HostConfig": {"NetworkMode": "app_default", "Tmpfs": {"/tmp": ""}},
        "NetworkSettings": {
            "Ports": {"80/tcp": [{"HostIp": "::", "HostPort": "8080"}], "53/udp": null},
            "Networks": {"app_default": {"NetworkID": "n1", "Aliases": ["web", "0123456789ab"], "IPAddress": "10.0.0.2"}},
        },
        "Mounts": [{"Type": "volume", "Name": "data", "Source": "/s", "Destination": "/data", "RW": true}],
    });
    let container = inspected(&json);
    assert_eq!(
        (container.name.as_str(), container.status, container.health),
        ("app-web-1", Status::Running, Some(Health::Healthy))
    );
    assert_eq!(
        (container.pid, container.tty, container.degraded),
        (42, true, false)
    );
    assert_eq!(
        (container.image.as_str(), container.image_id.as_str()),
        ("web", "sha256:1")
    );
    assert_eq!(container.command, ["sh", "-c", "x"]);
    assert_eq!(container.health_log, ["no", "ok", "(nothing, exit code 2)"]);
    assert_eq!(
        (
            container.started_at.as_str(),
            container.finished_at.as_str()
        ),
        ("2026-01-01T00:00:01Z", "")
    );
    assert_eq!(container.networks["app_default"].aliases, ["web"]);
    let mounts: Vec<_> = container
        .mounts
        .iter()
        .map(|mount| format!("{} {} {}", mount.kind, mount.name, mount.target))
        .collect();
    assert_eq!(mounts, ["volume data /data", "tmpfs  /tmp"]);
    let ports: Vec<_> = container
        .ports
        .iter()
        .map(|port| {
            format!(
                "{}:{}->{}/{}",
                port.host_ip, port.published, port.target, port.protocol
            )
        })
        .collect();
    assert_eq!(ports, [":0->53/udp", ":::8080->80/tcp"]);
}

#[test]
fn ports_of_a_container_that_does_not_run_are_those_asked_for() {
    let json = json!({
        "Id": "1", "Config": {"ExposedPorts": {"80/tcp": {}, "90/tcp": {}}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
        "NetworkSettings": {"Ports": {}},
    });
    let ports: Vec<_> = inspected(&json)
        .ports
        .iter()
        .map(|port| format!("{}:{}->{}", port.host_ip, port.published, port.target))
        .collect();
    assert_eq!(ports, ["0.0.0.0:8080->80", ":0->90"]);
}

#[test]
fn declared_are_the_tcp_ports_that_are_exposed_or_published() {
    let json = json!({
        "Id": "1", "Config": {"ExposedPorts": {"80/tcp": {}, "53/udp": {}, "90": {}}},
        "HostConfig": {"PortBindings": {"80/tcp": [], "443/tcp": [{"HostIp": "", "HostPort": ""}], "9/udp": []}},
    });
    assert_eq!(inspected(&json).tcp_ports, [80, 90, 443]);
}

#[test]
fn the_health_test_is_run_as_the_engine_runs_it() {
    let tested = |healthcheck: serde_json::Value, shell: serde_json::Value| {
        let config = json!({"Healthcheck": healthcheck, "Shell": shell});
        let test = inspected(&json!({"Id": "1", "Config": config})).health_test;
        test.map(|test| test.command)
    };
    let (none, python) = (json!(null), json!(["python", "-c"]));
    let table = [
        (
            json!({"Test": ["CMD", "a", "b"]}),
            &python,
            Some(vec!["a", "b"]),
        ),
        (
            json!({"Test": ["CMD-SHELL", "a b"]}),
            &none,
            Some(vec!["/bin/sh", "-c", "a b"]),
        ),
        (
            json!({"Test": ["CMD-SHELL", "a b"]}),
            &python,
            Some(vec!["python", "-c", "a b"]),
        ),
        (json!({"Test": ["NONE"]}), &none, None),
        (json!({"Test": []}), &none, None),
        (json!(null), &none, None),
    ];
    for (healthcheck, shell, expected) in table {
        let expected = expected.map(|words| words.into_iter().map(str::to_owned).collect());
        assert_eq!(
            tested(healthcheck.clone(), shell.clone()),
            expected,
            "{healthcheck}"
        );
    }
}

#[test]
fn missing_and_null_fields_are_empty() {
    let json = json!({
        "Id": "1", "Name": "/x", "Args": null, "Mounts": null,
        "State": {"Status": "exited", "ExitCode": 3, "Health": null},
        "Config": {"Labels": null, "Env": null, "ExposedPorts": null},
        "HostConfig": null, "NetworkSettings": {"Ports": null, "Networks": {"a": {"Aliases": null}}},
    });
    let container = inspected(&json);
    assert_eq!(
        (container.status, container.exit_code, container.health),
        (Status::Exited, 3, None)
    );
    assert!(
        !container.degraded
            && container.labels.is_empty()
            && container.networks["a"].aliases.is_empty()
    );
}

#[test]
fn what_cannot_be_read_degrades_one_container_only() {
    let unknown_state = inspected(&json!({"Id": "1", "State": {"Status": "melting"}}));
    assert_eq!(
        (unknown_state.status, unknown_state.degraded),
        (Status::Other("melting".to_owned()), true)
    );
    let strange = inspected(
        &json!({"Name": "/x", "State": {"Status": "running", "Pid": "none"}, "Config": {"Labels": {"l": "1"}}}),
    );
    assert_eq!(
        (
            strange.name.as_str(),
            strange.labels["l"].as_str(),
            strange.degraded
        ),
        ("x", "1", true)
    );
    assert_eq!(container("1", b"no json", ApiVersion::V1_44).id, "1");
}

#[test]
fn networks_volumes_and_images_are_read() {
    let json = json!({
        "Id": "n1", "Name": "a", "Driver": "bridge", "Internal": true, "Attachable": false, "Labels": {"l": "1"},
        "IPAM": {"Driver": "default", "Options": null, "Config": [{"Subnet": "10.0.0.0/24", "Gateway": "10.0.0.1"}]},
        "Containers": {"c1": {"Name": "web", "EndpointID": "e"}},
    });
    let (read, members) = network(json.to_string().as_bytes()).unwrap();
    assert_eq!(
        (read.name.as_str(), read.internal, read.subnets, members),
        (
            "a",
            true,
            vec!["10.0.0.0/24".to_owned()],
            vec!["web".to_owned()]
        )
    );
    assert_eq!(
        networks(json!([json]).to_string().as_bytes())
            .unwrap()
            .len(),
        1
    );

    let json = json!({"Name": "v", "Driver": "local", "Mountpoint": "/m", "Options": null, "Labels": {"l": "1"}, "Status": {"x": 1}});
    let read = volume(json.to_string().as_bytes()).unwrap();
    assert_eq!(
        (read.name.as_str(), read.labels.len(), read.options.len()),
        ("v", 1, 0)
    );
    assert_eq!(
        volumes(json!({"Volumes": [json]}).to_string().as_bytes())
            .unwrap()
            .len(),
        1
    );
    assert!(volumes(br#"{"Volumes":null}"#).unwrap().is_empty());

    let image_with = |test: &[&str]| {
        let config = json!({"Labels": null, "Volumes": {"/data": {}}, "ExposedPorts": {"80/tcp": {}}, "Healthcheck": {"Test": test}});
        let json = json!({"Id": "sha256:1", "RepoTags": ["a:1"], "Os": "linux", "Architecture": "amd64", "Config": config});
        image(json.to_string().as_bytes()).unwrap()
    };
    let read = image_with(&["CMD", "true"]);
    assert_eq!(
        (
            read.has_healthcheck,
            read.platform.as_str(),
            read.volumes,
            read.exposed_ports
        ),
        (
            true,
            "linux/amd64",
            vec!["/data".to_owned()],
            vec!["80/tcp".to_owned()]
        )
    );
    assert!(!image_with(&["NONE"]).has_healthcheck && !image_with(&[]).has_healthcheck);
    assert!(!image(br#"{"Id":"sha256:1"}"#).unwrap().has_healthcheck);
    for (own, expected) in [
        (&br#"{"Healthcheck": {"Test": ["CMD", "true"]}}"#[..], true),
        (br#"{"Healthcheck": null}"#, false),
        (b"", false),
    ] {
        let read = image_of_podman(br#"{"Id": "1", "Config": {}}"#, own).unwrap();
        assert_eq!(read.has_healthcheck, expected);
    }
}

#[test]
fn podmans_init_program_is_no_part_of_the_command() {
    let json = json!({"Id": "1", "Path": "/run/podman-init", "Args": ["--", "sleep", "9"]});
    assert_eq!(inspected(&json).command, ["sleep", "9"]);
    let json = json!({"Id": "1", "Path": "/x/podman-init", "Args": ["sleep"]});
    assert_eq!(inspected(&json).command, ["/x/podman-init", "sleep"]);
    let twice =
        |asked: &[&str]| json!({"Path": "echo", "Args": ["echo"], "Config": {"Cmd": asked}});
    assert_eq!(inspected(&twice(&["echo"])).command, ["echo"]);
    assert_eq!(inspected(&twice(&["echo", "echo"])).command, ["echo"; 2]);
}

#[test]
fn what_podman_is_about_to_start_again_is_restarting() {
    for (status, policy, code, expected) in [
        ("stopped", "always", 0, Status::Restarting),
        ("stopped", "unless-stopped", 1, Status::Restarting),
        ("stopped", "on-failure", 1, Status::Restarting),
        ("stopped", "on-failure", 0, Status::Exited),
        ("stopped", "no", 1, Status::Exited),
        ("exited", "always", 1, Status::Exited),
    ] {
        let json = json!({
            "Id": "1", "State": {"Status": status, "ExitCode": code},
            "HostConfig": {"RestartPolicy": {"Name": policy}},
        });
        assert_eq!(inspected(&json).status, expected, "{json}");
    }
}
