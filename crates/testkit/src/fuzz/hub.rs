//! The hub against a hostile site that has logged in: stage, exchange, compare and wait, with anything in them.
//!
//! Whatever it sends, it gets an answer or a refusal, the database stays right, and honest sites go on.

use std::collections::BTreeMap;

use sitesync_central::hub::HubError;
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::{
    Change, Commit, CommitId, CompareRequest, ExchangeRequest, StageRequest, WaitRequest, commit_hash,
};

use super::choices::Choices;
use super::invented;
use super::world::{self, HONEST, HOSTILE};
use crate::{Country, audit};

/// Messages in one input.
const MESSAGES_MAX: usize = 12;

/// The first byte tells how the others are read: odd, as lines of the name of a message and its JSON; even, as choices.
/// With its second bit, commits follow the last one and have the right hash, as those of a clever site do.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let mut site = Hostile::new(mode & 2 == 0);
    if mode & 1 == 1 {
        for line in rest.split(|byte| *byte == b'\n').take(MESSAGES_MAX) {
            site.line(line);
        }
    } else {
        let mut choices = Choices::new(rest);
        for _ in 0..MESSAGES_MAX {
            if choices.is_empty() {
                break;
            }
            site.invent(&mut choices);
        }
    }
    site.settle();
}

struct Hostile {
    country: Country,
    clever: bool,
    staged: BTreeMap<(String, u32), Vec<Change>>,
    last: CommitId,
}

impl Hostile {
    fn new(clever: bool) -> Self {
        let country = world::country();
        // Where the chain of the site's commits ends is what the hub says.
        let request = ExchangeRequest { commit: None, ..request(&mut Choices::new(&[])) };
        let reply = country.hub.exchange(&country.member(HOSTILE).info, &request).expect("it is a sound request");
        Self { country, clever, staged: BTreeMap::new(), last: reply.last }
    }

    fn line(&mut self, line: &[u8]) {
        let Some(at) = line.iter().position(|byte| *byte == b' ') else { return };
        let (name, json) = line.split_at(at);
        match name {
            b"stage" => serde_json::from_slice(json).map(|request| self.stage(&request)).unwrap_or_default(),
            b"exchange" => serde_json::from_slice(json).map(|request| self.exchange(request)).unwrap_or_default(),
            b"compare" => serde_json::from_slice(json).map(|request| self.compare(&request)).unwrap_or_default(),
            b"wait" => serde_json::from_slice(json).map(|request| self.wait(&request)).unwrap_or_default(),
            _ => {}
        }
    }

    fn invent(&mut self, choices: &mut Choices<'_>) {
        match choices.below(6) {
            0 => self.stage(&StageRequest {
                push: if choices.one_in(4) { choices.text() } else { "p".to_owned() },
                index: choices.whole() as u32,
                changes: invented::changes(choices),
            }),
            1 => self.compare(&CompareRequest {
                feed: invented::feed(choices),
                items: (0..choices.below(5)).map(|_| invented::item(choices)).collect(),
            }),
            2 => self.wait(&WaitRequest { positions: invented::positions(choices), leaving: None, seconds: 0 }),
            _ => {
                let request = request(choices);
                self.exchange(request);
            }
        }
    }

    fn stage(&mut self, request: &StageRequest) {
        if answered(self.country.hub.stage(SiteId(HOSTILE), request)).is_some() {
            self.staged.insert((request.push.clone(), request.index), request.changes.clone());
        }
    }

    fn exchange(&mut self, mut request: ExchangeRequest) {
        if let Some(commit) = request.commit.as_mut().filter(|_| self.clever) {
            commit.staged = commit.staged.min(8);
            let staged = (0..commit.staged).filter_map(|index| self.staged.get(&(commit.push.clone(), index)));
            commit.previous = self.last;
            commit.id = commit_hash(self.last, staged.flatten().chain(&commit.changes));
        }
        let info = self.country.member(HOSTILE).info.clone();
        if let Some(reply) = answered(self.country.hub.exchange(&info, &request)) {
            self.last = reply.last;
            serde_json::to_vec(&reply).expect("a reply can be written");
        }
        self.country.hub.work_off().expect("work is done");
        audit::central(&*self.country.central);
    }

    fn compare(&self, request: &CompareRequest) {
        answered(self.country.hub.compare(&self.country.member(HOSTILE).info, request));
    }

    fn wait(&self, request: &WaitRequest) {
        answered(self.country.hub.is_behind(&self.country.member(HOSTILE).info, request));
    }

    /// What the hub keeps in memory can be written, and an honest site reads on and is equal.
    fn settle(mut self) {
        self.country.hub.flush_contacts().expect("contacts are written");
        self.country.sites.retain(|member| member.id == SiteId(HONEST));
        self.country.sync(HONEST);
        self.country.assert_equal();
    }
}

/// The answer, unless it is a refusal. A fault of the server is a finding.
fn answered<T>(answer: Result<T, HubError>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(HubError::Asked(_) | HubError::Refused(_)) => None,
        Err(fault) => panic!("the hub failed: {fault}"),
    }
}

fn request(choices: &mut Choices<'_>) -> ExchangeRequest {
    let commit = (!choices.one_in(4)).then(|| Commit {
        id: CommitId::default(),
        previous: if choices.one_in(8) { invented::commit_id(choices) } else { CommitId::default() },
        push: if choices.one_in(2) { "p".to_owned() } else { String::new() },
        staged: choices.whole() as u32,
        changes: invented::changes(choices),
    });
    ExchangeRequest {
        epoch: if choices.one_in(4) { choices.whole() } else { 1 },
        last: if choices.one_in(4) { invented::commit_id(choices) } else { CommitId::default() },
        attempt: choices.one_in(4).then(|| invented::commit_id(choices)),
        commit,
        positions: invented::positions(choices),
        empty: choices.one_in(4),
        renew: choices.one_in(4),
        entries_max: choices.whole() as u32,
        bytes_max: choices.whole() as u32,
        leaving: Vec::new(),
        report: invented::report(choices),
    }
}
