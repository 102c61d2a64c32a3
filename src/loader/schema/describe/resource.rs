//! The keys of the top, of networks, volumes, configs, secrets and models.

use super::super::resource::{
    CONFIG_OBJECT, EXTERNAL_NAME, IPAM, IPAM_POOL, MODEL_OBJECT, NETWORK_OBJECT, SECRET_OBJECT,
    SERVICE_MODEL, SERVICE_NETWORK, VOLUME_OBJECT,
};
use super::super::stack::{INCLUDE, STACK};
use super::{Description, describe};

pub(super) const DESCRIPTIONS: &[Description] = &[
    Description {
        deprecated: &["version"],
        ..describe(
            &STACK,
            "stack",
            "A stack of containers: services and what they share.",
            &[
                ("configs", "Files that services read their settings from."),
                (
                    "include",
                    "Other stack files whose services and resources become part of this stack.",
                ),
                ("models", "AI models that services use."),
                (
                    "name",
                    "The project's name; without it, that of the folder.",
                ),
                ("networks", "Networks over which services reach each other."),
                ("secrets", "Files with credentials that services read."),
                (
                    "services",
                    "The services, by name: each is one or more containers of the same kind.",
                ),
                ("version", "Means nothing any more: leave it out."),
                ("volumes", "Storage that outlives containers."),
            ],
        )
    },
    describe(
        &INCLUDE,
        "include",
        "Another stack whose services and resources become part of this one.",
        &[
            (
                "env_file",
                "Files with variables for the included stack; without it, the `.env` beside it.",
            ),
            ("path", "The stack file, or several that are merged."),
            (
                "project_directory",
                "The folder from which the included stack's relative paths start; without it, that of its first file.",
            ),
        ],
    ),
    Description {
        defaults: &[
            ("attachable", "false"),
            ("enable_ipv6", "false"),
            ("external", "false"),
            ("internal", "false"),
        ],
        ..describe(
            &NETWORK_OBJECT,
            "network",
            "A network over which containers reach each other.",
            &[
                (
                    "attachable",
                    "Lets containers outside of the stack join an overlay network.",
                ),
                (
                    "driver",
                    "The network's driver, such as `bridge` or `overlay`; without it, the engine's default.",
                ),
                ("driver_opts", "Options of the driver."),
                ("enable_ipv4", "Gives containers IPv4 addresses."),
                ("enable_ipv6", "Gives containers IPv6 addresses."),
                (
                    "external",
                    "The network is there already: it is neither made nor removed.",
                ),
                (
                    "internal",
                    "Keeps containers from reaching beyond the network.",
                ),
                ("ipam", "How addresses are given out."),
                ("labels", "Labels of the network."),
                (
                    "name",
                    "The network's name on the engine; without it, the project's name, `_` and the key.",
                ),
            ],
        )
    },
    describe(
        &IPAM,
        "ipam",
        "How a network gives out addresses.",
        &[
            ("config", "The ranges of addresses."),
            ("driver", "The driver that gives out addresses."),
            ("options", "Options of the driver."),
        ],
    ),
    describe(
        &IPAM_POOL,
        "ipam_pool",
        "A range of addresses.",
        &[
            (
                "aux_addresses",
                "Addresses that are taken already, by the name of the host that has them.",
            ),
            ("gateway", "The gateway's address."),
            (
                "ip_range",
                "The part of the subnet from which containers get their addresses.",
            ),
            ("subnet", "The subnet, such as `172.28.0.0/16`."),
        ],
    ),
    Description {
        defaults: &[("external", "false"), ("x-protect", "false")],
        ..describe(
            &VOLUME_OBJECT,
            "volume",
            "A volume: storage that outlives containers.",
            &[
                (
                    "driver",
                    "The volume's driver; without it, the engine's default.",
                ),
                ("driver_opts", "Options of the driver."),
                (
                    "external",
                    "The volume is there already: it is neither made nor removed.",
                ),
                ("labels", "Labels of the volume."),
                (
                    "name",
                    "The volume's name on the engine; without it, the project's name, `_` and the key.",
                ),
                (
                    "x-protect",
                    "The volume and its data are removed only with `--unprotect` on the command line.",
                ),
            ],
        )
    },
    Description {
        defaults: &[("external", "false")],
        ..describe(
            &CONFIG_OBJECT,
            "config",
            "A file that services read; one of `file`, `environment` and `content` says what is in it.",
            &[
                ("content", "The text itself; variables in it are replaced."),
                ("environment", "The caller's variable that holds the text."),
                (
                    "external",
                    "The config is there already: it is neither made nor removed.",
                ),
                ("file", "The file on this machine."),
                ("labels", "Labels of the config."),
                (
                    "name",
                    "The config's name on the engine; without it, the project's name, `_` and the key.",
                ),
                (
                    "template_driver",
                    "The driver that fills in the text as a template.",
                ),
            ],
        )
    },
    Description {
        defaults: &[("external", "false")],
        ..describe(
            &SECRET_OBJECT,
            "secret",
            "A file with a credential that services read; `file` or `environment` says what is in it.",
            &[
                ("driver", "The driver that keeps the secret."),
                ("driver_opts", "Options of the driver."),
                (
                    "environment",
                    "The caller's variable that holds the secret.",
                ),
                (
                    "external",
                    "The secret is there already: it is neither made nor removed.",
                ),
                ("file", "The file on this machine."),
                ("labels", "Labels of the secret."),
                (
                    "name",
                    "The secret's name on the engine; without it, the project's name, `_` and the key.",
                ),
                (
                    "template_driver",
                    "The driver that fills in the text as a template.",
                ),
            ],
        )
    },
    describe(
        &MODEL_OBJECT,
        "model",
        "An AI model that services use.",
        &[
            ("context_size", "How many tokens the model can look at."),
            ("model", "The model, as an image reference."),
            ("name", "The model's name."),
            ("runtime_flags", "Flags of the program that runs the model."),
        ],
    ),
    Description {
        deprecated: &["name"],
        ..describe(
            &EXTERNAL_NAME,
            "external_name",
            "The old way to write `external: true` and `name`.",
            &[(
                "name",
                "The name on the engine: write it as `name` beside `external: true`.",
            )],
        )
    },
    describe(
        &SERVICE_MODEL,
        "service_model",
        "How the service uses a model.",
        &[
            (
                "endpoint_var",
                "The variable that tells the service the model's URL.",
            ),
            (
                "model_var",
                "The variable that tells the service the model's name.",
            ),
        ],
    ),
    describe(
        &SERVICE_NETWORK,
        "service_network",
        "How the service is connected to a network.",
        &[
            (
                "aliases",
                "Further names by which others on this network reach the service.",
            ),
            (
                "driver_opts",
                "Options of the network's driver for this connection.",
            ),
            (
                "gw_priority",
                "The network with the highest number gives the container its default gateway.",
            ),
            (
                "interface_name",
                "The name of the network interface inside the container.",
            ),
            (
                "ipv4_address",
                "A fixed IPv4 address, inside the network's subnet.",
            ),
            (
                "ipv6_address",
                "A fixed IPv6 address, inside the network's subnet.",
            ),
            ("link_local_ips", "Link-local addresses."),
            (
                "mac_address",
                "The MAC address on this network, such as `02:42:ac:11:00:02`.",
            ),
            (
                "priority",
                "Networks are connected from the highest number to the lowest.",
            ),
        ],
    ),
];
