//! `.dockerignore`: which paths of a build context are left out, by Docker's own rules.
//!
//! Patterns are matched against the whole path below the context's folder. `*`, `?` and `[..]` stay inside one
//! path component, `**` spans any number of them, `!` takes paths back in, and the last pattern that matches
//! a path, or a folder above it, decides.

use regex::Regex;

/// The patterns of one `.dockerignore` file, in their order.
#[derive(Debug, Default)]
pub(crate) struct Ignore {
    patterns: Vec<Pattern>,
}

/// A line that is not a pattern.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {pattern:?} is not a valid pattern")]
pub struct PatternError {
    /// Number of the line, from 1.
    pub line: usize,
    /// The pattern as it is written.
    pub pattern: String,
}

#[derive(Debug)]
struct Pattern {
    /// `!`: matching paths are taken back in.
    exception: bool,
    /// The components, for [`Pattern::may_match_below`].
    components: Vec<Component>,
    whole: Regex,
}

#[derive(Debug)]
enum Component {
    /// Holds `**`, so that it matches across components.
    Any,
    One(Regex),
}

/// Whether a path, and what is below it, is part of the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is part of the context.
    Included,
    /// It is not, but a `!` pattern can match something below it.
    ExcludedButOpen,
    /// Neither it nor anything below it is.
    Excluded,
}

/// How the patterns stand towards one folder, to be handed to what is in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inherited {
    /// For each pattern, whether it matches the folder or one above; empty at the context's root.
    matched: Vec<bool>,
}

impl Ignore {
    /// Reads the text of a `.dockerignore` file.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for the first line that is not a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Vec::new();
        for (index, written) in text.lines().enumerate() {
            // Only a `#` in the first column starts a comment.
            let line = written.trim();
            if written.starts_with('#') || line.is_empty() {
                continue;
            }
            let (exception, pattern) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            let refuse = || PatternError {
                line: index + 1,
                pattern: line.to_owned(),
            };
            if pattern.is_empty() {
                return Err(refuse());
            }
            let cleaned = clean(pattern);
            // The context itself is never left out.
            if cleaned != "." && !cleaned.is_empty() {
                patterns.push(Pattern::compile(&cleaned, exception).ok_or_else(refuse)?);
            }
        }
        Ok(Self { patterns })
    }

    /// Whether `path` (relative to the context, with `/`) is part of it, given what its folder inherited;
    /// also gives what the things below `path` inherit.
    pub(crate) fn verdict(&self, path: &str, folder: &Inherited) -> (Verdict, Inherited) {
        let mut excluded = false;
        let mut matched = Vec::with_capacity(self.patterns.len());
        for (index, pattern) in self.patterns.iter().enumerate() {
            let above = folder.matched.get(index).copied().unwrap_or_default();
            let is_match = above || pattern.whole.is_match(path);
            if is_match {
                excluded = !pattern.exception;
            }
            matched.push(is_match);
        }
        let verdict = if !excluded {
            Verdict::Included
        } else if self
            .patterns
            .iter()
            .any(|pattern| pattern.exception && pattern.may_match_below(path))
        {
            Verdict::ExcludedButOpen
        } else {
            Verdict::Excluded
        };
        (verdict, Inherited { matched })
    }
}

/// The path without empty and `.` components, `..` resolved, and no slash at either end.
fn clean(pattern: &str) -> String {
    let mut components: Vec<&str> = Vec::new();
    for component in pattern.split('/') {
        match component {
            "" | "." => {}
            // Above the root there is nothing; above a relative path's start there is.
            ".." if components.last().is_none_or(|last| *last == "..") => {
                if !pattern.starts_with('/') {
                    components.push("..");
                }
            }
            ".." => {
                components.pop();
            }
            component => components.push(component),
        }
    }
    components.join("/")
}

impl Pattern {
    fn compile(pattern: &str, exception: bool) -> Option<Self> {
        let component = |text: &str| {
            if text.contains("**") {
                Some(Component::Any)
            } else {
                Some(Component::One(Regex::new(&expression(text)?).ok()?))
            }
        };
        let components = pattern.split('/').map(component).collect::<Option<_>>()?;
        Some(Self {
            exception,
            components,
            whole: Regex::new(&expression(pattern)?).ok()?,
        })
    }

    /// Whether the pattern can match a path that is longer than `folder` and begins with it.
    fn may_match_below(&self, folder: &str) -> bool {
        let mut components = self.components.iter();
        for name in folder.split('/') {
            match components.next() {
                Some(Component::Any) => return true,
                Some(Component::One(component)) if component.is_match(name) => {}
                Some(Component::One(_)) | None => return false,
            }
        }
        components.next().is_some()
    }
}

/// The regular expression that says the same as a pattern; none when its `[..]` or escapes are broken.
fn expression(pattern: &str) -> Option<String> {
    let mut text = String::from("(?s)^");
    let mut rest = pattern.chars().peekable();
    // A leading `**` without a slash is a suffix of the whole path as long as no other wildcard follows.
    if let Some(suffix) = pattern.strip_prefix("**")
        && !suffix.starts_with('/')
        && !suffix.contains(['*', '?', '[', ']', '\\'])
    {
        return Some(format!("(?s)^.*{}$", regex::escape(suffix)));
    }
    while let Some(character) = rest.next() {
        match character {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                text.push_str(if rest.peek().is_none() {
                    ".*"
                } else {
                    "(.*/)?"
                });
            }
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            '[' => text.push_str(&class(&mut rest)?),
            '\\' => text.push_str(&regex::escape(&rest.next()?.to_string())),
            other => text.push_str(&regex::escape(&other.to_string())),
        }
    }
    text.push('$');
    Some(text)
}

/// The rest of a `[..]` class after its bracket, as a regular expression.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut text = String::from("[");
    if rest.next_if_eq(&'^').is_some() {
        text.push('^');
    }
    let mut is_empty = true;
    loop {
        match rest.next()? {
            ']' if is_empty => return None,
            ']' => return Some(text + "]"),
            '-' if !is_empty => text.push('-'),
            '\\' => text.push_str(&escape_in_class(rest.next()?)),
            other => text.push_str(&escape_in_class(other)),
        }
        is_empty = false;
    }
}

fn escape_in_class(character: char) -> String {
    if character.is_ascii_punctuation() {
        format!("\\{character}")
    } else {
        character.to_string()
    }
}

#[cfg(test)]
mod tests;
