//! What the engine tells while a plan is applied, and who is told.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::mpsc;

use crate::engine::{ContainerAction, Engine, EngineError, EngineEvent, Told};
use crate::plan::{Operation, Plan, StepId, Target};

/// The engine's events, from before the first step on; nothing to listen to where no step waits.
pub(super) async fn listen<'e, E: Engine>(
    engine: &'e E,
    plan: &Plan,
) -> Result<Told<'e, EngineEvent>, EngineError> {
    if !(0..plan.steps.len()).any(|id| is_wait(plan, id)) {
        return Ok(stream::pending().boxed_local());
    }
    let mut told = engine.events(&plan.project);
    match told.next().await {
        Some(Ok(_)) => {
            // The call after which nothing is missed; elsewhere a start comes before any wait.
            if let Some(container) = first_wait(plan) {
                engine.container(container).await?;
            }
            Ok(told)
        }
        Some(Err(error)) => Err(error),
        None => Err(EngineError::Disconnected {
            address: engine.about().address.clone(),
            why: "its event stream ended".to_owned(),
        }),
    }
}

/// A container that is waited for before anything else is done.
fn first_wait(plan: &Plan) -> Option<&str> {
    plan.steps.iter().find_map(|step| match &step.operation {
        Operation::Wait {
            target: Target::Existing(id),
            ..
        } if step.after.is_empty() => Some(id.as_str()),
        _ => None,
    })
}

fn is_wait(plan: &Plan, id: StepId) -> bool {
    matches!(plan.steps[id].operation, Operation::Wait { .. })
}

/// Brings what the engine tells of a container to those who wait for it, and to nobody else.
#[derive(Default)]
pub(super) struct Bus(HashMap<String, Vec<mpsc::UnboundedSender<ContainerAction>>>);

impl Bus {
    /// What happens to the container from now on.
    pub(super) fn subscribe(
        &mut self,
        container: &str,
    ) -> mpsc::UnboundedReceiver<ContainerAction> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let listeners = self.0.entry(container.to_owned()).or_default();
        listeners.push(sender);
        receiver
    }

    /// Hands an event on.
    pub(super) fn send(&mut self, event: EngineEvent) {
        let EngineEvent::Container { id, action, .. } = event else {
            return;
        };
        // Execs of health tests are told of too; they say nothing yet.
        if matches!(action, ContainerAction::Other(_)) {
            return;
        }
        if let Some(listeners) = self.0.get_mut(&id) {
            listeners.retain(|listener| listener.send(action.clone()).is_ok());
        }
    }
}
