use super::*;
use crate::cli::follow::tests::Talkers;
use crate::state::Status;

/// What is written of these containers' output.
fn written(engine: &Talkers, containers: &[Container], merged: bool) -> String {
    let project = ProjectName::new("shop").unwrap();
    let options = LogOptions {
        timestamps: true,
        ..LogOptions::default()
    };
    let form = LogForm::new(Color::OFF, true, false);
    let mut sources = Sources::of(engine, containers, &options, form, &project);
    let mut out = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let result = runtime.block_on(async {
        if merged {
            sources.merge(&mut out).await
        } else {
            sources.write(&mut out).await
        }
    });
    result.unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn lines_of_several_containers_are_merged_by_time() {
    let engine = Talkers::default();
    let web = Talkers::container("web", Status::Running, 0);
    let db = Talkers::container("db", Status::Running, 0);
    let at = |second: u8, text: &str| format!("2024-05-06T07:08:0{second}.000000000Z {text}\n");
    let (one, two, four) = (at(1, "one"), at(2, "two"), at(4, "four"));
    let three = at(3, "three");
    engine.add(&web, &[&[&one, &four]]);
    engine.add(&db, &[&[&two, "no time\n", &three]]);
    let containers = [web, db];
    assert_eq!(
        written(&engine, &containers, true),
        "web-1  | one\ndb-1   | two\ndb-1   | no time\ndb-1   | three\nweb-1  | four\n"
    );
}

#[test]
fn lines_that_are_not_merged_stay_whole_and_in_the_order_of_their_container() {
    let engine = Talkers::default();
    let web = Talkers::container("web", Status::Running, 0);
    let db = Talkers::container("db", Status::Running, 0);
    engine.add(&web, &[&["one\ntw", "o\nthree"]]);
    engine.add(&db, &[&["four\nfi", "ve\n"]]);
    let text = written(&engine, &[web, db], false);
    for (prefix, expected) in [
        ("web-1  | ", ["one", "two", "three"].as_slice()),
        ("db-1   | ", &["four", "five"]),
    ] {
        let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
        assert_eq!(lines.collect::<Vec<_>>(), expected, "{text}");
    }
    assert_eq!(text.lines().count(), 5, "{text}");
}
