//! What is mounted in a container.

use serde_json::json;

use super::{Row, host};

pub(super) fn files() -> Vec<Row> {
    vec![
        host(
            "volumes: [./a:/b:ro, data:/c, {type: bind, source: ./a, target: /d, bind: {propagation: rslave, selinux: z, create_host_path: true}}]",
            "/HostConfig/Binds",
            json!([
                "FOLDER/a:/b:ro",
                "test_data:/c:rw",
                "FOLDER/a:/d:rw,z,rslave"
            ]),
        ),
        host(
            "volumes: [{type: bind, source: /a, target: /b, read_only: true, consistency: cached, bind: {recursive: readonly, propagation: rprivate}}]",
            "/HostConfig/Mounts",
            json!([{
                "Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": true, "Consistency": "cached",
                "BindOptions": {"Propagation": "rprivate", "CreateMountpoint": true, "ReadOnlyForceRecursive": true},
            }]),
        ),
        host(
            "volumes: [{type: volume, source: data, target: /b, volume: {nocopy: true, subpath: s, labels: {a: b}}}]",
            "/HostConfig/Mounts",
            json!([{
                "Type": "volume", "Source": "test_data", "Target": "/b", "ReadOnly": false,
                "VolumeOptions": {"NoCopy": true, "Subpath": "s", "Labels": {"a": "b"}},
            }]),
        ),
        host(
            "volumes: [{type: tmpfs, target: /b, tmpfs: {size: 1m, mode: 0o1777}}]",
            "/HostConfig/Mounts",
            json!([{
                "Type": "tmpfs", "Target": "/b", "ReadOnly": false, "TmpfsOptions": {"SizeBytes": 1_048_576, "Mode": 0o1777},
            }]),
        ),
        host(
            "volumes: [{type: image, source: i, target: /b, image: {subpath: s}}]",
            "/HostConfig/Mounts",
            json!([{"Type": "image", "Source": "i", "Target": "/b", "ReadOnly": false, "ImageOptions": {"Subpath": "s"}}]),
        ),
        host(
            "volumes: [{type: npipe, source: p, target: q}, {type: cluster, source: c, target: /d}]",
            "/HostConfig/Mounts",
            json!([
                {"Type": "npipe", "Source": "p", "Target": "q", "ReadOnly": false},
                {"Type": "cluster", "Source": "c", "Target": "/d", "ReadOnly": false},
            ]),
        ),
        host(
            "volumes_from: ['other:ro', 'container:outside']",
            "/HostConfig/VolumesFrom",
            json!(["test-other-1:ro", "outside"]),
        ),
        host(
            "tmpfs: ['/run:size=1m', /cache]",
            "/HostConfig/Tmpfs",
            json!({"/run": "size=1m", "/cache": ""}),
        ),
    ]
}
