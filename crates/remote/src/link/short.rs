//! What the link remembers of earlier exchanges, so that neither side repeats it. In memory only: after a start all is said once.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sitesync_core::protocol::{ExchangeReply, ExchangeRequest, ShortReply, SiteInfo, SiteReport, mark};

use super::Credentials;
use super::error::LinkError;

#[derive(Default)]
pub(super) struct Remembered(Mutex<Option<Last>>);

struct Last {
    /// What is remembered holds for who shows this, to this server.
    credentials: Credentials,
    epoch: u64,
    site: SiteInfo,
    report: SiteReport,
}

impl Last {
    fn told(&self, report: &SiteReport) -> bool {
        let program =
            |report: &SiteReport| [report.device_type.clone(), report.app_name.clone(), report.app_version.clone()];
        program(&self.report) == program(report)
    }
}

impl Remembered {
    /// The request without what was told before, and the mark of the site as it is known here.
    pub(super) fn shortened<'a>(
        &self,
        request: &'a ExchangeRequest,
        credentials: &Credentials,
    ) -> (Cow<'a, ExchangeRequest>, String) {
        let last = self.locked();
        let Some(last) = last.as_ref().filter(|last| last.credentials == *credentials && last.epoch == request.epoch)
        else {
            return (Cow::Borrowed(request), String::new());
        };
        // A commit may be large, and is not copied for a few bytes.
        if request.commit.is_some() || !last.told(&request.report) {
            return (Cow::Borrowed(request), mark(&last.site));
        }
        let mut short = request.clone();
        for text in [&mut short.report.device_type, &mut short.report.app_name, &mut short.report.app_version] {
            text.clear();
        }
        (Cow::Owned(short), mark(&last.site))
    }

    /// The whole reply, of which is remembered what need not be said again.
    pub(super) fn whole(
        &self,
        short: ShortReply,
        request: &ExchangeRequest,
        credentials: &Credentials,
    ) -> Result<ExchangeReply, LinkError> {
        let mut last = self.locked();
        let site = last.take().filter(|last| last.credentials == *credentials).map(|last| last.site);
        let reply = short.whole(request, site);
        let reply = reply.ok_or_else(|| LinkError::Answer("it does not say which site this is".to_owned()))?;
        *last = Some(Last {
            credentials: credentials.clone(),
            epoch: reply.epoch,
            site: reply.site.clone(),
            report: request.report.clone(),
        });
        Ok(reply)
    }

    fn locked(&self) -> MutexGuard<'_, Option<Last>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
