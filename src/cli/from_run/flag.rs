//! The flags of `docker run`, and what each becomes in a stack file.

use serde_json::json;

use super::object;
use super::stack::{Stack, pair};

/// Whether a flag has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It stands alone.
    Switch,
    /// Its value follows.
    Value,
}

/// A flag of `docker run`.
pub(super) struct Flag {
    pub(super) long: &'static [&'static str],
    pub(super) short: Option<char>,
    pub(super) kind: Kind,
    /// Puts its value into the stack; answers what is wrong with it.
    pub(super) set: fn(&mut Stack, &str) -> Result<(), String>,
}

const fn switch(
    long: &'static [&'static str],
    short: Option<char>,
    set: fn(&mut Stack, &str) -> Result<(), String>,
) -> Flag {
    Flag {
        long,
        short,
        kind: Kind::Switch,
        set,
    }
}

const fn value(
    long: &'static [&'static str],
    short: Option<char>,
    set: fn(&mut Stack, &str) -> Result<(), String>,
) -> Flag {
    Flag {
        long,
        short,
        kind: Kind::Value,
        set,
    }
}

/// A row for flags that become a key of the same form.
macro_rules! rows {
    ($($of:ident $way:ident { $($key:literal: $long:literal $($short:literal)?),* $(,)? })*) => {
        [$($($of(
            &[$long],
            rows!(@short $($short)?),
            |stack, text| { stack.$way($key, text); Ok(()) },
        ),)*)*]
    };
    (@short $short:literal) => { Some($short) };
    (@short) => { None };
}

/// The flags whose value is taken over as it is.
const PLAIN: &[Flag] = &rows! {
    switch yes {
        "stdin_open": "interactive" 'i', "tty": "tty" 't', "privileged": "privileged", "init": "init",
        "read_only": "read-only", "oom_kill_disable": "oom-kill-disable",
    }
    value text {
        "restart": "restart", "mem_limit": "memory" 'm', "mem_reservation": "memory-reservation",
        "memswap_limit": "memory-swap", "cpuset": "cpuset-cpus", "shm_size": "shm-size", "user": "user" 'u',
        "working_dir": "workdir" 'w', "hostname": "hostname" 'h', "domainname": "domainname",
        "ipc": "ipc", "pid": "pid", "uts": "uts", "userns_mode": "userns", "cgroup": "cgroupns",
        "cgroup_parent": "cgroup-parent", "isolation": "isolation", "platform": "platform", "runtime": "runtime",
        "stop_signal": "stop-signal", "mac_address": "mac-address", "pull_policy": "pull",
        "cpu_rt_period": "cpu-rt-period", "cpu_rt_runtime": "cpu-rt-runtime",
    }
    value number {
        "cpus": "cpus", "cpu_shares": "cpu-shares" 'c', "cpu_period": "cpu-period", "cpu_quota": "cpu-quota",
        "mem_swappiness": "memory-swappiness", "pids_limit": "pids-limit", "oom_score_adj": "oom-score-adj",
    }
    value item {
        "ports": "publish" 'p', "expose": "expose", "volumes": "volume" 'v', "env_file": "env-file",
        "tmpfs": "tmpfs", "extra_hosts": "add-host", "dns": "dns", "dns_search": "dns-search",
        "dns_opt": "dns-option", "cap_add": "cap-add", "cap_drop": "cap-drop", "devices": "device",
        "device_cgroup_rules": "device-cgroup-rule", "group_add": "group-add", "security_opt": "security-opt",
        "label_file": "label-file", "external_links": "link",
    }
    value variable {
        "environment": "env" 'e', "labels": "label" 'l', "annotations": "annotation", "sysctls": "sysctl",
        "storage_opt": "storage-opt",
    }
    value health {
        "interval": "health-interval", "timeout": "health-timeout",
        "start_period": "health-start-period", "start_interval": "health-start-interval", "test": "health-cmd",
    }
    switch health {
        "disable": "no-healthcheck",
    }
};

/// The flags that need a look at their value, or have no key.
const OTHER: &[Flag] = &[
    switch(&["detach"], Some('d'), |_, _| Ok(())),
    switch(&["quiet"], Some('q'), |_, _| Ok(())),
    switch(&["sig-proxy", "disable-content-trust"], None, |_, _| Ok(())),
    switch(&["rm"], None, |stack, _| {
        stack.note(
            "--rm: `windlass down` removes the container; `windlass run --rm` is for single runs",
        );
        Ok(())
    }),
    switch(&["publish-all"], Some('P'), |_, _| {
        Err("a stack file names each port to be published: use -p".to_owned())
    }),
    value(
        &["cidfile", "detach-keys", "attach"],
        Some('a'),
        |stack, text| {
            stack.note(&format!(
                "`{text}`: what a terminal is attached to is no matter of a stack file"
            ));
            Ok(())
        },
    ),
    value(&["name"], None, |stack, name| {
        stack.name = Some(name.to_owned());
        Ok(())
    }),
    value(&["network", "net"], None, Stack::network),
    value(&["network-alias", "net-alias"], None, |stack, alias| {
        stack.aliases.push(alias.into());
        Ok(())
    }),
    value(&["ip"], None, |stack, ip| {
        stack.endpoint.insert("ipv4_address".to_owned(), ip.into());
        Ok(())
    }),
    value(&["ip6"], None, |stack, ip| {
        stack.endpoint.insert("ipv6_address".to_owned(), ip.into());
        Ok(())
    }),
    value(&["link-local-ip"], None, |stack, ip| {
        stack
            .endpoint
            .insert("link_local_ips".to_owned(), json!([ip]));
        Ok(())
    }),
    value(&["mount"], None, Stack::mount),
    value(&["volumes-from"], None, |stack, from| {
        stack.item("volumes_from", &format!("container:{from}"));
        Ok(())
    }),
    value(&["entrypoint"], None, |stack, program| {
        // Docker takes it for one program, whatever is in it; nothing is no entrypoint.
        let program = if program.is_empty() {
            json!([])
        } else {
            json!([program])
        };
        stack.service.insert("entrypoint".to_owned(), program);
        Ok(())
    }),
    value(&["stop-timeout"], None, |stack, seconds| {
        stack.text("stop_grace_period", &format!("{seconds}s"));
        Ok(())
    }),
    value(&["health-retries"], None, |stack, times| {
        let times: u64 = times
            .parse()
            .map_err(|_| "a number is expected".to_owned())?;
        stack.below("healthcheck", "retries", times.into());
        Ok(())
    }),
    value(&["log-driver"], None, |stack, driver| {
        stack.below("logging", "driver", driver.into());
        Ok(())
    }),
    value(&["log-opt"], None, |stack, option| {
        let (key, text) = pair(option)?;
        let logging = stack
            .object("logging")
            .entry("options")
            .or_insert_with(object);
        logging[key] = text.into();
        Ok(())
    }),
    value(&["ulimit"], None, |stack, limit| {
        let (key, text) = pair(limit)?;
        let numbers: Result<Vec<i64>, _> = text.split(':').map(str::parse).collect();
        let limit = match numbers.as_deref() {
            Ok([both]) => json!(both),
            Ok([soft, hard]) => json!({ "soft": soft, "hard": hard }),
            _ => return Err("`NAME=SOFT:HARD` is expected".to_owned()),
        };
        stack.below("ulimits", key, limit);
        Ok(())
    }),
    value(&["gpus"], None, |stack, which| {
        let gpus = match (
            which.trim_matches('"'),
            which.trim_matches('"').parse::<i64>(),
        ) {
            ("all", _) => json!("all"),
            (_, Ok(count)) => json!([{ "count": count }]),
            (text, Err(_)) => match text.strip_prefix("device=") {
                Some(ids) => json!([{ "device_ids": ids.split(',').collect::<Vec<_>>() }]),
                None => return Err("`all`, a number or `device=ID` is expected".to_owned()),
            },
        };
        stack.service.insert("gpus".to_owned(), gpus);
        Ok(())
    }),
    value(&["blkio-weight"], None, |stack, weight| {
        let weight: u64 = weight
            .parse()
            .map_err(|_| "a number is expected".to_owned())?;
        stack.below("blkio_config", "weight", weight.into());
        Ok(())
    }),
    value(&["blkio-weight-device"], None, |stack, text| {
        let (path, weight) = text.split_once(':').ok_or("`PATH:WEIGHT` is expected")?;
        let weight: u64 = weight
            .parse()
            .map_err(|_| "a number is expected".to_owned())?;
        stack.device("weight_device", json!({ "path": path, "weight": weight }));
        Ok(())
    }),
    value(&["device-read-bps"], None, |stack, text| {
        stack.rate("device_read_bps", text)
    }),
    value(&["device-write-bps"], None, |stack, text| {
        stack.rate("device_write_bps", text)
    }),
    value(&["device-read-iops"], None, |stack, text| {
        stack.rate("device_read_iops", text)
    }),
    value(&["device-write-iops"], None, |stack, text| {
        stack.rate("device_write_iops", text)
    }),
    value(&["dns-opt"], None, |stack, text| {
        stack.item("dns_opt", text);
        Ok(())
    }),
];

/// All of them.
pub(super) fn flags() -> impl Iterator<Item = &'static Flag> {
    PLAIN.iter().chain(OTHER)
}
