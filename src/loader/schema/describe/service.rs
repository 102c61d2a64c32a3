//! The keys of a service and of what belongs to one alone.

use super::super::service::{
    BLKIO, CREDENTIAL_SPEC, DEPENDENCY, DEVELOP, DEVICE, ENV_FILE, EXTENDS, FILE_REFERENCE,
    HEALTHCHECK, HOOK, LOGGING, MOUNT, MOUNT_BIND, MOUNT_IMAGE, MOUNT_TMPFS, MOUNT_VOLUME, PORT,
    PROVIDER, RATE, SERVICE, ULIMIT, WATCH, WATCH_HOOK, WEIGHT,
};
use super::{Description, describe};

const SERVICE_KEYS: &[(&str, &str)] = &[
    ("annotations", "Annotations of the containers."),
    ("attach", "Whether `up` shows the service's output."),
    (
        "build",
        "How the image is built: the folder with its Dockerfile, or more.",
    ),
    (
        "blkio_config",
        "How fast containers may read from and write to disks.",
    ),
    (
        "cap_add",
        "Linux capabilities that containers have beside the usual ones, such as `NET_ADMIN`.",
    ),
    (
        "cap_drop",
        "Linux capabilities that containers do not have; `ALL`: none.",
    ),
    (
        "cgroup",
        "The control group namespace: the machine's (`host`) or the container's own (`private`).",
    ),
    (
        "cgroup_parent",
        "The control group above that of the containers.",
    ),
    (
        "command",
        "What is run, in place of the image's command: a line, which is split into words, or a list of words.",
    ),
    (
        "configs",
        "Configs that containers can read, by name or with their place.",
    ),
    (
        "container_name",
        "The container's name, in place of project, service and number; there can be one container only.",
    ),
    (
        "cpu_count",
        "How many processors a container may use, on Windows.",
    ),
    (
        "cpu_percent",
        "The share of all processors that a container may use, on Windows.",
    ),
    (
        "cpu_period",
        "Length of the scheduler's period for `cpu_quota`, in microseconds.",
    ),
    (
        "cpu_quota",
        "Processor time in each `cpu_period`, in microseconds.",
    ),
    (
        "cpu_rt_period",
        "Length of the realtime scheduler's period, in microseconds.",
    ),
    (
        "cpu_rt_runtime",
        "Realtime processor time in each `cpu_rt_period`, in microseconds.",
    ),
    (
        "cpu_shares",
        "Weight against other containers where processors are scarce.",
    ),
    (
        "cpus",
        "How many processors a container may use: `0.5` is half of one.",
    ),
    (
        "cpuset",
        "On which processors a container may run, such as `0-2` or `0,3`.",
    ),
    (
        "credential_spec",
        "The managed service account of a Windows container.",
    ),
    (
        "depends_on",
        "Services that are started before this one, and stopped after it.",
    ),
    (
        "deploy",
        "How many containers there are, what they may use and how they are replaced.",
    ),
    ("develop", "What `watch` does when source files change."),
    (
        "device_cgroup_rules",
        "Rules for access to devices, such as `c 1:3 mr`.",
    ),
    (
        "devices",
        "Devices of the machine that containers can use: `source:target:permissions`, or a CDI name.",
    ),
    ("dns", "Name servers."),
    ("dns_opt", "Options of the resolver, such as `use-vc`."),
    ("dns_search", "Domains in which short names are looked up."),
    ("domainname", "The containers' domain."),
    (
        "entrypoint",
        "What is run before the command, in place of the image's: a line or a list of words; an empty one clears it.",
    ),
    (
        "env_file",
        "Files with environment variables; `environment` goes before them.",
    ),
    (
        "environment",
        "Environment variables. A name alone takes the caller's variable.",
    ),
    (
        "expose",
        "Ports that others on the networks use: for information, nothing is published.",
    ),
    (
        "extends",
        "Takes over another service, of this file or another one; what is set here goes before it.",
    ),
    (
        "external_links",
        "Containers outside of the stack that are reached by name: `container:alias`.",
    ),
    (
        "extra_hosts",
        "Lines for /etc/hosts: `host=address`; `host-gateway` is the machine's address.",
    ),
    ("gpus", "GPUs: `all`, or requests for devices."),
    (
        "group_add",
        "Further groups of the container's user, by name or number.",
    ),
    ("healthcheck", "How to find out whether a container works."),
    ("hostname", "The containers' host name."),
    (
        "image",
        "The image to run, such as `mysql:9`; where the service is built, the name of what is built.",
    ),
    (
        "init",
        "Runs a small init process in containers, which forwards signals and reaps processes.",
    ),
    (
        "ipc",
        "The IPC namespace: `shareable`, `private`, `host` or `service:NAME`.",
    ),
    ("isolation", "How containers are isolated, on Windows."),
    (
        "label_file",
        "Files with labels; `labels` goes before them.",
    ),
    ("labels", "Labels of the containers."),
    (
        "links",
        "Services that are reached by further names: `service:alias`.",
    ),
    ("logging", "Where the engine puts the containers' output."),
    ("mac_address", "The MAC address on the first network."),
    (
        "mem_limit",
        "Memory that a container may use, such as `512m`.",
    ),
    (
        "mem_reservation",
        "Memory that a container is left with where memory is scarce, such as `256m`.",
    ),
    (
        "mem_swappiness",
        "How readily memory is swapped out, from 0 to 100.",
    ),
    (
        "memswap_limit",
        "Memory and swap together, such as `1g`; -1: swap without limit.",
    ),
    ("models", "AI models that the service uses."),
    (
        "network_mode",
        "`none`, `host`, `service:NAME` or `container:NAME`, in place of networks.",
    ),
    (
        "networks",
        "Networks that the containers are on; without it, the stack's default network.",
    ),
    (
        "oom_kill_disable",
        "Keeps the kernel from killing the container when memory runs out.",
    ),
    (
        "oom_score_adj",
        "How likely the kernel kills the container when memory runs out, from -1000 (never) to 1000.",
    ),
    (
        "pid",
        "The PID namespace: `host`, `service:NAME` or `container:NAME`.",
    ),
    (
        "pids_limit",
        "How many processes and threads a container may have; -1: any number.",
    ),
    (
        "platform",
        "The platform that containers run on, such as `linux/amd64`.",
    ),
    (
        "ports",
        "Ports that are published on the machine: `[[address:]published:]target[/protocol]`, or more.",
    ),
    (
        "post_start",
        "Commands that run in a container after it started.",
    ),
    (
        "pre_start",
        "Containers that run to their end before the service's own start.",
    ),
    (
        "pre_stop",
        "Commands that run in a container before it is stopped.",
    ),
    (
        "privileged",
        "Gives containers extended privileges on the machine.",
    ),
    (
        "profiles",
        "The service is left out unless one of these profiles is enabled; without any it is always there.",
    ),
    (
        "provider",
        "A program that provides the service, in place of containers.",
    ),
    ("pull_policy", "When the image is pulled."),
    (
        "pull_refresh_after",
        "Age after which the image is pulled again, where `pull_policy` is `refresh`.",
    ),
    (
        "read_only",
        "Makes the containers' root file system read-only.",
    ),
    (
        "restart",
        "When the engine starts a container again: `no`, `always`, `on-failure[:attempts]` or `unless-stopped`.",
    ),
    ("runtime", "The runtime of the containers, such as `runc`."),
    (
        "scale",
        "How many containers the service has; `deploy.replicas` says the same.",
    ),
    (
        "secrets",
        "Secrets that containers can read, by name or with their place.",
    ),
    (
        "security_opt",
        "Options of AppArmor, SELinux, seccomp and the like, such as `no-new-privileges:true`.",
    ),
    ("shm_size", "Size of /dev/shm, such as `128m`."),
    ("stdin_open", "Keeps the standard input open."),
    (
        "stop_grace_period",
        "Time that a container has to end before it is killed, such as `1m30s`.",
    ),
    (
        "stop_signal",
        "The signal that stops a container, such as `SIGINT`; without it, the image's.",
    ),
    (
        "storage_opt",
        "Options of the storage driver, such as `size`.",
    ),
    (
        "sysctls",
        "Kernel parameters, such as `net.core.somaxconn`.",
    ),
    (
        "tmpfs",
        "Paths inside containers that are held in memory, with options behind a colon.",
    ),
    ("tty", "Gives containers a terminal."),
    (
        "ulimits",
        "Limits of the containers' processes: one number, or soft and hard.",
    ),
    (
        "use_api_socket",
        "Lets containers call the engine, with the caller's registry credentials.",
    ),
    (
        "user",
        "The user that processes run as: `user[:group]`, by name or number.",
    ),
    (
        "userns_mode",
        "The user namespace: `host` for the machine's.",
    ),
    ("uts", "The UTS namespace: `host` for the machine's."),
    (
        "volumes",
        "Volumes and files of the machine inside of containers: `source:target[:options]`, or more.",
    ),
    (
        "volumes_from",
        "Takes over the volumes of other services or containers: `service[:ro]` or `container:NAME[:ro]`.",
    ),
    (
        "working_dir",
        "The folder that the command runs in; without it, the image's.",
    ),
    (
        "x-ready",
        "Who says that a container is healthy: windlass, as soon as the test passes and the ports can be reached (`reachable`), or the engine's own tests alone (`engine`), for tests with side effects.",
    ),
];

pub(super) const DESCRIPTIONS: &[Description] = &[
    Description {
        defaults: &[
            ("attach", "true"),
            ("privileged", "false"),
            ("pull_policy", r#""missing""#),
            ("read_only", "false"),
            ("restart", r#""no""#),
            ("scale", "1"),
            ("stdin_open", "false"),
            ("stop_grace_period", r#""10s""#),
            ("tty", "false"),
            ("use_api_socket", "false"),
            ("x-ready", r#""reachable""#),
        ],
        ..describe(
            &SERVICE,
            "service",
            "A service: one or more containers of the same kind.",
            SERVICE_KEYS,
        )
    },
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
            &[
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
            ],
        )
    },
    Description {
        defaults: &[("per_replica", "false"), ("privileged", "false")],
        ..describe(
            &WATCH_HOOK,
            "watch_hook",
            "A command that runs in the container after files were copied.",
            &[
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
            ],
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
