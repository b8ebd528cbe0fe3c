//! A central server that says what no honest one says: refused before anything of it is stored.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use sitesync_core::hash::Hash;
use sitesync_core::ids::Feed;
use sitesync_core::protocol::{CommitOutcome, DoubtfulFeed, ExchangeReply, FeedEntry};
use sitesync_remote::site::{Reply, SiteError, Step};
use sitesync_testkit::records::stock;
use sitesync_testkit::{Country, audit};

type Lie = fn(&mut ExchangeReply);

fn first(reply: &mut ExchangeReply) -> &mut FeedEntry {
    let page = reply.pages.iter_mut().find(|page| !page.entries.is_empty());
    page.and_then(|page| page.entries.first_mut()).expect("there is something new")
}

const LIES: [(&str, Lie); 16] = [
    ("entries in the site's own list of changes", |reply| {
        reply.subscribed.push(Feed::Changes);
        reply.pages[0].feed = Feed::Changes;
    }),
    ("a subscription to it", |reply| reply.subscribed.push(Feed::Changes)),
    ("a doubt about it", |reply| reply.doubtful.push(DoubtfulFeed { feed: Feed::Changes, above: 0 })),
    ("a feed that is not read", |reply| reply.pages[0].feed = Feed::store("S9")),
    ("a feed twice", |reply| reply.pages.extend(reply.pages.first().cloned())),
    ("an entry of the last number", |reply| first(reply).n = u64::MAX),
    ("an entry without a number", |reply| first(reply).n = 0),
    ("a commit of the last number", |reply| reply.last.number = u64::MAX),
    ("an epoch of the last number", |reply| reply.epoch = u64::MAX),
    ("an entry that says nothing", |reply| first(reply).put = None),
    ("an entry that says two things", |reply| first(reply).delete = true),
    ("an id with the mark between table and id", |reply| first(reply).id = "X\u{1f}Y".into()),
    ("an endless id", |reply| first(reply).id = "x".repeat(300).into()),
    ("an endless cursor", |reply| reply.pages[0].cursor = "1".repeat(1_000)),
    ("no cursor", |reply| reply.pages[0].cursor.clear()),
    ("an endless name", |reply| reply.site.name = "x".repeat(10_000)),
];

/// Site 2 has something unsent, and there is something for it.
fn country() -> Country {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L2", "S2", 1)]);
    country.edit(vec![sitesync_testkit::records::put("item", "new", serde_json::json!({ "item_name": "Zinc" }))]);
    country
}

#[test]
fn what_no_honest_server_says_is_not_stored() {
    for (case, lie) in LIES {
        let country = country();
        let member = country.member(2);
        let mut run = member.site.begin_run().unwrap();
        let step = member.site.next_step(&mut run).unwrap();
        let Reply::Exchange(mut reply) = country.serve(&member.info, &step).unwrap() else { panic!("{case}") };
        lie(&mut reply);
        let refused = member.site.receive(&mut run, &step, Reply::Exchange(reply), 1);
        assert!(matches!(refused, Err(SiteError::Answer(_))), "{case}: {refused:?}");
        audit::entries_add_up(&*sitesync_store::Store::snapshot(&*member.store).unwrap());
        country.sync_all();
        country.assert_equal();
        assert!(country.central_record("item_line", "L2").is_some(), "{case}");
    }
}

#[test]
fn an_answer_about_other_records_is_not_stored() {
    let country = country();
    let site = country.site(2);
    let mut run = site.begin_run().unwrap();
    let step = site.next_step(&mut run).unwrap();
    let Reply::Exchange(mut reply) = country.serve(&country.member(2).info, &step).unwrap() else { panic!() };
    // A version that the site does not have makes it ask.
    let entry = first(&mut reply);
    (entry.put, entry.same) = (None, Some(Hash(7)));
    site.receive(&mut run, &step, Reply::Exchange(reply), 1).unwrap();
    let question = site.next_step(&mut run).unwrap();
    assert!(matches!(question, Step::Compare(_)));
    let Reply::Compare(mut reply) = country.serve(&country.member(2).info, &question).unwrap() else { panic!() };
    reply.entries[0].id = "other".into();
    let refused = site.receive(&mut run, &question, Reply::Compare(reply), 1);
    assert!(matches!(refused, Err(SiteError::Answer(_))), "{refused:?}");
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_servers_clock_may_show_anything() {
    for clock in [i64::MIN, i64::MAX] {
        let country = country();
        let site = country.site(2);
        let mut run = site.begin_run().unwrap();
        let step = site.next_step(&mut run).unwrap();
        let Reply::Exchange(mut reply) = country.serve(&country.member(2).info, &step).unwrap() else { panic!() };
        assert_eq!(reply.outcome, CommitOutcome::Applied);
        reply.clock = clock;
        site.receive(&mut run, &step, Reply::Exchange(reply), 1).unwrap();
        assert!(site.status().unwrap().clock_off.abs() > 0);
    }
}
