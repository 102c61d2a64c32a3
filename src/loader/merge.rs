//! Merges one tree over another (compose specification, "Merge"): mappings key by key, lists one behind the other,
//! and the attributes of the tables below by rules of their own.

mod unique;

use super::error::Diagnostic;
use super::node::{Entry, Mapping, Node, Tag, Value};
use super::pattern::{Open, Table};
use super::span::Span;

pub(super) use unique::{empty_lists_are_null, unique};

/// How two values of one attribute become one.
#[derive(Clone, Copy)]
enum Rule {
    /// The later value stands alone.
    Replace,
    /// Both become lists, one behind the other.
    Append,
    /// Both become lists; what is there already is left out.
    AppendNew,
    /// Lists of names become mappings, then key by key.
    Names,
    /// Like `Names`, with the defaults of a dependency.
    Dependencies,
    /// A text is the context of a build, then key by key.
    Build,
    /// Key by key for the same driver, else the later value stands alone.
    Logging,
    /// Pools of addresses are the same where their subnets are.
    Pools,
}

static RULES: &Table<Rule> = &[
    ("networks.*.ipam.config", Rule::Pools),
    ("networks.*.labels", Rule::Append),
    ("services.*.annotations", Rule::Append),
    ("services.*.build", Rule::Build),
    ("services.*.build.additional_contexts", Rule::Append),
    ("services.*.build.args", Rule::Append),
    ("services.*.build.extra_hosts", Rule::AppendNew),
    ("services.*.build.labels", Rule::Append),
    ("services.*.command", Rule::Replace),
    ("services.*.depends_on", Rule::Dependencies),
    ("services.*.deploy.labels", Rule::Append),
    ("services.*.dns", Rule::Append),
    ("services.*.dns_opt", Rule::Append),
    ("services.*.dns_search", Rule::Append),
    ("services.*.entrypoint", Rule::Replace),
    ("services.*.env_file", Rule::Append),
    ("services.*.environment", Rule::Append),
    ("services.*.extra_hosts", Rule::AppendNew),
    ("services.*.healthcheck.test", Rule::Replace),
    ("services.*.label_file", Rule::Append),
    ("services.*.labels", Rule::Append),
    ("services.*.logging", Rule::Logging),
    ("services.*.models", Rule::Names),
    ("services.*.networks", Rule::Names),
    ("services.*.sysctls", Rule::Append),
    ("services.*.tmpfs", Rule::Append),
    ("services.*.ulimits.*", Rule::Replace),
    ("services.*.volumes.*.volume.labels", Rule::Append),
    ("volumes.*.labels", Rule::Append),
];

/// Merges a later stack over an earlier one.
pub(super) fn merge(base: Node, over: Node, problems: &mut Vec<Diagnostic>) -> Node {
    Merge { problems }.nodes(base, over, Open::new(RULES))
}

/// Merges one thing over another of the same kind, such as two services.
pub(super) fn merge_entry(
    kind: &str,
    base: Node,
    over: Node,
    problems: &mut Vec<Diagnostic>,
) -> Node {
    Merge { problems }.nodes(base, over, Open::new(RULES).below(kind).below("x"))
}

struct Merge<'a> {
    problems: &'a mut Vec<Diagnostic>,
}

impl Merge<'_> {
    fn nodes(&mut self, base: Node, over: Node, open: Open<Rule>) -> Node {
        if let Some(rule) = open.here() {
            return self.special(rule, base, over, open);
        }
        if over.is_null() {
            return base;
        }
        let rest = over.bare();
        match (base.value, over.value) {
            (Value::Mapping(from), Value::Mapping(to)) => Node {
                value: self.mappings(from, to, open).into(),
                ..rest
            },
            (Value::Sequence(mut items), Value::Sequence(more)) => {
                items.extend(more);
                Node {
                    value: items.into(),
                    ..rest
                }
            }
            (Value::Mapping(_) | Value::Sequence(_), other) => {
                let kind = other.kind();
                let problem =
                    Diagnostic::error("this cannot be merged over a value of another kind");
                self.problems.push(
                    problem
                        .at(rest.span, format!("a {kind} here"))
                        .at(base.span, "the earlier value"),
                );
                Node {
                    value: other,
                    ..rest
                }
            }
            (_, value) => Node { value, ..rest },
        }
    }

    fn mappings(&mut self, mut base: Mapping, over: Mapping, open: Open<Rule>) -> Mapping {
        for (key, Entry { key_span, node }) in over {
            let merged = match base.get_mut(&key) {
                Some(earlier) => {
                    let earlier = std::mem::replace(earlier, Node::new(Value::Null, node.span));
                    self.nodes(earlier, node, open.below(&key))
                }
                None => node,
            };
            base.insert(key, key_span, merged);
        }
        base
    }

    fn special(&mut self, rule: Rule, base: Node, over: Node, open: Open<Rule>) -> Node {
        let rest = over.bare();
        match rule {
            Rule::Append => {
                let mut items = listed(base);
                items.extend(listed(over));
                Node {
                    value: items.into(),
                    ..rest
                }
            }
            Rule::AppendNew => {
                let mut items = listed(base);
                for item in listed(over) {
                    if !items.iter().any(|known| known.value == item.value) {
                        items.push(item);
                    }
                }
                Node {
                    value: items.into(),
                    ..rest
                }
            }
            Rule::Names => self.named(base, over, open, &|span| Node::new(Value::Null, span)),
            Rule::Dependencies => self.named(base, over, open, &dependency),
            Rule::Build => {
                let value = self.mappings(build(base), build(over), open).into();
                Node { value, ..rest }
            }
            Rule::Logging if same_driver(&base, &over) => match (base.value, over.value) {
                (Value::Mapping(from), Value::Mapping(to)) => Node {
                    value: self.mappings(from, to, open).into(),
                    ..rest
                },
                (_, value) => Node { value, ..rest },
            },
            Rule::Replace | Rule::Logging => over,
            Rule::Pools => self.pools(base, over, open),
        }
    }

    fn named(
        &mut self,
        base: Node,
        over: Node,
        open: Open<Rule>,
        default: &dyn Fn(Span) -> Node,
    ) -> Node {
        let rest = over.bare();
        let value = self
            .mappings(mapped(base, default), mapped(over, default), open)
            .into();
        Node { value, ..rest }
    }

    fn pools(&mut self, base: Node, over: Node, open: Open<Rule>) -> Node {
        let rest = over.bare();
        let (Value::Sequence(earlier), Value::Sequence(later)) = (base.value, over.value.clone())
        else {
            return over;
        };
        let subnet = |node: &Node| node.get("subnet").and_then(Node::scalar_text);
        let mut pools: Vec<Node> = Vec::new();
        for original in earlier {
            for pool in &later {
                let same = subnet(pool) == subnet(&original);
                let listed = pools.iter().position(|known| subnet(known) == subnet(pool));
                if !same && listed.is_none() {
                    pools.push(pool.clone());
                    continue;
                }
                let merged = self.nodes(original.clone(), pool.clone(), open.below("*"));
                match pools
                    .iter()
                    .position(|known| subnet(known) == subnet(&merged))
                {
                    Some(index) => pools[index] = merged,
                    None => pools.push(merged),
                }
            }
        }
        Node {
            value: pools.into(),
            ..rest
        }
    }
}

fn same_driver(base: &Node, over: &Node) -> bool {
    match (base.get("driver"), over.get("driver")) {
        (Some(earlier), Some(later)) => earlier.value == later.value,
        _ => true,
    }
}

/// A mapping as a list of `key=value`, sorted; a text as a list of one.
fn listed(node: Node) -> Vec<Node> {
    let text = |key: &str, node: &Node| {
        node.with_value(format!("{key}={}", node.scalar_text().unwrap_or_default()))
    };
    match node.value {
        Value::Sequence(items) => items,
        Value::Mapping(mapping) => {
            let mut items = Vec::with_capacity(mapping.len());
            for (key, Entry { node, .. }) in mapping {
                match &node.value {
                    Value::Null => items.push(node.with_value(key)),
                    Value::Sequence(values) => {
                        items.extend(values.iter().map(|value| text(&key, value)));
                    }
                    _ => items.push(text(&key, &node)),
                }
            }
            items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
            items
        }
        Value::String(_) => vec![node],
        _ => Vec::new(),
    }
}

/// A list of names as a mapping.
fn mapped(node: Node, default: &dyn Fn(Span) -> Node) -> Mapping {
    match node.value {
        Value::Mapping(mapping) => mapping,
        Value::Sequence(items) => {
            let mut mapping = Mapping::default();
            for item in items {
                mapping.insert(
                    item.scalar_text().unwrap_or_default(),
                    item.span,
                    default(item.span),
                );
            }
            mapping
        }
        _ => Mapping::default(),
    }
}

/// What a service's name alone in `depends_on` stands for.
pub(super) fn dependency(span: Span) -> Node {
    let mut mapping = Mapping::default();
    mapping.set("condition", Node::default_at("service_started", span));
    mapping.set("required", Node::default_at(true, span));
    Node::new(mapping, span)
}

fn build(node: Node) -> Mapping {
    match node.value {
        Value::Mapping(mapping) => mapping,
        Value::String(_) => {
            let mut mapping = Mapping::default();
            mapping.set("context", node);
            mapping
        }
        _ => Mapping::default(),
    }
}

/// Removes from a tree what a later one resets or replaces by its tags.
pub(super) fn apply_tags(base: &mut Node, over: &Node) {
    let (Some(base), Some(over)) = (base.as_mapping_mut(), over.as_mapping()) else {
        return;
    };
    let tagged = |key: &str| over.get(key).is_some_and(|node| node.tag.is_some());
    if over.iter().any(|(_, entry)| entry.node.tag.is_some()) {
        base.retain(|key, _| !tagged(key));
    }
    for (key, entry) in over.iter() {
        if let Some(earlier) = base.get_mut(key) {
            apply_tags(earlier, &entry.node);
        }
    }
}

/// Removes all values that carry `!reset`.
pub(super) fn drop_reset(node: &mut Node) {
    match &mut node.value {
        Value::Mapping(mapping) => {
            mapping.retain(|_, entry| entry.node.tag != Some(Tag::Reset));
            mapping.values_mut().for_each(drop_reset);
        }
        Value::Sequence(items) => {
            items.retain(|item| item.tag != Some(Tag::Reset));
            items.iter_mut().for_each(drop_reset);
        }
        _ => {}
    }
}
