//! Names and passwords: what is told to whom, and what changing them does.

use super::*;

#[test]
fn who_does_not_know_the_password_is_told_the_same_whatever_is_wrong() {
    let world = World::new();
    world.create("Empty", None).unwrap();
    world.login(TABLET).unwrap();
    world.create("Reset", Some("right")).unwrap();
    world.login(Device("Reset", "right", "hw-7", "file-7")).unwrap();
    world.reset(4);
    let cases = [
        ("unknown name", Device("Nowhere", "right", "hw-9", "f")),
        ("wrong password", Device("Kamo", "wrong", "hw-1", "f")),
        ("wrong password, other device", Device("Kamo", "wrong", "hw-9", "f")),
        ("wrong password, former device", Device("Reset", "wrong", "hw-7", "file-7")),
        ("site without a password", Device("Empty", "right", "hw-9", "f")),
        ("the central server's own site", Device("Central Server", "right", "hw-9", "f")),
        ("name of another case", Device("kamo", "right", "hw-1", "f")),
    ];
    for (what, device) in cases {
        for refusal in [world.login(device).unwrap_err(), world.check(device).unwrap_err()] {
            assert_eq!(refusal.code(), "site_credentials_refused", "{what}");
            assert_eq!(refusal.message(), Refusal::UnknownName.message(), "{what}");
            assert_eq!(refusal.next_step(), Refusal::UnknownName.next_step(), "{what}");
        }
    }
}

#[test]
fn nobody_logs_in_as_the_central_server_even_with_a_password_in_its_row() {
    let world = World::new();
    let mut site = world.site(1);
    site.secret = Some(world.hashed("right").into_hidden());
    world.write(|txn| Ok(crate::sites::rows::write(txn, &site)?)).unwrap();
    assert_eq!(world.login(Device("Central Server", "right", "hw-9", "f")).unwrap_err(), Refusal::WrongPassword);
}

#[test]
fn the_cause_is_told_to_who_knows_the_password() {
    let world = World::new();
    world.login(TABLET).unwrap();
    let other = Device("Kamo", "right", "hw-2", "file-2");
    assert_eq!(world.login(other).unwrap_err(), Refusal::WrongDevice);
    assert_eq!(world.check(other).unwrap_err(), Refusal::WrongDevice);
    world.reset(2);
    assert_eq!(world.check(TABLET).unwrap_err(), Refusal::FormerDevice);
    let secret = Secret::of_password("right").unwrap();
    let old = LoginRequest { versions: &[9], ..request(other, &secret) };
    let refusal = refused(world.auth().login(&old)).unwrap_err();
    assert_eq!(refusal.code(), "api_version_incompatible");
    assert_eq!(world.site(2).hardware_id, None, "a refused login binds nothing");
}

#[test]
fn a_name_is_trimmed_and_every_code_has_words() {
    let world = World::new();
    world.login(Device("  Kamo ", "right", "hw-1", "file-1")).unwrap();
    let all = [
        Refusal::SyncOff,
        Refusal::Busy,
        Refusal::TooManyFailures { until: 1 },
        Refusal::Blocked { until: 1 },
        Refusal::WrongPassword,
        Refusal::WrongDevice,
        Refusal::FormerDevice,
        Refusal::NoDeviceBound,
        Refusal::TokenEnded,
        Refusal::Version { offered: vec![], supported: sitesync_core::protocol::VERSIONS },
        Refusal::NoStore,
        Refusal::Malformed("it is empty"),
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), all.len());
    for refusal in all {
        assert!(refusal.message().ends_with('.') && refusal.next_step().ends_with('.'), "{refusal:?}");
    }
}

#[test]
fn a_changed_name_stops_the_site_and_the_old_one_resumes_it() {
    let world = World::new();
    let token = world.login(TABLET).unwrap().token;
    world.rename(2, "Kamo clinic").unwrap();
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    // It goes on trying for hours, and blocks nobody.
    for _ in 0..30 {
        world.login(TABLET).unwrap_err();
    }
    world.rename(2, "Kamo").unwrap();
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    let again = world.login(TABLET).unwrap();
    assert!(!again.newly_bound && !again.data_file_changed);
    world.token(&again.token, "hw-1", "file-1").unwrap();
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded, "the old token stays ended");
    world.rename(2, "Kamo clinic").unwrap();
    world.login(Device("Kamo clinic", "right", "hw-1", "file-1")).unwrap();
}

#[test]
fn a_changed_password_stops_the_site_and_the_old_one_resumes_it() {
    let world = World::new();
    let token = world.login(TABLET).unwrap().token;
    world.set_password(2, "other");
    world.set_password(2, "third");
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    // The device still sends the old password every few minutes: it must not have blocked itself when both sides agree again.
    for _ in 0..30 {
        assert_eq!(world.login(TABLET).unwrap_err(), Refusal::WrongPassword);
        world.forward(300_000);
    }
    world.set_password(2, "right");
    world.login(TABLET).unwrap();
    world.set_password(2, "new");
    world.login(Device("Kamo", "new", "hw-1", "file-1")).unwrap();
    // From now on the old password is a wrong one like any other.
    for _ in 0..5 {
        world.login(TABLET).unwrap_err();
    }
    assert!(is_blocked(&world.login(Device("Kamo", "new", "hw-1", "file-1"))));
}

#[test]
fn what_changes_while_a_password_is_being_checked_counts() {
    type Act = fn(&World);
    let cases: [(&str, Act, Refusal); 5] = [
        ("a new password", |world| world.set_password(2, "new"), Refusal::WrongPassword),
        ("a new name", |world| drop(world.rename(2, "New").unwrap()), Refusal::WrongPassword),
        (
            "the site deleted",
            |world| world.write(|txn| sites::delete(txn, world.by(), SiteId(2), 0)).unwrap(),
            Refusal::UnknownName,
        ),
        ("another device bound", |world| drop(world.login(Device("Kamo", "right", "hw-2", "f"))), Refusal::WrongDevice),
        (
            "the same device bound and reset",
            |world| {
                world.login(TABLET).unwrap();
                world.reset(2);
            },
            Refusal::FormerDevice,
        ),
    ];
    for (what, act, wanted) in cases {
        let world = World::new();
        let secret = Secret::of_password("right").unwrap();
        let request = request(TABLET, &secret);
        let proved = refused(world.auth().prove(&request.attempt)).unwrap();
        act(&world);
        let entered = refused(world.auth().enter(&proved, &request.attempt, &request, 1)).map(|(site, ..)| site.id);
        assert_eq!(entered, Err(wanted), "{what}");
    }
}

#[test]
fn a_remembered_secret_ends_with_its_password() {
    let world = World::new();
    let site = world.verify(TABLET, true).unwrap();
    world.set_password(2, "new");
    assert_eq!(world.verify(TABLET, true).unwrap_err(), Refusal::WrongPassword);
    assert_eq!(world.site(2).hardware_id, site.hardware_id);
}

#[test]
fn a_secret_is_what_mobile_and_open_msupply_send() {
    let secret = Secret::of_password("pass").unwrap();
    assert_eq!(secret.reveal(), "d74ff0ee8da3b9806b18c877dbf29bbde50b5bd8e4dad7a3a725000feb82e8f1");
    assert_eq!(Secret::parse(&secret.reveal().to_uppercase()), Some(secret));
    for wrong in ["", "pass", "d74ff0ee", &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(Secret::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Secret::of_password(""), None);
}

#[test]
fn no_secret_shows_itself() {
    let world = World::new();
    let logged_in = world.login(TABLET).unwrap();
    let secret = Secret::of_password("right").unwrap();
    let site = world.site(2);
    let stored = site.secret.clone().unwrap().reveal().to_owned();
    assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
    let token_hash = site.token.clone().unwrap().reveal().to_owned();
    let shown = [
        serde_json::to_string(&site.view()).unwrap(),
        format!("{:?}", site.view()),
        format!("{site:?}"),
        format!("{logged_in:?}"),
        format!("{:?}", request(TABLET, &secret)),
        format!("{:?}", world.hashed("right")),
        format!("{:?}", crate::audit::list(&*world.store.snapshot().unwrap(), None, 100).unwrap()),
    ];
    for text in shown {
        for hidden in [&stored, &token_hash, logged_in.token.reveal(), secret.reveal(), "argon2id$"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    // Nor is the token itself anywhere in the store.
    let rows = world.store.snapshot().unwrap().rows(sitesync_store::Space::Token, b"", None, 10).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(!String::from_utf8_lossy(&rows[0].1).contains(logged_in.token.reveal()));
    assert_eq!(logged_in.token.reveal().len(), 64);
}

#[test]
fn a_message_becomes_a_request() {
    let world = World::new();
    let secret = Secret::of_password("right").unwrap();
    let message = sitesync_core::protocol::LoginRequest {
        name: "Kamo".to_owned(),
        secret: secret.reveal().to_owned(),
        hardware_id: "hw-1".to_owned(),
        data_file: "file-1".to_owned(),
        device_type: "mobile".to_owned(),
        app_name: "remote".to_owned(),
        app_version: "1".to_owned(),
        versions: vec![1],
    };
    let logged_in = refused(world.auth().login(&LoginRequest::of(&message, &secret, "10.0.0.1"))).unwrap();
    assert_eq!(logged_in.site.device_type, Some(sites::DeviceType::Mobile));
    let info = logged_in.site.info();
    assert_eq!((info.id, info.uuid, info.name.as_str()), (SiteId(2), logged_in.site.uuid, "Kamo"));
    let types = ["single user", "client/server", "mobile", "single_user", "Client_Server", "", " ", "desktop"];
    let read: Vec<_> = types.iter().map(|text| sites::DeviceType::of_text(text).map(|t| t.to_string())).collect();
    let wanted = ["single user", "client/server", "mobile", "single user", "client/server", "-", "-", "desktop"];
    assert_eq!(read, wanted.map(|text| (text != "-").then(|| text.to_owned())));
}

#[test]
fn the_cost_of_hashing_can_be_changed_without_locking_anybody_out() {
    let world = World::new();
    world.settings(|settings| settings.hash_cost = HashCost { memory_kib: 16, passes: 2, lanes: 1 });
    world.login(TABLET).unwrap();
    assert_eq!(HashCost::default(), HashCost { memory_kib: 19456, passes: 2, lanes: 1 });
}
