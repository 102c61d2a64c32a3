//! Stacks that people know.

use super::reader::Reader;

#[test]
fn the_classics_are_raised_as_far_as_images_can_be_had_and_planned() {
    let reader = Reader::of("compose-classics");
    let reader = reader.port("PROXY_PORT", 8086).port("WORDPRESS_PORT", 8085);
    let stack = &reader.stack;
    reader.goes("cd examples/compose-classics/nginx-flask-mysql");
    reader.types("windlass config");
    let plan = reader.tries("windlass plan");
    assert_eq!(plan.status, 2);
    plan.prints(&["-proxy-1", "-backend-1", "-db-1", "_data"]);
    reader.types("windlass up -d --wait");
    reader.types("curl http://127.0.0.1:8086/");
    let logs = reader.types("windlass logs");
    assert!(logs.contains("proxy-1"), "{logs}");
    reader.types("windlass down -v --rmi local");
    assert_eq!(stack.resources(), [""; 0]);

    reader.goes("cd ../wordpress");
    reader.types("windlass up -d --wait");
    let page = reader.types("curl --location http://127.0.0.1:8085/");
    // The first page of a new site: it has found its database.
    assert!(page.contains("wp-admin/css/install"), "{page}");
    reader.types("windlass down -v");

    reader.goes("cd ../prometheus-grafana");
    let plan = reader.tries("windlass plan");
    assert_eq!(plan.status, 2);
    plan.prints(&[
        "-prometheus-1",
        "-grafana-1",
        "-node-exporter-1",
        "_metrics",
    ]);
    reader.leaves();
}
