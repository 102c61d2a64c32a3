//! Loading takes memory and time in proportion to the stack.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::support::cost::{Cost, assert_growth, cost};

/// A stack of so many services, each of which depends on the one before.
fn stack(services: usize) -> String {
    let mut text = "services:\n".to_owned();
    for number in 0..services {
        let _ = write!(
            text,
            "  s{number}:\n    image: busybox:${{TAG:-1}}\n    environment: {{A: b, NUMBER: \"{number}\"}}\n    \
             ports: [\"80\"]\n    volumes: [data:/data]\n"
        );
        if let Some(before) = number.checked_sub(1) {
            let _ = writeln!(text, "    depends_on: [s{before}]");
        }
    }
    text + "volumes:\n  data:\n"
}

/// What `config -q` takes for a stack of so many services.
fn load(services: usize) -> Cost {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("compose.yaml"), stack(services)).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
    let command = command.args(["config", "-q"]).env_clear();
    cost(command.current_dir(folder.path()))
}

#[test]
fn memory_and_time_grow_no_faster_than_the_stack() {
    // Four times the services; what grew with the square would take up to sixteen times as much.
    let (small, large, largest) = (load(500), load(2000), load(8000));
    assert_growth(4.0, &small, &large);
    assert_growth(4.0, &large, &largest);
}
