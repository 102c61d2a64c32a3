use super::*;
use crate::model::{Condition, Position, Readiness, ServiceName};
use crate::plan::{Effect, FieldChange, Target};
use crate::ui::change::tests::{db, network, plan, recreate_web, running, step};

fn target() -> Target {
    Target::Existing("1".into())
}

#[test]
fn every_change_is_shown_with_its_reason() {
    let service = |name: &str| ServiceName::new(name).unwrap();
    let wait = Operation::Wait {
        target: target(),
        condition: Condition::ServiceHealthy,
        ready: Readiness::default(),
        required: true,
    };
    let plan = plan(vec![
        step(
            Resource::Image("mysql:9".into()),
            Operation::PullImage { platform: None },
            Reason::Missing,
        ),
        network(),
        step(
            db(),
            Operation::StartContainer { target: target() },
            Reason::Ready(Vec::new()),
        ),
        step(
            db(),
            wait,
            Reason::NeededBy(service("web"), Condition::ServiceHealthy),
        ),
    ]);
    assert_eq!(
        render(&plan, &[], Color::OFF),
        "\u{20}+ pull     Image mysql:9         not there yet
 + create   Network shop_default  not there yet
 > start    Container shop-db-1   depends on nothing
 . wait     Container shop-db-1   until it is healthy: web needs it healthy

Plan for shop: 1 to pull, 1 to create, 1 to start, 1 to wait for
"
    );
}

#[test]
fn a_replacement_is_one_change_with_its_fields() {
    let change = |path: &str, from: Option<&str>, to: Option<&str>, line| FieldChange {
        path: path.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        position: Some(Position {
            file: "stack.yaml".into(),
            line,
            column: 7,
        }),
    };
    let mut plan = plan(recreate_web());
    plan.steps[0].reason = Reason::Changed(vec![
        change("environment.DEBUG", Some("\"0\""), Some("\"1\""), 14),
        change("init", None, Some("true"), 20),
    ]);
    plan.unchanged.push(running(db()));
    let service = |name: &str| ServiceName::new(name).unwrap();
    let consequences = [
        Effect::Downtime {
            until: Some(Condition::ServiceHealthy),
            felt_by: vec![service("proxy")],
        },
        Effect::Restarts(vec![service("api"), service("mail")]),
    ];
    let consequences = consequences.map(|effect| Consequence { step: 0, effect });
    assert_eq!(
        render(&plan, &consequences, Color::OFF),
        "\u{20}~ recreate Container shop-web-1
     environment.DEBUG: \"0\" -> \"1\"  stack.yaml:14:7
     init: true added  stack.yaml:20:7
     downtime: until it is healthy again; proxy goes on without it
     restarts: api, mail

Plan for shop: 1 to recreate, 1 unchanged; downtime: web
"
    );
}

#[test]
fn what_only_a_pull_can_tell_is_a_condition() {
    let mut steps = vec![step(
        Resource::Image("web:1".into()),
        Operation::PullImage { platform: None },
        Reason::PullPolicy("always"),
    )];
    steps.extend(recreate_web().into_iter().map(|mut step| {
        step.after.iter_mut().for_each(|id| *id += 1);
        step.only_if = Some(OnlyIf::Changed(vec![crate::plan::Brought {
            step: 0,
            was: "sha256:1".into(),
        }]));
        step
    }));
    steps[1].reason = Reason::MayChangeImage;
    assert_eq!(
        render(&plan(steps), &[], Color::OFF),
        "\u{20}+ pull     Image web:1           pull_policy is always
 ~ recreate Container shop-web-1  if the pull of web:1 brings another image

Plan for shop: 1 to pull, 1 to recreate
"
    );
}

#[test]
fn a_stop_is_no_line_of_its_own_beside_a_removal_or_a_start() {
    let stop = || Operation::StopContainer {
        target: target(),
        timeout: None,
    };
    let start = || Operation::StartContainer { target: target() };
    let restart = Reason::DependencyReplaced(ServiceName::new("cache").unwrap());
    let remove = || Operation::RemoveContainer {
        target: target(),
        volumes: false,
    };
    let restarted = plan(vec![
        step(db(), stop(), restart.clone()),
        step(db(), start(), restart),
    ]);
    assert_eq!(
        render(&restarted, &[], Color::OFF),
        "\u{20}~ restart  Container shop-db-1  it is restarted with its dependency cache

Plan for shop: 1 to restart
"
    );
    let removed = plan(vec![
        step(db(), stop(), Reason::Orphan),
        step(db(), remove(), Reason::Orphan),
    ]);
    assert_eq!(
        render(&removed, &[], Color::OFF),
        "\u{20}- remove   Container shop-db-1  the file has no such service

Plan for shop: 1 to remove
"
    );
}

#[test]
fn data_that_is_lost_or_at_risk_is_named() {
    let anonymous = "0123456789abcdef".repeat(4);
    let volume = |name: &str| {
        step(
            Resource::Volume(name.to_owned()),
            Operation::RemoveVolume,
            Reason::Asked("--volumes"),
        )
    };
    let mut steps = vec![
        step(
            db(),
            Operation::RemoveContainer {
                target: target(),
                volumes: true,
            },
            Reason::Lowered,
        ),
        volume("shop_vars"),
        volume(&anonymous),
    ];
    steps.extend(recreate_web());
    let plan = plan(steps);
    let lost = |names: &[&str]| Effect::DataLost(names.iter().map(ToString::to_string).collect());
    let consequences = [
        (0, lost(&["/a", "/b"])),
        (1, lost(&["shop_vars"])),
        (2, lost(&[&anonymous])),
        (3, Effect::DataAtRisk(vec!["shop_files".into()])),
        (3, Effect::Unmounted(vec!["shop_old".into()])),
        (
            3,
            Effect::Downtime {
                until: None,
                felt_by: Vec::new(),
            },
        ),
    ];
    let consequences = consequences.map(|(step, effect)| Consequence { step, effect });
    assert_eq!(
        render(&plan, &consequences, Color::OFF),
        "\u{20}- remove   Container shop-db-1
     data lost: its anonymous volumes at /a, /b
 - remove   Volume shop_vars                 --volumes
     data lost: all that is in it
 - remove   Volume 0123456789ab (anonymous)  --volumes
     data lost: all that is in it
 ~ recreate Container shop-web-1             not there yet
     data at risk: another image works on volume shop_files, and may change it for good
     unmounted: volume shop_old; the data stays in it
     downtime: it is not started again

Plan for shop: 1 to recreate, 3 to remove; downtime: web; data at risk: shop_files; data is lost with Container shop-db-1, Volume 0123456789ab (anonymous), Volume shop_vars
"
    );
}

#[test]
fn an_empty_plan_says_so() {
    let mut plan = plan(Vec::new());
    plan.unchanged.push(running(db()));
    assert_eq!(
        render(&plan, &[], Color::OFF),
        "Plan for shop: nothing to do, 1 unchanged\n"
    );
}
