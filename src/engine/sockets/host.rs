//! What processes of the engine's machine listen on, in the engine's own network.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::{LISTEN, listener};
use crate::state::HostListener;

/// State of a UDP socket that is bound and not connected.
const BOUND: &str = "07";

/// What listens in the network of the process `engine`; of those on `ports` also which process it is, where that may be
/// seen. Empty where the engine's process cannot be seen.
pub(in crate::engine) fn host_listeners(engine: i32, ports: &[u16]) -> Vec<HostListener> {
    let net = Path::new("/proc").join(engine.to_string()).join("net");
    let read = |table: &str| fs::read_to_string(net.join(table)).unwrap_or_default();
    let mut found = Vec::new();
    for (table, protocol, state) in [
        ("tcp", "tcp", LISTEN),
        ("tcp6", "tcp", LISTEN),
        ("udp", "udp", BOUND),
        ("udp6", "udp", BOUND),
    ] {
        found.extend(rows(&read(table), protocol, state));
    }
    let wanted: Vec<&str> = found
        .iter()
        .filter(|(listener, _)| ports.contains(&listener.port))
        .map(|(_, inode)| inode.as_str())
        .collect();
    let owners = if wanted.is_empty() {
        HashMap::new()
    } else {
        owners(&wanted)
    };
    let named = |(listener, inode): (HostListener, String)| HostListener {
        process: owners.get(&inode).cloned(),
        ..listener
    };
    found.into_iter().map(named).collect()
}

/// The sockets of a table of the kernel that are in this state, each with its inode.
fn rows(table: &str, protocol: &'static str, state: &str) -> Vec<(HostListener, String)> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (local, inode) = (fields.get(1)?, fields.get(9)?);
        if *fields.get(3)? != state {
            return None;
        }
        let found = listener(local)?;
        let listener = HostListener {
            address: found.address,
            port: found.port,
            protocol,
            process: None,
        };
        Some((listener, (*inode).to_owned()))
    };
    table.lines().filter_map(row).collect()
}

/// Which process has a socket open, by the socket's inode: `NAME (pid NUMBER)`.
fn owners(inodes: &[&str]) -> HashMap<String, String> {
    let mut owners = HashMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        // `self` and `thread-self` are links to ourselves.
        if !process
            .file_name()
            .to_string_lossy()
            .starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        // Others' processes are not for everyone to see.
        for open in fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let Ok(link) = fs::read_link(open.path()) else {
                continue;
            };
            let link = link.to_string_lossy();
            let inode = link
                .strip_prefix("socket:[")
                .and_then(|rest| rest.strip_suffix(']'));
            let Some(inode) = inode.filter(|inode| inodes.contains(inode)) else {
                continue;
            };
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let id = process.file_name();
            let text = format!("{} (pid {})", name.trim(), id.to_string_lossy());
            owners.entry(inode.to_owned()).or_insert(text);
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, UdpSocket};

    use super::*;

    #[test]
    fn what_listens_is_found_with_its_process() {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let udp = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let ports = [
            tcp.local_addr().unwrap().port(),
            udp.local_addr().unwrap().port(),
        ];
        let ourselves = i32::try_from(std::process::id()).unwrap();
        let found = host_listeners(ourselves, &ports);
        let of = |port: u16, protocol: &str| {
            let mut of = found
                .iter()
                .filter(|one| one.port == port && one.protocol == protocol);
            of.next()
                .unwrap_or_else(|| panic!("{protocol} {port}: {found:?}"))
        };
        let pid = format!("(pid {ourselves})");
        for (one, address) in [
            (of(ports[0], "tcp"), Ipv4Addr::LOCALHOST),
            (of(ports[1], "udp"), Ipv4Addr::UNSPECIFIED),
        ] {
            assert_eq!(one.address, address);
            assert!(one.process.as_ref().unwrap().ends_with(&pid), "{one:?}");
        }
        assert!(host_listeners(i32::MAX, &ports).is_empty());
    }
}
