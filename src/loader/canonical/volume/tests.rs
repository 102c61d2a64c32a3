use super::*;

/// `type source target options`, the long form on one line.
fn long(entry: &str) -> String {
    let volume = parse_short_volume(entry).unwrap_or_else(|error| panic!("{entry}: {error}"));
    let kind = match volume.kind {
        ShortVolumeKind::Volume => "volume",
        ShortVolumeKind::Bind => "bind",
    };
    let mut words = vec![kind, volume.source.unwrap_or("-"), &volume.target];
    words.extend(volume.read_only.then_some("ro"));
    words.extend(volume.propagation);
    words.extend(volume.selinux);
    words.extend(volume.nocopy.then_some("nocopy"));
    words.join(" ")
}

#[test]
fn short_entries_are_taken_apart() {
    for (entry, expected) in [
        ("/a", "volume - /a"),
        ("/home/user", "volume - /home/user"),
        ("./foo", "volume - foo"),
        ("../other", "volume - ../other"),
        ("data:/b", "volume data /b"),
        ("data:/b:ro", "volume data /b ro"),
        ("data:/b:rw", "volume data /b"),
        ("data:/b:z", "volume data /b z"),
        ("data:/b:nocopy", "volume data /b nocopy"),
        ("data:/b:private", "volume data /b private"),
        (
            "data:/b:ro,nocopy,z,rshared",
            "volume data /b ro rshared z nocopy",
        ),
        ("data:relative", "volume data relative"),
        ("name.with-dots_1:/b", "volume name.with-dots_1 /b"),
        ("data/sub:/b", "volume data/sub /b"),
        ("./x:/b:rslave,ro", "bind ./x /b ro rslave"),
        ("./x:/b:rw,ro", "bind ./x /b ro"),
        ("./x:/b:ro,rw", "bind ./x /b"),
        ("/source:/target:ro,Z", "bind /source /target ro Z"),
        ("~/x:/b", "bind ~/x /b"),
        ("~:/b", "bind ~ /b"),
        (".:/b", "bind . /b"),
        ("..:/b", "bind .. /b"),
        ("/:/b", "bind / /b"),
        (".data:/b", "bind .data /b"),
        ("data:/b:,", "volume data /b"),
    ] {
        assert_eq!(long(entry), expected, "{entry}");
    }
}

#[test]
fn windows_paths_keep_their_drive() {
    for (entry, expected) in [
        (r"C:\foo", r"volume - C:\foo"),
        (r"C:\foo:/bar:ro", r"bind C:\foo /bar ro"),
        (r"C:\foo:D:\bar:ro", r"bind C:\foo D:\bar ro"),
        ("d:/foo:/bar", "bind d:/foo /bar"),
        ("C:foo:/bar", "bind C:foo /bar"),
        (r"foo:C:\bar", r"volume foo C:\bar"),
        (
            r"\\.\pipe\docker:\\.\pipe\docker",
            r"bind \\.\pipe\docker \\.\pipe\docker",
        ),
        (r"\\server\share:/x", r"bind \\server\share /x"),
        ("\u{fc}:/b", "volume - \u{fc}:/b"),
    ] {
        assert_eq!(long(entry), expected, "{entry}");
    }
}

#[test]
fn targets_are_cleaned() {
    for (path, cleaned) in [
        ("/b/", "/b"),
        ("/b//c/../d", "/b/d"),
        ("/", "/"),
        ("//", "/"),
        ("/..", "/"),
        ("/../a", "/a"),
        (".", "."),
        ("a/..", "."),
        ("a/../../b", "../b"),
        ("../../b", "../../b"),
        (r"C:\a\..\b", r"C:\a\..\b"),
    ] {
        assert_eq!(clean(path), cleaned, "{path}");
    }
}

#[test]
fn malformed_entries_are_refused_with_the_part_to_blame() {
    use VolumeErrorKind::{Empty, EmptySection, TooManyColons};
    for (entry, kind, blamed) in [
        ("", Empty, 0..0),
        (":", EmptySection, 0..1),
        ("::", EmptySection, 0..1),
        ("data:", EmptySection, 4..5),
        ("./x:/b:", EmptySection, 6..7),
        ("/foo::ro", EmptySection, 5..6),
        (":/target:ro", EmptySection, 0..1),
        (r":d:\target", EmptySection, 0..1),
        ("/a:/b:/c:/d", TooManyColons, 8..11),
        ("./x:/b:ro:rw", TooManyColons, 9..12),
    ] {
        assert_eq!(
            parse_short_volume(entry),
            Err(VolumeError { kind, span: blamed }),
            "{entry}"
        );
    }
}

#[test]
fn doubtful_parts_are_told_with_their_place() {
    for (entry, blamed, message) in [
        ("./x:/b:foo", "foo", "the volume option `foo` is not known"),
        (
            "data:/b:ro,subpath=x",
            "subpath=x",
            "the volume option `subpath=x` is not known",
        ),
        ("./x:/b:RO", "RO", "the volume option `RO` is not known"),
        ("/a:/b:/c", "/c", "the volume option `/c` is not known"),
        (
            "./x:/b:ro,cached",
            "cached",
            "the volume option `cached` has an effect with Docker Desktop",
        ),
        ("a:/b", "a:", "`a:` is read as a drive letter"),
    ] {
        let volume = parse_short_volume(entry).expect(entry);
        let [doubt] = &volume.doubts[..] else {
            panic!("{entry}: {:?}", volume.doubts)
        };
        assert_eq!(&entry[doubt.span.clone()], blamed, "{entry}");
        assert!(
            doubt.kind.to_string().starts_with(message),
            "{entry}: {}",
            doubt.kind
        );
    }
    for entry in [
        "/a",
        "data:/b:ro",
        r"C:\foo",
        "C:/foo",
        "./x:/b:ro,z",
        "d:/foo:/bar",
    ] {
        assert_eq!(
            parse_short_volume(entry).expect(entry).doubts,
            [],
            "{entry}"
        );
    }
}
