//! Loading takes memory and time in proportion to the stack.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

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

/// What a run took.
#[derive(Debug)]
struct Cost {
    /// The most memory it had at once, in KiB.
    memory: f64,
    /// Processor time in the kernel's ticks.
    time: f64,
}

/// What `config -q` takes for a stack of so many services. The kernel is asked as long as the program runs; both numbers
/// only grow, and the most memory is taken long before the end.
fn cost(services: usize) -> Cost {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("compose.yaml"), stack(services)).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_windlass"))
        .args(["config", "-q"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .spawn()
        .expect("the program starts");
    let about = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id()));
    let (mut memory, mut time) = (0.0_f64, 0.0_f64);
    // Of one that has ended there is no memory to tell of.
    while let Some(now) = about("status").ok().as_deref().and_then(most_memory) {
        memory = memory.max(now);
        let ticks = about("stat").ok().as_deref().and_then(ticks);
        time = time.max(ticks.unwrap_or_default());
    }
    assert!(child.wait().expect("an end").success());
    Cost { memory, time }
}

fn most_memory(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line?.trim().trim_end_matches("kB").trim().parse().ok()
}

/// User and system time, the 14th and 15th field; the second one, in brackets, may have spaces.
fn ticks(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some(next()? + next()?)
}

#[test]
fn memory_and_time_grow_no_faster_than_the_stack() {
    // Four times the services; what grew with the square would take up to sixteen times as much.
    let small = cost(500);
    let large = cost(2000);
    let largest = cost(8000);
    for (less, more) in [(&small, &large), (&large, &largest)] {
        let told = format!("{small:?} {large:?} {largest:?}");
        assert!(more.memory < 6.0 * less.memory, "{told}");
        // A tick is coarse, and the machine may be busy.
        assert!(more.time < 8.0 * (less.time + 2.0), "{told}");
    }
}
