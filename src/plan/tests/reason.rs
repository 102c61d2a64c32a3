//! Every reason in words.

use std::fmt::Write as _;

use super::sample::reasons;

/// What people read for each kind of reason.
const TEXTS: &str = "\
missing: not there yet
changed: environment.DEBUG: \"0\" -> \"1\"  stack.yaml:14:7; mem_limit: 64m added  stack.yaml:15:7; tty: true removed; configs.motd: its content changed  stack.yaml:16:7
not_in_place: mem_limit: 64m added  stack.yaml:15:7; the engine cannot lower it below what is used
image_changed: image is another one now: 0123456789ab -> fedcba987654
may_change_image: if its image id changes
may_change_variables: if its variables change
provided: docker-mysql brings it
used: services use it
unknown_origin: what it was made from is not known
asked: --force-recreate
pull_policy: pull_policy is always
image_age: image was pulled 3 days ago, pull_policy: daily
restores: the new one cannot start
dependency_replaced: it is restarted with its dependency db
replaces: part of the replacement
shares_with: shares with db, which is replaced
gone: its network shop_back is gone
granted: it is granted config motd, secret pin
hook: post_start hook
not_running: it is exited
ready: dependency db is healthy, dependency job is completed successfully
needed_by: web needs it started
orphan: the file has no such service
superfluous: the service has fewer replicas now
renamed: its name is shop_web_1
left_behind: left behind by an interrupted run
renewed: network shop_back is made anew
lowered: the project is lowered
";

#[test]
fn each_reason_has_its_words() {
    let mut texts = String::new();
    for reason in reasons() {
        let _ = writeln!(texts, "{}: {reason}", reason.name());
    }
    assert_eq!(texts, TEXTS);
}
