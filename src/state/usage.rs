//! What containers use.

/// One look at what a container uses. All counts are since its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Percent of one processor since the look before.
    pub cpu_percent: f64,
    /// Bytes of memory, what can be dropped at once left out.
    pub memory: u64,
    /// Bytes of memory it may use.
    pub memory_limit: u64,
    /// Bytes received over its networks.
    pub received: u64,
    /// Bytes sent over its networks.
    pub sent: u64,
    /// Bytes read from devices.
    pub read: u64,
    /// Bytes written to devices.
    pub written: u64,
    /// Processes and threads.
    pub pids: u64,
}
