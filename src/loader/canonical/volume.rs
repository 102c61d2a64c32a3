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
mod tests;
