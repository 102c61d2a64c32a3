//! Commands run in containers, health tests among them.

use std::time::Duration;

use windlass::engine::{EngineError, NewExec};
use windlass::model::NewContainer;
use windlass::state::{HealthTest, Status};

use super::{Test, World, no_container};

pub(super) struct ExecRun {
    container: String,
    name: String,
    is_look: bool,
    /// A command with a script of its own.
    command: Option<String>,
    code: Option<i64>,
}

impl World {
    /// How a container without a script of its own is tested: in vain.
    pub(crate) fn test(&self, name: &str) -> Test {
        let in_vain = Test {
            takes: Duration::ZERO,
            code: 1,
            output: "",
        };
        self.tests.get(name).copied().unwrap_or(in_vain)
    }

    pub(crate) fn create_exec(&mut self, id: &str, exec: &NewExec) -> Result<String, EngineError> {
        let container = self.find(id).ok_or_else(|| no_container(id))?;
        if container.status != Status::Running {
            let words = format!("container {id} is {}", container.status.as_str());
            return Err(EngineError::Conflict(words));
        }
        let run = ExecRun {
            container: container.id.clone(),
            name: container.name.clone(),
            is_look: exec.command[0] == "cat",
            command: Some(exec.command.join(" ")).filter(|text| self.commands.contains_key(text)),
            code: None,
        };
        self.execs.push(run);
        Ok((self.execs.len() - 1).to_string())
    }

    /// The container's name, and whether it is a look at its sockets.
    pub(crate) fn exec(&self, exec: &str) -> (String, bool) {
        let run = &self.execs[exec.parse::<usize>().unwrap()];
        (run.name.clone(), run.is_look)
    }

    /// The scripted command of an exec, and what it does.
    pub(crate) fn command(&self, exec: &str) -> Option<(String, Test)> {
        let run = &self.execs[exec.parse::<usize>().unwrap()];
        let command = run.command.as_ref()?;
        Some((command.clone(), self.commands[command]))
    }

    pub(crate) fn end_exec(&mut self, exec: &str) -> String {
        let index = exec.parse::<usize>().unwrap();
        let run = &self.execs[index];
        let (code, output) = if let Some((_, command)) = self.command(exec) {
            (command.code, command.output.to_owned())
        } else if run.is_look {
            let text = self.sockets(&run.container).map(|sockets| &sockets.text);
            // As where IPv6 is missing: a table, and failure all the same. No table: no such program.
            let has_cat = !self.lacks_cat;
            (1, text.filter(|_| has_cat).cloned().unwrap_or_default())
        } else {
            let test = self.test(&run.name);
            (test.code, test.output.to_owned())
        };
        self.execs[index].code = Some(code);
        output
    }

    pub(crate) fn exit_code(&self, exec: &str) -> Option<i64> {
        self.execs[exec.parse::<usize>().unwrap()].code
    }

    pub(crate) fn health_test(&self, new: &NewContainer, id: &str) -> Option<HealthTest> {
        if !self.tested.iter().any(|tested| tested == id) {
            return None;
        }
        let own = new.spec.healthcheck.clone().unwrap_or_default();
        let time = |time: Option<windlass::model::Duration>, default: u64| {
            let nanos = time.and_then(|time| u64::try_from(time.nanos()).ok());
            nanos.map_or(Duration::from_secs(default), Duration::from_nanos)
        };
        Some(HealthTest {
            command: vec!["true".into()],
            interval: time(own.interval, 30),
            timeout: time(own.timeout, 30),
            start_period: time(own.start_period, 0),
            retries: own.retries.unwrap_or(3),
        })
    }
}
