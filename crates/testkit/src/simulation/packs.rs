//! No pack appears or vanishes: a stock figure is the sum of its movements.

use std::collections::BTreeMap;

use serde::Deserialize;
use sitesync_core::ids::RecordKey;
use sitesync_store::Store;

use super::broken::Broken;
use super::world::World;

#[derive(Deserialize)]
struct Figure {
    #[serde(default)]
    quantity: i64,
}

#[derive(Deserialize)]
struct Movement {
    #[serde(default, rename = "item_line_ID")]
    figure: Option<String>,
    #[serde(default)]
    quantity: i64,
}

impl World {
    /// Compares on the central server. A figure of which a version waits for a person, or was decided on by one, is not judged, nor
    /// one of which something was lost on both sides.
    pub(super) fn packs_add_up(&self) -> Result<(), Broken> {
        let snapshot = self.country.central.snapshot().expect("in memory");
        let mut unjudged = self.kept_records();
        unjudged.extend(self.ledger.decided.iter().cloned());
        unjudged.extend(self.ledger.forgiven.iter().map(|version| version.key.clone()));
        if unjudged.iter().any(|key| &*key.table == "transact") {
            return Ok(());
        }
        let mut left: BTreeMap<String, i64> = BTreeMap::new();
        for record in snapshot.table("item_line", None, usize::MAX).expect("in memory") {
            let figure: Figure =
                serde_json::from_str(&record.body).expect("stored bodies are of the catalogue's kinds");
            left.insert(record.key.id.into(), figure.quantity);
        }
        for record in snapshot.table("trans_line", None, usize::MAX).expect("in memory") {
            let line: Movement =
                serde_json::from_str(&record.body).expect("stored bodies are of the catalogue's kinds");
            if let Some(figure) = line.figure {
                *left.entry(figure).or_default() -= line.quantity;
            }
        }
        let judged = |line: &str| !unjudged.contains(&RecordKey::new("item_line", line));
        match left.iter().find(|(line, left)| **left != 0 && judged(line)) {
            Some((line, left)) => {
                Err(Broken::new("no pack appears or vanishes", format!("{line} has {left} too many")))
            }
            None => Ok(()),
        }
    }
}
