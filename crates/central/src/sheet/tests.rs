//! Sheets that anybody may have made: read and judged without a panic, and what is judged good is stored, once.

use std::sync::Arc;

use sitesync_store::memory::MemoryStore;
use sitesync_store::write;
use sitesync_testkit::{FixedClock, SeededRandom};
use sitesync_web::accounts::Permissions;

use super::*;
use crate::server::{Central, Limits};
use crate::sites::By;

const SHEETS: [(Kind, &str); 3] = [
    (
        Kind::Items,
        "Code,Name,Unit,Pack size,Lists,VEN,Vaccine,Doses,Strength,Type\n\
         A1,\"Amoxicillin, 250 mg\",tablet,1000,,V,no,,250 mg,general\n\
         V1,BCG,vial,10,,E,yes,20,,\nM1,Mask,each,1,,,,,,non stock\n",
    ),
    (
        Kind::Facilities,
        "Code;Nom;Type;Fournisseur;Client;Est fournisseur;Tél;Adresse;Fermé\r\n\
         H1;Kamo;dispensaire;CMS;oui;non;+1;Rue 1;non\r\nCMS;Dépôt central;dépôt;;;oui;;;\r\n\
         X;Ailleurs;externe;;;;;;\r\n",
    ),
    (
        Kind::Users,
        "login\tfirst name\tlanguage\tstores\trole\tactive\nmere\tMere\tfr\t\tviewer\tyes\nhemi\t\t\t\t\tno\n",
    ),
];

fn central() -> Arc<Central> {
    let store = Arc::new(MemoryStore::repeating());
    let random = Arc::new(SeededRandom::new(3));
    Central::open(store, Arc::new(FixedClock::default()), random, None, Limits::default()).unwrap()
}

/// Imports a sheet with the columns that its headers say: what it did, or that it was refused.
fn import(central: &Central, kind: Kind, table: &Table) -> Option<Stored> {
    let columns = guess(kind, &table.header);
    let (by, may) = (By { who: "ana", at: central.clock().now() }, Permissions::all());
    let order = Order { by, may, kind, file: "x.csv", table, columns: &columns, seen: None };
    let saved = write(central.store(), |txn| save(central, txn, order)).unwrap();
    saved.ok().map(|(judged, _)| Stored::from(&*judged))
}

#[test]
fn what_was_imported_once_changes_nothing_the_second_time() {
    let central = central();
    for (kind, text) in SHEETS {
        let table = read(text.as_bytes()).unwrap();
        let rows = table.rows.len();
        assert_eq!(import(&central, kind, &table), Some(Stored { new: rows, ..Stored::default() }));
        assert_eq!(import(&central, kind, &table), Some(Stored { unchanged: rows, ..Stored::default() }));
    }
}

#[test]
fn no_damage_makes_it_panic_or_store_something_that_differs_from_itself() {
    let random = SeededRandom::new(11);
    let central = central();
    let (mut stored, mut refused) = (0, 0);
    for _ in 0..400 {
        let (kind, text) = *random.pick(&SHEETS);
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..random.below(4) {
            let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            match random.below(3) {
                0 => bytes[at] = *random.pick(b"\0\"\n,;\t\xE9x0"),
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, *random.pick(b"\"\r\n,;\t\xFF9")),
            }
        }
        let Ok(table) = read(&bytes) else { continue };
        match import(&central, kind, &table) {
            None => refused += 1,
            Some(_) => {
                stored += 1;
                let again = import(&central, kind, &table).unwrap();
                assert_eq!((again.new, again.changed), (0, 0), "{}", String::from_utf8_lossy(&bytes));
            }
        }
    }
    assert!(stored > 50 && refused > 50, "{stored} {refused}");
}
