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
    /// Where each line starts.
    lines: Vec<u32>,
    /// How many characters there are before each block of [`BLOCK`] bytes: a file may be one long line.
    characters: Vec<u32>,
}

/// Up to so many bytes are looked at for a column.
const BLOCK: usize = 1024;

impl SourceFile {
    fn new(path: PathBuf, text: String) -> Self {
        let bytes = text.bytes().enumerate();
        let starts = bytes.filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(starts.map(|(at, _)| offset(at + 1)));
        let mut before = 0;
        let characters = text.as_bytes().chunks(BLOCK).map(|block| {
            let here = before;
            before += characters(block);
            offset(here)
        });
        Self {
            lines: lines.collect(),
            characters: characters.collect(),
            path,
            text,
        }
    }

    /// Line and column of a byte.
    fn place(&self, at: u32) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let (start, end) = (start as usize, (at as usize).min(self.text.len()));
        let column = if end - start < BLOCK {
            characters(&self.text.as_bytes()[start..end])
        } else {
            self.characters_before(end) - self.characters_before(start)
        };
        (line, column + 1)
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = (at / BLOCK).min(self.characters.len().saturating_sub(1));
        let before = self.characters.get(block).copied().unwrap_or(0);
        before as usize + characters(&self.text.as_bytes()[block * BLOCK..at])
    }
}

/// The number of characters that begin in a part of a UTF-8 text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The table of all files of one load.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its number.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> FileId {
        self.files.push(SourceFile::new(path.into(), text.into()));
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
        let (line, column) = self.place(span);
        Location {
            path: self.path(span).to_path_buf(),
            line,
            column,
        }
    }

    /// Line and column of the first byte of a span, both counted from 1, the column in characters.
    pub(crate) fn place(&self, span: Span) -> (usize, usize) {
        self.file(span.file)
            .map_or((1, 1), |file| file.place(span.start))
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

    #[test]
    fn columns_of_long_lines_are_counted_in_characters_too() {
        let line = "aé".repeat(2 * BLOCK);
        let text = format!("{line}\n{line}");
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text.as_str());
        for (line, start) in [(1, 0), (2, text.find('\n').unwrap() + 1)] {
            for (column, (at, _)) in text[start..]
                .lines()
                .next()
                .unwrap()
                .char_indices()
                .enumerate()
            {
                let span = Span::new(file, start + at, start + at);
                assert_eq!(sources.place(span), (line, column + 1));
            }
        }
        let end = Span::new(file, text.len(), text.len());
        assert_eq!(sources.place(end), (2, 4 * BLOCK + 1));
        let beyond = Span::new(file, text.len() + 9, text.len() + 9);
        assert_eq!(sources.place(beyond), (2, 4 * BLOCK + 1));
    }
}
