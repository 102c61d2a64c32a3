//! Services that extend others (compose specification: `extends`), in the same file or another.

use super::error::Diagnostic;
use super::merge::{apply_tags, drop_reset, merge_entry};
use super::node::{Mapping, Node, Origin, Tag};
use super::path;
use super::span::Span;
use super::{Loading, Place};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The longest way from a service to the last one that it extends.
const MAX_CHAIN: usize = 100;

/// Services of the file that is loaded and of those that it extends from, and what has come of them.
pub(super) struct Extending<'a, 'r> {
    loading: &'a mut Loading<'r>,
    place: &'a Place,
    files: Vec<Base>,
    numbers: HashMap<String, usize>,
    done: HashMap<(usize, String), Option<Node>>,
    circles: HashSet<Option<Span>>,
}

/// The services of one file.
struct Base {
    path: String,
    services: Rc<Mapping>,
}

/// A service on the way from one to what it extends.
struct Link {
    file: usize,
    name: String,
    span: Span,
}

/// What a service extends.
struct Reference {
    service: String,
    file: Option<String>,
    span: Span,
    file_span: Span,
}

impl<'a, 'r> Extending<'a, 'r> {
    /// Replaces each service of a stack that extends another by the merge of both.
    pub(super) fn apply(
        loading: &'a mut Loading<'r>,
        place: &'a Place,
        path: &str,
        stack: &mut Node,
    ) {
        let Some(services) = stack.get("services").and_then(Node::as_mapping) else {
            return;
        };
        if !services
            .iter()
            .any(|(_, entry)| entry.node.get("extends").is_some())
        {
            return;
        }
        let own = Base {
            path: path.to_owned(),
            services: Rc::new(services.clone()),
        };
        let mut extending = Self {
            loading,
            place,
            files: vec![own],
            numbers: HashMap::from([(path.to_owned(), 0)]),
            done: HashMap::new(),
            circles: HashSet::new(),
        };
        let Some(services) = stack.get_mut("services").and_then(Node::as_mapping_mut) else {
            return;
        };
        for (name, entry) in services
            .iter_mut()
            .filter(|(_, entry)| entry.node.get("extends").is_some())
        {
            if let Some(merged) = extending.service(0, name, &mut Vec::new()) {
                entry.node = merged;
            }
        }
    }

    fn service(&mut self, file: usize, name: &str, chain: &mut Vec<Link>) -> Option<Node> {
        let key = (file, name.to_owned());
        if let Some(done) = self.done.get(&key) {
            return done.clone();
        }
        let services = Rc::clone(&self.files[file].services);
        let node = services.get(name)?;
        let extended = match node.get("extends") {
            Some(extends) if !extends.is_null() && extends.tag != Some(Tag::Reset) => {
                self.extended(file, name, node, extends, chain)
            }
            _ => Some(node.clone()),
        };
        self.done.insert(key, extended.clone());
        extended
    }

    fn extended(
        &mut self,
        file: usize,
        name: &str,
        node: &Node,
        extends: &Node,
        chain: &mut Vec<Link>,
    ) -> Option<Node> {
        let reference = self.reference(name, extends)?;
        let base_file = match &reference.file {
            Some(path) => self.file(path, reference.file_span)?,
            None => file,
        };
        chain.push(Link {
            file,
            name: name.to_owned(),
            span: reference.span,
        });
        if let Some(start) = chain
            .iter()
            .position(|link| link.file == base_file && link.name == reference.service)
        {
            self.cycle(&chain[start..]);
            chain.pop();
            return None;
        }
        if chain.len() > MAX_CHAIN {
            let message = format!("services extend each other over more than {MAX_CHAIN} steps");
            let problem = Diagnostic::error(message).at(reference.span, "");
            self.loading.problems.push(problem);
            chain.pop();
            return None;
        }
        let base = self.base(base_file, &reference, name, chain);
        chain.pop();
        let mut over = node.clone();
        if let Some(over) = over.as_mapping_mut() {
            over.remove("extends");
        }
        let Some(mut base) = base? else {
            return Some(node.clone());
        };
        drop_reset(&mut base);
        apply_tags(&mut base, &over);
        base.mark(Origin::Extends);
        drop_reset(&mut over);
        let mut merged = merge_entry("services", base, over, &mut self.loading.problems);
        if let Some(merged) = merged.as_mapping_mut() {
            merged.remove("extends");
        }
        Some(merged)
    }

    /// The service that is extended; within, none where it is empty.
    #[expect(
        clippy::option_option,
        reason = "outer: could it be found, inner: is there anything to extend"
    )]
    fn base(
        &mut self,
        file: usize,
        reference: &Reference,
        name: &str,
        chain: &mut Vec<Link>,
    ) -> Option<Option<Node>> {
        let services = Rc::clone(&self.files[file].services);
        match services.get(&reference.service) {
            None => {
                let message = format!(
                    "service `{name}` extends `{}`, which is not in {}",
                    reference.service,
                    self.loading.shown(&self.files[file].path)
                );
                let problem = Diagnostic::error(message).at(reference.span, "");
                self.loading
                    .problems
                    .push(problem.did_you_mean(&reference.service, services.keys()));
                None
            }
            Some(base) if base.is_null() => Some(None),
            Some(_) => Some(Some(self.service(file, &reference.service, chain)?)),
        }
    }

    fn reference(&mut self, name: &str, extends: &Node) -> Option<Reference> {
        let service = if extends.as_str().is_some() {
            Some(extends)
        } else {
            extends.get("service")
        };
        let Some(service) = service.filter(|service| service.as_str().is_some()) else {
            let message = format!("`extends` of service `{name}` lacks the key `service`");
            self.loading
                .problems
                .push(Diagnostic::error(message).at(extends.span, ""));
            return None;
        };
        let file = extends.get("file").filter(|file| !file.is_null());
        Some(Reference {
            service: service.as_str().unwrap_or_default().to_owned(),
            file: file.and_then(Node::as_str).map(str::to_owned),
            span: service.span,
            file_span: file.map_or(service.span, |file| file.span),
        })
    }

    /// Reads a file to extend from, once.
    fn file(&mut self, reference: &str, span: Span) -> Option<usize> {
        let absolute = path::join(&self.place.absolute, &self.loading.expand_home(reference));
        if let Some(number) = self.numbers.get(&absolute) {
            return Some(*number);
        }
        let stack = self.loading.base(&absolute, span, self.place)?;
        let services = stack
            .get("services")
            .and_then(Node::as_mapping)
            .cloned()
            .unwrap_or_default();
        self.files.push(Base {
            path: absolute.clone(),
            services: Rc::new(services),
        });
        self.numbers.insert(absolute, self.files.len() - 1);
        Some(self.files.len() - 1)
    }

    fn cycle(&mut self, links: &[Link]) {
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        let first = names.first().copied().unwrap_or_default();
        let message = format!(
            "services extend each other in a circle: {} -> {first}",
            names.join(" -> ")
        );
        let problem = links
            .iter()
            .fold(Diagnostic::error(message), |problem, link| {
                problem.at(link.span, format!("`{}` extends this", link.name))
            });
        let place = problem.labels.iter().map(|label| label.span).min();
        if self.circles.insert(place) {
            self.loading.problems.push(problem);
        }
    }
}
