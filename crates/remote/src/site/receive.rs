//! Stores the answers of the central server.

use sitesync_core::given::Millis;
use sitesync_core::protocol::{ErrorText, LoginReply};
use sitesync_store::write;

use super::sound;
use super::state;
use super::step::{Reply, Run, Step};
use super::{Site, SiteError};

impl Site {
    /// Stores the answer to a step. `took` is how long it took, in milliseconds.
    pub fn receive(&self, run: &mut Run, step: &Step, reply: Reply, took: Millis) -> Result<(), SiteError> {
        run.requests += 1;
        match (step, reply) {
            (Step::Login(_), Reply::Login(reply)) => {
                sound::login(&reply)?;
                self.logged_in(&reply)
            }
            (Step::Stage(_), Reply::Staged) => self.staged(run, took),
            (Step::Exchange(request), Reply::Exchange(reply)) => {
                sound::exchange(&reply)?;
                run.received += reply.pages.iter().map(|page| page.entries.len() as u64).sum::<u64>();
                let renewed = request.renew;
                self.exchanged(run, &reply, renewed, took)
            }
            (Step::Compare(question), Reply::Compare(reply)) => {
                sound::compare(question, &reply)?;
                self.compared(run, question, &reply)
            }
            _ => Err(SiteError::Answer("it answers another question".to_owned())),
        }
    }

    /// A sync ended with an error, which people are shown until one succeeds.
    pub fn failed(&self, error: &ErrorText) -> Result<(), SiteError> {
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            state.last_error = Some(error.clone());
            // The site's name or password was changed, or its device was reset: it logs in again at the next sync.
            if matches!(&*error.code, "token_unknown" | "token_ended") {
                state.token = None;
            }
            state::put(txn, &state)
        })
    }

    fn logged_in(&self, reply: &LoginReply) -> Result<(), SiteError> {
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            if let Some(site) = state.site.as_ref().filter(|site| site.uuid != reply.site.uuid) {
                return Err(SiteError::Asked(ErrorText {
                    code: "site_mismatch".to_owned(),
                    message: format!("This data file belongs to site {}, not to {}.", site.name, reply.site.name),
                    next: "Enter the name and password of its own site, or set up a new data file.".to_owned(),
                }));
            }
            state.token = Some(reply.token.clone());
            state.site = Some(reply.site.clone());
            state::put(txn, &state)
        })
    }
}
