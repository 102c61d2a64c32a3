use futures_util::StreamExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixListener;

use super::*;

/// A listener that answers every connection with `answer` and returns the request heads it saw.
fn answering(
    answer: &'static str,
    connections: usize,
) -> (
    tempfile::TempDir,
    Transport,
    tokio::task::JoinHandle<Vec<String>>,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let server = tokio::spawn(async move {
        let mut heads = Vec::new();
        for _ in 0..connections {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            heads.push(head);
        }
        heads
    });
    (folder, Transport::new(Address::Unix(path)), server)
}

const PONG: &str = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";

#[tokio::test]
async fn the_older_version_is_sent_with_every_call() {
    let (_folder, transport, server) = answering(PONG, 3);
    let ping = transport.negotiate().await.unwrap();
    assert_eq!(
        ping,
        Ping {
            api_version: ApiVersion::new(1, 41),
            builder_version: None,
            os: "linux".to_owned(),
            podman: false
        }
    );
    let (docker, patient) = transport.bollard().unwrap();
    assert_eq!(docker.ping().await.unwrap(), "OK");
    assert_eq!(patient.ping().await.unwrap(), "OK");
    assert_eq!(transport.calls(), 3);
    let heads = server.await.unwrap();
    assert!(
        heads[0].starts_with("GET /_ping HTTP/1.1\r\n"),
        "{}",
        heads[0]
    );
    assert!(
        heads[1].starts_with("GET /v1.41/_ping HTTP/1.1\r\n"),
        "{}",
        heads[1]
    );
    assert!(heads[2].contains("host: engine\r\n"), "{}", heads[2]);
}

#[tokio::test]
async fn a_newer_engine_is_spoken_to_in_our_version() {
    let (_folder, transport, _server) = answering(
        "HTTP/1.1 200 OK\r\nApi-Version: 1.99\r\nContent-Length: 0\r\n\r\n",
        1,
    );
    transport.negotiate().await.unwrap();
    assert_eq!(transport.version(), ApiVersion::OURS);
}

#[tokio::test]
async fn what_is_no_engine_is_refused() {
    let (_folder, transport, _server) =
        answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);
    let error = transport.negotiate().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "what answers there is not a container engine"
    );
    let (_folder, transport, _server) = answering(
        "HTTP/1.1 200 OK\r\nApi-Version: 1.24\r\nContent-Length: 0\r\n\r\n",
        1,
    );
    let error = transport.negotiate().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the engine speaks API 1.24, at least 1.40 is needed"
    );
}

#[tokio::test]
async fn the_kind_of_a_failed_connection_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sock");
    let kind = |path: std::path::PathBuf| async {
        Transport::new(Address::Unix(path))
            .negotiate()
            .await
            .unwrap_err()
            .kind()
    };
    assert_eq!(kind(path.clone()).await, io::ErrorKind::NotFound);
    drop(UnixListener::bind(&path).unwrap());
    assert_eq!(kind(path).await, io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn an_upgraded_connection_carries_output() {
    let answer = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\u{1}\0\0\0\0\0\0\u{3}hi\n";
    let (_folder, transport, _server) = answering(answer, 1);
    let (docker, _) = transport.bollard().unwrap();
    let started = docker.start_exec("id", None).await.unwrap();
    let bollard::exec::StartExecResults::Attached { mut output, .. } = started else {
        panic!("not attached")
    };
    assert_eq!(output.next().await.unwrap().unwrap().to_string(), "hi\n");
}
