//! The keys of a service.

use super::super::service::SERVICE;
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

pub(super) const DESCRIPTIONS: &[Description] = &[Description {
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
}];
