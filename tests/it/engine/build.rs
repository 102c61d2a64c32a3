//! Images that are built.

mod buildx;
mod context;
mod remote;
mod section;

use crate::support::engine::Stack;

const BUILT: &str = "\
services:
  app:
    build:
      context: app
      target: wanted
      args:
        GREETING: hello
        FROM_ENVIRONMENT:
    command: sleep 1000
    init: true
  inline:
    build:
      context: app
      dockerfile_inline: |
        FROM busybox
        COPY . /context
        CMD [\"sleep\", \"1000\"]
    init: true
";

const DOCKERFILE: &str = "\
FROM busybox AS wanted
ARG GREETING
ARG FROM_ENVIRONMENT
RUN echo \"$GREETING $FROM_ENVIRONMENT\" > /greeting
FROM wanted AS unwanted
RUN exit 1
";

fn stack(topic: &str) -> Stack {
    let stack = Stack::new(topic, BUILT).env("FROM_ENVIRONMENT", "world");
    stack.file("app/Dockerfile", DOCKERFILE);
    stack.file("app/.dockerignore", "secret\n**/*.log\n!keep.log\n");
    stack.file("app/secret/key", "x");
    stack.file("app/sub/a.log", "x");
    stack.file("app/keep.log", "x");
    stack.file("app/sub/code", "x");
    stack
}

#[test]
fn builds_take_target_arguments_inline_files_and_leave_out_what_is_ignored() {
    let stack = stack("build");
    stack.ok(&["up", "-d"]);
    let greeting = stack.exec("app", &["cat", "/greeting"]);
    assert_eq!(greeting, (0, "hello world\n".to_owned()));
    let (_, files) = stack.exec(
        "inline",
        &["sh", "-c", "cd /context && find . -type f | sort"],
    );
    // The files that the builder itself reads may be left out of an inline build's context.
    let files: Vec<&str> = files
        .lines()
        .filter(|file| !file.contains("ocker"))
        .collect();
    assert_eq!(files, ["./keep.log", "./sub/code"]);
    let image = &stack.container("app")["Config"]["Image"];
    // Podman adds the registry and the tag that Docker takes for granted.
    let name = format!("{}-app", stack.project());
    let image = image.as_str().unwrap_or_default();
    assert!(
        image == name || image == format!("docker.io/library/{name}:latest"),
        "{image}"
    );
    stack.ok(&["plan"]);

    // The same build again brings the same image: nothing is replaced. Another argument brings another one.
    let (app, inline) = (stack.id("app"), stack.id("inline"));
    stack.ok(&["up", "-d", "--build"]);
    assert_eq!(
        (stack.id("app"), stack.id("inline")),
        (app.clone(), inline.clone())
    );
    stack.edit("stack.yaml", "GREETING: hello", "GREETING: ahoy");
    stack.ok(&["up", "-d", "--build"]);
    assert_ne!(stack.id("app"), app);
    assert_eq!(stack.id("inline"), inline);
    assert_eq!(stack.exec("app", &["cat", "/greeting"]).1, "ahoy world\n");

    stack.ok(&["down", "--rmi", "local"]);
    let image = format!("images/{}-app/json", stack.project());
    assert!(stack.api().get(&image).is_none());
}

#[test]
fn a_failing_build_shows_its_last_output_and_changes_nothing_else() {
    let stack = stack("badbuild");
    stack.file(
        "app/Dockerfile",
        "FROM busybox AS wanted\nRUN echo the rope is frayed && exit 42\n",
    );
    let failed = stack.fails(1, &["up", "-d"]);
    assert!(
        !stack.states().iter().any(|state| state.starts_with("app")),
        "{:?}",
        stack.states()
    );
    failed.says(&[
        &format!("image {}-app cannot be built", stack.project()),
        "Dockerfile:2:\n    | RUN echo the rope is frayed && exit 42\n",
        "its last output:\n    | the rope is frayed\n",
        "42",
    ]);
    stack.file("app/Dockerfile", DOCKERFILE);
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), ["app-1 running", "inline-1 running"]);
}

#[test]
fn a_context_or_dockerfile_that_is_not_there_is_named() {
    let stack = Stack::new("nocontext", "services: {app: {build: {context: nowhere}}}");
    stack.fails(1, &["up", "-d"]).says(&["nowhere"]);
    stack.file("nowhere/readme", "x");
    stack.fails(1, &["up", "-d"]).says(&["Dockerfile"]);
    assert_eq!(stack.states(), [""; 0]);
}

#[test]
fn a_quiet_build_says_only_that_it_builds() {
    let stack = stack("quiet-build");
    let up = stack.ok(&["up", "-d", "--build", "--quiet-build"]);
    up.says(&[" Building\n", " Built\n"]);
    assert!(!up.stderr.contains("RUN echo"), "{}", up.both());
    assert!(!up.stderr.contains("FROM busybox"), "{}", up.both());
}

#[test]
fn what_changed_since_a_build_is_told_and_not_built() {
    let stack = Stack::new(
        "build-inputs",
        "
services:
  keeper:
    build: {context: app, args: {LEVEL: '1'}, additional_contexts: {lib: lib}}
    stop_signal: SIGKILL
",
    );
    stack.file("app/.dockerignore", "*.log\n");
    stack.file("lib/x.py", "one");
    stack.file(
        "app/Dockerfile",
        "FROM busybox\nARG LEVEL\nCOPY app.py /\nCOPY --from=lib x.py /\nCMD [\"sleep\", \"1000\"]\n",
    );
    stack.file("app/app.py", "one");
    stack.ok(&["up", "-d"]);
    let id = stack.id("keeper");
    stack.file("app/x.log", "");
    stack.file("app/app.py", "one");
    let same = stack.fails(0, &["plan"]);
    assert!(
        !same.stderr.contains("since its image was built"),
        "{}",
        same.both()
    );
    stack.file("app/app.py", "two");
    stack.file("lib/x.py", "two");
    stack.edit("stack.yaml", "LEVEL: '1'", "LEVEL: '2'");
    let told =
        "keeper: build.args.LEVEL, app.py, lib/x.py changed since its image was built; up --build";
    stack.fails(0, &["plan"]).says(&[told]);
    stack.ok(&["up", "-d"]).says(&[told]);
    assert_eq!(stack.id("keeper"), id, "as with docker compose");
    let built = stack.ok(&["up", "-d", "--build"]);
    assert!(
        !built.stderr.contains("since its image was built"),
        "{}",
        built.both()
    );
    assert_ne!(stack.id("keeper"), id);
    let same = stack.fails(0, &["plan"]);
    assert!(
        !same.stderr.contains("since its image was built"),
        "{}",
        same.both()
    );
}
