//! The examples, raised, used and lowered as their pages tell the reader to.

mod application;
mod classic;
mod container;
mod flask_mysql;
mod guide;
mod network;
mod reader;
mod volume;

use std::collections::BTreeSet;
use std::path::Path;

/// The folders of `examples/` with the test that does what a reader does.
const TESTED: [(&str, &str); 11] = [
    ("compose-classics", "classic"),
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
            text.contains(&format!("Reader::of(\"{example}\")")),
            "{example} is not in {module}.rs"
        );
    }
}
