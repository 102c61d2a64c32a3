use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixListener;

use super::*;
use crate::model::{Attachment, ContainerSpec, NetworkAccess, NetworkName};

const PING: (&str, &str) = ("GET /_ping", "200");

/// An engine that expects these requests in this order and answers each with a status and a body.
async fn scripted(
    script: &'static [(&'static str, &'static str)],
) -> (DockerEngine, tokio::task::JoinHandle<()>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let server = tokio::spawn(async move {
        let _folder = folder;
        for (expected, answer) in [PING].iter().chain(script) {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            stream.read_exact(&mut body).await.unwrap();
            assert!(
                head.starts_with(expected),
                "expected {expected}, got {head}"
            );
            let (status, body) = answer.split_once(' ').unwrap_or((answer, ""));
            let answer = format!(
                "HTTP/1.1 {status} X\r\nApi-Version: 1.41\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let host = format!("unix://{}", path.display());
    (
        DockerEngine::connect(Some(&host), &|_| None).await.unwrap(),
        server,
    )
}

fn on_networks(names: &[&str]) -> NewContainer {
    let endpoint = |name: &&str| Endpoint {
        network: (*name).to_owned(),
        ..Endpoint::default()
    };
    NewContainer {
        name: "app-web-1".to_owned(),
        spec: ContainerSpec::default(),
        labels: IndexMap::new(),
        network: NetworkAccess::Networks(names.iter().map(endpoint).collect()),
        mounts: Vec::new(),
        volumes_from: Vec::new(),
        one_off: None,
    }
}

#[tokio::test]
async fn a_container_that_cannot_join_its_networks_is_removed_again() {
    let (engine, server) = scripted(&[
        (
            "POST /v1.41/containers/create?name=app-web-1",
            r#"201 {"Id":"c1","Warnings":null}"#,
        ),
        ("POST /v1.41/networks/b/connect", "200"),
        (
            "POST /v1.41/networks/c/connect",
            r#"404 {"message":"network c not found"}"#,
        ),
        ("DELETE /v1.41/containers/c1?v=true&force=true", "204"),
    ])
    .await;
    let error = engine
        .create_container(&on_networks(&["a", "b", "c"]))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "network c not found");
    server.await.unwrap();
    assert_eq!(engine.calls(), 5);
}

#[tokio::test]
async fn what_is_done_already_is_no_error() {
    let (engine, server) = scripted(&[
        ("POST /v1.41/containers/c1/start", "304"),
        ("POST /v1.41/containers/c1/stop?t=3", "304"),
        (
            "POST /v1.41/containers/c1/stop",
            r#"404 {"message":"no such container"}"#,
        ),
        (
            "POST /v1.41/containers/c1/kill",
            r#"409 {"message":"Container c1 is not running"}"#,
        ),
        (
            "DELETE /v1.41/containers/c1",
            r#"409 {"message":"removal of container c1 is already in progress"}"#,
        ),
        (
            "POST /v1.41/containers/c1/wait?condition=removed",
            r#"404 {"message":"no such container"}"#,
        ),
        (
            "DELETE /v1.41/networks/n1",
            r#"404 {"message":"network n1 not found"}"#,
        ),
        (
            "DELETE /v1.41/volumes/v1",
            r#"404 {"message":"no such volume"}"#,
        ),
        (
            "DELETE /v1.41/images/i1",
            r#"404 {"message":"no such image"}"#,
        ),
        (
            "GET /v1.41/images/i1/json",
            r#"404 {"message":"no such image"}"#,
        ),
    ])
    .await;
    engine.start_container("c1").await.unwrap();
    engine.stop_container("c1", Some(3)).await.unwrap();
    engine.stop_container("c1", None).await.unwrap();
    engine.kill_container("c1", None).await.unwrap();
    engine.remove_container("c1", false).await.unwrap();
    engine.remove_network("n1").await.unwrap();
    engine.remove_volume("v1").await.unwrap();
    engine.remove_image("i1").await.unwrap();
    assert_eq!(engine.image("i1").await.unwrap(), None);
    server.await.unwrap();
}

#[tokio::test]
async fn a_container_that_goes_away_while_it_is_listed_is_not_there() {
    let (engine, server) = scripted(&[
        (
            "GET /v1.41/containers/json?all=1&filters=",
            r#"200 [{"Id":"c1"}]"#,
        ),
        (
            "GET /v1.41/containers/c1/json",
            r#"404 {"message":"no such container"}"#,
        ),
    ])
    .await;
    assert!(
        engine
            .containers(&ProjectName::new("app").unwrap())
            .await
            .unwrap()
            .is_empty()
    );
    server.await.unwrap();
}

#[tokio::test]
async fn a_taken_port_names_its_owner() {
    let (engine, server) = scripted(&[
        ("POST /v1.41/containers/c1/start", r#"500 {"message":"driver failed: Bind for 0.0.0.0:80 failed: port is already allocated"}"#),
        ("GET /v1.41/containers/json", r#"200 [{"Id":"c2","Names":["/other"],"Ports":[{"PublicPort":80}]}]"#),
    ])
    .await;
    let error = engine.start_container("c1").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "host port 0.0.0.0:80 is already in use by container other"
    );
    server.await.unwrap();
}

#[tokio::test]
async fn a_network_that_is_used_names_its_users() {
    let refusal =
        r#"403 {"message":"error while removing network: network a id n1 has active endpoints"}"#;
    let (engine, server) = scripted(Box::leak(Box::new([
        ("DELETE /v1.41/networks/n1", refusal),
        (
            "GET /v1.41/networks/n1",
            r#"200 {"Name":"a","Containers":{"c1":{"Name":"web"}}}"#,
        ),
        ("DELETE /v1.41/networks/n1", refusal),
        (
            "GET /v1.41/networks/n1",
            r#"200 {"Name":"a","Containers":{}}"#,
        ),
    ])))
    .await;
    let error = engine.remove_network("n1").await.unwrap_err();
    assert_eq!(error.to_string(), "network a is still used by web");
    let error = engine.remove_network("n1").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("endpoints on it that belong to no container"),
        "{error}"
    );
    server.await.unwrap();
}

#[tokio::test]
async fn events_begin_when_the_engine_listens() {
    let (engine, server) = scripted(&[(
        "GET /v1.41/events?filters=",
        "200 {\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{\"name\":\"web\"}}}\n{\"Type\":1}\n",
    )])
    .await;
    let events: Vec<_> = engine
        .events(&ProjectName::new("app").unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events[0], EngineEvent::Listening);
    // The line that cannot be read is left out.
    assert_eq!(events.len(), 2);
    server.await.unwrap();
}

#[tokio::test]
async fn what_the_engine_passes_over_is_handed_on() {
    let (engine, server) = scripted(&[(
        "POST /v1.41/containers/create?name=app-web-1",
        r#"201 {"Id":"c1","Warnings":["Weight discarded. "]}"#,
    )])
    .await;
    let created = engine.create_container(&on_networks(&["a"])).await.unwrap();
    assert_eq!(
        (created.id.as_str(), created.warnings),
        ("c1", vec!["Weight discarded.".to_owned()])
    );
    server.await.unwrap();
}

#[tokio::test]
async fn a_key_that_the_engine_would_ignore_is_refused_before_any_call() {
    let (engine, _server) = scripted(&[]).await;
    let mut container = on_networks(&["a"]);
    let attachment = Attachment {
        interface_name: Some("lan0".to_owned()),
        ..Attachment::default()
    };
    let network = NetworkName::new("a").unwrap();
    container.spec.networks.insert(network, attachment);
    let error = engine
        .create_container(&container)
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "`networks.a.interface_name` of container app-web-1 cannot be carried: it needs engine API 1.49, and this \
         engine has 1.41"
    );
    assert_eq!(engine.calls(), 1);
}

#[tokio::test]
async fn a_refused_pull_is_typed() {
    let (engine, server) = scripted(&[
        (
            "POST /v1.41/images/create?fromImage=me/x&tag=1",
            r#"404 {"message":"pull access denied for me/x, repository does not exist"}"#,
        ),
        (
            "POST /v1.41/images/create?fromImage=me/x&tag=latest&platform=linux/arm64",
            "200 {\"status\":\"Pulling\",\"id\":\"latest\"}\r\n{\"error\":\"no space left\"}\r\n",
        ),
    ])
    .await;
    let denied = engine
        .pull_image("me/x:1", None)
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(matches!(denied, EngineError::PullDenied { .. }), "{denied}");
    let told: Vec<_> = engine
        .pull_image("me/x", Some("linux/arm64"))
        .collect()
        .await;
    assert_eq!(told[0].as_ref().unwrap().status, "Pulling");
    assert_eq!(
        told[1].as_ref().unwrap_err().to_string(),
        "image me/x cannot be pulled: no space left"
    );
    server.await.unwrap();
}

#[tokio::test]
async fn a_push_has_its_header_without_credentials_too_and_is_typed_when_refused() {
    let (engine, server) = scripted(&[(
        "POST /v1.41/images/reg.io:5000/me/x/push?tag=latest",
        "200 {\"status\":\"Pushing\",\"id\":\"0123456789ab\",\"progressDetail\":{\"current\":5,\"total\":9}}\r\n\
         {\"error\":\"no basic auth credentials\"}\r\n",
    )])
    .await;
    let told: Vec<_> = engine.push_image("reg.io:5000/me/x").collect().await;
    let layer = told[0].as_ref().unwrap();
    assert_eq!((layer.current, layer.total), (Some(5), Some(9)));
    assert_eq!(
        told[1].as_ref().unwrap_err().to_string(),
        "push access denied for reg.io:5000/me/x: no basic auth credentials"
    );
    server.await.unwrap();
}

#[tokio::test]
async fn a_named_engine_that_does_not_answer_is_the_only_one_tried() {
    let error = DockerEngine::connect(Some("unix:///nowhere/engine.sock"), &|_| None)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no container engine answers: unix:///nowhere/engine.sock (the given host: no such file)"
    );
}
