//! The top of the stack file.

use super::resource::{CONFIG, MODEL, NETWORK, SECRET, VOLUME};
use super::service::SERVICE;
use super::{Object, STRING, Shape, field, object};

/// A whole stack file.
pub(in crate::loader) static STACK: Object = object(&[
    field("configs", Shape::Named(&CONFIG)),
    field(
        "include",
        Shape::List(&Shape::Either(&[STRING, Shape::Object(&INCLUDE)])),
    ),
    field("models", Shape::Named(&MODEL)),
    field("name", STRING),
    field("networks", Shape::Named(&NETWORK)),
    field("secrets", Shape::Named(&SECRET)),
    field("services", Shape::Named(&Shape::Object(&SERVICE))),
    field("version", STRING),
    field("volumes", Shape::Named(&VOLUME)),
]);

pub(super) static INCLUDE: Object = Object {
    fields: &[
        field("env_file", Shape::OneOrMany),
        field("path", Shape::OneOrMany),
        field("project_directory", STRING),
    ],
    required: &[],
    extensions: false,
};
