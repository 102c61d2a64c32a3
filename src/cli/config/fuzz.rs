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

/// The files of the repository; what loads is taken more often than what is broken on purpose.
fn examples() -> Vec<String> {
    let files = fuzz::files(&[".yaml", ".yml"]);
    let loads = |text: &&String| load(&request(text), &LoadOptions::default()).is_ok();
    let sound: Vec<String> = files.iter().filter(loads).cloned().collect();
    assert!(!sound.is_empty(), "no file of the repository loads");
    let more = 2 * files.len() / sound.len();
    let mut examples = files;
    for _ in 0..more {
        examples.extend_from_slice(&sound);
    }
    examples.extend(vec![RICH.to_owned(); 10]);
    examples
}

/// Much that is printed otherwise than it is written.
const RICH: &str = "services:
  web:
    image: x
    build: {context: ., args: [A=1]}
    command: echo \"$$HOME\" 'a b'
    ports: ['80', '127.0.0.1:8000-8001:9000-9001/udp', '5000-5010:90']
    volumes: ['v:/v:nocopy', './b:/b:ro,z', /anonymous]
    environment: {A: 'yes', B: 1.50, C: null, D: '', E: \"a\\nb\", F: '0755'}
    labels: [a=b, c]
    mem_limit: 1.5g
    healthcheck: {test: curl localhost, interval: 1m30s, retries: 3}
    depends_on: [db]
    networks: {n: {aliases: [z]}, default: }
    configs: [c]
  db:
    image: y
    ulimits: {core: 0, nofile: {soft: 0, hard: 5}}
    deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 1g}}}
    env_file: [{path: none, required: false}]
    extra_hosts: ['a:1.1.1.1', 'b=::1']
networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}
volumes: {v: {driver_opts: {a: 1}}}
configs: {c: {content: \"a $$b\\n\"}}
x-anything: {a: [1, 2.5, null, true, '!']}
";

#[test]
fn whole_stacks() {
    let grammar = Grammar {
        examples: examples(),
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
