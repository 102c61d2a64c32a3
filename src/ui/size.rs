//! Numbers of bytes as docker prints them: a few significant digits and a unit.

/// Decimal units with three digits: `2.07MB`.
pub fn decimal(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    scaled(bytes, 1000.0, &units, 3)
}

/// Binary units with four digits: `23.54GiB`.
pub fn binary(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    scaled(bytes, 1024.0, &units, 4)
}

#[expect(clippy::cast_precision_loss, reason = "a few digits of it are printed")]
fn scaled(bytes: u64, base: f64, units: &[&str], digits: usize) -> String {
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= base && unit + 1 < units.len() {
        size /= base;
        unit += 1;
    }
    let whole = format!("{size:.0}").len();
    let fraction = digits.saturating_sub(whole);
    let text = format!("{size:.fraction$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_that_docker_prints() {
        for (bytes, expected) in [
            (0, "0B"),
            (806, "806B"),
            (1000, "1kB"),
            (1060, "1.06kB"),
            (2_065_225, "2.07MB"),
            (10_000_000, "10MB"),
            (458_300_000, "458MB"),
        ] {
            assert_eq!(decimal(bytes), expected);
        }
        for (bytes, expected) in [
            (0, "0B"),
            (471_040, "460KiB"),
            (1023, "1023B"),
            (25_276_000_000, "23.54GiB"),
            (1_600_000, "1.526MiB"),
        ] {
            assert_eq!(binary(bytes), expected);
        }
    }
}
