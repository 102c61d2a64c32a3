//! `config --origin`: where each line comes from.

use crate::support::test::Test;

#[test]
fn each_line_tells_its_file_its_line_and_the_rule_that_put_it_there() {
    let expected = r#"name: shop              # compose.yaml:1
services:               # compose.override.yaml:1, override
  db:                   # more/compose.yaml:2, include
    image: db           # more/compose.yaml:3, include
    networks:           # more/compose.yaml:3, default
      default: null     # more/compose.yaml:3, default
  web:                  # compose.override.yaml:2, override
    command:            # compose.yaml:6
      - -c              # compose.yaml:6
      - |-              # compose.yaml:6
        one
        two
    environment:        # compose.yaml:7
      CALLER: called    # compose.yaml:8, variable CALLER (environment)
      DOLLAR: $$1       # compose.yaml:9
      PASSED: called    # compose.yaml:10, variable PASSED (environment)
      TAG: from-file-1  # compose.yaml:11, variable REST (not set), TAG (env file)
    image: base         # base.yaml:3, extends
    labels:             # compose.override.yaml:4, override
      key: value        # base.yaml:5, extends
      over: "yes"       # compose.override.yaml:5, override
    networks:           # compose.override.yaml:3, default
      default: null     # compose.override.yaml:3, default
    tty: true           # compose.override.yaml:3, override
networks:               # compose.override.yaml:1, default
  default:              # compose.override.yaml:1, default
    name: shop_default  # compose.override.yaml:1, default
"#;
    let stack = r#"name: shop
include: [more/compose.yaml]
services:
  web:
    extends: {file: base.yaml, service: base}
    command: ["-c", "one\ntwo"]
    environment:
      CALLER: ${CALLER}
      DOLLAR: $$1
      PASSED:
      TAG: ${TAG}-${REST:-1}
"#;
    Test::new(["config", "--origin"])
        .file("compose.yaml", stack)
        .file(
            "compose.override.yaml",
            "services:\n  web:\n    tty: true\n    labels:\n      over: yes\n",
        )
        .file(
            "base.yaml",
            "services:\n  base:\n    image: base\n    labels:\n      key: value\n",
        )
        .file("more/compose.yaml", "services:\n  db:\n    image: db\n")
        .file(".env", "TAG=from-file\n")
        .env("CALLER", "called")
        .env("PASSED", "called")
        .stdout(expected)
        .run();
    Test::new(["config", "--origin", "--format", "json"])
        .file("compose.yaml", stack)
        .stderr_contains("cannot be used with")
        .status(1)
        .run();
}
