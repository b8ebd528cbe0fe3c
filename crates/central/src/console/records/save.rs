//! OK, deleting and merging: one change in one transaction, through the same function as the API.

use std::sync::Arc;

use serde_json::Map;
use serde_json::value::to_raw_value;
use sitesync_core::record::Record;
use sitesync_store::Snapshot;
use sitesync_store::world::StoreWorld;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, blocking};

use super::draft::{Draft, Faults};
use crate::admin::guard::change;
use crate::hub::HubError;
use crate::records::{Edit, One, edit_noted, is_of_user, not_private};
use crate::server::Central;

/// Why something was not stored.
pub(super) enum Refused {
    /// Values that cannot be stored.
    Faults(Faults),
    Error(ApiError),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

/// Stores what differs.
pub(super) async fn save(central: &Arc<Central>, who: Who, draft: Draft) -> Result<(), Refused> {
    let reading = central.clone();
    let data = blocking(move || changed(&reading, &draft).map(|changed| changed.map(|data| (draft, data))));
    let (draft, data) = match data.await? {
        Ok(found) => found,
        Err(faults) => return Err(Refused::Faults(faults)),
    };
    if data.is_empty() && !draft.new {
        return Ok(());
    }
    let data = to_raw_value(&data).map_err(ApiError::unexpected)?;
    Ok(write(central, who, One { data: Some(data), ..one(&draft) }).await?)
}

type Data = Map<String, serde_json::Value>;

fn changed(central: &Central, draft: &Draft) -> Result<Result<Data, Faults>, HubError> {
    let catalogue = central.hub().catalogue();
    not_private(catalogue, &draft.key.table)?;
    let snapshot = central.store().snapshot()?;
    let stored = stored(&*snapshot, draft)?;
    let body = stored.as_ref().map(StoreWorld::body).transpose()?.unwrap_or_default();
    Ok(draft.changed(catalogue, &body))
}

fn stored(snapshot: &dyn Snapshot, draft: &Draft) -> Result<Option<Record>, HubError> {
    let found = snapshot.records(std::slice::from_ref(&draft.key))?.pop().flatten();
    Ok(found.filter(Record::is_live))
}

pub(super) async fn delete(central: &Arc<Central>, who: Who, draft: &Draft) -> Result<(), Refused> {
    Ok(write(central, who, One { delete: true, ..one(draft) }).await?)
}

pub(super) async fn merge(central: &Arc<Central>, who: Who, draft: &Draft, into: &str) -> Result<(), Refused> {
    Ok(write(central, who, One { merge_into: Some(into.to_owned()), ..one(draft) }).await?)
}

/// A change of nothing yet, made from the version that the window shows.
fn one(draft: &Draft) -> One {
    let key = draft.key.clone();
    let if_hash = Some(draft.version.clone());
    One { table: key.table, id: key.id, data: None, delete: false, merge_into: None, if_hash }
}

async fn write(central: &Arc<Central>, who: Who, one: One) -> Result<(), ApiError> {
    if is_of_user(&one.table) {
        let message = "Records of this table are changed on pages of their own.";
        return Err(HubError::asked("own_page", message, "Use the page of the user.").into());
    }
    let edit = Edit::read(central.hub(), false, vec![one])?;
    edit.is_for(&who)?;
    let report = change(central, who, move |central, txn, by| edit_noted(central, txn, by, &edit)).await?;
    central.hub().wake(&report.grown);
    Ok(())
}
