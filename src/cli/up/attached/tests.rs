use super::*;
use crate::cli::follow::tests::Talkers;
use crate::state::Status;

/// A container that began and ended at these seconds and tenths of one minute; the end of one that runs is that of the
/// run before, or empty.
fn ran(status: Status, began: &str, ended: &str) -> Container {
    let moment = |text: &str| match text {
        "" => String::new(),
        text => format!("2026-01-01T00:00:0{text}Z"),
    };
    Container {
        started_at: moment(began),
        finished_at: moment(ended),
        ..Talkers::container("job", status, 0)
    }
}

#[test]
fn of_a_container_that_is_started_again_all_of_this_run_is_shown_and_nothing_else() {
    use Status::{Exited, Running};
    let at = |text: &str| time::parse(&format!("2026-01-01T00:00:0{text}Z"), 0).ok();
    let since_line = |old: Option<Container>, now: &Container, line: Option<&str>| {
        let before = ActualState {
            containers: old.into_iter().collect(),
            ..ActualState::default()
        };
        let raised = Raised {
            before: &before,
            last_lines: line
                .and_then(at)
                .map(|line| (now.id.clone(), line))
                .into_iter()
                .collect(),
            told: HashSet::new(),
        };
        let options = from_where(now, &raised);
        (options.since, options.tail)
    };
    let since = |old, now: &Container| since_line(old, now, None);
    let over = || Some(ran(Exited, "1.1", "1.3"));
    let running = || Some(ran(Running, "1.1", ""));
    assert_eq!(since(over(), &ran(Exited, "1.6", "1.7")), (at("1.3"), None));
    // A line that was noted before or after the end of its run.
    for (line, expected) in [("1.2", at("1.3")), ("1.4", at("1.400000001"))] {
        let now = ran(Exited, "1.6", "1.7");
        assert_eq!(since_line(over(), &now, Some(line)), (expected, None));
    }
    // It ended before the engine noted its beginning.
    assert_eq!(since(over(), &ran(Exited, "1.6", "1.5")), (at("1.3"), None));
    assert_eq!(
        since(over(), &ran(Running, "1.6", "1.3")),
        (at("1.3"), None)
    );
    assert_eq!(
        since(running(), &ran(Running, "1.6", "1.4")),
        (at("1.4"), None)
    );
    // When the run before ended is not known.
    assert_eq!(
        since(running(), &ran(Exited, "1.6", "1.7")),
        (at("1"), None)
    );
    assert_eq!(since(running(), &ran(Running, "1.1", "")), (None, Some(0)));
    assert_eq!(since(None, &ran(Running, "1.6", "")), (None, None));
}
