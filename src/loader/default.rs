//! The specification's defaults, and the attributes that follow from others.

use super::node::{Mapping, Node, Origin, Value};
use super::pattern::{Table, walk};
use super::request::Environment;
use super::span::Span;

/// What is filled in before anything is resolved.
#[derive(Clone, Copy)]
enum Default {
    Build,
    Secret,
    Port,
    Devices,
    Bind,
}

static DEFAULTS: &Table<Default> = &[
    ("services.*.build", Default::Build),
    (
        "services.*.deploy.resources.reservations.devices.*",
        Default::Devices,
    ),
    ("services.*.gpus.*", Default::Devices),
    ("services.*.ports.*", Default::Port),
    ("services.*.secrets.*", Default::Secret),
    ("services.*.volumes.*.bind", Default::Bind),
];

/// Fills in the defaults of single attributes.
pub(super) fn defaults(stack: &mut Node) {
    walk(stack, DEFAULTS, &mut |node, default| {
        let span = node.span;
        let Some(mapping) = node.as_mapping_mut() else {
            return;
        };
        match default {
            Default::Build => set(mapping, "context", ".", span),
            Default::Secret => {
                let source = mapping
                    .get("source")
                    .and_then(Node::scalar_text)
                    .unwrap_or_default();
                set(mapping, "target", format!("/run/secrets/{source}"), span);
            }
            Default::Port => {
                set(mapping, "protocol", "tcp", span);
                set(mapping, "mode", "ingress", span);
            }
            Default::Devices if mapping.contains("device_ids") => {}
            Default::Devices => set(mapping, "count", "all", span),
            Default::Bind => set(mapping, "create_host_path", true, span),
        }
    });
}

fn set(mapping: &mut Mapping, key: &str, value: impl Into<Value>, span: Span) {
    if !mapping.contains(key) {
        mapping.set(key, Node::default_at(value, span));
    }
}

/// Fills in what follows from the stack as a whole: the default network, names on the engine, dependencies that other
/// attributes imply, variables of the caller (compose specification: "networks", "`depends_on`").
pub(super) fn normalize(stack: &mut Node, project: &str, environment: &Environment) {
    let uses_default = connect_services(stack);
    let span = stack.span;
    let Some(top) = stack.as_mapping_mut() else {
        return;
    };
    if uses_default {
        if !top.contains("networks") {
            top.set("networks", Node::default_at(Mapping::default(), span));
        }
        if let Some(networks) = top.get_mut("networks").and_then(Node::as_mapping_mut) {
            set(networks, "default", Value::Null, span);
        }
    }
    for service in entries(top.get_mut("services")) {
        normalize_service(service, environment);
    }
    for kind in ["networks", "volumes", "configs", "secrets"] {
        name_resources(kind, top.get_mut(kind), project);
    }
}

fn entries(node: Option<&mut Node>) -> impl Iterator<Item = &mut Node> {
    node.and_then(Node::as_mapping_mut)
        .into_iter()
        .flat_map(Mapping::values_mut)
}

/// Services that name no network are on the default one; answers whether any service is.
fn connect_services(stack: &mut Node) -> bool {
    let mut uses_default = false;
    for service in entries(stack.get_mut("services")) {
        let span = service.span;
        let Some(service) = service.as_mapping_mut() else {
            continue;
        };
        if service.contains("provider") || service.contains("network_mode") {
            continue;
        }
        if service
            .get("networks")
            .and_then(Node::as_mapping)
            .is_none_or(Mapping::is_empty)
        {
            let mut networks = Mapping::default();
            networks.set("default", Node::default_at(Value::Null, span));
            service.set("networks", Node::default_at(networks, span));
        }
        uses_default |= service
            .get("networks")
            .is_some_and(|networks| networks.get("default").is_some());
    }
    uses_default
}

fn normalize_service(node: &mut Node, environment: &Environment) {
    let span = node.span;
    let Some(service) = node.as_mapping_mut() else {
        return;
    };
    if let Some(policy) = service
        .get_mut("pull_policy")
        .filter(|policy| policy.as_str() == Some("if_not_present"))
    {
        policy.value = "missing".into();
    }
    if let Some(build) = service.get_mut("build").and_then(Node::as_mapping_mut) {
        set(build, "context", ".", span);
        if !build.contains("dockerfile_inline") {
            set(build, "dockerfile", "Dockerfile", span);
        }
        if let Some(args) = build.get_mut("args") {
            take_variables(args, environment, false);
            null_if_empty(args);
        }
    }
    if let Some(variables) = service.get_mut("environment") {
        take_variables(variables, environment, true);
        null_if_empty(variables);
    }
    for volume in service
        .get_mut("volumes")
        .and_then(Node::as_sequence_mut)
        .into_iter()
        .flatten()
    {
        if let Some(target) = volume.get_mut("target")
            && let Some(text) = target.as_str()
        {
            target.value = super::path::clean(text).into();
        }
    }
    imply_dependencies(service, span);
    inherit_image(service);
}

fn null_if_empty(list: &mut Node) {
    if list.as_sequence().is_some_and(<[Node]>::is_empty) {
        list.value = Value::Null;
    }
}

/// Gives variables without a value that of the caller's environment; those that it lacks stay, or go.
pub(super) fn take_variables(node: &mut Node, environment: &Environment, keep: bool) {
    match &mut node.value {
        Value::Mapping(mapping) => {
            for (key, entry) in mapping.iter_mut().filter(|(_, entry)| entry.node.is_null()) {
                if let Some(value) = environment.get(key) {
                    entry.node.value = value.clone().into();
                    entry.node.origin = Origin::Interpolation;
                }
            }
            mapping.retain(|_, entry| keep || !entry.node.is_null());
        }
        Value::Sequence(items) => items.retain_mut(|item| {
            let Some(key) = item.as_str().filter(|text| !text.contains('=')) else {
                return true;
            };
            let value = environment.get(key).map(|value| format!("{key}={value}"));
            let found = value.is_some();
            if let Some(value) = value {
                item.value = value.into();
                item.origin = Origin::Interpolation;
            }
            found || keep
        }),
        _ => {}
    }
}

/// Services whose namespaces, volumes or links a service uses must be there before it.
fn imply_dependencies(service: &mut Mapping, span: Span) {
    let mut implied: Vec<(String, Span, bool)> = Vec::new();
    let texts = |key: &str| {
        service
            .get(key)
            .and_then(Node::as_sequence)
            .unwrap_or_default()
            .iter()
            .filter_map(|item| Some((item.as_str()?, item.span)))
    };
    for (link, span) in texts("links") {
        let name = link.split_once(':').map_or(
            link,
            |(name, alias)| if alias.contains(':') { link } else { name },
        );
        implied.push((name.to_owned(), span, true));
    }
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let Some(node) = service.get(key) else {
            continue;
        };
        if let Some(name) = node.as_str().and_then(|text| text.strip_prefix("service:")) {
            implied.push((name.to_owned(), node.span, true));
        }
    }
    for (from, span) in texts("volumes_from") {
        if !from.starts_with("container:") {
            implied.push((
                from.split(':').next().unwrap_or_default().to_owned(),
                span,
                false,
            ));
        }
    }
    if implied.is_empty() {
        return;
    }
    if !service.contains("depends_on") {
        service.set("depends_on", Node::default_at(Mapping::default(), span));
    }
    let Some(dependencies) = service.get_mut("depends_on").and_then(Node::as_mapping_mut) else {
        return;
    };
    for (name, span, restart) in implied {
        if dependencies.contains(&name) {
            continue;
        }
        let mut dependency = super::merge::dependency(span);
        if let Some(mapping) = dependency.as_mapping_mut() {
            mapping.set("restart", Node::default_at(restart, span));
        }
        dependencies.insert(name, span, dependency);
    }
}

/// Containers that run before a service's own have its image where they name none.
fn inherit_image(service: &mut Mapping) {
    let Some(image) = service.get("image").cloned() else {
        return;
    };
    for hook in service
        .get_mut("pre_start")
        .and_then(Node::as_sequence_mut)
        .into_iter()
        .flatten()
    {
        if let Some(hook) = hook.as_mapping_mut().filter(|hook| !hook.contains("image")) {
            hook.set("image", image.clone());
        }
    }
}

/// Names a resource on the engine: external ones by their key, others by project and key.
fn name_resources(kind: &str, node: Option<&mut Node>, project: &str) {
    let Some(resources) = node.and_then(Node::as_mapping_mut) else {
        return;
    };
    for (key, entry) in resources.iter_mut() {
        if entry.node.is_null() {
            entry.node.value = Mapping::default().into();
        }
        let Some(resource) = entry.node.as_mapping_mut() else {
            continue;
        };
        if resource.get("name").is_some_and(|name| !name.is_null()) {
            continue;
        }
        let external = resource.get("external").and_then(Node::scalar_text);
        let external = external.is_some_and(|text| match text.as_str() {
            "true" | "True" | "TRUE" | "t" | "T" | "1" => true,
            // YAML 1.1's words count at once for all but volumes.
            word => kind != "volumes" && super::schema::settle::is_yes(word),
        });
        let name = if external {
            key.to_owned()
        } else {
            format!("{project}_{key}")
        };
        resource.set("name", Node::default_at(name, entry.key_span));
    }
}
