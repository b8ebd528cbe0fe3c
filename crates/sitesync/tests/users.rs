//! People who were made on the central server and work at a site: from its first sync on, without a connection, and no longer than they may.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Central, Reach, Site, until};

fn signs_in(reach: &Reach) -> bool {
    reach.command(&["site", "status"]).status.success()
}

#[test]
fn a_user_signs_in_at_the_sites_of_their_stores_and_is_stopped_by_the_next_sync() {
    let folder = tempfile::tempdir().unwrap();
    let mut central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    central.reach.make_opua("opua's password");
    let made = central.reach.json(&["users", "add", "Mere", "--store", "S1"]);
    let password = made["password"].as_str().unwrap().to_owned();
    let far = central.reach.json(&["users", "add", "Hemi"]);
    let site = Site::set_up(&folder.path().join("site"), &central.reach.url, "Opua", "opua's password");
    site.reach.json(&["site", "sync"]);
    let at_site = |user: &str, password: &str| Reach {
        user: user.to_owned(),
        password: password.to_owned(),
        ..site.reach.clone()
    };
    let mere = at_site("mere", &password);
    assert!(signs_in(&mere), "the first sync brings her account");
    let hemi = at_site("Hemi", far["password"].as_str().unwrap());
    assert!(!signs_in(&hemi), "he has no store here");
    // She works, and changes nothing that needs a permission.
    let write = serde_json::json!([{ "table": "barcode", "id": "B1", "data": { "barcode": "1" } }]);
    mere.good("POST", "/api/records", Some(&write));
    let settings = mere.ask("PUT", "/api/configuration", Some(&serde_json::json!({ "interval_minutes": 5 }))).unwrap();
    assert_eq!(settings.status, 403);
    central.program.terminate();
    assert!(signs_in(&mere), "also without a connection");
    central = central.again();
    central.reach.json(&["users", "edit", "Mere", "--active", "false"]);
    until("the site hears that she is switched off", || {
        let _ = site.reach.command(&["site", "sync"]);
        !signs_in(&mere)
    });
    assert!(signs_in(&site.reach), "the site's own account stays");
}
