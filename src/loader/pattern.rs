//! Tables of special places: a pattern of keys such as `services.*.ports` -> what to do there.

use super::node::{Node, Value};

/// A table from patterns to rules. `*` stands for any key and for any element of a list.
pub(super) type Table<T> = [(&'static str, T)];

/// The patterns that still can match below some place, each with the rest that has to match.
#[derive(Clone, Default)]
pub(super) struct Open<T>(Vec<(&'static str, T)>);

impl<T: Copy> Open<T> {
    /// All patterns, at the top of the tree.
    pub(super) fn new(table: &Table<T>) -> Self {
        Self(table.to_vec())
    }

    /// The patterns that are open behind a key.
    pub(super) fn below(&self, key: &str) -> Self {
        let step = |(rest, rule): &(&'static str, T)| {
            let (head, tail) = rest.split_once('.').unwrap_or((rest, ""));
            (!rest.is_empty() && (head == "*" || head == key)).then_some((tail, *rule))
        };
        Self(self.0.iter().filter_map(step).collect())
    }

    /// The rule of the pattern that ends here.
    pub(super) fn here(&self) -> Option<T> {
        self.0
            .iter()
            .find(|(rest, _)| rest.is_empty())
            .map(|(_, rule)| *rule)
    }

    /// Whether nothing can match here or below.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Calls `visit` with every place that a pattern names, outer places first.
pub(super) fn walk<T: Copy>(
    node: &mut Node,
    table: &Table<T>,
    visit: &mut impl FnMut(&mut Node, T),
) {
    descend(node, &Open::new(table), visit);
}

fn descend<T: Copy>(node: &mut Node, open: &Open<T>, visit: &mut impl FnMut(&mut Node, T)) {
    if let Some(rule) = open.here() {
        visit(node, rule);
    }
    match &mut node.value {
        Value::Mapping(mapping) => {
            for (key, entry) in mapping.iter_mut() {
                let below = open.below(key);
                if !below.is_empty() {
                    descend(&mut entry.node, &below, visit);
                }
            }
        }
        Value::Sequence(items) => {
            let below = open.below("*");
            if !below.is_empty() {
                for item in items {
                    descend(item, &below, visit);
                }
            }
        }
        _ => {}
    }
}
