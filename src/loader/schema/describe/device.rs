//! The keys of devices, and of how fast disks may be used.

use super::super::device::{BLKIO, DEVICE, RATE, WEIGHT};
use super::{Description, describe};

pub(super) const DESCRIPTIONS: &[Description] = &[
    Description {
        defaults: &[("permissions", r#""rwm""#)],
        ..describe(
            &DEVICE,
            "device",
            "A device of the machine that containers can use.",
            &[
                (
                    "source",
                    "The device on the machine, such as `/dev/ttyUSB0`.",
                ),
                (
                    "target",
                    "The device inside of containers; without it, the same path.",
                ),
                (
                    "permissions",
                    "What containers may do: read (`r`), write (`w`) and make nodes (`m`).",
                ),
            ],
        )
    },
    describe(
        &BLKIO,
        "blkio_config",
        "How fast containers may read from and write to disks.",
        &[
            (
                "device_read_bps",
                "Bytes a second that may be read from a disk.",
            ),
            (
                "device_read_iops",
                "Operations a second that may read from a disk.",
            ),
            (
                "device_write_bps",
                "Bytes a second that may be written to a disk.",
            ),
            (
                "device_write_iops",
                "Operations a second that may write to a disk.",
            ),
            (
                "weight",
                "Weight against other containers, from 10 to 1000.",
            ),
            (
                "weight_device",
                "Weight against other containers on a disk.",
            ),
        ],
    ),
    describe(
        &RATE,
        "blkio_rate",
        "A limit for one disk.",
        &[
            ("path", "The disk, such as `/dev/sda`."),
            (
                "rate",
                "How much a second: a number of operations, or of bytes with a unit such as `12m`.",
            ),
        ],
    ),
    describe(
        &WEIGHT,
        "blkio_weight",
        "A weight for one disk.",
        &[
            ("path", "The disk, such as `/dev/sda`."),
            (
                "weight",
                "Weight against other containers, from 10 to 1000.",
            ),
        ],
    ),
];
