//! Rows of a sheet as items.

use std::collections::BTreeSet;

use sitesync_pages::Words;

use super::cells::{Cells, Filling};
use super::judge::{Named, Verdict, Was, Wrong, differing, faults_in};
use super::save::SheetError;
use super::values::{one_of, written};
use crate::master::{ITEM_KINDS, Item, ItemForm, Master, Plan};

/// Units that are made are named up to this many.
const NAMED_MAX: usize = 12;

const KINDS: [(&str, &[&str]); 3] = [
    ("general", &["general", "stock", "stock item", "article en stock", "normal"]),
    ("service", &["service"]),
    ("non_stock", &["non stock", "nonstock", "not kept in stock", "hors stock", "non stocke"]),
];

const VEN: [(&str, &[&str]); 3] = [
    ("V", &["v", "vital"]),
    ("E", &["e", "essential", "essentiel"]),
    ("N", &["n", "necessary", "non essential", "non essentiel", "necessaire"]),
];

/// Plans each row, and says what it does.
pub(super) fn judge(plan: &mut Plan<'_>, rows: &[Cells<'_>]) -> Result<(Vec<Verdict>, Vec<Words>), SheetError> {
    let master = plan.master.clone();
    let lists = lists(&master);
    let verdicts = rows.iter().map(|cells| one(plan, *cells, &lists)).collect::<Result<Vec<_>, SheetError>>()?;
    let made: BTreeSet<_> =
        plan.master.units.iter().filter(|unit| master.units.get(&unit.id).is_none()).map(|unit| &*unit.name).collect();
    Ok((verdicts, note(&made)))
}

/// The lists by their codes and names.
pub(super) fn lists(master: &Master) -> Named<'_> {
    Named::of(master.lists.iter().map(|list| (&*list.id, [&*list.code, &*list.name])))
}

fn note(units: &BTreeSet<&str>) -> Vec<Words> {
    if units.is_empty() {
        return Vec::new();
    }
    let mut names = units.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    if units.len() > NAMED_MAX {
        names.push_str(", …");
    }
    vec![Words::new("import-units-made").with("n", units.len()).with("names", names)]
}

fn one(plan: &mut Plan<'_>, cells: Cells<'_>, lists: &Named<'_>) -> Result<Verdict, SheetError> {
    let code = cells.get("code").unwrap_or_default();
    let known: Vec<_> = plan.master.items.called(code).cloned().collect();
    if known.len() > 1 {
        return Ok(Err(vec![cells.wrong("code", Words::new("import-several").with("word", code))]));
    }
    let known = known.first();
    let was = known.map(|item| shown(item, &plan.master));
    let mut form = known.map_or_else(|| ItemForm::new(&plan.master), |item| ItemForm::of(&plan.master, item));
    let wrong = fill(&mut form, cells, lists);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    match form.plan(plan, known.map(|item| &*item.id)) {
        Ok(id) => {
            let after = plan.master.items.get(&id).map(|item| shown(item, &plan.master)).unwrap_or_default();
            Ok(Ok(differing(cells, was, &after)))
        }
        Err(error) => Ok(Err(faults_in(cells, error)?)),
    }
}

fn fill(form: &mut ItemForm, cells: Cells<'_>, lists: &Named<'_>) -> Vec<Wrong> {
    let mut filling = Filling::of(cells);
    // A code that is known stays as it is written there.
    if form.code.is_empty() {
        filling.text("code", &mut form.code);
    }
    filling.text("name", &mut form.name);
    filling.text("unit", &mut form.unit);
    filling.number("pack_size", &mut form.pack_size);
    filling.value("ven", &mut form.ven, |text| one_of(text, &VEN, "import-not-ven").map(str::to_owned));
    filling.ticked("vaccine", &mut form.vaccine);
    filling.number("doses", &mut form.doses);
    filling.text("strength", &mut form.strength);
    filling.value("kind", &mut form.kind, |text| one_of(text, &KINDS, "import-no-item-kind").map(str::to_owned));
    filling.all("lists", &mut form.lists, |word| lists.find(word, "import-no-list").map(str::to_owned));
    filling.wrong
}

/// What people see of an item, by field.
fn shown(item: &Item, master: &Master) -> Vec<(&'static str, Was)> {
    let form = ItemForm::of(master, item);
    let text = |text: &str| Was::Text(text.trim().to_owned());
    vec![
        ("code", text(&form.code)),
        ("name", text(&form.name)),
        ("unit", text(&form.unit)),
        ("pack_size", Was::Text(written(form.pack_size))),
        ("ven", text(&form.ven)),
        ("vaccine", Was::ticked(form.vaccine)),
        ("doses", Was::Text(written(form.doses))),
        ("strength", text(&form.strength)),
        ("kind", kind(&form.kind)),
        ("lists", Was::Text(codes_of_lists(&form.lists, master))),
    ]
}

fn kind(kind: &str) -> Was {
    let known = ITEM_KINDS.iter().find(|(known, _)| *known == kind);
    known.map_or_else(|| Was::Text(kind.to_owned()), |(_, message)| Was::Word(message))
}

/// The codes of lists, or their names where they have none.
pub(super) fn codes_of_lists(lists: &BTreeSet<String>, master: &Master) -> String {
    let code = |list: &String| {
        let known = master.lists.get(list);
        known
            .map_or_else(|| list.clone(), |list| if list.code.is_empty() { &list.name } else { &list.code }.to_string())
    };
    lists.iter().map(code).collect::<Vec<_>>().join("; ")
}
