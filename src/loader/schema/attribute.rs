//! The attributes of a service that have keys of their own.

use super::{
    BOOL, Becomes, COUNT, DURATION, FLAG, Field, INT, MODE, NULL, NUMBER, Object, STRING, Shape,
    TEXT, VARIABLES, WHOLE, always, field, kept, object, requiring,
};

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
