//! What a container listens on, from the kernel's own tables.

use std::fs;
use std::time::Duration;

/// The pause between two looks at the counters.
const GRAIN: Duration = Duration::from_millis(2);
/// Looks after which the tables, which cost a hundred times as much, are read though the counters are as before: one
/// socket may have taken the place of another.
const UNSEEN: u32 = 250;

/// Waits until all these TCP ports listen beyond the loopback address in the network namespace of this process.
pub(super) async fn listening(pid: u64, ports: &[u16]) {
    let mut counted = None;
    for look in 0_u32.. {
        // The counters cost a fraction of what the tables do.
        let counters = Some(["sockstat", "sockstat6"].map(|file| read(pid, file)));
        if counters != counted || look.is_multiple_of(UNSEEN) {
            counted = counters;
            if listen(pid, ports) {
                return;
            }
        }
        tokio::time::sleep(GRAIN).await;
    }
}

fn listen(pid: u64, ports: &[u16]) -> bool {
    // Read one after the other: what the first one has need not be looked for in the second.
    let mut missing = ports.to_vec();
    for file in ["tcp", "tcp6"] {
        if missing.is_empty() {
            break;
        }
        let open: Vec<u16> = read(pid, file).lines().filter_map(listener).collect();
        missing.retain(|port| !open.contains(port));
    }
    missing.is_empty()
}

/// The port of a line of `/proc/net/tcp` or `tcp6`, if it listens where others can reach it.
fn listener(line: &str) -> Option<u16> {
    const LISTEN: &str = "0A";
    let mut fields = line.split_whitespace().skip(1);
    let (address, port) = fields.next()?.split_once(':')?;
    let state = fields.nth(1)?;
    // 127.0.0.0/8 in network order, read as a number of this machine; ::1.
    let loopback = match address.len() {
        8 => address.ends_with("7F"),
        _ => address == "00000000000000000000000001000000",
    };
    (state == LISTEN && !loopback).then(|| u16::from_str_radix(port, 16).ok())?
}

fn read(pid: u64, file: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/net/{file}")).unwrap_or_default()
}
