//! What the classic builder, and Podman's, tell while they build: text.

use super::buildkit::Tail;
use crate::engine::BuildProgress;

/// The classic builder's text: `Step 2/3 : RUN x`, then what the step prints.
#[derive(Default)]
pub(super) struct Classic {
    /// Number and name of the step that runs.
    step: Option<(String, String)>,
    output: Tail,
}

impl Classic {
    /// The identifier of the step that runs.
    pub(super) fn current(&self) -> Option<String> {
        self.step.as_ref().map(|(id, _)| id.clone())
    }

    /// The name and last lines of the step that runs: where the build fails it is that one.
    pub(super) fn failed_step(&self) -> Option<(String, Vec<String>)> {
        self.step
            .as_ref()
            .map(|(_, name)| (name.clone(), self.output.lines()))
    }

    /// What a piece of the text says.
    pub(super) fn read(&mut self, text: &str) -> Vec<BuildProgress> {
        // The builder colours what a step writes to standard error.
        let text = text.replace("\u{1b}[91m", "").replace("\u{1b}[0m", "");
        if let Some((place, instruction)) = step_line(&text) {
            let id = place.rsplit_once('/').map_or(place.as_str(), |(id, _)| id);
            let id = id.to_owned();
            let name = format!("[{place}] {}", instruction.trim_end());
            let before = self.step.replace((id.clone(), name.clone()));
            self.output.clear();
            let done = before.map(|(id, _)| BuildProgress::StepDone { id });
            return done
                .into_iter()
                .chain([BuildProgress::Step {
                    id,
                    name,
                    cached: false,
                }])
                .collect();
        }
        if let Some((id, name)) = self.step.clone().filter(|_| is_cache_line(&text)) {
            return vec![BuildProgress::Step {
                id,
                name,
                cached: true,
            }];
        }
        if is_layer_line(&text) || is_housekeeping(&text) {
            return Vec::new();
        }
        if let Some(warning) = text.strip_prefix("[Warning] ") {
            return vec![BuildProgress::Warning(warning.trim_end().to_owned())];
        }
        self.output.push(&text);
        vec![BuildProgress::Output {
            id: self.current(),
            text,
        }]
    }
}

/// `Step 1/2 : RUN x` of Docker, `STEP 1/2: RUN x` of Podman, and `[2/3] STEP 1/2: RUN x` of the second of several
/// stages: the place and the instruction.
fn step_line(text: &str) -> Option<(String, &str)> {
    let (stage, step) = match text
        .strip_prefix('[')
        .and_then(|text| text.split_once("] "))
    {
        Some((stage, step)) if step.starts_with("STEP ") => (Some(stage), step),
        _ => (None, text),
    };
    let docker = || step.strip_prefix("Step ")?.split_once(" : ");
    let podman = || step.strip_prefix("STEP ")?.split_once(": ");
    let (place, instruction) = docker().or_else(podman)?;
    // As BuildKit counts them: from 0.
    let number = stage.and_then(|stage| stage.split('/').next()?.parse::<usize>().ok());
    let place = match number.and_then(|number| number.checked_sub(1)) {
        Some(number) => format!("stage-{number} {place}"),
        None => place.to_owned(),
    };
    Some((place, instruction))
}

/// `---> 0123` of Docker, `--> 0123` of Podman: the layer that a step made.
fn is_layer_line(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("---> ") || text.starts_with("--> ")
}

/// What the builder says of itself, not the step.
fn is_housekeeping(text: &str) -> bool {
    const WORDS: [&str; 3] = [
        "Removing intermediate container ",
        "Successfully built ",
        "Successfully tagged ",
    ];
    text.trim().is_empty() || WORDS.iter().any(|words| text.starts_with(words))
}

fn is_cache_line(text: &str) -> bool {
    is_layer_line(text) && text.contains("> Using cache")
}
