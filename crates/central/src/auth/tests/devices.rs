//! Binding, replacing and refusing devices.

use super::*;

#[test]
fn the_first_login_binds_and_another_device_waits_for_a_reset() {
    let world = World::new();
    let first = world.login(TABLET).unwrap();
    assert!(first.newly_bound);
    let site = world.site(2);
    assert_eq!((site.hardware_id.as_deref(), site.data_file.as_deref()), (Some("hw-1"), Some("file-1")));
    assert_eq!(site.app_name.as_deref(), Some("sitesync remote"));
    assert_eq!(site.protocol.as_deref(), Some("native 1"));
    assert_eq!(site.last_connection, Some(START));
    let successor = Device("Kamo", "right", "hw-2", "file-2");
    assert_eq!(world.login(successor).unwrap_err(), Refusal::WrongDevice);
    world.token(&first.token, "hw-1", "file-1").unwrap();

    world.reset(2);
    assert_eq!(world.token(&first.token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    assert!(world.login(successor).unwrap().newly_bound);
    assert_eq!(world.login(TABLET).unwrap_err(), Refusal::FormerDevice);
}

#[test]
fn a_former_device_is_refused_until_it_is_allowed() {
    let world = World::new();
    world.login(TABLET).unwrap();
    world.reset(2);
    let cases = [
        ("the same device", TABLET),
        ("the same device, wiped", Device("Kamo", "right", "hw-1", "file-new")),
        ("its data file on other hardware", Device("Kamo", "right", "hw-new", "file-1")),
    ];
    for (what, device) in cases {
        assert_eq!(world.login(device).unwrap_err(), Refusal::FormerDevice, "{what}");
    }
    assert_eq!(world.verify(TABLET, true).unwrap_err(), Refusal::FormerDevice);
    assert_eq!(world.site(2).hardware_id, None, "it did not bind itself again");
    let refused = world.site(2).former_devices;
    assert_eq!((refused.len(), refused[0].hardware_id.as_str(), refused[0].since), (1, "hw-1", START));

    world.write(|txn| sites::allow_former_device(txn, world.by(), SiteId(2), "hw-1")).unwrap();
    assert!(world.login(TABLET).unwrap().newly_bound);
    let again = world.write(|txn| sites::allow_former_device(txn, world.by(), SiteId(2), "hw-1"));
    assert!(matches!(again, Err(SiteError::NotAFormerDevice)));
}

#[test]
fn resetting_an_unbound_site_changes_nothing() {
    let world = World::new();
    let before = world.site(2);
    world.reset(2);
    assert_eq!(world.site(2), before);
}

#[test]
fn of_two_devices_that_log_in_at_once_one_is_bound() {
    let world = World::new();
    let names: Vec<String> = (0..8).map(|number| format!("hw-{number}")).collect();
    let outcomes: Vec<Result<LoggedIn, Refusal>> = std::thread::scope(|scope| {
        let logins: Vec<_> =
            names.iter().map(|name| scope.spawn(|| world.login(Device("Kamo", "right", name, name)))).collect();
        logins.into_iter().map(|login| login.join().unwrap()).collect()
    });
    let (inside, outside): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(inside.len(), 1);
    let winner = inside.into_iter().next().unwrap().unwrap();
    let bound = winner.site.hardware_id.clone().unwrap();
    assert_eq!(world.site(2).hardware_id.as_ref(), Some(&bound));
    world.token(&winner.token, &bound, &bound).unwrap();
    assert!(outside.into_iter().all(|outcome| outcome.err() == Some(Refusal::WrongDevice)));
}

#[test]
fn of_two_devices_that_proved_the_password_of_a_free_site_one_is_bound() {
    let world = World::new();
    let (auth, secret) = (world.auth(), Secret::of_password("right").unwrap());
    let requests = ["hw-1", "hw-2"].map(|name| request(Device("Kamo", "right", name, name), &secret));
    // A password is proved outside of the transaction that binds: here both devices come so far before either goes on.
    let proved = requests.each_ref().map(|request| auth.prove(&request.attempt).unwrap());
    let enter = |at: usize| auth.enter(&proved[at], &requests[at].attempt, &requests[at], 1);
    assert!(enter(0).is_ok());
    assert_eq!(refused(enter(1)).err(), Some(Refusal::WrongDevice));
    assert_eq!(world.site(2).hardware_id.as_deref(), Some("hw-1"));
}

#[test]
fn a_device_with_another_data_file_is_let_in_and_told_apart() {
    let world = World::new();
    let first = world.login(TABLET).unwrap();
    let wiped = world.login(Device("Kamo", "right", "hw-1", "file-2")).unwrap();
    assert!(wiped.data_file_changed && !wiped.newly_bound);
    assert_eq!(world.token(&first.token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    assert!(!world.login(Device("Kamo", "right", "hw-1", "file-2")).unwrap().data_file_changed);
}

#[test]
fn check_connection_changes_nothing() {
    let world = World::new();
    let before = world.site(2);
    let checked = world.check(TABLET).unwrap();
    assert_eq!((checked.site, checked.bound, checked.protocol), (SiteId(2), false, 1));
    assert_eq!(checked.uuid, before.uuid);
    assert_eq!(world.site(2), before);
    let token = world.login(TABLET).unwrap().token;
    assert!(world.check(TABLET).unwrap().bound);
    world.token(&token, "hw-1", "file-1").unwrap();
}

#[test]
fn doors_without_tokens_bind_only_where_they_say_so() {
    let world = World::new();
    assert_eq!(world.verify(TABLET, false).unwrap_err(), Refusal::NoDeviceBound);
    let site = world.verify(TABLET, true).unwrap();
    assert_eq!((site.hardware_id.as_deref(), site.data_file), (Some("hw-1"), None));
    world.verify(TABLET, false).unwrap();
    assert_eq!(world.verify(Device("Kamo", "right", "hw-2", ""), true).unwrap_err(), Refusal::WrongDevice);
    // The device may go over to the native door; then its data file is known.
    assert!(!world.login(TABLET).unwrap().data_file_changed);
    assert_eq!(world.site(2).data_file.as_deref(), Some("file-1"));
}

#[test]
fn requests_that_cannot_be_are_refused_before_anything_is_counted() {
    let world = World::new();
    let long = "x".repeat(256);
    for device in [
        Device("Kamo", "wrong", "", "file"),
        Device("Kamo", "wrong", "hw", ""),
        Device("Kamo", "wrong", &long, "file"),
        Device("Kamo", "wrong", "hw\n", "file"),
    ] {
        for _ in 0..10 {
            assert_eq!(world.login(device).unwrap_err().code(), "request_malformed");
        }
    }
    world.login(TABLET).unwrap();
}

#[test]
fn what_sites_report_is_stored_with_the_next_flush() {
    let world = World::new();
    let token = world.login(TABLET).unwrap().token;
    let version = world.site(2).version;
    world.gate.flush_contacts(&world.store).unwrap();
    world.forward(1000);
    let site = world.token(&token, "hw-1", "file-1").unwrap();
    let reported = Reported { app_version: Some(format!("2\n{}", "x".repeat(500))), ..Reported::default() };
    world.gate.note_connection(site.id, world.clock.now(), Some(reported));
    assert_eq!(world.site(2).last_connection, Some(START), "nothing is written for it");
    assert_eq!(world.gate.flush_contacts(&world.store).unwrap(), 1);
    assert_eq!(world.gate.flush_contacts(&world.store).unwrap(), 0);
    let site = world.site(2);
    assert_eq!(site.last_connection, Some(START + 1000));
    assert_eq!(site.app_version.map(|text| text.len()), Some(100));
    assert_eq!(site.app_name.as_deref(), Some("sitesync remote"));
    assert_eq!(site.version, version, "an open form of an administrator stays valid");

    world.login(Device("Kamo", "right", "hw-2", "file-2")).unwrap_err();
    world.gate.flush_contacts(&world.store).unwrap();
    let last = world.site(2).last_refusal.unwrap();
    assert_eq!((last.code.as_str(), last.at), ("site_incorrect_hardware_id", START + 1000));
    assert_eq!(world.site(2).last_connection, Some(START + 1000));
    assert!(last.detail.contains("hw-2") && last.detail.contains("10.0.0.1"), "{}", last.detail);
}

#[test]
fn ids_that_no_header_carries_are_refused_before_they_are_bound() {
    let world = World::new();
    for (hardware_id, data_file) in [("Ōpua", "file-1"), ("hw-1", "file\n1"), (" hw-1", "file-1"), ("", "file-1")] {
        let refused = world.login(Device("Kamo", "right", hardware_id, data_file)).unwrap_err();
        assert!(matches!(refused, Refusal::Malformed(_)), "{hardware_id:?} {data_file:?}: {refused:?}");
    }
    assert_eq!(world.site(2).hardware_id, None);
}
