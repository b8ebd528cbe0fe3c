//! Tokens: what ends them, and that a lost reply does not matter.

use super::*;

#[test]
fn a_lost_reply_never_locks_a_site_out() {
    let world = World::new();
    let lost = world.login(TABLET).unwrap();
    for _ in 0..20 {
        let again = world.login(TABLET).unwrap();
        assert!(!again.newly_bound);
        world.token(&again.token, "hw-1", "file-1").unwrap();
    }
    assert_eq!(world.token(&lost.token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    let rows = world.store.snapshot().unwrap().rows(sitesync_store::Space::Token, b"", None, 100).unwrap();
    assert_eq!(rows.len(), 1, "ended tokens leave nothing behind");
}

#[test]
fn a_token_is_good_for_one_device_and_one_data_file() {
    let world = World::new();
    world.create("Other", Some("right")).unwrap();
    let token = world.login(TABLET).unwrap().token;
    let other = world.login(Device("Other", "right", "hw-2", "file-2")).unwrap().token;
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap().id, SiteId(2));
    assert_eq!(world.token(&other, "hw-2", "file-2").unwrap().id, SiteId(3));
    assert_eq!(world.token(&other, "hw-1", "file-1").unwrap_err(), Refusal::WrongDevice);
    assert_eq!(world.token(&token, "hw-2", "file-1").unwrap_err(), Refusal::WrongDevice);
    assert_eq!(world.token(&token, "hw-1", "file-2").unwrap_err(), Refusal::TokenEnded);
    let snapshot = world.store.snapshot().unwrap();
    for wrong in ["", "x", &"0".repeat(64), &token.reveal().to_uppercase()] {
        assert_eq!(refused(check_token(&*snapshot, wrong, "hw-1", "file-1")).unwrap_err(), Refusal::TokenEnded);
    }
}

#[test]
fn a_row_that_was_left_behind_lets_nobody_in() {
    use crate::sites::rows;
    use sitesync_store::Space;
    let world = World::new();
    let token = world.login(TABLET).unwrap().token;
    let rows_of_tokens = world.store.snapshot().unwrap().rows(Space::Token, b"", None, 10).unwrap();
    // An ended token whose row is still there.
    world.login(TABLET).unwrap();
    let (key, row) = &rows_of_tokens[0];
    world.write(|txn| Ok(txn.put_row(Space::Token, key, row)?)).unwrap();
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    // The token in force, but of a site that is no longer what it was given for.
    let token = world.login(TABLET).unwrap().token;
    let site = world.site(2);
    let changed: [Site; 4] = [
        Site { name: "New".to_owned(), ..site.clone() },
        Site { secret_version: 99, ..site.clone() },
        Site { hardware_id: Some("hw-2".to_owned()), ..site.clone() },
        Site { data_file: None, ..site.clone() },
    ];
    for changed in changed {
        world.write(|txn| Ok(rows::write(txn, &changed)?)).unwrap();
        assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::TokenEnded);
    }
    world.write(|txn| Ok(rows::write(txn, &site)?)).unwrap();
    world.token(&token, "hw-1", "file-1").unwrap();
}

#[test]
fn what_ends_a_token_and_what_does_not() {
    type Act = fn(&World);
    let cases: [(&str, Act, bool); 8] = [
        ("a new name", |world| drop(world.rename(2, "New").unwrap()), false),
        ("a new password", |world| world.set_password(2, "new"), false),
        ("the same password again", |world| world.set_password(2, "right"), false),
        ("a reset", |world| world.reset(2), false),
        ("deleting the site", |world| world.write(|txn| sites::delete(txn, world.by(), SiteId(2), 0)).unwrap(), false),
        (
            "a new code",
            |world| {
                let site = world.site(2);
                let form = SiteForm { code: "K".to_owned(), ..SiteForm::of(&site) };
                world.write(|txn| sites::edit(txn, world.by(), site.id, site.version, &form)).unwrap();
            },
            true,
        ),
        ("failures of strangers", |world| drop(world.guess("Kamo", "hw-9", 20)), true),
        ("failures with the bound hardware id", |world| drop(world.guess("Kamo", "hw-1", 20)), true),
    ];
    for (what, act, lives) in cases {
        let world = World::new();
        let token = world.login(TABLET).unwrap().token;
        act(&world);
        assert_eq!(world.token(&token, "hw-1", "file-1").is_ok(), lives, "{what}");
    }
}

#[test]
fn sites_are_told_to_try_later_while_synchronisation_is_switched_off() {
    let world = World::new();
    let token = world.login(TABLET).unwrap().token;
    world.settings(|settings| settings.accept_sync = false);
    assert_eq!(world.token(&token, "hw-1", "file-1").unwrap_err(), Refusal::SyncOff);
    assert_eq!(world.login(TABLET).unwrap_err(), Refusal::SyncOff);
    assert_eq!(world.check(TABLET).unwrap_err(), Refusal::SyncOff);
    assert_eq!(world.verify(TABLET, true).unwrap_err(), Refusal::SyncOff);
    assert_eq!(world.guess("Kamo", "hw-9", 20), Some(Refusal::SyncOff));
    assert!(Refusal::SyncOff.is_passing());
    world.settings(|settings| settings.accept_sync = true);
    world.token(&token, "hw-1", "file-1").unwrap();
    world.login(TABLET).unwrap();
}
