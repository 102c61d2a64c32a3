//! Lists whose elements have an identity: a later element takes the place of the earlier one.

use crate::loader::error::Diagnostic;
use crate::loader::node::{Node, Value};
use crate::loader::pattern::{Open, Table, walk};
use indexmap::IndexMap;

/// What makes two elements the same.
#[derive(Clone, Copy)]
enum Identity {
    /// The part before `=`.
    Key,
    /// The path inside the container.
    Target,
    /// The file inside the container; a name alone stands for this folder and the name.
    File(&'static str),
    /// Address, both ports and protocol.
    Port,
    /// The path of the file on the host.
    Path,
    /// The device inside the container.
    Device,
}

static IDENTITIES: &Table<Identity> = &[
    ("networks.*.ipam.options", Identity::Key),
    ("networks.*.labels", Identity::Key),
    ("services.*.annotations", Identity::Key),
    ("services.*.build.additional_contexts", Identity::Key),
    ("services.*.build.args", Identity::Key),
    ("services.*.build.labels", Identity::Key),
    ("services.*.build.tags", Identity::Key),
    ("services.*.cap_add", Identity::Key),
    ("services.*.cap_drop", Identity::Key),
    ("services.*.configs", Identity::File("")),
    ("services.*.deploy.labels", Identity::Key),
    ("services.*.devices", Identity::Device),
    ("services.*.dns", Identity::Key),
    ("services.*.dns_opt", Identity::Key),
    ("services.*.dns_search", Identity::Key),
    ("services.*.env_file", Identity::Path),
    ("services.*.environment", Identity::Key),
    ("services.*.expose", Identity::Key),
    ("services.*.labels", Identity::Key),
    ("services.*.links", Identity::Key),
    ("services.*.networks.*.aliases", Identity::Key),
    ("services.*.networks.*.link_local_ips", Identity::Key),
    ("services.*.ports", Identity::Port),
    ("services.*.profiles", Identity::Key),
    ("services.*.secrets", Identity::File("/run/secrets")),
    ("services.*.sysctls", Identity::Key),
    ("services.*.tmpfs", Identity::Key),
    ("services.*.volumes", Identity::Target),
];

/// Leaves one element of each identity in the lists of a stack: the last, at the place of the first.
pub(in crate::loader) fn unique(stack: &mut Node, problems: &mut Vec<Diagnostic>) {
    walk(stack, IDENTITIES, &mut |node, identity| {
        let Value::Sequence(items) = &mut node.value else {
            return;
        };
        let mut known: IndexMap<String, Node> = IndexMap::with_capacity(items.len());
        for item in items.drain(..) {
            match identify(&item, identity) {
                Ok(key) => {
                    known.insert(key, item);
                }
                Err(missing) => problems.push(Diagnostic::error(missing).at(item.span, "")),
            }
        }
        items.extend(known.into_values());
    });
}

/// Makes empty lists null, but for those whose elements have an identity: what other readers of the format show of a
/// stack that is left as written.
pub(in crate::loader) fn empty_lists_are_null(stack: &mut Node) {
    fn descend(node: &mut Node, open: Open<Identity>) {
        match &mut node.value {
            Value::Sequence(items) if items.is_empty() && open.here().is_none() => {
                node.value = Value::Null;
            }
            Value::Sequence(items) => {
                let below = open.below("*");
                for item in items {
                    descend(item, below);
                }
            }
            Value::Mapping(mapping) => {
                for (key, entry) in mapping.iter_mut() {
                    descend(&mut entry.node, open.below(key));
                }
            }
            _ => {}
        }
    }
    descend(stack, Open::new(IDENTITIES));
}

fn identify(item: &Node, identity: Identity) -> Result<String, String> {
    let text = item.scalar_text();
    let field = |key: &str| item.get(key).and_then(Node::scalar_text);
    let missing = |what: &str| format!("this entry lacks its `{what}`");
    Ok(match (identity, text) {
        (Identity::Key, Some(text)) => text.split('=').next().unwrap_or_default().to_owned(),
        (Identity::Target, Some(text)) => target(&text),
        (Identity::Target | Identity::Device, None) => {
            field("target").ok_or_else(|| missing("target"))?
        }
        (Identity::File(folder), Some(text)) => format!("{folder}/{text}"),
        (Identity::File(folder), None) => field("target")
            .unwrap_or_else(|| format!("{folder}/{}", field("source").unwrap_or_default())),
        (Identity::Port | Identity::Path, Some(text)) => text,
        (Identity::Port, None) => {
            let target = field("target").ok_or_else(|| missing("target"))?;
            let host = field("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned());
            let protocol = field("protocol").unwrap_or_else(|| "tcp".to_owned());
            format!(
                "{host}:{}:{target}/{protocol}",
                field("published").unwrap_or_default()
            )
        }
        (Identity::Path, None) => field("path").ok_or_else(|| missing("path"))?,
        (Identity::Device, Some(text)) => text.split(':').nth(1).unwrap_or(&text).to_owned(),
        (Identity::Key, None) => format!("{item:?}"),
    })
}

/// The path inside the container of a volume in short form.
fn target(text: &str) -> String {
    crate::loader::canonical::volume_target(text).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader::node::Mapping;
    use crate::loader::span::Sources;

    #[test]
    fn only_empty_lists_of_unique_elements_stay_lists() {
        let list = || Node::new(Value::Sequence(Vec::new()), Sources::start());
        let mut service = Mapping::default();
        service.set("entrypoint", list());
        service.set("ports", list());
        let mut services = Mapping::default();
        services.set("web", Node::new(service, Sources::start()));
        let mut stack = Mapping::default();
        stack.set("services", Node::new(services, Sources::start()));
        let mut stack = Node::new(stack, Sources::start());
        empty_lists_are_null(&mut stack);
        let at = |key| stack.at(&["services", "web", key]).map(Node::is_null);
        assert_eq!((at("entrypoint"), at("ports")), (Some(true), Some(false)));
    }
}
