//! Input that means harm: a clear error, without running out of stack or memory.

use std::fmt::Write as _;

use crate::support::test::Test;

/// The memory a run may have, in KiB of address space.
const MEMORY: u64 = 1024 * 1024;

fn refused(stack: &str, text: &str) {
    let (told, status) = Test::new(["config", "-q"])
        .file("compose.yaml", stack)
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains(text), "{told}");
    assert!(told.len() < 10_000, "{} bytes", told.len());
}

#[test]
fn deep_nesting_is_refused() {
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    refused(&format!("x: {}\n", deep("[", "]")), "recursion limit");
    refused(&format!("x: {}\n", deep("{a: ", "}")), "recursion limit");
    refused(
        &format!("x:\n  {}a\n", "- ".repeat(10_000)),
        "recursion limit",
    );
    refused(
        &format!("x: {}\n", "[{a: ".repeat(10_000)),
        "recursion limit",
    );
    let variable = format!("x: \"{}\"\n", deep("${A:-", "}"));
    refused(&variable, "variables are nested more than 64 deep");
}

#[test]
fn aliases_cannot_make_a_file_grow() {
    let message = "aliases make this document grow beyond all measure";
    let mut values = "x-0: &a0 [0]\n".to_owned();
    for step in 1..100 {
        let before = step - 1;
        let _ = writeln!(values, "x-{step}: &a{step} [*a{before}, *a{before}]");
    }
    refused(&values, message);
    let text = format!(
        "x: &a {}\ny: [{}]\n",
        "t".repeat(1_000_000),
        "*a,".repeat(10_000)
    );
    refused(&text, message);
    let list = format!("x: &a [{}]\ny: *a\n", "0,".repeat(1000));
    let documents = vec![list; 300].join("---\n");
    refused(&documents, message);
}

#[test]
fn stacks_beyond_all_measure_are_refused() {
    let message = "a stack of more than 500000 keys and values is too large";
    refused(&format!("x: [{}]\n", "0,".repeat(600_000)), message);
    let nested = (0..50).fold(String::new(), |text, step| format!("{text}&a{step} [")) + "0,";
    let nested = format!("x: {nested}{}{}\n", "0,".repeat(20_000), "]".repeat(50));
    refused(&nested, message);
    let (told, status) = Test::new(["config", "-q"])
        .file("many.yaml", &format!("x: [{}]\n", "0,".repeat(100_000)))
        .file(
            "compose.yaml",
            &format!("include: [{}]\n", "many.yaml,".repeat(10)),
        )
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains(message), "{told}");
    let ports = "\"1-65535:1-65535\", \"1-65535:1-65535/udp\", \"1-9:1-9/tcp\"";
    refused(
        &format!("services: {{web: {{image: busybox, ports: [{ports}]}}}}\n"),
        "a stack of more than 131072 ports is too large",
    );
}

#[test]
fn very_many_mistakes_are_told_in_part() {
    let unset = format!("x-a: \"{}\"\n", "$A".repeat(100_000));
    let services = "services: {web: {image: busybox}}\n";
    let told = Test::new(["config", "-q"])
        .file("compose.yaml", &format!("{services}{unset}"))
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(told.1, Some(0), "{}", told.0);
    assert!(told.0.len() < 10_000_000, "{} bytes", told.0.len());
    let long = format!("x-a: \"{}\"\n", "${A:-b}".repeat(100_000));
    let told = Test::new(["config", "-q"])
        .file("compose.yaml", &format!("{services}{long}"))
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(told, (String::new(), Some(0)));
}

#[test]
fn millions_of_variables_take_no_memory_of_their_own() {
    let services = "services: {web: {image: busybox}}\n";
    for variables in ["$A", "$A$B"] {
        let unset = variables.repeat(4_000_000 / variables.len());
        let (told, status) = Test::new(["config", "-q"])
            .file("compose.yaml", &format!("{services}x-a: \"{unset}\"\n"))
            .memory(MEMORY / 8)
            .stderr_and_status();
        assert_eq!(status, Some(0), "{} bytes", told.len());
    }
    let nested = format!("x: \"{}\"\n", "${A:-".repeat(1_000_000));
    refused(&nested, "variables are nested more than 64 deep");
}

#[test]
fn long_chains_are_refused() {
    let mut services = "services:\n  s5000:\n    image: a\n".to_owned();
    for step in 0..5000 {
        let next = step + 1;
        let _ = writeln!(services, "  s{step}:\n    extends: s{next}");
    }
    refused(
        &services,
        "services extend each other over more than 100 steps",
    );
    let test = (0..100).fold(Test::new(["config", "-q"]), |test, step| {
        let next = step + 1;
        test.file(
            &format!("f{step}.yaml"),
            &format!("include: [f{next}.yaml]\n"),
        )
    });
    let (told, status) = test
        .file("compose.yaml", "include: [f0.yaml]\n")
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("over more than 30 steps"), "{told}");
}

#[test]
fn includes_that_double_at_every_step_are_refused() {
    let test = (0..25).fold(Test::new(["config", "-q"]), |test, step| {
        let next = step + 1;
        let text = format!("include: [f{next}.yaml, f{next}.yaml]\n");
        test.file(&format!("f{step}.yaml"), &text)
    });
    let (told, status) = test
        .file("f25.yaml", "services: {web: {image: busybox}}\n")
        .file("compose.yaml", "include: [f0.yaml]\n")
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("error: more than 2000 includes"), "{told}");
}

#[test]
fn large_input_is_not_read_to_its_end() {
    let large = format!("x: \"{}\"\n", "x".repeat(50_000_000));
    refused(&large, "[FOLDER]/compose.yaml is larger than 16 MiB");
    let (told, status) = Test::new(["-f", "-", "config", "-q"])
        .stdin(&large)
        .memory(MEMORY)
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(
        told.contains("standard input is larger than 16 MiB"),
        "{told}"
    );
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let stack: &[u8] = b"services:\n  web:\n    image: b\xffx\n";
    let (told, status) = Test::new(["config", "-q"])
        .bytes("compose.yaml", stack)
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(
        told.contains("[FOLDER]/compose.yaml is not UTF-8: byte 0xff in line 3, column 13"),
        "{told}"
    );
}

#[test]
fn folders_and_pipes_are_no_stack_files() {
    let (told, status) = Test::new(["-f", "dir.yaml", "config", "-q"])
        .file("dir.yaml/x", "")
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("dir.yaml is a folder"), "{told}");
    let (told, status) = Test::new(["config", "-q"])
        .pipe("compose.yaml")
        .stderr_and_status();
    assert_eq!(status, Some(1), "{told}");
    assert!(
        told.contains("compose.yaml is a pipe and no file"),
        "{told}"
    );
}
