//! Where in the stack files a value was written.

use std::fmt;
use std::sync::Arc;

/// A place in a file: the path as people would type it, line and column counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The file's path, relative to the current folder where that is shorter.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The positions of an element's fields by their path inside it, such as `environment.DEBUG` or `ports[0]`; the
/// empty path is the element itself.
/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Positions(Arc<Fields>);

/// Every field of every service has an entry, and few are ever looked for: so they are cheap to write down.
#[derive(Clone, Debug, Default)]
struct Fields {
    /// The paths of all fields, one behind the other.
    paths: String,
    /// Where each path ends in `paths`, and the field's position.
    fields: Vec<(usize, Position)>,
}

impl Fields {
    /// The position that was noted last for a path.
    fn get(&self, path: &str) -> Option<&Position> {
        let mut rest = self.paths.as_str();
        for (index, (_, position)) in self.fields.iter().enumerate().rev() {
            let start = index
                .checked_sub(1)
                .map_or(0, |before| self.fields[before].0);
            let (before, field) = rest.split_at(start);
            if field == path {
                return Some(position);
            }
            rest = before;
        }
        None
    }
}

impl Positions {
    /// Notes where a field stands.
    pub fn insert(&mut self, path: impl AsRef<str>, position: Position) {
        let Fields { paths, fields } = Arc::make_mut(&mut self.0);
        paths.push_str(path.as_ref());
        fields.push((paths.len(), position));
    }

    /// Whether the field itself is written down.
    pub fn has(&self, path: &str) -> bool {
        self.0.get(path).is_some()
    }

    /// Where the field stands, or the nearest thing around it that was written down.
    pub fn find(&self, path: &str) -> Option<&Position> {
        let mut path = path;
        loop {
            if let Some(position) = self.0.get(path) {
                return Some(position);
            }
            if path.is_empty() {
                return None;
            }
            path = &path[..path.rfind(['.', '[']).unwrap_or(0)];
        }
    }
}

/// Positions say where a value stands, not what it is: two elements that differ in them only are equal.
impl PartialEq for Positions {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_written_ancestor_is_found() {
        let at = |line| Position {
            file: "stack.yaml".into(),
            line,
            column: 3,
        };
        let mut positions = Positions::default();
        positions.insert("", at(1));
        positions.insert("environment", at(4));
        positions.insert("ports[1]", at(9));
        for (path, line) in [
            ("environment.DEBUG", 4),
            ("image", 1),
            ("ports[1].target", 9),
            ("ports[0]", 1),
        ] {
            assert_eq!(positions.find(path).map(|p| p.line), Some(line), "{path}");
        }
        assert!(positions.has("environment") && !positions.has("environment.DEBUG"));
        assert_eq!(at(4).to_string(), "stack.yaml:4:3");
    }
}
