//! Replicas, resources and roll-out (compose deploy specification).

use super::{
    Becomes, COUNT, DECIMAL, DURATION, Field, INT, NUMBER, Object, PAIRS, STRING, STRING_LIST,
    STRINGS, Shape, TEXT, always, field, kept, object, requiring,
};

pub(super) static DEPLOY: Object = object(&[
    field("endpoint_mode", STRING),
    field("labels", PAIRS),
    field("mode", STRING),
    always("placement", Shape::Object(&PLACEMENT)),
    kept("replicas", COUNT),
    always("resources", Shape::Object(&RESOURCES)),
    kept("restart_policy", Shape::Object(&RESTART_POLICY)),
    kept("rollback_config", Shape::Object(&UPDATE)),
    kept("update_config", Shape::Object(&UPDATE)),
]);

const DEVICE_FIELDS: &[Field] = &[
    field("capabilities", STRINGS),
    field("count", Shape::Scalar(TEXT | INT, Becomes::DeviceCount)),
    field("device_ids", STRINGS),
    field("driver", STRING),
    field("options", PAIRS),
];

/// A request for devices as `gpus` has it.
pub(super) static DEVICE_REQUEST: Object = object(DEVICE_FIELDS);

pub(super) static RESERVED_DEVICE: Object = requiring(&["capabilities"], DEVICE_FIELDS);

pub(super) static PLACEMENT: Object = object(&[
    field("constraints", STRING_LIST),
    field("max_replicas_per_node", COUNT),
    field("preferences", Shape::List(&Shape::Object(&PREFERENCE))),
]);

pub(super) static PREFERENCE: Object = object(&[field("spread", STRING)]);

pub(super) static RESOURCES: Object = object(&[
    kept("limits", Shape::Object(&LIMITS)),
    kept("reservations", Shape::Object(&RESERVATIONS)),
]);

pub(super) static LIMITS: Object = object(&[
    field("cpus", DECIMAL),
    field("memory", MEMORY),
    field("pids", COUNT),
]);

pub(super) static RESERVATIONS: Object = object(&[
    field("cpus", DECIMAL),
    field("devices", Shape::List(&Shape::Object(&RESERVED_DEVICE))),
    field(
        "generic_resources",
        Shape::List(&Shape::Object(&GENERIC_RESOURCE)),
    ),
    field("memory", MEMORY),
]);

const MEMORY: Shape = Shape::Scalar(TEXT, Becomes::Bytes);

pub(super) static GENERIC_RESOURCE: Object = object(&[kept(
    "discrete_resource_spec",
    Shape::Object(&DISCRETE_RESOURCE),
)]);

pub(super) static DISCRETE_RESOURCE: Object = object(&[
    kept("kind", STRING),
    kept("value", Shape::Scalar(NUMBER | TEXT, Becomes::Int)),
]);

pub(super) static RESTART_POLICY: Object = object(&[
    field("condition", STRING),
    kept("delay", DURATION),
    kept("max_attempts", COUNT),
    kept("window", DURATION),
]);

pub(super) static UPDATE: Object = object(&[
    field("delay", DURATION),
    field("failure_action", STRING),
    field("max_failure_ratio", DECIMAL),
    field("monitor", DURATION),
    field("order", Shape::Word(&["start-first", "stop-first"])),
    kept("parallelism", COUNT),
]);
