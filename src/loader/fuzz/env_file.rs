//! Env files: any text, and those on which dotenvy agrees.

use indexmap::IndexMap;

use crate::fuzz::{self, Grammar, inside, run};
use crate::loader::env_file::{EnvFileFormat, parse_env_file};

#[test]
fn env_files() {
    let mut examples = fuzz::files(&[".env"]);
    examples.push(
        "# c\nexport A=1\nB: 'x'\r\nC=\"a\\nb ${A:-d}\" # e\nD=$A-$B\nFOO\nE=a b c\nF='x\ny'\nG=\"\\$A\\0101\"\n"
            .to_owned(),
    );
    let pieces = &[
        "=", ":", "'", "\"", "\\", "#", " #", "$", "${", "}", "export ", "\n", "\r\n", "A", "\\n",
        "\\\"", "\\$", "\\0", "${A:-", "${A:?x}", "FOO", "\u{feff}",
    ];
    run(Grammar { examples, pieces }, |text| {
        let lookup = |name: &str| (name == "FOO").then(|| "first".to_owned());
        for format in [EnvFileFormat::DotEnv, EnvFileFormat::Raw] {
            let file = match parse_env_file(text, format, lookup) {
                Ok(file) => file,
                Err(errors) => {
                    for error in &errors {
                        let _ = (error.to_string(), error.kind.hint());
                        inside(text, &error.span)?;
                    }
                    if errors.is_empty() {
                        return Err("refused without a reason".to_owned());
                    }
                    continue;
                }
            };
            for unset in &file.unset {
                inside(text, &unset.span)?;
                // An escape can make a name: `"$\0101"` is `$A`.
                let written = &text[unset.span.clone()];
                if written != unset.name && !written.contains('\\') {
                    return Err(format!("{unset:?} stands elsewhere"));
                }
            }
            for doubt in &file.doubts {
                inside(text, &doubt.span)?;
            }
            for (name, value) in &file.variables {
                inside(text, &value.name_span)?;
                inside(text, &value.value_span)?;
                // A value without a name has the place of its sign.
                if !name.is_empty() && text[value.name_span.clone()] != *name {
                    return Err(format!("the name {name:?} stands elsewhere"));
                }
            }
        }
        Ok(())
    });
}

/// Lines of the grammar that both have; the first letters of the text choose them.
fn common(text: &str) -> String {
    const NAMES: [&str; 6] = ["A", "B", "_C1", "export A", "  B", "D.x"];
    const VALUES: [&str; 20] = [
        "",
        "1",
        "x  ",
        "b#c",
        "x # c",
        "\"\"",
        "''",
        "\" x \"",
        "' y '",
        "'x # y' # z",
        "\"a\nb\"",
        "'a\nb'",
        "\"x\\ny\\\"\\\\\"",
        "\"it's\"",
        "'say \"x\" $A ${B}'",
        "\"\\$A\"",
        "a=b=c",
        "http://h:1/x?y=z",
        "$A",
        "\"x ${A}-$B y\"",
    ];
    let mut lines = String::new();
    let bytes: Vec<usize> = text.bytes().map(usize::from).collect();
    for pair in bytes.chunks_exact(2).take(12) {
        let end = ["\n", "\r\n", "\n\n", "\n# c\n"][pair[0] / 8 % 4];
        let (name, value) = (NAMES[pair[0] % 6], VALUES[pair[1] % 20]);
        // What is not set here, dotenvy takes from the process.
        lines.extend([name, "=", value, end]);
    }
    format!("A=first\nB=\n{lines}")
}

#[test]
fn env_files_that_dotenvy_reads() {
    let examples = vec![
        "abcdefgh".to_owned(),
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ".to_owned(),
    ];
    let pieces = &["a", "q", "Z", "01", "%%", "é", "~ ", "!x"];
    run(Grammar { examples, pieces }, |text| {
        let text = common(text);
        let theirs: Result<IndexMap<String, String>, _> =
            dotenvy::Iter::new(text.as_bytes()).collect();
        let ours = parse_env_file(&text, EnvFileFormat::DotEnv, |_| None);
        let ours: Result<IndexMap<String, String>, _> = ours.map(|file| {
            let variables = file.variables.into_iter();
            variables.map(|(name, value)| (name, value.value)).collect()
        });
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) if ours == theirs => Ok(()),
            (ours, theirs) => Err(format!("{text}\nours: {ours:?}\ntheirs: {theirs:?}")),
        }
    });
}
