//! Tests for strings with a form of their own.

/// A name that the engine takes for a container, at least two characters.
pub(super) fn is_container_name(text: &str) -> bool {
    let word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let letters: Vec<char> = text.chars().collect();
    letters
        .windows(2)
        .any(|pair| pair[0].is_ascii_alphanumeric() && word(pair[1]))
}

/// When an image is pulled.
pub(super) fn is_pull_policy(text: &str) -> bool {
    let known = [
        "always",
        "never",
        "build",
        "if_not_present",
        "missing",
        "refresh",
        "daily",
        "weekly",
    ];
    known.iter().any(|word| text.contains(word))
        || text
            .split_once("every_")
            .is_some_and(|(_, rest)| starts_with_duration(rest))
}

fn starts_with_duration(text: &str) -> bool {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    unit.len() < text.len() && unit.starts_with(['w', 'd', 'h', 'm', 's'])
}

/// A name of a service, network or other thing of the project.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-'))
}
