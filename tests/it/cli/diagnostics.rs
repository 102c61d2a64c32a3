//! `config --quiet --format json`: what is wrong, for editors.

use crate::support::test::Test;

const CHECK: [&str; 4] = ["config", "--quiet", "--format", "json"];

#[test]
fn mistakes_are_a_json_array_with_places() {
    Test::new(CHECK)
        .file("compose.yaml", "services:\n  web:\n    imgae: busybox\n")
        .stdout(
            r#"[
  {
    "severity": "error",
    "message": "unknown key `imgae` in `services.web`",
    "file": "compose.yaml",
    "line": 3,
    "column": 5,
    "end_line": 3,
    "end_column": 10,
    "path": "services.web.imgae",
    "hint": "did you mean `image`?"
  }
]
"#,
        )
        .status(1)
        .run();
}

#[test]
fn both_places_of_a_duplicate_are_told() {
    Test::new(CHECK)
        .file(
            "compose.yaml",
            "services:\n  web:\n    image: a\n    image: b\n",
        )
        .stdout_contains("\"message\": \"duplicate key `image`\"")
        .stdout_contains("\"label\": \"written again here\"")
        .stdout_contains("\"label\": \"first written here\"")
        .stdout_contains("\"related\": [")
        .status(1)
        .run();
}

#[test]
fn warnings_are_told_and_are_no_failure() {
    Test::new(CHECK)
        .file("compose.yaml", "services: {web: {image: \"a$UNSET\"}}\n")
        .stdout_contains("\"severity\": \"warning\"")
        .stdout_contains("the variable UNSET is not set")
        .run();
    Test::new(CHECK)
        .file("compose.yaml", "services: {web: {image: a}}\n")
        .stdout("[]\n")
        .run();
}

#[test]
fn a_missing_stack_file_is_told_the_same_way() {
    Test::new(CHECK)
        .stdout_contains("\"message\": \"no stack file found")
        .status(1)
        .run();
}
