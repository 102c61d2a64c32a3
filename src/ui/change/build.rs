//! Steps of builds, folded to one line: the step that runs, and what it prints.

use indexmap::IndexMap;

use crate::engine::BuildProgress;

/// The steps of one build that run, the oldest first, by their identifiers.
#[derive(Debug, Default)]
pub(super) struct Running(IndexMap<String, String>);

/// What to say of a build.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// News.
    News(String),
    /// What is overtaken soon.
    Passing(String),
}

impl Running {
    /// Takes progress in; what it has to say, if anything.
    pub(super) fn take(&mut self, progress: &BuildProgress) -> Option<Said> {
        match progress {
            BuildProgress::Builder(who) => Some(Said::News(format!("by {who}"))),
            BuildProgress::Step { id, name, cached } => {
                if !cached {
                    self.0.insert(id.clone(), name.clone());
                }
                let cached = if *cached { " (cached)" } else { "" };
                Some(Said::News(format!("{name}{cached}")))
            }
            BuildProgress::StepDone { id } => {
                self.0.shift_remove(id)?;
                // What goes on is told again in the place of what is over.
                let (_, name) = self.0.first()?;
                Some(Said::Passing(name.clone()))
            }
            BuildProgress::Output { id, text } => {
                let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
                // Of what is drawn over itself, only the last is seen.
                let line = line.trim_end().rsplit('\r').next().unwrap_or(line).trim();
                let step = id.as_ref().and_then(|id| self.0.get(id));
                let place = step.and_then(|name| name.find("] ").map(|end| &name[..=end]));
                Some(Said::Passing(match place {
                    Some(place) => format!("{place} {line}"),
                    None => line.to_owned(),
                }))
            }
            BuildProgress::Warning(text) => Some(Said::News(format!("warning: {text}"))),
            BuildProgress::Built { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_step_that_runs_is_told() {
        let mut running = Running::default();
        let step = |id: &str, name: &str, cached| BuildProgress::Step {
            id: id.into(),
            name: name.into(),
            cached,
        };
        let output = |id: Option<&str>, text: &str| BuildProgress::Output {
            id: id.map(str::to_owned),
            text: text.into(),
        };
        let done = |id: &str| BuildProgress::StepDone { id: id.into() };
        let news = |text: &str| Some(Said::News(text.into()));
        let passing = |text: &str| Some(Said::Passing(text.into()));
        let table = [
            (
                step("1", "[a 1/2] FROM x", true),
                news("[a 1/2] FROM x (cached)"),
            ),
            (done("1"), None),
            (
                step("2", "[a 2/2] RUN make", false),
                news("[a 2/2] RUN make"),
            ),
            (
                step("3", "[b 2/2] RUN test", false),
                news("[b 2/2] RUN test"),
            ),
            (output(Some("2"), "cc x\ncc y\n\n"), passing("[a 2/2] cc y")),
            (output(Some("3"), "10%\r20%\r\n"), passing("[b 2/2] 20%")),
            (output(None, "plain"), passing("plain")),
            (output(Some("3"), " \n"), None),
            (done("3"), passing("[a 2/2] RUN make")),
            (done("2"), None),
            (BuildProgress::Warning("old".into()), news("warning: old")),
            (BuildProgress::Built { id: "x".into() }, None),
        ];
        for (progress, said) in table {
            assert_eq!(running.take(&progress), said, "{progress:?}");
        }
    }
}
