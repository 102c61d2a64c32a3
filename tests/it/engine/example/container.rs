//! One container each: a task, and limits.

use super::reader::Reader;

#[test]
fn a_task_prints_its_line_and_ends_and_an_endless_one_goes_on() {
    let reader = Reader::of("hello-world");
    let stack = &reader.stack;
    reader.goes("cd examples/hello-world");
    reader.types("windlass up");
    assert_eq!(stack.states(), ["hello-1 exited"]);
    assert!(reader.types("windlass ps -a").contains("Exited (0)"));
    assert!(
        reader
            .types("windlass logs hello")
            .contains("Hello, world!")
    );
    let hello = stack.id("hello");
    stack
        .ok(&["up", "-d"])
        .says(&["has done its work and stays as it is", "hello-1 Exited"]);
    assert_eq!(stack.ok(&["logs", "hello"]).stdout.lines().count(), 1);
    stack.ok(&["up"]).prints(&["Hello, world!"]);
    assert_eq!(stack.id("hello"), hello);

    reader.types("windlass up -d endless");
    let mut follow = reader.follows("windlass logs -f endless");
    follow.interrupt().end();
    assert_eq!(
        stack.container("endless")["State"]["Status"],
        "running",
        "the end of `logs` is not the container's"
    );
    reader.types("windlass stop endless");
    assert_eq!(stack.states(), ["endless-1 exited", "hello-1 exited"]);
    assert_eq!(stack.container("endless")["State"]["ExitCode"], 0);
    reader.types("windlass logs --tail 1 endless");
    reader.types("windlass --profile endless down --rmi local");
    reader.leaves();
}

/// The share of a processor that the container uses, in percent.
#[track_caller]
fn share(table: &str) -> f64 {
    let mut words = table.split_whitespace();
    let share = words.find_map(|word| word.strip_suffix('%')?.parse().ok());
    share.unwrap_or_else(|| panic!("no share in\n{table}"))
}

#[test]
fn limits_hold_are_shown_and_change_while_the_container_goes_on() {
    let reader = Reader::of("tmpfs-and-limits");
    let stack = &reader.stack;
    reader.goes("cd examples/tmpfs-and-limits");
    reader.types("windlass up -d");
    let host = &stack.container("worker")["HostConfig"];
    assert_eq!(host["Memory"], 64 << 20);
    assert_eq!(host["NanoCpus"], 500_000_000);
    assert_eq!(host["PidsLimit"], 50);
    let table = reader.types("windlass stats --no-stream");
    assert!(table.contains(" / 64MiB"), "{table}");
    reader.types("windlass exec -d worker timeout 60 sh -c 'while :; do :; done'");
    let table = reader.types("windlass stats --no-stream");
    // On a machine with much else to do it may be less.
    assert!((1.0..75.0).contains(&share(&table)), "{table}");

    let disk = reader.types("windlass exec worker df -h /scratch");
    assert!(disk.contains("16.0M"), "{disk}");
    reader.types("windlass exec worker sh -c 'echo kept > /scratch/note; cat /scratch/note'");
    reader.fails("windlass exec worker dd if=/dev/zero of=/scratch/large bs=1M count=20");
    reader.fails("windlass exec worker touch /note");

    reader.types("windlass restart worker");
    assert_eq!(reader.types("windlass exec worker ls /scratch"), "");

    let id = stack.id("worker");
    reader.types("sed -i 's/mem_limit: 64m/mem_limit: 128m/' stack.yaml");
    let plan = reader.tries("windlass plan");
    plan.prints(&["update", "mem_limit"]);
    assert_eq!(plan.status, 2);
    reader.types("windlass up -d");
    assert_eq!(stack.id("worker"), id);
    assert_eq!(stack.container("worker")["HostConfig"]["Memory"], 128 << 20);
    reader.types("windlass down");
    reader.leaves();
}
