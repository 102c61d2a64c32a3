//! What an engine can change on a container that is there: its limits and its restart policy.

use super::{ByteSize, ContainerSpec, RestartPolicy};

/// Limits and restart policy of a container in the engine's units; 0 or nothing where there is no limit, and in an
/// update where the limit stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Most memory in bytes.
    pub memory: i64,
    /// Memory kept back in bytes.
    pub memory_reservation: i64,
    /// Most memory and swap together in bytes; -1: no limit.
    pub memory_swap: i64,
    /// Most processors, in billionths.
    pub nano_cpus: i64,
    /// Relative weight.
    pub cpu_shares: i64,
    /// Scheduler quota in microseconds.
    pub cpu_quota: i64,
    /// Scheduler period in microseconds.
    pub cpu_period: i64,
    /// Processors to run on.
    pub cpuset: String,
    /// Most processes; -1: no limit.
    pub pids_limit: i64,
    /// What happens when it ends.
    pub restart: Option<RestartPolicy>,
}

impl Limits {
    /// What a specification asks for.
    pub fn of(spec: &ContainerSpec) -> Self {
        Self {
            memory: spec.mem_limit.map_or(0, ByteSize::bytes),
            memory_reservation: spec.mem_reservation.map_or(0, ByteSize::bytes),
            memory_swap: spec.memswap_limit.unwrap_or(0),
            nano_cpus: spec.cpus.map_or(0, nano_cpus),
            cpu_shares: spec.cpu_shares.unwrap_or(0),
            cpu_quota: spec.cpu_quota.unwrap_or(0),
            cpu_period: spec.cpu_period.unwrap_or(0),
            cpuset: spec.cpuset.clone().unwrap_or_default(),
            pids_limit: spec.pids_limit.unwrap_or(0),
            restart: Some(spec.restart),
        }
    }
}

/// Processors as engines count them.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and an engine refuses such amounts"
)]
pub fn nano_cpus(cpus: f64) -> i64 {
    (cpus * 1e9).round() as i64
}
