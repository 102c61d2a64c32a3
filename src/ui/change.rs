//! Changes: a plan's events folded to what people want to follow, one update per resource and turn.

mod build;

use std::collections::{HashMap, HashSet};

use self::build::{Running, Said};
use crate::engine::PullProgress;
use crate::model::{Condition, HookKind, ProviderCommand};
use crate::plan::{ByResource, OnlyIf, Operation, Plan, Reason, Resource, StepId};
use crate::reconcile::{Event, Outcome, Progress};
use crate::state::Status;

/// How a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is going on.
    Working,
    /// It went well.
    Done,
    /// It went otherwise than asked, and that is no error.
    Warning,
    /// It failed.
    Error,
}

/// News of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The resource: `Container shop-db-1`; of a layer its short id.
    pub id: String,
    /// Of a layer: the image it belongs to.
    pub parent: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// The word for it, such as `Creating`.
    pub text: String,
    /// More about it; empty where there is nothing more.
    pub details: String,
    /// Bytes done, where they are counted.
    pub current: Option<u64>,
    /// Bytes in all, where they are known.
    pub total: Option<u64>,
    /// It will be overtaken by the next one: only live lines show it.
    pub passing: bool,
    /// It is said in full, on a line of its own that stays: live lines are cut at the terminal's width.
    pub aside: bool,
}

impl Update {
    fn new(resource: &Resource, standing: Standing, text: impl Into<String>) -> Self {
        Self {
            id: resource.to_string(),
            parent: None,
            standing,
            text: text.into(),
            details: String::new(),
            current: None,
            total: None,
            passing: false,
            aside: false,
        }
    }

    fn details(mut self, details: impl Into<String>) -> Self {
        self.details = details.into();
        self
    }

    fn passing(mut self) -> Self {
        self.passing = true;
        self
    }
}

/// Folds the events of one plan.
///
/// What replaces a container takes several steps, which show as one change: `Recreate`, then `Recreated`. What is said
/// already is not said again.
#[derive(Debug)]
pub struct Changes<'p> {
    plan: &'p Plan,
    others: ByResource<'p>,
    replacements: HashMap<StepId, usize>,
    /// Steps of each replacement that have not ended.
    open: Vec<usize>,
    /// Whether any step of a replacement did something.
    done: Vec<bool>,
    /// The last words on each resource.
    said: HashMap<String, (Standing, String, String)>,
    /// What runs of each build.
    builds: HashMap<StepId, Running>,
}

impl<'p> Changes<'p> {
    /// Begins with a plan of which nothing has happened.
    pub fn new(plan: &'p Plan) -> Self {
        let mut replacements = HashMap::new();
        let mut open = Vec::new();
        let mut groups: HashMap<&Resource, usize> = HashMap::new();
        for (id, step) in plan.steps.iter().enumerate() {
            if is_replacement(&step.operation, &step.reason) {
                let group = *groups.entry(&step.resource).or_insert_with(|| {
                    open.push(0);
                    open.len() - 1
                });
                open[group] += 1;
                replacements.insert(id, group);
            }
        }
        let done = vec![false; open.len()];
        Self {
            plan,
            others: ByResource::new(plan),
            replacements,
            open,
            done,
            said: HashMap::new(),
            builds: HashMap::new(),
        }
    }

    /// What is as it should be before anything begins.
    pub fn unchanged(&self) -> Vec<Update> {
        let planned: HashSet<_> = self.plan.steps.iter().map(|step| &step.resource).collect();
        self.plan
            .unchanged
            .iter()
            .filter(|unchanged| !planned.contains(&unchanged.resource))
            .map(|unchanged| {
                let text = in_state(&unchanged.status);
                Update::new(&unchanged.resource, Standing::Done, text)
            })
            .collect()
    }

    /// The news in an event, if people want to know.
    pub fn update(&mut self, event: &Event) -> Option<Update> {
        let update = match event {
            Event::Started { step } => self.started(*step),
            Event::Progress { step, progress } => self.progress(*step, progress),
            Event::Finished { step, outcome, .. } => self.finished(*step, outcome),
        }?;
        if update.passing {
            return Some(update);
        }
        let words = (update.standing, update.text.clone(), update.details.clone());
        match self.said.get(&update.id) {
            Some(said) if *said == words => None,
            // What failed stays failed: that its later steps are skipped is no news.
            Some((Standing::Error, ..)) if update.standing != Standing::Error => None,
            Some((Standing::Warning, text, _)) if *text == update.text => None,
            _ => {
                self.said.insert(update.id.clone(), words);
                Some(update)
            }
        }
    }

    fn started(&self, id: StepId) -> Option<Update> {
        let step = self.plan.steps.get(id)?;
        if self.replacements.contains_key(&id) {
            return Some(Update::new(&step.resource, Standing::Working, "Recreate"));
        }
        if is_clearing(&step.operation, &step.reason) {
            return None;
        }
        let update = Update::new(&step.resource, Standing::Working, working(&step.operation)?);
        Some(match (&step.operation, &step.reason) {
            (Operation::RunHook { kind, .. }, _) => {
                update.details(format!("{kind} hook")).passing()
            }
            (Operation::Wait { condition, .. }, Reason::NeededBy(service, _)) => {
                update.details(format!("until it is {condition}, for {service}"))
            }
            (Operation::Wait { condition, .. }, _) => {
                update.details(format!("until it is {condition}"))
            }
            _ => update,
        })
    }

    fn progress(&mut self, id: StepId, progress: &Progress) -> Option<Update> {
        let step = self.plan.steps.get(id)?;
        let word = working(&step.operation)?;
        let update = Update::new(&step.resource, Standing::Working, word);
        match progress {
            Progress::Pull(PullProgress {
                layer: Some(layer),
                status,
                current,
                total,
            }) => Some(Update {
                id: layer.clone(),
                parent: Some(step.resource.to_string()),
                standing: layer_standing(status),
                text: status.clone(),
                current: *current,
                total: *total,
                ..update.passing()
            }),
            Progress::Build(progress) => {
                match self.builds.entry(id).or_default().take(progress)? {
                    Said::News(details) => Some(update.details(details)),
                    Said::Passing(details) => Some(update.details(details).passing()),
                }
            }
            Progress::Pull(_)
            // A line of its own, which the narrator writes.
            | Progress::Output(_) => None,
            Progress::Health(health) => Some(
                update
                    .details(format!("it is {}", health.as_str()))
                    .passing(),
            ),
            Progress::Note(text) => Some(update.details(text)),
            // On a line of its own: what comes next of the resource must not hide it.
            Progress::Warning(text) => Some(Update {
                id: format!("Warning for {}", step.resource.name()),
                standing: Standing::Warning,
                text: text.clone(),
                aside: true,
                ..update
            }),
        }
    }

    /// What to say when a step of a replacement ended well.
    fn replaced(&self, id: StepId, group: usize) -> Option<Update> {
        if self.open[group] > 0 {
            return None;
        }
        let resource = &self.plan.steps.get(id)?.resource;
        if self.done[group] {
            return Some(Update::new(resource, Standing::Done, "Recreated"));
        }
        // The image turned out to be the same one: all is as it was, unless it is started next.
        let mut same = self.others.of(resource);
        let started = same.any(|(_, step)| matches!(step.only_if, Some(OnlyIf::Unchanged(_))));
        (!started).then(|| Update::new(resource, Standing::Done, "Running"))
    }

    fn finished(&mut self, id: StepId, outcome: &Outcome) -> Option<Update> {
        let step = self.plan.steps.get(id)?;
        if let Some(&group) = self.replacements.get(&id) {
            self.open[group] = self.open[group].saturating_sub(1);
            self.done[group] |= *outcome == Outcome::Done;
            if matches!(outcome, Outcome::Done | Outcome::NotNeeded) {
                return self.replaced(id, group);
            }
        }
        if is_clearing(&step.operation, &step.reason) && *outcome == Outcome::Done {
            return None;
        }
        let update = |standing, text: &str| Update::new(&step.resource, standing, text);
        match outcome {
            // Only live lines speak of a hook that ended well.
            Outcome::Done if matches!(step.operation, Operation::RunHook { .. }) => {
                Some(update(Standing::Done, done(&step.operation)?).passing())
            }
            Outcome::Done => Some(update(Standing::Done, done(&step.operation)?)),
            Outcome::NotNeeded => None,
            Outcome::Failed(why) => Some(update(Standing::Error, "Error").details(why)),
            Outcome::Tolerated(why) => Some(update(Standing::Warning, "Skipped:").details(why)),
            Outcome::Skipped { because } => {
                let cause = &self.plan.steps.get(*because)?.resource;
                (*cause != step.resource).then(|| {
                    update(Standing::Warning, "Skipped:").details(format!("{cause} failed"))
                })
            }
            Outcome::Interrupted => Some(update(Standing::Warning, "Interrupted")),
        }
    }
}

/// Whether a step is one of those that put a new container in the place of another.
pub(super) fn is_replacement(operation: &Operation, reason: &Reason) -> bool {
    match operation {
        Operation::CreateContainer { replaces, .. } => replaces.is_some(),
        Operation::StopContainer { .. } | Operation::RenameContainer { .. } => {
            *reason == Reason::Replaces
        }
        _ => false,
    }
}

/// Whether a step clears away the container that was replaced, which only concerns people if it fails.
pub(super) fn is_clearing(operation: &Operation, reason: &Reason) -> bool {
    matches!(operation, Operation::RemoveContainer { .. }) && *reason == Reason::Replaces
}

/// The word while a step runs; none for what people need not see.
fn working(operation: &Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::PullImage { .. } => "Pulling",
        Operation::PushImage => "Pushing",
        Operation::BuildImage(_) => "Building",
        Operation::PrepareModel(_) => "Preparing",
        Operation::RunProvider { command, .. } => match command {
            ProviderCommand::Up => "Creating",
            ProviderCommand::Down => "Removing",
            ProviderCommand::Stop => "Stopping",
        },
        Operation::CreateNetwork { .. }
        | Operation::CreateVolume { .. }
        | Operation::CreateContainer { .. } => "Creating",
        Operation::RemoveImage
        | Operation::RemoveNetwork { .. }
        | Operation::RemoveVolume
        | Operation::RemoveContainer { .. } => "Removing",
        Operation::UpdateContainer { .. }
        | Operation::ConnectNetwork { .. }
        | Operation::DisconnectNetwork { .. } => "Updating",
        Operation::StopContainer { .. }
        | Operation::RunHook {
            kind: HookKind::PreStop,
            ..
        } => "Stopping",
        Operation::RestartContainer { .. } => "Restarting",
        Operation::KillContainer { .. } => "Killing",
        Operation::StartContainer { .. } | Operation::RunHook { .. } => "Starting",
        // That it is started is told by the start itself.
        Operation::CopyFiles { .. }
        | Operation::PauseContainer { .. }
        | Operation::UnpauseContainer { .. }
        | Operation::RenameContainer { .. }
        | Operation::Wait {
            condition: Condition::ServiceStarted,
            ..
        } => return None,
        Operation::Wait { .. } => "Waiting",
    })
}

/// The word once a step is done; none for what people need not see.
fn done(operation: &Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::PullImage { .. } => "Pulled",
        Operation::PushImage => "Pushed",
        Operation::BuildImage(_) => "Built",
        Operation::PrepareModel(_) => "Prepared",
        Operation::RunProvider { command, .. } => match command {
            ProviderCommand::Up => "Created",
            ProviderCommand::Down => "Removed",
            ProviderCommand::Stop => "Stopped",
        },
        Operation::CreateNetwork { .. }
        | Operation::CreateVolume { .. }
        | Operation::CreateContainer { .. } => "Created",
        Operation::RemoveImage
        | Operation::RemoveNetwork { .. }
        | Operation::RemoveVolume
        | Operation::RemoveContainer { .. } => "Removed",
        Operation::UpdateContainer { .. }
        | Operation::ConnectNetwork { .. }
        | Operation::DisconnectNetwork { .. } => "Updated",
        Operation::StartContainer { .. }
        | Operation::RestartContainer { .. }
        | Operation::RunHook {
            kind: HookKind::PostStart,
            ..
        } => "Started",
        Operation::StopContainer { .. } => "Stopped",
        Operation::KillContainer { .. } => "Killed",
        Operation::PauseContainer { .. } => "Paused",
        Operation::UnpauseContainer { .. } => "Unpaused",
        Operation::Wait { condition, .. } => match condition {
            Condition::ServiceStarted => return None,
            Condition::ServiceHealthy => "Healthy",
            Condition::ServiceCompletedSuccessfully => "Exited",
        },
        Operation::CopyFiles { .. }
        | Operation::RunHook { .. }
        | Operation::RenameContainer { .. } => return None,
    })
}

/// The word for a container that nothing is done to.
fn in_state(status: &Status) -> &'static str {
    match status {
        Status::Created => "Created",
        Status::Exited | Status::Dead => "Exited",
        Status::Paused => "Paused",
        Status::Restarting => "Restarting",
        Status::Running | Status::Removing | Status::Other(_) => "Running",
    }
}

fn layer_standing(status: &str) -> Standing {
    match status {
        "Pull complete" | "Already exists" | "Pushed" | "Layer already exists" => Standing::Done,
        other if other.starts_with("Mounted from") => Standing::Done,
        _ => Standing::Working,
    }
}

#[cfg(test)]
pub(super) mod tests;
