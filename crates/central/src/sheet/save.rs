//! Importing a sheet: judged again in the transaction that stores it, all of it or nothing, and noted in the audit as one import.

use serde::Serialize;
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_store::{StoreError, Txn};
use sitesync_web::ApiError;
use sitesync_web::accounts::Permissions;
use utoipa::ToSchema;

use super::columns::Columns;
use super::fields::Kind;
use super::judge::{Ground, Judged, Outcome, Work, judge};
use super::table::Table;
use crate::audit;
use crate::hub::HubError;
use crate::master::{MasterError, day};
use crate::server::Central;
use crate::sites::{By, rows};
use crate::users::{self, Editor, Grown, UserError};

/// What is to be imported, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) by: By<'a>,
    pub(crate) may: Permissions,
    pub(crate) kind: Kind,
    /// The name of the file, for the audit.
    pub(crate) file: &'a str,
    pub(crate) table: &'a Table,
    pub(crate) columns: &'a Columns,
    /// The mark of what somebody saw and said yes to.
    pub(crate) seen: Option<&'a str>,
}

/// How many rows made something, changed something, or changed nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stored {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl From<&Judged> for Stored {
    fn from(judged: &Judged) -> Self {
        Self {
            new: judged.count(Outcome::New),
            changed: judged.count(Outcome::Changed),
            unchanged: judged.count(Outcome::Unchanged),
        }
    }
}

/// What came of it: stored, with the feeds that have grown; or not, as something is wrong or is not as somebody saw it.
pub(crate) type Outcomes = Result<(Box<Judged>, Grown), Box<Judged>>;

/// Imports a sheet in the caller's transaction.
pub(crate) fn save(central: &Central, txn: &mut dyn Txn, order: Order<'_>) -> Result<Outcomes, SheetError> {
    rows::lock_directory(txn)?;
    let (judged, work) = judge(ground(central, txn, order)?, order.kind, order.table, order.columns)?;
    if !judged.is_good() || order.seen.is_some_and(|seen| seen != judged.mark) {
        return Ok(Err(Box::new(judged)));
    }
    let stored = Stored::from(&judged);
    let counted = format!("{} new, {} changed, {} unchanged", stored.new, stored.changed, stored.unchanged);
    let (grown, (from, to)) = match work {
        Work::Users(planned) => {
            let editor = Editor { hub: central.hub(), by: order.by, may: order.may };
            (users::write(txn, editor, planned)?, (String::new(), counted))
        }
        Work::Central { changes, noted: (from, to) } => {
            let incoming = central.hub().parse(changes);
            let report = central.hub().edit_in(txn, Actor::Site(SiteId::CENTRAL), &incoming)?;
            let to = if to.is_empty() { counted } else { format!("{counted}; {to}") };
            (report.grown, (from, to))
        }
    };
    // Whatever was written is noted, also if no row shows a change.
    if stored.new + stored.changed > 0 || !grown.is_empty() {
        let what = format!("import.{}", order.kind.name());
        let change = audit::Change { who: order.by.who, what: &what, subject: order.file, from: &from, to: &to };
        audit::append(txn, order.by.at, change)?;
    }
    Ok(Ok((Box::new(judged), grown)))
}

/// Judges a sheet on what is stored now, for who may so much.
pub(crate) fn look(
    central: &Central,
    may: Permissions,
    kind: Kind,
    table: &Table,
    columns: &Columns,
) -> Result<Judged, SheetError> {
    let snapshot = central.store().snapshot()?;
    let master = central.master(&*snapshot)?;
    let today = day(central.clock().now());
    let ground = Ground { snapshot: &*snapshot, master, random: central.random(), today, may };
    Ok(judge(ground, kind, table, columns)?.0)
}

fn ground<'a>(central: &'a Central, txn: &'a dyn Txn, order: Order<'_>) -> Result<Ground<'a>, StoreError> {
    Ok(Ground {
        snapshot: txn,
        master: central.master_known().caught_up(txn)?,
        random: central.random(),
        today: day(order.by.at),
        may: order.may,
    })
}

/// Why a sheet could be neither judged nor stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    #[error(transparent)]
    Master(#[from] MasterError),
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SheetError> for ApiError {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Master(error) => error.into(),
            SheetError::User(error) => error.into(),
            SheetError::Hub(error) => error.into(),
            SheetError::Store(error) => error.into(),
        }
    }
}
