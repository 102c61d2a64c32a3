use notify::event::{CreateKind, Flag};

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "as the watcher tells it")]
fn touched(path: &str) -> notify::Result<notify::Event> {
    Ok(notify::Event::new(EventKind::Create(CreateKind::File)).add_path(path.into()))
}

fn notices() -> Notices {
    Notices::listen().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_batch_ends_when_it_is_quiet() {
    let notices = notices();
    let begun = Instant::now();
    notices.shared.note(touched("/b"));
    let writing = async {
        for path in ["/a", "/c", "/b"] {
            tokio::time::sleep(QUIET / 2).await;
            notices.shared.note(touched(path));
        }
    };
    let (batch, ()) = tokio::join!(notices.batch(), writing);
    assert_eq!(batch.touched, ["/a", "/b", "/c"].map(PathBuf::from));
    assert_eq!(begun.elapsed(), QUIET / 2 * 3 + QUIET);
}

#[tokio::test(start_paused = true)]
async fn of_a_folder_with_a_watched_file_nothing_else_counts_until_it_is_watched_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (stack, other) = (folder.path().join("stack.yaml"), folder.path().join("log"));
    let mut notices = notices();
    notices.watch_file(&stack).unwrap();
    let note = |notices: &Notices| {
        for path in [&stack, &other] {
            notices.shared.note(touched(path.to_str().unwrap()));
        }
    };
    note(&notices);
    assert_eq!(notices.batch().await.touched, std::slice::from_ref(&stack));
    assert!(notices.watch(folder.path()).unwrap());
    note(&notices);
    assert_eq!(
        notices.batch().await.touched,
        [other.clone(), stack.clone()]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_touched_all_the_time_does_not_hold_a_batch_up() {
    let notices = notices();
    let begun = Instant::now();
    notices.shared.note(touched("/log"));
    let writing = async {
        loop {
            tokio::time::sleep(QUIET / 2).await;
            notices.shared.note(touched("/log"));
        }
    };
    tokio::select! {
        _ = notices.batch() => assert_eq!(begun.elapsed(), MOST),
        () = writing => {}
    }
}

#[tokio::test(start_paused = true)]
async fn thousands_of_files_are_one_batch_though_they_come_slowly() {
    let notices = notices();
    notices.shared.note(touched("/0"));
    let writing = async {
        for number in 1..2000 {
            let is_pause = number > MANY && number % 100 == 0;
            let pause = if is_pause { QUIET * 4 } else { QUIET / 100 };
            tokio::time::sleep(pause).await;
            notices.shared.note(touched(&format!("/{number}")));
        }
    };
    let (batch, ()) = tokio::join!(notices.batch(), writing);
    assert_eq!(batch.touched.len(), 2000);
}

#[tokio::test(start_paused = true)]
async fn lost_notices_mean_everything_and_reading_means_nothing() {
    let notices = notices();
    let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
    let opened = notify::Event::new(opened).add_path("/read".into());
    notices.shared.note(Ok(opened));
    assert!(notices.shared.collected().last.is_none());
    notices.shared.note(Ok(
        notify::Event::new(EventKind::Other).set_flag(Flag::Rescan)
    ));
    let batch = notices.batch().await;
    assert!(batch.everything && batch.touched.is_empty());
}
