//! One container each: a task, and limits.

use super::{example, lower};

#[test]
fn a_task_prints_its_line_and_ends_and_an_endless_one_goes_on() {
    let stack = example("hello-world");
    let up = stack.ok(&["up"]);
    assert_eq!(stack.states(), ["hello-1 exited"]);
    up.prints(&["hello-1  | Hello, world!", "hello-1 exited with code 0"]);
    stack.ok(&["logs", "hello"]).prints(&["Hello, world!"]);
    stack.ok(&["ps", "-a"]).prints(&["hello-1", "Exited (0)"]);

    stack.ok(&["up", "-d", "endless"]);
    let mut follow = stack.start(&["logs", "-f", "endless"]);
    follow.until("Hello number 2").interrupt().end();
    assert_eq!(
        stack.container("endless")["State"]["Status"],
        "running",
        "the end of `logs` is not the container's"
    );
    stack.ok(&["stop", "endless"]);
    assert_eq!(stack.states(), ["endless-1 exited", "hello-1 exited"]);
    assert_eq!(stack.container("endless")["State"]["ExitCode"], 0);
    let last = stack.ok(&["logs", "--tail", "1", "endless"]);
    last.prints(&["Goodbye"]);
    lower(&stack, &["--profile", "endless"]);
}

#[test]
fn limits_hold_are_shown_and_change_while_the_container_goes_on() {
    let stack = example("tmpfs-and-limits");
    stack.ok(&["up", "-d"]);
    let host = &stack.container("worker")["HostConfig"];
    assert_eq!(host["Memory"], 64 << 20);
    assert_eq!(host["NanoCpus"], 500_000_000);
    assert_eq!(host["PidsLimit"], 50);
    stack.ok(&["stats", "--no-stream"]).prints(&["64MiB"]);

    let kept = stack.ok(&[
        "exec",
        "worker",
        "sh",
        "-c",
        "echo kept > /scratch/note; cat /scratch/note",
    ]);
    assert_eq!(kept.stdout, "kept\n");
    let full = stack.fails(
        1,
        &[
            "exec",
            "worker",
            "dd",
            "if=/dev/zero",
            "of=/scratch/large",
            "bs=1M",
            "count=20",
        ],
    );
    full.says(&["No space left on device"]);
    let shut = stack.fails(1, &["exec", "worker", "touch", "/note"]);
    shut.says(&["Read-only file system"]);

    stack.ok(&["restart", "worker"]);
    assert_eq!(stack.ok(&["exec", "worker", "ls", "/scratch"]).stdout, "");

    let id = stack.id("worker");
    stack.edit("stack.yaml", "mem_limit: 64m", "mem_limit: 128m");
    stack.fails(2, &["plan"]).prints(&["update", "mem_limit"]);
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.id("worker"), id);
    assert_eq!(stack.container("worker")["HostConfig"]["Memory"], 128 << 20);
    lower(&stack, &[]);
}
