//! Changes to a text that keep most of its meaning, so that readers get far before something is wrong.

use super::random::border;
use super::{Grammar, Random};

/// An example with some changes; now and then none.
pub(super) fn input(grammar: &Grammar, random: &mut Random) -> String {
    let mut text = random.of(&grammar.examples).clone();
    while !random.one_in(3) && text.len() < 32_768 {
        text = changed(&text, grammar, random);
    }
    text
}

/// A text in which a part is repeated.
#[derive(Clone, Debug)]
pub(super) struct Large {
    before: String,
    part: String,
    after: String,
    times: usize,
}

impl Large {
    pub(super) fn text(&self) -> String {
        [&self.before, &self.part.repeat(self.times), &self.after]
            .map(String::as_str)
            .concat()
    }

    pub(super) fn quarter(&self) -> Self {
        Self {
            times: self.times / 4,
            ..self.clone()
        }
    }
}

/// Repeats a part of a text, often a line, until it has about so many bytes.
pub(super) fn large(text: &str, size: usize, random: &mut Random) -> Large {
    let (start, end) = if random.one_in(2) {
        line(text, random)
    } else {
        range(text, 12, random)
    };
    let part = match &text[start..end] {
        "" => "x",
        part => part,
    };
    Large {
        before: text[..start].to_owned(),
        after: text[end..].to_owned(),
        times: size.div_ceil(part.len()),
        part: part.to_owned(),
    }
}

fn changed(text: &str, grammar: &Grammar, random: &mut Random) -> String {
    let other = random.of(&grammar.examples);
    let piece = if grammar.pieces.is_empty() {
        ""
    } else {
        *random.of(grammar.pieces)
    };
    let at = random.place(text);
    let (from, to) = range(text, 12, random);
    let (start, end) = line(text, random);
    let whole = &text[start..end];
    match random.below(12) {
        // A part less, or a sign of the grammar more.
        0 => without(text, from, to, ""),
        1 => without(text, at, at, piece),
        2 => without(text, from, to, piece),
        // Lines: less, twice, elsewhere, from elsewhere.
        3 => without(text, start, end, ""),
        4 => without(text, start, start, whole),
        5 => {
            let rest = without(text, start, end, "");
            let (place, _) = line(&rest, random);
            without(&rest, place, place, whole)
        }
        6 => {
            let (start_other, end_other) = line(other, random);
            without(text, start, start, &other[start_other..end_other])
        }
        // Another value, deeper or less deep.
        7 | 8 => match whole.find(": ").or_else(|| whole.find('=')) {
            Some(sign) => {
                let value = start + sign + if whole[sign..].starts_with('=') { 1 } else { 2 };
                let last = end - usize::from(whole.ends_with('\n'));
                without(text, value.min(last), last, piece)
            }
            None => without(text, at, at, piece),
        },
        9 => without(text, start, start, ["  ", " ", "\t", "- "][random.below(4)]),
        10 => {
            let spaces = whole.len() - whole.trim_start_matches(' ').len();
            without(text, start, start + spaces.min(2), "")
        }
        _ => {
            let sign = random.of(&SIGNS);
            without(text, from, to, sign)
        }
    }
}

/// What readers of any grammar should not stumble over.
const SIGNS: [&str; 20] = [
    "\0",
    "\r\n",
    "\r",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{a0}",
    "é",
    "\u{1f980}",
    "'",
    "\"",
    "\\",
    "$",
    "{",
    "}",
    "[",
    "#",
    ":",
    "-",
    "\n",
];

fn without(text: &str, from: usize, to: usize, instead: &str) -> String {
    [&text[..from], instead, &text[to..]].concat()
}

fn range(text: &str, length: usize, random: &mut Random) -> (usize, usize) {
    let from = random.place(text);
    let to = border(text, from + random.below(length));
    (from, to.max(from))
}

/// The line of a place, with its end.
fn line(text: &str, random: &mut Random) -> (usize, usize) {
    let at = random.place(text);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    (start, end)
}
