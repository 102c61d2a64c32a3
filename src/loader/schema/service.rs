//! Services and what belongs to one alone.

use super::build::BUILD;
use super::deploy::{DEPLOY, DEVICE_REQUEST};
use super::resource::{SERVICE_MODEL, SERVICE_NETWORK};
use super::{
    BOOL, BYTES, Becomes, COUNT, DECIMAL, DURATION, FLAG, Field, INT, LABEL, MODE, NULL, NUMBER,
    Object, PAIRS, STRING, STRING_LIST, STRINGS, Shape, TEXT, VARIABLES, WHOLE, always, field,
    kept, object, requiring, words,
};

pub(super) static SERVICE: Object = object(&[
    field("annotations", PAIRS),
    kept("attach", FLAG),
    kept("build", Shape::Either(&[STRING, Shape::Object(&BUILD)])),
    kept("blkio_config", Shape::Object(&BLKIO)),
    field("cap_add", STRINGS),
    field("cap_drop", STRINGS),
    field("cgroup", Shape::Word(&["host", "private"])),
    field("cgroup_parent", STRING),
    kept("command", Shape::Command),
    field("configs", FILE_REFERENCES),
    field(
        "container_name",
        Shape::Form(
            words::is_container_name,
            "a letter or digit and then letters, digits, `_`, `.` or `-`",
            "[A-Za-z0-9][A-Za-z0-9_.-]",
        ),
    ),
    field("cpu_count", Shape::Range(0, i64::MAX)),
    field("cpu_percent", Shape::Range(0, 100)),
    field("cpu_period", WHOLE),
    field("cpu_quota", WHOLE),
    field("cpu_rt_period", WHOLE),
    field("cpu_rt_runtime", WHOLE),
    field("cpu_shares", WHOLE),
    field("cpus", DECIMAL),
    field("cpuset", STRING),
    kept("credential_spec", Shape::Object(&CREDENTIAL_SPEC)),
    field(
        "depends_on",
        Shape::Either(&[STRINGS, Shape::Named(&Shape::Object(&DEPENDENCY))]),
    ),
    kept(
        "deploy",
        Shape::Either(&[Shape::Scalar(NULL, Becomes::Same), Shape::Object(&DEPLOY)]),
    ),
    kept(
        "develop",
        Shape::Either(&[Shape::Scalar(NULL, Becomes::Same), Shape::Object(&DEVELOP)]),
    ),
    field("device_cgroup_rules", STRINGS),
    field(
        "devices",
        Shape::List(&Shape::Either(&[STRING, Shape::Object(&DEVICE)])),
    ),
    field("dns", Shape::OneOrMany),
    field("dns_opt", STRINGS),
    field("dns_search", Shape::OneOrMany),
    field("domainname", STRING),
    kept("entrypoint", Shape::Command),
    field(
        "env_file",
        Shape::Either(&[
            STRING,
            Shape::List(&Shape::Either(&[STRING, Shape::Object(&ENV_FILE)])),
        ]),
    ),
    field("environment", VARIABLES),
    field("expose", Shape::Set(&LABEL)),
    kept("extends", Shape::Either(&[STRING, Shape::Object(&EXTENDS)])),
    field("external_links", STRINGS),
    field("extra_hosts", Shape::Hosts),
    field(
        "gpus",
        Shape::Either(&[
            Shape::Word(&["all"]),
            Shape::List(&Shape::Object(&DEVICE_REQUEST)),
        ]),
    ),
    field("group_add", Shape::Set(&LABEL)),
    kept("healthcheck", Shape::Object(&HEALTHCHECK)),
    field("hostname", STRING),
    field("image", STRING),
    kept("init", FLAG),
    field("ipc", STRING),
    field("isolation", STRING),
    field("label_file", Shape::Either(&[STRING, STRING_LIST])),
    field("labels", PAIRS),
    field("links", STRINGS),
    kept("logging", Shape::Object(&LOGGING)),
    field("mac_address", STRING),
    field("mem_limit", BYTES),
    field("mem_reservation", Shape::Scalar(INT | TEXT, Becomes::Bytes)),
    field("mem_swappiness", Shape::Scalar(INT | TEXT, Becomes::Bytes)),
    field("memswap_limit", BYTES),
    field(
        "models",
        Shape::Either(&[
            STRINGS,
            Shape::Named(&Shape::Either(&[
                Shape::Scalar(NULL, Becomes::Same),
                Shape::Object(&SERVICE_MODEL),
            ])),
        ]),
    ),
    field("network_mode", STRING),
    field(
        "networks",
        Shape::Either(&[
            STRINGS,
            Shape::Named(&Shape::Either(&[
                Shape::Scalar(NULL, Becomes::Same),
                Shape::Object(&SERVICE_NETWORK),
            ])),
        ]),
    ),
    field("oom_kill_disable", FLAG),
    field("oom_score_adj", Shape::Range(-1000, 1000)),
    field("pid", Shape::Scalar(TEXT | NULL, Becomes::Text)),
    field("pids_limit", WHOLE),
    field("platform", STRING),
    field(
        "ports",
        Shape::Set(&Shape::Either(&[
            Shape::Scalar(NUMBER | TEXT, Becomes::Same),
            Shape::Object(&PORT),
        ])),
    ),
    field("post_start", Shape::List(&Shape::Object(&HOOK))),
    field("pre_start", Shape::List(&Shape::Object(&HOOK))),
    field("pre_stop", Shape::List(&Shape::Object(&HOOK))),
    field("privileged", FLAG),
    field("profiles", STRINGS),
    kept("provider", Shape::Object(&PROVIDER)),
    field(
        "pull_policy",
        Shape::Form(
            words::is_pull_policy,
            "always, never, build, missing, if_not_present, refresh, daily, weekly or every_<duration>",
            "always|never|build|if_not_present|missing|refresh|daily|weekly|every_[0-9]+[wdhms]",
        ),
    ),
    field("pull_refresh_after", STRING),
    field("read_only", FLAG),
    field("restart", STRING),
    field("runtime", STRING),
    kept("scale", COUNT),
    field("secrets", FILE_REFERENCES),
    field("security_opt", STRINGS),
    field("shm_size", BYTES),
    field("stdin_open", FLAG),
    kept("stop_grace_period", DURATION),
    field("stop_signal", STRING),
    field(
        "storage_opt",
        Shape::Map(&Shape::Scalar(NULL | BOOL | NUMBER | TEXT, Becomes::Text)),
    ),
    field("sysctls", PAIRS),
    field("tmpfs", Shape::OneOrMany),
    field("tty", FLAG),
    field("ulimits", ULIMITS),
    field("use_api_socket", Shape::Scalar(BOOL, Becomes::Bool)),
    field("user", STRING),
    field("userns_mode", STRING),
    field("uts", STRING),
    field(
        "volumes",
        Shape::Set(&Shape::Either(&[STRING, Shape::Object(&MOUNT)])),
    ),
    field("volumes_from", STRINGS),
    field("working_dir", STRING),
    kept("x-ready", Shape::Word(&["reachable", "engine"])),
]);

/// References to configs or secrets.
pub(super) const FILE_REFERENCES: Shape =
    Shape::List(&Shape::Either(&[STRING, Shape::Object(&FILE_REFERENCE)]));

/// Limits of a container's processes.
pub(super) const ULIMITS: Shape = Shape::Map(&Shape::Either(&[COUNT, Shape::Object(&ULIMIT)]));

pub(super) static FILE_REFERENCE: Object = object(&[
    field("source", STRING),
    field("target", STRING),
    field("uid", STRING),
    field("gid", STRING),
    kept("mode", MODE),
]);

pub(super) static ULIMIT: Object = requiring(
    &["soft", "hard"],
    &[kept("soft", COUNT), kept("hard", COUNT)],
);

pub(super) static BLKIO: Object = Object {
    fields: &[
        field("device_read_bps", Shape::List(&Shape::Object(&RATE))),
        field("device_read_iops", Shape::List(&Shape::Object(&RATE))),
        field("device_write_bps", Shape::List(&Shape::Object(&RATE))),
        field("device_write_iops", Shape::List(&Shape::Object(&RATE))),
        field("weight", COUNT),
        field("weight_device", Shape::List(&Shape::Object(&WEIGHT))),
    ],
    required: &[],
    extensions: false,
};

pub(super) static RATE: Object = Object {
    fields: &[
        kept("path", STRING),
        kept("rate", Shape::Scalar(INT | TEXT, Becomes::Bytes)),
    ],
    required: &[],
    extensions: false,
};

pub(super) static WEIGHT: Object = Object {
    fields: &[kept("path", STRING), kept("weight", COUNT)],
    required: &[],
    extensions: false,
};

pub(super) static CREDENTIAL_SPEC: Object = object(&[
    field("config", STRING),
    field("file", STRING),
    field("registry", STRING),
]);

pub(super) static DEPENDENCY: Object = requiring(
    &["condition"],
    &[
        field(
            "condition",
            Shape::Word(&[
                "service_started",
                "service_healthy",
                "service_completed_successfully",
            ]),
        ),
        field("restart", FLAG),
        kept("required", Shape::Scalar(BOOL, Becomes::Bool)),
    ],
);

pub(super) static DEVELOP: Object = object(&[field("watch", Shape::List(&Shape::Object(&WATCH)))]);

pub(super) static WATCH: Object = requiring(
    &["path", "action"],
    &[
        kept(
            "action",
            Shape::Word(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"]),
        ),
        always("exec", Shape::Object(&WATCH_HOOK)),
        field("ignore", Shape::OneOrMany),
        field("include", Shape::OneOrMany),
        field("initial_sync", Shape::Scalar(BOOL, Becomes::Bool)),
        kept("path", STRING),
        field("target", STRING),
    ],
);

/// A command of watching; `config` prints an empty one, which is none.
pub(super) static WATCH_HOOK: Object = object(HOOK_FIELDS);

pub(super) static DEVICE: Object = requiring(
    &["source"],
    &[
        field("source", STRING),
        field("target", STRING),
        field("permissions", STRING),
    ],
);

pub(super) static ENV_FILE: Object = Object {
    fields: &[
        field("path", STRING),
        field("format", STRING),
        kept("required", FLAG),
    ],
    required: &["path"],
    extensions: false,
};

pub(super) static EXTENDS: Object = Object {
    fields: &[field("service", STRING), field("file", STRING)],
    required: &["service"],
    extensions: false,
};

pub(super) static HEALTHCHECK: Object = object(&[
    field("disable", FLAG),
    kept("interval", DURATION),
    kept("retries", WHOLE),
    kept("start_interval", DURATION),
    kept("start_period", DURATION),
    field("test", Shape::Test),
    kept("timeout", DURATION),
]);

pub(super) static HOOK: Object = requiring(&["command"], HOOK_FIELDS);

const HOOK_FIELDS: &[Field] = &[
    kept("command", Shape::Command),
    field("environment", VARIABLES),
    field("image", STRING),
    field("per_replica", FLAG),
    field("privileged", FLAG),
    field("user", STRING),
    field("working_dir", STRING),
];

pub(super) static LOGGING: Object = object(&[
    field("driver", STRING),
    field(
        "options",
        Shape::Map(&Shape::Scalar(TEXT | NUMBER | NULL, Becomes::Text)),
    ),
]);

pub(super) static PORT: Object = object(&[
    field("name", STRING),
    field("mode", STRING),
    field("host_ip", STRING),
    field("target", COUNT),
    field("published", Shape::Scalar(INT | TEXT, Becomes::Text)),
    field("protocol", STRING),
    field("app_protocol", STRING),
]);

pub(super) static PROVIDER: Object = requiring(
    &["type"],
    &[
        field("type", STRING),
        field("options", Shape::Map(&Shape::Repeated)),
    ],
);

pub(super) static MOUNT: Object = requiring(
    &["type"],
    &[
        field(
            "type",
            Shape::Word(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]),
        ),
        field("source", STRING),
        field("target", STRING),
        field("read_only", FLAG),
        field("consistency", STRING),
        kept("bind", Shape::Object(&MOUNT_BIND)),
        kept("volume", Shape::Object(&MOUNT_VOLUME)),
        kept("tmpfs", Shape::Object(&MOUNT_TMPFS)),
        kept("image", Shape::Object(&MOUNT_IMAGE)),
    ],
);

pub(super) static MOUNT_BIND: Object = object(&[
    field("propagation", STRING),
    kept("create_host_path", FLAG),
    field(
        "recursive",
        Shape::Word(&["enabled", "disabled", "writable", "readonly"]),
    ),
    field("selinux", Shape::Word(&["z", "Z"])),
]);

pub(super) static MOUNT_VOLUME: Object = object(&[
    field("labels", PAIRS),
    field("nocopy", FLAG),
    field("subpath", STRING),
]);

pub(super) static MOUNT_TMPFS: Object = object(&[
    field("size", Shape::Scalar(INT | TEXT, Becomes::Bytes)),
    field("mode", WHOLE),
]);

pub(super) static MOUNT_IMAGE: Object = object(&[field("subpath", STRING)]);
