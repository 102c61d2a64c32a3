//! The keys of the attributes that a service alone has.

use super::super::attribute::{
    CREDENTIAL_SPEC, DEPENDENCY, DEVELOP, ENV_FILE, EXTENDS, FILE_REFERENCE, HEALTHCHECK, HOOK,
    LOGGING, PORT, PROVIDER, ULIMIT, WATCH, WATCH_HOOK,
};
use super::{Description, describe};

/// The keys of a command, whenever it is run.
const HOOK_KEYS: &[(&str, &str)] = &[
    (
        "command",
        "What is run: a line, which is split into words, or a list of words.",
    ),
    (
        "environment",
        "Further environment variables. A name alone takes the caller's variable.",
    ),
    (
        "image",
        "The image to run it in, before a start; without it, the service's.",
    ),
    (
        "per_replica",
        "Runs it for each of the service's containers, not once for all.",
    ),
    ("privileged", "Runs it with extended privileges."),
    ("user", "The user that it runs as."),
    ("working_dir", "The folder that it runs in."),
];

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe(
        &FILE_REFERENCE,
        "file_reference",
        "A config or secret of the stack that containers can read.",
        &[
            ("source", "The name of the config or secret."),
            (
                "target",
                "The path inside containers; without it, /NAME for a config and /run/secrets/NAME for a secret.",
            ),
            ("uid", "The number of the user who owns the file."),
            ("gid", "The number of the group that owns the file."),
            (
                "mode",
                "The permissions of the file, in octal digits, such as `0440`.",
            ),
        ],
    ),
    describe(
        &ULIMIT,
        "ulimit",
        "A limit that processes may raise themselves, up to another one.",
        &[
            ("soft", "The limit at the beginning; -1: none."),
            (
                "hard",
                "The highest limit that a process can give itself; -1: any.",
            ),
        ],
    ),
    describe(
        &CREDENTIAL_SPEC,
        "credential_spec",
        "The managed service account of a Windows container.",
        &[
            (
                "config",
                "The config of the stack that holds the specification.",
            ),
            (
                "file",
                "The file that holds the specification, in the engine's own folder for these.",
            ),
            (
                "registry",
                "The entry of the Windows registry that holds the specification.",
            ),
        ],
    ),
    Description {
        defaults: &[("required", "true"), ("restart", "false")],
        ..describe(
            &DEPENDENCY,
            "dependency",
            "How this service depends on another one.",
            &[
                (
                    "condition",
                    "What must be so before this service starts: the other one is started, is healthy, or came to its end with exit code 0.",
                ),
                (
                    "restart",
                    "Restarts this service when the other one is replaced or restarted.",
                ),
                (
                    "required",
                    "Whether it is a mistake if the other service is not there or not enabled.",
                ),
            ],
        )
    },
    describe(
        &DEVELOP,
        "develop",
        "What `watch` does when source files change.",
        &[(
            "watch",
            "Which files are watched, and what is done when they change.",
        )],
    ),
    Description {
        defaults: &[("initial_sync", "false")],
        ..describe(
            &WATCH,
            "watch",
            "Files that are watched, and what is done when they change.",
            &[
                (
                    "action",
                    "What is done: build and replace, copy into the container, restart, or copy and then restart or run a command.",
                ),
                ("exec", "The command that `sync+exec` runs after copying."),
                (
                    "ignore",
                    "Patterns of files below `path` that are not watched.",
                ),
                (
                    "include",
                    "Patterns of files below `path` that alone are watched.",
                ),
                ("initial_sync", "Copies all files once when `watch` begins."),
                ("path", "The file or folder to watch."),
                (
                    "target",
                    "The path inside the container that files are copied to.",
                ),
            ],
        )
    },
    Description {
        defaults: &[("required", "true")],
        ..describe(
            &ENV_FILE,
            "env_file",
            "A file with environment variables.",
            &[
                ("path", "The file."),
                (
                    "format",
                    "`raw` takes the values as they are, without quotes and variables; without it, the rules of `.env`.",
                ),
                (
                    "required",
                    "Whether it is a mistake if the file is not there.",
                ),
            ],
        )
    },
    describe(
        &EXTENDS,
        "extends",
        "The service to take over.",
        &[
            ("service", "The name of the service."),
            ("file", "The stack file that has it; without it, this one."),
        ],
    ),
    Description {
        defaults: &[
            ("disable", "false"),
            ("interval", r#""30s""#),
            ("retries", "3"),
            ("start_interval", r#""5s""#),
            ("start_period", r#""0s""#),
            ("timeout", r#""30s""#),
        ],
        ..describe(
            &HEALTHCHECK,
            "healthcheck",
            "How to find out whether a container works; what is not set here comes from the image.",
            &[
                ("disable", "Switches the image's test off."),
                ("interval", "Time between two tests, such as `10s`."),
                (
                    "retries",
                    "How many tests must fail one after another until the container counts as unhealthy.",
                ),
                (
                    "start_interval",
                    "Time between two tests during `start_period`; needs Docker 25.",
                ),
                (
                    "start_period",
                    "Time after the start in which tests that fail do not count.",
                ),
                (
                    "test",
                    "What is run in the container; exit code 0 is healthy. A line for the shell, or a list that begins with CMD, CMD-SHELL or NONE.",
                ),
                ("timeout", "Time after which a test counts as failed."),
            ],
        )
    },
    Description {
        defaults: &[("per_replica", "false"), ("privileged", "false")],
        ..describe(
            &HOOK,
            "hook",
            "A command that runs at a certain time of a container's life.",
            HOOK_KEYS,
        )
    },
    Description {
        defaults: &[("per_replica", "false"), ("privileged", "false")],
        ..describe(
            &WATCH_HOOK,
            "watch_hook",
            "A command that runs in the container after files were copied.",
            HOOK_KEYS,
        )
    },
    describe(
        &LOGGING,
        "logging",
        "Where the engine puts the containers' output.",
        &[
            (
                "driver",
                "The logging driver, such as `json-file`, `journald` or `none`.",
            ),
            ("options", "Options of the driver, such as `max-size`."),
        ],
    ),
    Description {
        defaults: &[("mode", r#""ingress""#), ("protocol", r#""tcp""#)],
        ..describe(
            &PORT,
            "port",
            "A port that is published on the machine.",
            &[
                ("name", "A name for people."),
                (
                    "mode",
                    "In a swarm: on each machine (`host`) or balanced over all (`ingress`).",
                ),
                (
                    "host_ip",
                    "The machine's address to publish on; without it, all.",
                ),
                ("target", "The port inside of containers."),
                (
                    "published",
                    "The port on the machine, or a range such as `8000-8010` to choose from; without it, any free one.",
                ),
                ("protocol", "`tcp`, `udp` or `sctp`."),
                (
                    "app_protocol",
                    "What is spoken on the port, such as `http`: for information.",
                ),
            ],
        )
    },
    describe(
        &PROVIDER,
        "provider",
        "A program that provides the service, in place of containers.",
        &[
            (
                "type",
                "The program: a plugin of docker, or one on the search path.",
            ),
            ("options", "Options of the program."),
        ],
    ),
];
