//! From a [`NewContainer`], [`Network`] or [`Volume`] of ours to the bodies that an engine takes. Pure.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Ipam as IpamBody,
    IpamConfig, NetworkCreateRequest, PortBinding, PortMap, ResourcesUlimits,
    RestartPolicy as RestartBody, RestartPolicyNameEnum, VolumeCreateRequest,
};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::device;
use super::endpoint::{mac_address, networking_config};
use super::mount::{binds, mounts};
use super::version::ApiVersion;
use crate::model::{
    BlkioConfig, ContainerSpec, CredentialSpec, DeviceRate, Healthcheck, Limits, Network,
    NetworkAccess, NewContainer, Port, RestartPolicy, Volume,
};

/// The body of `POST /containers/create`, for an engine that speaks `api`.
///
/// Before API 1.44 an engine takes one network only: [later endpoints](super::endpoint::later_endpoints) are connected afterwards.
pub(super) fn create_body(
    container: &NewContainer,
    api: ApiVersion,
) -> Result<Value, serde_json::Error> {
    let spec = &container.spec;
    let is_one_off = container.one_off.is_some();
    let body = ContainerCreateBody {
        hostname: spec.hostname.clone(),
        domainname: spec.domainname.clone(),
        user: spec.user.clone(),
        exposed_ports: some(exposed_ports(spec)),
        tty: Some(spec.tty),
        open_stdin: Some(spec.stdin_open),
        attach_stdin: (is_one_off && spec.stdin_open).then_some(true),
        stdin_once: (is_one_off && spec.stdin_open).then_some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        network_disabled: is_disabled(&container.network).then_some(true),
        env: some(
            spec.environment
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        cmd: spec.command.clone(),
        entrypoint: spec.entrypoint.clone(),
        healthcheck: spec
            .healthcheck
            .as_ref()
            .map(|healthcheck| health_config(healthcheck, api)),
        image: Some(spec.image.clone()),
        working_dir: spec.working_dir.clone(),
        labels: some_map(&container.labels),
        stop_signal: spec.stop_signal.clone(),
        stop_timeout: spec
            .stop_grace_period
            .map(|period| i64::try_from(period.secs_rounded_up()).unwrap_or(i64::MAX)),
        host_config: Some(host_config(container, api)),
        networking_config: networking_config(container, api),
        ..ContainerCreateBody::default()
    };
    let mut body = serde_json::to_value(body)?;
    // Newer engines have the address with each endpoint; bollard's models know only that form.
    if api < ApiVersion::V1_44
        && let Some(address) = mac_address(container)
    {
        body["MacAddress"] = json!(address);
    }
    Ok(body)
}

fn host_config(container: &NewContainer, api: ApiVersion) -> HostConfig {
    let spec = &container.spec;
    let blkio = spec.blkio_config.as_ref();
    let rates = |of: fn(&BlkioConfig) -> &Vec<DeviceRate>| {
        blkio.and_then(|blkio| some(device::rates(of(blkio))))
    };
    let security = security(spec);
    HostConfig {
        auto_remove: container.one_off.map(|one_off| one_off.remove),
        // Limits.
        cpu_shares: spec.cpu_shares,
        memory: spec.mem_limit.map(crate::model::ByteSize::bytes),
        cgroup_parent: spec.cgroup_parent.clone(),
        cpu_period: spec.cpu_period,
        cpu_quota: spec.cpu_quota,
        cpu_realtime_period: spec.cpu_rt_period,
        cpu_realtime_runtime: spec.cpu_rt_runtime,
        cpuset_cpus: spec.cpuset.clone(),
        devices: some(device::mappings(spec)),
        device_requests: some(device::requests(spec)),
        blkio_weight: blkio.and_then(|blkio| blkio.weight),
        blkio_weight_device: blkio.and_then(|blkio| some(device::weights(&blkio.weight_device))),
        blkio_device_read_bps: rates(|blkio| &blkio.device_read_bps),
        blkio_device_read_iops: rates(|blkio| &blkio.device_read_iops),
        blkio_device_write_bps: rates(|blkio| &blkio.device_write_bps),
        blkio_device_write_iops: rates(|blkio| &blkio.device_write_iops),
        device_cgroup_rules: some(spec.device_cgroup_rules.clone()),
        memory_reservation: spec.mem_reservation.map(crate::model::ByteSize::bytes),
        memory_swap: spec.memswap_limit,
        memory_swappiness: spec.mem_swappiness,
        nano_cpus: spec.cpus.map(crate::model::limits::nano_cpus),
        oom_kill_disable: spec.oom_kill_disable.then_some(true),
        oom_score_adj: spec.oom_score_adj,
        init: spec.init,
        pids_limit: spec.pids_limit,
        ulimits: some(ulimits(spec)),
        cpu_count: spec.cpu_count,
        cpu_percent: spec.cpu_percent.map(rounded),
        shm_size: spec.shm_size.map(crate::model::ByteSize::bytes),
        sysctls: some_map(&spec.sysctls),
        storage_opt: some_map(&spec.storage_opt),
        // Files.
        binds: some(binds(container)),
        mounts: some(mounts(container, api)),
        tmpfs: some_map(&tmpfs(spec)),
        volumes_from: some(container.volumes_from.clone()),
        readonly_rootfs: Some(spec.read_only),
        // Network.
        network_mode: Some(network_mode(&container.network)),
        port_bindings: some_ports(&spec.ports),
        dns: some(spec.dns.clone()),
        dns_options: some(spec.dns_opt.clone()),
        dns_search: some(spec.dns_search.clone()),
        extra_hosts: some(spec.extra_hosts.clone()),
        // On networks of the user the links are the endpoints'.
        links: match &container.network {
            NetworkAccess::Mode(_) => some(spec.links.clone()),
            NetworkAccess::Networks(_) => None,
        },
        // Namespaces and rights.
        ipc_mode: spec.ipc.clone(),
        pid_mode: spec.pid.clone(),
        uts_mode: spec.uts.clone(),
        userns_mode: spec.userns_mode.clone(),
        cgroupns_mode: spec.cgroup.as_deref().and_then(|mode| mode.parse().ok()),
        privileged: Some(spec.privileged),
        cap_add: some(capabilities(&spec.cap_add)),
        cap_drop: some(capabilities(&spec.cap_drop)),
        group_add: some(spec.group_add.clone()),
        security_opt: some(security.options),
        masked_paths: security.paths.clone(),
        readonly_paths: security.paths,
        isolation: spec
            .isolation
            .as_deref()
            .and_then(|isolation| isolation.parse().ok()),
        runtime: spec.runtime.clone(),
        annotations: some_map(&spec.annotations),
        // Life.
        restart_policy: Some(restart_policy(spec.restart)),
        log_config: spec.logging.as_ref().map(|logging| HostConfigLogConfig {
            typ: logging.driver.clone(),
            config: some_map(&logging.options),
        }),
        ..HostConfig::default()
    }
}

/// Lists and maps that say nothing are left out of a body, so that the engine's defaults hold.
pub(super) fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// The same for maps.
pub(super) fn some_map(map: &IndexMap<String, String>) -> Option<HashMap<String, String>> {
    (!map.is_empty()).then(|| {
        map.iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and an engine refuses such amounts"
)]
fn rounded(percent: f64) -> i64 {
    percent.round() as i64
}

/// The body of `POST /containers/ID/update`; what it leaves out stays as it is.
pub(super) fn update_body(limits: &Limits) -> Value {
    let mut body = json!({});
    for (key, amount) in [
        ("Memory", limits.memory),
        ("MemoryReservation", limits.memory_reservation),
        ("MemorySwap", limits.memory_swap),
        ("NanoCpus", limits.nano_cpus),
        ("CpuShares", limits.cpu_shares),
        ("CpuQuota", limits.cpu_quota),
        ("CpuPeriod", limits.cpu_period),
        ("PidsLimit", limits.pids_limit),
    ] {
        if amount != 0 {
            body[key] = json!(amount);
        }
    }
    if !limits.cpuset.is_empty() {
        body["CpusetCpus"] = json!(limits.cpuset);
    }
    if let Some(policy) = limits.restart {
        body["RestartPolicy"] = json!(restart_policy(policy));
    }
    body
}

/// `PORT/PROTOCOL` of every exposed and published port, ranges taken apart.
fn exposed_ports(spec: &ContainerSpec) -> Vec<String> {
    let mut ports: Vec<String> = spec
        .ports
        .iter()
        .map(|port| format!("{}/{}", port.target, port.protocol))
        .collect();
    for written in &spec.expose {
        let (numbers, protocol) = written.split_once('/').unwrap_or((written, "tcp"));
        let range = numbers
            .split_once('-')
            .and_then(|(from, to)| Some((from.parse::<u16>().ok()?, to.parse().ok()?)));
        match range {
            Some((from, to)) => ports.extend((from..=to).map(|port| format!("{port}/{protocol}"))),
            None => ports.push(format!("{numbers}/{protocol}")),
        }
    }
    ports.sort();
    ports.dedup();
    ports
}

fn some_ports(ports: &[Port]) -> Option<PortMap> {
    let mut map = PortMap::new();
    for port in ports {
        let binding = PortBinding {
            host_ip: port.host_ip.clone(),
            // An empty port lets the engine choose.
            host_port: Some(port.published.clone().unwrap_or_default()),
        };
        let bindings = map
            .entry(format!("{}/{}", port.target, port.protocol))
            .or_insert(None);
        bindings.get_or_insert_default().push(binding);
    }
    (!map.is_empty()).then_some(map)
}

fn health_config(healthcheck: &Healthcheck, api: ApiVersion) -> HealthConfig {
    let nanos =
        |duration: Option<crate::model::Duration>| duration.map(crate::model::Duration::nanos);
    HealthConfig {
        // An empty test means the image's own.
        test: some(healthcheck.test.clone()),
        interval: nanos(healthcheck.interval),
        timeout: nanos(healthcheck.timeout),
        retries: healthcheck.retries.map(i64::from),
        start_period: nanos(healthcheck.start_period),
        start_interval: nanos(healthcheck.start_interval).filter(|_| api >= ApiVersion::V1_44),
    }
}

fn ulimits(spec: &ContainerSpec) -> Vec<ResourcesUlimits> {
    let body = |(name, limit): (&String, &crate::model::Ulimit)| ResourcesUlimits {
        name: Some(name.clone()),
        soft: Some(limit.soft),
        hard: Some(limit.hard),
    };
    spec.ulimits.iter().map(body).collect()
}

/// The short form `PATH[:OPTIONS]`.
fn tmpfs(spec: &ContainerSpec) -> IndexMap<String, String> {
    let entry = |written: &String| {
        let (path, options) = written.split_once(':').unwrap_or((written, ""));
        (path.to_owned(), options.to_owned())
    };
    spec.tmpfs.iter().map(entry).collect()
}

fn restart_policy(policy: RestartPolicy) -> RestartBody {
    let (name, count) = match policy {
        RestartPolicy::No => (RestartPolicyNameEnum::NO, None),
        RestartPolicy::Always => (RestartPolicyNameEnum::ALWAYS, None),
        RestartPolicy::UnlessStopped => (RestartPolicyNameEnum::UNLESS_STOPPED, None),
        RestartPolicy::OnFailure(count) => {
            (RestartPolicyNameEnum::ON_FAILURE, count.map(i64::from))
        }
    };
    RestartBody {
        name: Some(name),
        maximum_retry_count: count,
    }
}

/// The kernel's names of capabilities, `CAP_NET_ADMIN`, each once; `ALL` is none of them.
fn capabilities(written: &[String]) -> Vec<String> {
    let name = |written: &String| {
        let name = written.to_ascii_uppercase();
        if name == "ALL" || name.starts_with("CAP_") {
            name
        } else {
            format!("CAP_{name}")
        }
    };
    let mut names: Vec<String> = written.iter().map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// Compose's word for a container without any network of its own.
fn is_disabled(network: &NetworkAccess) -> bool {
    matches!(network, NetworkAccess::Mode(mode) if mode == "disabled")
}

/// The security options, and the kernel's paths that are kept from the container: none where the file says so.
struct Security {
    options: Vec<String>,
    paths: Option<Vec<String>>,
}

fn security(spec: &ContainerSpec) -> Security {
    // A word of docker's command line: the engine has lists of paths instead.
    let is_open = |option: &String| option == "systempaths=unconfined";
    let mut options = spec.security_opt.clone();
    options.retain(|option| !is_open(option));
    let account = spec.credential_spec.as_ref();
    options.extend(account.and_then(credential_option));
    Security {
        options,
        paths: spec.security_opt.iter().any(is_open).then(Vec::new),
    }
}

fn credential_option(account: &CredentialSpec) -> Option<String> {
    let places = [
        ("file", &account.file),
        ("registry", &account.registry),
        ("config", &account.config),
    ];
    places.into_iter().find_map(|(place, name)| {
        let name = name.as_ref()?;
        Some(format!("credentialspec={place}://{name}"))
    })
}

fn network_mode(network: &NetworkAccess) -> String {
    match network {
        NetworkAccess::Mode(mode) => mode.clone(),
        // Without any network there is loopback only.
        NetworkAccess::Networks(endpoints) => endpoints
            .first()
            .map_or("none", |endpoint| &endpoint.network)
            .to_owned(),
    }
}

/// The body of `POST /networks/create`.
pub(super) fn network_body(
    network: &Network,
    labels: &IndexMap<String, String>,
) -> Result<Value, serde_json::Error> {
    let ipam = &network.ipam;
    let pool = |pool: &crate::model::IpamPool| IpamConfig {
        subnet: pool.subnet.clone(),
        ip_range: pool.ip_range.clone(),
        gateway: pool.gateway.clone(),
        auxiliary_addresses: some_map(&pool.aux_addresses),
    };
    let is_default = ipam.driver.is_none() && ipam.config.is_empty() && ipam.options.is_empty();
    let body = NetworkCreateRequest {
        name: network.name.clone(),
        driver: network.driver.clone(),
        internal: Some(network.internal),
        attachable: Some(network.attachable),
        ipam: (!is_default).then(|| IpamBody {
            driver: ipam.driver.clone().or_else(|| Some("default".to_owned())),
            config: some(ipam.config.iter().map(pool).collect()),
            options: some_map(&ipam.options),
        }),
        enable_ipv4: network.enable_ipv4,
        enable_ipv6: network.enable_ipv6,
        options: some_map(&network.driver_opts),
        labels: some_map(labels),
        ..NetworkCreateRequest::default()
    };
    let mut body = serde_json::to_value(body)?;
    // Without it engines before 23 make a second network of the same name.
    body["CheckDuplicate"] = json!(true);
    Ok(body)
}

/// The body of `POST /volumes/create`.
pub(super) fn volume_body(
    volume: &Volume,
    labels: &IndexMap<String, String>,
) -> VolumeCreateRequest {
    VolumeCreateRequest {
        name: Some(volume.name.clone()),
        driver: volume.driver.clone(),
        driver_opts: some_map(&volume.driver_opts),
        labels: some_map(labels),
        ..VolumeCreateRequest::default()
    }
}

#[cfg(test)]
mod tests;
