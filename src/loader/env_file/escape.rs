//! Escapes in double-quoted values.

/// A double-quoted text whose escapes are resolved, with the way back to what was written.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// For each escape: the offset behind it in `text`, and in what was written.
    shifts: Vec<(usize, usize)>,
}

impl Unescaped {
    /// Resolves the escapes.
    pub(super) fn of(written: &str) -> Self {
        let mut result = Self {
            text: String::with_capacity(written.len()),
            shifts: Vec::new(),
        };
        let mut rest = written;
        while let Some(at) = rest.find('\\') {
            result.text.push_str(&rest[..at]);
            rest = result.push_escape(&rest[at..]);
            result
                .shifts
                .push((result.text.len(), written.len() - rest.len()));
        }
        result.text.push_str(rest);
        result
    }

    /// Resolves the escape at the text's beginning and returns what follows; an unknown one stays as it is.
    fn push_escape<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(character) = text[1..].chars().next() else {
            self.text.push('\\');
            return "";
        };
        let plain = match character {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '"' | '\\' => character,
            '$' => {
                // Interpolation turns it into one dollar sign.
                self.text.push_str("$$");
                return &text[2..];
            }
            '0' => return self.push_octal(text),
            _ => {
                self.text.push('\\');
                self.text.push(character);
                return &text[1 + character.len_utf8()..];
            }
        };
        self.text.push(plain);
        &text[2..]
    }

    /// Resolves `\0` and three octal digits. With other digits, other readers of the format drop the zero and keep
    /// the rest; a value must not depend on who reads it.
    fn push_octal<'t>(&mut self, text: &'t str) -> &'t str {
        let digits = &text[2..];
        let length = digits
            .bytes()
            .take(3)
            .take_while(u8::is_ascii_digit)
            .count();
        let (digits, rest) = digits.split_at(length);
        match u8::from_str_radix(digits, 8) {
            Ok(code) if length == 3 => self.text.push(char::from(code)),
            _ => {
                self.text.push('\\');
                self.text.push_str(digits);
            }
        }
        rest
    }

    /// The offset in what was written that belongs to an offset in the text.
    pub(super) fn written_at(&self, at: usize) -> usize {
        let before = self.shifts.partition_point(|(text, _)| *text <= at);
        let (text, written) = before
            .checked_sub(1)
            .map_or((0, 0), |last| self.shifts[last]);
        written + (at - text)
    }
}
