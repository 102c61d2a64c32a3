//! The keys of an image's build.

use super::super::build::BUILD;
use super::{Description, describe};

pub(super) const DESCRIPTIONS: &[Description] = &[Description {
    defaults: &[
        ("context", r#"".""#),
        ("dockerfile", r#""Dockerfile""#),
        ("no_cache", "false"),
        ("privileged", "false"),
        ("pull", "false"),
    ],
    ..describe(
        &BUILD,
        "build",
        "How the service's image is built.",
        &[
            (
                "additional_contexts",
                "Further folders, images or URLs that the Dockerfile can copy from, by name.",
            ),
            (
                "args",
                "Values of the Dockerfile's ARG lines. A name alone takes the caller's variable.",
            ),
            (
                "cache_from",
                "Where layers are looked for before they are built: images, or `type=...` lines.",
            ),
            (
                "cache_to",
                "Where the layers that were built are stored for later builds: `type=...` lines.",
            ),
            (
                "context",
                "The folder that is sent to the builder, or the URL of a git repository or archive.",
            ),
            ("dockerfile", "The Dockerfile, as seen from the context."),
            (
                "dockerfile_inline",
                "The text of the Dockerfile itself, in place of a file.",
            ),
            (
                "entitlements",
                "Privileges that the build may use, such as `network.host`.",
            ),
            (
                "extra_hosts",
                "Lines for /etc/hosts while the image is built: `host=address`.",
            ),
            (
                "isolation",
                "The isolation of the build's containers, on Windows.",
            ),
            ("labels", "Labels of the image."),
            (
                "network",
                "The network of the build's containers: `host`, `none` or a network's name.",
            ),
            ("no_cache", "Builds every layer anew."),
            (
                "no_cache_filter",
                "Stages of the Dockerfile that are built anew each time.",
            ),
            (
                "platforms",
                "Platforms to build for, such as `linux/arm64`.",
            ),
            (
                "privileged",
                "Gives the build's containers extended privileges.",
            ),
            (
                "provenance",
                "Attaches a provenance attestation: true, false or its parameters.",
            ),
            (
                "pull",
                "Looks for newer base images even where they are there.",
            ),
            (
                "sbom",
                "Attaches a list of the image's packages: true, false or its parameters.",
            ),
            (
                "secrets",
                "Secrets of the stack that RUN lines can mount; they do not become part of the image.",
            ),
            (
                "shm_size",
                "Size of /dev/shm in the build's containers, such as `128m`.",
            ),
            (
                "ssh",
                "Keys or agents that RUN lines can use: `default`, or `name=path`.",
            ),
            ("tags", "Further names of the image."),
            ("target", "The stage of the Dockerfile to stop at."),
            (
                "ulimits",
                "Limits of the build's processes: one number, or soft and hard.",
            ),
        ],
    )
}];
