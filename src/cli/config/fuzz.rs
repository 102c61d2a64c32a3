//! Whole stacks: what is wrong can be shown, what `config` prints loads again to the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::origin::Origins;
use super::text;
use crate::fuzz::{self, Grammar, inside, run};
use crate::loader::error::{Diagnostic, LoadError, Severity};
use crate::loader::span::Sources;
use crate::loader::{LoadOptions, LoadRequest, Loaded, load};
use crate::ui::{Color, diagnostic};

fn request(text: &str) -> LoadRequest {
    let environment = [("A", "a"), ("EMPTY", ""), ("HOME", "/home/me")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    LoadRequest {
        files: vec!["-".to_owned()],
        project_name: Some("fuzz".to_owned()),
        profiles: vec!["*".to_owned()],
        environment: BTreeMap::from(environment),
        current_dir: PathBuf::from("/nowhere/at/all"),
        stdin: Some(text.to_owned()),
        ..LoadRequest::default()
    }
}

/// What is wrong or doubtful has its places inside the files, and can be shown.
fn shown(diagnostics: &[Diagnostic], sources: &Sources) -> Result<(), String> {
    for label in diagnostics.iter().flat_map(|problem| &problem.labels) {
        let file = sources.file(label.span.file).ok_or("a file that is none")?;
        inside(
            &file.text,
            &(label.span.start as usize..label.span.end as usize),
        )?;
    }
    diagnostic::render(diagnostics, sources, Color::OFF, 80);
    diagnostic::json(diagnostics, sources);
    Ok(())
}

fn loaded(text: &str, options: &LoadOptions) -> Result<Option<Loaded>, String> {
    match load(&request(text), options) {
        Ok(loaded) => {
            shown(&loaded.warnings, &loaded.sources)?;
            Ok(Some(loaded))
        }
        Err(LoadError {
            diagnostics,
            sources,
        }) => {
            shown(&diagnostics, &sources)?;
            if diagnostics
                .iter()
                .all(|problem| problem.severity != Severity::Error)
            {
                return Err("refused without a reason".to_owned());
            }
            Ok(None)
        }
    }
}

fn again(text: &str) -> Result<(), String> {
    let raw = LoadOptions {
        interpolate: false,
        ..LoadOptions::default()
    };
    if let Some(raw) = loaded(text, &raw)? {
        text::yaml(&raw, true);
        text::variables_table(&raw);
    }
    let Some(first) = loaded(text, &LoadOptions::default())? else {
        return Ok(());
    };
    let caller = BTreeMap::new();
    let origins = Origins {
        loaded: &first,
        caller: &caller,
    };
    text::yaml_with_origins(&first, false, &origins);
    let (yaml, json) = (text::yaml(&first, false), text::json(&first, false));
    for printed in [&yaml, &json] {
        let options = LoadOptions::default();
        let second = match load(&request(printed), &options) {
            Ok(second) => second,
            Err(error) => {
                let messages: Vec<&str> = error
                    .diagnostics
                    .iter()
                    .map(|problem| problem.message.as_str())
                    .collect();
                return Err(format!(
                    "what is printed does not load: {messages:?}\n{printed}"
                ));
            }
        };
        // JSON leaves out what docker compose leaves out there.
        let second = if printed == &yaml {
            text::yaml(&second, false)
        } else {
            text::json(&second, false)
        };
        if &second != printed {
            return Err(format!("printed\n{printed}and then\n{second}"));
        }
    }
    Ok(())
}

#[test]
fn whole_stacks() {
    let grammar = Grammar {
        examples: fuzz::files(&[".yaml", ".yml"]),
        pieces: &[
            "null",
            "~",
            "''",
            "[]",
            "{}",
            "true",
            "yes",
            "0",
            "-1",
            "1.5",
            "0755",
            "1e400",
            "9223372036854775808",
            "64m",
            "1d12h",
            "-1s",
            "abc",
            "\"a\\tb\"",
            "$A",
            "${A:-b}",
            "${EMPTY:?x}",
            "$$x",
            "[a, b]",
            "{a: b}",
            "{a: null}",
            "!reset null",
            "!override []",
            "&x ",
            "*x",
            "<<: *x\n",
            "8000-8002:80-82/udp",
            "./a:/b:ro,z",
            "a=b",
            "=",
            "service_healthy",
            "all",
            "host",
            "service:a",
            "none",
            "/dev/null",
            ".",
            "..",
            "~/x",
            "C:\\x",
            "|\n",
            "- ",
            ": ",
            "# c",
            "---\n",
            "x-y: 1\n",
            "image: a:b@sha256:c\n",
            "a: {image: b}\n",
            "profiles: [p]\n",
            "a.b/c:1",
            "extends: a\n",
            "extends: {service: web}\n",
            "depends_on: [web]\n",
            "scale: 2\n",
            "\u{1}",
            "\u{7f}",
            "\u{85}",
        ],
    };
    run(grammar, again);
}
