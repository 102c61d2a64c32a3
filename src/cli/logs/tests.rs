use super::*;
use crate::cli::follow::tests::Talkers;
use crate::state::Status;

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
    let mut out = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime
        .block_on(merge(
            &engine,
            &[web, db],
            &LogOptions::default(),
            LogForm::new(Color::OFF, true, false),
            "shop",
            &mut out,
        ))
        .unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "web-1  | one\ndb-1   | two\ndb-1   | no time\ndb-1   | three\nweb-1  | four\n"
    );
}
