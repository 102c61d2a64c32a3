//! Short forms of ports and volumes: what was read, written again, is read to the same.

use super::port::{ShortPort, parse_short_port};
use super::volume::{ShortVolume, parse_short_volume};
use crate::fuzz::{Grammar, inside, run};

fn entries(entries: &[&str]) -> Vec<String> {
    entries.iter().map(|entry| (*entry).to_owned()).collect()
}

#[test]
fn short_ports() {
    let examples = entries(&[
        "80",
        "3000-3005",
        "8000:8000",
        "9090-9091:8080-8081",
        "127.0.0.1:8001:8001",
        "127.0.0.1:5000-5010:5000-5010",
        "6060:6060/udp",
        "[::1]:8000:9000/sctp",
        "::1:8000:9000",
        "127.0.0.1::80",
        "5000-5010:90",
    ]);
    let pieces = &[
        ":",
        "-",
        "/",
        "[",
        "]",
        "/udp",
        "/tcp",
        "0",
        "65535",
        "65536",
        "::",
        ".",
        "1-2",
        "01",
        "+1",
        "fe80::1%eth0",
        "99999999999999999999",
        " ",
    ];
    run(Grammar { examples, pieces }, |text| {
        let ports = match parse_short_port(text) {
            Ok(ports) => ports,
            Err(error) => {
                let _ = (error.to_string(), error.kind.hint());
                return inside(text, &error.span);
            }
        };
        for port in ports {
            let again = parse_short_port(&short_port(&port));
            if again.as_deref() != Ok(std::slice::from_ref(&port)) {
                return Err(format!("{port:?} again is {again:?}"));
            }
        }
        Ok(())
    });
}

fn short_port(port: &ShortPort) -> String {
    let address = port.host_ip.as_deref().map(|ip| format!("[{ip}]:"));
    let address = address.map(|ip| {
        if ip.contains("::") || ip.matches(':').count() > 1 {
            ip
        } else {
            ip.replace(['[', ']'], "")
        }
    });
    // An address without a port of the host leaves that empty.
    let published = match (&port.published, &address) {
        (Some(published), _) => format!("{published}:"),
        (None, Some(_)) => ":".to_owned(),
        (None, None) => String::new(),
    };
    let address = address.unwrap_or_default();
    format!("{address}{published}{}/{}", port.target, port.protocol)
}

#[test]
fn short_volumes() {
    let examples = entries(&[
        "/a",
        "data:/b",
        "data:/b:ro,nocopy,z,rshared",
        "./x:/b:rslave,ro",
        "~/x:/b",
        r"C:\foo:D:\bar:ro",
        r"\\.\pipe\docker:\\.\pipe\docker",
        "../other:/b//c/../d",
        "a:/b",
    ]);
    let pieces = &[
        ":",
        "/",
        ",",
        "ro",
        "rw",
        "Z",
        "..",
        ".",
        "~",
        "C:",
        "é:",
        "\\",
        "nocopy",
        ":ro",
        "::",
        "subpath=x",
        "cached",
    ];
    run(Grammar { examples, pieces }, |text| {
        let volume = match parse_short_volume(text) {
            Ok(volume) => volume,
            Err(error) => {
                let _ = error.to_string();
                return inside(text, &error.span);
            }
        };
        for doubt in &volume.doubts {
            inside(text, &doubt.span)?;
        }
        if volume.target.chars().count() == 1 {
            // With options behind it, it would be a drive.
            return Ok(());
        }
        let written = short_volume(&volume);
        let plain = ShortVolume {
            doubts: Vec::new(),
            ..volume
        };
        let again = parse_short_volume(&written).map(|again| ShortVolume {
            doubts: Vec::new(),
            ..again
        });
        if again.as_ref() != Ok(&plain) {
            return Err(format!("{plain:?} as {written} again is {again:?}"));
        }
        Ok(())
    });
}

fn short_volume(volume: &ShortVolume<'_>) -> String {
    let source = volume.source.map(|source| format!("{source}:"));
    let options = [
        volume.read_only.then_some("ro"),
        volume.nocopy.then_some("nocopy"),
        volume.propagation,
        volume.selinux,
    ];
    let options: Vec<&str> = options.into_iter().flatten().collect();
    // Options need a source; those of an anonymous volume cannot have been written.
    let options = if options.is_empty() {
        String::new()
    } else {
        format!(":{}", options.join(","))
    };
    format!("{}{}{options}", source.unwrap_or_default(), volume.target)
}
