//! The real clock and the system's randomness: what the programs give to the engine. Tests give their own.

use sitesync_core::given::{Clock, Millis, Random};

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the programs ask for the time")]
    fn now(&self) -> Millis {
        // A clock before 1970 is wrong by decades anyhow; the hub must not stop over it.
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    }
}

/// The randomness of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct RealRandom(());

impl RealRandom {
    /// Makes sure that the system gives randomness, so that it need not be asked again.
    pub fn new() -> std::io::Result<Self> {
        getrandom::fill(&mut [0; 32]).map_err(std::io::Error::other)?;
        Ok(Self(()))
    }
}

impl Random for RealRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // It gave some at the start. Going on with bytes that anybody can guess would be worse than ending.
            tracing::error!("the operating system gives no randomness any more: {error}");
            std::process::abort();
        }
    }
}
