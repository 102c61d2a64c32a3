//! Limits and restart policy: compared in the engine's units, with what the engine shows.

use crate::model::{ContainerSpec, Limits, Service};
use crate::plan::FieldChange;
use crate::state::{ActualState, Container};

/// The fields compared here.
pub(super) const FIELDS: [&str; 10] = [
    "mem_limit",
    "mem_reservation",
    "memswap_limit",
    "cpus",
    "cpu_shares",
    "cpu_quota",
    "cpu_period",
    "cpuset",
    "pids_limit",
    "restart",
];

/// What engines fill in by themselves where the file says nothing.
const ENGINES_OWN: [&str; 4] = ["memswap_limit", "cpu_quota", "cpu_period", "pids_limit"];

/// What is different, what the engine is to be told, and why it cannot be, where that is so.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) changes: Vec<FieldChange>,
    pub(super) update: Limits,
    pub(super) obstacle: Option<String>,
}

/// One limit in the engine's units.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Amount {
    Number(i64),
    Text(String),
}

impl Amount {
    fn is_absent(&self) -> bool {
        match self {
            Self::Number(number) => *number == 0,
            Self::Text(text) => text.is_empty(),
        }
    }
}

/// What the container was asked to be, what it is to be and what it is, limit by limit.
pub(super) fn compare(
    service: &Service,
    asked: &ContainerSpec,
    container: &Container,
    state: &ActualState,
) -> Found {
    let wanted = Limits::of(&service.spec);
    let was = amounts(&Limits::of(asked));
    let is = amounts(&container.limits);
    let mut found = Found::default();
    for (i, to) in amounts(&wanted).iter().enumerate() {
        let field = FIELDS[i];
        if !differs(field, &was[i], to, &is[i]) {
            continue;
        }
        let from = if is[i].is_absent() { &was[i] } else { &is[i] };
        found.changes.push(FieldChange {
            path: field.to_owned(),
            from: shown(field, from),
            to: shown(field, to),
            position: service.positions.find(field).cloned(),
        });
        set(field, &wanted, &mut found.update);
        let obstacle = obstacle(field, &wanted, container);
        found.obstacle = found.obstacle.or(obstacle);
    }
    if state.has_poor_updates && !found.changes.is_empty() {
        found.obstacle = Some("this engine cannot change it on a container".to_owned());
    }
    found
}

fn amounts(limits: &Limits) -> [Amount; 10] {
    let number = Amount::Number;
    [
        number(limits.memory),
        number(limits.memory_reservation),
        number(limits.memory_swap),
        number(limits.nano_cpus),
        number(limits.cpu_shares),
        number(limits.cpu_quota),
        number(limits.cpu_period),
        Amount::Text(limits.cpuset.clone()),
        number(limits.pids_limit.max(0)),
        Amount::Text(limits.restart.map_or_else(String::new, |r| r.to_string())),
    ]
}

/// Whether a limit is not what it should be. An engine that shows nothing of what was asked for cannot do it, and what
/// it shows where nothing was asked for may be its own.
fn differs(field: &str, was: &Amount, to: &Amount, is: &Amount) -> bool {
    let own = ENGINES_OWN.contains(&field);
    // Without the kernel's accounting of swap an engine shows no limit.
    let is_unknown = is.is_absent() || (field == "memswap_limit" && *is == Amount::Number(-1));
    if was == to {
        !is_unknown && is != to && !(to.is_absent() && own)
    } else if to.is_absent() {
        if own { is == was } else { !is.is_absent() }
    } else {
        is != to
    }
}

/// Puts what the field is to be into the update. Engines take memory and swap together only.
fn set(field: &str, wanted: &Limits, update: &mut Limits) {
    match field {
        "mem_limit" | "memswap_limit" => {
            update.memory = wanted.memory;
            // What an engine makes of a memory limit alone.
            update.memory_swap = match wanted.memory_swap {
                0 => wanted.memory.saturating_mul(2),
                swap => swap,
            };
        }
        "mem_reservation" => update.memory_reservation = wanted.memory_reservation,
        "cpus" => update.nano_cpus = wanted.nano_cpus,
        "cpu_shares" => update.cpu_shares = wanted.cpu_shares,
        "cpu_quota" => update.cpu_quota = wanted.cpu_quota,
        "cpu_period" => update.cpu_period = wanted.cpu_period,
        "cpuset" => update.cpuset.clone_from(&wanted.cpuset),
        "pids_limit" => {
            update.pids_limit = if wanted.pids_limit > 0 {
                wanted.pids_limit
            } else {
                -1
            }
        }
        _ => update.restart = wanted.restart,
    }
}

/// Why the engine cannot change this limit on the container.
fn obstacle(field: &str, wanted: &Limits, container: &Container) -> Option<String> {
    let is = &container.limits;
    let is_taken_away = match field {
        "mem_limit" | "memswap_limit" => wanted.memory == 0,
        "mem_reservation" => wanted.memory_reservation == 0,
        "cpus" => wanted.nano_cpus == 0,
        "cpu_shares" => wanted.cpu_shares == 0,
        "cpu_quota" => wanted.cpu_quota == 0,
        "cpu_period" => wanted.cpu_period == 0,
        "cpuset" => wanted.cpuset.is_empty(),
        _ => false,
    };
    if is_taken_away {
        return Some("an engine cannot take a limit away from a container".to_owned());
    }
    match field {
        "mem_limit" => {
            let used = container
                .memory_usage
                .filter(|used| *used >= wanted.memory)?;
            Some(format!("it uses {used} bytes of memory now"))
        }
        "cpus" if is.cpu_quota != 0 || is.cpu_period != 0 => {
            Some("an engine cannot change from cpu_quota to cpus".to_owned())
        }
        "cpu_quota" | "cpu_period" if is.nano_cpus != 0 => {
            Some("an engine cannot change from cpus to cpu_quota".to_owned())
        }
        _ => None,
    }
}

/// The amount as the file would have it; none where there is none.
fn shown(field: &str, amount: &Amount) -> Option<String> {
    match amount {
        _ if amount.is_absent() => None,
        Amount::Number(nanos) if field == "cpus" => {
            let (whole, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
            let rest = format!("{rest:09}");
            Some(
                format!("{whole}.{rest}")
                    .trim_end_matches('0')
                    .trim_end_matches('.')
                    .to_owned(),
            )
        }
        Amount::Number(bytes) if field.starts_with("mem_") || field == "memswap_limit" => {
            Some(size(*bytes))
        }
        Amount::Number(number) => Some(number.to_string()),
        Amount::Text(text) => Some(format!("\"{text}\"")),
    }
}

/// Bytes in the largest unit that leaves no rest, as files have them: `64m`.
fn size(bytes: i64) -> String {
    for (unit, power) in [("g", 30), ("m", 20), ("k", 10)] {
        if bytes > 0 && bytes % (1 << power) == 0 {
            return format!("{}{unit}", bytes >> power);
        }
    }
    bytes.to_string()
}
