//! How a string stands in YAML: plain, in quotes or as a block of lines, decided as docker compose's writer does.

use super::plain::is_string;

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is.
    Plain,
    /// In single quotes: a mark would be read as one.
    Single,
    /// In double quotes: it would be read as another type, or needs escapes.
    Double,
    /// As a block of lines.
    Block,
}

/// The style of a value.
pub(super) fn style(text: &str) -> Style {
    let printable = text
        .chars()
        .all(|letter| letter == '\t' || is_printable(letter));
    if !printable || text.contains(" \n") {
        return Style::Double;
    }
    if text.contains('\n') {
        return if text.ends_with(' ') {
            Style::Double
        } else {
            Style::Block
        };
    }
    if text.contains('\t') || !is_string(text) {
        return Style::Double;
    }
    if has_marks(text) || text.starts_with(' ') || text.ends_with(' ') {
        return Style::Single;
    }
    Style::Plain
}

/// A text of one line in its style; what has several lines is escaped.
pub(super) fn inline(text: &str) -> String {
    match style(text) {
        Style::Plain => text.to_owned(),
        Style::Single => format!("'{}'", text.replace('\'', "''")),
        Style::Double | Style::Block => {
            format!("\"{}\"", text.chars().map(escaped).collect::<String>())
        }
    }
}

/// The mark before a block of lines: where its indent cannot be seen it is told, and what becomes of the breaks at its
/// end.
pub(super) fn block_mark(text: &str) -> String {
    let indent = if text.starts_with([' ', '\n']) {
        "2"
    } else {
        ""
    };
    let breaks = text.len() - text.trim_end_matches('\n').len();
    let keep = match breaks {
        0 => "-",
        1 if text.len() > 1 => "",
        _ => "+",
    };
    format!("|{indent}{keep}")
}

/// Whether a letter needs no escape. Letters beyond the first plane, such as emoji, get one from docker compose too;
/// the breaks of Unicode get one here, since readers differ on them.
fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn escaped(letter: char) -> String {
    let code = u32::from(letter);
    match letter {
        '"' | '\\' => format!("\\{letter}"),
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        _ if is_printable(letter) => letter.to_string(),
        _ if code <= 0xff => format!("\\x{code:02X}"),
        _ if code <= 0xffff => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    }
}

/// Whether a mark of YAML stands where a reader takes it for one.
fn has_marks(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next().unwrap_or(' ');
    let alone = letters.next().is_none_or(|second| second == ' ');
    "#,[]{}&*!|>'\"%@`".contains(first)
        || ("?:-".contains(first) && alone)
        || text.starts_with("---")
        || text.starts_with("...")
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_stand_as_docker_compose_writes_them() {
        for (text, written) in [
            ("nginx:1.27", "nginx:1.27"),
            ("a b, [c] {d} $$e 'f' \"g\"", "a b, [c] {d} $$e 'f' \"g\""),
            ("-x ?y :z", "-x ?y :z"),
            ("grüße", "grüße"),
            ("a#b", "a#b"),
            ("a: b", "'a: b'"),
            ("it's #1: ", "'it''s #1: '"),
            ("a #b", "'a #b'"),
            ("a:", "'a:'"),
            ("-", "'-'"),
            ("- a", "'- a'"),
            ("---", "'---'"),
            ("*", "'*'"),
            ("@a", "'@a'"),
            ("{}", "'{}'"),
            (" a", "' a'"),
            ("a ", "'a '"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("0755", "\"0755\""),
            ("a\tb", "\"a\\tb\""),
            ("\u{7f}\u{1b}", "\"\\x7F\\e\""),
            ("😀", "\"\\U0001F600\""),
            ("a \nb", "\"a \\nb\""),
            ("a\nb ", "\"a\\nb \""),
        ] {
            assert_eq!(inline(text), written);
        }
    }

    #[test]
    fn lines_stand_as_a_block() {
        for (text, mark) in [
            ("a\nb", "|-"),
            ("a\n", "|"),
            ("a\n\n", "|+"),
            ("\n", "|2+"),
            (" a\n", "|2"),
            ("\ta\n", "|"),
        ] {
            assert_eq!(style(text), Style::Block, "{text:?}");
            assert_eq!(block_mark(text), mark, "{text:?}");
        }
    }
}
