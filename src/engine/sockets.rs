//! What listens in a container, read from the kernel's own tables: a connection proves nothing, because gateways and
//! proxies accept for addresses where nobody listens.

mod host;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use crate::state::Container;

pub(in crate::engine) use host::host_listeners;

/// Where engines answer name queries inside of containers, on TCP too.
const ENGINE_RESOLVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// State of a TCP socket that listens, in the kernel's tables.
const LISTEN: &str = "0A";

/// Flag of a unix socket that accepts connections, in the kernel's table.
const ACCEPTS: u32 = 0x1_0000;

/// How many sockets there are; another listener makes another number somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketCounts(Vec<u64>);

impl SocketCounts {
    /// Reads `/proc/net/sockstat` and `sockstat6`, one after the other; only what is counted per network namespace.
    pub fn parse(text: &str) -> Self {
        let count = |line: &str| {
            let (name, rest) = line.split_once(": ")?;
            let (key, rest) = rest.split_once(' ')?;
            let is_ours = matches!((name, key), ("sockets", "used") | ("TCP" | "TCP6", "inuse"));
            let number = rest.split(' ').next()?.parse().ok()?;
            is_ours.then_some(number)
        };
        Self(text.lines().filter_map(count).collect())
    }
}

/// An address where a TCP server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// The address; an unspecified one means all.
    pub address: IpAddr,
}

impl Listener {
    /// Whether nobody outside of the container can reach it.
    pub fn is_loopback(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => address.is_loopback(),
            IpAddr::V6(address) => {
                let mapped = address.to_ipv4_mapped();
                mapped.map_or(address.is_loopback(), |address| address.is_loopback())
            }
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}:{}", self.port),
            IpAddr::V6(address) => write!(f, "[{address}]:{}", self.port),
        }
    }
}

/// What listens in a network namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketTable {
    /// TCP servers, but for the engine's own resolver.
    pub tcp: BTreeSet<Listener>,
    /// Paths of unix sockets that accept connections; abstract ones begin with `@`.
    pub unix: BTreeSet<String>,
}

impl SocketTable {
    /// Reads `/proc/net/tcp`, `tcp6` and `unix`, as many of them as there are, one after the other; none where the text
    /// is no such table.
    pub fn parse(text: &str) -> Option<Self> {
        let mut table = Self::default();
        let mut is_table = false;
        for line in text.lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            match fields[..] {
                ["sl", "local_address", ..] => is_table = true,
                [_, local, _, LISTEN, ..] => table.tcp.extend(listener(local)),
                [_, _, _, flags, _, _, _, path, ..] if accepts(flags) => {
                    table.unix.insert(path.to_owned());
                }
                _ => {}
            }
        }
        table
            .tcp
            .retain(|listener| listener.address != ENGINE_RESOLVER);
        is_table.then_some(table)
    }

    /// Whether nothing listens at all.
    pub fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.unix.is_empty()
    }

    /// The listeners of a port.
    pub fn of_port(&self, port: u16) -> impl Iterator<Item = &Listener> {
        self.tcp
            .iter()
            .filter(move |listener| listener.port == port)
    }
}

fn accepts(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & ACCEPTS != 0)
}

/// Reads `ADDRESS:PORT`, where the address stands as words of the machine's own byte order.
fn listener(text: &str) -> Option<Listener> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| {
        let word = u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let mut bytes = [0; 16];
            bytes.copy_from_slice(words.as_flattened());
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(Listener { port, address })
}

/// The kernel's folders of processes.
pub(super) struct Processes(PathBuf);

impl Processes {
    /// Those of the machine that windlass runs on.
    pub(super) fn of_this_machine() -> Self {
        Self(PathBuf::from("/proc"))
    }

    /// Reads files of the container's first process one after the other; those that are not there are left out.
    fn read(&self, container: &Container, files: &[&str]) -> Option<String> {
        if container.pid <= 0 {
            return None;
        }
        let folder = self.0.join(container.pid.to_string());
        // The number may be another process's here: of another machine, or because the container's has ended.
        let groups = fs::read_to_string(folder.join("cgroup")).ok()?;
        if container.id.is_empty() || !groups.contains(&container.id) {
            return None;
        }
        let net = folder.join("net");
        let read = files
            .iter()
            .filter_map(|file| fs::read_to_string(net.join(file)).ok());
        Some(read.collect())
    }
}

/// The counts of a container's sockets; none where its processes cannot be seen.
pub(super) fn counts(processes: &Processes, container: &Container) -> Option<SocketCounts> {
    let text = processes.read(container, &["sockstat", "sockstat6"])?;
    let counts = SocketCounts::parse(&text);
    (!counts.0.is_empty()).then_some(counts)
}

/// What listens in a container; none where its processes cannot be seen.
pub(super) fn table(processes: &Processes, container: &Container) -> Option<SocketTable> {
    let text = processes.read(container, &["tcp", "tcp6", "unix"])?;
    SocketTable::parse(&text)
}

#[cfg(test)]
mod tests;
