//! A plan that is kept to be applied later, if it is still the same: its steps and digests, and nothing secret.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{FieldChange, Operation, Plan, Reason, Step};
use crate::label;
use crate::model::SecretValue;

/// The steps of a plan, without what they would need to be carried out: that is planned anew and compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// What the digests begin with, so that equal values of two plans cannot be told.
    pub salt: String,
    /// The steps.
    pub steps: Vec<SavedStep>,
}

/// One step, as far as it has to be the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedStep {
    /// What it is done to, such as `Container shop-db-1`.
    pub object: String,
    /// The operation's name.
    pub operation: String,
    /// Why, credentials masked, without places in the files and ages: a line that moved is no change.
    pub reason: String,
    /// The numbers of the steps that must be done before, counted from 1.
    pub after: Vec<usize>,
    /// What only an earlier step can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    /// Digests of all that the operation is given, by the field.
    pub digests: BTreeMap<String, String>,
}

impl SavedPlan {
    /// Keeps a plan; `mask` covers credentials.
    pub fn of(plan: &Plan, salt: &str, mask: impl Fn(&str) -> String) -> Self {
        let step = |step: &Step| SavedStep {
            object: step.resource.to_string(),
            operation: step.operation.name().to_owned(),
            reason: mask(&lasting(&step.reason).to_string()),
            after: step.after.iter().map(|id| id + 1).collect(),
            only_if: step.only_if.as_ref().map(|only_if| plan.condition(only_if)),
            digests: digests(&step.operation, salt),
        };
        Self {
            salt: salt.to_owned(),
            steps: plan.steps.iter().map(step).collect(),
        }
    }

    /// What is otherwise in the plan of now, in words; nothing where it is the same.
    pub fn moved(&self, now: &Self) -> Vec<String> {
        let mut moved = Vec::new();
        let mut left: Vec<&SavedStep> = now.steps.iter().collect();
        for step in &self.steps {
            let is_same = |other: &&SavedStep| {
                other.object == step.object && other.operation == step.operation
            };
            match left.iter().position(is_same) {
                Some(at) => moved.extend(step.differs(left.remove(at))),
                None => moved.push(format!(
                    "{}: {} is no longer to be done ({})",
                    step.object, step.operation, step.reason
                )),
            }
        }
        moved.extend(left.iter().map(|step| {
            format!(
                "{}: {} is to be done too ({})",
                step.object, step.operation, step.reason
            )
        }));
        if moved.is_empty() && self.steps != now.steps {
            moved.push("the order of the steps".to_owned());
        }
        moved
    }
}

impl SavedStep {
    fn differs(&self, now: &Self) -> Option<String> {
        let fields = self.digests.keys().chain(now.digests.keys());
        let mut fields: Vec<&str> = fields
            .filter(|field| self.digests.get(*field) != now.digests.get(*field))
            .map(String::as_str)
            .collect();
        fields.sort_unstable();
        fields.dedup();
        if !fields.is_empty() {
            let fields = fields.join(", ");
            return Some(format!("{}: {}: {fields}", self.object, self.operation));
        }
        (self.reason != now.reason).then(|| {
            format!(
                "{}: {}: the reason was: {}; it is: {}",
                self.object, self.operation, self.reason, now.reason
            )
        })
    }
}

fn lasting(reason: &Reason) -> Reason {
    let bare = |changes: &[FieldChange]| {
        let changes = changes.iter().cloned();
        let bare = changes.map(|change| FieldChange {
            position: None,
            ..change
        });
        bare.collect()
    };
    match reason {
        Reason::Changed(changes) => Reason::Changed(bare(changes)),
        Reason::NotInPlace(changes, why) => Reason::NotInPlace(bare(changes), why.clone()),
        // An image that is too old stays so, and grows older.
        Reason::ImageAge(..) => Reason::PullPolicy("by age"),
        reason => reason.clone(),
    }
}

/// Digests of what an operation is given. What may hold a credential has one of 16 bits: enough to see that it is another
/// one, and too few to find it by guessing.
fn digests(operation: &Operation, salt: &str) -> BTreeMap<String, String> {
    let mut found = Digests {
        salt,
        by_field: BTreeMap::new(),
    };
    match operation {
        Operation::CreateContainer {
            container,
            replaces,
        } => {
            found.section("", &label::full_spec(&container.spec));
            found.debug("name", &container.name);
            found.debug("networks", &container.network);
            found.debug("mounts", &container.mounts);
            found.debug("volumes_from", &container.volumes_from);
            found.debug("the container that it replaces", replaces);
        }
        Operation::BuildImage(image) => {
            let build = serde_json::to_value(&image.build).unwrap_or_default();
            found.section("build.", &build);
            found.debug("platforms", &image.platforms);
            found.debug("builder", &image.builder);
            for (id, value) in &image.secrets {
                let field = format!("build secret {id}");
                match value {
                    SecretValue::File(path) => found.debug(&field, path),
                    SecretValue::Content(content) => found.few_bits(&field, content.bytes()),
                }
            }
        }
        Operation::CopyFiles { target, files } => {
            found.debug("the container", target);
            for file in files {
                found.debug(&file.path, &(file.uid, file.gid, file.mode));
                found.few_bits(&format!("{}: its content", file.path), file.content.bytes());
            }
        }
        Operation::RunHook {
            target,
            index,
            hook,
            ..
        } => {
            found.debug("the container", target);
            found.debug("its place", index);
            let hook = serde_json::to_value(hook).unwrap_or_default();
            found.section("", &hook);
        }
        Operation::CreateNetwork { network, .. } => {
            let mut network = serde_json::to_value(network).unwrap_or_default();
            forget(&mut network, "positions");
            found.section("", &network);
        }
        Operation::CreateVolume { volume, .. } => {
            let mut volume = serde_json::to_value(volume).unwrap_or_default();
            forget(&mut volume, "positions");
            found.section("", &volume);
        }
        Operation::StartContainer { target } => found.debug("the container", target),
        Operation::StopContainer { target, timeout } => {
            found.debug("the container", target);
            found.debug("timeout", timeout);
        }
        Operation::RemoveContainer { target, volumes } => {
            found.debug("the container", target);
            found.debug("volumes", volumes);
        }
        Operation::RenameContainer { target, to } => {
            found.debug("the container", target);
            found.debug("name", to);
        }
        Operation::RunProvider { provider, command } => {
            found.debug("provider", &provider.kind);
            found.debug("command", command);
            found.few_bits("options", format!("{:?}", provider.options).as_bytes());
        }
        operation => found.debug("how", operation),
    }
    found.by_field
}

fn forget(value: &mut Value, key: &str) {
    if let Value::Object(fields) = value {
        fields.shift_remove(key);
    }
}

struct Digests<'s> {
    salt: &'s str,
    by_field: BTreeMap<String, String>,
}

impl Digests<'_> {
    /// A mapping of the file, field by field; mappings in it by their entries.
    fn section(&mut self, before: &str, section: &Value) {
        for (key, value) in section.as_object().into_iter().flatten() {
            match value {
                Value::Object(entries) => {
                    for (name, value) in entries {
                        let field = format!("{before}{key}.{name}");
                        self.few_bits(&field, value.to_string().as_bytes());
                    }
                }
                Value::Null => {}
                value => self.few_bits(&format!("{before}{key}"), value.to_string().as_bytes()),
            }
        }
    }

    fn few_bits(&mut self, field: &str, value: &[u8]) {
        self.add(field, value, 2);
    }

    fn debug(&mut self, field: &str, value: &impl Debug) {
        self.add(field, format!("{value:?}").as_bytes(), 8);
    }

    fn add(&mut self, field: &str, value: &[u8], bytes: usize) {
        let digest = Sha256::new()
            .chain_update(format!("windlass plan\0{}\0{field}\0", self.salt))
            .chain_update(value)
            .finalize();
        let hex = digest.iter().take(bytes).map(|byte| format!("{byte:02x}"));
        self.by_field.insert(field.to_owned(), hex.collect());
    }
}
