//! Volumes that are about to be lost, in a list for people.

use std::fmt::Write as _;

use super::color::BAD;
use super::size::decimal;
use super::{Color, text, time};
use crate::plan::LostVolume;

/// How many digits of an anonymous volume's name people use.
const DIGITS: usize = 12;

/// A volume, and what is known of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The volume.
    pub volume: LostVolume,
    /// Bytes in it, where the engine tells.
    pub size: Option<u64>,
    /// When it was made, RFC 3339; empty where the engine doesn't tell.
    pub created: String,
}

/// The volumes, a line each, with size and age at `now` (Unix seconds), below a line that says what becomes of them.
pub fn list(rows: &[Row], now: i64, color: Color) -> String {
    let heading = if rows.len() == 1 {
        "This volume is removed, and all data in it is lost:"
    } else {
        "These volumes are removed, and all data in them is lost:"
    };
    let mut lines = format!("{}\n", color.paint(BAD, heading));
    let cells: Vec<_> = rows.iter().map(|row| (name(row), size(row))).collect();
    let widest = |cell: fn(&(String, String)) -> &String| {
        let widths = cells.iter().map(|cells| text::width(cell(cells)));
        widths.max().unwrap_or(0)
    };
    let (names, sizes) = (widest(|cells| &cells.0), widest(|cells| &cells.1));
    for (row, (name, size)) in rows.iter().zip(&cells) {
        let gap = names - text::width(name);
        let _ = writeln!(
            lines,
            "  {name}{:gap$}  {size:<sizes$}  {}",
            "",
            age(row, now)
        );
    }
    lines
}

fn name(row: &Row) -> String {
    let name = row.volume.name.as_str();
    match &row.volume.anonymous {
        Some(of) => format!(
            "{} (anonymous: {} of {})",
            name.get(..DIGITS).unwrap_or(name),
            of.path,
            of.container
        ),
        None => name.to_owned(),
    }
}

fn size(row: &Row) -> String {
    row.size.map_or_else(|| "size unknown".to_owned(), decimal)
}

fn age(row: &Row, now: i64) -> String {
    match time::stamp(&row.created) {
        Some(made) => format!("made {} ago", time::length(now - made).to_lowercase()),
        None => "age unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::AnonymousVolume;

    #[test]
    fn each_volume_has_its_size_and_its_age_in_a_line() {
        let row = |name: &str, anonymous, size, created: &str| Row {
            volume: LostVolume {
                name: name.into(),
                anonymous,
            },
            size,
            created: created.into(),
        };
        let of = AnonymousVolume {
            container: "shop-db-1".into(),
            path: "/cache".into(),
        };
        let now = time::stamp("2026-01-04T00:00:00Z").unwrap();
        let rows = [
            row("shop_data", None, Some(2_065_225), "2026-01-01T00:00:00Z"),
            row(&"ab12".repeat(16), Some(of), None, ""),
        ];
        assert_eq!(
            list(&rows, now, Color::OFF),
            "These volumes are removed, and all data in them is lost:\n  \
             shop_data                                      2.07MB        made 3 days ago\n  \
             ab12ab12ab12 (anonymous: /cache of shop-db-1)  size unknown  age unknown\n"
        );
        assert!(list(&rows[..1], now, Color::ON).starts_with("\u{1b}[1m\u{1b}[31mThis volume"));
    }
}
