//! How many files and connections the program may have open at a time.

/// Each site that waits for news holds a connection, and a login usually allows a thousand files: as many are taken as the system
/// gives without asking anybody.
pub fn allow_many() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        const ENOUGH: u64 = 65_536;
        let mut limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
        if limit.current.is_some_and(|now| now < wanted) {
            limit.current = Some(wanted);
            if let Err(error) = setrlimit(Resource::Nofile, limit) {
                tracing::warn!("the limit of open files cannot be raised to {wanted}: {error}");
            }
        }
    }
}
