//! Contexts on their way to the engine.

use std::fs::{self, File};

use crate::support::engine::Stack;

/// The most memory that sending a context may take, in kilobytes.
const MOST: u64 = 40 * 1024;

/// The most memory that a process had so far, in kilobytes.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn a_large_context_is_sent_in_little_memory() {
    let megabytes = if std::env::var_os("WINDLASS_SOAK").is_some() {
        1024
    } else {
        128
    };
    let file = "services: {app: {build: app, init: true}}";
    let stack = Stack::new("large-context", file);
    stack.file(
        "app/Dockerfile",
        "FROM busybox\nCMD [\"sleep\", \"1000\"]\n",
    );
    // A file with a hole takes no room here; it is sent in full.
    let large = File::create(stack.path("app/large")).expect("a file");
    large.set_len(megabytes << 20).expect("its length");
    let mut up = stack.start(&["up"]);
    up.until(" Built");
    let peak = peak(up.id());
    up.interrupt();
    up.end();
    assert!(peak < MOST, "{peak} kB for a context of {megabytes} MB");
    stack.ok(&["down", "--rmi", "local"]);
}
