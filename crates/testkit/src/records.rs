//! Small records for tests, in the columns of the mSupply tables.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sitesync_core::protocol::Change;
use sitesync_remote::site::Edit;

/// A partial change, as an administrator makes it.
pub fn put(table: &str, id: &str, body: Value) -> Change {
    let text = body.to_string();
    Change {
        table: table.into(),
        id: id.into(),
        put: RawValue::from_string(text).ok(),
        delete: false,
        partial: true,
        aside: None,
    }
}

pub fn delete(table: &str, id: &str) -> Change {
    Change { table: table.into(), id: id.into(), put: None, delete: true, partial: false, aside: None }
}

/// The record is the same as `into`, which stays.
pub fn merge(table: &str, id: &str, into: &str) -> Change {
    Change { delete: true, ..put(table, id, json!({ "into": into })) }
}

/// A change that a person makes on a site.
pub fn edit(table: &str, id: &str, body: Value) -> Edit {
    let data: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    Edit { table: table.into(), id: id.into(), data: Some(data), delete: false }
}

pub fn edit_delete(table: &str, id: &str) -> Edit {
    Edit { table: table.into(), id: id.into(), data: None, delete: true }
}

/// The name and the store of a facility, active on a site.
pub fn store(id: &str, site: u32) -> Vec<Change> {
    vec![
        put("name", &name_of(id), json!({ "name": format!("Facility {id}"), "code": id, "type": "store" })),
        put(
            "store",
            id,
            json!({ "name": format!("Facility {id}"), "code": id, "name_ID": name_of(id), "sync_id_remote_site": site }),
        ),
    ]
}

/// A store becomes active on another site.
pub fn moved(store: &str, site: u32) -> Change {
    put("store", store, json!({ "sync_id_remote_site": site }))
}

/// The id of the `name` of a store made by [`store`].
pub fn name_of(store: &str) -> String {
    format!("name_{store}")
}

/// A delivery from a store to another, with lines.
pub fn delivery(id: &str, from: &str, to: &str, lines: usize) -> Vec<Edit> {
    let header = json!({ "store_ID": from, "name_ID": name_of(to), "type": "ci", "status": "sg", "their_ref": id });
    let mut edits = vec![edit("transact", id, header)];
    edits.extend((0..lines).map(|line| {
        let body = json!({ "transaction_ID": id, "item_ID": "item", "quantity": line + 1, "pack_size": 1, "line_number": line });
        edit("trans_line", &format!("{id}_{line}"), body)
    }));
    edits
}

pub fn stock(id: &str, store: &str, quantity: u64) -> Edit {
    edit("item_line", id, json!({ "store_ID": store, "item_ID": "item", "quantity": quantity, "pack_size": 1 }))
}
