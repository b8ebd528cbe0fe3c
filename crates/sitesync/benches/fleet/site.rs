//! A site reduced to what the central server sees of it: its connection, its chain of commits and its positions.

use std::net::SocketAddr;

use sitesync_core::ids::Feed;
use sitesync_core::protocol::{
    Change, Commit, CommitId, CommitOutcome, ExchangeReply, ExchangeRequest, FeedPosition, SiteReport, StageRequest,
    commit_hash,
};

use crate::http::Connection;
use crate::prepare::Prepared;
use crate::records;

pub(crate) struct Site {
    connection: Connection,
    store: String,
    positions: Vec<FeedPosition>,
    pub(crate) last: CommitId,
    /// The number of its next record, different from every other site's.
    next: u64,
    pub(crate) received: usize,
}

const REPORT: (&str, &str, &str) = ("single user", "sitesync", "0.1.0");

impl Site {
    pub(crate) async fn open(address: SocketAddr, prepared: &Prepared) -> Self {
        let bearer = format!("Bearer {}", prepared.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("x-sitesync-hardware", &prepared.hardware_id),
            ("x-sitesync-data-file", &prepared.data_file),
            ("accept", "*/*"),
            ("user-agent", "sitesync/0.1.0"),
        ];
        Self {
            connection: Connection::open(address, &headers).await,
            store: prepared.store.clone(),
            positions: prepared.positions.clone(),
            last: CommitId::default(),
            next: u64::from(prepared.info.id.0) << 32,
            received: 0,
        }
    }

    /// Records that nobody has yet.
    pub(crate) fn new_records(&mut self, number: usize) -> Vec<Change> {
        let from = self.next;
        self.next += number as u64;
        (from..self.next).map(|number| records::line(&self.store, number)).collect()
    }

    /// A whole sync: what it has goes out, what is there comes in, until everything was read.
    pub(crate) async fn sync(&mut self, changes: Vec<Change>) {
        let mut reply = self.exchange(changes).await;
        while !reply.complete {
            reply = self.exchange(Vec::new()).await;
        }
    }

    pub(crate) async fn exchange(&mut self, changes: Vec<Change>) -> ExchangeReply {
        let commit = (!changes.is_empty()).then(|| Commit {
            id: commit_hash(self.last, &changes),
            previous: self.last,
            push: String::new(),
            staged: 0,
            changes,
        });
        self.commit(commit).await
    }

    pub(crate) async fn commit(&mut self, commit: Option<Commit>) -> ExchangeReply {
        let sent = commit.as_ref().map(|commit| commit.id);
        let request = self.request(commit);
        let body = serde_json::to_vec(&request).expect("a request is JSON");
        let answer = self.connection.post("/sync/1/exchange", &body).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let reply: ExchangeReply = serde_json::from_slice(&answer.body).expect("a reply");
        let expected = if sent.is_some() { CommitOutcome::Applied } else { CommitOutcome::None };
        assert_eq!((&reply.outcome, reply.held), (&expected, 0), "every record is taken");
        self.last = sent.unwrap_or(self.last);
        for page in &reply.pages {
            self.received += page.entries.len();
            self.stand(&page.feed, &page.cursor);
        }
        reply
    }

    pub(crate) async fn stage(&mut self, batch: &StageRequest) {
        let body = serde_json::to_vec(batch).expect("a batch is JSON");
        let answer = self.connection.post("/sync/1/stage", &body).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }

    fn request(&self, commit: Option<Commit>) -> ExchangeRequest {
        let (device_type, app_name, app_version) = REPORT;
        let unsent = commit.as_ref().map_or(0, |commit| commit.changes.len() as u64);
        ExchangeRequest {
            epoch: 1,
            last: self.last,
            attempt: None,
            commit,
            positions: self.positions.clone(),
            empty: false,
            renew: false,
            entries_max: 500,
            bytes_max: 32 << 20,
            leaving: Vec::new(),
            report: SiteReport {
                clock: 1_790_000_000_000,
                device_type: device_type.to_owned(),
                app_name: app_name.to_owned(),
                app_version: app_version.to_owned(),
                unsent,
                unsent_since: None,
                aside: 0,
            },
        }
    }

    fn stand(&mut self, feed: &Feed, cursor: &str) {
        match self.positions.iter_mut().find(|position| position.feed == *feed) {
            Some(position) => cursor.clone_into(&mut position.cursor),
            None => self.positions.push(FeedPosition { feed: feed.clone(), cursor: cursor.to_owned() }),
        }
    }
}
