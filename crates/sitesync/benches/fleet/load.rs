//! Many sites that sync again and again, on one thread: in their own time, or as fast as they are answered.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::site::Site;

/// How long syncs took, in milliseconds, sorted.
#[derive(Default)]
pub(crate) struct Times(pub(crate) Vec<f64>);

impl Times {
    pub(crate) fn percentile(&self, of_hundred: f64) -> f64 {
        let at = (self.0.len() as f64 * of_hundred / 100.0) as usize;
        self.0.get(at.min(self.0.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }

    pub(crate) fn told(&self) -> String {
        let [half, most, nearly, longest] = [50.0, 95.0, 99.0, 100.0].map(|of| self.percentile(of));
        format!("half {half:.1} ms, 95% {most:.1} ms, 99% {nearly:.1} ms, longest {longest:.1} ms")
    }
}

/// How the sites come.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// Syncs a second, all sites together; none: each comes again as soon as it is answered.
    pub(crate) per_second: Option<f64>,
    pub(crate) records: usize,
    /// None: until they are told.
    pub(crate) until: Option<Instant>,
}

/// Lets all sites sync until the time is over, or `told` ends. A sync counts from when it was due, so that a server that falls behind shows it.
pub(crate) async fn run(sites: Vec<Site>, pace: Pace, told: impl Future<Output = ()>) -> (Vec<Site>, Times) {
    let number = sites.len();
    let over = Rc::new(Cell::new(false));
    let start = Instant::now();
    let (mut back, mut times) = (Vec::with_capacity(number), Vec::new());
    let all = async {
        let mut running = JoinSet::new();
        for (at, site) in sites.into_iter().enumerate() {
            let due = pace.first(start, at, number);
            running.spawn_local(one(site, pace, due, number, over.clone()));
        }
        while let Some(done) = running.join_next().await {
            let (site, took) = done.expect("a site");
            back.push(site);
            times.extend(took);
        }
    };
    let ending = async {
        told.await;
        over.set(true);
        std::future::pending::<()>().await;
    };
    tokio::task::LocalSet::new()
        .run_until(async {
            tokio::select! {
                () = all => {}
                () = ending => {}
            }
        })
        .await;
    times.sort_unstable_by(f64::total_cmp);
    (back, Times(times))
}

impl Pace {
    fn period(&self, sites: usize) -> Option<Duration> {
        self.per_second.map(|rate| Duration::from_secs_f64(sites as f64 / rate))
    }

    /// They come evenly spread.
    fn first(&self, start: Instant, at: usize, sites: usize) -> Instant {
        start + self.period(sites).unwrap_or_default().mul_f64(at as f64 / sites as f64)
    }

    fn is_over(&self, due: Instant, told: &Cell<bool>) -> bool {
        told.get() || self.until.is_some_and(|until| due >= until)
    }
}

async fn one(mut site: Site, pace: Pace, mut due: Instant, sites: usize, over: Rc<Cell<bool>>) -> (Site, Vec<f64>) {
    let period = pace.period(sites);
    let mut times = Vec::new();
    loop {
        sleep_until(due).await;
        if pace.is_over(due, &over) {
            break;
        }
        let changes = site.new_records(pace.records);
        let begun = if period.is_some() { due } else { Instant::now() };
        site.sync(changes).await;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        due = period.map_or_else(Instant::now, |period| due + period);
    }
    (site, times)
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
