use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn config(text: &str) -> RegistryConfig {
    serde_json::from_str(text).unwrap()
}

fn decoded(header: &str) -> String {
    String::from_utf8(URL_SAFE.decode(header).unwrap()).unwrap()
}

#[test]
fn images_belong_to_a_server() {
    let table = [
        ("busybox", DOCKER_HUB),
        ("library/busybox:latest", DOCKER_HUB),
        ("docker.io/library/busybox", DOCKER_HUB),
        ("ghcr.io/me/app", "ghcr.io"),
        ("localhost/app", "localhost"),
        ("registry:5000/app:1", "registry:5000"),
        ("busybox:1.36", DOCKER_HUB),
    ];
    for (reference, server) in table {
        assert_eq!(server_of(reference), server, "{reference}");
    }
}

#[tokio::test]
async fn stored_credentials_are_found_by_server() {
    // me:secret
    let config = config(
        r#"{"auths": {"https://index.docker.io/v1/": {"auth": "bWU6c2VjcmV0"},
        "https://ghcr.io/v2/": {"identitytoken": "id"}, "empty.io": {}, "bad.io": {"auth": "%"}}}"#,
    );
    let header = |reference: &'static str| {
        let config = config.clone();
        async move {
            config
                .for_image(reference)
                .await
                .unwrap()
                .map(|credentials| decoded(&credentials.header()))
        }
    };
    let hub =
        r#"{"username":"me","password":"secret","serveraddress":"https://index.docker.io/v1/"}"#;
    assert_eq!(header("busybox").await.as_deref(), Some(hub));
    assert_eq!(
        header("ghcr.io/a/b").await.as_deref(),
        Some(r#"{"identitytoken":"id","serveraddress":"ghcr.io"}"#)
    );
    assert_eq!(header("empty.io/a").await, None);
    assert_eq!(header("other.io/a").await, None);
    let error = config.for_image("bad.io/a").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the credentials stored for bad.io in docker's config.json are damaged"
    );
    assert_eq!(config.all().await.len(), 2);
    assert!(
        decoded(&config_header(&config.all().await)).starts_with(r#"{"https://ghcr.io/v2/":{"#)
    );
}

#[tokio::test]
async fn credential_programs_are_asked() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("docker-credential-windlasstest");
    let script = "#!/bin/sh\nread -r server\ncase $server in\n\
        token.io) echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}';;\n\
        user.io) echo '{\"ServerURL\":\"user.io\",\"Username\":\"u\",\"Secret\":\"p\"}';;\n\
        none.io) echo 'credentials not found in native keychain'; exit 1;;\n\
        *) echo 'keychain locked' >&2; exit 1;;\nesac\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap();
    let header =
        |answer: Option<Credentials>| answer.map(|credentials| decoded(&credentials.header()));
    let token = header(ask(program, "token.io").await.unwrap());
    assert_eq!(
        token.as_deref(),
        Some(r#"{"identitytoken":"t","serveraddress":"token.io"}"#)
    );
    let user = header(ask(program, "user.io").await.unwrap());
    assert_eq!(
        user.as_deref(),
        Some(r#"{"username":"u","password":"p","serveraddress":"user.io"}"#)
    );
    assert_eq!(ask(program, "none.io").await.unwrap(), None);
    let failed = ask(program, "other.io").await.unwrap_err();
    assert!(
        failed
            .to_string()
            .ends_with("failed for other.io: keychain locked"),
        "{failed}"
    );
    let config =
        config(r#"{"credsStore": "windlass-missing", "credHelpers": {"a.io": "windlass-absent"}}"#);
    let missing = config.for_image("busybox").await.unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("cannot run the credential program docker-credential-windlass-missing")
    );
    let missing = config.for_image("a.io/x").await.unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("cannot run the credential program docker-credential-windlass-absent")
    );
}

#[test]
fn secrets_are_not_in_debug_output() {
    let credentials = Credentials {
        username: "me".into(),
        password: "secret".into(),
        server_address: "x".into(),
        ..Credentials::default()
    };
    assert_eq!(format!("{credentials:?}"), "Credentials(me at x)");
}

#[test]
fn a_missing_configuration_knows_nothing_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        RegistryConfig::read(Some(folder.path()))
            .unwrap()
            .auths
            .is_empty()
    );
    std::fs::write(folder.path().join("config.json"), "{").unwrap();
    let error = RegistryConfig::read(Some(folder.path())).err().unwrap();
    assert!(error.to_string().contains("config.json"));
}

#[tokio::test]
async fn all_credentials_make_a_config_file_that_reads_as_the_same() {
    let text = r#"{"auths": {"r.example": {"auth": "bWU6aHVudGVyMg=="}, "t.example": {"identitytoken": "tok"}, "e.example": {}},
        "credsStore": "", "detachKeys": "ctrl-x"}"#;
    let all = config(text).all().await;
    let written = String::from_utf8(config_text(&all)).unwrap();
    assert_eq!(
        written,
        r#"{"auths":{"r.example":{"auth":"bWU6aHVudGVyMg=="},"t.example":{"identitytoken":"tok"}}}"#
    );
    assert!(config(&written).all().await == all);
    assert_eq!(config_text(&[]), br#"{"auths":{}}"#);
}
