//! One of each kind: a kind that is new does not compile until it is here.

use super::*;
use crate::model::{
    HookKind, ImageBuild, Model, NetworkAccess, NewContainer, Provider, ProviderCommand,
};

fn at(line: usize) -> Position {
    Position {
        file: "stack.yaml".into(),
        line,
        column: 7,
    }
}

fn changes() -> Vec<FieldChange> {
    let change = |path: &str, from: Option<&str>, to: Option<&str>, position| FieldChange {
        path: path.into(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        position,
    };
    vec![
        change(
            "environment.DEBUG",
            Some("\"0\""),
            Some("\"1\""),
            Some(at(14)),
        ),
        change("mem_limit", None, Some("64m"), Some(at(15))),
        change("tty", Some("true"), None, None),
        change("configs.motd: its content", None, None, Some(at(16))),
    ]
}

/// The reason after this one, beginning with none; every kind once.
fn next_reason(last: Option<&Reason>) -> Option<Reason> {
    Some(match last {
        None => Reason::Missing,
        Some(Reason::Missing) => Reason::Changed(changes()),
        Some(Reason::Changed(_)) => Reason::NotInPlace(
            changes()[1..2].to_vec(),
            "the engine cannot lower it below what is used".into(),
        ),
        Some(Reason::NotInPlace(..)) => Reason::ImageChanged(
            "sha256:0123456789abcdef".into(),
            "sha256:fedcba9876543210".into(),
        ),
        Some(Reason::ImageChanged(..)) => Reason::MayChangeImage,
        Some(Reason::MayChangeImage) => Reason::MayChangeVariables,
        Some(Reason::MayChangeVariables) => Reason::Provided("docker-mysql".into()),
        Some(Reason::Provided(_)) => Reason::Used,
        Some(Reason::Used) => Reason::UnknownOrigin,
        Some(Reason::UnknownOrigin) => Reason::Asked("--force-recreate"),
        Some(Reason::Asked(_)) => Reason::PullPolicy("always"),
        Some(Reason::PullPolicy(_)) => {
            Reason::ImageAge(PullPolicy::Every(24 * 60 * 60), Some(3 * 24 * 60 * 60))
        }
        Some(Reason::ImageAge(..)) => Reason::Restores,
        Some(Reason::Restores) => Reason::DependencyReplaced(name("db")),
        Some(Reason::DependencyReplaced(_)) => Reason::Replaces,
        Some(Reason::Replaces) => Reason::SharesWith(name("db")),
        Some(Reason::SharesWith(_)) => Reason::Gone("its network shop_back".into()),
        Some(Reason::Gone(_)) => Reason::Granted(vec!["config motd".into(), "secret pin".into()]),
        Some(Reason::Granted(_)) => Reason::Hook(HookKind::PostStart),
        Some(Reason::Hook(_)) => Reason::NotRunning(Status::Exited),
        Some(Reason::NotRunning(_)) => Reason::Ready(vec![
            (name("db"), Condition::ServiceHealthy),
            (name("job"), Condition::ServiceCompletedSuccessfully),
        ]),
        Some(Reason::Ready(_)) => Reason::NeededBy(name("web"), Condition::ServiceStarted),
        Some(Reason::NeededBy(..)) => Reason::Orphan,
        Some(Reason::Orphan) => Reason::Superfluous,
        Some(Reason::Superfluous) => Reason::Renamed("shop_web_1".into()),
        Some(Reason::Renamed(_)) => Reason::LeftBehind,
        Some(Reason::LeftBehind) => Reason::Renewed("network shop_back".into()),
        Some(Reason::Renewed(_)) => Reason::Lowered,
        Some(Reason::Lowered) => return None,
    })
}

/// A reason of each kind.
pub(crate) fn reasons() -> Vec<Reason> {
    std::iter::successors(next_reason(None), |last| next_reason(Some(last))).collect()
}

/// The operation after this one, beginning with none; every kind once.
fn next_operation(last: Option<&Operation>) -> Option<Operation> {
    let target = Target::Existing("1".into());
    Some(match last {
        None => Operation::PullImage { platform: None },
        Some(Operation::PullImage { .. }) => Operation::BuildImage(Box::new(ImageBuild {
            tag: "web:1".into(),
            ..ImageBuild::default()
        })),
        Some(Operation::BuildImage(_)) => Operation::PushImage,
        Some(Operation::PushImage) => Operation::RemoveImage,
        Some(Operation::RemoveImage) => Operation::CreateNetwork {
            network: Box::default(),
            labels: IndexMap::new(),
        },
        Some(Operation::CreateNetwork { .. }) => Operation::RemoveNetwork { id: "1".into() },
        Some(Operation::RemoveNetwork { .. }) => Operation::CreateVolume {
            volume: Box::default(),
            labels: IndexMap::new(),
        },
        Some(Operation::CreateVolume { .. }) => Operation::RemoveVolume,
        Some(Operation::RemoveVolume) => Operation::RunProvider {
            provider: Box::new(Provider {
                kind: "mysql".into(),
                options: [("password".to_owned(), vec!["hunter2".to_owned()])].into(),
                program: None,
            }),
            command: ProviderCommand::Up,
        },
        Some(Operation::RunProvider { .. }) => Operation::PrepareModel(Box::new(Model {
            name: "llm".into(),
            model: "ai/smollm2".into(),
            context_size: None,
            runtime_flags: Vec::new(),
            program: None,
        })),
        Some(Operation::PrepareModel(_)) => Operation::CreateContainer {
            container: Box::new(NewContainer {
                name: "shop-web-1".into(),
                spec: ContainerSpec::default(),
                labels: IndexMap::new(),
                network: NetworkAccess::Mode("none".into()),
                mounts: Vec::new(),
                volumes_from: Vec::new(),
                one_off: None,
            }),
            replaces: None,
        },
        Some(Operation::CreateContainer { .. }) => Operation::CopyFiles {
            target,
            files: Vec::new(),
        },
        Some(Operation::CopyFiles { .. }) => Operation::RenameContainer {
            target,
            to: "shop-web-1".into(),
        },
        Some(Operation::RenameContainer { .. }) => Operation::UpdateContainer {
            target,
            limits: Box::default(),
        },
        Some(Operation::UpdateContainer { .. }) => Operation::ConnectNetwork {
            target,
            endpoint: Box::default(),
        },
        Some(Operation::ConnectNetwork { .. }) => Operation::DisconnectNetwork {
            target,
            network: "shop_back".into(),
        },
        Some(Operation::DisconnectNetwork { .. }) => Operation::StartContainer { target },
        Some(Operation::StartContainer { .. }) => Operation::KillContainer {
            target,
            signal: "KILL".into(),
        },
        Some(Operation::KillContainer { .. }) => Operation::PauseContainer { target },
        Some(Operation::PauseContainer { .. }) => Operation::UnpauseContainer { target },
        Some(Operation::UnpauseContainer { .. }) => Operation::RestartContainer {
            target,
            timeout: None,
        },
        Some(Operation::RestartContainer { .. }) => Operation::RunHook {
            target,
            kind: HookKind::PostStart,
            index: 0,
            hook: Box::default(),
        },
        Some(Operation::RunHook { .. }) => Operation::StopContainer {
            target,
            timeout: None,
        },
        Some(Operation::StopContainer { .. }) => Operation::RemoveContainer {
            target,
            volumes: false,
        },
        Some(Operation::RemoveContainer { .. }) => Operation::Wait {
            target,
            condition: Condition::ServiceHealthy,
            ready: Readiness::default(),
            required: true,
        },
        Some(Operation::Wait { .. }) => return None,
    })
}

/// An operation of each kind.
pub(crate) fn operations() -> Vec<Operation> {
    std::iter::successors(next_operation(None), |last| next_operation(Some(last))).collect()
}
