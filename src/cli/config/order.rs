//! The order of keys in what `config` prints: that of docker compose, where keys of the specification stand as its
//! types list them and names are sorted.

mod tables;

use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use tables::STACK;

/// How names are sorted.
#[derive(Clone, Copy)]
pub(super) enum Names {
    /// By their letters, as JSON has them.
    Letters,
    /// With numbers by their value, as YAML has them.
    Natural,
}

/// The order of what stands at a place.
enum Order {
    /// All keys are names, at any depth.
    Free,
    /// A mapping from names.
    Map(&'static Order),
    /// A list.
    List(&'static Order),
    /// These keys first, a blank between them, others are names; and what stands below some.
    Keys(&'static str, &'static [(&'static str, &'static Order)]),
}

/// Sorts the keys of a stack.
pub(super) fn stack(value: &mut Json, names: Names) {
    sort(value, &STACK, names);
}

/// Sorts all keys as names.
pub(super) fn by_name(value: &mut Json, names: Names) {
    sort(value, &Order::Free, names);
}

fn sort(value: &mut Json, order: &Order, names: Names) {
    match (value, order) {
        (Json::Array(items), Order::List(inner)) => {
            for item in items {
                sort(item, inner, names);
            }
        }
        (Json::Array(items), _) => items
            .iter_mut()
            .for_each(|item| sort(item, &Order::Free, names)),
        (Json::Object(map), _) => sort_keys(map, order, names),
        _ => {}
    }
}

fn sort_keys(map: &mut Map<String, Json>, order: &Order, names: Names) {
    let (keys, below) = match order {
        Order::Keys(keys, below) => (*keys, *below),
        _ => ("", &[][..]),
    };
    let mut unsorted = std::mem::take(map);
    for key in keys.split_ascii_whitespace() {
        map.extend(unsorted.swap_remove_entry(key));
    }
    let mut rest: Vec<(String, Json)> = unsorted.into_iter().collect();
    rest.sort_by(|(left, _), (right, _)| names.compare(left, right));
    map.extend(rest);
    for (key, value) in map.iter_mut() {
        let inner = match order {
            Order::Map(inner) => inner,
            _ => below
                .iter()
                .find(|(known, _)| known == key)
                .map_or(&Order::Free, |(_, inner)| *inner),
        };
        sort(value, inner, names);
    }
}

impl Names {
    fn compare(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Letters => left.cmp(right),
            Self::Natural => natural(left, right),
        }
    }
}

/// Compares with numbers by their value; letters stand behind other signs, but before them within a number.
fn natural(left: &str, right: &str) -> Ordering {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let Some(at) = left
        .iter()
        .zip(&right)
        .position(|(left, right)| left != right)
    else {
        return left.len().cmp(&right.len());
    };
    let (a, b) = (left[at], right[at]);
    let digit_before = at > 0 && left[at - 1].is_numeric();
    match (a.is_alphabetic(), b.is_alphabetic()) {
        (true, true) => a.cmp(&b),
        (true, false) if digit_before => Ordering::Less,
        (true, false) => Ordering::Greater,
        (false, true) if digit_before => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            // A zero that differs may stand within a number that began before it.
            let within = (a == '0' || b == '0')
                && left[..at]
                    .iter()
                    .rev()
                    .take_while(|letter| letter.is_ascii_digit())
                    .any(|digit| *digit != '0');
            let (left, right) = (digits(&left[at..], within), digits(&right[at..], within));
            left.cmp(&right).then(a.cmp(&b))
        }
    }
}

/// The digits at a start as a number, and how many they are.
fn digits(letters: &[char], within: bool) -> (i64, usize) {
    let digits = letters.iter().map_while(|letter| letter.to_digit(10));
    digits.fold((i64::from(within), 0), |(value, count), digit| {
        (
            value.wrapping_mul(10).wrapping_add(i64::from(digit)),
            count + 1,
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_in_names_count_by_their_value() {
        let sorted = [
            "-", "_a", "1", "2", "10", "A", "a", "a-1", "a1", "a2", "a2b", "a10", "a10b", "b",
        ];
        let mut names = sorted.to_vec();
        names.reverse();
        names.sort_by(|left, right| natural(left, right));
        assert_eq!(names, sorted);
    }

    #[test]
    fn keys_stand_in_their_order_and_names_are_sorted() {
        let mut value = json!({
            "x-b": {"b": 1, "a": 2}, "volumes": {"b": {"driver": "c", "name": "d"}, "a": null},
            "services": {"w10": {"x-y": 1, "ports": [{"target": 1, "mode": "m"}], "image": "i", "build": {"b": 1, "args": {"B": 1, "A": 2}, "context": "."}}, "w9": null},
            "name": "n",
        });
        stack(&mut value, Names::Natural);
        let sorted = r#"{"name":"n","services":{"w9":null,"w10":{"build":{"context":".","args":{"A":2,"B":1},"b":1},"image":"i","ports":[{"mode":"m","target":1}],"x-y":1}},"volumes":{"a":null,"b":{"name":"d","driver":"c"}},"x-b":{"a":2,"b":1}}"#;
        assert_eq!(value.to_string(), sorted);
        by_name(&mut value, Names::Letters);
        assert!(
            value
                .to_string()
                .starts_with(r#"{"name":"n","services":{"w10":{"build":{"args""#),
            "{value}"
        );
    }
}
