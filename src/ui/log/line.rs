//! Output cut into lines.

use bytes::Bytes;

/// One line of a container's output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogLine {
    /// Whether it was written to standard error.
    pub stderr: bool,
    /// When it was written, by the engine's clock (RFC 3339); empty where the engine didn't tell.
    pub time: Bytes,
    /// The line without its end.
    pub text: Bytes,
}

/// Cuts output into lines. Standard output and standard error are cut each for itself.
#[derive(Clone, Debug)]
pub struct Lines {
    timed: bool,
    begun: [Begun; 2],
}

/// A line whose end has not come.
#[derive(Clone, Debug, Default)]
struct Begun {
    time: Bytes,
    text: Vec<u8>,
}

impl Lines {
    /// For output with the engine's times in it, or without.
    pub fn new(timed: bool) -> Self {
        Self {
            timed,
            begun: Default::default(),
        }
    }

    /// Takes a piece of output in; answers the lines it completes. They share the piece's memory.
    ///
    /// The engine puts its time in front of each piece, and a line that it keeps in several pieces has one in front of
    /// each of them.
    pub fn push(&mut self, stderr: bool, bytes: &Bytes) -> Vec<LogLine> {
        let begun = &mut self.begun[usize::from(stderr)];
        let mut lines = Vec::new();
        let mut at = 0;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let end = at + piece.len();
            let time = if self.timed { time_before(piece) } else { 0 };
            let text = if time == 0 { at } else { at + time + 1 };
            let time = bytes.slice(at..at + time);
            let is_whole = piece.last() == Some(&b'\n');
            if begun.text.is_empty() && begun.time.is_empty() {
                if is_whole {
                    let text = bytes.slice(text..text + trimmed(&bytes[text..end]));
                    lines.push(LogLine { stderr, time, text });
                    at = end;
                    continue;
                }
                begun.time = time;
            }
            begun.text.extend_from_slice(&bytes[text..end]);
            if is_whole {
                lines.push(std::mem::take(begun).end(stderr));
            }
            at = end;
        }
        lines
    }

    /// The lines that were begun and never ended.
    pub fn finish(&mut self) -> Vec<LogLine> {
        let begun = std::mem::take(&mut self.begun);
        let lines = begun.into_iter().zip([false, true]);
        lines
            .filter(|(begun, _)| !begun.text.is_empty())
            .map(|(begun, stderr)| begun.end(stderr))
            .collect()
    }
}

impl Begun {
    fn end(mut self, stderr: bool) -> LogLine {
        self.text.truncate(trimmed(&self.text));
        LogLine {
            stderr,
            time: self.time,
            text: self.text.into(),
        }
    }
}

/// The length of a line without its end.
fn trimmed(line: &[u8]) -> usize {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line).len()
}

/// The length of the engine's time in front of a piece of output; without one all is text.
fn time_before(piece: &[u8]) -> usize {
    let looks_like_time = |time: &[u8]| {
        time.len() >= 20 && time[0].is_ascii_digit() && time[4] == b'-' && time[10] == b'T'
    };
    match piece.iter().position(|byte| *byte == b' ') {
        Some(end) if looks_like_time(&piece[..end]) => end,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(time: &str, text: &str) -> LogLine {
        LogLine {
            stderr: false,
            time: time.to_owned().into(),
            text: text.to_owned().into(),
        }
    }

    fn push(lines: &mut Lines, stderr: bool, piece: &str) -> Vec<LogLine> {
        lines.push(stderr, &piece.to_owned().into())
    }

    #[test]
    fn output_is_cut_into_lines_whatever_its_pieces() {
        let mut lines = Lines::new(true);
        assert_eq!(push(&mut lines, false, "one\ntw"), [line("", "one")]);
        let error = LogLine {
            stderr: true,
            ..line("", "error")
        };
        assert_eq!(push(&mut lines, true, "error\r\n"), [error]);
        assert_eq!(
            push(&mut lines, false, "o\n\nrest"),
            [line("", "two"), line("", "")]
        );
        assert_eq!(lines.finish(), [line("", "rest")]);
        assert!(lines.finish().is_empty());
    }

    #[test]
    fn the_engines_time_is_split_off_each_piece() {
        let (early, late) = ("2024-05-06T07:08:09.1Z", "2024-05-06T07:08:09.2Z");
        let mut lines = Lines::new(true);
        let piece = format!("{early} a long ");
        assert!(push(&mut lines, false, &piece).is_empty());
        let piece = format!("{late} line\r\n");
        assert_eq!(
            push(&mut lines, false, &piece),
            [line(early, "a long line")]
        );
        let piece = format!("{early} \n{late} two words\n");
        assert_eq!(
            push(&mut lines, false, &piece),
            [line(early, ""), line(late, "two words")]
        );
    }

    #[test]
    fn a_time_that_the_engine_did_not_write_is_text() {
        let mut lines = Lines::new(false);
        let own = "2024-05-06T07:08:09.1Z my own time";
        assert_eq!(
            push(&mut lines, false, &format!("{own}\n")),
            [line("", own)]
        );
    }
}
