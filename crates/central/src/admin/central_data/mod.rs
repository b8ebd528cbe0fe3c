//! Central data over the API, as people work with it: items, facilities and lists. Their single records are in [`super::records`].

pub(super) mod facilities;
pub(super) mod items;
pub(super) mod lists;

use std::sync::Arc;

use serde::Deserialize;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, blocking};
use utoipa::IntoParams;

use super::guard::change;
use crate::master::{Editor, Fault, Kind, Master, MasterError, Plan, Saved, save, version};
use crate::server::Central;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// Only what has this in its code or name.
    #[serde(default)]
    q: String,
}

impl Search {
    fn finds(&self, code: &str, name: &str) -> bool {
        let sought = self.q.trim().to_lowercase();
        code.to_lowercase().contains(&sought) || name.to_lowercase().contains(&sought)
    }
}

/// Stores what is planned, or tells what is wrong with it. `known` is the id and the version that it was made from, none for a new one.
pub(crate) async fn store(
    central: &Arc<Central>,
    who: Who,
    kind: Kind,
    known: Option<(String, String)>,
    plan: impl Fn(&mut Plan<'_>, Option<&str>) -> Result<String, MasterError> + Send + 'static,
) -> Result<Result<Saved, Vec<Fault>>, ApiError> {
    // Read before the transaction: the first time it takes long, and nobody else could write meanwhile.
    let master = master(central).await?;
    let stored = change(central, who, move |central, txn, by| {
        let editor = Editor { hub: central.hub(), by, master: &master };
        let known = known.as_ref().map(|(id, version)| (id.as_str(), version.as_str()));
        match save(txn, editor, kind, known, &plan) {
            Ok(saved) => Ok(Ok(saved)),
            // Nothing was written yet.
            Err(MasterError::Faults(faults)) => Ok(Err(faults)),
            Err(error) => Err(error),
        }
    });
    let stored = stored.await?;
    if let Ok(saved) = &stored {
        central.hub().wake(&saved.report.grown);
    }
    Ok(stored)
}

/// The same for a program: what is wrong is a refusal. Answers the id.
async fn store_or_refuse(
    central: &Arc<Central>,
    who: Who,
    kind: Kind,
    known: Option<(String, String)>,
    plan: impl Fn(&mut Plan<'_>, Option<&str>) -> Result<String, MasterError> + Send + 'static,
) -> Result<String, ApiError> {
    match store(central, who, kind, known, plan).await? {
        Ok(saved) => Ok(saved.id),
        Err(faults) => Err(MasterError::Faults(faults).into()),
    }
}

/// Reads one thing with its version.
pub(crate) async fn read_one<T: Send + 'static>(
    central: &Arc<Central>,
    kind: Kind,
    id: String,
    view: impl FnOnce(&Master, &dyn sitesync_store::Snapshot, String, String) -> Result<Option<T>, MasterError>
    + Send
    + 'static,
) -> Result<T, ApiError> {
    let central = central.clone();
    let found = blocking(move || {
        let snapshot = central.store().snapshot()?;
        let master = central.master(&*snapshot)?;
        let unknown = MasterError::NotFound(kind.word(), id.clone());
        let Some(version) = version(&*snapshot, &master, kind, &id)? else { return Err(unknown) };
        view(&master, &*snapshot, id, version)?.ok_or(unknown)
    });
    found.await
}

/// All central data, caught up.
pub(crate) async fn master(central: &Arc<Central>) -> Result<Master, ApiError> {
    let central = central.clone();
    blocking(move || central.master(&*central.store().snapshot()?)).await
}
