//! Networks: names, modes, and those of others.

use serde_json::json;

use crate::support::engine::{Stack, free_port, http};

#[test]
fn services_find_each_other_by_service_container_and_alias() {
    let stack = Stack::new(
        "dns",
        "\
services:
  web:
    image: busybox
    command: httpd -f -p 80 -h /etc
    init: true
    networks:
      default:
        aliases: [front]
  one:
    image: busybox
    command: sleep 1000
    init: true
",
    );
    stack.ok(&["up", "-d"]);
    let container = format!("{}-web-1", stack.project());
    for name in ["web", "front", &container] {
        let (code, output) = stack.exec(
            "one",
            &["wget", "-q", "-O-", &format!("http://{name}/hostname")],
        );
        assert_eq!(code, 0, "{name}: {output}");
    }
    let (code, _) = stack.exec("one", &["wget", "-q", "-O-", "http://nobody/hostname"]);
    assert_ne!(code, 0);
}

#[test]
fn services_on_different_networks_do_not_meet() {
    let stack = Stack::new(
        "apart",
        "\
services:
  front: {image: busybox, command: httpd -f -h /etc, init: true, networks: [out]}
  middle: {image: busybox, command: httpd -f -h /etc, init: true, networks: [out, in]}
  back: {image: busybox, command: httpd -f -h /etc, init: true, networks: [in]}
networks:
  out:
  in: {internal: true, ipam: {config: [{subnet: 10.201.7.0/24}]}}
",
    );
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.resources(), ["in", "out"]);
    let address = |service: &str, network: &str| {
        let network = format!("{}_{network}", stack.project());
        let address = &stack.container(service)["NetworkSettings"]["Networks"][&network];
        address["IPAddress"].as_str().unwrap_or_default().to_owned()
    };
    let (front, back) = (address("front", "out"), address("back", "in"));
    assert!(back.starts_with("10.201.7."), "{back}");
    for (from, to, address, meets) in [
        ("middle", "front", &front, true),
        ("middle", "back", &back, true),
        ("front", "back", &back, false),
    ] {
        let (code, output) = stack.exec(from, &["nslookup", to]);
        assert_eq!(code == 0, meets, "{from} -> {to}: {output}");
        let page = format!("http://{address}/hostname");
        let (code, output) = stack.exec(from, &["timeout", "5", "wget", "-q", "-O-", &page]);
        assert_eq!(code == 0, meets, "{from} -> {to}: {output}");
    }
    stack.ok(&["plan"]);
}

#[test]
fn modes_in_place_of_networks_are_the_engines_own() {
    let stack = Stack::new(
        "modes",
        "\
services:
  host: {image: busybox, command: sleep 1000, init: true, network_mode: host}
  none: {image: busybox, command: sleep 1000, init: true, network_mode: none}
  web: {image: busybox, command: httpd -f -p 80 -h /etc, init: true}
  side: {image: busybox, command: sleep 1000, init: true, network_mode: 'service:web'}
",
    );
    stack.ok(&["up", "-d"]);
    let mode = |service: &str| stack.container(service)["HostConfig"]["NetworkMode"].clone();
    assert_eq!(mode("host"), "host");
    assert_eq!(mode("none"), "none");
    let (code, output) = stack.exec("side", &["wget", "-q", "-O-", "http://127.0.0.1/hostname"]);
    assert_eq!(code, 0, "{output}");
    let (_, interfaces) = stack.exec("none", &["ls", "/sys/class/net"]);
    assert_eq!(interfaces.trim(), "lo");
    stack.ok(&["plan"]);

    // What lives in another one's network goes with it.
    let (web, side) = (stack.id("web"), stack.id("side"));
    stack.edit("stack.yaml", "-h /etc", "-h /");
    stack.ok(&["up", "-d"]);
    assert_ne!((stack.id("web"), stack.id("side")), (web, side));
    let (code, output) = stack.exec(
        "side",
        &["wget", "-q", "-O-", "http://127.0.0.1/etc/hostname"],
    );
    assert_eq!(code, 0, "{output}");
}

#[test]
fn a_network_or_a_shared_container_removed_by_hand_comes_back_with_what_used_it() {
    let stack = Stack::new(
        "netgone",
        "\
services:
  web: {image: busybox, command: httpd -f -p 80 -h /etc, init: true}
  side: {image: busybox, command: sleep 1000, init: true, network_mode: 'service:web'}
",
    );
    stack.ok(&["up", "-d"]);
    let answers = || {
        stack
            .exec("side", &["wget", "-q", "-O-", "http://127.0.0.1/hostname"])
            .0
            == 0
    };
    let network = format!("{}_default", stack.project());
    for service in ["side", "web"] {
        let stop = format!("containers/{}/stop?t=0", stack.id(service));
        stack.api().post(&stop, &serde_json::Value::Null);
    }
    stack.api().delete(&format!("networks/{network}"));
    stack
        .fails(2, &["plan"])
        .prints(&[&format!("its network {network} is gone")]);
    stack.ok(&["up", "-d"]);
    assert!(answers());
    stack.ok(&["plan"]);

    stack
        .api()
        .delete(&format!("containers/{}?force=1", stack.id("web")));
    stack.ok(&["up", "-d"]);
    assert!(answers());
    stack.ok(&["plan"]);
}

#[test]
fn an_external_network_must_be_there_and_is_left_there() {
    let name = |stack: &Stack| format!("{}-outside", stack.project());
    let stack = Stack::empty("external");
    let name = name(&stack);
    stack.file(
        "stack.yaml",
        &format!(
            "\
services:
  web: {{image: busybox, command: sleep 1000, init: true, networks: [outside]}}
networks:
  outside: {{external: true, name: {name}}}
"
        ),
    );
    let failed = stack.fails(1, &["up", "-d"]);
    assert_eq!(stack.states(), [""; 0]);
    failed.says(&[
        &format!("network {name} declared as external, but could not be found"),
        "stack.yaml:4:23",
        &format!("docker network create {name}"),
    ]);
    // With the project's label it goes at the end, and is of the project all the same: external is external.
    let labels = json!({ "com.docker.compose.project": stack.project() });
    stack.api().post(
        "networks/create",
        &json!({ "Name": name, "Labels": labels }),
    );
    stack.ok(&["up", "-d"]);
    let networks = stack.container("web")["NetworkSettings"]["Networks"].clone();
    assert_eq!(networks.as_object().map(serde_json::Map::len), Some(1));
    assert!(networks[&name].is_object(), "{networks}");
    stack.ok(&["down"]);
    assert!(stack.api().get(&format!("networks/{name}")).is_some());
}

#[test]
fn published_ports_answer_and_are_told() {
    let port = free_port();
    let stack = Stack::new(
        "ports",
        "\
services:
  web:
    image: busybox
    command: httpd -f -p 80 -h /www
    init: true
    ports: ['${PORT:?}:80']
    volumes: ['./www:/www:ro']
",
    )
    .env("PORT", &port.to_string());
    stack.file("www/index.html", "hello\n");
    let up = stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(
        http("GET", port, "/", ""),
        Some((200, "hello\n".to_owned()))
    );
    up.says(&[&format!("http://127.0.0.1:{port} -> web:80\n")]);
}

#[test]
fn a_network_that_another_project_is_on_stays_until_that_has_left() {
    let shop = Stack::new(
        "lender",
        "services: {web: {image: busybox, command: sleep 1000, init: true}}\n",
    );
    shop.ok(&["up", "-d"]);
    let network = format!("{}_default", shop.project());
    let guest = Stack::new(
        "guest",
        &format!(
            "\
services: {{proxy: {{image: busybox, command: sleep 1000, init: true}}}}
networks: {{default: {{external: true, name: {network}}}}}
"
        ),
    );
    guest.ok(&["up", "-d"]);
    shop.ok(&["down"]).says(&[&format!(
        "network {network} stays: {}-proxy-1 of others is on it",
        guest.project()
    )]);
    assert_eq!(shop.states(), [""; 0]);
    assert_eq!(shop.resources(), ["default"]);
    // It is found again: nothing is in its way now.
    guest.ok(&["down"]);
    assert_eq!(shop.resources(), ["default"], "it is not the guest's");
    shop.ok(&["down"]);
    assert_eq!(shop.resources(), [""; 0]);
}
