//! What the file says of a container is what the engine makes of it, and nothing is left to do afterwards.

use serde_json::{Value, json};

use crate::support::engine::Stack;

const MANY: &str = "\
services:
  web:
    image: busybox
    command: [sleep, '1000']
    init: true
    hostname: bridge
    domainname: ship.example
    user: '1000:1000'
    working_dir: /tmp
    tty: true
    stdin_open: true
    read_only: true
    restart: on-failure:3
    stop_signal: SIGINT
    stop_grace_period: 1m30s
    env_file: web.env
    environment:
      EMPTY: ''
      EQUALS: a=b=c
      DOLLAR: $$HOME
      PATH: /bin:/sbin
    labels:
      com.example.crew: '7'
      com.example.empty: ''
    healthcheck:
      test: [CMD, 'true']
      interval: 1m
      timeout: 1s500ms
      retries: 5
      start_period: 2s
    networks:
      front:
        aliases: [www]
        priority: 10
      back:
        ipv4_address: 10.203.9.9
    extra_hosts: ['pilot:10.0.0.1']
    dns: [10.0.0.53]
    dns_search: [ship.example]
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    sysctls: {net.core.somaxconn: 1024}
    ulimits:
      nofile: {soft: 1000, hard: 2000}
      nproc: 500
    tmpfs: /run:size=1m
    shm_size: 32m
    mem_limit: 64m
    cpus: 0.3
    pids_limit: 50
    oom_score_adj: 100
    group_add: ['100']
    security_opt: [no-new-privileges:true]
    logging:
      driver: json-file
      options: {max-size: 1m}
    expose: ['9000']
    devices: ['/dev/null:/dev/abyss:r']
networks:
  front:
  back:
    ipam: {config: [{subnet: 10.203.9.0/24}]}
";

#[test]
fn a_container_is_made_as_the_file_says_and_left_alone_afterwards() {
    let stack = Stack::new("many", MANY);
    stack.file("web.env", "FROM_FILE='of the file'\nEQUALS=overridden\n");
    stack.ok(&["up", "-d"]);
    let web = stack.container("web");
    for (path, expected) in [
        ("/Config/Hostname", json!("bridge")),
        ("/Config/Domainname", json!("ship.example")),
        ("/Config/User", json!("1000:1000")),
        ("/Config/WorkingDir", json!("/tmp")),
        ("/Config/Tty", json!(true)),
        ("/Config/OpenStdin", json!(true)),
        ("/Config/StopSignal", json!("SIGINT")),
        ("/Config/StopTimeout", json!(90)),
        ("/Config/Labels/com.example.crew", json!("7")),
        ("/Config/Labels/com.example.empty", json!("")),
        ("/Config/Healthcheck/Test", json!(["CMD", "true"])),
        ("/Config/Healthcheck/Interval", json!(60_000_000_000_i64)),
        ("/Config/Healthcheck/Timeout", json!(1_500_000_000)),
        ("/Config/Healthcheck/Retries", json!(5)),
        ("/Config/Healthcheck/StartPeriod", json!(2_000_000_000)),
        ("/HostConfig/Init", json!(true)),
        ("/HostConfig/ReadonlyRootfs", json!(true)),
        ("/HostConfig/RestartPolicy/Name", json!("on-failure")),
        ("/HostConfig/RestartPolicy/MaximumRetryCount", json!(3)),
        ("/HostConfig/ExtraHosts", json!(["pilot:10.0.0.1"])),
        ("/HostConfig/Dns", json!(["10.0.0.53"])),
        ("/HostConfig/DnsSearch", json!(["ship.example"])),
        ("/HostConfig/CapAdd", json!(["CAP_NET_ADMIN"])),
        ("/HostConfig/CapDrop", json!(["CAP_MKNOD"])),
        (
            "/HostConfig/Sysctls",
            json!({ "net.core.somaxconn": "1024" }),
        ),
        ("/HostConfig/Tmpfs", json!({ "/run": "size=1m" })),
        ("/HostConfig/ShmSize", json!(32 << 20)),
        ("/HostConfig/Memory", json!(64 << 20)),
        ("/HostConfig/NanoCpus", json!(300_000_000)),
        ("/HostConfig/PidsLimit", json!(50)),
        ("/HostConfig/OomScoreAdj", json!(100)),
        ("/HostConfig/GroupAdd", json!(["100"])),
        ("/HostConfig/SecurityOpt", json!(["no-new-privileges:true"])),
        ("/HostConfig/LogConfig/Type", json!("json-file")),
        ("/HostConfig/LogConfig/Config/max-size", json!("1m")),
        ("/HostConfig/Devices/0/PathInContainer", json!("/dev/abyss")),
        ("/HostConfig/Devices/0/CgroupPermissions", json!("r")),
    ] {
        assert_eq!(web.pointer(path), Some(&expected), "{path}");
    }
    let environment = web["Config"]["Env"].as_array().into_iter().flatten();
    let environment: Vec<&str> = environment.filter_map(Value::as_str).collect();
    for line in [
        "EMPTY=",
        "EQUALS=a=b=c",
        "DOLLAR=$HOME",
        "PATH=/bin:/sbin",
        "FROM_FILE=of the file",
    ] {
        assert!(environment.contains(&line), "{line}: {environment:?}");
    }
    assert!(web["Config"]["ExposedPorts"]["9000/tcp"].is_object());
    let limits = &web["HostConfig"]["Ulimits"];
    let limit =
        |name: &str, soft: i64, hard: i64| json!({ "Name": name, "Soft": soft, "Hard": hard });
    assert_eq!(
        limits,
        &json!([limit("nofile", 1000, 2000), limit("nproc", 500, 500)])
    );
    let network = |key: &str| {
        let name = format!("{}_{key}", stack.project());
        web["NetworkSettings"]["Networks"][name].clone()
    };
    assert_eq!(network("back")["IPAddress"], "10.203.9.9");
    let aliases = network("front")["Aliases"].to_string();
    assert!(
        aliases.contains("www") && aliases.contains("web"),
        "{aliases}"
    );
    let front = format!("{}_front", stack.project());
    assert_eq!(web["HostConfig"]["NetworkMode"], front.as_str());

    let plan = stack.run(&["plan"]);
    assert_eq!(plan.status, 0, "{}", plan.both());
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.id("web"), web["Id"]);

    // A fixed address passes on to the container that takes the place of the old one.
    stack.edit("stack.yaml", "pids_limit: 50", "pids_limit: 60");
    stack.edit("stack.yaml", "hostname: bridge", "hostname: quay");
    stack.ok(&["up", "-d"]);
    assert_ne!(stack.id("web"), web["Id"]);
    let after = stack.container("web");
    let back = format!("{}_back", stack.project());
    assert_eq!(
        after["NetworkSettings"]["Networks"][&back]["IPAddress"],
        "10.203.9.9"
    );
    assert_eq!(after["HostConfig"]["PidsLimit"], 60);
    stack.ok(&["plan"]);
}
