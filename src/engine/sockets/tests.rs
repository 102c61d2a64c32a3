use super::*;

const TCP: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0B00007F:A2C1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
   3: 020011AC:1388 010011AC:D431 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0
";

const TCP6: &str = "\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 00000000000000000000000000000000:0CEA 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00
   1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00
   2: 0000000000000000FFFF00000100007F:0052 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00
";

const UNIX: &str = "\
Num       RefCount Protocol Flags    Type St Inode Path
000000009f3fbea9: 00000002 00000000 00010000 0001 01 445177 /run/mysqld/mysqld.sock
000000009f3fbeaa: 00000003 00000000 00000000 0001 03 445178 /run/mysqld/mysqld.sock.client
000000009f3fbeab: 00000003 00000000 00000000 0001 03 445179
";

const SOCKSTAT: &str = "\
sockets: used 7
TCP: inuse 3 orphan 0 tw 4 alloc 9 mem 337
UDP: inuse 2 mem 0
TCP6: inuse 1
";

#[cfg(target_endian = "little")]
#[test]
fn listeners_are_read_from_the_kernels_tables() {
    let table = SocketTable::parse(&[TCP, TCP6, UNIX].concat()).unwrap();
    let listeners: Vec<String> = table
        .tcp
        .iter()
        .map(|listener| {
            let loopback = if listener.is_loopback() {
                " loopback"
            } else {
                ""
            };
            format!("{listener}{loopback}")
        })
        .collect();
    // Neither the connection nor the engine's resolver is among them.
    assert_eq!(
        listeners,
        [
            "127.0.0.1:80 loopback",
            "[::1]:81 loopback",
            "[::ffff:127.0.0.1]:82 loopback",
            "[::]:3306",
            "0.0.0.0:5000",
        ]
    );
    assert_eq!(
        table.unix.iter().collect::<Vec<_>>(),
        ["/run/mysqld/mysqld.sock"]
    );
    assert_eq!(table.of_port(5000).count(), 1);
    assert!(!table.is_empty());
}

#[test]
fn a_table_without_listeners_is_empty_and_other_text_is_none() {
    assert_eq!(
        SocketTable::parse(TCP.lines().next().unwrap()),
        Some(SocketTable::default())
    );
    for text in ["", "cat: not found", UNIX] {
        assert_eq!(SocketTable::parse(text), None, "{text}");
    }
}

#[test]
fn counts_change_with_listeners_and_not_with_what_the_whole_machine_does() {
    let counts = SocketCounts::parse(SOCKSTAT);
    assert_eq!(counts, SocketCounts(vec![7, 3, 1]));
    let others = SOCKSTAT.replace("alloc 9 mem 337", "alloc 10 mem 400");
    assert_eq!(SocketCounts::parse(&others), counts);
    let more = SOCKSTAT.replace("TCP6: inuse 1", "TCP6: inuse 2");
    assert_ne!(SocketCounts::parse(&more), counts);
}

/// A folder of processes in which 42 belongs to this control group.
fn processes(group: &str) -> (tempfile::TempDir, Processes) {
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("42/net");
    fs::create_dir_all(&net).unwrap();
    fs::write(folder.path().join("42/cgroup"), group).unwrap();
    fs::write(net.join("tcp"), TCP).unwrap();
    fs::write(net.join("sockstat"), SOCKSTAT).unwrap();
    let processes = Processes(folder.path().to_owned());
    (folder, processes)
}

fn container(pid: i64) -> Container {
    Container {
        id: "c0ffee".into(),
        pid,
        ..Container::default()
    }
}

#[test]
fn a_container_of_this_machine_is_seen_from_outside() {
    // No IPv6 here: its files are missing.
    let (_folder, processes) = processes("0::/system.slice/docker-c0ffee.scope\n");
    assert_eq!(table(&processes, &container(42)).unwrap().tcp.len(), 2);
    assert!(counts(&processes, &container(42)).is_some());
}

#[test]
fn a_process_that_is_not_the_containers_is_not_looked_at() {
    let (_folder, processes) = processes("0::/user.slice\n");
    for pid in [42, 43, 0] {
        assert_eq!(table(&processes, &container(pid)), None, "{pid}");
        assert_eq!(counts(&processes, &container(pid)), None, "{pid}");
    }
}
