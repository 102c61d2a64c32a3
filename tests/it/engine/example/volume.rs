//! Data that containers share and keep.

use super::reader::Reader;

#[test]
fn two_containers_share_a_volume_that_the_image_filled() {
    let reader = Reader::of("shared-volume").port("WEB_PORT", 8083);
    reader.goes("cd examples/shared-volume");
    reader.types("windlass up -d --wait");
    let page = reader.types("curl http://127.0.0.1:8083/");
    assert!(page.contains("nginx"), "filled from the image");

    reader.types("windlass exec editor sh -c 'echo \"Written next door\" > index.html'");
    reader.types("curl http://127.0.0.1:8083/");
    reader.fails("windlass exec web touch /usr/share/nginx/html/index.html");

    reader.types("windlass down");
    assert_eq!(reader.stack.states(), [""; 0]);
    reader.types("windlass up -d --wait");
    reader.types("curl http://127.0.0.1:8083/");
    assert!(reader.types("windlass volumes").contains("_pages"));
    let volume = reader.types("windlass volumes --format json");
    assert!(volume.contains("\"Mountpoint\""), "{volume}");
    reader.types("windlass down -v");
    reader.leaves();
}
