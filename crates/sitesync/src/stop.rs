//! When to stop: Ctrl-C, or the signal by which a service manager or a container ends a program.

/// Ends when the program is asked to stop. Signals count from this call on, so it is made before the program says that it is ready.
pub fn asked() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut terminate), Ok(mut interrupt)) = signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            tracing::warn!("Ctrl-C cannot be watched for; end the program by its process number");
            std::future::pending::<()>().await;
        }
    }
}

/// The runtime of every command that speaks to the network.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    use anyhow::Context;
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the program cannot start its threads")
}
