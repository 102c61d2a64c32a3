//! The examples, raised, used and lowered as their pages tell the reader to.

mod application;
mod container;
mod flask_mysql;
mod network;
mod volume;

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::engine::{Stack, http};

/// The folders of `examples/` with the test that does what a reader does.
const TESTED: [(&str, &str); 11] = [
    ("compose-classics", "volume"),
    ("flask-mysql", "flask_mysql"),
    ("flask-slim", "application"),
    ("hello-world", "container"),
    ("host-network", "network"),
    ("networks", "network"),
    ("shared-volume", "volume"),
    ("tmpfs-and-limits", "container"),
    ("two-apps", "application"),
    ("web-hello-world", "application"),
    ("weblistener", "application"),
];

/// An example under a name of its own.
fn example(name: &str) -> Stack {
    Stack::of_example(&format!("ex-{name}"), name)
}

/// What a page answers.
#[track_caller]
fn page(port: u16) -> String {
    let answer = http("GET", port, "/", "");
    let Some((200, body)) = answer else {
        panic!("port {port} answers {answer:?}");
    };
    body
}

/// Lowers it with its volumes, and looks that nothing is left.
#[track_caller]
fn lower(stack: &Stack, args: &[&str]) {
    let mut down = args.to_vec();
    down.extend(["down", "-v"]);
    stack.ok(&down);
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), [""; 0]);
}

#[test]
fn every_example_has_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = std::fs::read_dir(folder).expect("examples");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let found: BTreeSet<String> = paths
        .filter(|path| path.is_dir())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    let tested: BTreeSet<String> = TESTED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, tested);
    for (example, module) in TESTED {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/it/engine/example/{module}.rs"));
        let text = std::fs::read_to_string(file).expect("a test");
        assert!(
            text.contains(&format!("\"{example}")),
            "{example} is not in {module}.rs"
        );
    }
}
