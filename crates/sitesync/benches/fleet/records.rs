//! Stock lines of about 600 bytes as a facility keeps them: random ids, references into lists of hundreds, numbers and words that differ.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sitesync_core::protocol::Change;

/// Well spread and the same in every run.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// An id as sites make them: 32 hex digits in no order.
pub(crate) fn id(kind: u64, number: u64) -> String {
    format!("{:016X}{:016X}", mixed(number ^ (kind << 48)), mixed(number.rotate_left(32) ^ kind))
}

const ITEM: u64 = 1;
const LOCATION: u64 = 2;
const SUPPLIER: u64 = 3;
const LINE: u64 = 4;

/// The stock line of this number.
pub(crate) fn line(store: &str, number: u64) -> Change {
    let of = mixed(number);
    let quantity = of % 5_000;
    let price = (of >> 13) % 20_000;
    let pack = [1, 10, 100, 1000][(of % 4) as usize];
    let body = json!({
        "store_ID": store,
        "item_ID": id(ITEM, of % 600),
        "location_ID": id(LOCATION, (of >> 10) % 40),
        "name_ID": id(SUPPLIER, (of >> 20) % 25),
        "manufacturer_ID": id(SUPPLIER, 100 + (of >> 25) % 60),
        "batch": format!("{:08X}", of >> 32),
        "expiry_date": format!("20{}-{:02}-28", 26 + (of >> 30) % 5, 1 + (of >> 35) % 12),
        "quantity": quantity,
        "available": quantity - quantity / 7,
        "initial_quan": quantity + (of >> 40) % 500,
        "stock_on_hand_tot": quantity * 10,
        "pack_size": pack,
        "cost_price": price as f64 / 100.0,
        "sell_price": (price + price / 10) as f64 / 100.0,
        "total_cost": (price * quantity) as f64 / 100.0,
        "note": "Received with the quarterly order of the district, checked by the pharmacist on duty",
        "oms_fields": { "campaign": null, "program": "essential" },
    });
    put("item_line", &id(LINE, number), &body)
}

pub(crate) fn put(table: &str, id: &str, body: &Value) -> Change {
    let put = RawValue::from_string(body.to_string()).expect("what is made here is JSON");
    Change { table: table.into(), id: id.into(), put: Some(put), delete: false, partial: false, aside: None }
}

/// The facility of a store, active on a site.
pub(crate) fn store(id: &str, site: u32) -> [Change; 2] {
    let name = format!("name_{id}");
    [
        put("name", &name, &json!({ "name": format!("Facility {id}"), "code": id, "type": "store" })),
        put(
            "store",
            id,
            &json!({ "name": format!("Facility {id}"), "code": id, "name_ID": name, "sync_id_remote_site": site }),
        ),
    ]
}
