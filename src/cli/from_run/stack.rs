//! The stack file that a `docker run` becomes, while its flags are read.

use serde_json::{Map, Value, json};

use super::{Converted, object};

/// What is known of the stack so far.
#[derive(Default)]
pub(super) struct Stack {
    pub(super) name: Option<String>,
    /// The service's keys.
    pub(super) service: Map<String, Value>,
    /// Its network, by the name that docker has for it.
    network: Option<String>,
    /// Its names on that network.
    pub(super) aliases: Vec<Value>,
    /// What else is said of its place on that network.
    pub(super) endpoint: Map<String, Value>,
    /// Volumes that have names.
    volumes: Map<String, Value>,
    notes: Vec<String>,
}

impl Stack {
    /// A key that is true or false.
    pub(super) fn yes(&mut self, key: &str, value: &str) {
        self.service
            .insert(key.to_owned(), (value != "false").into());
    }

    /// A key with a text.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.service.insert(key.to_owned(), value.into());
    }

    /// A key with a number, or with a text where it is none.
    pub(super) fn number(&mut self, key: &str, value: &str) {
        let number = value.parse::<i64>().map(Value::from);
        let number = number.or_else(|_| value.parse::<f64>().map(Value::from));
        self.service
            .insert(key.to_owned(), number.unwrap_or_else(|_| value.into()));
    }

    /// One more item of a list.
    pub(super) fn item(&mut self, key: &str, value: &str) {
        if key == "volumes" {
            self.named_volume(value.split(':').next().filter(|_| value.contains(':')));
        }
        let list = self.service.entry(key).or_insert_with(|| json!([]));
        if let Value::Array(items) = list {
            items.push(value.into());
        }
    }

    /// `NAME=TEXT` of a map; a name alone takes its text from where the stack is started.
    pub(super) fn variable(&mut self, key: &str, value: &str) {
        let (name, text) = match value.split_once('=') {
            Some((name, text)) => (name, text.into()),
            None => (value, Value::Null),
        };
        self.below(key, name, text);
    }

    /// A key of the healthcheck.
    pub(super) fn health(&mut self, key: &str, value: &str) {
        let value = match key {
            "disable" => true.into(),
            _ => value.into(),
        };
        self.below("healthcheck", key, value);
    }

    /// A key below a key.
    pub(super) fn below(&mut self, key: &str, below: &str, value: Value) {
        self.object(key).insert(below.to_owned(), value);
    }

    /// The map under a key.
    pub(super) fn object(&mut self, key: &str) -> &mut Map<String, Value> {
        let value = self.service.entry(key).or_insert_with(object);
        if !value.is_object() {
            *value = object();
        }
        match value {
            Value::Object(map) => map,
            _ => unreachable!("it was made an object"),
        }
    }

    /// Something that has no place in a stack file.
    pub(super) fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    /// `--network`, in its short and its long form.
    pub(super) fn network(&mut self, text: &str) -> Result<(), String> {
        if !text.contains('=') {
            self.network = Some(text.to_owned());
            return Ok(());
        }
        for part in text.split(',') {
            let (key, value) = pair(part)?;
            match key {
                "name" => self.network = Some(value.to_owned()),
                "alias" => self.aliases.push(value.into()),
                "ip" => drop(
                    self.endpoint
                        .insert("ipv4_address".to_owned(), value.into()),
                ),
                "ip6" => drop(
                    self.endpoint
                        .insert("ipv6_address".to_owned(), value.into()),
                ),
                "mac-address" => drop(self.endpoint.insert("mac_address".to_owned(), value.into())),
                other => return Err(format!("`{other}` is not known here")),
            }
        }
        Ok(())
    }

    /// `--mount type=..,source=..,target=..`.
    pub(super) fn mount(&mut self, text: &str) -> Result<(), String> {
        let mut mount = Map::new();
        mount.insert("type".to_owned(), "volume".into());
        let mut below: Map<String, Value> = Map::new();
        for part in text.split(',') {
            let (key, value) = part.split_once('=').unwrap_or((part, "true"));
            match key {
                "type" | "target" => drop(mount.insert(key.to_owned(), value.into())),
                "source" | "src" => drop(mount.insert("source".to_owned(), value.into())),
                "destination" | "dst" => drop(mount.insert("target".to_owned(), value.into())),
                "readonly" | "ro" => {
                    mount.insert(
                        "read_only".to_owned(),
                        (value != "false" && value != "0").into(),
                    );
                }
                "bind-propagation" => drop(below.insert("propagation".to_owned(), value.into())),
                "volume-nocopy" => {
                    drop(below.insert("nocopy".to_owned(), (value != "false").into()));
                }
                "volume-subpath" | "image-subpath" => {
                    below.insert("subpath".to_owned(), value.into());
                }
                "tmpfs-size" => drop(below.insert("size".to_owned(), value.into())),
                "tmpfs-mode" => {
                    let mode = i64::from_str_radix(value, 8);
                    let mode = mode.map_err(|_| "tmpfs-mode is an octal number".to_owned())?;
                    below.insert("mode".to_owned(), mode.into());
                }
                other => return Err(format!("`{other}` is not known here")),
            }
        }
        let kind = mount["type"].as_str().unwrap_or_default().to_owned();
        if !mount.contains_key("target") {
            return Err("`target=PATH` is missing".to_owned());
        }
        if kind == "volume" {
            self.named_volume(mount.get("source").and_then(Value::as_str));
        }
        if !below.is_empty() {
            mount.insert(kind, below.into());
        }
        let list = self.service.entry("volumes").or_insert_with(|| json!([]));
        if let Value::Array(items) = list {
            items.push(mount.into());
        }
        Ok(())
    }

    /// A volume that has a name needs a place among the volumes of the stack.
    fn named_volume(&mut self, source: Option<&str>) {
        let is_name = |source: &&str| {
            let is_path = source.starts_with(['/', '.', '~', '$']) || source.contains(['/', '\\']);
            !source.is_empty() && !is_path
        };
        if let Some(name) = source.filter(is_name) {
            self.volumes.insert(name.to_owned(), object());
        }
    }

    /// One more device of `blkio_config`.
    pub(super) fn device(&mut self, key: &str, device: Value) {
        let list = self
            .object("blkio_config")
            .entry(key)
            .or_insert_with(|| json!([]));
        if let Value::Array(items) = list {
            items.push(device);
        }
    }

    /// `PATH:RATE` of a device.
    pub(super) fn rate(&mut self, key: &str, text: &str) -> Result<(), String> {
        let (path, rate) = text.split_once(':').ok_or("`PATH:RATE` is expected")?;
        let rate = rate
            .parse::<u64>()
            .map_or_else(|_| rate.into(), Value::from);
        self.device(key, json!({ "path": path, "rate": rate }));
        Ok(())
    }

    /// The whole, when the image and its command are known.
    pub(super) fn finish(mut self, image: &str, command: Vec<Value>) -> Converted {
        let name = service_name(self.name.as_deref().unwrap_or(image));
        let mut service = Map::new();
        service.insert("image".to_owned(), image.into());
        if !command.is_empty() {
            service.insert("command".to_owned(), command.into());
        }
        service.append(&mut self.service);
        let mut stack = Map::new();
        let mut networks = Map::new();
        match self.network.as_deref() {
            None | Some("bridge" | "default") => {
                // The stack's own network is the default, where names are found without being asked for.
                if !self.aliases.is_empty() || !self.endpoint.is_empty() {
                    service.insert(
                        "networks".to_owned(),
                        json!({ "default": place(self.aliases, self.endpoint) }),
                    );
                }
            }
            Some(mode @ ("host" | "none")) => {
                drop(service.insert("network_mode".to_owned(), mode.into()));
            }
            Some(mode) if mode.starts_with("container:") => {
                service.insert("network_mode".to_owned(), mode.into());
            }
            Some(network) => {
                let on = if self.aliases.is_empty() && self.endpoint.is_empty() {
                    json!([network])
                } else {
                    json!({ network: place(self.aliases, self.endpoint) })
                };
                service.insert("networks".to_owned(), on);
                networks.insert(network.to_owned(), object());
            }
        }
        stack.insert("services".to_owned(), json!({ name: service }));
        for (key, map) in [("networks", networks), ("volumes", self.volumes)] {
            for name in map.keys() {
                let kind = key.trim_end_matches('s');
                self.notes.push(format!(
                    "{kind} {name}: the stack makes its own; `external: true` below it takes the one that docker has"
                ));
            }
            if !map.is_empty() {
                stack.insert(key.to_owned(), map.into());
            }
        }
        (stack.into(), self.notes)
    }
}

/// Names and addresses on a network.
fn place(aliases: Vec<Value>, mut endpoint: Map<String, Value>) -> Value {
    if !aliases.is_empty() {
        endpoint.insert("aliases".to_owned(), aliases.into());
    }
    endpoint.into()
}

/// A service's name: the container's, or the image's without registry, folders, tag and digest.
fn service_name(text: &str) -> String {
    let last = text.rsplit('/').next().unwrap_or(text);
    let bare = last.split([':', '@']).next().unwrap_or(last);
    let name: String = bare
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "._-".contains(*letter))
        .collect();
    if name.is_empty() {
        "app".to_owned()
    } else {
        name
    }
}

/// `KEY=TEXT`.
pub(super) fn pair(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=')
        .ok_or_else(|| "`KEY=VALUE` is expected".to_owned())
}
