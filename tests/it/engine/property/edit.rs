//! Random edits of a stack's services, and what the plan has to say of each.

use serde_json::{Map, Value, json};

use super::Random;
use super::harmless::replicas;

/// What was edited.
#[derive(Debug)]
pub(super) struct Edit {
    service: String,
    /// The field, as the plan names it: `environment.DEBUG`, `ports`.
    path: String,
}

impl Edit {
    /// Whether both are of one field: only the last of them would be seen.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        let top = |path: &str| path.split('.').next().map(str::to_owned);
        self.service == other.service && top(&self.path) == top(&other.path)
    }

    /// Whether a line of the plan begins with the field.
    pub(super) fn is_named(&self, plan: &str) -> bool {
        plan.lines().any(|line| {
            let rest = line.trim_start().strip_prefix(&self.path);
            rest.is_some_and(|rest| rest.starts_with([':', '.', '[', ' ']))
        })
    }
}

/// A field that is set, to the other value where it has the first already; under which name the plan speaks of it.
struct Row(&'static str, fn() -> [Value; 2]);

const ROWS: [Row; 32] = [
    Row("cap_add", || [json!(["NET_ADMIN"]), json!(["SYS_TIME"])]),
    Row("cap_drop", || [json!(["MKNOD"]), json!(["CHOWN"])]),
    Row("command", || [json!(["sleep", "7"]), json!(["sleep", "8"])]),
    Row("cpu_shares", || [json!(512), json!(256)]),
    Row("cpus", || [json!(0.5), json!(0.25)]),
    Row("dns", || [json!(["10.0.0.53"]), json!(["10.0.0.54"])]),
    Row("dns_search", || {
        [json!(["ship.example"]), json!(["sea.example"])]
    }),
    Row("domainname", || {
        [json!("ship.example"), json!("sea.example")]
    }),
    Row("entrypoint", || [json!(["env"]), json!(["nice"])]),
    Row("extra_hosts", || {
        [json!(["pilot=10.0.0.1"]), json!(["pilot=10.0.0.2"])]
    }),
    Row("group_add", || [json!(["100"]), json!(["101"])]),
    Row("hostname", || [json!("bridge"), json!("deck")]),
    Row("init", || [json!(true), json!(false)]),
    Row("ipc", || [json!("private"), json!("shareable")]),
    Row("mem_limit", || [json!("67108864"), json!("134217728")]),
    Row("oom_score_adj", || [json!(100), json!(200)]),
    Row("pids_limit", || [json!(50), json!(60)]),
    Row("privileged", || [json!(true), json!(false)]),
    Row("read_only", || [json!(true), json!(false)]),
    Row("restart", || {
        [json!("on-failure:3"), json!("unless-stopped")]
    }),
    Row("security_opt", || {
        [
            json!(["no-new-privileges:true"]),
            json!(["no-new-privileges:false"]),
        ]
    }),
    Row("shm_size", || [json!("33554432"), json!("16777216")]),
    Row("stdin_open", || [json!(true), json!(false)]),
    Row("stop_grace_period", || [json!("7s"), json!("8s")]),
    Row("stop_signal", || [json!("SIGINT"), json!("SIGQUIT")]),
    Row("sysctls", || {
        [
            json!({"net.core.somaxconn": "1024"}),
            json!({"net.core.somaxconn": "512"}),
        ]
    }),
    Row("tmpfs", || [json!(["/edited"]), json!(["/edited2"])]),
    Row("tty", || [json!(true), json!(false)]),
    Row("ulimits", || [json!({"nproc": 500}), json!({"nproc": 600})]),
    Row("user", || [json!("1000:1000"), json!("1001")]),
    Row("working_dir", || [json!("/edited"), json!("/edited2")]),
    Row("healthcheck", || {
        [
            json!({"test": ["CMD", "true"], "interval": "1m0s"}),
            json!({"test": ["CMD", "false"], "interval": "1m0s"}),
        ]
    }),
];

/// An edited copy of the model, and what was edited; none where the one that was drawn is not possible here.
pub(super) fn random(model: &Value, random: &mut Random) -> Option<(Value, Edit)> {
    let mut edited = model.clone();
    let services = edited["services"].as_object_mut()?;
    let place = random.below(services.len());
    let (name, service) = services.iter_mut().nth(place)?;
    // Where there is no container, there is none to make anew.
    if replicas(service) == Some(0) {
        return None;
    }
    let path = match random.below(6) {
        0 => entry(service, "environment", random)?,
        1 => entry(service, "labels", random)?,
        2 => appended(service, random)?,
        3 => removed(service, random)?,
        _ => set(service, random)?,
    };
    let edit = Edit {
        service: name.clone(),
        path,
    };
    (edited != *model).then_some((edited, edit))
}

fn set(service: &mut Value, random: &mut Random) -> Option<String> {
    let Row(key, values) = &ROWS[random.below(ROWS.len())];
    let [first, other] = values();
    let is_unset = service.get(*key).is_none_or(Value::is_null);
    // What is the default anyway is no change.
    if is_unset && (first == json!("private") || first == json!(false)) {
        return None;
    }
    service[*key] = if service[*key] == first { other } else { first };
    Some((*key).to_owned())
}

/// A variable or a label that is added, changed or removed.
fn entry(service: &mut Value, section: &str, random: &mut Random) -> Option<String> {
    if service.get(section).is_none_or(Value::is_null) {
        service[section] = Value::Object(Map::new());
    }
    let entries = service[section].as_object_mut()?;
    let name = match entries.len() {
        0 => "EDITED".to_owned(),
        many => entries.keys().nth(random.below(many))?.clone(),
    };
    match (random.below(3), entries.get(&name)) {
        (0, Some(_)) => {
            entries.shift_remove(&name);
        }
        (1, Some(old)) => {
            let new = format!("{}x", old.as_str().unwrap_or_default());
            entries.insert(name.clone(), new.into());
        }
        _ => {
            let name = format!("EDITED{}", entries.len());
            entries.insert(name.clone(), "1".into());
            return Some(format!("{section}.{name}"));
        }
    }
    Some(format!("{section}.{name}"))
}

/// One more port, mount or alias.
fn appended(service: &mut Value, random: &mut Random) -> Option<String> {
    let (key, entry) = match random.below(3) {
        0 => (
            "ports",
            json!({"target": 4321, "protocol": "tcp", "mode": "ingress"}),
        ),
        1 => (
            "volumes",
            json!({"type": "volume", "target": "/edited3", "volume": {}}),
        ),
        _ => {
            let networks = service.get_mut("networks")?.as_object_mut()?;
            let (name, attachment) = networks.iter_mut().next()?;
            let mut aliases = attachment["aliases"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            aliases.push("edited".into());
            if attachment.is_null() {
                *attachment = json!({});
            }
            attachment["aliases"] = aliases.into();
            return Some(format!("networks.{name}.aliases"));
        }
    };
    let mut entries = service[key].as_array().cloned().unwrap_or_default();
    entries.push(entry);
    service[key] = entries.into();
    Some(key.to_owned())
}

/// One of the rows' fields, gone.
fn removed(service: &mut Value, random: &mut Random) -> Option<String> {
    let fields = service.as_object_mut()?;
    let is_told = |key: &&String| ROWS.iter().any(|row| row.0 == key.as_str());
    let keys: Vec<String> = fields
        .iter()
        .filter(|(key, value)| is_told(key) && !is_default(value))
        .map(|(key, _)| key.clone())
        .collect();
    let key = keys.get(random.below(keys.len()))?;
    fields.shift_remove(key);
    Some(key.clone())
}

/// Whether nothing is said by it, so that nothing changes where it goes.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    }
}
