//! What tests of several modules share: a configuration, and the answers of a central server with nothing to say.

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::protocol::{CommitOutcome, ExchangeReply, ExchangeRequest, FeedPage, LoginReply, SiteInfo};

use crate::site::{Configuration, DeviceKind, Reply};

pub(crate) fn configuration() -> Configuration {
    Configuration {
        server_url: "http://central".to_owned(),
        site_name: "clinic".to_owned(),
        secret: "0".repeat(64),
        kind: DeviceKind::SingleUser,
        hardware_id: "hardware".to_owned(),
        app_version: "1".to_owned(),
        interval_minutes: 10,
        enabled: true,
        ..Configuration::default()
    }
}

pub(crate) fn info() -> SiteInfo {
    SiteInfo { id: SiteId(2), uuid: "u".to_owned(), code: "C".to_owned(), name: "clinic".to_owned() }
}

pub(crate) fn logged_in() -> Reply {
    Reply::Login(LoginReply { token: "token".to_owned(), site: info(), version: 1 })
}

/// Nothing new, and what was sent is stored.
pub(crate) fn exchanged(request: &ExchangeRequest) -> Reply {
    let outcome = if request.commit.is_some() { CommitOutcome::Applied } else { CommitOutcome::None };
    let page = FeedPage {
        feed: Feed::Central,
        cursor: "1.1.0".to_owned(),
        entries: Vec::new(),
        at_head: true,
        sum: Hash::default(),
        live: 0,
        behind: 0,
        again: false,
        first: false,
    };
    Reply::Exchange(Box::new(ExchangeReply {
        epoch: 1,
        clock: 1_000,
        site: info(),
        outcome,
        last: request.commit.as_ref().map_or(request.last, |commit| commit.id),
        last_epoch: 0,
        rests_on: Vec::new(),
        subscribed: vec![Feed::Central],
        pages: vec![page],
        complete: true,
        held: 0,
        doubtful: Vec::new(),
        leaving: Vec::new(),
    }))
}
