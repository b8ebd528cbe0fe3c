//! Rows of a sheet as facilities. One may be supplied by another of the same sheet, so they are looked at twice: all without their
//! suppliers, then with them.

use std::collections::HashSet;

use sitesync_pages::Words;

use super::cells::{Cells, Filling};
use super::items::{codes_of_lists, lists};
use super::judge::{Named, Verdict, Was, Wrong, called, differing, faults_in};
use super::save::SheetError;
use crate::master::{FacilityForm, FacilityKind, Master, Name, Plan};

const KINDS: [(FacilityKind, &[&str]); 3] = [
    (FacilityKind::Store, &["store", "depot", "magasin", "warehouse", "entrepot"]),
    (FacilityKind::Dispensary, &["dispensary", "dispensaire", "pharmacy", "pharmacie"]),
    (FacilityKind::Outside, &["outside", "external", "externe", "exterieur", "a l exterieur"]),
];

/// A facility after the first look.
struct Planned {
    id: String,
    form: FacilityForm,
    /// What people saw before; none of a new one.
    was: Option<Vec<(&'static str, Was)>>,
}

type Looked = Result<Planned, Vec<Wrong>>;

/// Plans each row, and says what it does.
pub(super) fn judge(plan: &mut Plan<'_>, rows: &[Cells<'_>]) -> Result<Vec<Verdict>, SheetError> {
    let master = plan.master.clone();
    let lists = lists(&master);
    let mut looked = Vec::with_capacity(rows.len());
    for cells in rows {
        looked.push(facility(plan, *cells, &lists)?);
    }
    let planned = plan.master.clone();
    let stores = Named::of(planned.stores.iter().map(|store| (&*store.id, [&*store.code, ""])));
    let wrong = rows.iter().zip(&looked).filter(|(_, looked)| looked.is_err());
    let wrong: HashSet<_> = wrong.filter_map(|(cells, _)| cells.get("code").map(called)).collect();
    for (cells, looked) in rows.iter().zip(&mut looked) {
        supplied(plan, *cells, looked, &stores, &wrong)?;
    }
    // Who supplies others becomes a supplier by that, so what changes is known at the end.
    let verdict = |(cells, looked): (&Cells<'_>, Looked)| {
        let Planned { id, was, .. } = looked?;
        let after = plan.master.names.get(&id).map(|name| shown(name, &plan.master)).unwrap_or_default();
        Ok(differing(*cells, was, &after))
    };
    Ok(rows.iter().zip(looked).map(verdict).collect())
}

/// The facility without a supplier that is new to it.
fn facility(plan: &mut Plan<'_>, cells: Cells<'_>, lists: &Named<'_>) -> Result<Looked, SheetError> {
    let code = cells.get("code").unwrap_or_default();
    let known: Vec<_> = plan.master.names.called(code).cloned().collect();
    if known.len() > 1 {
        return Ok(Err(vec![cells.wrong("code", Words::new("import-several").with("word", code))]));
    }
    let known = known.first();
    let was = known.map(|name| shown(name, &plan.master));
    let mut form = known.map_or_else(FacilityForm::new, |name| FacilityForm::of(&plan.master, name));
    let wrong = fill(&mut form, cells, lists);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    match form.plan(plan, known.map(|name| &*name.id)) {
        Ok(id) => Ok(Ok(Planned { id, form, was })),
        Err(error) => Ok(Err(faults_in(cells, error)?)),
    }
}

/// The same with the supplier that the row names. One whose own row is `wrong` is no fault of this row.
fn supplied(
    plan: &mut Plan<'_>,
    cells: Cells<'_>,
    looked: &mut Looked,
    stores: &Named<'_>,
    wrong: &HashSet<String>,
) -> Result<(), SheetError> {
    let Some(code) = cells.get("supplied_by") else { return Ok(()) };
    let faults = match (stores.find(code, "import-no-supplier"), &mut *looked) {
        (Ok(store), Ok(Planned { id, form, .. })) => {
            form.supplied_by = Some(store.to_owned());
            match form.plan(plan, Some(id)) {
                Ok(_) => return Ok(()),
                Err(error) => faults_in(cells, error)?,
            }
        }
        (Err(_), _) if wrong.contains(&called(code)) => return Ok(()),
        (Err(why), _) => vec![cells.wrong("supplied_by", why)],
        (Ok(_), Err(_)) => return Ok(()),
    };
    match looked {
        Err(known) => known.extend(faults),
        looked => *looked = Err(faults),
    }
    Ok(())
}

fn fill(form: &mut FacilityForm, cells: Cells<'_>, lists: &Named<'_>) -> Vec<Wrong> {
    let mut filling = Filling::of(cells);
    if form.code.is_empty() {
        filling.text("code", &mut form.code);
    }
    filling.text("name", &mut form.name);
    filling.one_of("kind", &mut form.kind, &KINDS, "import-no-facility-kind");
    filling.all("lists", &mut form.lists, |word| lists.find(word, "import-no-list").map(str::to_owned));
    filling.ticked("customer", &mut form.customer);
    filling.ticked("supplier", &mut form.supplier);
    filling.text("phone", &mut form.phone);
    filling.text("address", &mut form.address);
    filling.ticked("closed", &mut form.closed);
    filling.wrong
}

/// What people see of a facility, by field.
fn shown(name: &Name, master: &Master) -> Vec<(&'static str, Was)> {
    let form = FacilityForm::of(master, name);
    let text = |text: &str| Was::Text(text.trim().to_owned());
    let supplier = form.supplied_by.as_deref().map(|id| master.stores.get(id).map_or(id, |store| &store.code));
    vec![
        ("code", text(&form.code)),
        ("name", text(&form.name)),
        ("kind", Was::Word(form.kind.message())),
        ("supplied_by", text(supplier.unwrap_or_default())),
        ("lists", Was::Text(codes_of_lists(&form.lists, master))),
        ("customer", Was::ticked(form.customer)),
        ("supplier", Was::ticked(form.supplier)),
        ("phone", text(&form.phone)),
        ("address", text(&form.address)),
        ("closed", Was::ticked(form.closed)),
    ]
}
