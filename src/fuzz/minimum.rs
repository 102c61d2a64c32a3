//! The smallest text that still fails, as far as leaving out parts leads there.

/// How often a smaller text may be tried.
const TRIES: usize = 4000;

/// Leaves out lines, then characters: halves first, then ever smaller parts.
pub(super) fn of(text: &str, fails: impl Fn(&str) -> bool) -> String {
    let mut tries = TRIES;
    let lines = reduced(text.split_inclusive('\n').collect(), &fails, &mut tries).concat();
    let starts = lines
        .char_indices()
        .map(|(at, c)| &lines[at..at + c.len_utf8()]);
    reduced(starts.collect(), &fails, &mut tries).concat()
}

fn reduced<'t>(
    mut parts: Vec<&'t str>,
    fails: &impl Fn(&str) -> bool,
    tries: &mut usize,
) -> Vec<&'t str> {
    let mut size = parts.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < parts.len() {
            if *tries == 0 {
                return parts;
            }
            *tries -= 1;
            let mut fewer = parts.clone();
            fewer.drain(at..(at + size).min(parts.len()));
            if fails(&fewer.concat()) {
                parts = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    parts
}

#[test]
fn only_what_makes_it_fail_is_left() {
    let text = "a\nbc\nde\nfg\nh";
    let fails = |text: &str| text.contains('c') && text.contains('g');
    assert_eq!(of(text, fails), "cg");
}
