//! Positions in stack files: a [`Span`] names a range of bytes, [`Sources`] turns it into path, line and column.

use std::fmt;
use std::path::{Path, PathBuf};

/// Number of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes of one file: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span from byte offsets.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self {
            file,
            start: offset(start),
            end: offset(end.max(start)),
        }
    }

    /// The part of this span that begins `start` and ends `end` bytes behind its first byte, for a place inside a
    /// scalar; it never leaves this span.
    #[must_use]
    pub fn slice(self, start: usize, end: usize) -> Self {
        let at = |distance: usize| self.start.saturating_add(offset(distance)).min(self.end);
        Self {
            file: self.file,
            start: at(start),
            end: at(end.max(start)),
        }
    }
}

/// A stack file above 4 GiB is refused when it is read, so the offsets always fit.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A place as people read it: `path:line:column`, line and column counted from 1, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// Path of the file as it was given or found.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}:{}",
            self.path.display(),
            self.line,
            self.column
        )
    }
}

/// One text that was read: its path and its contents.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path as it was given or found; texts that are no file have a name in angle brackets.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    lines: Vec<u32>,
}

/// The table of all files of one load.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its number.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let starts = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| offset(at + 1));
        let lines = std::iter::once(0).chain(starts).collect();
        self.files.push(SourceFile {
            path: path.into(),
            text,
            lines,
        });
        FileId(offset(self.files.len() - 1))
    }

    /// The beginning of the first file.
    pub(crate) fn start() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    /// The file behind a number that [`Sources::add`] returned.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// Path of the file that a span lies in.
    pub fn path(&self, span: Span) -> &Path {
        self.file(span.file)
            .map_or(Path::new(""), |file| &file.path)
    }

    /// The text that a span covers, empty where it lies outside of its file.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Path, line and column of the first byte of a span.
    pub fn location(&self, span: Span) -> Location {
        let Some(file) = self.file(span.file) else {
            return Location {
                path: PathBuf::new(),
                line: 1,
                column: 1,
            };
        };
        let line = file.lines.partition_point(|start| *start <= span.start);
        let line_start = file.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = file
            .text
            .get(line_start as usize..span.start as usize)
            .unwrap_or("");
        Location {
            path: file.path.clone(),
            line,
            column: before.chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_counts_lines_and_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "é: 1\nöü: 2\n");
        assert_eq!(
            sources.location(Span::new(file, 0, 1)).to_string(),
            "a.yaml:1:1"
        );
        assert_eq!(
            sources.location(Span::new(file, 12, 13)).to_string(),
            "a.yaml:2:5"
        );
        assert_eq!(sources.text(Span::new(file, 12, 13)), "2");
    }
}
