use super::*;

/// `FOO=first`, `BAR` is empty, everything else is unset.
fn lookup(name: &str) -> Option<String> {
    match name {
        "FOO" => Some("first".to_owned()),
        "BAR" => Some(String::new()),
        "DOLLAR" => Some("${FOO} $$".to_owned()),
        _ => None,
    }
}

#[test]
fn variables_are_replaced() {
    for (text, expected) in [
        ("", ""),
        ("plain", "plain"),
        ("$FOO", "first"),
        ("${FOO}", "first"),
        ("${BAR}", ""),
        ("This $FOO var", "This first var"),
        ("$FOO-bar", "first-bar"),
        ("$FOO}", "first}"),
        ("$FOO$FOO", "firstfirst"),
        ("\u{e9}${A:-\u{fc}}$FOO\u{e9}", "\u{e9}\u{fc}first\u{e9}"),
        ("\\${FOO}", "\\first"),
        ("a\n${FOO}\nb", "a\nfirst\nb"),
        ("${DOLLAR}", "${FOO} $$"),
    ] {
        let result = interpolate(text, lookup).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            (result.text.as_str(), result.unset),
            (expected, vec![]),
            "{text}"
        );
    }
}

#[test]
fn modifiers_follow_the_specification() {
    for (text, expected) in [
        ("ok ${missing:-def}", "ok def"),
        ("ok ${missing-def}", "ok def"),
        ("ok ${BAR:-def}", "ok def"),
        ("ok ${BAR-def}", "ok "),
        ("ok ${FOO:-def}", "ok first"),
        ("${A-}", ""),
        ("${A:-}", ""),
        ("${FOO?err}", "first"),
        ("${FOO:?err}", "first"),
        ("${BAR?err}", ""),
        ("${FOO:+rep}", "rep"),
        ("${FOO+rep}", "rep"),
        ("${BAR:+rep}", ""),
        ("${BAR+rep}", "rep"),
        ("${A:+rep}", ""),
        ("${A+rep}", ""),
        ("ok ${BAR:-/non:-alphanumeric}", "ok /non:-alphanumeric"),
        ("-ok ${BAR:-a}${A:-b}", "-ok ab"),
        (":?ok ${BAR:-d}", ":?ok d"),
        ("${A-b:-c}", "b:-c"),
        ("${A:-a b?c+d}", "a b?c+d"),
    ] {
        let result = interpolate(text, lookup).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            (result.text.as_str(), result.unset),
            (expected, vec![]),
            "{text}"
        );
    }
}

#[test]
fn modifiers_nest() {
    for (text, expected) in [
        ("+ok ${UNSET:-${BAR-defaultValue}}", "+ok "),
        ("ok ${UNSET_VAR-${FOO} ${FOO}}", "ok first first"),
        ("${A:-${B:-${C:-deep}}}x", "deepx"),
        ("${FOO+${A:-n}}", "n"),
        ("${A:+${A},}B", "B"),
        ("${FOO:+${FOO},}B", "first,B"),
        ("${A:-$FOO}", "first"),
    ] {
        assert_eq!(
            interpolate(text, lookup)
                .map(|result| result.text)
                .as_deref(),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn braces_inside_a_default_count_in_pairs() {
    for (text, expected) in [
        ("ok ${JSON:-{\"json\":1}}", "ok {\"json\":1}"),
        ("${A:-{}}", "{}"),
        ("${A:-{}} $FOO", "{} first"),
        ("${A:-{}", "{"),
        ("${A:-{{.Name}}}", "{{.Name}}"),
        ("${FOO:-x}} y", "first} y"),
        ("${A:-'}'}", "''}"),
    ] {
        assert_eq!(
            interpolate(text, lookup)
                .map(|result| result.text)
                .as_deref(),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn dollar_signs_can_be_literal() {
    for (text, expected) in [
        ("$", "$"),
        ("$$", "$"),
        ("$1 $- $( $ $}", "$1 $- $( $ $}"),
        ("$$FOO $$$FOO $${FOO}", "$FOO $first ${FOO}"),
        ("${A:-$$x}", "$x"),
        ("${A:-$}", "$"),
        ("${FOO+$$}", "$"),
    ] {
        assert_eq!(
            interpolate(text, lookup)
                .map(|result| result.text)
                .as_deref(),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn unset_variables_are_told_with_their_place() {
    for (text, expected) in [
        ("This ${missing} var", vec![("missing", 7)]),
        ("$_x${_}", vec![("_x", 1), ("_", 5)]),
        ("${A:-${B}}", vec![("B", 7)]),
        ("\u{e9} $A", vec![("A", 4)]),
        ("${FOO:-${B}}", vec![]),
        ("${A:+x}", vec![]),
    ] {
        let unset = interpolate(text, lookup)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .unset;
        let found: Vec<_> = unset
            .iter()
            .map(|unset| (unset.name.as_str(), unset.span.start))
            .collect();
        assert_eq!(found, expected, "{text}");
        for unset in &unset {
            assert_eq!(text[unset.span.clone()], unset.name, "{text}");
        }
    }
}

#[test]
fn malformed_references_are_refused_with_the_part_to_blame() {
    for (text, blamed, message) in [
        ("x ${FOO", "${FOO", "`${` is not closed by `}` on its line"),
        (
            "${FOO:-x",
            "${FOO:-x",
            "`${` is not closed by `}` on its line",
        ),
        (
            "${A:-a\nb}",
            "${A:-a",
            "`${` is not closed by `}` on its line",
        ),
        (
            "${A:-${FOO}",
            "${A:-${FOO}",
            "`${` is not closed by `}` on its line",
        ),
        ("a ${} b", "${}", "`${}` holds no variable name"),
        ("${ }", "${ }", "`${ }` holds no variable name"),
        ("${1}", "${1}", "`${1}` holds no variable name"),
        ("${A:-${}}", "${}", "`${}` holds no variable name"),
        ("${foo!}", "!", "`!` is not understood after the name `foo`"),
        ("${FOO }", " ", "` ` is not understood after the name `FOO`"),
        (
            "${A:=x}",
            ":=x",
            "`:=x` is not understood after the name `A`",
        ),
        ("${A:}", ":", "`:` is not understood after the name `A`"),
        (
            "${foo.bar}",
            ".bar",
            "`.bar` is not understood after the name `foo`",
        ),
        (
            "${A\u{e9}}",
            "\u{e9}",
            "`\u{e9}` is not understood after the name `A`",
        ),
        (
            "\u{e9}${A:-${B!}}",
            "!",
            "`!` is not understood after the name `B`",
        ),
    ] {
        let error = interpolate(text, lookup).expect_err(text);
        assert_eq!(&text[error.span.clone()], blamed, "{text}");
        assert!(error.to_string().starts_with(message), "{text}: {error}");
        assert_eq!(
            error.kind.hint(),
            "write `$$` for a dollar sign that is meant literally"
        );
    }
}

#[test]
fn required_variables_that_are_missing_are_errors_with_their_message() {
    for (text, blamed, message) in [
        (
            "not ok ${UNSET:?Mandatory Variable}",
            "UNSET",
            "required variable UNSET is missing a value: Mandatory Variable",
        ),
        (
            "${UNSET?m}",
            "UNSET",
            "required variable UNSET is missing a value: m",
        ),
        (
            "${BAR:?empty}",
            "BAR",
            "required variable BAR is missing a value: empty",
        ),
        (
            "${UNSET:?}",
            "UNSET",
            "required variable UNSET is missing a value",
        ),
        (
            "${UNSET:?see ${FOO} $$}",
            "UNSET",
            "required variable UNSET is missing a value: see first $",
        ),
        (
            "${FOO+${A:?n}}",
            "A",
            "required variable A is missing a value: n",
        ),
        (
            "${A?${B:?n}}",
            "B",
            "required variable B is missing a value: n",
        ),
        (
            "${A:?a}b}",
            "A",
            "required variable A is missing a value: a",
        ),
    ] {
        let error = interpolate(text, lookup).expect_err(text);
        assert_eq!(&text[error.span.clone()], blamed, "{text}");
        assert_eq!(error.to_string(), message, "{text}");
    }
    let error = interpolate("${KEY:?}", lookup).expect_err("KEY is unset");
    assert_eq!(
        error.kind.hint(),
        "set KEY in the environment or in the .env file"
    );
}

#[test]
fn a_mistake_in_an_unused_default_is_passed_over() {
    assert_eq!(
        interpolate("${FOO:-${B!}}", lookup)
            .map(|result| result.text)
            .as_deref(),
        Ok("first")
    );
}

#[test]
fn nesting_has_a_bound() {
    let nested = |depth: usize| format!("{}x{}", "${A:-".repeat(depth), "}".repeat(depth));
    assert_eq!(
        interpolate(&nested(MAX_DEPTH), lookup)
            .map(|result| result.text)
            .as_deref(),
        Ok("x")
    );
    let error = interpolate(&nested(MAX_DEPTH + 1), lookup).expect_err("too deep");
    assert_eq!(error.kind, InterpolationErrorKind::TooDeep);
    assert_eq!(variables(&nested(500)).len(), MAX_DEPTH + 1);
    // What nobody means is one malformed variable.
    assert_eq!(variables(&nested(100_000)), [Variable::default()]);
}

#[test]
fn all_uses_of_variables_are_listed() {
    let describe = |text: &str| -> Vec<String> {
        variables(text)
            .iter()
            .map(|v| {
                if !v.name.is_empty() {
                    assert_eq!(text[v.span.clone()], v.name);
                }
                format!("{}|{}|{}|{}", v.name, v.default, v.presence, v.required)
            })
            .collect()
    };
    for (text, expected) in [
        ("plain $$A $", &[][..]),
        ("$A ${B}", &["A|||false", "B|||false"]),
        ("${A:-d} ${B-e}", &["B|e||false", "A|d||false"]),
        ("${A:+p} ${B+q}", &["B||q|false", "A||p|false"]),
        ("${A:?m} ${B?${C}}", &["B|||true", "A|||true"]),
        ("${A:-${B:-c}}", &["A|${B:-c}||false", "B|c||false"]),
        (
            "${A:-x${B}}y${C}",
            &["C|||false", "A|x${B}||false", "B|||false"],
        ),
        // Without a name: a mistake.
        ("${ } ${A!} $B", &["|||false", "|||false", "B|||false"]),
        ("${A:-${1}}", &["A|${1}||false", "|||false"]),
        // The last one of a name counts.
        ("${A:-x}${A:-y}", &["A|y||false", "A|x||false"]),
        ("${A:-x}${A}", &["A|||false", "A|x||false"]),
        ("${A:-x}$A", &["A|x||false", "A|||false"]),
        ("${A}${A:-x}", &["A|||false", "A|x||false"]),
        ("${A:?m}\n${A:-y}", &["A|||true", "A|y||false"]),
    ] {
        assert_eq!(describe(text), expected, "{text}");
    }
}
