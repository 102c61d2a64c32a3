//! Contexts that the engine fetches itself.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::support::engine::Stack;
use crate::support::registry::Registry;

/// This machine, as the engine sees it.
fn own_address() -> String {
    let engine = std::env::var("WINDLASS_TEST_ADDRESS").expect("the engine's address");
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    // Nothing is sent: the kernel only chooses the way.
    socket
        .connect((engine.as_str(), 9))
        .expect("a way to the engine");
    socket.local_addr().expect("an address").ip().to_string()
}

/// A port of this machine that is free.
fn free_port(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    let author = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
    let git = git.args(author).args(args).current_dir(folder);
    let output = git.output().expect("git");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A server of this folder's repositories, which ends with the test.
struct GitServer(Child);

impl GitServer {
    fn of(folder: &Path, address: &str, port: u16) -> Self {
        let mut git = Command::new("git");
        let folder_of_git = git.arg("--exec-path").output().expect("git").stdout;
        let folder_of_git = String::from_utf8(folder_of_git).expect("a path");
        // Not by `git daemon`, which would live on in a second process.
        let mut git = Command::new(Path::new(folder_of_git.trim()).join("git-daemon"));
        git.args(["--verbose", "--export-all", "--reuseaddr"])
            .arg(format!("--base-path={}", folder.display()))
            .arg(format!("--listen={address}"))
            .arg(format!("--port={port}"))
            .stderr(Stdio::piped());
        let mut server = git.spawn().expect("git daemon");
        let mut said = String::new();
        let stderr = server.stderr.take().expect("its words");
        let mut lines = BufReader::new(stderr);
        while !said.contains("Ready to rumble") {
            assert!(lines.read_line(&mut said).expect("a line") > 0, "{said}");
        }
        // It must not end for want of a reader.
        thread::spawn(move || lines.lines().for_each(drop));
        Self(server)
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const DOCKERFILE: &str = "FROM busybox\nCOPY plank /plank\nCMD sleep 1000\n";

#[test]
fn a_git_repository_is_fetched_by_the_engine() {
    let stack = Stack::empty("git");
    let address = own_address();
    let port = free_port(&address);
    let file = format!(
        "services: {{app: {{build: 'git://{address}:{port}/deck/.git#upper', init: true}}}}"
    );
    stack.file("stack.yaml", &file);
    stack.file("deck/Dockerfile", DOCKERFILE);
    stack.file("deck/plank", "oak");
    let deck = stack.path("deck");
    for args in [
        &["init", "-q"][..],
        &["checkout", "-q", "-b", "upper"],
        &["add", "."],
        &["commit", "-qm", "x"],
    ] {
        git(&deck, args);
    }
    let _server = GitServer::of(&stack.path(""), &address, port);
    stack.ok(&["up", "-d"]).says(&["load git source"]);
    assert_eq!(stack.exec("app", &["cat", "/plank"]).1, "oak");
    stack.ok(&["down", "--rmi", "local"]);

    // The engine's builder would have to log in for this one.
    let registry = Registry::of("sailor", "anchor");
    let private = format!("FROM {}\n", registry.image("private/base:1"));
    stack.file("deck/Dockerfile", &private);
    git(&deck, &["checkout", "-q", "-b", "lower"]);
    git(&deck, &["commit", "-qam", "x"]);
    stack.file("stack.yaml", &file.replace("#upper", "#lower"));
    let hint = "pull those of another one first, with `docker pull`";
    stack.fails(1, &["build"]).says(&[hint]);
}

#[test]
fn an_archive_is_fetched_by_the_engine() {
    let stack = Stack::empty("archive");
    stack.file("deck/Dockerfile", DOCKERFILE);
    stack.file("deck/plank", "elm");
    let mut tar = Command::new("tar");
    let tar = tar.args(["-c", "."]).current_dir(stack.path("deck"));
    let archive = tar.output().expect("tar").stdout;
    let address = own_address();
    let listener = TcpListener::bind((address.as_str(), 0)).expect("a port");
    let port = listener.local_addr().expect("its number").port();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(client.try_clone().expect("a handle")).lines();
            while lines
                .next()
                .and_then(Result::ok)
                .is_some_and(|line| !line.is_empty())
            {}
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                archive.len()
            );
            // The engine may ask for the head alone, and go away.
            let _ = client
                .write_all(head.as_bytes())
                .and_then(|()| client.write_all(&archive));
        }
    });
    let file =
        format!("services: {{app: {{build: 'http://{address}:{port}/deck.tar', init: true}}}}");
    stack.file("stack.yaml", &file);
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.exec("app", &["cat", "/plank"]).1, "elm");
    stack.ok(&["down", "--rmi", "local"]);
}
