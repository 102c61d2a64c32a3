//! Mappings of a stack file.

use super::Node;
use crate::loader::span::Span;
use std::collections::HashMap;

/// Keys and values in the order in which they were written, with the position of each key.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<(String, Entry)>,
    /// Where each key's entry is, once there are more than [`FEW`]: a stack has few large mappings and very many small
    /// ones, in which looking at the keys one by one is faster and takes no memory.
    #[expect(
        clippy::box_collection,
        reason = "few mappings have it, and every node would be larger"
    )]
    places: Option<Box<HashMap<String, usize>>>,
}

/// The most keys that are found by looking at each.
const FEW: usize = 16;

/// One value of a [`Mapping`] and the position of its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Mapping {
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(key).copied(),
            None => self.entries.iter().position(|(known, _)| known == key),
        }
    }

    /// Notes where the keys are after entries have moved.
    fn find_places(&mut self) {
        let keys = self.entries.iter().map(|(key, _)| key.clone());
        self.places = (self.entries.len() > FEW)
            .then(|| Box::new(keys.enumerate().map(|(at, key)| (key, at)).collect()));
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value under a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let place = self.place(key)?;
        Some(&mut self.entries[place].1.node)
    }

    /// The value under a key together with the key's position.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        Some(&self.entries[self.place(key)?].1)
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Sets a key; a key that is there keeps its place in the order.
    pub fn insert(&mut self, key: impl Into<String>, key_span: Span, node: Node) {
        let (key, entry) = (key.into(), Entry { key_span, node });
        if let Some(place) = self.place(&key) {
            self.entries[place].1 = entry;
            return;
        }
        if let Some(places) = &mut self.places {
            places.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, entry));
        if self.entries.len() == FEW + 1 {
            self.find_places();
        }
    }

    /// Sets a key whose position is its value's.
    pub fn set(&mut self, key: impl Into<String>, node: Node) {
        self.insert(key, node.span, node);
    }

    /// Takes a key out and keeps the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let (_, entry) = self.entries.remove(self.place(key)?);
        self.find_places();
        Some(entry)
    }

    /// Keeps the keys for which the test holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Entry) -> bool) {
        let before = self.entries.len();
        self.entries.retain_mut(|(key, entry)| keep(key, entry));
        if self.entries.len() < before {
            self.find_places();
        }
    }

    /// Keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// Keys with values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries
            .iter()
            .map(|(key, entry)| (key.as_str(), entry))
    }

    /// Keys with values in order, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Entry)> {
        self.entries
            .iter_mut()
            .map(|(key, entry)| (key.as_str(), entry))
    }

    /// Values in order, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().map(|(_, entry)| &mut entry.node)
    }
}

/// The same keys with the same values, in whatever order.
impl PartialEq for Mapping {
    fn eq(&self, other: &Self) -> bool {
        let same = |(key, entry): (&str, &Entry)| other.entry(key) == Some(entry);
        self.len() == other.len() && self.iter().all(same)
    }
}

impl IntoIterator for Mapping {
    type Item = (String, Entry);
    type IntoIter = std::vec::IntoIter<(String, Entry)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader::span::Sources;

    #[test]
    fn keys_are_found_in_small_and_large_mappings() {
        let node = |number| Node::new(i64::try_from(number).unwrap(), Sources::start());
        for count in [0, 1, FEW, FEW + 1, 3 * FEW] {
            let mut mapping = Mapping::default();
            for number in 0..count {
                mapping.set(format!("key{number}"), node(number));
            }
            mapping.set("key0", node(0));
            let all: Vec<String> = (0..count.max(1))
                .map(|number| format!("key{number}"))
                .collect();
            assert!(mapping.keys().eq(&all), "{count}");
            mapping.remove("key0");
            assert_eq!(mapping.len(), all.len() - 1);
            assert!(mapping.get("key0").is_none());
            for number in 1..count {
                assert_eq!(mapping.get(&format!("key{number}")), Some(&node(number)));
            }
            mapping.retain(|key, _| key == "key1");
            assert_eq!(mapping.contains("key1"), count > 1);
            assert_eq!(mapping.len(), usize::from(count > 1));
        }
    }
}
