use std::collections::BTreeMap;

use super::*;
use crate::loader::{self, LoadOptions, LoadRequest};

fn printed(line: &str) -> Result<(String, Vec<String>), String> {
    let words = words::split(line)?;
    let (stack, notes) = convert(&words)?;
    Ok((yaml::document(&stack), notes))
}

/// Lets the loader read what is printed; what it says against it is a failure.
fn load(text: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["db.env", "app.env", "labels"] {
        std::fs::write(folder.path().join(name), "A=1\n").expect("a file");
    }
    std::fs::write(folder.path().join("stack.yaml"), text).expect("a file");
    let request = LoadRequest {
        files: Vec::new(),
        project_directory: None,
        project_name: Some("shop".to_owned()),
        env_files: Vec::new(),
        profiles: Vec::new(),
        environment: BTreeMap::from([("SECRET".to_owned(), "x".to_owned())]),
        current_dir: folder.path().to_owned(),
        stdin: None,
        command_line: None,
    };
    let loaded = loader::load(&request, &LoadOptions::default());
    let loaded = loaded.unwrap_or_else(|error| panic!("{text}\n{:#?}", error.diagnostics));
    assert!(loaded.warnings.is_empty(), "{text}\n{:#?}", loaded.warnings);
    assert!(loaded.project.is_some(), "{text}");
}

/// Command lines of a course on containers, each with lines that the stack file has to have.
const LINES: &[(&str, &[&str])] = &[
    (
        "docker run hello-world",
        &["  hello-world:", "    image: hello-world"],
    ),
    (
        "docker run -it ubuntu bash",
        &["stdin_open: true", "tty: true", "command:", "- bash"],
    ),
    (
        "docker run -d -p 80:5000 flask-app",
        &["ports:", "- 80:5000"],
    ),
    (
        "docker run -d -p 127.0.0.1:8080:80/tcp --name web nginx:1.27",
        &["  web:", "image: nginx:1.27", "- 127.0.0.1:8080:80/tcp"],
    ),
    (
        "docker run -dp3000:3000 node:22",
        &["  node:", "- 3000:3000"],
    ),
    (
        "docker run -d -p 80:80 -p 443:443 -p 9000-9002:9000-9002 caddy",
        &["- 80:80", "- 443:443", "- 9000-9002:9000-9002"],
    ),
    (
        "docker container run --rm -it alpine sh -c 'echo hello'",
        &["- sh", "- -c", "- echo hello"],
    ),
    (
        "sudo docker run --detach --publish=8080:80 httpd",
        &["- 8080:80"],
    ),
    ("podman run -d redis:7", &["  redis:", "image: redis:7"]),
    (
        "docker run -d --name db -e MYSQL_ROOT_PASSWORD=secret -e MYSQL_DATABASE=vars mysql:9",
        &[
            "  db:",
            "environment:",
            "MYSQL_ROOT_PASSWORD: secret",
            "MYSQL_DATABASE: vars",
        ],
    ),
    (
        "docker run -e DEBUG -e A= --env=B=c=d app",
        &["DEBUG: null", "A: \"\"", "B: c=d"],
    ),
    (
        "docker run --env-file db.env --env-file app.env mysql",
        &["env_file:", "- db.env", "- app.env"],
    ),
    (
        "docker run -v vars:/var/lib/mysql mysql",
        &["volumes:", "- vars:/var/lib/mysql", "vars: {}"],
    ),
    (
        "docker run -v $(pwd):/app -w /app python:3 python app.py",
        &["- .:/app", "working_dir: /app", "- app.py"],
    ),
    (
        "docker run -v \"$PWD/conf.d\":/etc/nginx/conf.d:ro nginx",
        &["- ./conf.d:/etc/nginx/conf.d:ro"],
    ),
    ("docker run -v /var/lib/data busybox", &["- /var/lib/data"]),
    (
        "docker run --mount type=bind,source=/srv,target=/srv,readonly nginx",
        &[
            "type: bind",
            "source: /srv",
            "target: /srv",
            "read_only: true",
        ],
    ),
    (
        "docker run --mount source=data,dst=/data --mount type=tmpfs,target=/tmp,tmpfs-size=64m,tmpfs-mode=1777 app",
        &[
            "type: volume",
            "source: data",
            "tmpfs:",
            "size: 64m",
            "mode: 1023",
            "data: {}",
        ],
    ),
    (
        "docker run --mount type=bind,src=/a,dst=/b,bind-propagation=rslave app",
        &["propagation: rslave"],
    ),
    (
        "docker run --tmpfs /run:size=64m --read-only app",
        &["tmpfs:", "- /run:size=64m", "read_only: true"],
    ),
    (
        "docker run --network shop --network-alias db --network-alias mysql mysql",
        &["networks:", "shop:", "aliases:", "- db", "- mysql"],
    ),
    (
        "docker run --net=host prom/node-exporter",
        &["  node-exporter:", "network_mode: host"],
    ),
    ("docker run --network none app", &["network_mode: none"]),
    (
        "docker run --network container:web netshoot",
        &["network_mode: container:web"],
    ),
    ("docker run --network bridge app", &["  app:"]),
    (
        "docker run --network name=back,alias=x,ip=10.9.0.5 app",
        &["back:", "ipv4_address: 10.9.0.5", "- x"],
    ),
    (
        "docker run --network back --ip 10.9.0.5 --mac-address 02:42:ac:11:00:02 app",
        &["ipv4_address: 10.9.0.5", "mac_address: 02:42:ac:11:00:02"],
    ),
    (
        "docker run --restart unless-stopped --restart on-failure:3 app",
        &["restart: on-failure:3"],
    ),
    (
        "docker run -m 512m --memory-swap 1g --memory-reservation 256m --cpus 1.5 --pids-limit 100 app",
        &[
            "mem_limit: 512m",
            "memswap_limit: 1g",
            "mem_reservation: 256m",
            "cpus: 1.5",
            "pids_limit: 100",
        ],
    ),
    (
        "docker run -c 512 --cpuset-cpus 0,1 --cpu-quota 50000 --cpu-period 100000 app",
        &[
            "cpu_shares: 512",
            "cpuset: 0,1",
            "cpu_quota: 50000",
            "cpu_period: 100000",
        ],
    ),
    (
        "docker run -u 1000:1000 -h host1 --domainname example.org --add-host db:10.0.0.5 --add-host=gw:host-gateway app",
        &[
            "user: 1000:1000",
            "hostname: host1",
            "domainname: example.org",
            "- db:10.0.0.5",
            "- gw:host-gateway",
        ],
    ),
    (
        "docker run --privileged --cap-add NET_ADMIN --cap-drop=ALL --device /dev/fuse --security-opt no-new-privileges app",
        &[
            "privileged: true",
            "- NET_ADMIN",
            "- ALL",
            "- /dev/fuse",
            "- no-new-privileges",
        ],
    ),
    (
        "docker run --entrypoint /bin/sh app -c 'exit 3'",
        &["entrypoint:", "- /bin/sh", "- exit 3"],
    ),
    (
        "docker run --entrypoint '' app sleep 10",
        &["entrypoint: []", "- sleep"],
    ),
    (
        "docker run --health-cmd 'curl -f http://localhost/ || exit 1' --health-interval 5s --health-retries=3 --health-timeout 2s --health-start-period 10s app",
        &[
            "healthcheck:",
            "test: curl -f http://localhost/ || exit 1",
            "interval: 5s",
            "retries: 3",
            "timeout: 2s",
            "start_period: 10s",
        ],
    ),
    ("docker run --no-healthcheck app", &["disable: true"]),
    (
        "docker run -l com.example.a=b --label c --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 app",
        &[
            "com.example.a: b",
            "driver: json-file",
            "max-size: 10m",
            "max-file: \"3\"",
        ],
    ),
    (
        "docker run --ulimit nofile=1024:2048 --ulimit nproc=64 --sysctl net.core.somaxconn=1024 --shm-size 1g app",
        &[
            "soft: 1024",
            "hard: 2048",
            "nproc: 64",
            "net.core.somaxconn: \"1024\"",
            "shm_size: 1g",
        ],
    ),
    (
        "docker run --dns 1.1.1.1 --dns-search example.org --dns-opt ndots:2 --init --stop-signal SIGINT --stop-timeout 30 app",
        &[
            "- 1.1.1.1",
            "- example.org",
            "- ndots:2",
            "init: true",
            "stop_signal: SIGINT",
            "stop_grace_period: 30s",
        ],
    ),
    (
        "docker run --gpus all --platform linux/amd64 --pull always --ipc host --pid host --userns host app",
        &[
            "gpus: all",
            "platform: linux/amd64",
            "pull_policy: always",
            "ipc: host",
            "pid: host",
        ],
    ),
    (
        "docker run --volumes-from data:ro --group-add 44 --expose 9000 --runtime runc app",
        &[
            "- container:data:ro",
            "- \"44\"",
            "- \"9000\"",
            "runtime: runc",
        ],
    ),
    (
        "docker run -e 'PRICE=5$' -e \"HOME_IS=$SECRET\" app",
        &["PRICE: 5$$", "HOME_IS: $SECRET"],
    ),
    (
        "docker run -d \\\n  --name keeper \\\n  -e DB_HOST=db \\\n  ghcr.io/me/keeper@sha256:0123456789012345678901234567890123456789012345678901234567890123",
        &["  keeper:", "DB_HOST: db"],
    ),
];

#[test]
fn command_lines_become_stack_files_that_load() {
    for (line, expected) in LINES {
        let (text, _) = printed(line).unwrap_or_else(|why| panic!("{line}: {why}"));
        // Which words stand in quotes is the writer's matter.
        let bare = |line: &str| line.trim().replace('"', "");
        for part in *expected {
            let mut lines = text.lines().map(bare);
            assert!(
                lines.any(
                    |line| line.trim_start_matches("- ") == bare(part).trim_start_matches("- ")
                ),
                "{line}: `{part}` is not in\n{text}"
            );
        }
        load(&text);
    }
}

#[test]
fn what_a_stack_file_does_otherwise_is_told() {
    let (text, notes) = printed("docker run --rm --network shop -v vars:/vars app").unwrap();
    assert_eq!(
        text,
        "\
services:
  app:
    image: app
    volumes:
      - vars:/vars
    networks:
      - shop
networks:
  shop: {}
volumes:
  vars: {}
"
    );
    assert_eq!(
        notes,
        [
            "--rm: `windlass down` removes the container; `windlass run --rm` is for single runs",
            "network shop: the stack makes its own; `external: true` below it takes the one that docker has",
            "volume vars: the stack makes its own; `external: true` below it takes the one that docker has",
        ]
    );
}

#[test]
fn what_is_not_known_is_named() {
    for (line, expected) in [
        (
            "docker run --bogus --also=x -Z app",
            "--bogus, --also, -Z: no flag of `docker run` that is known here",
        ),
        (
            "docker run -d",
            "no image: `docker run [FLAGS] IMAGE [COMMAND]` is expected",
        ),
        ("docker run -p", "-p has no value"),
        ("docker ps", "`docker run ...` is expected"),
        (
            "docker run -P nginx",
            "-P: a stack file names each port to be published: use -p",
        ),
        (
            "docker run --ulimit nofile app",
            "--ulimit nofile: `KEY=VALUE` is expected",
        ),
        (
            "docker run --mount type=bind,source=/a app",
            "--mount type=bind,source=/a: `target=PATH` is missing",
        ),
        (
            "docker run -e A=$(date) app",
            "the output of a command, `$(..)`, cannot stand in a stack file: write the value itself, or a variable",
        ),
    ] {
        assert_eq!(printed(line), Err(expected.to_owned()), "{line}");
    }
}
