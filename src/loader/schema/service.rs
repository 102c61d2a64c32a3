//! Services.

use super::attribute::{
    CREDENTIAL_SPEC, DEPENDENCY, DEVELOP, ENV_FILE, EXTENDS, FILE_REFERENCES, HEALTHCHECK, HOOK,
    LOGGING, PORT, PROVIDER, ULIMITS,
};
use super::build::BUILD;
use super::deploy::{DEPLOY, DEVICE_REQUEST};
use super::device::{BLKIO, DEVICE};
use super::mount::MOUNT;
use super::resource::{SERVICE_MODEL, SERVICE_NETWORK};
use super::{
    BOOL, BYTES, Becomes, COUNT, DECIMAL, DURATION, FLAG, INT, LABEL, NULL, NUMBER, Object, PAIRS,
    STRING, STRING_LIST, STRINGS, Shape, TEXT, VARIABLES, WHOLE, field, kept, object, words,
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
