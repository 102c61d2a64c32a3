//! The readers of YAML, variables and env files on texts that nobody would write.

mod env_file;
mod yaml;

use super::interpolate::{interpolate, variables};
use crate::fuzz::{Grammar, inside, run};

#[test]
fn variables_in_text() {
    let examples = [
        "plain",
        "$A ${A} $$A $1 $(x)",
        "${A:-b}${A-b}${A:?b}${A?b}${A:+b}${A+b}",
        "${A:-${B:-${EMPTY:+c}}} {\"json\": [\"$A\"]}",
        "x ${EMPTY:-{\"a\": {}}} y\n$NOT ${NOT_EITHER}",
    ];
    let grammar = Grammar {
        examples: examples.map(str::to_owned).to_vec(),
        pieces: &[
            "$", "$$", "${", "}", "{", ":-", ":?", ":+", "-", "?", "+", "A", "EMPTY", "${A}",
            "$NOT", "${A:-", "1",
        ],
    };
    run(grammar, |text| {
        for variable in variables(text) {
            inside(text, &variable.span)?;
            if text[variable.span.clone()] != variable.name {
                return Err(format!("{variable:?} stands elsewhere"));
            }
        }
        let lookup = |name: &str| match name {
            "A" => Some("a$b${c}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        match interpolate(text, lookup) {
            Ok(result) => {
                for unset in result.unset {
                    inside(text, &unset.span)?;
                    if text[unset.span.clone()] != unset.name {
                        return Err(format!("{unset:?} stands elsewhere"));
                    }
                }
                if !text.contains('$') && result.text != text {
                    return Err("a text without variables is changed".to_owned());
                }
            }
            Err(error) => {
                let _ = (error.to_string(), error.kind.hint());
                inside(text, &error.span)?;
            }
        }
        // What `config` does to a text that must not be taken for one with variables.
        match interpolate(&text.replace('$', "$$"), lookup) {
            Ok(result) if result.text == text => Ok(()),
            other => Err(format!("doubled dollar signs give {other:?}")),
        }
    });
}
