//! windlass dies (SIGKILL) before or after any one of its engine calls: the next run explains what it finds and
//! finishes, nothing half-named stays behind and no byte in a volume is lost.
//!
//! `make test` tries seeded points, `make soak` (`WINDLASS_SOAK=1`) all of them; `WINDLASS_SEED` chooses others.

use crate::support::engine::{Proxy, Ran, Side, Stack, host};

/// Eight services, four volumes of a name, two without, two networks.
const FLEET: &str = "\
x-base: &base
  image: busybox
  command: sleep 1000
  init: true
  environment: {GENERATION: 1}
services:
  a: {<<: *base, volumes: ['one:/data']}
  b: {<<: *base, volumes: ['one:/data', &unnamed {type: volume, target: /own, volume: {labels: {fleet: PROJECT}}}]}
  c: {<<: *base, volumes: ['two:/data'], depends_on: [a]}
  d: {<<: *base, volumes: ['two:/data'], depends_on: [b, c], networks: [default, other]}
  e: {<<: *base, volumes: ['three:/data', *unnamed], networks: [other]}
  f: {<<: *base, volumes: ['three:/data'], depends_on: [e]}
  g: {<<: *base, volumes: ['four:/data'], depends_on: [f]}
  h: {<<: *base, volumes: ['four:/data'], depends_on: [g], networks: [other]}
networks: {other: {}}
volumes: {one: {}, two: {}, three: {}, four: {}}
";
const SERVICES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
/// What holds a file that must never be lost.
const KEPT: [(&str, &str); 6] = [
    ("a", "/data/kept"),
    ("b", "/own/kept"),
    ("d", "/data/kept"),
    ("e", "/own/kept"),
    ("f", "/data/kept"),
    ("h", "/data/kept"),
];
/// Points tried by `make test`, over up, recreate and down.
const POINTS: usize = 21;

struct Fleet {
    stack: Stack,
    proxy: Proxy,
    generation: usize,
}

impl Fleet {
    fn new(topic: &str) -> Self {
        let proxy = Proxy::to(&host());
        let stack = Stack::empty(topic);
        let file = FLEET.replace("PROJECT", stack.project());
        stack.file("stack.yaml", &file);
        Self {
            stack,
            proxy,
            generation: 1,
        }
    }

    /// Runs the program behind the proxy, to its end or to the point where it dies; answers how many calls it made.
    fn run(&self, args: &[&str], at: Option<(usize, Side)>) -> (Ran, Vec<String>) {
        let victim = self.proxy.aim(at);
        let mut command = self.stack.command(args);
        command.env("DOCKER_HOST", self.proxy.host());
        let mut running = crate::support::engine::Running::start(command);
        // Nobody listens where nothing is aimed at.
        let _ = victim.send(running.id());
        (running.end(), self.proxy.calls())
    }

    /// Kills a run at a point, and looks whether `plan` can explain what is left.
    fn killed(&self, args: &[&str], at: (usize, Side)) -> String {
        let (ran, calls) = self.run(args, Some(at));
        let call = calls.get(at.0 - 1).map_or("its end", String::as_str);
        let point = format!("{args:?} killed {:?} call {}: {call}", at.1, at.0);
        assert!(
            ran.status == -1 || calls.len() < at.0,
            "{point}:\n{}",
            ran.both()
        );
        let plan = self.stack.run(&["plan"]);
        assert!(
            matches!(plan.status, 0 | 2),
            "{point}:\n{}{}",
            ran.both(),
            plan.both()
        );
        point
    }

    /// The same command again finishes, and everything is as if nothing had happened.
    fn converges(&self, point: &str) {
        let again = self.stack.run(&["up", "-d"]);
        assert_eq!(again.status, 0, "{point}:\n{}", again.both());
        let wanted = SERVICES.map(|service| format!("{service}-1 running"));
        assert_eq!(self.stack.states(), wanted, "{point}:\n{}", again.both());
        let plan = self.stack.run(&["plan"]);
        assert_eq!(plan.status, 0, "{point}:\n{}", plan.both());
        let generation = format!("GENERATION={}", self.generation);
        for container in self.stack.containers() {
            let environment = container["Config"]["Env"].to_string();
            assert!(environment.contains(&generation), "{point}: {environment}");
        }
        assert_eq!(
            self.stack.resources(),
            ["default", "four", "one", "other", "three", "two"],
            "{point}"
        );
    }

    fn fill(&self) {
        for (service, path) in KEPT {
            let write = format!("test -e {path} || echo {service} > {path}");
            assert_eq!(self.stack.exec(service, &["sh", "-c", &write]).0, 0);
        }
    }

    /// No byte is lost; with `unnamed`, in the volumes without a name neither.
    fn kept(&self, point: &str, unnamed: bool) {
        for (service, path) in KEPT {
            if unnamed || path.starts_with("/data") {
                let read = self.stack.exec(service, &["cat", path]);
                assert_eq!(read, (0, format!("{service}\n")), "{point}: {path}");
            }
        }
    }

    fn unnamed(&self) -> usize {
        let filter = format!(
            "%7B%22label%22%3A%5B%22fleet%3D{}%22%5D%7D",
            self.stack.project()
        );
        let found = self.stack.api().get(&format!("volumes?filters={filter}"));
        found.map_or(0, |found| found["Volumes"].as_array().map_or(0, Vec::len))
    }

    fn next_generation(&mut self) {
        let (from, to) = (self.generation, self.generation + 1);
        self.stack.edit(
            "stack.yaml",
            &format!("GENERATION: {from}"),
            &format!("GENERATION: {to}"),
        );
        self.generation = to;
    }

    fn lowered(&self, point: &str) {
        let down = self.stack.run(&["down"]);
        assert_eq!(down.status, 0, "{point}:\n{}", down.both());
        assert_eq!(self.stack.states(), [""; 0], "{point}");
        assert_eq!(
            self.stack.resources(),
            ["four", "one", "three", "two"],
            "{point}"
        );
    }

    fn up(&mut self, at: (usize, Side)) {
        let point = self.killed(&["up", "-d"], at);
        self.converges(&point);
        self.fill();
        self.kept(&point, false);
    }

    fn recreate(&mut self, at: (usize, Side)) {
        let before = self.unnamed();
        assert!(before >= 2, "the volumes without a name are labelled");
        self.next_generation();
        let point = self.killed(&["up", "-d"], at);
        self.converges(&point);
        self.kept(&point, true);
        assert_eq!(self.unnamed(), before, "{point}: volumes without a name");
    }

    fn down(&mut self, at: (usize, Side)) {
        let point = self.killed(&["down"], at);
        // Either way on leads to the end: half of what was lowered is raised again first.
        if at.0.is_multiple_of(2) {
            self.converges(&point);
            self.kept(&point, false);
        }
        self.lowered(&point);
    }
}

/// The points of one command, in the order in which they are tried.
fn points(calls: usize, many: usize, seed: &mut u64) -> Vec<(usize, Side)> {
    let all: Vec<_> = (1..=calls)
        .flat_map(|call| [(call, Side::Before), (call, Side::After)])
        .collect();
    if std::env::var_os("WINDLASS_SOAK").is_some() {
        return all;
    }
    let next = |_| {
        // A linear congruential generator: the same points for the same seed, on every machine.
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let index = usize::try_from(*seed >> 33).unwrap_or_default() % all.len();
        all[index]
    };
    (0..many).map(next).collect()
}

#[test]
fn a_killed_run_is_finished_by_the_next_one() {
    let seed = std::env::var("WINDLASS_SEED").ok();
    let mut seed = seed.and_then(|seed| seed.parse().ok()).unwrap_or(5);
    let mut fleet = Fleet::new("crash");
    let calls = |ran: (Ran, Vec<String>)| {
        assert_eq!(ran.0.status, 0, "{}", ran.0.both());
        ran.1.len()
    };
    let up = calls(fleet.run(&["up", "-d"], None));
    fleet.fill();
    fleet.next_generation();
    let recreate = calls(fleet.run(&["up", "-d"], None));
    let down = calls(fleet.run(&["down"], None));

    let many = POINTS / 3;
    let mut ups = points(up, many, &mut seed).into_iter();
    let mut recreates = points(recreate, many, &mut seed).into_iter();
    let mut downs = points(down, many, &mut seed).into_iter();
    loop {
        let (up, recreate, down) = (ups.next(), recreates.next(), downs.next());
        if up.is_none() && recreate.is_none() && down.is_none() {
            break;
        }
        match up {
            Some(at) => fleet.up(at),
            None => fleet.converges("raised"),
        }
        fleet.fill();
        if let Some(at) = recreate {
            fleet.recreate(at);
        }
        match down {
            Some(at) => fleet.down(at),
            None if ups.len() > 0 => fleet.lowered("lowered"),
            // What is left to try are recreates, one after the other.
            None => {}
        }
    }
}
