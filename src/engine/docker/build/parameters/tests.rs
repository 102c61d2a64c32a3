use super::*;
use crate::model::{Build, ByteSize, Ulimit};

#[test]
fn the_section_becomes_parameters() {
    let build = ImageBuild {
        tag: "app-web".to_owned(),
        build: Build {
            args: [("A".to_owned(), "1".to_owned())].into(),
            labels: [("l".to_owned(), "1".to_owned())].into(),
            target: Some("final".to_owned()),
            cache_from: ["old", "type=registry,ref=reg.example/old:1"]
                .map(str::to_owned)
                .into(),
            cache_to: vec!["type=inline".to_owned()],
            isolation: Some("process".to_owned()),
            tags: vec!["app:2".to_owned(), "app-web".to_owned()],
            network: Some("host".to_owned()),
            extra_hosts: vec!["h=1.2.3.4".to_owned()],
            shm_size: ByteSize::from_bytes(64),
            ulimits: [("nofile".to_owned(), Ulimit { soft: 1, hard: 2 })].into(),
            no_cache: true,
            pull: true,
            ..Build::default()
        },
        platforms: vec!["linux/arm64".to_owned()],
        labels: [("m".to_owned(), "2".to_owned())].into(),
        ..ImageBuild::default()
    };
    let text = target(&build, Builder::BuildKit, true)
        .as_str()
        .replace("%22", "'")
        .replace("%7B", "{")
        .replace("%7D", "}");
    assert_eq!(
        text.split_once('?')
            .unwrap()
            .1
            .split('&')
            .collect::<Vec<_>>(),
        [
            "t=app-web",
            "rm=1",
            "forcerm=1",
            "t=app:2",
            "version=2",
            "buildargs={'A':'1'%2C'BUILDKIT_INLINE_CACHE':'1'}",
            "labels={'l':'1'%2C'm':'2'}",
            "ulimits=%5B{'Name':'nofile'%2C'Soft':1%2C'Hard':2}%5D",
            "cachefrom=%5B'old'%2C'reg.example/old:1'%5D",
            "target=final",
            "networkmode=host",
            "isolation=process",
            "platform=linux/arm64",
            "shmsize=64",
            "nocache=1",
            "pull=1",
            "extrahosts=h:1.2.3.4",
        ]
    );
    let plain = ImageBuild {
        tag: "x".to_owned(),
        ..ImageBuild::default()
    };
    assert_eq!(
        target(&plain, Builder::Classic, false).as_str(),
        "/build?t=x&rm=1&forcerm=1"
    );
    let mut with_host = plain.clone();
    with_host.build.extra_hosts = vec!["h=1.2.3.4".to_owned()];
    let limit = Ulimit { soft: 1, hard: 2 };
    with_host.build.ulimits.insert("nofile".to_owned(), limit);
    for (key, value) in [("b", "1"), ("a", "2")] {
        (with_host.labels).insert(key.to_owned(), value.to_owned());
    }
    assert_eq!(
        target(&with_host, Builder::Buildah, false).as_str(),
        "/build?t=x&rm=1&forcerm=1&labels=%5B%22a%3D2%22%2C%22b%3D1%22%5D&ulimits=%5B%22nofile%3D1:2%22%5D&extrahosts=%5B%22h:1.2.3.4%22%5D"
    );
}

#[test]
fn folders_become_images_of_their_own() {
    let build = |tag: &str| ImageBuild {
        tag: tag.to_owned(),
        build: Build {
            additional_contexts: [("a", "/a"), ("b", "docker-image://b:1"), ("c", "/c")]
                .map(|(name, context)| (name.to_owned(), context.to_owned()))
                .into(),
            ..Build::default()
        },
        ..ImageBuild::default()
    };
    let web = build("web");
    let made = folders(&web);
    assert_eq!((made[0].0.as_str(), made[1].0.as_str()), ("/a", "/c"));
    assert!(made[0].1.starts_with("windlass-context:") && made[0].1 != made[1].1);
    assert_ne!(made[0].1, folders(&build("other"))[0].1);
    assert_eq!(
        stages(&web).collect::<Vec<_>>(),
        [
            ("a", made[0].1.clone()),
            ("b", "b:1".to_owned()),
            ("c", made[1].1.clone())
        ]
    );
}

/// A change of the section, and the keys that are beyond.
type Case<'a> = (&'a dyn Fn(&mut Build), &'a [&'a str]);

#[test]
fn what_has_no_parameter_is_known() {
    let text = |text: &str| vec![text.to_owned()];
    let contexts = |context: &str| [("base".to_owned(), context.to_owned())].into();
    let build = |change: &dyn Fn(&mut Build)| {
        let mut build = ImageBuild {
            build: Build {
                context: "/app".to_owned(),
                ..Build::default()
            },
            ..ImageBuild::default()
        };
        change(&mut build.build);
        beyond(&build)
    };
    let table: [Case<'_>; 21] = [
        (&|_| {}, &[]),
        (&|it| it.provenance = Some("false".to_owned()), &[]),
        (
            &|it| it.provenance = Some("mode=max".to_owned()),
            &["provenance"],
        ),
        (&|it| it.sbom = Some("true".to_owned()), &["sbom"]),
        (&|it| it.cache_to = text("type=inline"), &[]),
        (
            &|it| it.cache_to = text("type=local,dest=/x"),
            &["cache_to"],
        ),
        (&|it| it.cache_from = text("app:1"), &[]),
        (&|it| it.cache_from = text("type=registry,ref=app:1"), &[]),
        (
            &|it| it.cache_from = text("type=local,src=/x"),
            &["cache_from"],
        ),
        (
            &|it| it.additional_contexts = contexts("docker-image://x"),
            &[],
        ),
        (&|it| it.additional_contexts = contexts("/folder"), &[]),
        (
            &|it| it.additional_contexts = contexts("https://x/y.git"),
            &["additional_contexts"],
        ),
        (
            &|it| it.context = "https://github.com/x/y.git#main".to_owned(),
            &[],
        ),
        (
            &|it| it.context = "git@github.com:x/y.git".to_owned(),
            &["context"],
        ),
        (
            &|it| {
                it.context = "https://x/y.git".to_owned();
                it.dockerfile_inline = Some("FROM x".to_owned());
                it.additional_contexts = contexts("docker-image://x");
            },
            &["additional_contexts", "dockerfile_inline"],
        ),
        (
            &|it| it.entitlements = text("network.host"),
            &["entitlements"],
        ),
        (
            &|it| it.no_cache_filter = text("base"),
            &["no_cache_filter"],
        ),
        (&|it| it.privileged = true, &["privileged"]),
        (
            &|it| it.secrets = vec![crate::model::SecretGrant::default()],
            &["secrets"],
        ),
        (&|it| it.ssh = text("default"), &["ssh"]),
        (&|it| it.dockerfile_inline = Some("FROM x".to_owned()), &[]),
    ];
    for (change, keys) in table {
        assert_eq!(build(change), keys);
    }
    let several = ImageBuild {
        platforms: ["linux/arm64", "linux/amd64"].map(str::to_owned).into(),
        builder: Some("far".to_owned()),
        ..ImageBuild::default()
    };
    assert_eq!(beyond(&several), ["builder", "platforms"]);
}
