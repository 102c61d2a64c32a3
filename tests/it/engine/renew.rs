//! Networks and volumes that are not what the file says any more.

use crate::support::engine::Stack;

const FILE: &str = "
services:
  web:
    image: busybox
    command: httpd -f -h /etc
    stop_signal: SIGKILL
    networks: {front: {aliases: [www]}}
    volumes: ['data:/data', /cache]
  other:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    networks: [front]
networks:
  front: {internal: false}
volumes:
  data: {labels: {com.example.of: first}}
";

#[test]
fn a_network_is_made_anew_and_its_containers_stay() {
    let stack = Stack::new("renew-network", FILE);
    stack.ok(&["up", "-d"]);
    let ids = (stack.id("web"), stack.id("other"));
    stack.edit("stack.yaml", "internal: false", "internal: true");
    stack
        .fails(2, &["plan"])
        .prints(&["internal: true added  stack.yaml:15:21", "remove   Network"]);
    stack.ok(&["up", "-d"]);
    stack.fails(0, &["plan"]);
    assert_eq!((stack.id("web"), stack.id("other")), ids);
    let network = format!("{}_front", stack.project());
    let there = stack.api().get(&format!("networks/{network}"));
    assert_eq!(there.expect("the network")["Internal"], true);
    let address = &stack.container("web")["NetworkSettings"]["Networks"][&network]["IPAddress"];
    let page = format!("http://{}/hostname", address.as_str().unwrap_or_default());
    for command in [&["nslookup", "www"][..], &["wget", "-q", "-O-", &page]] {
        let (code, output) = stack.exec("other", command);
        assert_eq!(code, 0, "{command:?}: {output}");
    }
}

#[test]
fn a_volume_is_made_anew_only_with_yes() {
    let stack = Stack::new("renew-volume", FILE);
    stack.ok(&["up", "-d"]);
    let other = stack.id("other");
    for folder in ["data", "cache"] {
        stack.exec("web", &["touch", &format!("/{folder}/kept")]);
    }
    stack.edit("stack.yaml", "of: first", "of: second");
    let said = r#"is not what the file says: labels.com.example.of: "first" -> "second"; it is kept, with its data"#;
    stack.fails(0, &["plan"]).says(&[said]);
    stack.ok(&["up", "-d"]).says(&[said]);
    assert_eq!(stack.exec("web", &["ls", "/data/kept"]).0, 0);
    stack.ok(&["up", "-d", "--yes"]);
    stack.fails(0, &["plan"]);
    assert_ne!(stack.exec("web", &["ls", "/data/kept"]).0, 0);
    assert_eq!(stack.exec("web", &["ls", "/cache/kept"]).0, 0);
    assert_eq!(stack.id("other"), other);
}
