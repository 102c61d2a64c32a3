//! The keys of a mount: what a volume, a folder or memory inside of containers is.

use super::super::mount::{MOUNT, MOUNT_BIND, MOUNT_IMAGE, MOUNT_TMPFS, MOUNT_VOLUME};
use super::{Description, describe};

pub(super) const DESCRIPTIONS: &[Description] = &[
    Description {
        defaults: &[("read_only", "false")],
        ..describe(
            &MOUNT,
            "mount",
            "A volume, or files of the machine, inside of containers.",
            &[
                (
                    "type",
                    "What is mounted: files of the machine (`bind`), a volume, memory (`tmpfs`), a cluster's volume, a Windows pipe or an image's files.",
                ),
                (
                    "source",
                    "The volume, the path on the machine or the image; without it, a new volume.",
                ),
                ("target", "The path inside of containers."),
                ("read_only", "Keeps containers from writing."),
                (
                    "consistency",
                    "How strictly both sides must agree, where the platform knows such a choice.",
                ),
                ("bind", "Options where files of the machine are mounted."),
                ("volume", "Options where a volume is mounted."),
                ("tmpfs", "Options where memory is mounted."),
                ("image", "Options where an image's files are mounted."),
            ],
        )
    },
    Description {
        defaults: &[("create_host_path", "true")],
        ..describe(
            &MOUNT_BIND,
            "mount_bind",
            "Options where files of the machine are mounted.",
            &[
                (
                    "propagation",
                    "How mounts below the path are passed on, such as `rprivate` or `rshared`.",
                ),
                (
                    "create_host_path",
                    "Makes a folder on the machine where there is nothing at the path.",
                ),
                ("recursive", "What becomes of mounts below the path."),
                (
                    "selinux",
                    "The SELinux label: shared between containers (`z`) or for one alone (`Z`).",
                ),
            ],
        )
    },
    Description {
        defaults: &[("nocopy", "false")],
        ..describe(
            &MOUNT_VOLUME,
            "mount_volume",
            "Options where a volume is mounted.",
            &[
                ("labels", "Labels of a volume that is made for this mount."),
                (
                    "nocopy",
                    "Leaves a new volume empty, where else the image's files at this path are copied into it.",
                ),
                ("subpath", "The path inside of the volume that is mounted."),
            ],
        )
    },
    describe(
        &MOUNT_TMPFS,
        "mount_tmpfs",
        "Options where memory is mounted.",
        &[
            ("size", "How much can be written, such as `64m`."),
            ("mode", "The permissions of the folder, as a number."),
        ],
    ),
    describe(
        &MOUNT_IMAGE,
        "mount_image",
        "Options where an image's files are mounted.",
        &[("subpath", "The path inside of the image that is mounted.")],
    ),
];
