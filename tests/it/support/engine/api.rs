//! The engine's own interface, by hand: what a test believes is not what windlass says.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

/// An engine behind a unix socket.
pub(crate) struct Api {
    socket: String,
}

impl Api {
    /// The engine at this address.
    pub(super) fn of(host: &str) -> Self {
        let socket = host.strip_prefix("unix://");
        let socket = socket.unwrap_or_else(|| panic!("{host} is no unix:// address"));
        Self {
            socket: socket.to_owned(),
        }
    }

    /// One request; answers status and body.
    fn request(&self, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let mut stream = UnixStream::connect(&self.socket)
            .unwrap_or_else(|error| panic!("the engine at {}: {error}", self.socket));
        let length = body.len();
        // Of HTTP/1.0 the answer ends with the connection.
        write!(
            stream,
            "{method} /{path} HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.expect("the end of the head");
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        (status.expect("a status"), answer[end + 4..].to_vec())
    }

    /// What is there; none where there is no such thing.
    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        let (status, body) = self.request("GET", path, "");
        (status == 200).then(|| serde_json::from_slice(&body).expect("JSON"))
    }

    /// Makes something, or does something to it; without a body where that is null.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        // An engine that reads no body resets the connection where one is sent.
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (status, answer) = self.request("POST", path, &body);
        let text = String::from_utf8_lossy(&answer);
        assert!(status < 300, "{path}: {status} {text}");
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    /// Removes something, if it is there.
    pub(crate) fn delete(&self, path: &str) {
        self.request("DELETE", path, "");
    }

    /// What carries the project's label; `path` ends where a query goes on.
    pub(crate) fn list(&self, path: &str, project: &str) -> Vec<Value> {
        let label = format!("com.docker.compose.project={project}");
        let filters = json!({ "label": [label] }).to_string();
        let filters = filters
            .bytes()
            .fold(String::new(), |text, byte| text + &format!("%{byte:02x}"));
        let found = self.get(&format!("{path}filters={filters}"));
        match found.unwrap_or_default() {
            Value::Array(entries) => entries,
            // Volumes are wrapped.
            Value::Object(mut wrapped) => match wrapped.remove("Volumes") {
                Some(Value::Array(entries)) => entries,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Runs a command in a container, as a user unless that is empty; answers its exit code and output.
    #[track_caller]
    pub(crate) fn exec(&self, container: &str, user: &str, command: &[&str]) -> (i64, String) {
        let wish = json!({
            "AttachStdout": true,
            "AttachStderr": true,
            "Tty": true,
            "User": user,
            "Cmd": command,
        });
        let made = self.post(&format!("containers/{container}/exec"), &wish);
        let id = made["Id"].as_str().expect("an id");
        let wish = json!({ "Detach": false, "Tty": true }).to_string();
        let (_, output) = self.request("POST", &format!("exec/{id}/start"), &wish);
        let ended = self.get(&format!("exec/{id}/json")).expect("the exec");
        let output = String::from_utf8_lossy(&output).replace("\r\n", "\n");
        (ended["ExitCode"].as_i64().unwrap_or(-1), output)
    }

    /// Removes all that carries the project's label.
    pub(super) fn clear(&self, project: &str) {
        for (list, kind, query) in [
            // Podman removes a container by half where others are in its namespaces, and can be told to take these too.
            (
                "containers/json?all=1&",
                "v4.0.0/libpod/containers",
                "?force=true&v=true&depend=true",
            ),
            ("containers/json?all=1&", "containers", "?force=1&v=1"),
            ("networks?", "networks", ""),
            ("volumes?", "volumes", "?force=1"),
            ("images/json?", "images", "?force=1"),
        ] {
            for entry in self.list(list, project) {
                let name = entry["Id"].as_str().or(entry["Name"].as_str());
                self.delete(&format!("{kind}/{}{query}", name.unwrap_or_default()));
            }
        }
    }
}
