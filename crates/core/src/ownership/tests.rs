//! Who may write, as tables of cases over one small country ([`country`]): sites 2 and 3, and the central server's own.

use serde_json::{Value, json};

use super::*;
use crate::catalogue::Catalogue;
use crate::world::table::{Row, TableWorld, country, facts, row};

const CENTRAL: Actor = Actor::Site(SiteId::CENTRAL);
const TWO: Actor = Actor::Site(SiteId(2));
const THREE: Actor = Actor::Site(SiteId(3));
const REPAIR: Actor = Actor::Repair;

/// What is stored of the records that the cases write: of site 2, which sent them last.
fn stored() -> Vec<Row> {
    let delivery = || json!({ "store_ID": "A", "name_ID": "name of B" });
    vec![
        row("transact", "T", delivery()),
        row("transact", "T of B", json!({ "store_ID": "B" })),
        row("transact", "T of C", json!({ "store_ID": "C" })),
        row("transact", "T deleted", delivery()).deleted(),
        row("trans_line", "L", json!({ "transaction_ID": "T" })),
        row("trans_line", "L deleted", json!({ "transaction_ID": "T deleted" })).deleted(),
        row("item_line", "S", json!({ "store_ID": "A" })),
        row("item_line", "S of GONE", json!({ "store_ID": "GONE" })),
        row("item", "I", json!({})),
        row("item", "I deleted", json!({})).deleted(),
        row("barcode", "BC", json!({})),
        row("asset", "AS of B", json!({ "store_id": "B" })),
        row("asset_log", "AL", json!({ "asset_id": "AS of B" })),
        row("message", "M", json!({ "fromStoreID": "A", "toStoreID": "B" })),
        row("message", "M to all", json!({ "fromStoreID": "A" })),
        row("om_document", "D", json!({ "owner_name_ID": "P" })),
        row("om_document", "D of P2", json!({ "owner_name_ID": "P2" })),
        row("name", "P deleted", json!({ "type": "patient" })).deleted(),
        row("future", "F", json!({})),
        row("future", "F deleted", json!({})).deleted(),
        row("future", "F of A", json!({ "store_ID": "A" })),
    ]
}

fn world() -> TableWorld {
    TableWorld::of(country().into_iter().chain(stored()).collect())
}

/// `null` deletes.
fn verdict(actor: Actor, table: &str, id: &str, new: &Value) -> String {
    let key = RecordKey::new(table, id);
    let mut world = world();
    let Ok(known) = world.known(&key);
    let new = (!new.is_null()).then(|| facts(&key, new.clone()));
    let table = Catalogue::embedded().table(table);
    let Ok(answer) = may_write(actor, table, &key, known.as_ref(), new.as_ref(), &mut world);
    short(answer)
}

fn short(answer: Result<(), Refusal>) -> String {
    match answer {
        Ok(()) => "yes".to_owned(),
        Err(Refusal::CentralOnly { .. }) => "central only".to_owned(),
        Err(Refusal::OtherSite { store, active_on }) => format!("{store} is on {active_on}"),
        Err(Refusal::NotVisible { patient }) => format!("{patient} is not visible"),
        Err(Refusal::NotYourMessage { .. }) => "not your message".to_owned(),
        Err(Refusal::OtherOwner { owner }) => format!("of {owner}"),
        Err(Refusal::NoParent) => "no parent".to_owned(),
        Err(Refusal::NoStore) => "no store".to_owned(),
        Err(Refusal::Waits(key)) => format!("waits for {key}"),
        Err(Refusal::NotMerged { .. }) => "not merged".to_owned(),
        Err(Refusal::NoSuccessor(_)) => "no successor".to_owned(),
    }
}

type Case<'a> = (&'a str, Actor, &'a str, Value, &'a str);

fn check(table: &str, cases: &[Case<'_>]) {
    for (case, actor, id, new, expected) in cases {
        assert_eq!(verdict(*actor, table, id, new), *expected, "{table}: {case}");
    }
}

#[test]
fn master_data_are_written_on_the_central_server_only() {
    check(
        "item",
        &[
            ("new, central", CENTRAL, "new", json!({}), "yes"),
            ("new, a site", TWO, "new", json!({}), "central only"),
            ("stored, a site", TWO, "I", json!({}), "central only"),
            ("deleted by a site", TWO, "I", json!(null), "central only"),
            ("brought back by a site", TWO, "I deleted", json!({}), "central only"),
            ("brought back, central", CENTRAL, "I deleted", json!({}), "yes"),
            ("repair", REPAIR, "I", json!({}), "yes"),
        ],
    );
    check(
        "store",
        &[
            ("a site takes a store", TWO, "B", json!({ "sync_id_remote_site": 2 }), "central only"),
            ("a site makes a store", TWO, "new", json!({ "sync_id_remote_site": 2 }), "central only"),
        ],
    );
    check("pref", &[("of its own store", TWO, "new", json!({ "store_ID": "A" }), "central only")]);
}

#[test]
fn a_stores_records_are_written_where_it_is_active() {
    let of = |store: &str| json!({ "store_ID": store });
    check(
        "item_line",
        &[
            ("new, own", TWO, "new", of("A"), "yes"),
            ("new, of another", THREE, "new", of("A"), "A is on 2"),
            ("new, central for a site's store", CENTRAL, "new", of("A"), "A is on 2"),
            ("new, central's own store", CENTRAL, "new", of("C"), "yes"),
            ("new, a site in central's own store", TWO, "new", of("C"), "C is on 1"),
            ("new, unknown store", TWO, "new", of("X"), "waits for store X"),
            ("new, deleted store", TWO, "new", of("GONE"), "waits for store GONE"),
            ("new, without store", TWO, "new", json!({}), "no store"),
            ("stored, own", TWO, "S", of("A"), "yes"),
            ("stored, of another", THREE, "S", of("A"), "A is on 2"),
            ("theft by rewriting the store", THREE, "S", of("B"), "A is on 2"),
            ("given to another site's store", TWO, "S", of("B"), "B is on 3"),
            ("moved between own stores", TWO, "S", of("A2"), "yes"),
            ("loses its store", TWO, "S", json!({}), "no store"),
            ("deleted by its owner", TWO, "S", json!(null), "yes"),
            ("deleted by another", THREE, "S", json!(null), "A is on 2"),
            ("deleted by central", CENTRAL, "S", json!(null), "A is on 2"),
            ("its store was deleted", TWO, "S of GONE", of("A"), "waits for store GONE"),
            ("repair", REPAIR, "S", of("B"), "yes"),
        ],
    );
}

#[test]
fn a_transfer_is_its_senders_only() {
    let of = |store: &str| json!({ "store_ID": store, "name_ID": "name of B" });
    check(
        "transact",
        &[
            ("edited by the other party", THREE, "T", of("A"), "A is on 2"),
            ("stolen by the other party", THREE, "T", of("B"), "A is on 2"),
            ("deleted by the other party", THREE, "T", json!(null), "A is on 2"),
            ("edited by central", CENTRAL, "T", of("A"), "A is on 2"),
            ("re-addressed by its sender", TWO, "T", json!({ "store_ID": "A", "name_ID": "twins" }), "yes"),
            ("a deleted id taken by another", THREE, "T deleted", of("B"), "A is on 2"),
            ("a deleted id made again by its owner", TWO, "T deleted", of("A"), "yes"),
            ("deleted twice", TWO, "T deleted", json!(null), "yes"),
        ],
    );
}

#[test]
fn a_line_is_its_headers() {
    let of = |header: &str| json!({ "transaction_ID": header });
    check(
        "trans_line",
        &[
            ("new, own header", TWO, "new", of("T"), "yes"),
            ("new, under another's header", THREE, "new", of("T"), "A is on 2"),
            ("new, header missing", TWO, "new", of("X"), "waits for transact X"),
            ("new, no header named", TWO, "new", json!({}), "no parent"),
            (
                "new, its own store does not count",
                THREE,
                "new",
                json!({ "transaction_ID": "T", "store_ID": "B" }),
                "A is on 2",
            ),
            ("taken to one's own header", THREE, "L", of("T of B"), "A is on 2"),
            ("pushed under another's header", TWO, "L", of("T of B"), "B is on 3"),
            ("loses its header", TWO, "L", json!({}), "no parent"),
            ("deleted by its owner", TWO, "L", json!(null), "yes"),
            ("deleted by another", THREE, "L", json!(null), "A is on 2"),
            ("a deleted id taken by another", THREE, "L deleted", of("T of B"), "A is on 2"),
            ("central, of its own store", CENTRAL, "new", of("T of C"), "yes"),
            ("central, of a site's store", CENTRAL, "L", of("T"), "A is on 2"),
            ("repair", REPAIR, "L", of("T of B"), "yes"),
        ],
    );
}

#[test]
fn central_may_also_write_joins() {
    let join = |name: &str, store: &str| json!({ "name_ID": name, "store_ID": store });
    check(
        "name_store_join",
        &[
            ("new, central in a site's store", CENTRAL, "new", join("P", "B"), "yes"),
            ("stored, central", CENTRAL, "J1", join("P", "B"), "yes"),
            ("deleted, central", CENTRAL, "J1", json!(null), "yes"),
            ("without store, central", CENTRAL, "new", json!({ "name_ID": "P" }), "no store"),
            ("new, own store, patient not visible yet", TWO, "new", join("hidden", "A"), "yes"),
            ("new, another's store", TWO, "new", join("P", "B"), "B is on 3"),
            ("taken to one's own store", THREE, "J1", join("P", "B"), "A is on 2"),
        ],
    );
}

#[test]
fn central_may_also_write_assets_and_what_is_below_them() {
    check(
        "asset",
        &[
            ("stored, central", CENTRAL, "AS of B", json!({ "store_id": "B" }), "yes"),
            ("stored, another site", TWO, "AS of B", json!({ "store_id": "B" }), "B is on 3"),
        ],
    );
    let below = json!({ "asset_id": "AS of B" });
    for table in ["asset_log", "asset_internal_location"] {
        check(
            table,
            &[
                ("new, central", CENTRAL, "new", below.clone(), "yes"),
                ("new, owner", THREE, "new", below.clone(), "yes"),
                ("new, another site", TWO, "new", below.clone(), "B is on 3"),
                ("new, central, asset missing", CENTRAL, "new", json!({ "asset_id": "X" }), "waits for asset X"),
            ],
        );
    }
    check(
        "asset_log",
        &[
            ("stored, central", CENTRAL, "AL", below, "yes"),
            ("deleted, central", CENTRAL, "AL", json!(null), "yes"),
            ("deleted, another site", TWO, "AL", json!(null), "B is on 3"),
        ],
    );
}

#[test]
fn a_patient_is_written_where_it_is_visible() {
    let patient = json!({ "type": "patient" });
    check(
        "name",
        &[
            ("new", THREE, "new", patient.clone(), "yes"),
            ("visible by a join", TWO, "P", patient.clone(), "yes"),
            ("visible by the join of a merged name", THREE, "P", patient.clone(), "yes"),
            ("an inactive join does not count", THREE, "hidden", patient.clone(), "hidden is not visible"),
            ("not visible", TWO, "P2", patient.clone(), "P2 is not visible"),
            ("deleted where visible", TWO, "P", json!(null), "yes"),
            ("deleted where not visible", TWO, "P2", json!(null), "P2 is not visible"),
            ("a deleted id made again", THREE, "P deleted", patient.clone(), "P deleted is not visible"),
            ("central", CENTRAL, "hidden", patient.clone(), "yes"),
            ("made a facility by a site", TWO, "P", json!({ "type": "facility" }), "central only"),
            ("a facility made a patient by a site", TWO, "plain", patient.clone(), "central only"),
            ("a new facility of a site", TWO, "new", json!({ "type": "facility" }), "central only"),
            ("a facility made a patient by central", CENTRAL, "plain", patient, "yes"),
        ],
    );
}

#[test]
fn a_document_of_a_patient_is_written_where_the_patient_is_visible() {
    let of = |owner: &str| json!({ "owner_name_ID": owner });
    check(
        "om_document",
        &[
            ("new, visible", TWO, "new", of("P"), "yes"),
            ("new, not visible", TWO, "new", of("P2"), "P2 is not visible"),
            ("new, patient missing", TWO, "new", of("X"), "waits for name X"),
            ("new, of a merged patient", TWO, "new", of("old P"), "yes"),
            ("without owner", TWO, "new", json!({}), "yes"),
            ("stored, of a patient not visible", TWO, "D of P2", of("P2"), "P2 is not visible"),
            ("taken to a visible patient", TWO, "D of P2", of("P"), "P2 is not visible"),
            ("given to a patient not visible", TWO, "D", of("P2"), "P2 is not visible"),
            ("deleted, not visible", TWO, "D of P2", json!(null), "P2 is not visible"),
            ("central", CENTRAL, "D of P2", of("P"), "yes"),
        ],
    );
}

#[test]
fn shared_records_are_everybodys() {
    let nothing = json!(null);
    check("barcode", &[("new", TWO, "new", json!({}), "yes"), ("deleted by another", THREE, "BC", nothing, "yes")]);
    check("clinician", &[("not shown in a store of the site", TWO, "K", json!({}), "yes")]);
}

#[test]
fn a_message_is_made_by_its_sender_and_changed_by_its_receiver() {
    let message = |from: &str, to: &str| json!({ "fromStoreID": from, "toStoreID": to });
    check(
        "message",
        &[
            ("new, from one's own store", TWO, "new", message("A", "B"), "yes"),
            ("new, in another's name", THREE, "new", message("A", "B"), "not your message"),
            ("new, from a store not known yet", TWO, "new", message("X", "B"), "waits for store X"),
            ("new, from nobody", TWO, "new", json!({ "toStoreID": "A" }), "not your message"),
            ("new, from nobody, central", CENTRAL, "new", json!({ "toStoreID": "A" }), "yes"),
            ("changed by its receiver", THREE, "M", message("A", "B"), "yes"),
            ("changed by its sender", TWO, "M", message("A", "B"), "not your message"),
            ("called back by its sender", TWO, "M", message("A", "A"), "not your message"),
            ("sent on by its receiver", THREE, "M", message("A", "A"), "not your message"),
            ("deleted by its receiver", THREE, "M", json!(null), "yes"),
            ("deleted by its sender", TWO, "M", json!(null), "not your message"),
            ("to all, changed by its sender", TWO, "M to all", message("A", ""), "not your message"),
            ("to all, changed by central", CENTRAL, "M to all", message("A", ""), "yes"),
        ],
    );
}

#[test]
fn a_table_that_is_not_known_belongs_to_its_store_or_to_its_first_sender() {
    let of = |store: &str| json!({ "store_ID": store });
    check(
        "future",
        &[
            ("new, without store", THREE, "new", json!({}), "yes"),
            ("stored, first sender", TWO, "F", json!({ "x": 1 }), "yes"),
            ("stored, another", THREE, "F", json!({ "x": 1 }), "of 2"),
            ("stored, central", CENTRAL, "F", json!({ "x": 1 }), "of 2"),
            ("taken into a store", THREE, "F", of("B"), "of 2"),
            ("a deleted id taken by another", THREE, "F deleted", json!({}), "of 2"),
            ("of a store, own", TWO, "F of A", of("A"), "yes"),
            ("of a store, another", THREE, "F of A", of("B"), "A is on 2"),
            ("of a store, stripped of it by another", THREE, "F of A", json!({}), "A is on 2"),
            ("repair", REPAIR, "F", json!({}), "yes"),
        ],
    );
}

#[test]
fn only_what_one_may_write_is_merged_and_only_with_its_like() {
    let cases = [
        ("names, central", CENTRAL, "name", "plain", "name of B", "yes"),
        ("names, a site", TWO, "name", "plain", "name of B", "central only"),
        ("patients, both visible", THREE, "name", "P2", "P", "yes"),
        ("a patient into one that is not visible", THREE, "name", "P2", "hidden", "hidden is not visible"),
        ("a patient that is not visible", TWO, "name", "P2", "P", "P2 is not visible"),
        ("a patient into a facility", CENTRAL, "name", "P", "plain", "no successor"),
        ("into what was merged", CENTRAL, "name", "P2", "old P", "no successor"),
        ("into what was deleted", CENTRAL, "item", "I", "I deleted", "no successor"),
        ("into what is not known yet", CENTRAL, "item", "I", "X", "waits for item X"),
        ("a circle, the other way round", CENTRAL, "name", "P", "old P", "no successor"),
        ("stores", CENTRAL, "store", "A", "B", "not merged"),
        ("documents", TWO, "transact", "T", "T of B", "not merged"),
        ("repair does not merge into nothing", REPAIR, "item", "I", "X", "waits for item X"),
    ];
    for (case, actor, table, id, into, expected) in cases {
        let key = RecordKey::new(table, id);
        let mut world = world();
        let Ok(Some(known)) = world.known(&key) else { panic!("{case}: there is no {key}") };
        let table = Catalogue::embedded().table(table);
        let Ok(answer) = may_merge(actor, table, &key, &known, into, &mut world);
        assert_eq!(short(answer), expected, "{case}");
    }
}
