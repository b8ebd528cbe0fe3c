//! The narrow gate before argon2, remembered secrets, and the settings.

use std::sync::Arc;

use super::*;

#[test]
fn the_queue_before_argon2_is_bounded() {
    let random = Seeded(AtomicU64::new(0));
    let gate = Arc::new(Gate::new(GateLimits { at_once: 1, waiting: 1 }, &random));
    let first = gate.turn().unwrap();
    let second = std::thread::spawn({
        let gate = Arc::clone(&gate);
        move || drop(gate.turn().unwrap())
    });
    while gate.waiting() == 0 {
        std::thread::yield_now();
    }
    assert_eq!(gate.turn().err(), Some(Refusal::Busy));
    drop(first);
    second.join().unwrap();
    drop(gate.turn().unwrap());
}

#[test]
fn many_at_once_get_no_more_guesses() {
    let mut world = World::new();
    world.gate = Gate::new(GateLimits { at_once: 1, waiting: 40 }, &world.random);
    let told: Vec<Refusal> = std::thread::scope(|scope| {
        // All of them have passed the limits and wait before the first one has failed.
        let turn = world.gate.turn().unwrap();
        let guesses: Vec<_> = (0..40).map(|_| scope.spawn(|| world.guess("Kamo", "hw-9", 1).unwrap())).collect();
        while world.gate.waiting() < 40 {
            std::thread::yield_now();
        }
        drop(turn);
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    let tried = told.iter().filter(|refusal| **refusal == Refusal::WrongPassword).count();
    assert_eq!(tried, 5);
}

/// What takes its time takes it for all alike: who is timed tells nothing.
#[test]
fn a_name_that_is_unknown_costs_the_same_argon2_as_a_wrong_password() {
    let mut world = World::new();
    world.gate = Gate::new(GateLimits { at_once: 1, waiting: 0 }, &world.random);
    world.create("Empty", None).unwrap();
    for name in ["Kamo", "Empty", "Central Server", "Nowhere", ""] {
        let refused = world.gate_is_shut(|| world.login(Device(name, "wrong", "hw-9", "f")).err());
        assert_eq!(refused, Some(Refusal::Busy), "{name:?} is checked behind the gate");
    }
    // A cost that argon2 does not take shows that it is asked where no password is stored, and with the cost of the settings.
    let impossible = br#"{"hash_cost":{"memory_kib":0,"passes":0,"lanes":1}}"#;
    write(&world.store, |txn| txn.put_row(sitesync_store::Space::Meta, b"auth.settings", impossible)).unwrap();
    let secret = Secret::of_password("wrong").unwrap();
    for name in ["Empty", "Central Server", "Nowhere", ""] {
        let outcome = world.auth().login(&request(Device(name, "wrong", "hw-9", "f"), &secret));
        assert!(matches!(outcome, Err(AuthError::Store(_))), "{name:?}: {:?}", outcome.err());
    }
}

#[test]
fn a_verified_secret_is_remembered_for_a_while() {
    let mut world = World::new();
    world.gate = Gate::new(GateLimits { at_once: 1, waiting: 0 }, &world.random);
    world.settings(|settings| settings.remember_ms = 60_000);
    world.verify(TABLET, true).unwrap();
    let let_in = world.gate_is_shut(|| world.verify(TABLET, false).map(|site| site.id));
    assert_eq!(let_in, Ok(SiteId(2)), "no argon2 was needed");
    assert_eq!(world.gate_is_shut(|| world.login(TABLET).map(|login| login.site.id)), Ok(SiteId(2)));
    let cases = [
        ("a wrong password", Device("Kamo", "wrong", "hw-1", "f")),
        ("another device", Device("Kamo", "right", "hw-2", "f")),
        ("another name", Device("Other", "right", "hw-1", "f")),
    ];
    for (what, device) in cases {
        assert_eq!(world.gate_is_shut(|| world.verify(device, false)).unwrap_err(), Refusal::Busy, "{what}");
    }
    world.forward(60_000);
    assert_eq!(world.gate_is_shut(|| world.verify(TABLET, false)).unwrap_err(), Refusal::Busy);
    world.verify(TABLET, false).unwrap();
    world.reset(2);
    assert_eq!(world.gate_is_shut(|| world.verify(TABLET, false)).unwrap_err(), Refusal::Busy);
}

#[test]
fn settings_are_checked_stored_and_audited() {
    let world = World::new();
    type Act = fn(&mut AuthSettings);
    let wrong: [(&str, Act); 5] = [
        ("failures_before_block", |settings| settings.failures_before_block = 0),
        ("block_ms", |settings| settings.block_ms = 0),
        ("address_failures_per_minute", |settings| settings.address_failures_per_minute = 0),
        ("remember_ms", |settings| settings.remember_ms = -1),
        ("hash_cost.memory_kib", |settings| settings.hash_cost = HashCost { memory_kib: 8, passes: 1, lanes: 2 }),
    ];
    for (field, act) in wrong {
        let mut settings = AuthSettings::default();
        act(&mut settings);
        let outcome = write(&world.store, |txn| settings::set(txn, world.by(), &settings));
        assert!(outcome.unwrap_err().to_string().starts_with(field));
    }
    let snapshot = world.store.snapshot().unwrap();
    let lines = crate::audit::list(&*snapshot, None, 10).unwrap();
    let line = lines.iter().find(|line| line.what == "settings.authentication").unwrap();
    assert!(line.who == "admin" && line.to.contains("\"memory_kib\":8"));
    // Settings of an older program are completed.
    write(&world.store, |txn| txn.put_row(sitesync_store::Space::Meta, b"auth.settings", b"{\"accept_sync\":false}"))
        .unwrap();
    let read = settings::get(&*world.store.snapshot().unwrap()).unwrap();
    assert_eq!(read, AuthSettings { accept_sync: false, ..AuthSettings::default() });
    assert_eq!((read.failures_before_block, read.block_ms), (5, HOUR));
}

impl World {
    /// Runs `act` while no password can be checked.
    fn gate_is_shut<T>(&self, act: impl FnOnce() -> T) -> T {
        let turn = self.gate.turn().unwrap();
        let outcome = act();
        drop(turn);
        outcome
    }
}
