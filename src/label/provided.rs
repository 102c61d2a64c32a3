//! Variables that a container got when it was made from what only a running program could tell: providers and models.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

/// Who set which variables of a container: JSON, `{"provider:db": ["DB_URL"]}`. Their values are in the container alone.
pub const PROVIDED: &str = "io.windlass.provided";

/// The names of a container's variables by who set them, such as `provider:db`.
pub type Provided = BTreeMap<String, BTreeSet<String>>;

/// What [`PROVIDED`] says; nothing where it cannot be read.
pub fn provided(labels: &IndexMap<String, String>) -> Provided {
    let text = labels.get(PROVIDED);
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// Sets [`PROVIDED`], or takes it away where nobody set anything.
pub fn set_provided(labels: &mut IndexMap<String, String>, provided: &Provided) {
    match serde_json::to_string(provided) {
        Ok(text) if !provided.is_empty() => {
            labels.insert(PROVIDED.to_owned(), text);
        }
        _ => {
            labels.shift_remove(PROVIDED);
        }
    }
}

/// A variable's value in a container's environment, where the last line counts.
pub fn value_of<'e>(environment: &'e [String], name: &str) -> Option<&'e str> {
    let mut lines = environment.iter().rev();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

/// A digest by which variables that were set are told from others.
pub fn variables_digest<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> String {
    let sorted: BTreeMap<&str, &str> = variables.into_iter().collect();
    let mut digest = Sha256::new();
    for part in sorted.iter().flat_map(|(name, value)| [name, value]) {
        digest.update(part);
        digest.update("\0");
    }
    let bytes = digest.finalize();
    bytes.iter().fold(String::with_capacity(64), |text, byte| {
        text + &format!("{byte:02x}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_read_as_it_was_written_and_goes_when_it_says_nothing() {
        let mut labels = IndexMap::new();
        let names = BTreeSet::from(["DB_URL".to_owned()]);
        let known = Provided::from([("provider:db".to_owned(), names)]);
        set_provided(&mut labels, &known);
        assert_eq!(labels[PROVIDED], r#"{"provider:db":["DB_URL"]}"#);
        assert_eq!(provided(&labels), known);
        set_provided(&mut labels, &Provided::new());
        assert!(labels.is_empty());
        labels.insert(PROVIDED.to_owned(), "[broken".to_owned());
        assert!(provided(&labels).is_empty());
    }

    #[test]
    fn variables_are_equal_by_name_and_value_in_any_order() {
        let digest = |variables: &[(&'static str, &'static str)]| {
            variables_digest(variables.iter().copied())
        };
        assert_eq!(
            digest(&[("A", "1"), ("B", "2")]),
            digest(&[("B", "2"), ("A", "1")])
        );
        assert_ne!(digest(&[("A", "1")]), digest(&[("A", "2")]));
        assert_ne!(digest(&[("A", "1")]), digest(&[("A", "1"), ("B", "")]));
        let environment = ["A=1".to_owned(), "AB=2".to_owned(), "A=3".to_owned()];
        assert_eq!(value_of(&environment, "A"), Some("3"));
        assert_eq!(value_of(&environment, "C"), None);
    }
}
