//! Services that use the engine themselves.

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  agent:
    image: busybox
    command: sleep 1000
    init: true
    use_api_socket: true
  other:
    image: busybox
    command: sleep 1000
    init: true
";

#[test]
fn a_service_that_asks_for_it_gets_the_engines_socket_and_the_credentials() {
    let stack = Stack::new("api-socket", STACK);
    let stored =
        r#"{"auths": {"r.example": {"auth": "bWU6aHVudGVyMg=="}}, "detachKeys": "ctrl-x"}"#;
    stack.file("docker/config.json", stored);
    let folder = stack.path("docker").display().to_string();
    let stack = stack.env("DOCKER_CONFIG", &folder);
    let up = stack.ok(&["up", "-d"]);
    assert!(!up.both().contains("bWU6"), "{}", up.both());
    let look = "test -S /var/run/docker.sock && cat $DOCKER_CONFIG/config.json";
    assert_eq!(
        stack.exec("agent", &["sh", "-c", look]),
        (
            0,
            r#"{"auths":{"r.example":{"auth":"bWU6aHVudGVyMg=="}}}"#.to_owned()
        )
    );
    assert_eq!(stack.exec("other", &["sh", "-c", look]).0, 1);
    stack
        .ok(&["up", "-d"])
        .says(&["nothing to do, everything is as the stack file says"]);
    stack.ok(&["down", "-t", "0"]);
}
