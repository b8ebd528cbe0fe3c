//! Files of records and mappings that anybody may have made: read or refused with reasons, and what is read is imported twice.

use sitesync_central::hub::HubError;
use sitesync_central::import::{self, ImportError, ImportRecord, Mapping};
use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;

use super::world;
use crate::audit;

/// Stands between a mapping and its CSV file.
const BETWEEN: &[u8] = b"\n====\n";

/// The mapping that is documented.
const EXAMPLE: &str = include_str!("../../../../examples/scms.toml");

/// The first byte tells what the others are: JSON lines, a mapping and a CSV file, or a CSV file for the example's mapping.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let read = match mode % 3 {
        0 => import::read_json_lines(rest, &mut |_| {}),
        1 => {
            let Some((mapping, csv)) = halves(rest) else { return };
            let Some(mapping) = read_mapping(mapping) else { return };
            import::read_csv(csv, &mapping, &mut |_| {})
        }
        _ => import::read_csv(rest, &EXAMPLE.parse().expect("the example is right"), &mut |_| {}),
    };
    match read {
        Ok(records) => imported(records),
        Err(ImportError::Faults { faults, good }) => {
            assert!(!faults.is_empty() && !faults.to_string().is_empty(), "a refusal has reasons");
            drop(import::check(Catalogue::embedded(), &good));
        }
        Err(ImportError::Read(error)) => panic!("bytes in memory can be read: {error}"),
    }
}

fn halves(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN)?;
    Some((&bytes[..at], &bytes[at + BETWEEN.len()..]))
}

fn read_mapping(bytes: &[u8]) -> Option<Mapping> {
    match std::str::from_utf8(bytes).ok()?.parse() {
        Ok(mapping) => Some(mapping),
        Err(error) => {
            assert!(!error.to_string().is_empty(), "a refusal has a reason");
            None
        }
    }
}

/// What was read is held against the catalogue, and goes to a hub twice: the second time it changes nothing.
fn imported(records: Vec<ImportRecord>) {
    let catalogue = Catalogue::embedded();
    serde_json::to_vec(&import::unknown_names(catalogue, &records)).expect("names can be shown");
    if import::check(catalogue, &records).is_err() {
        return;
    }
    let changes: Vec<Change> = records.into_iter().map(|record| record.into_change().expect("it is JSON")).collect();
    let country = world::country();
    for round in 0..2 {
        match country.hub.edit(Actor::Site(SiteId::CENTRAL), changes.clone()) {
            Ok(report) => assert!(round == 0 || report.written == 0, "importing twice changes nothing"),
            Err(HubError::Refused(_) | HubError::Asked(_)) => return,
            Err(fault) => panic!("the hub failed: {fault}"),
        }
        country.hub.work_off().expect("work is done");
        audit::central(&*country.central);
    }
}
