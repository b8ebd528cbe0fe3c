//! How the allocator of the C library is set before a server starts.

/// So many pools of memory. By default each of the many threads that wait for the disk gets one of its own, and what was freed in one
/// is not used by the others: a server kept three times of what it needed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const POOLS: &str = "2";

/// Starts the program again in its own place with the number of pools set, as that is read only at the start of a process. Whoever has
/// set it keeps their number; where it does not work the server only takes more memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn bound() {
    use std::os::unix::process::CommandExt;
    const NAME: &str = "MALLOC_ARENA_MAX";
    if std::env::var_os(NAME).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(NAME, POOLS).exec();
    tracing::warn!("the number of the allocator's pools cannot be set: {error}");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn bound() {}
