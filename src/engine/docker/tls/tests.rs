use std::fs;

use super::{read, server_name};

#[test]
fn the_name_to_check_is_the_hosts() {
    for (authority, expected) in [
        ("box.example:2376", "DnsName(\"box.example\")"),
        ("10.0.0.1:2376", "IpAddress(V4(Ipv4Addr([10, 0, 0, 1])))"),
    ] {
        let name = server_name(authority).unwrap();
        assert_eq!(format!("{name:?}"), expected);
    }
    let name = format!("{:?}", server_name("[::1]:2376").unwrap());
    assert!(name.starts_with("IpAddress(V6"), "{name}");
    assert!(server_name("a b:1").is_err());
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let why = || read(folder.path()).unwrap_err().to_string();
    assert!(why().contains("ca.pem cannot be used: "), "{}", why());
    fs::write(folder.path().join("ca.pem"), "nothing\n").unwrap();
    assert!(
        why().ends_with("ca.pem cannot be used: no certificate is in it"),
        "{}",
        why()
    );
}
