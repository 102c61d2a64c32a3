use super::*;

#[test]
fn ports_are_shown_as_docker_shows_them() {
    let port = |host_ip: &str, published, target| PublishedPort {
        host_ip: host_ip.to_owned(),
        published,
        target,
        protocol: "tcp".to_owned(),
    };
    for (listed, expected) in [
        (vec![], ""),
        (
            vec![port("", 0, 81), port("", 0, 80), port("", 0, 99)],
            "80-81/tcp, 99/tcp",
        ),
        (
            vec![
                port("0.0.0.0", 8080, 80),
                port("::", 8080, 80),
                port("", 0, 99),
            ],
            "99/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
        ),
        (
            vec![
                port("127.0.0.1", 90, 90),
                port("127.0.0.1", 91, 91),
                port("::1", 90, 90),
            ],
            "127.0.0.1:90-91->90-91/tcp, [::1]:90->90/tcp",
        ),
    ] {
        assert_eq!(ports(&listed), expected);
    }
}

#[test]
fn commands_are_quoted_as_docker_quotes_them() {
    let shown = |words: &[&str], no_trunc| {
        let container = Container {
            command: words.iter().map(|word| (*word).to_owned()).collect(),
            ..Container::default()
        };
        command(&container, no_trunc)
    };
    assert_eq!(shown(&["sleep", "1000"], false), "\"sleep 1000\"");
    let words = ["sh", "-c", "echo hello; echo \"x\""];
    assert_eq!(shown(&words, false), "\"sh -c 'echo hello; …\"");
    assert_eq!(
        shown(&words, true),
        "\"sh -c 'echo hello; echo \\\"x\\\"'\""
    );
}
