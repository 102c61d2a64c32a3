use std::io::{Error, ErrorKind};

use super::*;

fn environment<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    }
}

#[test]
fn addresses_are_read_and_written() {
    let table = [
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
        ("tcp://10.0.0.1:2375", "tcp://10.0.0.1:2375"),
        ("tcp://box/", "tcp://box:2375"),
        ("http://box:80", "tcp://box:80"),
        ("tcp://[::1]", "tcp://[::1]:2375"),
        ("tcp://[::1]:99", "tcp://[::1]:99"),
        ("ssh://box", "ssh://box"),
        ("ssh://me@box:2222", "ssh://me@box:2222"),
        (
            "ssh://me@box/run/user/1/docker.sock",
            "ssh://me@box/run/user/1/docker.sock",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(
            Address::parse(text, None).unwrap().to_string(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn unusable_addresses_say_why() {
    let table = [
        ("docker.sock", "no scheme"),
        ("unix://docker.sock", "must be absolute"),
        ("tcp://", "no host"),
        ("tcp://box/path", "a path after the host"),
        ("https://box:2376", "set DOCKER_TLS_VERIFY"),
        ("npipe:////./pipe/docker_engine", "not supported here"),
        ("gopher://box", "scheme is unknown"),
        ("ssh://", "no valid host"),
        ("ssh://-oProxyCommand=x", "no valid host"),
        ("ssh://-l@box", "no valid host"),
        ("ssh://box:port", "no valid host"),
    ];
    for (text, expected) in table {
        let message = Address::parse(text, None).unwrap_err().to_string();
        assert!(
            message.contains(expected) && message.contains(text),
            "{text}: {message}"
        );
    }
}

#[test]
fn precedence_is_dockers() {
    let host = ("DOCKER_HOST", "tcp://host:1");
    let context = ("DOCKER_CONTEXT", "far");
    let select = |argument, pairs: &[(&str, &str)], current| match select(
        argument,
        &environment(pairs),
        current,
    )
    .unwrap()
    {
        Selection::Explicit(candidate) => {
            format!("{} from {}", candidate.address, candidate.origin)
        }
        Selection::Context(name) => format!("context {name}"),
        Selection::Search(candidates) => format!("search of {}", candidates.len()),
    };
    assert_eq!(
        select(Some("tcp://arg:1"), &[host, context], Some("cur")),
        "tcp://arg:1 from the given host"
    );
    assert_eq!(
        select(None, &[host, context], Some("cur")),
        "tcp://host:1 from DOCKER_HOST"
    );
    assert_eq!(
        select(None, &[("DOCKER_HOST", ""), context], Some("cur")),
        "context far"
    );
    assert_eq!(select(None, &[], Some("cur")), "context cur");
    assert_eq!(
        select(None, &[("DOCKER_CONTEXT", "default")], Some("cur")),
        "search of 2"
    );
    assert_eq!(select(None, &[], Some("default")), "search of 2");
    assert_eq!(
        select(
            None,
            &[("HOME", "/home/me"), ("XDG_RUNTIME_DIR", "/run/user/7")],
            None
        ),
        "search of 6"
    );
}

#[test]
fn well_known_sockets_are_tried_in_order() {
    let pairs = [("HOME", "/home/me"), ("XDG_RUNTIME_DIR", "/run/user/7")];
    let Selection::Search(candidates) = select(None, &environment(&pairs), None).unwrap() else {
        panic!("nothing explicit was given");
    };
    let texts: Vec<_> = candidates
        .iter()
        .map(|candidate| candidate.address.to_string())
        .collect();
    assert_eq!(
        texts,
        [
            "unix:///var/run/docker.sock",
            "unix:///run/user/7/docker.sock",
            "unix:///home/me/.docker/run/docker.sock",
            "unix:///run/user/7/podman/podman.sock",
            "unix:///run/podman/podman.sock",
            "unix:///home/me/.docker/desktop/docker.sock",
        ]
    );
}

#[test]
fn certificates_are_where_docker_has_them() {
    let found = |host, pairs: &[(&str, &str)]| {
        let pairs = [&[("DOCKER_HOST", host), ("HOME", "/home/me")], pairs].concat();
        match select(None, &environment(&pairs), None).unwrap() {
            Selection::Explicit(candidate) => candidate.address,
            other => panic!("{other:?}"),
        }
    };
    let tls = |authority: &str, certificates: &str| {
        Address::Tls(TlsAddress {
            authority: authority.to_owned(),
            certificates: PathBuf::from(certificates),
        })
    };
    let verify = ("DOCKER_TLS_VERIFY", "1");
    let path = ("DOCKER_CERT_PATH", "/certs/client");
    let config = ("DOCKER_CONFIG", "/config");
    let box_ = |pairs: &[_]| found("tcp://box", pairs);
    assert_eq!(
        box_(&[verify, path, config]),
        tls("box:2376", "/certs/client")
    );
    assert_eq!(box_(&[verify, config]), tls("box:2376", "/config"));
    assert_eq!(box_(&[verify]), tls("box:2376", "/home/me/.docker"));
    assert_eq!(box_(&[path]), Address::Tcp("box:2375".to_owned()));
    assert_eq!(
        box_(&[("DOCKER_TLS_VERIFY", ""), path]),
        Address::Tcp("box:2375".to_owned())
    );
    assert_eq!(
        found("tcp://box:99", &[verify, path]),
        tls("box:99", "/certs/client")
    );
    assert_eq!(
        found("unix:///s", &[verify, path]),
        Address::Unix(PathBuf::from("/s"))
    );
}

#[test]
fn a_context_has_certificates_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |meta: &str| {
        let file = context_file(folder.path(), "far");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, meta).unwrap();
    };
    let pairs = [
        ("DOCKER_CONFIG", folder.path().to_str().unwrap()),
        ("DOCKER_CONTEXT", "far"),
    ];
    let found = || candidates(None, &environment(&pairs));
    write(r#"{"Endpoints":{"docker":{"Host":"tcp://box:2376"}}}"#);
    assert_eq!(
        found().unwrap()[0].address,
        Address::Tcp("box:2376".to_owned())
    );
    let certificates = folder
        .path()
        .join("contexts/tls")
        .join(context_id("far"))
        .join("docker");
    std::fs::create_dir_all(&certificates).unwrap();
    let Address::Tls(address) = &found().unwrap()[0].address else {
        panic!("no TLS");
    };
    assert_eq!(address.certificates, certificates);
    write(r#"{"Endpoints":{"docker":{"Host":"tcp://box:2376","SkipTLSVerify":true}}}"#);
    let refused = found().unwrap_err().to_string();
    assert!(refused.contains("skip-tls-verify"), "{refused}");
}

#[test]
fn context_files_give_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let file = context_file(folder.path(), "desktop-linux");
    // Docker names the folder after the digest of the context's name.
    assert!(file.ends_with("contexts/meta/fe9c6bd7a66301f49ca9b6a70b217107cd1284598bfc254700c989b916da791e/meta.json"), "{file:?}");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let meta = r#"{"Name":"desktop-linux","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///tmp/d.sock","SkipTLSVerify":false}}}"#;
    std::fs::write(&file, meta).unwrap();
    std::fs::write(
        folder.path().join("config.json"),
        r#"{"auths":{},"currentContext":"desktop-linux"}"#,
    )
    .unwrap();
    let pairs = [("DOCKER_CONFIG", folder.path().to_str().unwrap())];
    let found = candidates(None, &environment(&pairs)).unwrap();
    assert_eq!(
        found,
        [Candidate {
            address: Address::Unix(PathBuf::from("/tmp/d.sock")),
            origin: Origin::Context("desktop-linux".to_owned())
        }]
    );
}

#[test]
fn unknown_and_damaged_contexts_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = [
        ("DOCKER_CONFIG", folder.path().to_str().unwrap()),
        ("DOCKER_CONTEXT", "far"),
    ];
    let error = candidates(None, &environment(&pairs)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("docker context \"far\" does not exist"),
        "{error}"
    );
    let file = context_file(folder.path(), "far");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "{}").unwrap();
    let error = candidates(None, &environment(&pairs)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot read docker context \"far\""),
        "{error}"
    );
}

#[test]
fn a_search_without_success_says_what_was_tried() {
    let attempt = |address: &str, origin, kind| Attempt {
        candidate: Candidate {
            address: Address::parse(address, None).unwrap(),
            origin,
        },
        error: Error::from(kind),
    };
    let docker = |kind| attempt("unix:///var/run/docker.sock", Origin::Default, kind);
    let podman = |kind| attempt("unix:///run/podman/podman.sock", Origin::Podman, kind);
    let nothing = no_engine(&[
        docker(ErrorKind::NotFound),
        podman(ErrorKind::PermissionDenied),
    ]);
    assert_eq!(
        nothing.to_string(),
        "no container engine answers: unix:///var/run/docker.sock (Docker: no such file), \
         unix:///run/podman/podman.sock (Podman: permission denied)"
    );
    // A socket that may not be used is told before one that is not there.
    let denied = no_engine(&[
        docker(ErrorKind::PermissionDenied),
        podman(ErrorKind::NotFound),
    ]);
    assert_eq!(
        denied.to_string(),
        "no permission to use the engine's socket /var/run/docker.sock"
    );
}
