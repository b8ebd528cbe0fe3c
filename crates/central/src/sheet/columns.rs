//! What each column of a sheet is, guessed from its header.

use super::fields::{Field, Kind};
use super::fold::folded;

/// What each column is, in the order of the file; a column that is nothing is left out.
pub type Columns = Vec<Option<&'static Field>>;

/// The likeliest column for each field, each at most once: the one whose header is just what people write above it, else one whose
/// header contains several such words in a row.
pub fn guess(kind: Kind, header: &[String]) -> Columns {
    let headers: Vec<_> = header.iter().map(|text| folded(text)).collect();
    let mut columns = vec![None; headers.len()];
    for fits in [same, contains] {
        for (rank, field) in ranked(kind) {
            if columns.contains(&Some(field)) {
                continue;
            }
            let wanted = field.headers[rank];
            let free = |at: &usize| columns[*at].is_none() && fits(&headers[*at], wanted);
            if let Some(at) = (0..headers.len()).find(free) {
                columns[at] = Some(field);
            }
        }
    }
    columns
}

/// All that is written above the fields of a kind, the likeliest of each first.
fn ranked(kind: Kind) -> impl Iterator<Item = (usize, &'static Field)> {
    let longest = kind.fields().iter().map(|field| field.headers.len()).max().unwrap_or(0);
    (0..longest).flat_map(move |rank| {
        kind.fields().iter().filter(move |field| rank < field.headers.len()).map(move |field| (rank, field))
    })
}

fn same(header: &str, wanted: &str) -> bool {
    header == wanted
}

/// One word alone says too little: "supplier code" is no code of an item.
fn contains(header: &str, wanted: &str) -> bool {
    wanted.contains(' ') && format!(" {header} ").contains(&format!(" {wanted} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(kind: Kind, header: &str) -> String {
        let header: Vec<_> = header.split(',').map(str::to_owned).collect();
        let names = guess(kind, &header).into_iter().map(|field| field.map_or("-", |field| field.name));
        names.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn headers_of_many_kinds_are_understood() {
        for (kind, header, expected) in [
            (Kind::Items, "Item code,Item name,Unit,Pack size", "code,name,unit,pack_size"),
            (Kind::Items, "CODE ARTICLE,Désignation,Unité,Taille du conditionnement", "code,name,unit,pack_size"),
            (Kind::Items, "code,description,name", "code,-,name"),
            (Kind::Items, "Supplier code,Product code,Product", "-,code,name"),
            (Kind::Items, "Item Description,Unit of Measure (Per Pack),Dosage", "name,pack_size,strength"),
            (Kind::Items, "The item code,VEN,Est un vaccin ?,Doses", "code,ven,vaccine,doses"),
            (Kind::Items, "Code,Code", "code,-"),
            (Kind::Items, "x,,Prix", "-,-,-"),
            (Kind::Facilities, "Facility Code,Facility Name,Supplied by,Type", "code,name,supplied_by,kind"),
            (Kind::Facilities, "Code structure,Nom de la structure,Fournisseur,Tél.", "code,name,supplied_by,phone"),
            (Kind::Facilities, "Code,Name,Supplier,Is supplier", "code,name,supplied_by,supplier"),
            (
                Kind::Users,
                "Username,First name,Last name,E-mail,Stores,Role",
                "name,first_name,last_name,e_mail,stores,preset",
            ),
            (
                Kind::Users,
                "Identifiant,Nom,Prénom,Courriel,Dépôts,Profil",
                "name,last_name,first_name,e_mail,stores,preset",
            ),
            (Kind::Users, "name,password,active", "name,-,active"),
        ] {
            assert_eq!(guessed(kind, header), expected, "{header}");
        }
    }

    #[test]
    fn nothing_written_above_a_field_is_written_above_another_one() {
        for kind in Kind::ALL {
            let mut seen = std::collections::HashSet::new();
            for header in kind.fields().iter().flat_map(|field| field.headers) {
                assert_eq!(folded(header), **header);
                assert!(seen.insert(header), "{header} is there twice");
            }
        }
    }
}
