//! Nobody sees half a document: the number of lines stands on the header, and the last whole rewrite on every line.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sitesync_core::ids::RecordKey;
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;

use super::broken::Broken;

#[derive(Default, Deserialize)]
struct Header {
    #[serde(default)]
    number_of_cartons: u64,
    #[serde(default)]
    their_ref: String,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default, rename = "transaction_ID")]
    transaction: String,
    #[serde(default)]
    note: String,
}

/// Checks every document that a store holds, but those of which a person `decided` that a version of another life counts: then lines
/// of both may stand together, as he saw.
pub(super) fn whole(store: &MemoryStore, whose: &str, decided: &BTreeSet<RecordKey>) -> Result<(), Broken> {
    let half = |text: String| Err(Broken::new("nobody sees half a document", format!("{whose}: {text}")));
    let snapshot = store.snapshot().expect("in memory");
    let headers = snapshot.table("transact", None, usize::MAX).expect("in memory");
    let judged = headers.iter().filter(|header| !decided.contains(&header.key));
    let mut expected: BTreeMap<_, _> = judged.map(|header| (&*header.key.id, parse::<Header>(&header.body))).collect();
    for line in snapshot.table("trans_line", None, usize::MAX).expect("in memory") {
        let (id, line) = (line.key.id, parse::<Line>(&line.body));
        let Some(header) = expected.get_mut(&*line.transaction) else {
            if decided.contains(&RecordKey::new("transact", &*line.transaction)) {
                continue;
            }
            return half(format!("line {id} without its header"));
        };
        if header.their_ref != line.note {
            return half(format!("line {id} is of {:?}, its header of {:?}", line.note, header.their_ref));
        }
        header.number_of_cartons = header.number_of_cartons.wrapping_sub(1);
    }
    match expected.iter().find(|(_, header)| header.number_of_cartons != 0) {
        Some((id, header)) => half(format!("{id} lacks {} lines", header.number_of_cartons as i64)),
        None => Ok(()),
    }
}

fn parse<'a, T: Deserialize<'a>>(body: &'a str) -> T {
    serde_json::from_str(body).expect("stored bodies are objects of the catalogue's kinds")
}
