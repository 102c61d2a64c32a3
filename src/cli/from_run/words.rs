//! Splits a command line as a shell does.

/// The words of a command line. A `$` that the shell would leave alone is doubled, as a stack file writes it; one that
/// names a variable stays, as a stack file has variables, too. `$PWD` and `$(pwd)` are the folder of the stack file.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let line = ["$(pwd)", "`pwd`", "${PWD}", "$PWD"]
        .iter()
        .fold(line.to_owned(), |line, folder| line.replace(folder, "."));
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some('\'') => break,
                        Some('$') => word.push_str("$$"),
                        Some(letter) => word.push(letter),
                        None => return Err("a `'` is not closed".to_owned()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some('"') => break,
                        Some('\\') => match letters.next() {
                            Some('$') => word.push_str("$$"),
                            Some('\n') | None => {}
                            Some(letter @ ('"' | '\\' | '`')) => word.push(letter),
                            Some(letter) => word.extend(['\\', letter]),
                        },
                        Some('`') => return Err(command()),
                        Some('$') if letters.peek() == Some(&'(') => return Err(command()),
                        Some(letter) => word.push(letter),
                        None => return Err("a `\"` is not closed".to_owned()),
                    }
                }
            }
            '\\' => match letters.next() {
                Some('\n') | None => {}
                Some('$') => word.get_or_insert_default().push_str("$$"),
                Some(letter) => word.get_or_insert_default().push(letter),
            },
            '`' => return Err(command()),
            '$' if letters.peek() == Some(&'(') => return Err(command()),
            _ if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

fn command() -> String {
    "the output of a command, `$(..)`, cannot stand in a stack file: write the value itself, or a variable".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        for (line, expected) in [
            ("a  b\tc\n", &["a", "b", "c"][..]),
            ("a \\\n  b", &["a", "b"]),
            ("'a b' \"c d\"e '' f\\ g", &["a b", "c de", "", "f g"]),
            ("\"a\\\"b\\n\" 'c\\d'", &["a\"b\\n", "c\\d"]),
            (
                "$A \"$B\" '$C' \\$D \"\\$E\"",
                &["$A", "$B", "$$C", "$$D", "$$E"],
            ),
            ("$(pwd)/x:/y \"$PWD\":/z ${PWD}", &["./x:/y", ".:/z", "."]),
        ] {
            assert_eq!(
                split(line).as_deref(),
                Ok(expected
                    .iter()
                    .map(|word| (*word).to_owned())
                    .collect::<Vec<_>>()
                    .as_slice()),
                "{line}"
            );
        }
        for line in ["'a", "\"a", "$(date)", "\"`date`\""] {
            assert!(split(line).is_err(), "{line}");
        }
    }
}
