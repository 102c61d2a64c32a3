//! `build`, `pull` and `push`: images come and go, containers stay.

use serde_json::Value;

use crate::support::engine::{Stack, free_port, is_podman};

const BUILT: &str = "\
services:
  web:
    build: {context: ., args: {COLOUR: red}}
    command: sleep 1000
    init: true
    depends_on: [base]
  base:
    image: PROJECT-base:1
    build: {context: ., args: {COLOUR: grey}}
    command: sleep 1000
    init: true
  plain:
    image: PROJECT-plain:1
";

const DOCKERFILE: &str = "FROM busybox\nARG COLOUR\nLABEL colour=$COLOUR\n";

fn stack(topic: &str) -> Stack {
    let stack = Stack::empty(topic);
    stack.file("stack.yaml", &BUILT.replace("PROJECT", stack.project()));
    stack.file("Dockerfile", DOCKERFILE);
    stack
}

/// The colour of an image of the project; none where there is no such image.
fn colour(stack: &Stack, image: &str) -> Option<String> {
    let path = format!("images/{}-{image}/json", stack.project());
    let image = stack.api().get(&path)?;
    let colour = image["Config"]["Labels"]["colour"].as_str();
    colour.map(str::to_owned)
}

#[test]
fn images_are_built_and_containers_stay() {
    let stack = stack("imagebuild");
    let planned = stack.ok(&["--dry-run", "build"]);
    planned.prints(&["2 to build"]);
    assert_eq!(colour(&stack, "web"), None);
    let built = stack.ok(&["build", "web"]);
    assert_eq!(colour(&stack, "web").as_deref(), Some("red"));
    assert_eq!(colour(&stack, "base:1"), None, "nobody asked for it");
    built.says(&[&format!(" Image {}-web Built\n", stack.project())]);
    stack.ok(&["up", "-d", "web"]);
    let web = stack.id("web");
    let quiet = stack.ok(&[
        "build",
        "-q",
        "--build-arg",
        "COLOUR=blue",
        "--with-dependencies",
        "web",
    ]);
    assert_eq!(quiet.both(), "--- stdout\n--- stderr\n");
    assert_eq!(colour(&stack, "web").as_deref(), Some("blue"));
    assert_eq!(colour(&stack, "base:1").as_deref(), Some("blue"));
    assert_eq!(stack.id("web"), web);
    stack.ok(&["up", "-d", "web"]);
    assert_ne!(stack.id("web"), web);
    let plain = stack.ok(&["build", "plain"]);
    assert_eq!(
        plain.stderr,
        format!("{}: nothing to build\n", stack.project())
    );
    stack.ok(&["down", "--rmi", "all"]);
}

#[test]
fn what_cannot_be_built_is_refused() {
    let stack = stack("imageno");
    stack
        .fails(1, &["build", "nobody"])
        .says(&["no such service: nobody"]);
    stack.ok(&["build", "--provenance=false", "--sbom=false", "plain"]);
    stack.file("Dockerfile", "FROM busybox\nRUN exit 3\n");
    stack.fails(1, &["build", "web"]).says(&["cannot be built"]);
    assert_eq!(colour(&stack, "web"), None);
}

/// A registry that keeps everything in memory.
const REGISTRY: &str = r#"
import hashlib, http.server, re
blobs, manifests, uploads = {}, {}, {}
class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole
    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
    def do_GET(self):
        place = self.path.rsplit("/", 1)[-1]
        if "/blobs/" in self.path and place in blobs:
            self.answer(200, blobs[place], Docker_Content_Digest=place)
        elif "/manifests/" in self.path and self.path in manifests:
            kind, body = manifests[self.path]
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            self.answer(200, body, Content_Type=kind, Docker_Content_Digest=digest)
        else:
            self.answer(200 if self.path == "/v2/" else 404)
    do_HEAD = do_GET
    def do_POST(self):
        self.body()
        place = "%s%d" % (self.path, len(uploads) + 1)
        uploads[place] = b""
        self.answer(202, Location=place, Range="0-0")
    def do_PATCH(self):
        uploads[self.path] += self.body()
        self.answer(202, Location=self.path, Range="0-%d" % (len(uploads[self.path]) - 1))
    def do_PUT(self):
        body = self.body()
        if "/manifests/" in self.path:
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            kind = self.headers["Content-Type"]
            manifests[self.path] = manifests[self.path.rsplit("/", 1)[0] + "/" + digest] = kind, body
        else:
            place, digest = re.match(r"(.*)\?.*digest=(.*)", self.path).groups()
            digest = digest.replace("%3A", ":")
            blobs[digest] = uploads.pop(place) + body
        self.answer(201, Docker_Content_Digest=digest)
print("listens", flush=True)
http.server.ThreadingHTTPServer(("", 5000), Registry).serve_forever()
"#;

#[test]
fn images_travel_through_a_registry() {
    if is_podman() {
        // It speaks to registries by TLS only, unless its settings say otherwise.
        return;
    }
    let stack = Stack::empty("imagetravel");
    let port = free_port();
    let file = "\
services:
  registry:
    image: python:3.11-slim
    command: python -u /registry.py
    init: true
    configs: [{source: registry, target: /registry.py}]
    ports: [\"127.0.0.1:PORT:5000\"]
  web:
    image: localhost:PORT/PROJECT-web:1
    build: .
    depends_on: [plain]
  plain:
    image: busybox
configs:
  registry: {file: registry.py}
";
    let file = file.replace("PORT", &port.to_string());
    stack.file("stack.yaml", &file.replace("PROJECT", stack.project()));
    stack.file("registry.py", REGISTRY);
    stack.file("Dockerfile", DOCKERFILE);
    let image = format!("localhost:{port}/{}-web:1", stack.project());
    let id = || {
        let found = stack.api().get(&format!("images/{image}/json"));
        found.map(|image| image["Id"].clone())
    };
    let missing = stack.fails(1, &["push", "web"]);
    missing.says(&[&format!("image {image} cannot be pushed")]);
    stack
        .ok(&["push", "--ignore-push-failures", "web"])
        .says(&["warning: "]);
    stack.ok(&["up", "-d", "registry"]);
    stack.start(&["logs", "-f", "registry"]).until("listens");
    stack.ok(&["build", "--push", "web"]);
    let built: Option<Value> = id();
    assert!(built.is_some());
    let pushed = stack.ok(&["push"]);
    pushed.says(&[
        &format!(" Image {image} Pushed\n"),
        " Image busybox Skipped: it is not built here\n",
    ]);
    // Layer by layer for programs.
    let told = stack.ok(&["--progress", "json", "push", "web"]);
    told.says(&[&format!(
        r#""parent_id":"Image {image}","status":"Done","text":"Layer already exists""#
    )]);
    stack.api().delete(&format!("images/{image}"));
    assert_eq!(id(), None);
    stack
        .ok(&["pull", "--ignore-buildable", "web"])
        .says(&["Skipped: it can be built"]);
    assert_eq!(id(), None);
    let pulled = stack.ok(&["pull", "web"]);
    assert_eq!(id(), built);
    pulled.says(&[&format!(" Image {image} Pulled\n")]);
    let again = stack.ok(&["pull", "--policy", "missing", "web"]);
    again.says(&[&format!(" Image {image} Skipped: it is there already\n")]);
    stack.ok(&["down", "-t", "0"]);
    let failed = stack.fails(1, &["pull", "-q", "web"]);
    failed.says(&[&image]);
    stack
        .ok(&["pull", "--ignore-pull-failures", "web"])
        .says(&["warning: "]);
    assert_eq!(id(), built, "what is there stays");
    stack
        .fails(1, &["pull", "nobody"])
        .says(&["no such service: nobody"]);
    stack.api().delete(&format!("images/{image}"));
}
