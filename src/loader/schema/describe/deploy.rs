//! The keys of `deploy` and of requests for devices.

use super::super::deploy::{
    DEPLOY, DEVICE_REQUEST, DISCRETE_RESOURCE, GENERIC_RESOURCE, LIMITS, PLACEMENT, PREFERENCE,
    RESERVATIONS, RESERVED_DEVICE, RESOURCES, RESTART_POLICY, UPDATE,
};
use super::{Description, describe};

/// The keys of a request for devices.
const DEVICE_KEYS: &[(&str, &str)] = &[
    (
        "capabilities",
        "What the devices can do, such as `gpu` or `compute`.",
    ),
    (
        "count",
        "How many devices, or `all`; not together with `device_ids`.",
    ),
    (
        "device_ids",
        "Which devices, by the ids that the driver gives them; not together with `count`.",
    ),
    ("driver", "The driver of the devices, such as `nvidia`."),
    ("options", "Options of the driver."),
];

pub(super) const DESCRIPTIONS: &[Description] = &[
    Description {
        defaults: &[("replicas", "1")],
        ..describe(
            &DEPLOY,
            "deploy",
            "How many containers the service has, what they may use and how they are replaced.",
            &[
                (
                    "endpoint_mode",
                    "How the service is found in a swarm: `vip` or `dnsrr`.",
                ),
                (
                    "labels",
                    "Labels of the service itself, not of its containers.",
                ),
                (
                    "mode",
                    "`replicated`, or one container on each machine of a swarm: `global`.",
                ),
                (
                    "placement",
                    "On which machines of a swarm containers may run.",
                ),
                ("replicas", "How many containers the service has."),
                (
                    "resources",
                    "What the containers may use at most, and what is set aside for them.",
                ),
                (
                    "restart_policy",
                    "When the engine starts a container again that ended.",
                ),
                (
                    "rollback_config",
                    "How containers are put back where an update fails.",
                ),
                (
                    "update_config",
                    "How containers are replaced where the service changed.",
                ),
            ],
        )
    },
    Description {
        defaults: &[("count", r#""all""#)],
        ..describe(
            &DEVICE_REQUEST,
            "device_request",
            "A request for devices such as GPUs.",
            DEVICE_KEYS,
        )
    },
    Description {
        defaults: &[("count", r#""all""#)],
        ..describe(
            &RESERVED_DEVICE,
            "reserved_device",
            "Devices that are set aside, such as GPUs.",
            DEVICE_KEYS,
        )
    },
    describe(
        &PLACEMENT,
        "placement",
        "On which machines of a swarm containers may run.",
        &[
            (
                "constraints",
                "Conditions that a machine must meet, such as `node.role==worker`.",
            ),
            (
                "max_replicas_per_node",
                "How many containers of the service one machine may run.",
            ),
            (
                "preferences",
                "How containers are spread over the machines that meet the conditions.",
            ),
        ],
    ),
    describe(
        &PREFERENCE,
        "placement_preference",
        "How containers are spread over machines.",
        &[(
            "spread",
            "The label of machines over whose values containers are spread evenly.",
        )],
    ),
    describe(
        &RESOURCES,
        "resources",
        "What containers may use at most, and what is set aside for them.",
        &[
            ("limits", "What a container may use at most."),
            ("reservations", "What is set aside for a container."),
        ],
    ),
    describe(
        &LIMITS,
        "resource_limits",
        "What a container may use at most.",
        &[
            (
                "cpus",
                "Processor time, in processors: `0.5` is half of one.",
            ),
            ("memory", "Memory with a unit, such as `512m`."),
            (
                "pids",
                "How many processes and threads a container may have.",
            ),
        ],
    ),
    describe(
        &RESERVATIONS,
        "resource_reservations",
        "What is set aside for a container.",
        &[
            (
                "cpus",
                "Processor time, in processors: `0.5` is half of one.",
            ),
            ("devices", "Devices such as GPUs."),
            (
                "generic_resources",
                "Resources that the machines of a swarm announce themselves.",
            ),
            ("memory", "Memory with a unit, such as `256m`."),
        ],
    ),
    describe(
        &GENERIC_RESOURCE,
        "generic_resource",
        "A resource that machines of a swarm announce themselves.",
        &[("discrete_resource_spec", "A resource that is counted.")],
    ),
    describe(
        &DISCRETE_RESOURCE,
        "discrete_resource",
        "A resource that is counted.",
        &[
            ("kind", "The name of the resource."),
            ("value", "How many of it."),
        ],
    ),
    describe(
        &RESTART_POLICY,
        "restart_policy",
        "When the engine starts a container again that ended.",
        &[
            ("condition", "`none`, `on-failure` or `any`."),
            (
                "delay",
                "Time before the container is started again, such as `5s`.",
            ),
            (
                "max_attempts",
                "How often it is started again before that is given up; without it, without end.",
            ),
            ("window", "Time after which a start counts as a success."),
        ],
    ),
    describe(
        &UPDATE,
        "update_config",
        "How containers are replaced.",
        &[
            ("delay", "Time between two groups of containers."),
            (
                "failure_action",
                "What is done where a replacement fails: `continue`, `pause` or `rollback`.",
            ),
            (
                "max_failure_ratio",
                "The share of containers, from 0 to 1, that may fail.",
            ),
            (
                "monitor",
                "Time for which a new container is watched before it counts as sound.",
            ),
            (
                "order",
                "Whether the new container starts first (`start-first`) or the old one stops first (`stop-first`).",
            ),
            (
                "parallelism",
                "How many containers are replaced at a time; 0: all.",
            ),
        ],
    ),
];
