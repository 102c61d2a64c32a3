//! Someone who reads an example's page and types what it says, word by word and in that order.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;

use crate::support::engine::{Ran, Running, Stack, address, free_port, http};

/// How a line begins that is typed; another line of code is what will be seen.
const PROGRAMS: [&str; 6] = ["windlass", "curl", "docker", "cd", "echo", "sed"];

/// A line of a page that is typed, and the lines that the page says will then be seen.
struct Step {
    line: String,
    seen: Vec<String>,
}

/// A reader of one page, with a copy of the example's folder and a project of a name of its own.
pub(super) struct Reader {
    /// The copy; whatever happens, nothing of it stays on the engine.
    pub(super) stack: Stack,
    example: String,
    steps: Vec<Step>,
    at: Cell<usize>,
    folder: RefCell<String>,
    /// What stands on the page, and what it is here: names of containers.
    names: Vec<(String, String)>,
    ports: Vec<(u16, u16)>,
}

impl Reader {
    /// A reader at the top of the page.
    pub(super) fn of(example: &str) -> Self {
        let stack = Stack::of_example(&format!("ex-{example}"), example);
        let page = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(example)
            .join("README.md");
        let steps = steps(&fs::read_to_string(page).expect("a page"));
        let project = stack.project();
        let names = vec![
            (format!(" {example}-"), format!(" {project}-")),
            (format!("={example}"), format!("={project}")),
        ];
        Self {
            example: example.to_owned(),
            steps,
            at: Cell::new(0),
            folder: RefCell::default(),
            names,
            ports: Vec::new(),
            stack,
        }
    }

    /// The variable that sets the port which the page names, to one that is free.
    pub(super) fn port(mut self, variable: &str, on_page: u16) -> Self {
        let port = free_port();
        self.ports.push((on_page, port));
        self.stack = self.stack.env(variable, &port.to_string());
        self
    }

    /// The variable that sets a name which the page has, to one of its own.
    pub(super) fn name(mut self, variable: &str, on_page: &str) -> Self {
        let name = format!("{}-{on_page}", self.stack.project());
        self.names
            .push((format!(" {on_page} "), format!(" {name} ")));
        self.stack = self.stack.env(variable, &name);
        self
    }

    /// The port that stands for the page's.
    #[track_caller]
    pub(super) fn port_of(&self, on_page: u16) -> u16 {
        let found = self.ports.iter().find(|(known, _)| *known == on_page);
        found.expect("a port of the page").1
    }

    /// What is answered at a port of the page.
    #[track_caller]
    pub(super) fn browses(&self, on_page: u16) -> String {
        let answer = http("GET", self.port_of(on_page), "/", "");
        let Some((200, body)) = answer else {
            panic!("port {on_page} answers {answer:?}");
        };
        body
    }

    /// The next line of the page, which is this one.
    #[track_caller]
    fn step(&self, line: &str) -> &Step {
        let at = self.at.replace(self.at.get() + 1);
        let next = self.steps.get(at).map(|step| step.line.as_str());
        assert_eq!(next, Some(line), "the next line of {}", self.example);
        &self.steps[at]
    }

    /// A text of the page as it is here.
    fn here(&self, text: &str) -> String {
        let named = self
            .names
            .iter()
            .fold(format!("{text} "), |text, (page, name)| {
                text.replace(page, name)
            });
        let text = self.ports.iter().fold(named, |text, (page, port)| {
            text.replace(&format!(":{page}"), &format!(":{port}"))
        });
        text.trim_end().to_owned()
    }

    /// A line as it is typed here: the engine's ports may be another machine's.
    fn typed(&self, line: &str) -> String {
        self.here(line)
            .replace("http://127.0.0.1", &format!("http://{}", address()))
    }

    /// Goes to another folder, as the page says.
    #[track_caller]
    pub(super) fn goes(&self, line: &str) {
        let folder = self.step(line).line.strip_prefix("cd ").expect("a folder");
        let top = format!("examples/{}", self.example);
        let mut at = self.folder.borrow_mut();
        *at = match folder.strip_prefix(&top) {
            Some(below) => below.trim_start_matches('/').to_owned(),
            None => format!("{at}/{folder}").trim_start_matches('/').to_owned(),
        };
        let path = self.stack.path(&at);
        assert!(path.is_dir(), "{line}: there is no {}", path.display());
    }

    /// Types the next line of the page, whatever comes of it; sees what the page says.
    #[track_caller]
    pub(super) fn tries(&self, line: &str) -> Ran {
        let step = self.step(line);
        let line = self.typed(line);
        let ran = Running::start(self.stack.shell(&self.folder.borrow(), &line)).end();
        let both = ran.both();
        for seen in &step.seen {
            let seen = self.here(seen);
            assert!(both.contains(&seen), "{line}: `{seen}` is not in\n{both}");
        }
        ran
    }

    /// Types the next line of the page, which has to succeed; answers what it printed.
    #[track_caller]
    pub(super) fn types(&self, line: &str) -> String {
        let ran = self.tries(line);
        assert_eq!(ran.status, 0, "{line}:\n{}", ran.both());
        ran.stdout
    }

    /// Types the next line of the page, which has to fail; answers what it said.
    #[track_caller]
    pub(super) fn fails(&self, line: &str) -> String {
        let ran = self.tries(line);
        assert_ne!(ran.status, 0, "{line}:\n{}", ran.both());
        ran.both()
    }

    /// Types the next line of the page, which doesn't end by itself; sees what the page says.
    #[track_caller]
    pub(super) fn follows(&self, line: &str) -> Running {
        let step = self.step(line);
        let line = format!("exec {}", self.typed(line));
        let mut running = Running::start(self.stack.shell(&self.folder.borrow(), &line));
        for seen in &step.seen {
            running.until(&self.here(seen));
        }
        running
    }

    /// The page is at its end, and nothing of what it made is left: containers, networks, volumes, images.
    #[track_caller]
    pub(super) fn leaves(self) {
        let left: Vec<_> = self.steps.iter().skip(self.at.get()).collect();
        let left: Vec<_> = left.iter().map(|step| step.line.as_str()).collect();
        assert_eq!(left, [""; 0], "lines of {} nobody typed", self.example);
        assert_eq!(self.stack.states(), [""; 0]);
        assert_eq!(self.stack.resources(), [""; 0]);
        assert_eq!(self.stack.images(), [""; 0]);
    }
}

/// The lines of a page that are typed, with what will be seen.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("    ")) {
        let first = line.split(' ').find(|word| !word.contains('='));
        if first.is_some_and(|word| PROGRAMS.contains(&word)) {
            steps.push(Step {
                line: line.to_owned(),
                seen: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            step.seen.push(line.to_owned());
        } else {
            panic!("`{line}` is seen before anything is typed");
        }
    }
    assert!(!steps.is_empty(), "a page without a line to type");
    steps
}
