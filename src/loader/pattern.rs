//! Tables of special places: a pattern of keys such as `services.*.ports` -> what to do there.

use super::node::{Node, Value};

/// A table from patterns to rules, sorted by pattern. `*` stands for any key and for any element of a list; no other
/// key stands beside it.
pub(super) type Table<T> = [(&'static str, T)];

/// The patterns that still can match below some place.
#[derive(Clone, Copy)]
pub(super) struct Open<T: 'static> {
    /// Neighbours in the table: all begin with the keys on the way to the place.
    rows: &'static Table<T>,
    /// How many bytes of each pattern those keys take, the dot behind them included.
    done: usize,
}

impl<T: Copy> Open<T> {
    /// All patterns, at the top of the tree.
    pub(super) fn new(table: &'static Table<T>) -> Self {
        debug_assert!(table.is_sorted_by_key(|(pattern, _)| *pattern));
        // It would come before the dot, and tear keys apart that begin alike.
        debug_assert!(table.iter().all(|(pattern, _)| !pattern.contains('-')));
        Self {
            rows: table,
            done: 0,
        }
    }

    /// The patterns that are open behind a key.
    pub(super) fn below(&self, key: &str) -> Self {
        let key = key.as_bytes();
        // Most keys are told apart by their first letter; this is asked for every key of a stack, several times.
        let first = self.rows.partition_point(|row| {
            let rest = self.rest(row);
            match (rest.first(), key.first()) {
                (Some(b'*'), _) => false,
                (letter, wanted) if letter != wanted => letter < wanted,
                _ => rest < key,
            }
        });
        let rows = &self.rows[first..];
        let is_any = rows
            .first()
            .is_some_and(|row| self.rest(row).first() == Some(&b'*'));
        let head = if is_any { b"*" } else { key };
        let count = rows.iter().take_while(|row| self.leads(row, head)).count();
        Self {
            rows: &rows[..count],
            done: self.done + head.len() + 1,
        }
    }

    /// What of a row's pattern is still to be matched.
    fn rest(&self, (pattern, _): &(&'static str, T)) -> &'static [u8] {
        pattern.as_bytes().get(self.done..).unwrap_or_default()
    }

    /// Whether a row's pattern goes on with a key.
    fn leads(&self, row: &(&'static str, T), key: &[u8]) -> bool {
        let rest = self.rest(row);
        rest.first() == key.first()
            && !rest.is_empty()
            && matches!(rest.strip_prefix(key), Some([] | [b'.', ..]))
            && !key.contains(&b'.')
    }

    /// The rule of the pattern that ends here.
    pub(super) fn here(&self) -> Option<T> {
        let row = self.rows.first().filter(|row| self.rest(row).is_empty());
        row.map(|(_, rule)| *rule)
    }

    /// Whether nothing can match here or below.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Calls `visit` with every place that a pattern names, outer places first.
pub(super) fn walk<T: Copy>(
    node: &mut Node,
    table: &'static Table<T>,
    visit: &mut impl FnMut(&mut Node, T),
) {
    descend(node, Open::new(table), visit);
}

fn descend<T: Copy>(node: &mut Node, open: Open<T>, visit: &mut impl FnMut(&mut Node, T)) {
    if let Some(rule) = open.here() {
        visit(node, rule);
    }
    match &mut node.value {
        Value::Mapping(mapping) => {
            for (key, entry) in mapping.iter_mut() {
                let below = open.below(key);
                if !below.is_empty() {
                    descend(&mut entry.node, below, visit);
                }
            }
        }
        Value::Sequence(items) => {
            let below = open.below("*");
            if !below.is_empty() {
                for item in items {
                    descend(item, below, visit);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_followed_key_by_key() {
        static TABLE: &Table<u8> = &[
            ("*.a.b", 1),
            ("*.a_b", 5),
            ("*.ab", 2),
            ("*.ab.*", 3),
            ("*.ab.*.c", 4),
            ("*.b", 6),
        ];
        for (path, rule, is_empty) in [
            ("", None, false),
            ("x", None, false),
            ("x.a", None, false),
            ("x.a.b", Some(1), false),
            ("x.a.b.c", None, true),
            ("x.ab", Some(2), false),
            ("x.ab.x", Some(3), false),
            ("x.ab.x.c", Some(4), false),
            ("x.a_b", Some(5), false),
            ("x.b", Some(6), false),
            ("x.a_", None, true),
            ("x.", None, true),
            ("x.c", None, true),
            ("x.ab.x.c.d", None, true),
        ] {
            let keys = path.split('.').filter(|_| !path.is_empty());
            let open = keys.fold(Open::new(TABLE), |open, key| open.below(key));
            assert_eq!((open.here(), open.is_empty()), (rule, is_empty), "{path}");
        }
    }
}
