//! Where the fields of an element stand.

use crate::loader::node::{Entry, Node, Value};
use crate::loader::span::{FileId, Sources, Span};
use crate::model::{Position, Positions};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// Places of one load; each file's path is kept once.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    paths: HashMap<FileId, Arc<str>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            paths: HashMap::new(),
        }
    }

    /// The places of an element and of all below it: `environment.DEBUG`, `ports[0]`.
    pub(super) fn positions(&mut self, entry: &Entry) -> Positions {
        let mut positions = Positions::default();
        positions.insert("", self.position(entry.key_span));
        self.collect(&entry.node, &mut String::new(), &mut positions);
        positions
    }

    fn collect(&mut self, node: &Node, path: &mut String, positions: &mut Positions) {
        let length = path.len();
        match &node.value {
            Value::Mapping(mapping) => {
                for (key, entry) in mapping.iter() {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(key);
                    positions.insert(&*path, self.position(entry.node.span));
                    self.collect(&entry.node, path, positions);
                    path.truncate(length);
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    // Writing to a string cannot fail.
                    let _ = write!(path, "[{index}]");
                    positions.insert(&*path, self.position(item.span));
                    self.collect(item, path, positions);
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }

    pub(super) fn position(&mut self, span: Span) -> Position {
        let path = self.paths.entry(span.file).or_insert_with(|| {
            let path = self.sources.path(span);
            path.to_string_lossy().into()
        });
        let (line, column) = self.sources.place(span);
        Position {
            file: Arc::clone(path),
            line,
            column,
        }
    }
}
