//! Who can block whom, for how long, and what it costs.

use super::*;

#[test]
fn five_wrong_passwords_block_for_an_hour() {
    let world = World::new();
    let successor = Device("Kamo", "right", "hw-2", "f");
    assert_eq!(world.guess("Kamo", "hw-9", 5), Some(Refusal::WrongPassword));
    let until = START + HOUR;
    assert_eq!(world.guess("Kamo", "hw-9", 1), Some(Refusal::Blocked { until }));
    assert_eq!(world.login(successor).unwrap_err(), Refusal::Blocked { until }, "a new binding is blocked too");
    assert_eq!(world.check(successor).unwrap_err(), Refusal::Blocked { until });
    assert_eq!(world.verify(successor, true).unwrap_err(), Refusal::Blocked { until });
    world.forward(HOUR - 1);
    assert!(is_blocked(&world.login(successor)));
    world.forward(1);
    world.login(successor).unwrap();
    assert_eq!(world.site(2).blocks.strangers, None, "what is over is cleared away");
}

#[test]
fn a_right_password_in_between_starts_the_count_anew() {
    let world = World::new();
    world.login(TABLET).unwrap();
    for _ in 0..10 {
        world.guess("Kamo", "hw-1", 4);
        world.login(TABLET).unwrap();
    }
    assert!(!is_blocked(&world.login(TABLET)));
}

#[test]
fn strangers_never_block_the_bound_device_nor_the_device_strangers() {
    let world = World::new();
    world.login(TABLET).unwrap();
    assert!(is_blocked(&Err::<(), _>(world.guess("Kamo", "hw-9", 50).unwrap())));
    let token = world.login(TABLET).unwrap().token;
    world.token(&token, "hw-1", "file-1").unwrap();
    world.verify(TABLET, false).unwrap();
    let site = world.site(2);
    assert!(site.blocks.strangers.is_some() && site.blocks.device.is_none());
    // The device's right password is not theirs.
    assert!(is_blocked(&Err::<(), _>(world.guess("Kamo", "hw-9", 1).unwrap())));

    let world = World::new();
    world.login(TABLET).unwrap();
    world.guess("Kamo", "hw-1", 5);
    assert!(is_blocked(&world.login(TABLET)));
    assert!(is_blocked(&world.verify(TABLET, false)), "a remembered secret is no way round");
    assert_eq!(world.login(Device("Kamo", "right", "hw-2", "f")).unwrap_err(), Refusal::WrongDevice);
}

#[test]
fn a_replaced_device_that_goes_on_trying_does_not_keep_its_successor_out() {
    let world = World::new();
    world.login(TABLET).unwrap();
    world.reset(2);
    world.set_password(2, "new");
    // Stolen, it still sends the old password; then somebody guesses on it.
    for _ in 0..30 {
        world.login(TABLET).unwrap_err();
    }
    assert!(is_blocked(&world.login(Device("Kamo", "new", "hw-1", "file-1"))), "nor may it guess without end");
    world.login(Device("Kamo", "new", "hw-2", "file-2")).unwrap();
    world.forward(HOUR);
    assert_eq!(world.login(Device("Kamo", "new", "hw-1", "file-1")).unwrap_err(), Refusal::FormerDevice);
}

#[test]
fn failures_of_one_site_do_not_count_for_another() {
    let world = World::new();
    world.create("Other", Some("right")).unwrap();
    world.guess("Kamo", "hw-9", 20);
    world.login(Device("Other", "right", "hw-9", "f")).unwrap();
}

#[test]
fn names_that_do_not_exist_are_blocked_alike() {
    let world = World::new();
    world.create("Empty", None).unwrap();
    for name in ["Nowhere", "Empty", "Kamo", "Central Server"] {
        let told: Vec<_> = (0..8).map(|_| world.guess(name, "hw-9", 1).unwrap()).collect();
        let codes: Vec<_> = told.iter().map(Refusal::code).collect();
        let mut wanted = vec!["site_credentials_refused"; 5];
        wanted.extend(["site_auth_timeout"; 3]);
        assert_eq!(codes, wanted, "{name}");
    }
    world.forward(HOUR);
    assert_eq!(world.guess("Nowhere", "hw-9", 1), Some(Refusal::UnknownName));
    world.create("Nowhere", Some("right")).unwrap();
    world.login(Device("Nowhere", "right", "hw-9", "f")).unwrap();
}

#[test]
fn unblocking_lifts_both_blocks_and_forgets_what_was_counted() {
    let world = World::new();
    world.login(TABLET).unwrap();
    world.guess("Kamo", "hw-9", 5);
    world.guess("Kamo", "hw-1", 5);
    assert!(is_blocked(&world.login(TABLET)));
    world.unblock(2);
    assert_eq!(world.guess("Kamo", "hw-9", 4), Some(Refusal::WrongPassword));
    assert_eq!(world.guess("Kamo", "hw-1", 4), Some(Refusal::WrongPassword));
    world.unblock(2);
    assert_eq!(world.guess("Kamo", "hw-1", 4), Some(Refusal::WrongPassword), "four counted failures are forgotten");
    world.login(TABLET).unwrap();
}

#[test]
fn a_block_that_begins_while_it_is_lifted_does_not_begin() {
    let world = World::new();
    let seen = world.site(2);
    world.unblock(2);
    world.auth().begin_block(&seen, super::super::lockout::Bucket::Stranger, START, START + HOUR).unwrap();
    assert_eq!(world.site(2).blocks, sites::Blocks::default());
}

#[test]
fn a_new_password_lifts_blocks() {
    let world = World::new();
    world.login(TABLET).unwrap();
    world.guess("Kamo", "hw-1", 5);
    world.guess("Kamo", "hw-9", 5);
    world.set_password(2, "new");
    world.login(Device("Kamo", "new", "hw-1", "file-1")).unwrap();
    assert_eq!(world.login(Device("Kamo", "new", "hw-9", "f")).unwrap_err(), Refusal::WrongDevice);
}

#[test]
fn number_and_length_are_settings() {
    let world = World::new();
    world.settings(|settings| {
        settings.failures_before_block = 2;
        settings.block_ms = 60_000;
    });
    assert_eq!(world.guess("Kamo", "hw-9", 2), Some(Refusal::WrongPassword));
    assert!(is_blocked(&world.login(TABLET)));
    world.forward(60_000);
    world.login(TABLET).unwrap();
}

#[test]
fn a_block_outlives_a_restart_and_a_guess_costs_no_write() {
    let mut world = World::new();
    let before = world.store.fork();
    world.guess("Kamo", "hw-9", 4);
    let audit = |store: &MemoryStore| crate::audit::list(&*store.snapshot().unwrap(), None, 100).unwrap();
    assert_eq!(audit(&world.store), audit(&before));
    assert_eq!(sites::get(&*before.snapshot().unwrap(), SiteId(2)).unwrap(), Some(world.site(2)));
    world.guess("Kamo", "hw-9", 1);
    let line = audit(&world.store).remove(0);
    assert_eq!((line.who.as_str(), line.what.as_str(), line.subject.as_str()), ("server", "site.block", "site 2"));
    world.guess("Kamo", "hw-9", 50);
    assert_eq!(audit(&world.store)[0], line);
    world.gate = Gate::new(GateLimits::default(), &world.random);
    assert!(is_blocked(&world.login(TABLET)));
}

#[test]
fn a_clock_that_jumps_neither_blocks_for_ever_nor_lets_guess() {
    let cases: [(&str, Millis, bool); 6] = [
        ("a second back", -1000, true),
        ("half an hour back", -HOUR / 2, true),
        ("a year back", -365 * 24 * HOUR, false),
        ("to 1970", -START, false),
        ("half an hour ahead", HOUR / 2, true),
        ("a year ahead", 365 * 24 * HOUR, false),
    ];
    for (what, jump, blocked) in cases {
        let world = World::new();
        world.guess("Kamo", "hw-9", 5);
        world.guess("Nowhere", "hw-9", 5);
        world.forward(jump);
        assert_eq!(is_blocked(&world.login(TABLET)), blocked, "{what}");
        assert_eq!(is_blocked(&world.login(Device("Nowhere", "x", "hw-9", "f"))), blocked, "{what}");
    }
    // Nor does it keep a verified secret alive, or an address waiting.
    let world = World::new();
    world.verify(TABLET, true).unwrap();
    world.forward(-24 * HOUR);
    world.verify(TABLET, false).unwrap();
}

#[test]
fn an_address_waits_after_failures_of_its_own_with_one_name() {
    let world = World::new();
    world.settings(|settings| {
        settings.address_failures_per_minute = 3;
        settings.failures_before_block = 1000;
    });
    world.login(TABLET).unwrap();
    assert_eq!(world.guess("Kamo", "hw-9", 3), Some(Refusal::WrongPassword));
    assert_eq!(world.guess("Kamo", "hw-9", 1), Some(Refusal::TooManyFailures { until: START + 60_000 }));
    // A ministry sits behind the same address: other names, and the bound device, are not touched.
    assert_eq!(world.guess("Other", "hw-9", 1), Some(Refusal::UnknownName));
    world.login(TABLET).unwrap();
    // Successes are not counted, however many.
    for _ in 0..50 {
        world.login(TABLET).unwrap();
    }
    let secret = Secret::of_password("wrong").unwrap();
    let device = Device("Kamo", "wrong", "hw-9", "f");
    let mut elsewhere = request(device, &secret);
    elsewhere.attempt.address = "10.0.0.2";
    assert_eq!(refused(world.auth().login(&elsewhere)).unwrap_err(), Refusal::WrongPassword);
    world.forward(60_000);
    assert_eq!(world.guess("Kamo", "hw-9", 1), Some(Refusal::WrongPassword));
    // A known password on a wrong device is a failure of the address, but no guess.
    for _ in 0..2 {
        assert_eq!(world.login(Device("Kamo", "right", "hw-9", "f")).unwrap_err(), Refusal::WrongDevice);
    }
    assert_eq!(world.guess("Kamo", "hw-9", 1).unwrap().code(), "too_many_failures");
    world.forward(-HOUR);
    assert_eq!(world.guess("Kamo", "hw-9", 1), Some(Refusal::WrongPassword));
}
