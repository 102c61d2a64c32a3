//! What a container was asked to be that has no label of ours: read off the container itself.
//!
//! An engine doesn't show what was asked for but what came of it: with the image's own settings, with its defaults, in
//! forms of its own. So each field is compared in a form that both sides can be brought to; where it is the same, the
//! service's own words are taken for what was asked for, else what the engine shows. Where the file says nothing and an
//! engine may have filled something in by itself, what is there is taken for the engine's: a container is made anew for
//! what is known to differ only.

mod file;
mod limits;
mod mount;
mod namespace;
mod network;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::label;
use crate::model::{
    BlkioConfig, ContainerSpec, DeviceRequest, Duration, Healthcheck, Logging, Project, Service,
    Ulimit, seccomp_profile,
};
use crate::state::{ActualState, Container, Shown};

/// What the container was asked to be, in the service's words where it is what the service says; none where the engine
/// doesn't show enough of it.
pub(super) fn asked(
    project: &Project,
    service: &Service,
    container: &Container,
    state: &ActualState,
) -> Option<ContainerSpec> {
    let shown = container.shown.as_deref()?;
    let adopted = Adopted {
        project,
        service,
        container,
        state,
        shown,
        is: &shown.spec,
        wanted: &service.spec,
    };
    let mut asked = service.spec.clone();
    adopted.of_program(&mut asked);
    adopted.of_names(&mut asked);
    adopted.of_life(&mut asked);
    adopted.of_devices(&mut asked);
    adopted.of_rights(&mut asked);
    adopted.of_hosts(&mut asked);
    limits::settle(&adopted, &mut asked);
    namespace::settle(&adopted, &mut asked);
    network::settle(&adopted, &mut asked);
    mount::settle(&adopted, &mut asked);
    file::settle(&adopted, &mut asked);
    Some(asked)
}

/// Signals that stop programs, by the numbers that some engines show.
const SIGNALS: [(&str, &str); 11] = [
    ("1", "HUP"),
    ("2", "INT"),
    ("3", "QUIT"),
    ("6", "ABRT"),
    ("9", "KILL"),
    ("10", "USR1"),
    ("12", "USR2"),
    ("14", "ALRM"),
    ("15", "TERM"),
    ("28", "WINCH"),
    ("37", "RTMIN+3"),
];

/// A container, and the service that it is to belong to.
struct Adopted<'a> {
    project: &'a Project,
    service: &'a Service,
    container: &'a Container,
    state: &'a ActualState,
    shown: &'a Shown,
    is: &'a ContainerSpec,
    wanted: &'a ContainerSpec,
}

/// Says what is there where it is not what is wanted.
fn unless<T>(is_same: bool, asked: &mut T, is: impl FnOnce() -> T) {
    if !is_same {
        *asked = is();
    }
}

impl Adopted<'_> {
    /// What the image says where the service is silent; without the image, what is there.
    fn image(&self) -> &ContainerSpec {
        self.shown.image.as_ref().unwrap_or(self.is)
    }

    fn of_program(&self, asked: &mut ContainerSpec) {
        let (is, wanted, image) = (self.is, self.wanted, self.image());
        let known = self.state.images.get(&wanted.image);
        let same_image = known.is_some_and(|image| image.id == self.container.image_id);
        unless(
            same_image || is.image == wanted.image,
            &mut asked.image,
            || is.image.clone(),
        );
        // An entrypoint of one's own leaves the image's command behind, an empty one doesn't.
        let given = |words: &Option<Vec<String>>| words.clone().filter(|words| !words.is_empty());
        let of_image = || {
            let replaced = given(&wanted.entrypoint).is_some();
            given(&image.command).filter(|_| !replaced)
        };
        let command = given(&wanted.command).or_else(of_image);
        unless(given(&is.command) == command, &mut asked.command, || {
            is.command.clone()
        });
        let entrypoint = wanted.entrypoint.clone().or(image.entrypoint.clone());
        unless(
            given(&is.entrypoint) == given(&entrypoint),
            &mut asked.entrypoint,
            || is.entrypoint.clone(),
        );
        let of_engine = &self.shown.environment;
        asked.environment = beyond(&is.environment, &image.environment, &wanted.environment);
        (asked.environment).retain(|name, value| {
            wanted.environment.contains_key(name) || of_engine.get(name) != Some(value)
        });
        asked.labels = beyond(&is.labels, &image.labels, &wanted.labels);
        let folder = |folder: &Option<String>| {
            let folder = folder.as_deref().unwrap_or("/").trim_end_matches('/');
            folder.to_owned()
        };
        let wanted_folder = wanted.working_dir.clone().or(image.working_dir.clone());
        unless(
            folder(&is.working_dir) == folder(&wanted_folder),
            &mut asked.working_dir,
            || is.working_dir.clone(),
        );
        let user = wanted.user.clone().or(image.user.clone());
        unless(is.user == user, &mut asked.user, || is.user.clone());
        self.of_health(asked);
    }

    /// The image fills in what the service's healthcheck leaves open.
    fn of_health(&self, asked: &mut ContainerSpec) {
        let image = self.image().healthcheck.clone();
        let own = self.wanted.healthcheck.clone();
        let mut wanted = match (own, image) {
            (None, image) => image,
            (Some(own), None) => Some(own),
            (Some(own), Some(image)) => Some(Healthcheck {
                test: Some(own.test)
                    .filter(|test| !test.is_empty())
                    .unwrap_or(image.test),
                interval: some_time(own.interval).or(image.interval),
                timeout: some_time(own.timeout).or(image.timeout),
                start_period: some_time(own.start_period).or(image.start_period),
                start_interval: some_time(own.start_interval).or(image.start_interval),
                retries: own.retries.filter(|count| *count > 0).or(image.retries),
            }),
        };
        if let Some(wanted) = &mut wanted {
            in_one_form(wanted);
        }
        let mut is = self.is.healthcheck.clone();
        if let (true, Some(is), Some(wanted)) =
            (self.hides("healthcheck.start_interval"), &mut is, &wanted)
        {
            is.start_interval = wanted.start_interval;
        }
        let mut shown = is.clone();
        if let Some(shown) = &mut shown {
            in_one_form(shown);
        }
        unless(shown == wanted, &mut asked.healthcheck, || {
            is.filter(|is| !is.test.is_empty())
        });
    }

    fn hides(&self, field: &str) -> bool {
        self.shown.hidden.contains(&field)
    }

    fn of_names(&self, asked: &mut ContainerSpec) {
        let (is, wanted) = (self.is, self.wanted);
        let number = self.container.number().unwrap_or(1);
        let name = label::container_name(self.project, self.service, number);
        let has = &self.container.name;
        // Older tools join the parts with another character: such a container is renamed.
        let is_so = *has == name
            || label::is_interim(has, &name)
            || has.replace('_', "-") == name.replace('_', "-");
        unless(is_so, &mut asked.container_name, || {
            let default = label::joined(self.project, &[&self.service.name, &number]);
            Some(has.clone()).filter(|has| *has != default)
        });
        // Without one of its own it is called after its id, or as the namespace it shares.
        let is_engines = wanted.hostname.is_none()
            && is.hostname.as_ref().is_none_or(|name| {
                let shares = |mode: &str| mode == "host" || mode.starts_with("container:");
                self.container.id.starts_with(name.as_str())
                    || shares(&self.container.network_mode)
                    || is.uts.as_deref().is_some_and(shares)
            });
        unless(
            is_engines || is.hostname == wanted.hostname,
            &mut asked.hostname,
            || is.hostname.clone(),
        );
        if !self.hides("domainname") {
            asked.domainname.clone_from(&is.domainname);
        }
    }

    fn of_life(&self, asked: &mut ContainerSpec) {
        let (is, wanted) = (self.is, self.wanted);
        unless(
            is.init.unwrap_or_default() == wanted.init.unwrap_or_default(),
            &mut asked.init,
            || is.init,
        );
        asked.tty = is.tty;
        asked.stdin_open = is.stdin_open;
        asked.read_only = is.read_only;
        let signal = |signal: Option<&String>| {
            let name = signal.map_or("TERM", String::as_str).to_ascii_uppercase();
            let name = name.strip_prefix("SIG").unwrap_or(&name);
            let by_number = SIGNALS.iter().find(|(number, _)| *number == name);
            by_number.map_or(name, |(_, name)| name).to_owned()
        };
        let wanted_signal = wanted.stop_signal.as_ref();
        let wanted_signal = wanted_signal.or(self.image().stop_signal.as_ref());
        unless(
            signal(is.stop_signal.as_ref()) == signal(wanted_signal),
            &mut asked.stop_signal,
            || is.stop_signal.clone(),
        );
        let seconds = |time: Option<crate::model::Duration>| {
            time.map_or(10, crate::model::Duration::secs_rounded_up)
        };
        unless(
            seconds(is.stop_grace_period) == seconds(wanted.stop_grace_period),
            &mut asked.stop_grace_period,
            || is.stop_grace_period,
        );
        self.of_logging(asked);
    }

    /// An engine has a driver of its own, and options for it that it adds to those that are asked for.
    fn of_logging(&self, asked: &mut ContainerSpec) {
        let (Some(is), Some(wanted)) = (&self.is.logging, &mut asked.logging) else {
            return;
        };
        if wanted.driver.is_some() {
            wanted.driver.clone_from(&is.driver);
        }
        if self.hides("logging.options") {
            wanted.driver.clone_from(&is.driver);
            return;
        }
        let there = |(key, _): (&String, &mut String)| Some((key.clone(), is.options.get(key)?));
        let options = wanted.options.iter_mut().filter_map(there);
        let options = options.map(|(key, value)| (key, value.clone())).collect();
        *wanted = Logging {
            driver: wanted.driver.take(),
            options,
        };
    }

    fn of_devices(&self, asked: &mut ContainerSpec) {
        let (is, wanted) = (self.is, self.wanted);
        unless(
            set(&is.devices, device) == set(&wanted.devices, device),
            &mut asked.devices,
            || is.devices.clone(),
        );
        let picked = |(request, is_gpu): (&DeviceRequest, bool)| {
            let mut capabilities: BTreeSet<&str> =
                request.capabilities.iter().map(String::as_str).collect();
            if is_gpu {
                capabilities.insert("gpu");
            }
            let options: std::collections::BTreeMap<_, _> = request.options.iter().collect();
            let count = request.count.unwrap_or(0);
            let (driver, ids) = (request.driver.as_deref(), &request.device_ids);
            format!("{driver:?} {count} {ids:?} {capabilities:?} {options:?}")
        };
        let gpus = wanted.gpus.iter().map(|request| (request, true));
        let reserved = |spec: &'_ ContainerSpec| -> BTreeSet<String> {
            let requests = spec.reserved_devices.iter().map(|request| (request, false));
            requests.map(picked).collect()
        };
        let all: BTreeSet<String> = gpus.map(picked).chain(reserved(wanted)).collect();
        if reserved(is) != all {
            asked.gpus = Vec::new();
            asked.reserved_devices.clone_from(&is.reserved_devices);
        }
        asked
            .device_cgroup_rules
            .clone_from(&is.device_cgroup_rules);
        let mut blkio = is.blkio_config.clone().unwrap_or_default();
        let wanted = wanted.blkio_config.clone().unwrap_or_default();
        // An engine leaves out what its kernel has no weights for.
        blkio.weight = blkio.weight.or(wanted.weight);
        if blkio.weight_device.is_empty() {
            blkio.weight_device.clone_from(&wanted.weight_device);
        }
        unless(blkio == wanted, &mut asked.blkio_config, || {
            Some(blkio).filter(|blkio| *blkio != BlkioConfig::default())
        });
    }

    fn of_rights(&self, asked: &mut ContainerSpec) {
        let (is, wanted) = (self.is, self.wanted);
        asked.privileged = is.privileged;
        for (is, wanted, asked) in [
            (&is.cap_add, &wanted.cap_add, &mut asked.cap_add),
            (&is.cap_drop, &wanted.cap_drop, &mut asked.cap_drop),
        ] {
            let name = |text: &str| {
                let name = text.to_ascii_uppercase();
                name.strip_prefix("CAP_").unwrap_or(&name).to_owned()
            };
            unless(set(is, name) == set(wanted, name), asked, || {
                is.iter().map(|text| name(text)).collect()
            });
        }
        let mut options = set(&is.security_opt, security_option);
        let wanted_options = set(&wanted.security_opt, security_option);
        // An engine adds it where a namespace of the host makes labels useless.
        if !wanted_options.contains("label=disable") {
            options.remove("label=disable");
        }
        unless(options == wanted_options, &mut asked.security_opt, || {
            is.security_opt.clone()
        });
        asked.group_add.clone_from(&is.group_add);
        if !self.hides("annotations") {
            asked.annotations.clone_from(&is.annotations);
        }
        if !self.hides("sysctls") {
            asked.sysctls.clone_from(&is.sysctls);
        }
        asked.storage_opt.clone_from(&is.storage_opt);
        // Podman writes them so, and its own beside those that are asked for.
        let limit = |(name, limit): (&String, &Ulimit)| match name.strip_prefix("RLIMIT_") {
            None => Some((name.clone(), *limit)),
            Some(name) => {
                let name = name.to_ascii_lowercase();
                wanted.ulimits.contains_key(&name).then_some((name, *limit))
            }
        };
        asked.ulimits = is.ulimits.iter().filter_map(limit).collect();
    }

    fn of_hosts(&self, asked: &mut ContainerSpec) {
        let (is, wanted) = (self.is, self.wanted);
        let host = |text: &str| text.replacen('=', ":", 1);
        unless(
            set(&is.extra_hosts, host) == set(&wanted.extra_hosts, host),
            &mut asked.extra_hosts,
            || is.extra_hosts.clone(),
        );
        asked.dns.clone_from(&is.dns);
        asked.dns_opt.clone_from(&is.dns_opt);
        asked.dns_search.clone_from(&is.dns_search);
    }
}

/// The entries that are there, without those that the image brings and the service is silent of.
fn beyond(
    is: &IndexMap<String, String>,
    image: &IndexMap<String, String>,
    wanted: &IndexMap<String, String>,
) -> IndexMap<String, String> {
    let entries = is.iter();
    entries
        .filter(|(name, value)| wanted.contains_key(*name) || image.get(*name) != Some(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A time of 0 is none.
fn some_time(time: Option<Duration>) -> Option<Duration> {
    time.filter(|time| time.nanos() > 0)
}

/// What is left open is as engines have it, and some show that.
fn in_one_form(healthcheck: &mut Healthcheck) {
    let seconds = |time: Option<Duration>| some_time(time).or(Some(Duration::from_secs(30)));
    healthcheck.interval = seconds(healthcheck.interval);
    healthcheck.timeout = seconds(healthcheck.timeout);
    healthcheck.start_period = some_time(healthcheck.start_period);
    healthcheck.start_interval = some_time(healthcheck.start_interval);
    healthcheck.retries = healthcheck.retries.filter(|count| *count > 0).or(Some(3));
}

/// Texts whose order says nothing, each in the one form that there is for it.
fn set(texts: &[String], form: impl Fn(&str) -> String) -> BTreeSet<String> {
    texts.iter().map(|text| form(text)).collect()
}

/// `HOST:CONTAINER:PERMISSIONS`, or the name of a device of the Container Device Interface.
fn device(text: &str) -> String {
    let mut parts = text.split(':');
    let host = parts.next().unwrap_or_default();
    if host.contains('=') {
        return host.to_owned();
    }
    let container = parts.next().unwrap_or(host);
    format!("{host}:{container}:{}", parts.next().unwrap_or("rwm"))
}

/// `NAME=VALUE`; of a profile only that there is one: the engine has its text, the service the name of its file.
fn security_option(text: &str) -> String {
    if seccomp_profile(text).is_some() {
        return "seccomp={}".to_owned();
    }
    match text {
        "no-new-privileges" => "no-new-privileges=true".to_owned(),
        _ => text.replacen(':', "=", 1),
    }
}
