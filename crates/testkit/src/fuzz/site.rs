//! A site against a hostile central server: every reply may be honest, honest with one thing changed, or invented.
//!
//! The site may refuse an answer; it does not panic, run in circles, or damage its data file: afterwards its feeds add up, every
//! record can be read, and what a person wrote and no server has acknowledged is still there.

use sitesync_core::hash::Hash;
use sitesync_core::ids::Feed;
use sitesync_core::normal;
use sitesync_core::protocol::{CompareReply, ExchangeReply, FeedEntry, LoginReply};
use sitesync_remote::site::{Reply, Run, SiteError, Step};
use sitesync_store::{Snapshot, Store};

use super::choices::Choices;
use super::invented;
use super::world::{self, HOSTILE};
use crate::{Country, audit};

/// Replies in one input.
const REPLIES_MAX: usize = 12;

/// More rounds than an honest server needs afterwards.
const ROUNDS_MAX: usize = 200;

/// The first byte tells how the others are read: odd, as lines of the name of a message and the JSON of its reply; even, as
/// choices. Its second bit takes a new data file, its third one without a token.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let mut country = world::country();
    if mode & 2 != 0 {
        country.replace_device(HOSTILE);
    }
    if mode & 4 != 0 {
        log_out(&country);
    }
    let mut victim = Victim { country: &country, run: country.site(HOSTILE).begin_run().expect("a run begins") };
    if mode & 1 == 1 {
        let mut lines = rest.split(|byte| *byte == b'\n').take(REPLIES_MAX);
        victim.talk(&mut |_, _| lines.next().map(read));
    } else {
        let mut choices = Choices::new(rest);
        victim.talk(&mut |country, step| (!choices.is_empty()).then(|| Some(answer(&mut choices, country, step))));
    }
    check(&*country.member(HOSTILE).store.snapshot().expect("in memory"));
    drop(country.sync_to_an_end(HOSTILE, ROUNDS_MAX));
    check(&*country.member(HOSTILE).store.snapshot().expect("in memory"));
    drop(country.site(HOSTILE).status().map(|status| serde_json::to_vec(&status).expect("a status can be written")));
}

fn log_out(country: &Country) {
    let ended = sitesync_core::protocol::ErrorText {
        code: "token_ended".to_owned(),
        message: String::new(),
        next: String::new(),
    };
    country.site(HOSTILE).failed(&ended).expect("in memory");
}

struct Victim<'a> {
    country: &'a Country,
    run: Run,
}

/// Gives the next reply; nothing at the end, and an inner nothing for one that cannot be read.
type Server<'s> = dyn FnMut(&Country, &Step) -> Option<Option<Reply>> + 's;

impl Victim<'_> {
    fn talk(&mut self, server: &mut Server<'_>) {
        let site = self.country.site(HOSTILE);
        for _ in 0..REPLIES_MAX {
            let Some(step) = sound(site.next_step(&mut self.run)) else { return };
            let Some(reply) = server(self.country, &step) else { return };
            // A reply that cannot be read, or is refused, ends the run; the next one begins.
            if reply.and_then(|reply| sound(site.receive(&mut self.run, &step, reply, 1))).is_none() {
                self.run = site.begin_run().expect("a run begins");
            }
        }
    }
}

/// Refusing an answer is right. That the data file has become unreadable is a finding.
fn sound<T>(done: Result<T, SiteError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(SiteError::Store(fault)) => panic!("the data file: {fault}"),
        Err(_) => None,
    }
}

fn read(line: &[u8]) -> Option<Reply> {
    let at = line.iter().position(|byte| *byte == b' ')?;
    let (name, json) = line.split_at(at);
    match name {
        b"login" => serde_json::from_slice(json).ok().map(Reply::Login),
        b"exchange" => serde_json::from_slice(json).ok().map(|reply| Reply::Exchange(Box::new(reply))),
        b"compare" => serde_json::from_slice(json).ok().map(Reply::Compare),
        b"stage" => Some(Reply::Staged),
        _ => None,
    }
}

fn answer(choices: &mut Choices<'_>, country: &Country, step: &Step) -> Reply {
    let info = &country.member(HOSTILE).info;
    match (choices.below(4), step) {
        (0, Step::Login(_)) => {
            Reply::Login(LoginReply { token: choices.text(), site: invented::info(choices, info), version: 0 })
        }
        (0, Step::Exchange(_)) => Reply::Exchange(Box::new(invented::exchange_reply(choices, info))),
        (0, Step::Compare(_)) => Reply::Compare(CompareReply { entries: entries(choices), lost: choices.one_in(4) }),
        (0, Step::Stage(_)) => Reply::Login(LoginReply { token: String::new(), site: info.clone(), version: 1 }),
        (1, _) => honest(country, step),
        _ => changed(choices, honest(country, step), country),
    }
}

fn honest(country: &Country, step: &Step) -> Reply {
    let info = &country.member(HOSTILE).info;
    // What the hub refuses because of an earlier lie is answered with a lie.
    country.serve(info, step).unwrap_or(Reply::Compare(CompareReply { entries: Vec::new(), lost: true }))
}

fn entries(choices: &mut Choices<'_>) -> Vec<FeedEntry> {
    (0..choices.below(5)).map(|_| invented::entry(choices)).collect()
}

/// One thing is not as it was.
fn changed(choices: &mut Choices<'_>, reply: Reply, country: &Country) -> Reply {
    match reply {
        Reply::Exchange(mut reply) => {
            change(choices, &mut reply, country);
            Reply::Exchange(reply)
        }
        Reply::Compare(mut reply) => {
            reply.entries.extend(entries(choices));
            reply.lost ^= choices.one_in(4);
            Reply::Compare(reply)
        }
        other => other,
    }
}

fn change(choices: &mut Choices<'_>, reply: &mut ExchangeReply, country: &Country) {
    let info = &country.member(HOSTILE).info;
    match choices.below(14) {
        0 => reply.epoch = choices.whole(),
        1 => reply.clock = invented::time(choices),
        2 => reply.site = invented::info(choices, info),
        3 => reply.outcome = invented::outcome(choices),
        4 => reply.last = invented::commit_id(choices),
        5 => reply.subscribed.push(invented::feed(choices)),
        6 => drop(reply.subscribed.pop()),
        7 => reply.pages.push(invented::page(choices)),
        8 => drop(reply.pages.pop()),
        9 => reply.complete ^= true,
        10 => reply.doubtful = invented::doubtful(choices),
        11 => reply.pages.extend(reply.pages.first().cloned()),
        _ => {
            let at = choices.below(reply.pages.len());
            let Some(page) = reply.pages.get_mut(at) else { return };
            match choices.below(6) {
                0 => page.cursor = invented::cursor(choices),
                1 => page.sum = Hash(1),
                2 => page.feed = invented::feed(choices),
                3 => page.again ^= true,
                _ => page.entries.extend(entries(choices)),
            }
        }
    }
}

/// The data file of a site is right in itself.
fn check(snapshot: &dyn Snapshot) {
    audit::entries_add_up(snapshot);
    for (table, _) in snapshot.tables().expect("in memory") {
        for record in snapshot.table(&table, None, usize::MAX).expect("in memory") {
            let body = normal::parse(&record.body).unwrap_or_else(|error| panic!("{}: {error}", record.key));
            assert_eq!(Hash::of_record(&record.key, &record.body), record.hash, "{}", record.key);
            serde_json::to_vec(&body).expect("a body can be written");
        }
    }
    let changes = snapshot.page(&Feed::Changes, 0, audit::ALL).expect("in memory");
    for entry in changes.iter().map(|page| &page.entry) {
        assert!(entry.source == 0, "the list of changes holds an entry of somebody else");
    }
}
