//! The keys of the specification in the order in which docker compose prints them.

use super::Order::{self, Keys, List, Map};

/// A stack.
pub(super) static STACK: Order = Keys(
    "name services networks volumes secrets configs models",
    &[
        ("services", &Map(&SERVICE)),
        ("networks", &Map(&NETWORK)),
        ("volumes", &Map(&VOLUME)),
        ("secrets", &Map(&FILE)),
        ("configs", &Map(&FILE)),
        ("models", &Map(&MODEL)),
    ],
);

/// A service.
static SERVICE: Order = Keys(
    "profiles annotations attach build develop blkio_config cap_add cap_drop cgroup_parent \
     cgroup cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpus cpuset \
     cpu_shares command configs container_name credential_spec depends_on deploy \
     device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint provider \
     environment env_file expose extends external_links extra_hosts group_add gpus hostname \
     healthcheck image init ipc isolation labels label_file links logging mem_limit \
     mem_reservation memswap_limit mem_swappiness mac_address models network_mode networks \
     oom_kill_disable oom_score_adj pid pids_limit platform ports privileged pull_policy \
     read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period \
     stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts \
     volumes volumes_from working_dir pre_start post_start pre_stop",
    &[
        ("build", &BUILD),
        ("develop", &DEVELOP),
        ("blkio_config", &BLKIO),
        ("configs", &List(&FILE_REFERENCE)),
        ("credential_spec", &CREDENTIAL_SPEC),
        ("depends_on", &Map(&DEPENDENCY)),
        ("deploy", &DEPLOY),
        ("devices", &List(&DEVICE)),
        ("provider", &PROVIDER),
        ("env_file", &List(&ENV_FILE)),
        ("extends", &EXTENDS),
        ("gpus", &List(&DEVICE_REQUEST)),
        ("healthcheck", &HEALTHCHECK),
        ("logging", &LOGGING),
        ("models", &Map(&SERVICE_MODEL)),
        ("networks", &Map(&SERVICE_NETWORK)),
        ("ports", &List(&PORT)),
        ("secrets", &List(&FILE_REFERENCE)),
        ("ulimits", &Map(&ULIMIT)),
        ("volumes", &List(&MOUNT)),
        ("pre_start", &List(&HOOK)),
        ("post_start", &List(&HOOK)),
        ("pre_stop", &List(&HOOK)),
    ],
);

static BUILD: Order = Keys(
    "context dockerfile dockerfile_inline entitlements args provenance sbom ssh labels \
     cache_from cache_to no_cache no_cache_filter additional_contexts pull extra_hosts \
     isolation network target secrets shm_size tags ulimits platforms privileged",
    &[
        ("secrets", &List(&FILE_REFERENCE)),
        ("ulimits", &Map(&ULIMIT)),
    ],
);

static DEVELOP: Order = Keys("watch", &[("watch", &List(&WATCH))]);

static WATCH: Order = Keys(
    "path action target exec include ignore initial_sync",
    &[("exec", &HOOK)],
);

static BLKIO: Order = Keys(
    "weight weight_device device_read_bps device_read_iops device_write_bps device_write_iops",
    &[
        ("weight_device", &List(&THROTTLE)),
        ("device_read_bps", &List(&THROTTLE)),
        ("device_read_iops", &List(&THROTTLE)),
        ("device_write_bps", &List(&THROTTLE)),
        ("device_write_iops", &List(&THROTTLE)),
    ],
);

/// A limit of a block device; JSON has its keys with a capital.
static THROTTLE: Order = Keys("path Path rate Rate weight Weight", &[]);

static CREDENTIAL_SPEC: Order = Keys("config file registry", &[]);

static DEPENDENCY: Order = Keys("condition restart required", &[]);

static DEPLOY: Order = Keys(
    "mode replicas labels update_config rollback_config resources restart_policy placement \
     endpoint_mode",
    &[
        ("update_config", &UPDATE),
        ("rollback_config", &UPDATE),
        ("resources", &RESOURCES),
        ("restart_policy", &RESTART),
        ("placement", &PLACEMENT),
    ],
);

static UPDATE: Order = Keys(
    "parallelism delay failure_action monitor max_failure_ratio order",
    &[],
);

static RESOURCES: Order = Keys(
    "limits reservations",
    &[("limits", &RESOURCE), ("reservations", &RESOURCE)],
);

static RESOURCE: Order = Keys(
    "cpus memory pids devices generic_resources",
    &[
        ("devices", &List(&DEVICE_REQUEST)),
        ("generic_resources", &List(&GENERIC_RESOURCE)),
    ],
);

static GENERIC_RESOURCE: Order = Keys(
    "discrete_resource_spec",
    &[("discrete_resource_spec", &DISCRETE_RESOURCE)],
);

static DISCRETE_RESOURCE: Order = Keys("kind value", &[]);

static RESTART: Order = Keys("condition delay max_attempts window", &[]);

static PLACEMENT: Order = Keys("constraints preferences max_replicas_per_node", &[]);

static DEVICE: Order = Keys("source target permissions", &[]);

static DEVICE_REQUEST: Order = Keys("capabilities driver count device_ids options", &[]);

static PROVIDER: Order = Keys("type options", &[]);

static ENV_FILE: Order = Keys("path required format", &[]);

static EXTENDS: Order = Keys("file service", &[]);

static HEALTHCHECK: Order = Keys(
    "test timeout interval retries start_period start_interval disable",
    &[],
);

static LOGGING: Order = Keys("driver options", &[]);

static SERVICE_MODEL: Order = Keys("endpoint_var model_var", &[]);

static SERVICE_NETWORK: Order = Keys(
    "aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips \
     mac_address priority",
    &[],
);

static PORT: Order = Keys(
    "name mode host_ip target published protocol app_protocol",
    &[],
);

/// How a service refers to a config or a secret.
static FILE_REFERENCE: Order = Keys("source target uid gid mode", &[]);

static ULIMIT: Order = Keys("soft hard", &[]);

static MOUNT: Order = Keys(
    "type source target read_only consistency bind volume tmpfs image",
    &[
        ("bind", &BIND),
        ("volume", &MOUNTED_VOLUME),
        ("tmpfs", &TMPFS),
    ],
);

static BIND: Order = Keys("selinux propagation create_host_path recursive", &[]);

static MOUNTED_VOLUME: Order = Keys("labels nocopy subpath", &[]);

static TMPFS: Order = Keys("size mode", &[]);

static HOOK: Order = Keys(
    "command image user privileged working_dir environment per_replica",
    &[],
);

static NETWORK: Order = Keys(
    "name driver driver_opts ipam external internal attachable labels enable_ipv4 enable_ipv6",
    &[("ipam", &IPAM)],
);

static IPAM: Order = Keys("driver config options", &[("config", &List(&IPAM_POOL))]);

static IPAM_POOL: Order = Keys("subnet gateway ip_range aux_addresses", &[]);

static VOLUME: Order = Keys("name driver driver_opts external labels", &[]);

/// A config or a secret.
static FILE: Order = Keys(
    "name file environment content external labels driver driver_opts template_driver",
    &[],
);

static MODEL: Order = Keys("name model context_size runtime_flags", &[]);
