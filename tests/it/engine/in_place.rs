//! What changes without a new container, and what was changed by hand.

use serde_json::{Value, json};

use crate::support::engine::{Stack, free_port, http, is_podman};

const FILE: &str = "\
services:
  web:
    image: busybox
    command: httpd -f -p 80 -h /etc
    init: true
    mem_limit: 64m
    ports: ['${PORT:?}:80']
    networks: [one]
  side: {image: 'python:3.11-slim', command: sleep 1000, init: true, networks: [two]}
networks:
  one:
  two:
";

#[test]
fn networks_change_while_the_container_goes_on() {
    let port = free_port();
    let stack = Stack::new("move", FILE).env("PORT", &port.to_string());
    stack.edit(
        "stack.yaml",
        "  two:\n",
        "  two: {ipam: {config: [{subnet: 10.201.9.0/24}]}}\n",
    );
    stack.ok(&["up", "-d", "--wait"]);
    let id = stack.id("web");
    let asks = |name: &str, seconds: &str| {
        // Not every busybox can look up names.
        let script = format!(
            "import urllib.request as u; u.urlopen('http://{name}/hostname', timeout={seconds})"
        );
        let asked = stack.exec("side", &["python", "-c", &script]);
        assert!(asked.0 == 0 || seconds == "2", "{name}: {}", asked.1);
        asked.0 == 0
    };
    // What has to answer gets time for it, however busy the machine is.
    let reaches = |name: &str| asks(name, "30");
    let is_out_of_reach = |name: &str| !asks(name, "2");
    assert!(is_out_of_reach("web"));
    let answers = || http("GET", port, "/hostname", "").is_some();
    assert!(answers());

    // It joins one more, with a name and an address of its own there.
    stack.edit(
        "stack.yaml",
        "networks: [one]",
        "networks: {one: {}, two: {aliases: [www], ipv4_address: 10.201.9.77}}",
    );
    stack.fails(2, &["plan"]).prints(&[
        "~ update ",
        "networks.two added  stack.yaml:8:",
        "1 to update",
    ]);
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    assert!(reaches("www") && reaches("web") && reaches("10.201.9.77"));
    assert!(answers());

    // It leaves the first one, and goes on when it is started again.
    stack.edit("stack.yaml", "{one: {}, two", "{two");
    stack
        .fails(2, &["plan"])
        .prints(&["networks.one removed  stack.yaml:8:"]);
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    assert!(reaches("www") && answers());
    let restart = format!("containers/{id}/restart?t=0");
    stack.api().post(&restart, &Value::Null);
    assert!(reaches("www") && answers());
    stack.ok(&["plan"]);

    // And back.
    stack.edit(
        "stack.yaml",
        "{two: {aliases: [www], ipv4_address: 10.201.9.77}}",
        "[one]",
    );
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    assert!(is_out_of_reach("www") && is_out_of_reach("10.201.9.77"));
    assert!(answers());
    assert_eq!(stack.id("web"), id);
}

#[test]
fn limits_and_the_restart_policy_change_while_the_container_goes_on() {
    let port = free_port();
    let stack = Stack::new("limits", FILE).env("PORT", &port.to_string());
    stack.ok(&["up", "-d"]);
    let id = stack.id("web");
    let limits = |key: &str| stack.container("web")["HostConfig"][key].clone();
    stack.edit(
        "stack.yaml",
        "mem_limit: 64m",
        "mem_limit: 128m\n    cpus: 0.5\n    restart: on-failure:3",
    );
    stack.fails(2, &["plan"]).prints(&[
        "mem_limit: 64m -> 128m  stack.yaml:6:16",
        "cpus: 0.5 added  stack.yaml:7:11",
        "restart: \"no\" -> \"on-failure:3\"  stack.yaml:8:14",
    ]);
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    assert_eq!(limits("Memory"), 128 << 20);
    assert_eq!(limits("NanoCpus"), 500_000_000);
    assert_eq!(limits("RestartPolicy")["MaximumRetryCount"], 3);
    assert_eq!(stack.id("web") == id, !is_podman());

    // `docker update` is seen and put right; the way back in the file is seen too.
    let id = stack.id("web");
    let by_hand = json!({ "Memory": 96 << 20, "MemorySwap": 192 << 20 });
    stack
        .api()
        .post(&format!("containers/{id}/update"), &by_hand);
    stack
        .fails(2, &["plan"])
        .prints(&["mem_limit: 96m -> 128m  stack.yaml:6:16"]);
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    stack.edit("stack.yaml", "mem_limit: 128m", "mem_limit: 64m");
    stack.edit("stack.yaml", "on-failure:3", "always");
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    assert_eq!(limits("Memory"), 64 << 20);
    assert_eq!(limits("RestartPolicy")["Name"], "always");
    assert_eq!(stack.id("web") == id, !is_podman());

    // No engine takes a limit away.
    stack.edit("stack.yaml", "    cpus: 0.5\n", "");
    stack
        .fails(2, &["plan"])
        .prints(&["~ recreate ", "cpus: 0.5 removed  stack.yaml:2:3"]);
    stack.ok(&["up", "-d"]);
    stack.ok(&["plan"]);
    assert_eq!(limits("NanoCpus"), 0);
}

#[test]
fn a_container_disconnected_renamed_or_attached_elsewhere_by_hand_is_noticed() {
    let port = free_port();
    let stack = Stack::new("byhand", FILE).env("PORT", &port.to_string());
    stack.ok(&["up", "-d"]);
    let id = stack.id("side");
    let network = |name: &str| format!("{}_{name}", stack.project());
    let api = stack.api();
    let body = json!({ "Container": id });
    api.post(&format!("networks/{}/connect", network("one")), &body);
    api.post(&format!("networks/{}/disconnect", network("two")), &body);
    let foreign = format!("{}-foreign", stack.project());
    let labels = json!({ "com.docker.compose.project": format!("{}-x", stack.project()) });
    api.post(
        "networks/create",
        &json!({ "Name": foreign, "Labels": labels }),
    );
    api.post(&format!("networks/{foreign}/connect"), &body);
    let name = format!("{}-mine", stack.project());
    api.post(&format!("containers/{id}/rename?name={name}"), &Value::Null);

    let plan = stack.fails(2, &["plan"]);
    plan.prints(&[
        &format!("its name is {name}"),
        "networks.two: disconnected -> connected",
        "networks.one removed",
    ]);
    plan.says(&[&format!("is on network {foreign} too")]);
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.id("side"), id);
    let networks = stack.container("side")["NetworkSettings"]["Networks"].clone();
    let mut names: Vec<_> = networks
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .collect();
    names.sort();
    assert_eq!(names, [&foreign, &network("two")]);
    stack.ok(&["plan"]);
    api.post(&format!("networks/{foreign}/disconnect"), &body);
    api.delete(&format!("networks/{foreign}"));
}
