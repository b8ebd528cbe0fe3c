//! What administrators do to sites.

use sitesync_core::ids::SiteId;
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;

use super::*;
use crate::audit;
use crate::auth::AuthSettings;
use crate::auth::tests::{Device, HOUR, START, TABLET, World};

fn form(name: &str) -> SiteForm {
    SiteForm { name: name.to_owned(), ..SiteForm::default() }
}

fn edit_with(world: &World, id: u32, change: impl Fn(&mut SiteForm)) -> Result<Site, SiteError> {
    let site = world.site(id);
    let mut form = SiteForm::of(&site);
    change(&mut form);
    world.write(|txn| edit(txn, world.by(), site.id, site.version, &form))
}

fn delete_site(world: &World, id: u32, stores: u64) -> Result<(), SiteError> {
    world.write(|txn| delete(txn, world.by(), SiteId(id), stores))
}

fn code<T>(outcome: Result<T, SiteError>) -> &'static str {
    outcome.err().map_or("done", |error| error.code())
}

fn lines(world: &World, id: u32, stores: u64) -> Vec<CheckLine> {
    connectable(&*world.store.snapshot().unwrap(), SiteId(id), stores, START).unwrap()
}

fn problems(world: &World, stores: u64) -> Vec<&'static str> {
    let wrong = |line: &CheckLine| line.level == Level::Problem;
    lines(world, 2, stores).iter().filter(|line| wrong(line)).map(|line| line.what).collect()
}

#[test]
fn the_central_server_has_a_site_of_its_own() {
    let world = World::new();
    let site = world.site(1);
    assert_eq!((site.name.as_str(), site.has_password()), ("Central Server", false));
    let again = world.write(|txn| ensure_central(txn, &world.random, START + 5)).unwrap();
    assert_eq!(again, site);
    assert_eq!(code(delete_site(&world, 1, 0)), "site_is_central_server");
    let secret = world.hashed("x");
    let set = world.write(|txn| set_password(txn, world.by(), SiteId(1), 1, secret.clone()));
    assert_eq!(code(set), "site_is_central_server");
    edit_with(&world, 1, |form| form.name = "National Medical Stores".to_owned()).unwrap();
}

#[test]
fn numbers_are_never_given_twice() {
    let world = World::new();
    assert_eq!(world.create("Second", None).unwrap().id, SiteId(3));
    delete_site(&world, 3, 0).unwrap();
    delete_site(&world, 2, 0).unwrap();
    let next = world.create("Second", None).unwrap();
    assert_eq!((next.id, next.code.as_str()), (SiteId(4), "4"));
    // After a restore, numbers that were given since the backup are left out.
    assert_eq!(world.write(|txn| raise_numbers(txn, 1000)).unwrap(), 1004);
    assert_eq!(world.create("Third", None).unwrap().id, SiteId(1005));
    world.write(|txn| raise_numbers(txn, u32::MAX)).unwrap();
    assert_eq!(code(world.create("Fourth", None)), "no_numbers_left");
}

#[test]
fn an_empty_store_gives_number_two_even_before_the_first_start() {
    let store = MemoryStore::new();
    let world = World::new();
    let site = sitesync_store::write(&store, |txn| create(txn, &world.random, world.by(), &form("A"), None));
    assert_eq!(site.unwrap().id, SiteId(2));
}

#[test]
fn names_are_unique_and_can_be_sent() {
    let world = World::new();
    let hundred = "é".repeat(100);
    let cases = [
        ("Kamo", "site_name_taken"),
        (" Kamo\t", "site_name_taken"),
        ("Central Server", "site_name_taken"),
        ("", "site_name_refused"),
        ("   ", "site_name_refused"),
        ("a:b", "site_name_refused"),
        ("a\nb", "site_name_refused"),
        (&format!("{hundred}x"), "text_too_long"),
        (&hundred, "done"),
        ("Centre de santé №4", "done"),
        ("kamo", "done"),
    ];
    for (name, wanted) in cases {
        assert_eq!(code(world.create(name, None)), wanted, "{name}");
    }
    assert_eq!(code(edit_with(&world, 2, |form| form.name = "kamo".to_owned())), "site_name_taken");
    edit_with(&world, 2, |form| form.name = "Opua".to_owned()).unwrap();
    let snapshot = world.store.snapshot().unwrap();
    assert_eq!(by_name(&*snapshot, "Kamo").unwrap(), None);
    assert_eq!(by_name(&*snapshot, " Opua ").unwrap().map(|site| site.id), Some(SiteId(2)));
    assert_eq!(world.create("Kamo", None).unwrap().name, "Kamo", "a name that was given up is free");
}

#[test]
fn two_administrators_do_not_overwrite_each_other() {
    let world = World::new();
    let site = world.site(2);
    let one = SiteForm { code: "one".to_owned(), ..SiteForm::of(&site) };
    let two = SiteForm { code: "two".to_owned(), ..SiteForm::of(&site) };
    let saved = world.write(|txn| edit(txn, world.by(), site.id, site.version, &one)).unwrap();
    assert_eq!(saved.version, site.version + 1);
    let second = world.write(|txn| edit(txn, world.by(), site.id, site.version, &two));
    assert!(matches!(second, Err(SiteError::Conflict { expected: 1, found: 2 })));
    let secret = world.hashed("new");
    let third = world.write(|txn| set_password(txn, world.by(), site.id, site.version, secret.clone()));
    assert_eq!(code(third), "conflict");
    assert_eq!(world.site(2), saved);
    // Saving a form that changes nothing is no change; a device that logs in meanwhile is none either.
    world.login(TABLET).unwrap();
    world.write(|txn| edit(txn, world.by(), site.id, saved.version, &one)).unwrap();
    assert_eq!(world.site(2).version, saved.version);
}

#[test]
fn the_type_is_what_the_bound_device_says() {
    let world = World::new();
    let set = |wanted: DeviceType| edit_with(&world, 2, |form| form.device_type = Some(wanted.clone())).unwrap();
    assert_eq!(set(DeviceType::Mobile).device_type, Some(DeviceType::Mobile));
    assert_eq!(set(DeviceType::Other(" ".to_owned())).device_type, None);
    world.login(TABLET).unwrap();
    assert_eq!(set(DeviceType::Mobile).device_type, Some(DeviceType::SingleUser));
    world.reset(2);
    assert_eq!(set(DeviceType::Mobile).device_type, Some(DeviceType::Mobile));
}

#[test]
fn one_site_is_the_open_msupply_central_server() {
    let world = World::new();
    world.create("Other", None).unwrap();
    edit_with(&world, 2, |form| form.is_open_msupply_central = true).unwrap();
    let second = edit_with(&world, 3, |form| form.is_open_msupply_central = true);
    assert!(matches!(second, Err(SiteError::SecondOpenMsupplyCentral(SiteId(2)))));
    let third = SiteForm { is_open_msupply_central: true, ..form("Third") };
    let third = world.write(|txn| create(txn, &world.random, world.by(), &third, None));
    assert_eq!(code(third), "second_open_msupply_central");
    edit_with(&world, 2, |form| form.code = "c".to_owned()).unwrap();
    edit_with(&world, 2, |form| form.is_open_msupply_central = false).unwrap();
    edit_with(&world, 3, |form| form.is_open_msupply_central = true).unwrap();
    let found = open_msupply_central(&*world.store.snapshot().unwrap()).unwrap();
    assert_eq!(found.map(|site| site.id), Some(SiteId(3)));
}

#[test]
fn the_uri_is_absolute() {
    let world = World::new();
    let cases = [
        ("http://central.example.org:8000", true),
        ("HTTPS://central.example.org/path?x#y", true),
        ("  https://10.0.0.1  ", true),
        ("http://[::1]:8000/", true),
        ("", true),
        ("central.example.org", false),
        ("ftp://central.example.org", false),
        ("javascript://x", false),
        ("http://", false),
        ("http:///path", false),
        ("http://:80", false),
        ("http://host:0", false),
        ("http://host:99999", false),
        ("http://host:", false),
        ("http://user:pw@host", false),
        ("http://a b", false),
        ("http://[::1", false),
        ("http://[zz]", false),
        ("http://[::1]x", false),
    ];
    for (uri, good) in cases {
        let outcome = edit_with(&world, 2, |form| form.open_msupply_central_uri = uri.to_owned());
        assert_eq!(code(outcome), if good { "done" } else { "uri_refused" }, "{uri}");
    }
}

#[test]
fn a_site_with_stores_is_not_deleted() {
    let world = World::new();
    assert_eq!(code(delete_site(&world, 2, 3)), "site_has_stores");
    let token = world.login(TABLET).unwrap().token;
    delete_site(&world, 2, 0).unwrap();
    assert_eq!(code(delete_site(&world, 2, 0)), "site_not_found");
    assert!(world.token(&token, "hw-1", "file-1").is_err());
    assert!(world.login(TABLET).is_err());
    // What was noted in memory does not bring it back.
    world.gate.note_connection(SiteId(2), START, None);
    world.gate.flush_contacts(&world.store).unwrap();
    assert_eq!(get(&*world.store.snapshot().unwrap(), SiteId(2)).unwrap(), None);
}

#[test]
fn sites_are_listed_by_number_in_pages() {
    let world = World::new();
    for number in 0..300 {
        world.create(&format!("Site {number}"), None).unwrap();
    }
    let snapshot = world.store.snapshot().unwrap();
    let mut seen = Vec::new();
    loop {
        let page = list(&*snapshot, seen.last().copied(), 100).unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|site| site.id));
    }
    assert_eq!(seen, (1..=302).map(SiteId).collect::<Vec<_>>());
}

#[test]
fn every_change_is_audited() {
    let world = World::new();
    edit_with(&world, 2, |form| form.name = "Opua".to_owned()).unwrap();
    world.set_password(2, "geheim");
    world.login(Device("Opua", "geheim", "hw-1", "file-1")).unwrap();
    world.reset(2);
    world.write(|txn| allow_former_device(txn, world.by(), SiteId(2), "hw-1")).unwrap();
    world.unblock(2);
    delete_site(&world, 2, 0).unwrap();
    let snapshot = world.store.snapshot().unwrap();
    let mut all = audit::list(&*snapshot, None, 100).unwrap();
    all.reverse();
    let whats: Vec<_> = all.iter().map(|line| line.what.as_str()).filter(|what| what.starts_with("site.")).collect();
    let wanted =
        ["create", "edit", "set_password", "bind", "reset_hardware", "allow_former_device", "unblock", "delete"];
    assert_eq!(whats, wanted.map(|what| format!("site.{what}")));
    let edited = all.iter().find(|line| line.what == "site.edit").unwrap();
    assert_eq!((edited.from.as_str(), edited.to.as_str()), ("name: Kamo", "name: Opua"));
    assert_eq!((edited.who.as_str(), edited.subject.as_str(), edited.at), ("admin", "site 2", START));
    assert!(all.iter().all(|line| !format!("{line:?}").contains("geheim")));

    let last = all.len() as u64;
    let page = |before, limit| -> Vec<u64> {
        audit::list(&*snapshot, before, limit).unwrap().iter().map(|line| line.number).collect()
    };
    assert_eq!(page(None, 2), [last, last - 1]);
    assert_eq!(page(Some(last - 1), 2), [last - 2, last - 3]);
    assert_eq!(page(Some(2), 5), [1]);
    assert!(page(Some(1), 5).is_empty() && page(Some(0), 5).is_empty() && page(None, 0).is_empty());
}

#[test]
fn initialisation_and_times_of_sync_are_noted() {
    let world = World::new();
    assert_eq!(world.site(2).initialisation, Initialisation::New);
    world.write(|txn| note_initialisation(txn, SiteId(2), Initialisation::Started)).unwrap();
    world.write(|txn| note_sync(txn, SiteId(2), START)).unwrap();
    world.write(|txn| note_sync(txn, SiteId(2), START + HOUR)).unwrap();
    let site = world.site(2);
    assert_eq!(site.initialisation, Initialisation::Started);
    assert_eq!((site.first_sync, site.last_sync), (Some(START), Some(START + HOUR)));
    assert_eq!(code(world.write(|txn| note_sync(txn, SiteId(9), START))), "site_not_found");
}

#[test]
fn the_administrator_is_told_what_keeps_a_site_out() {
    let world = World::new();
    assert!(problems(&world, 1).is_empty());
    assert_eq!(problems(&world, 0), ["stores"]);
    world.guess("Kamo", "hw-9", 5);
    assert_eq!(problems(&world, 1), ["blocked_strangers"]);
    world.unblock(2);
    world.login(TABLET).unwrap();
    world.guess("Kamo", "hw-9", 5);
    assert!(problems(&world, 1).is_empty(), "the bound device is not touched");
    world.guess("Kamo", "hw-1", 5);
    assert_eq!(problems(&world, 1), ["blocked"]);
    world.settings(|settings: &mut AuthSettings| settings.accept_sync = false);
    assert_eq!(problems(&world, 2), ["accept_sync", "blocked"]);
    world.create("Empty", None).unwrap();
    assert!(lines(&world, 3, 1).iter().any(|line| line.what == "password" && line.level == Level::Problem));
    assert_eq!(lines(&world, 1, 1).len(), 1);
    for line in lines(&world, 2, 0) {
        assert!(line.text.ends_with('.'), "{line:?}");
        assert!(line.level != Level::Problem || !line.next_step.is_empty(), "{line:?}");
    }
}

#[test]
fn a_refusal_is_shown_until_the_site_connects() {
    let world = World::new();
    world.login(TABLET).unwrap();
    world.forward(1000);
    world.login(Device("Kamo", "right", "hw-2", "f")).unwrap_err();
    world.gate.flush_contacts(&world.store).unwrap();
    let shown = || lines(&world, 2, 1).into_iter().find(|line| line.what == "last_refusal");
    assert!(shown().unwrap().text.contains("hw-2"));
    world.forward(1000);
    world.login(TABLET).unwrap();
    assert_eq!(shown(), None);
}
