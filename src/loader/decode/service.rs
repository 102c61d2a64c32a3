//! Services of the canonical tree -> services of the model.

use super::content::{CONFIGS, SECRETS, hooks};
use super::deploy::{deployed, scale};
use super::not_carried::not_carried;
use super::provider::{model_variables, models, provider};
use super::{Decode, fields};
use crate::loader::error::Diagnostic;
use crate::loader::node::{Entry, Mapping, Node, Value};
use crate::model::{
    Build, Condition, ContainerSpec, DOCKER_CONFIG, Dependency, Hook, PullPolicy, Readiness,
    Service, ServiceName, WatchRule,
};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json as object};

/// The hooks before a stop, which are no part of a container.
#[derive(serde::Deserialize)]
struct PreStop {
    hooks: Vec<Hook>,
}

/// Who says that a service is ready; other words than these have been refused already.
fn readiness(node: &Node) -> Readiness {
    match node.get("x-ready").and_then(Node::as_str) {
        Some("engine") => Readiness::Engine,
        _ => Readiness::Reachable,
    }
}

impl Decode<'_> {
    pub(super) fn service(
        &mut self,
        project: &str,
        name: &ServiceName,
        entry: &Entry,
    ) -> Option<Service> {
        let node = &entry.node;
        let build = match node.get("build") {
            Some(build) => Some(self.build(build)?),
            None => None,
        };
        let spec = self.spec(project, name, node)?;
        let pre_stop = match node.get("pre_stop") {
            Some(given) => {
                let fields = Map::from_iter([("hooks".to_owned(), hooks(Some(given)))]);
                self.typed::<PreStop>(&fields, given)?.hooks
            }
            None => Vec::new(),
        };
        let mut positions = self.places.positions(entry);
        self.content_places(node, &mut positions);
        self.deploy_places(node, &mut positions);
        Some(Service {
            name: name.clone(),
            spec,
            provider: node.get("provider").map(provider),
            models: models(self.stack, node),
            build,
            pull_policy: self.pull_policy(node),
            depends_on: dependencies(node),
            scale: scale(node),
            pre_stop,
            watch: self.watch(node)?,
            attach: node
                .get("attach")
                .is_none_or(|attach| attach.value != Value::Bool(false)),
            not_carried: not_carried(node),
            ready: readiness(node),
            positions,
        })
    }

    /// The rules of `develop.watch`.
    fn watch(&mut self, service: &Node) -> Option<Vec<WatchRule>> {
        let rules = service
            .at(&["develop", "watch"])
            .and_then(Node::as_sequence);
        let mut decoded = Vec::new();
        for node in rules.unwrap_or_default() {
            let mut rule = fields(node);
            if let Some(exec) = rule.get_mut("exec").and_then(Json::as_object_mut) {
                drop_nulls(exec, "environment");
                exec.retain(|_, value| !value.is_null());
            }
            decoded.push(self.typed(&rule, node)?);
        }
        Some(decoded)
    }

    fn build(&mut self, node: &Node) -> Option<Build> {
        let mut fields = fields(node);
        drop_nulls(&mut fields, "args");
        limits(&mut fields);
        self.typed(&fields, node)
    }

    fn spec(&mut self, project: &str, name: &ServiceName, node: &Node) -> Option<ContainerSpec> {
        let mut fields = fields(node);
        fields
            .entry("image")
            .or_insert_with(|| format!("{project}-{name}").into());
        drop_nulls(&mut fields, "environment");
        model_variables(self.stack, node, &mut fields);
        api_socket(&mut fields);
        limits(&mut fields);
        change(&mut fields, "extra_hosts", |host| {
            host.as_str()
                .map_or(host.clone(), |text| text.replacen('=', ":", 1).into())
        });
        change(&mut fields, "devices", |device| device_text(&device));
        change(&mut fields, "volumes", flat_mount);
        if let Some(networks) = fields.get_mut("networks").and_then(Json::as_object_mut) {
            networks
                .values_mut()
                .filter(|network| network.is_null())
                .for_each(|network| *network = object!({}));
        }
        if let Some(options) = fields.get_mut("storage_opt").and_then(Json::as_object_mut) {
            options.values_mut().for_each(|value| *value = text(value));
        }
        if node
            .at(&["healthcheck", "disable"])
            .is_some_and(|disable| disable.value == Value::Bool(true))
        {
            fields.insert("healthcheck".to_owned(), object!({ "test": ["NONE"] }));
        }
        for key in ["memswap_limit", "mem_swappiness"] {
            if let Some(number) = fields
                .get(key)
                .and_then(Json::as_str)
                .and_then(|text| text.parse::<i64>().ok())
            {
                fields.insert(key.to_owned(), number.into());
            }
        }
        self.file_references(&mut fields, node, "configs", CONFIGS);
        self.file_references(&mut fields, node, "secrets", SECRETS);
        for key in ["pre_start", "post_start"] {
            fields.insert(key.to_owned(), hooks(node.get(key)));
        }
        deployed(&mut fields, node);
        self.typed(&fields, node)
    }

    fn pull_policy(&mut self, node: &Node) -> PullPolicy {
        let Some(policy) = node.get("pull_policy") else {
            return PullPolicy::Missing;
        };
        match policy.as_str().unwrap_or_default() {
            "always" => PullPolicy::Always,
            "never" => PullPolicy::Never,
            "build" => PullPolicy::Build,
            "refresh" => {
                let after = node.get("pull_refresh_after").and_then(Node::as_str);
                after
                    .and_then(|after| PullPolicy::every(after).ok())
                    .unwrap_or(PullPolicy::Always)
            }
            other => match PullPolicy::by_age(other) {
                Ok(policy) => policy.unwrap_or_default(),
                Err(error) => {
                    self.problems
                        .push(Diagnostic::error(error.to_string()).at(policy.span, ""));
                    PullPolicy::Missing
                }
            },
        }
    }
}

fn dependencies(node: &Node) -> IndexMap<ServiceName, Dependency> {
    let given = node
        .get("depends_on")
        .and_then(Node::as_mapping)
        .into_iter()
        .flat_map(Mapping::iter);
    let dependency = |node: &Node| {
        let flag = |key: &str, default: bool| match node.get(key) {
            Some(Node {
                value: Value::Bool(value),
                ..
            }) => *value,
            _ => default,
        };
        let condition = match node.get("condition").and_then(Node::as_str) {
            Some("service_healthy") => Condition::ServiceHealthy,
            Some("service_completed_successfully") => Condition::ServiceCompletedSuccessfully,
            _ => Condition::ServiceStarted,
        };
        Dependency {
            condition,
            restart: flag("restart", false),
            required: flag("required", true),
        }
    };
    given
        .filter_map(|(name, entry)| Some((ServiceName::new(name).ok()?, dependency(&entry.node))))
        .collect()
}

/// Who uses the engine finds the credentials where this variable says, unless the file says otherwise.
fn api_socket(fields: &mut Map<String, Json>) {
    if fields.get("use_api_socket") != Some(&Json::Bool(true)) {
        return;
    }
    let environment = fields
        .entry("environment")
        .or_insert_with(|| Json::Object(Map::new()));
    if let Some(environment) = environment.as_object_mut() {
        environment
            .entry("DOCKER_CONFIG")
            .or_insert_with(|| DOCKER_CONFIG.into());
    }
}

/// Variables without a value are none of the container's.
pub(super) fn drop_nulls(fields: &mut Map<String, Json>, key: &str) {
    if let Some(values) = fields.get_mut(key).and_then(Json::as_object_mut) {
        values.retain(|_, value| !value.is_null());
    }
}

/// One number is both limits.
fn limits(fields: &mut Map<String, Json>) {
    for limit in fields
        .get_mut("ulimits")
        .and_then(Json::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
    {
        if limit.is_number() {
            *limit = object!({ "soft": limit, "hard": limit });
        }
    }
}

fn change(fields: &mut Map<String, Json>, key: &str, mut each: impl FnMut(Json) -> Json) {
    for item in fields
        .get_mut(key)
        .and_then(Json::as_array_mut)
        .into_iter()
        .flatten()
    {
        *item = each(item.take());
    }
}

/// `HOST:CONTAINER:PERMISSIONS`.
fn device_text(device: &Json) -> Json {
    let part = |key: &str| device.get(key).and_then(Json::as_str);
    let source = part("source").unwrap_or_default();
    let target = part("target").unwrap_or(source);
    match part("permissions") {
        Some(permissions) => format!("{source}:{target}:{permissions}").into(),
        None => format!("{source}:{target}").into(),
    }
}

/// The options of a mount's type beside its other fields.
fn flat_mount(mut mount: Json) -> Json {
    let kind = mount
        .get("type")
        .and_then(Json::as_str)
        .unwrap_or("volume")
        .to_owned();
    let options = mount.get_mut(&kind).map(Json::take);
    let Some(fields) = mount.as_object_mut() else {
        return mount;
    };
    for kind in ["bind", "volume", "tmpfs", "image"] {
        fields.remove(kind);
    }
    if kind == "bind" {
        fields.insert("create_host_path".to_owned(), true.into());
    }
    if matches!(kind.as_str(), "image" | "npipe" | "cluster") {
        fields.entry("source").or_insert_with(|| "".into());
    }
    if let Some(Json::Object(options)) = options {
        for (key, value) in options {
            fields.insert(key, value);
        }
    }
    mount
}

fn text(value: &Json) -> Json {
    match value {
        Json::String(_) => value.clone(),
        _ => value.to_string().into(),
    }
}
