//! Lines of files as they are quoted: what looks like a credential is covered, and everything keeps its place.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::credential::{authority_length, is_credential_name};

/// The text with stars in place of the values of keys that look like credentials, and of passwords in addresses; every
/// byte that stays keeps its offset. References to variables stay, their defaults do not.
pub(super) fn covered(text: &str) -> Cow<'_, str> {
    let mut cover: Vec<Range<usize>> = Vec::new();
    let (mut at, mut below) = (0, Below::Nothing);
    for line in text.split_inclusive('\n') {
        below = scan(line, at, below, &mut cover);
        at += line.len();
    }
    if cover.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut covered = String::with_capacity(text.len());
    let mut end = 0;
    for range in cover {
        if range.start < end {
            continue;
        }
        covered.push_str(&text[end..range.start]);
        for letter in text[range.clone()].chars() {
            if letter.is_whitespace() {
                covered.push(letter);
            } else {
                covered.extend(std::iter::repeat_n('*', letter.len_utf8()));
            }
        }
        end = range.end;
    }
    covered.push_str(&text[end..]);
    Cow::Owned(covered)
}

/// What lines that are indented deeper than a credential's key hold.
#[derive(Clone, Copy)]
enum Below {
    /// Nothing of it.
    Nothing,
    /// Its text.
    Text { indent: usize },
    /// Its items, where it is a list.
    Items { indent: usize },
}

/// Finds what to cover in a line that begins at an offset; answers what the next line is below.
fn scan(line: &str, at: usize, below: Below, cover: &mut Vec<Range<usize>>) -> Below {
    let body = line.trim_start_matches(' ');
    let indent = line.len() - body.len();
    let end = line.trim_end().len();
    if end <= indent {
        return below;
    }
    match below {
        Below::Text { indent: above } if indent > above => {
            cover.push(at + indent..at + end);
            return below;
        }
        Below::Items { indent: above } if indent >= above && body.starts_with("- ") => {
            cover.push(at + indent + 2..at + end);
            return below;
        }
        _ => {}
    }
    let mut next = Below::Nothing;
    let mut from = indent;
    while let Some((name, value)) = pair(&line[..end], from) {
        from = value;
        if !is_credential_name(name) || matches!(name, "secret" | "secrets") {
            continue;
        }
        let rest = &line[value..end];
        match rest.bytes().next() {
            None => next = Below::Items { indent },
            Some(b'|' | b'>') => next = Below::Text { indent },
            // A mapping describes a credential, it is none.
            Some(b'{') => {}
            Some(_) => {
                let length = length(rest, line[..value].contains('{'));
                parts(rest, length, at + value, cover);
                from = value + length;
            }
        }
    }
    addresses(&line[..end], at, cover);
    cover.sort_by_key(|range| range.start);
    next
}

/// The next `name: value` or `name=value` of a line: the name, and where the value begins.
fn pair(line: &str, from: usize) -> Option<(&str, usize)> {
    let found = line[from..].char_indices().find(|(at, letter)| {
        let after = line.as_bytes().get(from + at + 1);
        *letter == '=' || *letter == ':' && after.is_none_or(|byte| matches!(byte, b' ' | b'\t'))
    })?;
    let separator = from + found.0;
    let name = line[from..separator]
        .trim_end()
        .trim_end_matches(['"', '\'']);
    let word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let start = name.rfind(|letter| !word(letter)).map_or(0, |before| {
        before + name[before..].chars().next().map_or(1, char::len_utf8)
    });
    let rest = &line[separator + 1..];
    Some((
        &name[start..],
        separator + 1 + rest.len() - rest.trim_start().len(),
    ))
}

/// How long the value is that a text begins with.
fn length(text: &str, in_braces: bool) -> usize {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''));
    match quote {
        Some(quote) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        None if in_braces => text.find([',', '}']).unwrap_or(text.len()),
        None => text.len(),
    }
}

/// The parts of a value that are no references to variables.
fn parts(text: &str, length: usize, at: usize, cover: &mut Vec<Range<usize>>) {
    let (mut from, mut sought) = (0, 0);
    while let Some(open) = text[sought..length].find("${") {
        let open = sought + open;
        let name = open + 2;
        let name_length = text[name..]
            .find(|letter: char| !(letter == '_' || letter.is_ascii_alphanumeric()))
            .unwrap_or(text.len() - name);
        let after = &text[name + name_length..];
        let kept = match after.bytes().next() {
            Some(b'}') => name_length + 1,
            _ if after.starts_with(":?") || after.starts_with('?') => {
                name_length + after.find('}').map_or(after.len(), |end| end + 1)
            }
            _ if after.starts_with([':', '-', '+']) && after.contains('}') => name_length,
            // This is no reference, but a part of the credential.
            _ => {
                sought = name;
                continue;
            }
        };
        cover.push(at + from..at + open);
        from = (name + kept).min(length);
        sought = from;
    }
    cover.push(at + from..at + length);
}

/// The passwords in `scheme://user:password@host`.
fn addresses(line: &str, at: usize, cover: &mut Vec<Range<usize>>) {
    for (scheme, _) in line.match_indices("://") {
        let start = scheme + 3;
        let rest = &line[start..];
        let end = authority_length(rest);
        if let Some(host) = rest[..end].rfind('@')
            && let Some(colon) = rest[..host].find(':')
        {
            cover.push(at + start + colon + 1..at + start + host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_covered_and_all_else_stays() {
        for (text, shown) in [
            ("PASSWORD: hunter2", "PASSWORD: *******"),
            ("  DB_PASSWORD: \"hé 2\" # x", "  DB_PASSWORD: **** ** # x"),
            (
                "- DB_PASSWORD=hunter2\r\n- A=b",
                "- DB_PASSWORD=*******\r\n- A=b",
            ),
            ("- \"API_KEY=a b\"", "- \"API_KEY=* **"),
            ("{A: b, TOKEN: c d, E: f}", "{A: b, TOKEN: * *, E: f}"),
            ("PASSWORD: [hunter2]", "PASSWORD: *********"),
            (
                "PASSWORD: |\n  one\n\n  two\nA: b",
                "PASSWORD: |\n  ***\n\n  ***\nA: b",
            ),
            ("PASSWORD:\n  - one\nA: b", "PASSWORD:\n  - ***\nA: b"),
            ("PASSWORD: ${PW}", "PASSWORD: ${PW}"),
            ("PASSWORD: ${PW:?set it}", "PASSWORD: ${PW:?set it}"),
            ("PASSWORD: ${PW:-hunter2}", "PASSWORD: ${PW**********"),
            ("PASSWORD: a${PW}b", "PASSWORD: *${PW}*"),
            ("PASSWORD: a${c d}b", "PASSWORD: **** ***"),
            ("PASSWORD: a${c", "PASSWORD: ****"),
            ("url: mysql://me:a${c d@db/x", "url: mysql://me:**** *@db/x"),
            (
                "url: mysql://me:hunter2@db/x",
                "url: mysql://me:*******@db/x",
            ),
            ("secrets: [a, b]", "secrets: [a, b]"),
            ("secrets:\n  - a", "secrets:\n  - a"),
            ("db_password: {file: ./x}", "db_password: {file: ./x}"),
            ("db_password:\n  file: ./x", "db_password:\n  file: ./x"),
            ("image: a:b", "image: a:b"),
            ("", ""),
            (": = é:", ": = é:"),
        ] {
            let covered = covered(text);
            assert_eq!(covered, shown);
            assert_eq!(covered.len(), text.len(), "{text}");
        }
    }
}
