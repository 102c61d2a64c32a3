use futures_util::StreamExt as _;

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use super::archive::Exactly;
use super::*;

/// A folder with these files; a name that ends with `/` is a folder, `->` makes a symbolic link.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("->") {
            Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            None if name.ends_with('/') => fs::create_dir_all(path).unwrap(),
            None => fs::write(path, text).unwrap(),
        }
    }
    folder
}

fn dockerfile(path: &str) -> Dockerfile {
    Dockerfile::File(PathBuf::from(path))
}

async fn archive(context: BuildContext) -> Vec<u8> {
    let mut stream = context.stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.bytes.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    stream.outcome.await.unwrap().unwrap();
    bytes
}

/// What an archive holds: `name mode text`.
fn listing(bytes: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(bytes);
    let describe = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let (name, mode) = (
            entry.path().unwrap().display().to_string(),
            entry.header().mode().unwrap(),
        );
        assert_eq!(
            (entry.header().uid().unwrap(), entry.header().gid().unwrap()),
            (0, 0)
        );
        let link = entry
            .link_name()
            .unwrap()
            .map(|target| format!("->{}", target.display()));
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        format!("{name} {mode:o} {}{text}", link.unwrap_or_default())
            .trim()
            .to_owned()
    };
    archive.entries().unwrap().map(describe).collect()
}

async fn names(context: BuildContext) -> Vec<String> {
    let listed = listing(&archive(context).await);
    listed
        .iter()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn archives_are_ordered_and_keep_modes_and_links() {
    let folder = folder(&[
        ("b/z", "deep"),
        ("a", "text"),
        ("b/l", "->../a"),
        ("Dockerfile", "FROM x"),
        ("empty/", ""),
    ]);
    fs::set_permissions(folder.path().join("a"), fs::Permissions::from_mode(0o750)).unwrap();
    fs::set_permissions(folder.path().join("b"), fs::Permissions::from_mode(0o700)).unwrap();
    let bytes =
        archive(BuildContext::open(folder.path(), &dockerfile("Dockerfile")).unwrap()).await;
    let listed = listing(&bytes);
    assert_eq!(listed[1..3], ["a 750 text", "b/ 700"]);
    assert!(listed[0].starts_with("Dockerfile ") && listed[0].ends_with(" FROM x"));
    assert_eq!(listed[3], "b/l 777 ->../a");
    assert!(listed[4].ends_with(" deep") && listed[5].starts_with("empty/"));
    assert_eq!(
        bytes,
        archive(BuildContext::open(folder.path(), &dockerfile("Dockerfile")).unwrap()).await
    );
}

#[tokio::test]
async fn ignored_files_stay_behind() {
    let folder = folder(&[
        ("Dockerfile", ""),
        (
            ".dockerignore",
            "*\n!src\nsrc/*.tmp\n!deep/down/keep\nclosed",
        ),
        ("src/main", ""),
        ("src/x.tmp", ""),
        ("deep/down/keep", ""),
        ("deep/down/drop", ""),
        ("deep/other/drop", ""),
        ("closed/file", ""),
    ]);
    // A folder that no pattern can reopen is not even read.
    fs::set_permissions(
        folder.path().join("closed"),
        fs::Permissions::from_mode(0o0),
    )
    .unwrap();
    let context = BuildContext::open(folder.path(), &dockerfile("Dockerfile")).unwrap();
    let expected = [
        "deep/",
        "deep/down/",
        "deep/down/keep",
        "src/",
        "src/main",
        "Dockerfile",
        ".dockerignore",
    ];
    assert_eq!(names(context).await, expected);
}

#[tokio::test]
async fn the_dockerfiles_own_ignore_file_takes_precedence() {
    let files = [
        ("build/Dockerfile", ""),
        ("build/Dockerfile.dockerignore", "a"),
        (".dockerignore", "b"),
        ("a", ""),
        ("b", ""),
    ];
    let folder = folder(&files);
    let context = BuildContext::open(folder.path(), &dockerfile("build/Dockerfile")).unwrap();
    assert_eq!(context.dockerfile(), "build/Dockerfile");
    assert_eq!(
        names(context).await,
        [
            ".dockerignore",
            "b",
            "build/",
            "build/Dockerfile",
            "build/Dockerfile.dockerignore"
        ]
    );
}

#[tokio::test]
async fn a_dockerfile_from_elsewhere_is_sent_along() {
    let outside = folder(&[("Dockerfile", "FROM outside")]);
    let outside = outside.path().join("Dockerfile");
    let folder = folder(&[("a", ""), ("linked", "->a")]);
    for source in [
        Dockerfile::Inline("FROM outside".to_owned()),
        Dockerfile::File(outside),
    ] {
        let context = BuildContext::open(folder.path(), &source).unwrap();
        assert_eq!(context.dockerfile(), ".windlass.Dockerfile");
        assert_eq!(
            listing(&archive(context).await)[2],
            ".windlass.Dockerfile 644 FROM outside"
        );
    }
    let linked = BuildContext::open(folder.path(), &dockerfile("linked")).unwrap();
    assert_eq!(linked.dockerfile(), ".windlass.Dockerfile");
}

#[tokio::test]
async fn long_names_and_large_files_survive() {
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(200));
    let text = "0123456789".repeat(100_000);
    let folder = folder(&[("Dockerfile", ""), (&long, &text)]);
    let context = BuildContext::open(folder.path(), &dockerfile("Dockerfile")).unwrap();
    let listed = listing(&archive(context).await);
    assert!(listed[2].starts_with(&long) && listed[2].ends_with(&text));
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let folder = folder(&[("Dockerfile", ""), ("a", "")]);
    let open = |path: &Path, file: &str| {
        BuildContext::open(path, &dockerfile(file))
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(open(&folder.path().join("none"), "Dockerfile").ends_with("none as build context"));
    assert!(open(&folder.path().join("a"), "Dockerfile").ends_with("a as build context"));
    assert!(open(folder.path(), "Other").ends_with("/Other"));
    fs::write(folder.path().join(".dockerignore"), "ok\na[").unwrap();
    assert!(
        open(folder.path(), "Dockerfile")
            .ends_with("/.dockerignore: line 2: \"a[\" is not a valid pattern")
    );
}

#[tokio::test]
async fn an_error_while_writing_breaks_the_stream_and_is_kept() {
    let folder = folder(&[("Dockerfile", ""), ("a/file", "")]);
    let context = BuildContext::open(folder.path(), &dockerfile("Dockerfile")).unwrap();
    fs::remove_file(folder.path().join("Dockerfile")).unwrap();
    let mut stream = context.stream();
    let mut last = None;
    while let Some(chunk) = stream.bytes.next().await {
        last = Some(chunk);
    }
    assert!(last.unwrap().is_err());
    let error = stream.outcome.await.unwrap().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Dockerfile of the build context"),
        "{error}"
    );
}

#[tokio::test]
async fn a_dropped_stream_ends_the_writing() {
    let text = "x".repeat(4_000_000);
    let folder = folder(&[("Dockerfile", ""), ("a", &text)]);
    let stream = BuildContext::open(folder.path(), &dockerfile("Dockerfile"))
        .unwrap()
        .stream();
    drop(stream.bytes);
    stream.outcome.await.unwrap().unwrap();
}

#[tokio::test]
async fn sockets_and_pipes_are_left_out() {
    let folder = folder(&[("Dockerfile", "")]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let context = BuildContext::open(folder.path(), &dockerfile("Dockerfile")).unwrap();
    assert_eq!(names(context).await, ["Dockerfile"]);
}

#[test]
fn a_growing_file_is_sent_as_long_as_it_was() {
    let folder = folder(&[("a", "four and more")]);
    let file = File::open(folder.path().join("a")).unwrap();
    let mut reader = Exactly {
        file,
        left: 4,
        error: None,
    };
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "four");
}

#[test]
fn a_shrinking_file_is_an_error() {
    let folder = folder(&[("a", "four")]);
    let file = File::open(folder.path().join("a")).unwrap();
    let mut reader = Exactly {
        file,
        left: 10,
        error: None,
    };
    assert!(reader.read_to_end(&mut Vec::new()).is_err());
    assert_eq!(
        reader.error.unwrap().to_string(),
        "it became shorter while it was read"
    );
}
