//! Rows of a sheet as users. Passwords are in no sheet: a new user has none, and cannot sign in before somebody sets one.

use std::collections::{BTreeSet, HashMap};

use super::cells::{Cells, Filling};
use super::judge::{Ground, Named, Verdict, Was, Wrong, called, differing};
use super::save::SheetError;
use super::values::one_of;
use crate::master::Master;
use crate::users::numbered::Preset;
use crate::users::{self, Planned, StoreRight, User, UserError, UserForm};

const PRESETS: [(Preset, &[&str]); 4] = [
    (Preset::Viewer, &["viewer", "lecteur", "lectrice", "consultation"]),
    (Preset::Storekeeper, &["storekeeper", "store keeper", "magasinier", "magasiniere"]),
    (Preset::StoreManager, &["store manager", "manager", "responsable de depot", "responsable", "gestionnaire"]),
    (Preset::Administrator, &["administrator", "admin", "administrateur", "administratrice"]),
];

/// mSupply's numbers.
const LANGUAGES: [(u32, &[&str]); 2] =
    [(0, &["en", "english", "anglais", "0"]), (1, &["fr", "french", "francais", "1"])];

/// Plans each row, and says what it does.
pub(super) fn judge(ground: &Ground<'_>, rows: &[Cells<'_>]) -> Result<(Vec<Verdict>, Vec<Planned>), SheetError> {
    let known: HashMap<_, _> =
        users::all(ground.snapshot)?.into_iter().map(|user| (called(&user.form.name), user)).collect();
    let stores = Named::of(ground.master.stores.iter().map(|store| (&*store.id, [&*store.code, ""])));
    let mut planned = Vec::new();
    let mut verdicts = Vec::with_capacity(rows.len());
    for cells in rows {
        let name = called(cells.get("name").unwrap_or_default());
        verdicts.push(one(ground, *cells, known.get(&name), &stores, &mut planned)?);
    }
    Ok((verdicts, planned))
}

fn one(
    ground: &Ground<'_>,
    cells: Cells<'_>,
    known: Option<&User>,
    stores: &Named<'_>,
    planned: &mut Vec<Planned>,
) -> Result<Verdict, SheetError> {
    let before = known.map(|user| &user.form);
    let mut form = before.cloned().unwrap_or_else(|| UserForm { active: true, ..UserForm::default() });
    let wrong = fill(&mut form, cells, stores);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let was = before.map(|form| shown(form, &ground.master));
    let plan = match known {
        Some(user) => users::plan_edit(ground.snapshot, ground.random, ground.may, user, &form),
        None => users::plan_new(ground.snapshot, ground.random, ground.may, &form, None).map(Some),
    };
    match plan {
        Ok(plan) => {
            planned.extend(plan);
            Ok(Ok(differing(cells, was, &shown(&form, &ground.master))))
        }
        Err(error) => refused(cells, error),
    }
}

fn fill(form: &mut UserForm, cells: Cells<'_>, stores: &Named<'_>) -> Vec<Wrong> {
    let mut filling = Filling::of(cells);
    if form.name.is_empty() {
        filling.text("name", &mut form.name);
    }
    filling.text("first_name", &mut form.first_name);
    filling.text("last_name", &mut form.last_name);
    filling.text("job_title", &mut form.job_title);
    filling.text("e_mail", &mut form.e_mail);
    filling.one_of("language", &mut form.language, &LANGUAGES, "import-no-language");
    filling.ticked("active", &mut form.active);
    let mut preset = None;
    filling.value("preset", &mut preset, |text| one_of(text, &PRESETS, "import-no-preset").map(Some));
    let mut chosen: Vec<String> = form.stores.iter().map(|right| right.store.clone()).collect();
    filling.all("stores", &mut chosen, |code| stores.find(code, "import-no-store").map(str::to_owned));
    if let Some(preset) = preset {
        form.permissions = preset.central();
    }
    form.stores = rights(&form.stores, &chosen, preset);
    filling.wrong
}

/// What the user may do in each store: what they could do there, else what they can in the first one, else what a storekeeper needs. A
/// job that is named says it for all.
fn rights(before: &[StoreRight], chosen: &[String], preset: Option<Preset>) -> Vec<StoreRight> {
    let usual = || before.first().map_or_else(|| Preset::Storekeeper.numbers(), |right| right.permissions.clone());
    let right = |store: &String| {
        let known = before.iter().find(|right| right.store == *store).cloned();
        let mut right =
            known.unwrap_or_else(|| StoreRight { store: store.clone(), default: false, permissions: usual() });
        if let Some(preset) = preset {
            right.permissions = preset.numbers();
        }
        right
    };
    let mut rights: Vec<_> = chosen.iter().map(right).collect();
    if !rights.iter().any(|right| right.default)
        && let Some(first) = rights.first_mut()
    {
        first.default = true;
    }
    rights.sort();
    rights.dedup_by(|one, other| one.store == other.store);
    rights
}

/// What people see of a user, by field.
fn shown(form: &UserForm, master: &Master) -> Vec<(&'static str, Was)> {
    let text = |text: &str| Was::Text(text.trim().to_owned());
    let code = |right: &StoreRight| master.stores.get(&right.store).map(|store| store.code.to_string());
    let codes: BTreeSet<_> = form.stores.iter().filter_map(code).collect();
    vec![
        ("name", text(&form.name)),
        ("first_name", text(&form.first_name)),
        ("last_name", text(&form.last_name)),
        ("job_title", text(&form.job_title)),
        ("e_mail", text(&form.e_mail)),
        ("language", text(if form.language == 1 { "fr" } else { "en" })),
        ("active", Was::ticked(form.active)),
        ("stores", Was::Text(codes.into_iter().collect::<Vec<_>>().join("; "))),
        ("preset", preset_of(form)),
    ]
}

/// The job whose permissions these are, if it is one.
fn preset_of(form: &UserForm) -> Was {
    let fits = |preset: &Preset| {
        preset.central() == form.permissions && form.stores.iter().all(|right| right.permissions == preset.numbers())
    };
    Was::Word(Preset::ALL.into_iter().find(fits).map_or("import-other-permissions", Preset::label))
}

/// Where the error stands in the row; one that is nobody's fault ends it all.
fn refused(cells: Cells<'_>, error: UserError) -> Result<Verdict, SheetError> {
    let field = match &error {
        UserError::Store(_) | UserError::Hub(_) => return Err(error.into()),
        UserError::TooLong("the first name", _) => "first_name",
        UserError::TooLong("the last name", _) => "last_name",
        UserError::TooLong("the e-mail address", _) => "e_mail",
        UserError::TooLong(..) => "job_title",
        UserError::BeyondYours(_) => "preset",
        UserError::NoStore(_) | UserError::TwoDefaults => "stores",
        UserError::LastManager(_) if cells.get("active").is_some() => "active",
        UserError::LastManager(_) => "preset",
        _ => "name",
    };
    let told = crate::server::sentence(&error.to_string());
    Ok(Err(vec![Wrong::error(cells.column(field), error.code(), told)]))
}
