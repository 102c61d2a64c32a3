//! The lines of the guide that lead from docker's commands to windlass's, each typed on a stack.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use regex::Regex;

use crate::support::engine::{Ran, Running, Stack, free_port, is_podman};

/// The guide's second table, and a stack to type its lines on.
struct Guide {
    stack: Stack,
    /// Lines that nobody has asked for: docker's command, and the commands of windlass beside it.
    lines: RefCell<Vec<(String, Vec<String>)>>,
}

impl Guide {
    fn of(stack: Stack) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/README.md");
        let text = fs::read_to_string(file).expect("a guide");
        let (_, table) = text
            .split_once("## From docker's commands to windlass's")
            .expect("a table");
        let row = Regex::new(r"(?m)^\| (`.*) \| (.*) \|$").unwrap();
        let command = Regex::new("`(windlass [^`]*)`").unwrap();
        let lines = row.captures_iter(table).map(|row| {
            let commands = command.captures_iter(&row[2]);
            let commands = commands.map(|command| command[1].to_owned()).collect();
            (row[1].replace('`', ""), commands)
        });
        let lines = RefCell::new(lines.collect());
        Self { stack, lines }
    }

    /// The commands beside docker's, about the service `web`.
    #[track_caller]
    fn line<const N: usize>(&self, by_hand: &str) -> [String; N] {
        let mut lines = self.lines.borrow_mut();
        let at = lines.iter().position(|(line, _)| line == by_hand);
        let at = at.unwrap_or_else(|| panic!("no line `{by_hand}`"));
        let name = format!("{}-copy", self.stack.project());
        let (_, commands) = lines.remove(at);
        let commands: Vec<_> = commands
            .iter()
            .map(|command| command.replace("SERVICE", "web").replace("NAME", &name))
            .collect();
        let said = format!("{by_hand}: {commands:?}");
        commands.try_into().unwrap_or_else(|_| panic!("{said}"))
    }

    /// Types a line, which has to succeed.
    #[track_caller]
    fn types(&self, line: &str) -> Ran {
        let ran = Running::start(self.stack.shell("", line)).end();
        assert_eq!(ran.status, 0, "{line}:\n{}", ran.both());
        ran
    }

    /// Types a line that doesn't end by itself, and presses Ctrl-C where a line of its output has the text.
    #[track_caller]
    fn types_until(&self, line: &str, text: &str) {
        let command = self.stack.shell("", &format!("exec {line}"));
        Running::start(command).until(text).interrupt().end();
    }

    /// Whether the engine has the image that the stack builds.
    fn has_image(&self) -> bool {
        let path = format!("images/{}-image/json", self.stack.project());
        self.stack.api().get(&path).is_some()
    }
}

const FILE: &str = r#"services:
  web:
    build: {context: ., dockerfile_inline: "FROM busybox"}
    image: PROJECT-image
    command: ["sh", "-c", "trap exit TERM; echo ready; while :; do sleep 3600 & wait $$!; done"]
    init: true
    ports: ["PORT:80"]
    volumes: ["pages:/pages"]
    networks: [default]
volumes: {pages: }
networks: {sky_net: }
"#;

#[test]
fn every_line_of_the_guide_does_what_dockers_command_does() {
    let stack = Stack::empty("guide");
    let port = free_port();
    let file = FILE.replace("PROJECT", stack.project());
    stack.file("stack.yaml", &file.replace("PORT", &port.to_string()));
    let guide = Guide::of(stack);

    images(&guide);
    one_container(&guide);
    what_changes_while_it_goes_on(&guide);
    what_stays_and_what_goes(&guide);

    // What stays docker's own is said, and is no command here.
    for line in ["docker login", "docker tag ID NAME"] {
        let []: [String; 0] = guide.line(line);
    }
    for command in ["login", "tag", "system"] {
        guide.stack.fails(1, &[command]).says(&[command]);
    }
    let left = guide.lines.borrow();
    let left: Vec<_> = left.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(left, [""; 0], "lines of the guide that nobody has typed");
    assert_eq!(guide.stack.states(), [""; 0]);
    assert_eq!(guide.stack.resources(), [""; 0]);
    assert_eq!(guide.stack.images(), [""; 0]);
}

fn images(guide: &Guide) {
    let [build] = guide.line("docker build -t NAME .");
    assert!(!guide.has_image());
    guide.types(&build);
    assert!(guide.has_image());
    let image = format!("{}-image", guide.stack.project());
    let [pull, push] = guide.line("docker pull, docker push");
    for (line, does) in [(pull, "pull"), (push, "push")] {
        let planned = guide.types(&format!("{line} --dry-run"));
        planned.prints(&[does, &image]);
    }
}

fn one_container(guide: &Guide) {
    let stack = &guide.stack;
    let [up] = guide.line("docker run -d IMAGE");
    guide.types(&up);
    assert_eq!(stack.states(), ["web-1 running"]);
    let [run] = guide.line("docker run --rm -it IMAGE sh");
    assert_eq!(
        guide
            .types(&format!("echo 'echo $HOSTNAME' | {run}"))
            .stdout
            .lines()
            .count(),
        1
    );
    assert_eq!(
        stack.states(),
        ["web-1 running"],
        "another one came and went"
    );

    let [list, projects] = guide.line("docker ps -a");
    guide.types(&list).prints(&["-web-1"]);
    guide.types(&projects).prints(&[stack.project()]);
    let [exec] = guide.line("docker exec -it ID sh");
    guide.types(&format!("echo 'echo kept > /path' | {exec}"));
    let [copy] = guide.line("docker cp ID:/path .");
    guide.types(&copy);
    assert_eq!(fs::read_to_string(stack.path("path")).unwrap(), "kept\n");
    let [commit] = guide.line("docker commit ID NAME");
    guide.types(&commit);
    let made = format!("images/{}-copy", stack.project());
    assert!(stack.api().get(&format!("{made}/json")).is_some());
    stack.api().delete(&made);

    let [logs] = guide.line("docker logs -f ID");
    guide.types_until(&logs, "ready");
    let [stats, top] = guide.line("docker stats, docker top ID");
    guide.types_until(&stats, "-web-1");
    guide.types(&top).prints(&["sleep 3600"]);
    let [port] = guide.line("docker port ID 80");
    guide.types(&port).prints(&["0.0.0.0:"]);
    let [images] = guide.line("docker images");
    guide.types(&images).prints(&["-image"]);
    let [config] = guide.line("docker inspect ID");
    guide.types(&config).prints(&["target: /pages"]);

    let [stop, start, restart] = guide.line("docker stop ID, docker start ID, docker restart ID");
    guide.types(&stop);
    assert_eq!(stack.states(), ["web-1 exited"]);
    guide.types(&start);
    assert_eq!(stack.states(), ["web-1 running"]);
    let since = stack.container("web")["State"]["StartedAt"].to_string();
    guide.types(&restart);
    assert_ne!(
        stack.container("web")["State"]["StartedAt"].to_string(),
        since
    );
}

fn what_changes_while_it_goes_on(guide: &Guide) {
    let stack = &guide.stack;
    let id = stack.id("web");
    let [up] = guide.line("docker network connect, docker network disconnect");
    stack.edit("stack.yaml", "[default]", "[default, sky_net]");
    guide.types(&up);
    let networks =
        |stack: &Stack| stack.container("web")["NetworkSettings"]["Networks"].to_string();
    assert!(networks(stack).contains("_sky_net"));
    stack.edit("stack.yaml", "[default, sky_net]", "[default]");
    guide.types(&up);
    assert!(!networks(stack).contains("_sky_net"));
    assert_eq!(stack.id("web"), id);

    let [up] = guide.line("docker update --memory 128m ID");
    stack.edit(
        "stack.yaml",
        "    init: true",
        "    init: true\n    mem_limit: 128m",
    );
    guide.types(&up);
    assert_eq!(stack.container("web")["HostConfig"]["Memory"], 128 << 20);
    // Podman cannot change a limit of what runs.
    assert!(is_podman() || stack.id("web") == id);
}

fn what_stays_and_what_goes(guide: &Guide) {
    let stack = &guide.stack;
    let [list, inspect] = guide.line("docker volume ls, docker volume inspect pages");
    guide.types(&list).prints(&["_pages"]);
    guide.types(&inspect).prints(&["Mountpoint"]);
    let [remove, down] = guide.line("docker rm -f ID");
    guide.types(&remove);
    assert_eq!(stack.states(), [""; 0]);
    guide.types(&down);
    assert_eq!(stack.resources(), ["pages"]);
    let [down] = guide.line("docker volume rm pages");
    guide.types(&down);
    assert_eq!(stack.resources(), [""; 0]);

    stack.edit("stack.yaml", "[default]", "[sky_net]");
    for line in [
        "docker volume create pages",
        "docker network create sky_net",
    ] {
        let [up] = guide.line(line);
        guide.types_until(&up, "ready");
        assert_eq!(stack.resources(), ["pages", "sky_net"]);
        stack.ok(&["down", "-v"]);
    }
    let [down] = guide.line("docker rmi NAME");
    guide.types(&down);
    assert!(!guide.has_image());

    stack.ok(&["up", "-d"]);
    let [down] = guide.line("docker system prune");
    guide.types(&down);
}
