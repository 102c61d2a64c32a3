//! An engine that only answers, at once and over HTTP: it keeps what it is told to make, starts nothing, and counts the
//! calls. What windlass does to it costs windlass's own time alone.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// The engine; it answers until the test ends.
pub(crate) struct Answering {
    folder: TempDir,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Answering {
    /// An engine of this API version that has every image.
    pub(crate) fn new(api: &'static str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let socket = folder.path().join("engine.sock");
        let listener = UnixListener::bind(socket).expect("a socket");
        let calls = Arc::<Mutex<Vec<String>>>::default();
        let book = Arc::clone(&calls);
        thread::spawn(move || {
            let mut there = There {
                api,
                ..There::default()
            };
            for stream in listener.incoming().map_while(Result::ok) {
                // Who breaks off misses the answer.
                let _ = there.serve(stream, &book);
            }
        });
        Self { folder, calls }
    }

    /// Its address, for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}/engine.sock", self.folder.path().display())
    }

    /// `METHOD /path` of the calls since this was asked last, without version and query.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().expect("the calls"))
    }
}

#[derive(Default)]
struct There {
    api: &'static str,
    /// By id, as they are inspected.
    containers: Map<String, Value>,
    networks: Vec<Value>,
    volumes: Vec<Value>,
    listeners: Vec<UnixStream>,
}

impl There {
    fn serve(&mut self, mut stream: UnixStream, book: &Mutex<Vec<String>>) -> std::io::Result<()> {
        let (method, target, body) = request(&mut stream)?;
        let path = target.split('?').next().unwrap_or_default();
        let path = match path.strip_prefix("/v1.") {
            Some(rest) => &rest[rest.find('/').unwrap_or(0)..],
            None => path,
        };
        let call = format!("{method} {path}");
        book.lock().expect("the calls").push(call.clone());
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if parts == ["events"] {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")?;
            self.listeners.push(stream);
            return Ok(());
        }
        let (status, answer) = self.answer(&method, &parts, &target, &body);
        let answer = answer.to_string();
        let api = self.api;
        write!(
            stream,
            "HTTP/1.1 {status}\r\nApi-Version: {api}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{answer}",
            answer.len()
        )
    }

    fn answer(
        &mut self,
        method: &str,
        parts: &[&str],
        target: &str,
        body: &Value,
    ) -> (&'static str, Value) {
        let answer = match (method, parts) {
            ("GET", ["containers", "json"]) => {
                let rows = self.containers.iter();
                rows.map(|(id, it)| json!({"Id": id, "Image": it["Config"]["Image"]}))
                    .collect()
            }
            ("GET", ["networks"]) => self.networks.clone().into(),
            ("GET", ["volumes"]) => json!({"Volumes": self.volumes}),
            ("GET", ["images", .., "json"]) => json!({"Id": "sha256:1", "Config": {}}),
            ("POST", ["networks", "create"]) => {
                let mut network = body.clone();
                network["Id"] = json!(format!("network {}", text(&body["Name"])));
                self.networks.push(network.clone());
                network
            }
            ("POST", ["volumes", "create"]) => {
                let mut volume = body.clone();
                for (key, value) in [
                    ("Driver", json!("local")),
                    ("Mountpoint", json!("/")),
                    ("Scope", json!("local")),
                    ("Options", json!({})),
                ] {
                    volume[key] = value;
                }
                self.volumes.push(volume.clone());
                volume
            }
            ("POST", ["containers", "create"]) => {
                let id = format!("{:064x}", self.containers.len() + 1);
                self.containers
                    .insert(id.clone(), container(&id, target, body));
                json!({"Id": id})
            }
            ("POST", ["networks", name, "connect"]) => {
                let container = &mut self.containers[text(&body["Container"])];
                let mut endpoint = body["EndpointConfig"].clone();
                endpoint["NetworkID"] = json!(format!("network {name}"));
                container["NetworkSettings"]["Networks"][*name] = endpoint;
                json!({})
            }
            ("POST", ["containers", id, "start"]) => {
                self.containers[*id]["State"] = json!({
                    "Status": "running", "Pid": 1, "StartedAt": "2026-01-01T00:00:00Z",
                    "Health": {"Status": "starting"},
                });
                self.tell(id);
                return ("204 No Content", json!(""));
            }
            ("GET", ["containers", id, "json"]) => self
                .containers
                .get(*id)
                .or_else(|| self.containers.values().find(|it| text(&it["Name"]) == *id))
                .cloned()
                .unwrap_or_default(),
            ("POST", ["containers", _, "exec"]) => json!({"Id": "exec"}),
            ("GET", ["exec", ..]) => json!({"Running": false, "ExitCode": 0}),
            _ => json!({}),
        };
        ("200 OK", answer)
    }

    /// Tells all who listen that a container was started.
    fn tell(&mut self, id: &str) {
        let event =
            json!({"Type": "container", "Action": "start", "Actor": {"ID": id, "Attributes": {}}});
        let line = format!("{event}\n");
        (self.listeners).retain_mut(|listener| listener.write_all(line.as_bytes()).is_ok());
    }
}

/// A container as it is inspected, from what was asked for.
fn container(id: &str, target: &str, body: &Value) -> Value {
    let name = target.split("name=").nth(1).unwrap_or_default();
    let name = name.split('&').next().unwrap_or_default();
    let mut networks = body["NetworkingConfig"]["EndpointsConfig"].clone();
    for (network, endpoint) in networks.as_object_mut().into_iter().flatten() {
        endpoint["NetworkID"] = json!(format!("network {network}"));
    }
    json!({
        "Id": id, "Name": name, "Image": "sha256:1", "Config": body, "HostConfig": body["HostConfig"],
        "State": {"Status": "created"}, "NetworkSettings": {"Networks": networks},
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Method, target and body of a request.
fn request(stream: &mut UnixStream) -> std::io::Result<(String, String, Value)> {
    let mut read = Vec::new();
    let mut buffer = [0; 16 << 10];
    let mut more = |read: &mut Vec<u8>| -> std::io::Result<()> {
        match stream.read(&mut buffer)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            length => {
                read.extend_from_slice(&buffer[..length]);
                Ok(())
            }
        }
    };
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        more(&mut read)?;
    };
    let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
    let length = head.split("content-length:").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
    while read.len() < end + length.unwrap_or(0) {
        more(&mut read)?;
    }
    let line = String::from_utf8_lossy(&read[..end]);
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let body = serde_json::from_slice(&read[end..]).unwrap_or_default();
    Ok((word(), word(), body))
}
