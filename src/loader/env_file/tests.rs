use super::*;

/// `FOO=first`, `BAR` is empty, everything else is unset.
fn lookup(name: &str) -> Option<String> {
    match name {
        "FOO" => Some("first".to_owned()),
        "BAR" => Some(String::new()),
        _ => None,
    }
}

fn parse(text: &str, format: EnvFileFormat) -> EnvFile {
    parse_env_file(text, format, lookup).unwrap_or_else(|errors| panic!("{text:?}: {errors:?}"))
}

fn values(text: &str, format: EnvFileFormat) -> Vec<(String, String)> {
    let variables = parse(text, format).variables.into_iter();
    variables.map(|(name, value)| (name, value.value)).collect()
}

fn assert_values(text: &str, format: EnvFileFormat, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(values(text, format), expected, "{text:?}");
}

#[test]
fn lines_are_names_and_values() {
    for (text, expected) in [
        ("", &[][..]),
        ("\n\r\n  \n", &[]),
        ("A=1\nB = 2\nC: 3\n", &[("A", "1"), ("B", "2"), ("C", "3")]),
        ("F=a b c", &[("F", "a b c")]),
        ("K:5", &[("K", "5")]),
        ("A==x", &[("A", "=x")]),
        ("A=:x", &[("A", ":x")]),
        ("A:=x", &[("A", "=x")]),
        ("A : Foo=bar", &[("A", "Foo=bar")]),
        ("A\t=\tx  ", &[("A", "x")]),
        ("   A=x", &[("A", "x")]),
        ("A=\u{a0}x\u{a0}", &[("A", "x")]),
        ("A=\nB= \nC=1", &[("A", ""), ("B", ""), ("C", "1")]),
        ("A:\n  B: 1", &[("A", ""), ("B", "1")]),
        (
            "1A=2\nVAR.WITH-DOTS[0]=3\n\u{e9}=4",
            &[("1A", "2"), ("VAR.WITH-DOTS[0]", "3"), ("\u{e9}", "4")],
        ),
        ("A=1\nA=2", &[("A", "2")]),
        ("A={\"a\": 1}", &[("A", "{\"a\": 1}")]),
        ("A=1\rB=2", &[("A", "1\rB=2")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn byte_order_mark_and_carriage_returns_are_no_part_of_anything() {
    for (text, expected) in [
        ("\u{feff}A=1", &[("A", "1")][..]),
        (
            "A=1\r\nB=\"2\"\r\nFOO\r\n",
            &[("A", "1"), ("B", "2"), ("FOO", "first")],
        ),
        ("C='3\r\n4'\r\n", &[("C", "3\r\n4")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn comments_begin_lines_or_follow_a_space() {
    for (text, expected) in [
        ("# c\n  # d\n\nA=1 # x", &[("A", "1")][..]),
        ("A=b#c", &[("A", "b#c")]),
        ("A=b\t#c", &[("A", "b\t#c")]),
        ("A= #c", &[("A", "#c")]),
        ("A=#c", &[("A", "#c")]),
        ("A=1 2 # 3 # 4", &[("A", "1 2")]),
        (
            "A=\"b#c\"#d\nB='b # c' # d",
            &[("A", "b#c"), ("B", "b # c")],
        ),
        ("FOO # c\nA=1", &[("FOO", "first"), ("A", "1")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn quotes_hold_a_value_together() {
    for (text, expected) in [
        ("A=\"\"\nB=''", &[("A", ""), ("B", "")][..]),
        ("A=\" x \"\nB=' y '", &[("A", " x "), ("B", " y ")]),
        (
            "A='first\nsecond'\nB=\"x\ny\"",
            &[("A", "first\nsecond"), ("B", "x\ny")],
        ),
        ("A='Let\\'s go!'", &[("A", "Let's go!")]),
        ("A='\\\\'", &[("A", "\\\\")]),
        ("A='a\\nb\\'c\\\\d\\\"e'", &[("A", "a\\nb'c\\\\d\\\"e")]),
        ("A=a\"b\"c'd", &[("A", "a\"b\"c'd")]),
        ("A=x=\"y\"", &[("A", "x=\"y\"")]),
        ("A=\"echo 'asd'\" # c", &[("A", "echo 'asd'")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn double_quotes_have_escapes() {
    for (written, expected) in [
        (r"a\nb\tc\\d\re", "a\nb\tc\\d\re"),
        (r#"a\"b"#, "a\"b"),
        (r"\a\b\f\v", "\u{7}\u{8}\u{c}\u{b}"),
        (r"foo\$BAR \${FOO} $$FOO", "foo$BAR ${FOO} $FOO"),
        (r"\x41\u0041\q\'\c", r"\x41\u0041\q\'\c"),
        (r"\0123f\0101g", "SfAg"),
        (r"\0377", "\u{ff}"),
        (r"\0 \07 \08 \0400", r"\ \7 \8 \400"),
        (r"bar\\r\ b\az", "bar\\r\\ b\u{7}z"),
        ("\\\n", "\\\n"),
        (r"\\", r"\"),
    ] {
        assert_values(
            &format!("A=\"{written}\""),
            EnvFileFormat::DotEnv,
            &[("A", expected)],
        );
    }
    assert_values(r"A=a\nb\'c", EnvFileFormat::DotEnv, &[("A", r"a\nb\'c")]);
}

#[test]
fn values_are_interpolated_but_for_single_quotes() {
    for (text, expected) in [
        (
            "A=$FOO\nB=\"${FOO}\"\nC='${FOO}'",
            &[("A", "first"), ("B", "first"), ("C", "${FOO}")][..],
        ),
        ("A=${A:-1}\nB=${A}_$A", &[("A", "1"), ("B", "1_1")]),
        ("A=1\nA=${A}2\nB=$A", &[("A", "12"), ("B", "12")]),
        (
            "A=\\$FOO\nB=$$FOO\nC=$ $1",
            &[("A", "\\first"), ("B", "$FOO"), ("C", "$ $1")],
        ),
        ("A=${X:-a b}", &[("A", "a b")]),
        ("A=\"${X:-a # b}\"", &[("A", "a # b")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn the_callers_variables_win_over_the_files_inside_values() {
    assert_values(
        "FOO=mine\nA=$FOO",
        EnvFileFormat::DotEnv,
        &[("FOO", "mine"), ("A", "first")],
    );
    assert_values(
        "BAR=mine\nA=$BAR",
        EnvFileFormat::DotEnv,
        &[("BAR", "mine"), ("A", "")],
    );
}

#[test]
fn a_bare_name_inherits_the_callers_value() {
    for (text, expected) in [
        ("FOO", &[("FOO", "first")][..]),
        ("FOO \nBAR\nNOPE\n", &[("FOO", "first"), ("BAR", "")]),
        ("A=1\nA", &[("A", "1")]),
        ("export FOO\nexport\nexport NOPE", &[("FOO", "first")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn export_is_skipped_before_a_name() {
    for (text, expected) in [
        (
            "export A=1\nexport\tB=2\n  export C='x'",
            &[("A", "1"), ("B", "2"), ("C", "x")][..],
        ),
        (
            "export_A =2\nexport.B= 3\nexportC=4",
            &[("export_A", "2"), ("export.B", "3"), ("exportC", "4")],
        ),
        ("export=1", &[("export", "1")]),
        ("export = 1", &[("export", "1")]),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
    }
}

#[test]
fn raw_values_are_taken_as_they_are() {
    for (text, expected) in [
        (
            "A= 1 \nB=\"x\"\nC='y' #z",
            &[("A", " 1 "), ("B", "\"x\""), ("C", "'y' #z")][..],
        ),
        ("# c\n  # d\n\tA=b", &[("A", "b")]),
        ("A=${FOO} $$ \\n", &[("A", "${FOO} $$ \\n")]),
        ("A==x\r\nB=2\r\n", &[("A", "=x"), ("B", "2")]),
        ("\u{feff}A=1", &[("A", "1")]),
        ("FOO\nNOPE\nA:1", &[("FOO", "first")]),
        ("1A$=x", &[("1A$", "x")]),
        ("A=\n\nB=", &[("A", ""), ("B", "")]),
    ] {
        assert_values(text, EnvFileFormat::Raw, expected);
    }
}

#[test]
fn mistakes_are_refused_with_the_part_to_blame_and_a_hint() {
    use EnvFileFormat::{DotEnv, Raw};
    for (format, text, blamed, message, hint) in [
        (
            DotEnv,
            "A$=1",
            "$",
            "unexpected character '$' in the variable name `A$`",
            "a line is `NAME=value`",
        ),
        (
            DotEnv,
            "FOO#c",
            "#",
            "unexpected character '#' in the variable name `FOO#c`",
            "put the comment on",
        ),
        (
            DotEnv,
            "{\"a\": 1}",
            "{",
            "unexpected character '{' in the variable name `{\"a\"`",
            "a line is",
        ),
        (
            DotEnv,
            "A B=1",
            " ",
            "the variable name `A B` contains white space",
            "a line is `NAME=value`",
        ),
        (
            DotEnv,
            "- A=1",
            " ",
            "the variable name `- A` contains white space",
            "a line is `NAME=value`",
        ),
        (
            DotEnv,
            "export A B=1",
            " ",
            "the variable name `A B` contains white space",
            "a line is",
        ),
        (
            DotEnv,
            "A='x\nB=2",
            "'x",
            "the value of `A` has no closing '",
            "close the value with '",
        ),
        (
            DotEnv,
            "A=\"x\\\"\nB=2",
            "\"x\\\"",
            "the value of `A` has no closing \"",
            "close the value with \"",
        ),
        (
            DotEnv,
            "A=${X:?err}",
            "X",
            "required variable X is missing a value: err",
            "set X in the environment",
        ),
        (
            DotEnv,
            "A=x${X",
            "${X",
            "`${` is not closed",
            "write `$$` for a dollar sign that is meant literally, or",
        ),
        (
            DotEnv,
            "A=\"\\n\\t${X!}\"",
            "!",
            "`!` is not understood",
            "write `$$`",
        ),
        (
            DotEnv,
            "A=\"\\$\\u\u{e9}\\0101${X!}\\n\"",
            "!",
            "`!` is not understood",
            "write `$$`",
        ),
        (
            Raw,
            "=1",
            "=",
            "no variable name before `=`",
            "a line is `NAME=value`",
        ),
        (
            Raw,
            "A B=1",
            "A B",
            "the variable name `A B` contains white space",
            "a line is `NAME=value`",
        ),
        (
            Raw,
            "A ",
            "A ",
            "the variable name `A ` contains white space",
            "a line is `NAME=value`",
        ),
    ] {
        let errors = parse_env_file(text, format, lookup).expect_err(text);
        let [error] = &errors[..] else {
            panic!("{text:?}: {errors:?}")
        };
        assert_eq!(&text[error.span.clone()], blamed, "{text:?}");
        assert!(error.to_string().starts_with(message), "{text:?}: {error}");
        assert!(
            error.kind.hint().starts_with(hint),
            "{text:?}: {}",
            error.kind.hint()
        );
    }
}

#[test]
fn all_mistakes_of_a_file_are_told() {
    let text = "A$=1\nB=2\nC D=3\nE=${}\nF='x";
    let errors = parse_env_file(text, EnvFileFormat::DotEnv, lookup).expect_err("four mistakes");
    let blamed: Vec<_> = errors
        .iter()
        .map(|error| &text[error.span.clone()])
        .collect();
    assert_eq!(blamed, ["$", " ", "${}", "'x"]);
}

#[test]
fn unset_variables_are_told_with_their_place() {
    let text = "A=$X\nB=\"\\t${Y}\"\nC='$Z'\n";
    let unset = parse(text, EnvFileFormat::DotEnv).unset;
    let found: Vec<_> = unset
        .iter()
        .map(|unset| (&text[unset.span.clone()], unset.span.start))
        .collect();
    assert_eq!(found, [("X", 3), ("Y", 12)]);
}

#[test]
fn names_and_values_have_their_places() {
    let text = "# c\n  export A = \"x\\ny\" # d\nB: z #e\nFOO\n";
    let file = parse(text, EnvFileFormat::DotEnv);
    let places: Vec<_> = file
        .variables
        .values()
        .map(|value| {
            (
                &text[value.name_span.clone()],
                &text[value.value_span.clone()],
            )
        })
        .collect();
    assert_eq!(places, [("A", "\"x\\ny\""), ("B", "z"), ("FOO", "")]);
    let text = "\u{feff}A= 1\r\n";
    let file = parse(text, EnvFileFormat::Raw);
    let value = &file.variables["A"];
    assert_eq!(
        (
            &text[value.name_span.clone()],
            &text[value.value_span.clone()]
        ),
        ("A", " 1")
    );
}

#[test]
fn text_behind_a_closing_quote_is_doubted() {
    for (text, expected, blamed) in [
        ("A='x' B=2 # c", &[("A", "x"), ("B", "2")][..], "B=2 # c"),
        ("A=\"x\"B=2", &[("A", "x"), ("B", "2")], "B=2"),
        ("A=\"x\" y\nB=1", &[("A", "x"), ("B", "1")], "y"),
    ] {
        assert_values(text, EnvFileFormat::DotEnv, expected);
        let doubts = parse(text, EnvFileFormat::DotEnv).doubts;
        assert_eq!(&text[doubts[0].span.clone()], blamed, "{text:?}");
        assert_eq!(
            doubts[0].kind,
            EnvFileDoubtKind::AfterQuote("A".to_owned()),
            "{text:?}"
        );
    }
    assert_eq!(
        parse("A='x' # c\nB=\"y\"\t\r\nC='z'#\n", EnvFileFormat::DotEnv).doubts,
        []
    );
}

#[test]
fn a_value_without_a_name_is_kept_and_doubted() {
    let file = parse("=\"value\"", EnvFileFormat::DotEnv);
    assert_eq!(file.variables[""].value, "value");
    assert_eq!(file.doubts[0].kind, EnvFileDoubtKind::NoName);
    assert_eq!(file.doubts[0].span, 0..1);
}

/// `dotenvy` reads another dialect; on these lines the two agree, which keeps ours honest.
#[test]
fn lines_on_which_dotenvy_agrees_are_read_alike() {
    for text in [
        "A=1",
        "A=1\nB=2\n\nC=3\n",
        "A=1\r\nB=2\r\n",
        "# comment\nA=1\n  # indented\nB=2",
        "A=1 # comment",
        "A=b#c",
        "A = 1",
        "  A=1",
        "A=x  ",
        "A=",
        "export A=1",
        "export   A=1",
        "A=\"\"\nB=''",
        "A=\" x \"\nB=' y '",
        "A=\"x\" # comment",
        "A='x # y'",
        "A=\"first\nsecond\"",
        "A='first\nsecond'",
        "A='x\ty'",
        "A=\"x\\ny\"",
        "A=\"x\\\"y\"",
        "A=\"x\\\\y\"",
        "A=\"it's\"",
        "A='say \"x\"'",
        "A='$FOO ${FOO}'",
        "A=\"\\$FOO\"",
        "A=1\nB=$A",
        "A=1\nB=${A}",
        "A=1\nB=\"x ${A} y\"",
        "A=1\nB=$A-$A",
        "A.B=1",
        "_A=1\nA_2=2",
        "A=http://localhost:5000/x?y=z",
        "A=postgres://u:p@h/d",
        "A=a=b=c",
        "A=\u{e9}\nB='\u{fc}'",
        "A=1\nA=2",
    ] {
        let theirs: IndexMap<String, String> = dotenvy::Iter::new(text.as_bytes())
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let ours = parse_env_file(text, EnvFileFormat::DotEnv, |_| None)
            .unwrap_or_else(|errors| panic!("{text:?}: {errors:?}"));
        let ours: IndexMap<String, String> = ours
            .variables
            .into_iter()
            .map(|(name, value)| (name, value.value))
            .collect();
        assert_eq!(ours, theirs, "{text:?}");
    }
}
