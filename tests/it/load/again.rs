//! What `config` prints loads again, to the same.

use crate::support::test::Test;

/// A service or more of each kind of thing that is printed in another form than it is written.
const STACKS: [&str; 6] = [
    "services:\n  a:\n    build: {context: ., args: [A=1], ssh: [default], secrets: [s]}\n    image: x\n    develop:\n      watch:\n        - {path: ./a, action: sync, target: /a, ignore: b}\n        - {path: ./c, action: sync+exec, target: /c, exec: {command: echo hi}}\nsecrets: {s: {environment: HOME}}\n",
    "services:\n  a:\n    image: x\n    ports: ['80', '127.0.0.1:8000-8001:9000-9001/udp', '[::1]:1:1', '5000-5010:90']\n    volumes: ['v:/v:nocopy', './b:/b:ro,z', /anonymous, {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}]\n    devices: ['/dev/null:/dev/x']\n    ulimits: {core: 0, nofile: {soft: 0, hard: 5}}\nvolumes: {v: {external: true}}\n",
    "services:\n  a:\n    image: x\n    command: echo \"$$HOME\" 'a b'\n    environment: {A: 'yes', B: 1.50, C: null, D: '', E: \"a\\nb\", F: '0755', G: 2020-01-01}\n    labels: [a=b, c]\n    stop_grace_period: -1m30s\n    memswap_limit: -1\n    mem_limit: 1.5g\n    healthcheck: {test: curl localhost, interval: 1m30s, retries: 3}\n",
    "services:\n  a:\n    image: x\n    deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 1g}, reservations: {devices: [{capabilities: [gpu], count: all}]}}}\n    gpus: all\n    blkio_config: {weight: 5, device_read_bps: [{path: /dev/x, rate: 1m}]}\n    extra_hosts: ['a:1.1.1.1', 'b=::1']\n    env_file: [{path: none, required: false}]\n",
    "services:\n  a:\n    image: x\n    depends_on: [b]\n    networks: {n: {aliases: [z]}, default: }\n    configs: [c, {source: c, target: /x, mode: 0440}]\n    logging: {driver: json-file, options: {max-size: 1m}}\n    links: ['b:c']\n  b: {image: y, network_mode: host, profiles: ['']}\nnetworks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}\nconfigs: {c: {content: \"a $$b\\n\"}}\n",
    "name: other\nservices:\n  a: {image: x, provider: {type: y, options: {a: [1, b]}}}\n  m: {image: x, models: [l], post_start: [{command: a b}]}\nmodels: {l: {model: ai/x}}\nx-anything: {a: [1, 2.5, null, true, '!']}\n",
];

fn printed(stack: &str, format: &str) -> String {
    let args = [
        "-f",
        "compose.yaml",
        "--project-directory",
        "/nowhere",
        "-p",
        "again",
        "config",
        "--format",
        format,
    ];
    let (printed, told) = Test::new(args).file("compose.yaml", stack).printed();
    assert!(!printed.is_empty(), "{told}\n{stack}");
    printed
}

#[test]
fn what_config_prints_loads_again_to_the_same() {
    for stack in STACKS {
        let once = printed(stack, "yaml");
        assert_eq!(printed(&once, "yaml"), once);
        assert_eq!(printed(&once, "json"), printed(stack, "json"));
    }
}
