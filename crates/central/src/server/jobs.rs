//! Background work: held documents that are tried again, records that move between feeds, and contacts that are written down.

use std::sync::Arc;
use std::time::Duration;

use sitesync_web::{ApiError, blocking};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::Central;
use crate::retention;

/// How old what is told about a site may be after a power cut.
const FLUSH_EVERY: Duration = Duration::from_secs(3);

/// How often rows are looked for that were kept long enough.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);

/// What it is time for, besides waiting jobs.
enum Due {
    Flush,
    Prune,
    Jobs,
}

/// Works until it is told to stop, and writes down at the end what is only in memory.
pub(super) async fn run(central: Arc<Central>, mut stopping: watch::Receiver<bool>) {
    let mut ticks = interval(FLUSH_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut prunes = interval(PRUNE_EVERY);
    prunes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => break,
            _ = ticks.tick() => Due::Flush,
            () = central.rung() => Due::Jobs,
            _ = prunes.tick() => Due::Prune,
        };
        // A failure is in the log with its number; the next round tries again.
        let _ = round(&central, &due, &stopping).await;
    }
    let last = central.clone();
    let _ = blocking(move || last.flush()).await;
}

/// Does all waiting work, in small commits of its own, between which the server may stop.
async fn round(central: &Arc<Central>, due: &Due, stopping: &watch::Receiver<bool>) -> Result<(), ApiError> {
    match due {
        Due::Flush => {
            let central = central.clone();
            blocking(move || central.flush()).await?;
        }
        Due::Prune => {
            let central = central.clone();
            blocking(move || {
                let kept = retention::get(&*central.store().snapshot()?)?;
                central.hub().prune(kept.log_days)
            })
            .await?;
        }
        Due::Jobs => {}
    }
    loop {
        let hub = central.hub().clone();
        let more = blocking(move || hub.do_job()).await?;
        if !more || *stopping.borrow() {
            return Ok(());
        }
    }
}
