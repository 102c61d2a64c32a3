//! What a run of the program takes, counted by the kernel and not by the clock.

use std::fs;
use std::process::{Command, Stdio};

/// What a run took.
#[derive(Debug)]
pub(crate) struct Cost {
    /// The most memory it had at once, in KiB.
    pub(crate) memory: f64,
    /// Processor time in the kernel's ticks.
    pub(crate) time: f64,
}

/// What the command takes, which has to end well. The kernel is asked as long as the program runs; both numbers only
/// grow, and the most memory is taken long before the end.
pub(crate) fn cost(command: &mut Command) -> Cost {
    let quiet = command.stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.stdout(Stdio::null()).spawn().expect("it starts");
    let about = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id()));
    let (mut memory, mut time) = (0.0_f64, 0.0_f64);
    // Of one that has ended there is no memory to tell of.
    while let Some(now) = about("status").ok().as_deref().and_then(most_memory) {
        memory = memory.max(now);
        let ticks = about("stat").ok().as_deref().and_then(ticks);
        time = time.max(ticks.unwrap_or_default());
        std::thread::yield_now();
    }
    assert!(child.wait().expect("an end").success());
    Cost { memory, time }
}

/// Asserts that what is `times` as large takes no more than that, with room for what machines do besides: memory half as
/// much again, time twice as much. A tick is coarse, and the machine may be busy.
pub(crate) fn assert_growth(times: f64, small: &Cost, large: &Cost) {
    let told = format!("{times} times: {small:?} {large:?}");
    assert!(large.memory < 1.5 * times * small.memory, "{told}");
    assert!(large.time < 2.0 * times * (small.time + 2.0), "{told}");
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
