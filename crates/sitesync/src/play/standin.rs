use sitesync_remote::runner::{self, Runner};
use sitesync_remote::site::Site;
use sitesync_store::sqlite::SqliteStore;
use sitesync_web::given::{RealClock, RealRandom};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
pub(super) struct Options(PathBuf, SocketAddr);
impl Options {
    pub(super) fn new(p: PathBuf, a: SocketAddr) -> Self {
        Self(p, a)
    }
}
pub(super) struct Running {
    site: Arc<Site>,
    runner: Runner,
    running: runner::Running,
    url: String,
}
pub(super) async fn start(o: Options) -> anyhow::Result<Running> {
    std::fs::create_dir_all(&o.0)?;
    let store = Arc::new(SqliteStore::open(o.0.join("site.db"), &sitesync_store::sqlite::Options::default())?);
    let random = Arc::new(RealRandom::new()?);
    let site = Arc::new(Site::open(store, Arc::new(RealClock), random.clone())?);
    let link = Arc::new(sitesync_remote::link::HttpLink::new(Default::default())?);
    let (runner, running) = Runner::start(site.clone(), link, random);
    Ok(Running { site, runner, running, url: format!("http://{}", o.1) })
}
impl Running {
    pub(super) fn site(&self) -> &Arc<Site> {
        &self.site
    }
    pub(super) fn runner(&self) -> &Runner {
        &self.runner
    }
    pub(super) fn url(&self) -> String {
        self.url.clone()
    }
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.running.stop().await;
        Ok(())
    }
}
