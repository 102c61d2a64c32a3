use super::*;

const TEXT: &str = "\
# syntax=docker/dockerfile:1
# a comment

ARG VERSION=3.11 REGISTRY=\"reg.example:5000\"
FROM --platform=linux/amd64 ${REGISTRY}/python:$VERSION AS Base
RUN apt-get update \\
    # why
    && apt-get install   -y x

COPY --from=tools:1 /a /b
FROM base
RUN cat <<EOF > /x
FROM not-an-image
EOF
RUN --mount=type=bind,from=other,target=/o ls /o
copy --from=0 /a /c
FROM ${UNKNOWN}
FROM scratch
RUN   false
";

#[test]
fn images_are_those_that_the_wanted_stage_needs() {
    let text = "ARG V=1\nFROM a:$V AS Base\nFROM b AS tools\nCOPY --from=c:2 / /\nFROM base AS main\n\
                COPY --from=tools / /\nRUN --mount=type=bind,from=d,target=/d x\nFROM e\nCOPY --from=0 / /\n";
    let text = Instructions::parse(text);
    let none = IndexMap::new();
    for (target, images) in [
        (None, &["e", "a:1"][..]),
        (Some("main"), &["d", "b", "c:2", "a:1"]),
        (Some("1"), &["b", "c:2"]),
        (Some("BASE"), &["a:1"]),
        (Some("nowhere"), &["e", "a:1"]),
    ] {
        assert_eq!(text.images(&none, target), images, "{target:?}");
    }
    let arguments = [("V".to_owned(), "2".to_owned())].into();
    assert_eq!(text.images(&arguments, Some("base")), ["a:2"]);
    let all = Script::new("Dockerfile", TEXT).images(&none, Some("base"));
    assert_eq!(
        all,
        [
            "docker/dockerfile:1",
            "reg.example:5000/python:3.11",
            "tools:1"
        ]
    );
}

#[test]
fn references_take_declared_arguments_only() {
    let table = [
        ("FROM a", &["a"][..]),
        ("ARG X\nFROM a:$X", &[]),
        ("ARG X\nFROM a:${X:-1}", &["a:1"]),
        ("ARG X=1\nARG Y=a$X\nFROM ${Y}b", &["a1b"]),
        ("FROM a:$X\nARG X=1", &[]),
        ("FROM scratch", &[]),
        ("FROM a AS b\nFROM B", &["a"]),
        ("FROM a AS a", &["a"]),
        ("", &[]),
    ];
    for (text, images) in table {
        let found = Instructions::parse(text).images(&IndexMap::new(), None);
        assert_eq!(found, images, "{text}");
    }
}

#[test]
fn steps_are_found_by_stage_and_text_else_by_number() {
    let text = Instructions::parse(TEXT);
    let table = [
        (
            "[base 2/3] RUN apt-get update     && apt-get install   -y x",
            Some(6),
        ),
        ("[base 3/3] COPY --from=tools:1 /a /b", Some(10)),
        (
            "[stage-1 2/4] RUN --mount=type=bind,from=other,target=/o ls /o",
            Some(15),
        ),
        ("[linux/amd64 stage-3 1/1] RUN false", Some(19)),
        ("[1/1] RUN false", Some(19)),
        // The builder fills variables in.
        ("[base 3/3] COPY --from=tools:2 /a /b", Some(10)),
        ("[base 3/3] RUN something else", None),
        ("[internal] load build definition from Dockerfile", None),
        ("exporting to image", None),
    ];
    for (step, line) in table {
        let found = text.find(step).map(|(line, _)| line);
        assert_eq!(found, line, "{step}");
    }
    assert_eq!(
        text.on_line(8).unwrap(),
        "RUN apt-get update && apt-get install -y x"
    );
}

#[test]
fn another_escape_character_joins_lines() {
    let text = Instructions::parse("# escape=`\nFROM a\nRUN x `\n  y\nRUN z \\\n");
    assert_eq!(text.find("[2/3] RUN x y"), Some((3, "RUN x y".to_owned())));
    assert_eq!(text.find("[3/3] RUN z \\").unwrap().0, 5);
}

#[test]
fn contexts_become_stages_where_nothing_else_is_meant() {
    let table = [
        ("ARG A\n# x\nFROM base", "base", Some(3)),
        ("FROM a\nCOPY --from=base / /", "base", Some(1)),
        // The context would go before the stage, or the numbers of stages would change.
        ("FROM a AS base\nFROM base", "base", None),
        ("FROM a\nFROM b\nCOPY --from=0 / /", "base", None),
        ("FROM node:18", "node:18", None),
        ("FROM x", "Base", None),
        ("RUN x", "base", None),
    ];
    for (text, name, line) in table {
        let place = Instructions::parse(text).place_for([name].into_iter());
        assert_eq!(place, line, "{text}");
    }
}

#[test]
fn lines_are_those_of_the_users_file() {
    let text = "ARG A\nFROM base\nRUN false\nOH\n";
    let (text, script) = Script::new("Dockerfile", text)
        .with_stages(text, &[("base", "app-base"), ("other", "busybox")])
        .unwrap();
    assert_eq!(
        text,
        "ARG A\nFROM app-base AS base\nFROM busybox AS other\nFROM base\nRUN false\nOH\n"
    );
    let line = |step, why| script.line(step, why).map(|it| (it.line, it.text));
    assert_eq!(
        line(Some("[stage-2 1/1] RUN false"), "exit code: 1"),
        Some((3, "RUN false".to_owned()))
    );
    let why = "dockerfile parse error on line 6: unknown instruction: OH";
    assert_eq!(line(None, why), Some((4, "OH".to_owned())));
    let why = "building at STEP \"RUN false\": while running runtime: exit status 1";
    assert_eq!(line(None, why), Some((3, "RUN false".to_owned())));
    assert_eq!(line(None, "no space left"), None);
    assert_eq!(script.images(&IndexMap::new(), None), ["app-base"]);
}
