//! Splits a command line into words as the specification's `command` and `entrypoint` have it.

/// A command line, split.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its words.
    pub(super) words: Vec<String>,
    /// Where it ended before its end, in bytes: at an operator that only a shell understands.
    pub(super) end: Option<usize>,
}

/// Splits a line; none where a quote or parenthesis stays open. Like docker compose, it ends at an unquoted `;`, `&`,
/// `|`, `<` or `>`.
pub(super) fn split(line: &str) -> Option<Line> {
    let mut words = Words::default();
    let mut end = None;
    for (at, letter) in line.char_indices() {
        match words.step(letter) {
            Step::Next => {}
            Step::End => {
                end = Some(at);
                break;
            }
            Step::Refuse => return None,
        }
    }
    Some(Line {
        words: words.finish()?,
        end,
    })
}

/// What to do after a character.
enum Step {
    Next,
    End,
    Refuse,
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
    started: bool,
    escaped: bool,
    quote: Option<char>,
}

impl Words {
    fn step(&mut self, letter: char) -> Step {
        if self.escaped {
            self.escaped = false;
            self.push(letter);
            return Step::Next;
        }
        match (letter, self.quote) {
            ('\\', quote) if quote != Some('\'') => self.escaped = true,
            (' ' | '\t' | '\r' | '\n', None) => self.end_word(),
            ('"' | '\'', None) => self.quote = Some(letter),
            ('"' | '\'', Some(open)) if open == letter => {
                self.quote = None;
                self.started = true;
            }
            ('`', None) => {
                self.quote = Some('`');
                self.push(letter);
            }
            ('`', Some('`')) | (')', Some('(')) => {
                self.quote = None;
                self.push(letter);
            }
            ('(', None) if self.word.ends_with('$') => {
                self.quote = Some('(');
                self.push(letter);
            }
            ('(' | ')', None) => return Step::Refuse,
            (';' | '&' | '|' | '<' | '>', None) => {
                if letter == '>' && self.word.starts_with(|first: char| first.is_ascii_digit()) {
                    self.started = false;
                }
                return Step::End;
            }
            _ => self.push(letter),
        }
        Step::Next
    }

    fn push(&mut self, letter: char) {
        self.word.push(letter);
        self.started = true;
    }

    fn end_word(&mut self) {
        if std::mem::take(&mut self.started) {
            self.done.push(std::mem::take(&mut self.word));
        }
    }

    fn finish(mut self) -> Option<Vec<String>> {
        self.end_word();
        (!self.escaped && self.quote.is_none()).then_some(self.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_like_a_shell_does() {
        for (line, words) in [
            ("echo hello world", vec!["echo", "hello", "world"]),
            (
                "sh -c 'echo \"a b\"; exit 1'",
                vec!["sh", "-c", "echo \"a b\"; exit 1"],
            ),
            ("a \"b\\\"c\" d\\ e ''", vec!["a", "b\"c", "d e", ""]),
            ("a && b", vec!["a"]),
            ("a 2>/dev/null", vec!["a"]),
            ("a $(b c) `d e`", vec!["a", "$(b c)", "`d e`"]),
            ("  ", vec![]),
        ] {
            assert_eq!(split(line).unwrap().words, words, "{line}");
        }
        assert_eq!(split("é a|b").unwrap().end, Some(4));
        for line in ["'open", "\"open", "open\\", "a (b)"] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}
