//! Colours, and whether there are any.

use anstyle::{AnsiColor, Style};

/// Something that went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Something that failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something doubtful.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default();
/// Something that is going on.
pub(crate) const BUSY: Style = AnsiColor::Cyan.on_default();
/// Something of lesser weight.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Something of greater weight.
pub(crate) const STRONG: Style = Style::new().bold();

/// The colours that tell containers apart in logs, in the order in which they are given out.
pub(crate) const CONTAINERS: [AnsiColor; 10] = [
    AnsiColor::Cyan,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::BrightCyan,
    AnsiColor::BrightYellow,
    AnsiColor::BrightGreen,
    AnsiColor::BrightMagenta,
    AnsiColor::BrightBlue,
];

/// When to use colours and other control sequences (`--ansi`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ansi {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Always.
    Always,
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(bool);

impl Color {
    /// No colours.
    pub const OFF: Self = Self(false);
    /// Colours.
    pub const ON: Self = Self(true);

    /// Decides for one stream; `no_color` is whether the variable `NO_COLOR` holds any text (no-color.org).
    pub fn decide(ansi: Ansi, is_terminal: bool, no_color: bool) -> Self {
        Self(match ansi {
            Ansi::Auto => is_terminal && !no_color,
            Ansi::Never => false,
            Ansi::Always => true,
        })
    }

    /// Whether there are colours.
    pub fn is_on(self) -> bool {
        self.0
    }

    /// The text in a style, or as it is.
    pub fn paint(self, style: Style, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_need_a_terminal_and_consent() {
        for (ansi, is_terminal, no_color, on) in [
            (Ansi::Auto, true, false, true),
            (Ansi::Auto, true, true, false),
            (Ansi::Auto, false, false, false),
            (Ansi::Never, true, false, false),
            (Ansi::Always, false, true, true),
        ] {
            assert_eq!(
                Color::decide(ansi, is_terminal, no_color).is_on(),
                on,
                "{ansi:?} {is_terminal} {no_color}"
            );
        }
    }

    #[test]
    fn without_colour_text_is_left_as_it_is() {
        assert_eq!(Color::OFF.paint(GOOD, "done"), "done");
        assert_eq!(Color::ON.paint(GOOD, "done"), "\u{1b}[32mdone\u{1b}[0m");
    }
}
