//! The country that every input begins with, made once: two sites with stores, deliveries between them, a patient seen in both.

use std::sync::{Arc, LazyLock};

use serde_json::json;

use crate::records::{delete, delivery, edit, put, stock};
use crate::{Country, FixedClock, SeededRandom};

static BEGINNING: LazyLock<Country> = LazyLock::new(beginning);

/// Whoever misbehaves is site 2; site 3 is honest.
pub(crate) const HOSTILE: u32 = 2;
pub(crate) const HONEST: u32 = 3;

fn beginning() -> Country {
    let country = Country::with_sites(7, 2);
    let join = |id: &str, store: &str| put("name_store_join", id, json!({ "name_ID": "P", "store_ID": store }));
    country.edit(vec![put("name", "P", json!({ "name": "Patient", "type": "patient" })), join("J2", "S2")]);
    country.edit(vec![join("J3", "S3"), put("item", "gone", json!({ "item_name": "Gone" }))]);
    country.edit(vec![delete("item", "gone")]);
    country.sync_all();
    for (from, to) in [(2, 3), (3, 2)] {
        country.write(from, &delivery(&format!("D{from}"), &format!("S{from}"), &format!("S{to}"), 2));
        country.write(from, &[stock(&format!("L{from}"), &format!("S{from}"), 10)]);
    }
    country.sync_all();
    country.write(HOSTILE, &[stock("L2", "S2", 9), edit("name", "P", json!({ "phone": "1" }))]);
    country
}

/// A copy of the beginning, to be spoilt. Site 2 has changes that it has not sent.
pub(crate) fn country() -> Country {
    BEGINNING.fork(Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(11)))
}
