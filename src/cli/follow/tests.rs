//! Tests on an engine that only has containers, with what they say and what happens to them.

use std::cell::RefCell;

use super::*;
use crate::engine::sockets::{SocketCounts, SocketTable};
use crate::engine::{About, BuildProgress, CopiedPath, Created, NewExec, PullProgress};
use crate::label;
use crate::model::{Endpoint, ImageBuild, Limits, Network, NewContainer, Volume};
use crate::state::{Image, NetworkState, Question, Surroundings, VolumeState, VolumeUser};
use crate::ui::Color;

/// Containers by id, each with its logs: one list of pieces for each time that they are asked for.
#[derive(Default)]
pub(in crate::cli) struct Talkers {
    about: About,
    containers: RefCell<IndexMap<String, Container>>,
    logs: RefCell<IndexMap<String, Vec<Vec<String>>>>,
    events: RefCell<Vec<EngineEvent>>,
}

impl Talkers {
    pub(in crate::cli) fn container(service: &str, status: Status, exit_code: i64) -> Container {
        Container {
            id: service.to_owned(),
            name: format!("shop-{service}-1"),
            labels: [(label::SERVICE.to_owned(), service.to_owned())].into(),
            status,
            exit_code,
            ..Container::default()
        }
    }

    /// A container that says this; what it is now.
    pub(in crate::cli) fn add(&self, container: &Container, says: &[&[&str]]) {
        let owned = |pieces: &&[&str]| pieces.iter().map(ToString::to_string).collect();
        let logs = says.iter().map(owned).collect();
        self.logs.borrow_mut().insert(container.id.clone(), logs);
        let (id, container) = (container.id.clone(), container.clone());
        self.containers.borrow_mut().insert(id, container);
    }

    fn happens(&self, id: &str, action: ContainerAction) {
        self.events.borrow_mut().push(EngineEvent::Container {
            id: id.to_owned(),
            action,
            service: None,
            name: String::new(),
        });
    }
}

fn unknown<T>() -> Result<T, EngineError> {
    Err(EngineError::Conflict("this engine only talks".to_owned()))
}

impl Engine for Talkers {
    fn about(&self) -> &About {
        &self.about
    }
    async fn containers(&self, _: &ProjectName) -> Result<Vec<Container>, EngineError> {
        Ok(self.containers.borrow().values().cloned().collect())
    }
    async fn container(&self, id: &str) -> Result<Option<Container>, EngineError> {
        Ok(self.containers.borrow().get(id).cloned())
    }
    async fn create_container(&self, _: &NewContainer) -> Result<Created, EngineError> {
        unknown()
    }
    async fn copy_files(
        &self,
        _: &str,
        _: &[crate::model::ContainerFile],
    ) -> Result<(), EngineError> {
        unknown()
    }
    async fn read_file(
        &self,
        _: &str,
        _: &str,
    ) -> Result<Option<crate::model::ContainerFile>, EngineError> {
        unknown()
    }
    async fn start_container(&self, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn stop_container(&self, _: &str, _: Option<i64>) -> Result<(), EngineError> {
        unknown()
    }
    async fn restart_container(&self, _: &str, _: Option<i64>) -> Result<(), EngineError> {
        unknown()
    }
    async fn kill_container(&self, _: &str, _: Option<&str>) -> Result<(), EngineError> {
        unknown()
    }
    async fn pause_container(&self, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn unpause_container(&self, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn remove_container(&self, _: &str, _: bool) -> Result<(), EngineError> {
        unknown()
    }
    async fn rename_container(&self, _: &str, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn memory_usage(&self, _: &str) -> Result<Option<i64>, EngineError> {
        unknown()
    }
    async fn update_container(&self, _: &str, _: &Limits) -> Result<(), EngineError> {
        unknown()
    }
    async fn connect_network(&self, _: &str, _: &Endpoint) -> Result<(), EngineError> {
        unknown()
    }
    async fn disconnect_network(&self, _: &str, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn networks(
        &self,
        _: &ProjectName,
        _: &[&str],
    ) -> Result<Vec<NetworkState>, EngineError> {
        unknown()
    }
    async fn network_members(&self, _: &str) -> Result<Vec<String>, EngineError> {
        unknown()
    }

    async fn create_network(
        &self,
        _: &Network,
        _: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        unknown()
    }
    async fn remove_network(&self, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn volumes(&self, _: &ProjectName, _: &[&str]) -> Result<Vec<VolumeState>, EngineError> {
        unknown()
    }
    async fn volume(&self, _: &str) -> Result<Option<VolumeState>, EngineError> {
        unknown()
    }
    async fn volume_users(&self, _: &str) -> Result<Vec<VolumeUser>, EngineError> {
        unknown()
    }
    async fn create_volume(
        &self,
        _: &Volume,
        _: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        unknown()
    }
    async fn remove_volume(&self, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn image(&self, _: &str) -> Result<Option<Image>, EngineError> {
        unknown()
    }
    async fn create_exec(&self, _: &str, _: &NewExec) -> Result<String, EngineError> {
        unknown()
    }
    fn start_exec(&self, _: &str) -> Told<'_, LogChunk> {
        stream::empty().boxed_local()
    }
    async fn exec_exit_code(&self, _: &str) -> Result<Option<i64>, EngineError> {
        unknown()
    }
    fn socket_counts(&self, _: &Container) -> Option<SocketCounts> {
        None
    }
    fn sockets(&self, _: &Container) -> Option<SocketTable> {
        None
    }
    fn pull_image(&self, _: &str, _: Option<&str>) -> Told<'_, PullProgress> {
        stream::empty().boxed_local()
    }
    async fn copy_paths(
        &self,
        _: &str,
        _: &[CopiedPath],
        _: Option<(u32, u32)>,
    ) -> Result<(), EngineError> {
        Ok(())
    }
    fn push_image(&self, _: &str) -> Told<'_, PullProgress> {
        stream::empty().boxed_local()
    }
    fn build_image(&self, _: &ImageBuild) -> Told<'_, BuildProgress> {
        stream::empty().boxed_local()
    }
    async fn remove_image(&self, _: &str) -> Result<(), EngineError> {
        unknown()
    }
    async fn surroundings(&self, _: &Question) -> Result<Surroundings, EngineError> {
        unreachable!("following makes no plan")
    }

    fn events(&self, _: &ProjectName) -> Told<'_, EngineEvent> {
        let events = self.events.borrow().clone().into_iter().map(Ok);
        let listening = stream::once(async { Ok(EngineEvent::Listening) });
        listening
            .chain(stream::iter(events))
            .chain(stream::pending())
            .boxed_local()
    }
    fn logs(&self, id: &str, _: &LogOptions) -> Told<'_, LogChunk> {
        let mut logs = self.logs.borrow_mut();
        let pieces = match logs.get_mut(id) {
            Some(pieces) if !pieces.is_empty() => pieces.remove(0),
            _ => Vec::new(),
        };
        let chunks = pieces.into_iter().map(|piece| {
            Ok(LogChunk {
                stderr: false,
                bytes: piece.into(),
            })
        });
        stream::iter(chunks).boxed_local()
    }
}

fn project() -> ProjectName {
    ProjectName::new("shop").unwrap()
}

/// Follows all until all is over; what was written, and what was told.
fn followed(engine: &Talkers, from: &[Container]) -> (String, Vec<News>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let form = LogForm::new(Color::OFF, true, false);
        let mut follower = Follower::listen(engine, &project(), form, Box::new(|_| true))
            .await
            .unwrap();
        follower.tell_ends();
        for container in from {
            follower.add(container, &LogOptions::default());
        }
        let (mut out, mut told) = (Vec::new(), Vec::new());
        loop {
            match follower.next(&mut out).await.unwrap() {
                News::AllOver => break,
                news @ News::Exited { .. } => told.push(news),
            }
        }
        (String::from_utf8(out).unwrap(), told)
    })
}

#[test]
fn ends_are_told_after_the_last_line() {
    let engine = Talkers::default();
    let job = Talkers::container("job", Status::Exited, 3);
    engine.add(&job, &[&["one\ntw", "o\n", "rest"]]);
    let (written, told) = followed(&engine, &[job]);
    assert_eq!(
        written,
        "job-1  | one\njob-1  | two\njob-1  | rest\njob-1 exited with code 3\n"
    );
    let news = News::Exited {
        service: Some("job".to_owned()),
        code: 3,
    };
    assert_eq!(told, [news]);
}

#[test]
fn an_end_before_the_container_was_followed_is_told_once() {
    let engine = Talkers::default();
    let job = Container {
        started_at: "2026-01-01T00:00:00.4Z".to_owned(),
        ..Talkers::container("job", Status::Exited, 3)
    };
    engine.add(&job, &[&["one\n"]]);
    // The engine was listened to before it started; these come after the log has been read.
    engine.happens("job", ContainerAction::Started);
    engine.happens("job", ContainerAction::Died(3));
    let (written, told) = followed(&engine, &[job]);
    assert_eq!(written, "job-1  | one\njob-1 exited with code 3\n");
    assert_eq!(told.len(), 1);
}

#[test]
fn a_run_that_comes_and_goes_after_another_one_is_shown_whole() {
    let engine = Talkers::default();
    let before = Container {
        started_at: "2026-01-01T00:00:00.1Z".to_owned(),
        finished_at: "2026-01-01T00:00:00.2Z".to_owned(),
        ..Talkers::container("job", Status::Exited, 3)
    };
    let now = Container {
        started_at: "2026-01-01T00:00:00.4Z".to_owned(),
        finished_at: "2026-01-01T00:00:00.5Z".to_owned(),
        ..before.clone()
    };
    // Its log ends at once where it was opened before the start; what follows is there when it is looked at.
    engine.add(&now, &[&[], &["again\n"]]);
    engine.happens("job", ContainerAction::Started);
    engine.happens("job", ContainerAction::Died(3));
    let (written, told) = followed(&engine, &[before]);
    let end = "job-1 exited with code 3\n";
    assert_eq!(written, format!("{end}job-1  | again\n{end}"));
    assert_eq!(told.len(), 2);
}

#[test]
fn a_restart_is_followed_and_no_line_is_shown_twice() {
    let engine = Talkers::default();
    let (first, second) = (
        "2024-05-06T07:08:09.1Z one\n",
        "2024-05-06T07:08:09.2Z two\n",
    );
    let running = Talkers::container("web", Status::Running, 0);
    engine.add(
        &Talkers::container("web", Status::Exited, 1),
        &[&[first], &[first, second]],
    );
    engine.happens("web", ContainerAction::Died(1));
    let (written, told) = followed(&engine, std::slice::from_ref(&running));
    assert_eq!(written, "web-1  | one\nweb-1 exited with code 1\n");
    assert_eq!(told.len(), 1);

    // The engine has started it again by the time we look; the second end comes with the log.
    assert_eq!(
        after_a_restart(&running, &[&[first], &[first, second]]),
        "web-1  | one\nweb-1  | two\n"
    );
    // Times of whole seconds.
    let [one, two, three] = ["one", "two", "three"];
    let [one, two, three] = [one, two, three].map(|text| format!("2024-05-06T07:08:09Z {text}\n"));
    assert_eq!(
        after_a_restart(&running, &[&[&one, &two], &[&one, &two, &three]]),
        "web-1  | one\nweb-1  | two\nweb-1  | three\n"
    );
}

/// What is shown of a container that ends and is started again.
fn after_a_restart(running: &Container, logs: &[&[&str]]) -> String {
    let engine = Talkers::default();
    engine.add(running, logs);
    engine.happens("web", ContainerAction::Died(1));
    engine.happens("web", ContainerAction::Started);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let form = LogForm::new(Color::OFF, true, false);
        let mut follower = Follower::listen(&engine, &project(), form, Box::new(|_| true))
            .await
            .unwrap();
        follower.add(running, &LogOptions::default());
        let mut out = Vec::new();
        // Logs without end are followed until somebody stops it; all that is there is read before anything waits.
        for _ in 0..50 {
            let _ = futures_util::poll!(std::pin::pin!(follower.next(&mut out)));
        }
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn a_container_that_starts_later_is_followed_too() {
    let engine = Talkers::default();
    let web = Talkers::container("web", Status::Running, 0);
    engine.add(&web, &[&["late\n"]]);
    engine.happens("web", ContainerAction::Started);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let written = runtime.block_on(async {
        let form = LogForm::new(Color::OFF, true, false);
        let wanted: Wanted<'_> = Box::new(|container| container.service() == Some("web"));
        let mut follower = Follower::listen(&engine, &project(), form, wanted)
            .await
            .unwrap();
        let mut out = Vec::new();
        for _ in 0..20 {
            let _ = futures_util::poll!(std::pin::pin!(follower.next(&mut out)));
        }
        String::from_utf8(out).unwrap()
    });
    assert_eq!(written, "web-1  | late\n");
}
