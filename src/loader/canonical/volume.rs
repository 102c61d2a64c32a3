//! The short syntax of a service's `volumes`: `[SOURCE:]TARGET[:OPTION,...]`.

use std::ops::Range;

/// A short entry, taken apart into the fields of the long syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShortVolume<'t> {
    /// `type`.
    pub(crate) kind: ShortVolumeKind,
    /// `source`: a volume's name, or a path as written (`~` and relative paths are not resolved); `None` is anonymous.
    pub(crate) source: Option<&'t str>,
    /// `target`: the path in the container, without `//`, `.` and `..` where they can be resolved.
    pub(crate) target: String,
    /// `read_only`.
    pub(crate) read_only: bool,
    /// `bind.propagation`.
    pub(crate) propagation: Option<&'t str>,
    /// `bind.selinux`: `z` (shared) or `Z` (private).
    pub(crate) selinux: Option<&'t str>,
    /// `volume.nocopy`.
    pub(crate) nocopy: bool,
    /// What is read, but hardly as it was meant.
    pub(crate) doubts: Vec<VolumeDoubt>,
}

/// What a short entry mounts. A bind mount of this syntax has `bind.create_host_path: true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortVolumeKind {
    /// A named or anonymous volume (`volume`).
    Volume,
    /// A path of the host (`bind`).
    Bind,
}

/// Something in a short entry to warn about, and where in it, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VolumeDoubt {
    /// What is doubtful.
    pub(crate) kind: VolumeDoubtKind,
    /// The part of the entry.
    pub(crate) span: Range<usize>,
}

/// A doubt's kind; its text is the warning's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VolumeDoubtKind {
    /// An option nobody knows, or that has no effect in this syntax.
    #[error("the volume option `{0}` is not known and has no effect")]
    UnknownOption(String),
    /// An option of another platform.
    #[error("the volume option `{0}` has an effect with Docker Desktop for Mac only")]
    Consistency(String),
    /// `a:/b` looks like a drive.
    #[error(
        "`{0}:` is read as a drive letter, so this is one path; a volume's name needs two characters at least"
    )]
    DriveLetter(char),
}

/// Why an entry could not be read, and the part of it to blame, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub(crate) struct VolumeError {
    /// What is wrong.
    pub(crate) kind: VolumeErrorKind,
    /// The part of the entry to blame.
    pub(crate) span: Range<usize>,
}

/// What is wrong with a short entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VolumeErrorKind {
    /// Nothing at all.
    #[error("the volume is empty; `SOURCE:TARGET` or `TARGET` is expected")]
    Empty,
    /// Nothing between two colons, or before or after one.
    #[error("empty section between colons; `[SOURCE:]TARGET[:OPTIONS]` is expected")]
    EmptySection,
    /// A fourth section.
    #[error("too many colons; `[SOURCE:]TARGET[:OPTIONS]` is expected")]
    TooManyColons,
}

/// Takes a short entry apart.
///
/// # Errors
/// Where a section is empty or there are too many of them.
pub(crate) fn parse_short_volume(entry: &str) -> Result<ShortVolume<'_>, VolumeError> {
    if entry.is_empty() {
        return Err(VolumeError {
            kind: VolumeErrorKind::Empty,
            span: 0..0,
        });
    }
    let sections = split(entry);
    if let Some((at, _)) = sections.iter().find(|(_, text)| text.is_empty()) {
        // The colon that ends the empty section, or the one before it at the entry's end.
        let at = (*at).min(entry.len() - 1);
        return Err(VolumeError {
            kind: VolumeErrorKind::EmptySection,
            span: at..at + 1,
        });
    }
    let (source, target, options) = match sections[..] {
        [(_, target)] => (None, target, None),
        [(_, source), (_, target)] => (Some(source), target, None),
        [(_, source), (_, target), options] => (Some(source), target, Some(options)),
        [_, _, _, (at, _), ..] => {
            return Err(VolumeError {
                kind: VolumeErrorKind::TooManyColons,
                span: at - 1..entry.len(),
            });
        }
        [] => {
            return Err(VolumeError {
                kind: VolumeErrorKind::Empty,
                span: 0..0,
            });
        }
    };
    let mut volume = ShortVolume {
        kind: if source.is_some_and(is_path) {
            ShortVolumeKind::Bind
        } else {
            ShortVolumeKind::Volume
        },
        source,
        target: clean(target),
        read_only: false,
        propagation: None,
        selinux: None,
        nocopy: false,
        doubts: drive_letter_doubt(source, target).into_iter().collect(),
    };
    if let Some((at, options)) = options {
        volume.read_options(options, at);
    }
    Ok(volume)
}

impl<'t> ShortVolume<'t> {
    /// Reads the options, which begin at `at`; a later one wins over an earlier one.
    fn read_options(&mut self, options: &'t str, mut at: usize) {
        for option in options.split(',') {
            match option {
                "ro" => self.read_only = true,
                "rw" => self.read_only = false,
                "nocopy" => self.nocopy = true,
                "z" | "Z" => self.selinux = Some(option),
                "rprivate" | "private" | "rshared" | "shared" | "rslave" | "slave" => {
                    self.propagation = Some(option);
                }
                "" => {}
                _ => {
                    let kind = match option {
                        "consistent" | "cached" | "delegated" => {
                            VolumeDoubtKind::Consistency(option.to_owned())
                        }
                        _ => VolumeDoubtKind::UnknownOption(option.to_owned()),
                    };
                    self.doubts.push(VolumeDoubt {
                        kind,
                        span: at..at + option.len(),
                    });
                }
            }
            at += option.len() + 1;
        }
    }
}

/// Splits at colons, except the one of a drive letter; gives each section with its offset.
fn split(entry: &str) -> Vec<(usize, &str)> {
    let mut sections = Vec::new();
    let mut start = 0;
    for (at, _) in entry.match_indices(':') {
        if at >= start && !is_drive_letter(&entry[start..at]) {
            sections.push((start, &entry[start..at]));
            start = at + 1;
        }
    }
    sections.push((start, &entry[start..]));
    sections
}

fn is_drive_letter(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// Whether a source is a path of the host; anything else is a volume's name.
fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
        || source.starts_with(r"\\")
        || source
            .split_once(':')
            .is_some_and(|(drive, _)| is_drive_letter(drive))
}

fn drive_letter_doubt(source: Option<&str>, target: &str) -> Option<VolumeDoubt> {
    let (drive, path) = target.split_once(':')?;
    let letter = drive
        .chars()
        .next()
        .filter(|_| source.is_none() && is_drive_letter(drive))?;
    // `C:/data` is what Windows containers have; a lower-case letter with `/` is a short volume name more likely.
    let likely = path.starts_with('/') && letter.is_lowercase();
    likely.then(|| VolumeDoubt {
        kind: VolumeDoubtKind::DriveLetter(letter),
        span: 0..drive.len() + 1,
    })
}

/// Resolves `.`, `..` and repeated slashes by text alone, as a container's path cannot be looked at.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}

#[cfg(test)]
mod tests {
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
}
