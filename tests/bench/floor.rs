//! The floor: a stack that stood once is made again with the bare engine calls, each as early as the engine allows.
//! It reads no stack file, plans nothing, compares nothing and shows nothing: what is slower than it pays for that, what
//! is faster has found a fault of it.

mod engine;
mod logs;
mod recording;
mod sockets;

use std::time::Duration;

use futures_util::future::{join_all, try_join, try_join_all};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::sync::watch::{Receiver, Sender, channel};

pub(crate) use engine::Engine;
pub(crate) use logs::logs;
use recording::Container;
pub(crate) use recording::{Limits, Recording};

/// The pause before a test that failed is run again, and between two looks at an exec that has ended.
const PAUSE: Duration = Duration::from_millis(2);

/// Whatever goes wrong ends the benchmark, and is shown.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How far a service has come.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Stage {
    Made,
    Started,
    Ready,
}

/// Makes and starts everything; ends when every service is ready.
pub(crate) async fn up(engine: &Engine, recording: &Recording) -> Result<()> {
    let volumes = recording.volumes.iter();
    try_join_all(volumes.map(|body| engine.post("/volumes/create", Some(body)))).await?;
    let networks = recording.networks.iter();
    let networks = try_join_all(networks.map(|body| network(engine, body)));
    // A container is made beside its network: the engine needs that at the start only.
    let containers = recording.containers.iter();
    let containers = try_join_all(containers.map(|container| create(engine, container)));
    let stages: Vec<_> = recording
        .containers
        .iter()
        .map(|_| channel(Stage::Made))
        .collect();
    let (_, ids) = try_join(networks, containers).await?;
    let turns = Semaphore::new(recording.limits.starts);
    let runs = recording.containers.iter().zip(&ids).zip(&stages);
    let runs = runs.map(|((container, id), (stage, _))| {
        let before = container.after.iter().flat_map(|(service, ready)| {
            let wanted = if *ready { Stage::Ready } else { Stage::Started };
            let others = recording.containers.iter().zip(&stages);
            let others = others.filter(move |(other, _)| other.service == *service);
            others.map(move |(_, (_, seen))| (seen.clone(), wanted))
        });
        run(engine, &turns, container, id, stage, before.collect())
    });
    try_join_all(runs).await?;
    Ok(())
}

/// Stops and removes everything but the volumes that stay.
pub(crate) async fn down(engine: &Engine, recording: &Recording) -> Result<()> {
    let turns = Semaphore::new(recording.limits.stops);
    let containers = recording.containers.iter();
    // What is not there need not be removed.
    join_all(containers.map(async |Container { name, .. }| {
        let _turn = turns.acquire().await;
        let _ = engine.post(&format!("/containers/{name}/stop"), None).await;
        let _ = engine.delete(&format!("/containers/{name}?force=1")).await;
    }))
    .await;
    let networks = recording.networks.iter().map(|body| ("networks", body));
    let volumes = recording.volumes.iter().map(|body| ("volumes", body));
    join_all(networks.chain(volumes).map(async |(kind, body)| {
        let name = body["Name"].as_str().unwrap_or_default();
        let _ = engine.delete(&format!("/{kind}/{name}")).await;
    }))
    .await;
    Ok(())
}

/// Makes a network. Engine 20.10 sometimes counts endpoints of containers that are gone, and keeps a network of which it
/// does: it is there, then.
async fn network(engine: &Engine, body: &Value) -> Result<()> {
    match engine.post("/networks/create", Some(body)).await {
        Err(error) if error.to_string().contains("409 Conflict") => Ok(()),
        made => made.map(drop),
    }
}

async fn create(engine: &Engine, container: &Container) -> Result<String> {
    let path = format!("/containers/create?name={}", container.name);
    id(&engine.post(&path, Some(&container.body)).await?)
}

/// Waits until no container of the project runs.
pub(crate) async fn ended(engine: &Engine, project: &str) -> Result<()> {
    for container in recording::containers(engine, project).await? {
        let id = container["Id"].as_str().unwrap_or_default();
        engine.post(&format!("/containers/{id}/wait"), None).await?;
    }
    Ok(())
}

/// Fails where a service of the project was started more than once, or where its test does not pass right now.
pub(crate) async fn came_up_once(engine: &Engine, project: &str, service: &str) -> Result<()> {
    for inspected in recording::containers(engine, project).await? {
        let container = Container::of(&inspected, None);
        if container.service != service {
            continue;
        }
        let restarts = &inspected["RestartCount"];
        if *restarts != 0 || inspected["State"]["Running"] != true {
            let state = &inspected["State"]["Status"];
            return Err(format!("{service} is {state} and was restarted {restarts} times").into());
        }
        let id = inspected["Id"].as_str().unwrap_or_default();
        let exec = prepare(engine, &container, id).await?;
        if !passes(engine, &exec).await? {
            return Err(format!("the test of {service} does not pass").into());
        }
    }
    Ok(())
}

/// Starts a container after those that come before it, and waits until it is ready.
async fn run(
    engine: &Engine,
    turns: &Semaphore,
    container: &Container,
    id: &str,
    stage: &Sender<Stage>,
    before: Vec<(Receiver<Stage>, Stage)>,
) -> Result<()> {
    try_join_all(
        before.into_iter().map(async |(mut seen, wanted)| {
            seen.wait_for(|stage| *stage >= wanted).await.map(drop)
        }),
    )
    .await?;
    {
        let _turn = turns.acquire().await?;
        engine
            .post(&format!("/containers/{id}/start"), None)
            .await?;
    }
    stage.send_replace(Stage::Started);
    if !container.test.is_empty() || !container.ports.is_empty() {
        ready(engine, container, id).await?;
    }
    stage.send_replace(Stage::Ready);
    Ok(())
}

/// Waits until all ports listen, and the test passes after that where there is one.
async fn ready(engine: &Engine, container: &Container, id: &str) -> Result<()> {
    let listening = async {
        let inspected = engine.get(&format!("/containers/{id}/json")).await?;
        let pid = inspected["State"]["Pid"].as_u64().unwrap_or_default();
        if pid == 0 {
            return Err(format!("{} has ended", container.name).into());
        }
        sockets::listening(pid, &container.ports).await;
        Ok(())
    };
    if container.test.is_empty() {
        return listening.await;
    }
    // The exec is made while the ports are looked for.
    let (mut exec, ()) = try_join(prepare(engine, container, id), listening).await?;
    while !passes(engine, &exec).await? {
        tokio::time::sleep(PAUSE).await;
        exec = prepare(engine, container, id).await?;
    }
    Ok(())
}

/// Makes an exec of the test; answers its id.
async fn prepare(engine: &Engine, container: &Container, container_id: &str) -> Result<String> {
    let path = format!("/containers/{container_id}/exec");
    let body = json!({ "AttachStdout": true, "AttachStderr": true, "Cmd": container.test });
    id(&engine.post(&path, Some(&body)).await?)
}

/// Runs a prepared test to its end.
async fn passes(engine: &Engine, exec: &str) -> Result<bool> {
    let body = json!({ "Detach": false, "Tty": false });
    engine
        .post(&format!("/exec/{exec}/start"), Some(&body))
        .await?;
    loop {
        let ended = engine.get(&format!("/exec/{exec}/json")).await?;
        if let Some(code) = ended["ExitCode"]
            .as_i64()
            .filter(|_| ended["Running"] == false)
        {
            return Ok(code == 0);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn id(answer: &Value) -> Result<String> {
    let id = answer["Id"].as_str();
    Ok(id.ok_or_else(|| format!("no id in {answer}"))?.to_owned())
}
