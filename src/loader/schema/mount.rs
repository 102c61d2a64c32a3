//! Mounts: volumes, folders and memory inside of containers.

use super::{
    Becomes, FLAG, INT, Object, PAIRS, STRING, Shape, TEXT, WHOLE, field, kept, object, requiring,
};

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
