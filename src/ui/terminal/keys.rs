//! The keys that leave a program without ending it (docker's `--detach-keys`).

/// A sequence of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetachKeys {
    bytes: Vec<u8>,
    /// How many of them were typed last.
    matched: usize,
}

/// Keys that are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` are no detach keys: letters or ctrl-LETTER are expected, with commas between them, such as ctrl-p,ctrl-q"
)]
pub struct KeyError(String);

/// What becomes of something typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It is for the program.
    On(Vec<u8>),
    /// The keys were typed; what came before them is for the program.
    Detached(Vec<u8>),
}

impl Default for DetachKeys {
    /// Ctrl-P, Ctrl-Q.
    fn default() -> Self {
        Self {
            bytes: vec![16, 17],
            matched: 0,
        }
    }
}

impl DetachKeys {
    /// Reads docker's notation: letters or `ctrl-LETTER`, separated by commas; empty: the default.
    ///
    /// # Errors
    /// For a word that is no key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let keys = text.split(',').map(key).collect::<Option<Vec<u8>>>();
        let bytes = keys.ok_or_else(|| KeyError(text.to_owned()))?;
        Ok(Self { bytes, matched: 0 })
    }

    /// Takes in what was typed; the beginning of the sequence is held back until it is clear that it is none.
    pub fn take(&mut self, typed: &[u8]) -> Typed {
        let mut on = Vec::with_capacity(typed.len() + self.matched);
        for &byte in typed {
            if self.bytes.get(self.matched) == Some(&byte) {
                self.matched += 1;
                if self.matched == self.bytes.len() {
                    self.matched = 0;
                    return Typed::Detached(on);
                }
                continue;
            }
            on.extend(&self.bytes[..self.matched]);
            self.matched = usize::from(self.bytes.first() == Some(&byte));
            if self.matched == 0 {
                on.push(byte);
            }
        }
        Typed::On(on)
    }
}

/// The byte that a terminal sends for a key.
fn key(word: &str) -> Option<u8> {
    if let [letter] = word.as_bytes() {
        return Some(*letter);
    }
    let [letter] = word.strip_prefix("ctrl-")?.as_bytes() else {
        return None;
    };
    match letter.to_ascii_uppercase() {
        // Control letters are the letters' places, counted from @.
        letter @ b'@'..=b'_' => Some(letter - b'@'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_docker_writes_them() {
        for (text, bytes) in [
            ("", &[16, 17][..]),
            ("ctrl-p,ctrl-q", &[16, 17]),
            ("a", b"a"),
            ("ctrl-a,x", &[1, b'x']),
            ("ctrl-@", &[0]),
            ("ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", &[27, 28, 29, 30, 31]),
        ] {
            assert_eq!(
                DetachKeys::parse(text).map(|keys| keys.bytes),
                Ok(bytes.to_vec()),
                "{text}"
            );
        }
        for text in ["ctrl-", "ctrl-ab", "xy", "a,,b", "ctrl-1", "ä"] {
            assert!(DetachKeys::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_sequence_is_found_across_pieces_and_everything_else_goes_on() {
        let on = |text: &[u8]| Typed::On(text.to_vec());
        let detached = |text: &[u8]| Typed::Detached(text.to_vec());
        for (pieces, expected) in [
            (&[&b"abc"[..]][..], vec![on(b"abc")]),
            (&[b"ab\x10\x11c"], vec![detached(b"ab")]),
            (&[b"a\x10", b"\x11"], vec![on(b"a"), detached(b"")]),
            (&[b"a\x10", b"b"], vec![on(b"a"), on(b"\x10b")]),
            (&[b"\x10\x10", b"\x11"], vec![on(b"\x10"), detached(b"")]),
            (&[b"\x11\x10b"], vec![on(b"\x11\x10b")]),
        ] {
            let mut keys = DetachKeys::default();
            let found: Vec<Typed> = pieces.iter().map(|piece| keys.take(piece)).collect();
            assert_eq!(found, expected, "{pieces:?}");
        }
    }
}
