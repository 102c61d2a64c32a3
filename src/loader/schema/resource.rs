//! Networks, volumes, configs, secrets and models, and how a service refers to them.

use super::{
    Becomes, FLAG, INT, NULL, NUMBER, OPTIONS, Object, PAIRS, STRING, STRING_LIST, STRINGS, Shape,
    always, field, kept, object, requiring,
};

/// A resource that may be left empty: all defaults.
const EMPTY: Shape = Shape::Scalar(NULL, Becomes::Mapping);

pub(super) const NETWORK: Shape = Shape::Either(&[EMPTY, Shape::Object(&NETWORK_OBJECT)]);
pub(super) const VOLUME: Shape = Shape::Either(&[EMPTY, Shape::Object(&VOLUME_OBJECT)]);
pub(super) const CONFIG: Shape = Shape::Object(&CONFIG_OBJECT);
pub(super) const SECRET: Shape = Shape::Object(&SECRET_OBJECT);
pub(super) const MODEL: Shape = Shape::Object(&MODEL_OBJECT);

const EXTERNAL: Shape = Shape::Either(&[Shape::Object(&EXTERNAL_NAME), FLAG]);

pub(super) static EXTERNAL_NAME: Object = object(&[field("name", STRING)]);

pub(super) static NETWORK_OBJECT: Object = object(&[
    field("attachable", FLAG),
    field("driver", STRING),
    field("driver_opts", OPTIONS),
    kept("enable_ipv4", FLAG),
    kept("enable_ipv6", FLAG),
    field("external", EXTERNAL),
    field("internal", FLAG),
    always("ipam", Shape::Object(&IPAM)),
    field("labels", PAIRS),
    field("name", STRING),
]);

pub(super) static IPAM: Object = object(&[
    field("config", Shape::List(&Shape::Object(&IPAM_POOL))),
    field("driver", STRING),
    field("options", Shape::Map(&STRING)),
]);

pub(super) static IPAM_POOL: Object = object(&[
    field("aux_addresses", Shape::Map(&STRING)),
    field("gateway", STRING),
    field("ip_range", STRING),
    field("subnet", STRING),
]);

pub(super) static VOLUME_OBJECT: Object = object(&[
    field("driver", STRING),
    field("driver_opts", OPTIONS),
    field("external", EXTERNAL),
    field("labels", PAIRS),
    field("name", STRING),
    kept("x-protect", FLAG),
]);

pub(super) static CONFIG_OBJECT: Object = object(&[
    field("content", STRING),
    field("environment", STRING),
    field("external", EXTERNAL),
    field("file", STRING),
    field("labels", PAIRS),
    field("name", STRING),
    field("template_driver", STRING),
]);

pub(super) static SECRET_OBJECT: Object = object(&[
    field("driver", STRING),
    field("driver_opts", OPTIONS),
    field("environment", STRING),
    field("external", EXTERNAL),
    field("file", STRING),
    field("labels", PAIRS),
    field("name", STRING),
    field("template_driver", STRING),
]);

pub(super) static MODEL_OBJECT: Object = requiring(
    &["model"],
    &[
        field("context_size", Shape::Scalar(INT, Becomes::Int)),
        field("model", STRING),
        field("name", STRING),
        field("runtime_flags", STRING_LIST),
    ],
);

/// How a service uses a model.
pub(super) static SERVICE_MODEL: Object =
    object(&[field("endpoint_var", STRING), field("model_var", STRING)]);

/// How a service is connected to a network.
pub(super) static SERVICE_NETWORK: Object = object(&[
    field("aliases", STRINGS),
    field("driver_opts", OPTIONS),
    field("gw_priority", Shape::Scalar(NUMBER, Becomes::Int)),
    field("interface_name", STRING),
    field("ipv4_address", STRING),
    field("ipv6_address", STRING),
    field("link_local_ips", STRINGS),
    field("mac_address", STRING),
    field("priority", Shape::Scalar(NUMBER, Becomes::Int)),
]);
