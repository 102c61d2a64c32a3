use std::fs;
use std::path::Path;

use indexmap::IndexMap;

use super::*;
use crate::loader::{LoadOptions, LoadRequest, load};
use crate::model::ServiceName;

/// Loads a stack file in a folder with a file `here` and an empty folder `folder`, and gathers its inputs.
/// The project of a stack file in this folder: all of it, or these services.
fn loaded(folder: &Path, text: &str, services: &[&str]) -> Project {
    fs::write(folder.join("compose.yaml"), text).unwrap();
    let request = LoadRequest {
        current_dir: folder.to_path_buf(),
        project_name: Some("test".to_owned()),
        environment: [("PIN".to_owned(), "1234".to_owned())].into(),
        ..LoadRequest::default()
    };
    let options = LoadOptions {
        current_dir: folder.to_path_buf(),
        services: services.iter().map(ToString::to_string).collect(),
        ..LoadOptions::default()
    };
    load(&request, &options).unwrap().project.unwrap()
}

fn gathered(service: &str, resources: &str) -> Result<Inputs, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("here"), "content").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    let text = format!("services:\n  web:\n    image: x\n{service}{resources}");
    let project = loaded(folder.path(), &text, &[]);
    gather(project).map_err(|errors| {
        let line = |error: &InputError| {
            let place = error.position().map(ToString::to_string);
            let path = folder.path().to_string_lossy();
            let text = error.to_string().replace(&*path, "");
            format!("{text}  {}", place.unwrap_or_default())
        };
        errors.iter().map(line).collect()
    })
}

#[test]
fn every_way_to_hold_something_is_filled_in() {
    let inputs = gathered(
        "    configs: [inline, {source: here, target: sub/x, uid: \"5\", mode: 0640}]\n    \
             secrets: [pin, {source: pin, target: other}, folder]\n",
        "configs:\n  inline: {content: hello}\n  here: {file: ./here}\n\
         secrets:\n  pin: {environment: PIN}\n  folder: {file: ./folder}\n",
    );
    let project = inputs.unwrap().project;
    let held = |config: &Config| config.content.clone().map(|it| it.bytes().to_vec());
    assert_eq!(held(&project.configs["inline"]).unwrap(), b"hello");
    assert_eq!(held(&project.configs["here"]).unwrap(), b"content");
    assert_eq!(held(&project.secrets["pin"]).unwrap(), b"1234");
    assert_eq!(held(&project.secrets["folder"]), None);
    let spec = &project.services["web"].spec;
    let references: Vec<_> = (spec.configs.iter().chain(&spec.secrets))
        .map(|it| (it.target.as_str(), it.uid, it.mode, it.content.is_some()))
        .collect();
    assert_eq!(
        references,
        [
            ("/inline", None, None, true),
            // Nobody may write it, whatever the file says.
            ("/sub/x", Some(5), Some(0o440), true),
            ("/run/secrets/pin", None, None, true),
            ("/run/secrets/other", None, None, true),
            ("/run/secrets/folder", None, None, false),
        ]
    );
    assert_eq!(spec.secrets[0].content, spec.secrets[1].content);
}

#[test]
fn what_cannot_be_had_is_told_at_its_place_all_at_once() {
    let errors = gathered(
        "    read_only: true\n    configs: [gone, far, inline]\n    secrets:\n      - unset\n      - source: gone\n",
        "configs:\n  gone: {file: ./gone}\n  far: {external: true}\n  inline: {content: x}\n\
         secrets:\n  unset: {environment: UNSET}\n  gone:\n    file: ./gone\n",
    );
    assert_eq!(
        errors.unwrap_err(),
        [
            "file /gone of config gone does not exist  compose.yaml:10:16",
            "unsupported external config far  compose.yaml:11:19",
            "environment variable \"UNSET\" required by secret unset is not set  compose.yaml:14:24",
            "file /gone of secret gone does not exist  compose.yaml:16:11",
            "config inline cannot be put into service web, which is read-only  compose.yaml:5:26",
            "secret unset cannot be put into service web, which is read-only  compose.yaml:7:9",
        ]
    );
}

#[test]
fn what_is_not_used_is_not_looked_for() {
    let inputs = gathered("", "configs:\n  gone: {file: ./gone}\n");
    assert!(inputs.is_ok());
}

#[test]
fn an_owner_that_cannot_be_given_and_a_hidden_file_are_doubts() {
    let secret = "secrets:\n  here: {file: ./here}\n  folder: {file: ./folder}\n";
    let told = |service: &str| -> Vec<String> {
        let inputs = gathered(service, secret).unwrap();
        let warnings = inputs.warnings.into_iter();
        let line = |warning: Warning| format!("{}  {}", warning.message, warning.position.unwrap());
        warnings.map(line).collect()
    };
    let ignored = |name: &str| {
        format!(
            "service web: `uid`, `gid` and `mode` of secret {name} are ignored: it is mounted, and has those of the \
             host's file  compose.yaml:5:15"
        )
    };
    assert_eq!(
        told("    read_only: true\n    secrets: [{source: here, mode: 0400}]\n"),
        [ignored("here")]
    );
    assert_eq!(
        told("    init: true\n    secrets: [{source: folder, mode: 0400}]\n"),
        [ignored("folder")]
    );
    assert_eq!(
        told("    tmpfs: /run:size=1m\n    secrets: [{source: here, mode: 0400}]\n"),
        [
            "service web: secret here is at /run/secrets/here, where the tmpfs /run hides it  compose.yaml:5:15"
        ]
    );
    assert_eq!(
        told("    tmpfs: /running\n    secrets: [{source: here, mode: 0400}]\n"),
        [""; 0]
    );
}

#[test]
fn the_fingerprint_tells_contents_apart_and_not_which_they_are() {
    let of = |name: &str, text: &str| label::fingerprint(name, &Content::new(text.as_bytes()));
    assert_eq!(of("secret pin", "1234"), of("secret pin", "1234"));
    assert_ne!(of("secret pin", "1234"), of("secret pin", "1235"));
    assert_ne!(of("secret pin", "1234"), of("secret pan", "1234"));
    let mut known: IndexMap<String, usize> = IndexMap::new();
    for pin in 0..200_000 {
        *known
            .entry(of("secret pin", &format!("{pin:06}")))
            .or_default() += 1;
    }
    let fit = known[&of("secret pin", "001234")];
    assert!(fit > 1, "a guess can be confirmed");
}

#[test]
fn a_seccomp_profile_is_known_by_its_content_and_words_of_the_engine_are_none() {
    let options = "    security_opt: [seccomp=here, \"seccomp:unconfined\", seccomp=nowhere, no-new-privileges]\n";
    let project = gathered(options, "").unwrap().project;
    let profiles = &project.services["web"].spec.security_profiles;
    let known: Vec<_> = profiles.keys().map(String::as_str).collect();
    let content = label::fingerprint("seccomp here", &Content::new(*b"content"));
    assert_eq!(known, ["here"]);
    assert_eq!(profiles["here"].content, content);
}

/// A project of a stack file of which only `app` is chosen.
fn app_alone(text: &str) -> Project {
    let folder = tempfile::tempdir().unwrap();
    loaded(folder.path(), text, &["app"])
}

#[test]
fn the_secrets_of_a_build_that_a_chosen_one_copies_from_are_read() {
    let project = app_alone(
        "services:\n  app: {build: {context: ., additional_contexts: {base: 'service:base'}}}\n  \
         base: {build: {context: ., secrets: [pin]}}\nsecrets: {pin: {environment: PIN}}\n",
    );
    let project = gather(project).unwrap().project;
    let content = project.secrets["pin"].content.as_ref();
    assert_eq!(content.unwrap().bytes(), b"1234");
}

#[test]
fn what_lives_in_a_chosen_one_has_its_inputs_or_is_left_out() {
    let project = app_alone(
        "services:\n  app: {image: x}\n  \
         side: {image: x, pid: 'service:app', secrets: [pin]}\n  \
         inner: {image: x, pid: 'service:app', secrets: [unset]}\n\
         secrets: {pin: {environment: PIN}, unset: {environment: NOBODY}}\n",
    );
    assert_eq!(project.sharing.len(), 2);
    let project = gather(project).unwrap().project;
    let left: Vec<_> = project.sharing.keys().map(ServiceName::as_str).collect();
    assert_eq!(left, ["side"]);
    assert!(project.sharing["side"].spec.secrets[0].content.is_some());
}
