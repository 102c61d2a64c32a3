//! What a stack costs from its file to its containers: engine calls by a budget, memory and time in proportion. The
//! engine answers at once.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::support::answering::Answering;
use crate::support::cost::{Cost, assert_growth, cost};

/// A stack with an engine of its own.
struct Stack {
    engine: Answering,
    folder: TempDir,
}

impl Stack {
    fn new(api: &'static str, text: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("compose.yaml"), text).expect("a file");
        Self {
            engine: Answering::new(api),
            folder,
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.args(args).env_clear();
        command.env("HOME", self.folder.path());
        command.env("DOCKER_HOST", self.engine.host());
        command.current_dir(self.folder.path());
        command
    }

    /// The calls of a run that ends well.
    fn calls(&self, args: &[&str]) -> Vec<String> {
        let ran = self.command(args).output().expect("it runs");
        let told = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{told}");
        self.engine.calls()
    }

    fn cost(&self, args: &[&str]) -> Cost {
        cost(&mut self.command(args))
    }
}

/// So many services, each of which depends on the three before it; all are on the network `default`, every fifth on
/// another one too, and tested and waited for.
fn three_each(services: usize) -> String {
    let mut text =
        "name: grown\nnetworks: {other: {}}\nvolumes: {data: {}}\nservices:\n".to_owned();
    for number in 0..services {
        let _ = writeln!(
            text,
            "  s{number}:\n    image: busybox\n    volumes: ['data:/data']"
        );
        if number % 5 == 0 {
            text += "    networks: [default, other]\n    healthcheck: {test: [CMD, 'true']}\n";
        }
        if number % 5 == 1 {
            text += "    ports: ['80']\n";
        }
        text += "    depends_on:\n      s: {condition: service_started, required: false}\n";
        for before in number.saturating_sub(3)..number {
            let condition = if before % 5 == 0 {
                "healthy"
            } else {
                "started"
            };
            let _ = writeln!(text, "      s{before}: {{condition: service_{condition}}}");
        }
    }
    text + "  s: {image: busybox}\n"
}

/// So many services, each of which depends on all before it.
fn dense(services: usize) -> String {
    let mut text = "name: dense\nservices:\n".to_owned();
    for number in 0..services {
        let before: Vec<String> = (0..number).map(|other| format!("s{other}")).collect();
        let before = before.join(", ");
        let _ = writeln!(
            text,
            "  s{number}: {{image: busybox, depends_on: [{before}]}}"
        );
    }
    text
}

#[test]
fn no_more_engine_calls_are_made_than_the_work_needs() {
    for (api, services) in [("1.41", 10), ("1.41", 100), ("1.48", 10), ("1.48", 100)] {
        let stack = Stack::new(api, &three_each(services));
        let containers = services + 1;
        let tested = services / 5;
        // An older engine takes one network at a time, and may make two of one name: that is looked at once for each.
        let (connects, looks) = if api == "1.41" { (tested, 2) } else { (0, 0) };
        let (networks, volumes, images) = (2, 1, 1);
        let calls = stack.calls(&["up", "-d"]);
        let budget = 8 + networks + volumes + images + 3 * containers + connects + 3 * tested;
        let count = |start: &str, end: &str| {
            let is_one = |call: &&String| call.starts_with(start) && call.ends_with(end);
            calls.iter().filter(is_one).count()
        };
        assert_eq!(count("POST /containers/create", ""), containers);
        assert_eq!(count("POST /containers/", "/start"), containers);
        assert_eq!(count("POST /networks/", "/connect"), connects);
        assert_eq!(count("POST /exec/", "/start"), tested);
        assert!(count("GET /containers/", "/json") <= 2 + 2 * tested);
        assert_eq!(count("GET /networks", ""), 1 + looks);
        assert!(
            calls.len() <= budget,
            "{} of {budget}: {calls:#?}",
            calls.len()
        );
        for again in [&["up", "-d"][..], &["plan"]] {
            let calls = stack.calls(again);
            let budget = 8 + containers;
            assert!(
                calls.len() <= budget,
                "{again:?}: {} of {budget}: {calls:#?}",
                calls.len()
            );
        }
    }
}

#[test]
fn images_of_which_the_containers_tell_are_not_asked_for() {
    let mut text = "name: many\nservices:\n".to_owned();
    for number in 0..20 {
        let _ = writeln!(text, "  s{number}: {{image: 'image{number}'}}");
    }
    let stack = Stack::new("1.48", &text);
    let asked = |calls: &[String]| {
        let is_one = |call: &&String| call.starts_with("GET /images/");
        calls.iter().filter(is_one).count()
    };
    assert_eq!(asked(&stack.calls(&["up", "-d"])), 20);
    let again = stack.calls(&["up", "-d"]);
    assert_eq!(asked(&again), 0);
    assert!(again.len() <= 8 + 20, "{again:#?}");
    // What is new, changed, or goes by the age of its image is looked at.
    fs::write(
        stack.folder.path().join("compose.yaml"),
        text.replace("{image: 'image1'}", "{image: 'image1', tty: true}")
            .replace("{image: 'image2'}", "{image: 'another'}")
            .replace(
                "{image: 'image3'}",
                "{image: 'image3', pull_policy: every_1h}",
            )
            + "  new: {image: 'image4'}\n",
    )
    .expect("a file");
    assert_eq!(asked(&stack.calls(&["--dry-run", "up"])), 4);
}

#[test]
fn memory_and_time_of_a_plan_and_of_a_start_grow_no_faster_than_the_stack() {
    // Four times the edges each; what grew with the square would take up to sixteen times as much.
    for (small, large) in [(three_each(200), three_each(800)), (dense(80), dense(160))] {
        let [small, large] = [small, large].map(|text| Stack::new("1.48", &text));
        for args in [&["--dry-run", "up"][..], &["up", "-d"], &["up", "-d"]] {
            assert_growth(4.0, &small.cost(args), &large.cost(args));
        }
    }
}
