//! Devices, and how fast disks may be used.

use super::{Becomes, COUNT, INT, Object, STRING, Shape, TEXT, field, kept, requiring};

pub(super) static DEVICE: Object = requiring(
    &["source"],
    &[
        field("source", STRING),
        field("target", STRING),
        field("permissions", STRING),
    ],
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
