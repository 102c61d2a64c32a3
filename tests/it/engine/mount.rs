//! Mounts of every kind.

use serde_json::Value;

use crate::support::engine::Stack;

const MOUNTS: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    environment: {GENERATION: 1}
    volumes:
      - ./folder:/bind:ro
      - named:/named
      - /anonymous
      - type: tmpfs
        target: /memory
        tmpfs: {size: 1m}
    tmpfs: /scratch
volumes:
  named:
";

#[test]
fn mounts_of_every_kind_are_there_and_keep_what_they_hold() {
    let stack = Stack::new("mounts", MOUNTS);
    stack.file("folder/hello", "from the host\n");
    stack.ok(&["up", "-d"]);
    let sh = |script: &str| stack.exec("web", &["sh", "-c", script]);
    assert_eq!(sh("cat /bind/hello"), (0, "from the host\n".to_owned()));
    assert_ne!(sh("echo x > /bind/x").0, 0, "read-only");
    for path in ["/named", "/anonymous", "/memory", "/scratch"] {
        assert_eq!(sh(&format!("echo kept > {path}/file")).0, 0, "{path}");
    }
    for path in ["/memory", "/scratch"] {
        let (_, mounted) = sh(&format!("grep ' {path} ' /proc/mounts"));
        assert!(mounted.starts_with("tmpfs "), "{path}: {mounted}");
    }
    let (_, memory) = sh("grep ' /memory ' /proc/mounts");
    assert!(memory.contains("size=1024k"), "{memory}");
    let mounted: Vec<Value> = stack.container("web")["Mounts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|mount| mount["Name"].clone())
        .collect();
    assert!(
        mounted.contains(&Value::from(format!("{}_named", stack.project()))),
        "{mounted:?}"
    );
    stack.ok(&["plan"]);

    // A new container gets the named and the anonymous volume of the old one.
    let web = stack.id("web");
    stack.edit("stack.yaml", "GENERATION: 1", "GENERATION: 2");
    stack.ok(&["up", "-d"]);
    assert_ne!(stack.id("web"), web);
    for path in ["/named", "/anonymous"] {
        assert_eq!(
            sh(&format!("cat {path}/file")),
            (0, "kept\n".to_owned()),
            "{path}"
        );
    }
    assert_ne!(sh("cat /scratch/file").0, 0);
    stack.ok(&["plan"]);

    let volume = |target: &str| {
        let mounts = stack.container("web")["Mounts"].clone();
        let mut mounts = mounts.as_array().into_iter().flatten();
        let found = mounts.find(|mount| mount["Destination"] == target);
        found.expect("a mount")["Name"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let (named, anonymous) = (volume("/named"), volume("/anonymous"));
    // Nothing has changed, but the container has such a volume.
    stack.ok(&["up", "-d", "-V"]);
    assert_eq!(volume("/named"), named);
    assert_ne!(volume("/anonymous"), anonymous);
    // Nobody's any more, and without a label: it would stay on the engine.
    stack.api().delete(&format!("volumes/{anonymous}"));
    assert_ne!(sh("cat /anonymous/file").0, 0);
    assert_eq!(sh("cat /named/file").0, 0);
}

#[test]
fn a_folder_that_is_not_there_is_made_where_the_short_form_says_so() {
    let stack = Stack::new(
        "newfolder",
        "services: {web: {image: busybox, command: sleep 1000, init: true, volumes: ['./new:/new']}}",
    );
    stack.ok(&["up", "-d"]);
    assert!(stack.path("new").is_dir());
}

#[test]
fn an_external_volume_must_be_there_and_is_left_there() {
    let stack = Stack::empty("extvol");
    let name = format!("{}-outside", stack.project());
    stack.file(
        "stack.yaml",
        &format!(
            "\
services: {{web: {{image: busybox, command: sleep 1000, init: true, volumes: ['data:/data']}}}}
volumes: {{data: {{external: true, name: {name}}}}}
"
        ),
    );
    stack.fails(1, &["up", "-d"]).says(&[&format!(
        "volume {name} declared as external, but could not be found"
    )]);
    assert_eq!((stack.states().len(), stack.resources().len()), (0, 0));
    let labels = serde_json::json!({ "com.docker.compose.project": stack.project() });
    let volume = serde_json::json!({ "Name": name, "Labels": labels });
    stack.api().post("volumes/create", &volume);
    stack.ok(&["up", "-d"]);
    stack.ok(&["down", "-v"]);
    assert!(stack.api().get(&format!("volumes/{name}")).is_some());
}
