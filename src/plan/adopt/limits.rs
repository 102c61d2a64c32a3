//! Limits and scheduling, in the engine's units.

use super::{Adopted, unless};
use crate::model::{ByteSize, ContainerSpec, Limits};

/// Bytes of `/dev/shm` where nobody asks for another size.
const SHARED_MEMORY: i64 = 64 << 20;
/// Podman's own limit of processes.
const PODMANS_PROCESSES: i64 = 2048;

/// Sets the limits to what they are, but for those that the engine fills in by itself.
pub(super) fn settle(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let (is, wanted) = (adopted.is, adopted.wanted);
    asked.mem_limit = is.mem_limit;
    asked.mem_reservation = is.mem_reservation;
    asked.cpus = is.cpus;
    asked.cpuset.clone_from(&is.cpuset);
    asked.cpu_shares = is.cpu_shares;
    asked.restart = is.restart;
    asked.cpu_rt_period = is.cpu_rt_period;
    asked.cpu_rt_runtime = is.cpu_rt_runtime;
    // Without a word on swap there is as much of it as of memory.
    let memory = is.mem_limit.map_or(0, ByteSize::bytes);
    let engines_own = [None, Some(-1), Some(memory.saturating_mul(2))];
    unless(
        is.memswap_limit == wanted.memswap_limit || engines_own.contains(&is.memswap_limit),
        &mut asked.memswap_limit,
        || is.memswap_limit,
    );
    // Some engines say processors in this way.
    if Limits::of(is).nano_cpus == 0 {
        asked.cpu_quota = is.cpu_quota;
        asked.cpu_period = is.cpu_period;
    }
    unless(
        wanted.pids_limit.is_none() && is.pids_limit == Some(PODMANS_PROCESSES),
        &mut asked.pids_limit,
        || is.pids_limit,
    );
    let shared = |size: Option<ByteSize>| size.map_or(SHARED_MEMORY, ByteSize::bytes);
    unless(
        shared(is.shm_size) == shared(wanted.shm_size),
        &mut asked.shm_size,
        || is.shm_size,
    );
    // An engine leaves out what its kernel doesn't have, and then shows nothing.
    if is.mem_swappiness.is_some_and(|swappiness| swappiness >= 0) {
        asked.mem_swappiness = is.mem_swappiness;
    }
    asked.oom_kill_disable |= is.oom_kill_disable;
    let score = |score: Option<i64>| score.unwrap_or(0);
    unless(
        score(is.oom_score_adj) == score(wanted.oom_score_adj),
        &mut asked.oom_score_adj,
        || is.oom_score_adj,
    );
}
