//! The calls of the scripted engine: each with its text and its effect.

use futures_util::{FutureExt, StreamExt, stream};
use indexmap::IndexMap;
use tokio::sync::mpsc;
use windlass::engine::sockets::{SocketCounts, SocketTable};
use windlass::engine::{
    About, BuildProgress, CopiedPath, Created, Engine, EngineError, EngineEvent, LogChunk,
    LogOptions, NewExec, PullProgress, Told,
};
use windlass::model::{
    ContainerFile, Endpoint, ImageBuild, Limits, Network, NewContainer, ProjectName, Volume,
};
use windlass::state::{
    Container, Image, NetworkState, Question, Surroundings, VolumeState, VolumeUser,
};

use super::world::World;
use super::{FakeEngine, Happening};

impl Engine for FakeEngine {
    fn about(&self) -> &About {
        &self.about
    }

    async fn containers(&self, project: &ProjectName) -> Result<Vec<Container>, EngineError> {
        let effect = |world: &mut World| Ok(world.containers_of(project));
        self.call("list containers".into(), effect).await
    }

    async fn container(&self, id: &str) -> Result<Option<Container>, EngineError> {
        let text = format!("inspect {}", self.name_of(id));
        self.call(text, |world| Ok(world.find(id).cloned())).await
    }

    async fn create_container(&self, container: &NewContainer) -> Result<Created, EngineError> {
        let text = format!("create {}", container.name);
        let id = self.call(text, |world| world.create(container)).await?;
        Ok(Created {
            id,
            warnings: Vec::new(),
        })
    }

    async fn copy_files(&self, id: &str, files: &[ContainerFile]) -> Result<(), EngineError> {
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let text = format!("copy {} {}", paths.join(" "), self.name_of(id));
        self.call(text, |_| Ok(())).await
    }

    async fn copy_paths(
        &self,
        id: &str,
        paths: &[CopiedPath],
        _: Option<(u32, u32)>,
    ) -> Result<(), EngineError> {
        let paths: Vec<&str> = paths.iter().map(|path| path.to.as_str()).collect();
        let text = format!("copy {} to {}", paths.join(" "), self.name_of(id));
        self.call(text, |_| Ok(())).await
    }

    async fn start_container(&self, id: &str) -> Result<(), EngineError> {
        let text = format!("start {}", self.name_of(id));
        self.call(text, |world| world.start(id)).await
    }

    async fn stop_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        let name = self.name_of(id);
        let text = match timeout {
            Some(seconds) => format!("stop -t{seconds} {name}"),
            None => format!("stop {name}"),
        };
        self.call(text, |world| {
            world.happen(id, &Happening::Exit(143));
            Ok(())
        })
        .await
    }

    async fn restart_container(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        let name = self.name_of(id);
        let text = match timeout {
            Some(seconds) => format!("restart -t{seconds} {name}"),
            None => format!("restart {name}"),
        };
        self.call(text, |world| {
            world.happen(id, &Happening::Exit(143));
            world.start(id)
        })
        .await
    }

    async fn kill_container(&self, id: &str, signal: Option<&str>) -> Result<(), EngineError> {
        let text = format!("kill -{} {}", signal.unwrap_or("KILL"), self.name_of(id));
        self.call(text, |world| {
            world.happen(id, &Happening::Exit(137));
            Ok(())
        })
        .await
    }

    async fn pause_container(&self, id: &str) -> Result<(), EngineError> {
        let text = format!("pause {}", self.name_of(id));
        self.call(text, |world| {
            world.happen(id, &Happening::Pause);
            Ok(())
        })
        .await
    }

    async fn unpause_container(&self, id: &str) -> Result<(), EngineError> {
        let text = format!("unpause {}", self.name_of(id));
        self.call(text, |world| {
            world.happen(id, &Happening::Unpause);
            Ok(())
        })
        .await
    }

    async fn remove_container(&self, id: &str, volumes: bool) -> Result<(), EngineError> {
        let flag = if volumes { "-v " } else { "" };
        let text = format!("remove {flag}{}", self.name_of(id));
        self.call(text, |world| {
            world.remove(id, volumes);
            Ok(())
        })
        .await
    }

    async fn read_file(&self, id: &str, path: &str) -> Result<Option<ContainerFile>, EngineError> {
        let text = format!("read {path} of {}", self.name_of(id));
        self.call(text, |_| Ok(None)).await
    }

    async fn rename_container(&self, id: &str, name: &str) -> Result<(), EngineError> {
        let text = format!("rename {} {name}", self.name_of(id));
        self.call(text, |world| world.rename(id, name)).await
    }

    async fn memory_usage(&self, id: &str) -> Result<Option<i64>, EngineError> {
        let text = format!("inspect memory of {}", self.name_of(id));
        let effect = |world: &mut World| {
            let there = world.find(id);
            Ok(there.and_then(|container| world.memory.get(&container.name).copied()))
        };
        self.call(text, effect).await
    }

    async fn update_container(&self, id: &str, limits: &Limits) -> Result<(), EngineError> {
        let text = format!("update {}", self.name_of(id));
        self.call(text, |world| world.update(id, limits)).await
    }

    async fn connect_network(&self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError> {
        let text = format!("connect {} {}", self.name_of(id), endpoint.network);
        self.call(text, |world| world.connect(id, endpoint)).await
    }

    async fn disconnect_network(&self, id: &str, network: &str) -> Result<(), EngineError> {
        let text = format!("disconnect {} {network}", self.name_of(id));
        self.call(text, |world| {
            if let Some(container) = world.find_mut(id) {
                container.networks.shift_remove(network);
            }
            Ok(())
        })
        .await
    }

    async fn networks(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<NetworkState>, EngineError> {
        let effect = |world: &mut World| Ok(world.networks_of(project, named));
        self.call("list networks".into(), effect).await
    }

    async fn network_members(&self, id: &str) -> Result<Vec<String>, EngineError> {
        let text = format!("list members of network {id}");
        self.call(text, |_| Ok(Vec::new())).await
    }

    async fn create_network(
        &self,
        network: &Network,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        let text = format!("create network {}", network.name);
        let effect = |world: &mut World| world.create_network(network, labels);
        self.call(text, effect).await
    }

    async fn remove_network(&self, id: &str) -> Result<(), EngineError> {
        let text = format!("remove network {}", self.world.borrow().network_name(id));
        self.call(text, |world| world.remove_network(id)).await
    }

    async fn volumes(
        &self,
        project: &ProjectName,
        named: &[&str],
    ) -> Result<Vec<VolumeState>, EngineError> {
        let effect = |world: &mut World| Ok(world.volumes_of(project, named));
        self.call("list volumes".into(), effect).await
    }

    async fn volume(&self, name: &str) -> Result<Option<VolumeState>, EngineError> {
        let effect = |world: &mut World| {
            let mut all = world.volumes.iter();
            Ok(all.find(|volume| volume.name == name).cloned())
        };
        self.call(format!("volume {name}"), effect).await
    }

    async fn volume_users(&self, name: &str) -> Result<Vec<VolumeUser>, EngineError> {
        let effect = |world: &mut World| Ok(world.volume_users(name));
        self.call(format!("volume users of {name}"), effect).await
    }

    async fn create_volume(
        &self,
        volume: &Volume,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        let text = format!("create volume {}", volume.name);
        self.call(text, |world| {
            world.create_volume(&volume.name, labels);
            Ok(())
        })
        .await
    }

    async fn remove_volume(&self, name: &str) -> Result<(), EngineError> {
        let text = format!("remove volume {name}");
        self.call(text, |world| world.remove_volume(name)).await
    }

    async fn image(&self, reference: &str) -> Result<Option<Image>, EngineError> {
        let effect = |world: &mut World| Ok(world.images.get(reference).cloned());
        self.call(format!("image {reference}"), effect).await
    }

    fn pull_image(&self, reference: &str, _: Option<&str>) -> Told<'_, PullProgress> {
        let reference = reference.to_owned();
        let progress = |status: &str| PullProgress {
            status: status.to_owned(),
            ..PullProgress::default()
        };
        let pulled = async move {
            let brought = self.script.borrow().registry.get(&reference).cloned();
            let effect = |world: &mut World| match brought {
                Some(id) => {
                    world.set_image(&reference, &id);
                    Ok(progress("Downloaded"))
                }
                None => Err(EngineError::PullDenied {
                    reference: reference.clone(),
                    why: "repository does not exist".into(),
                }),
            };
            self.call(format!("pull {reference}"), effect).await
        };
        stream::once(async move { Ok(progress("Pulling")) })
            .chain(stream::once(pulled))
            .boxed_local()
    }

    fn push_image(&self, reference: &str) -> Told<'_, PullProgress> {
        let reference = reference.to_owned();
        let pushed = async move {
            let is_there = self.world.borrow().images.contains_key(&reference);
            let effect = |_: &mut World| {
                if is_there {
                    Ok(PullProgress {
                        status: "Pushed".to_owned(),
                        ..PullProgress::default()
                    })
                } else {
                    Err(EngineError::PushFailed {
                        reference: reference.clone(),
                        why: "an image does not exist locally with this tag".into(),
                    })
                }
            };
            self.call(format!("push {reference}"), effect).await
        };
        stream::once(pushed).boxed_local()
    }

    fn build_image(&self, build: &ImageBuild) -> Told<'_, BuildProgress> {
        let tag = build.tag.clone();
        let step = BuildProgress::Step {
            id: "1".into(),
            name: "[1/1] FROM scratch".into(),
            cached: false,
        };
        let image = async move {
            let brought = self.script.borrow().builds.get(&tag).cloned();
            let id = brought.unwrap_or_else(|| format!("sha256:{tag}"));
            let effect = |world: &mut World| {
                world.set_image(&tag, &id);
                Ok(BuildProgress::Built { id })
            };
            self.call(format!("build {tag}"), effect).await
        };
        stream::once(async move { Ok(step) })
            .chain(stream::once(image))
            .boxed_local()
    }

    async fn remove_image(&self, reference: &str) -> Result<(), EngineError> {
        let text = format!("remove image {reference}");
        self.call(text, |world| world.remove_image(reference)).await
    }

    async fn surroundings(&self, _: &Question) -> Result<Surroundings, EngineError> {
        Ok(Surroundings::default())
    }

    fn events(&self, project: &ProjectName) -> Told<'_, EngineEvent> {
        let project = project.clone();
        let (sender, receiver) = mpsc::unbounded_channel();
        let begun = self.call("events".into(), move |world| {
            world.listeners.push((project, sender));
            Ok(EngineEvent::Listening)
        });
        let later = stream::unfold(receiver, move |mut receiver| async move {
            loop {
                self.catch_up();
                if let Ok(event) = receiver.try_recv() {
                    return Some((Ok(event), receiver));
                }
                let due = self.world.borrow().next_due();
                let due = async move {
                    match due {
                        Some(due) => tokio::time::sleep_until(due).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    event = receiver.recv() => return event.map(|event| (Ok(event), receiver)),
                    () = due => {}
                }
            }
        });
        begun.into_stream().chain(later).boxed_local()
    }

    fn logs(&self, id: &str, options: &LogOptions) -> Told<'_, LogChunk> {
        let name = self.name_of(id);
        let tail = options.tail;
        let read = async move {
            let printed = self.call(format!("logs {name}"), |world| {
                Ok(world.logs_of(&name, tail))
            });
            printed.await.map(|text| LogChunk {
                stderr: false,
                bytes: text.into(),
            })
        };
        stream::once(read).boxed_local()
    }

    async fn create_exec(&self, id: &str, exec: &NewExec) -> Result<String, EngineError> {
        self.catch_up();
        if let Some(failure) = self.script.borrow().failures.get("create exec") {
            return Err(failure());
        }
        self.world.borrow_mut().create_exec(id, exec)
    }

    fn start_exec(&self, exec: &str) -> Told<'_, LogChunk> {
        let exec = exec.to_owned();
        let run = async move {
            let (name, is_look) = self.world.borrow().exec(&exec);
            let command = self.world.borrow().command(&exec);
            if let Some((command, does)) = command {
                let index = self.begin(&format!("run {command} in {name}"));
                tokio::time::sleep(does.takes).await;
                self.catch_up();
                self.calls.borrow_mut()[index].ended = Some(self.born.elapsed());
                let output = self.world.borrow_mut().end_exec(&exec);
                return Ok(LogChunk {
                    stderr: false,
                    bytes: output.into(),
                });
            }
            let what = if is_look { "look" } else { "test" };
            let takes = self.world.borrow().test(&name).takes;
            let index = self.begin(&format!("exec {name} {what}"));
            if !is_look {
                tokio::time::sleep(takes).await;
            }
            self.catch_up();
            self.calls.borrow_mut()[index].ended = Some(self.born.elapsed());
            let output = self.world.borrow_mut().end_exec(&exec);
            Ok(LogChunk {
                stderr: false,
                bytes: output.into(),
            })
        };
        stream::once(run).boxed_local()
    }

    async fn exec_exit_code(&self, exec: &str) -> Result<Option<i64>, EngineError> {
        Ok(self.world.borrow().exit_code(exec))
    }

    fn socket_counts(&self, container: &Container) -> Option<SocketCounts> {
        self.catch_up();
        let world = self.world.borrow();
        // As many as there were changes: nothing changes without another count.
        let changes = world.sockets(&container.id)?.changes;
        let text = format!("sockets: used {changes} ");
        Some(SocketCounts::parse(&text)).filter(|_| !world.hides_sockets)
    }

    fn sockets(&self, container: &Container) -> Option<SocketTable> {
        self.catch_up();
        self.world.borrow_mut().tables_read += 1;
        let world = self.world.borrow();
        let text = &world.sockets(&container.id)?.text;
        SocketTable::parse(text).filter(|_| !world.hides_sockets)
    }
}
