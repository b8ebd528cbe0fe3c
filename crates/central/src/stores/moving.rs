//! Moving stores: at once where nothing can be lost, else by a hand-over, or against one where a device is lost.

use sitesync_core::catalogue::Facts;
use sitesync_core::ids::{Feed, ReaderId, RecordKey, SiteId};
use sitesync_core::record::Record;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Lock, Snapshot, Txn};

use crate::audit;
use crate::hub::hand_over::{self, Grown, hindrance_at_first};
use crate::hub::{End, HandOver, How, Hub, HubError, has_read};
use crate::sites::{self, By};

/// What became of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moving {
    /// It is active there already, and stays.
    Unchanged,
    /// It is active there now.
    Moved,
    /// It is being handed over; its site sends the rest first.
    Leaving(HandOver),
    /// It was being handed over to another site, and stays where it is.
    CalledOff(HandOver),
    /// It is active there now; what its former site had not sent is held when it comes.
    TakenOver(HandOver),
}

/// What became of a move, and what the caller has to see to once the transaction is stored.
#[derive(Clone, Debug)]
pub struct MoveReport {
    /// Where the store was active before.
    pub from: SiteId,
    pub moving: Moving,
    grown: Grown,
}

impl MoveReport {
    /// Wakes the sites that have something to read or to hear. Call it after the transaction is stored; without it they hear at their
    /// next sync.
    pub fn wake(&self, hub: &Hub) {
        hub.wake(&self.grown);
    }
}

/// The longest reason that is kept, in characters.
const REASON_MAX: usize = 1_000;

/// Moves a store to a site. From a site that is in use it is handed over: it stays active there until that site has sent
/// everything. From the central server's own site, or from one that no device ever used, it is moved at once. To the site where it
/// is active: a hand-over in progress is called off.
pub fn begin_move(txn: &mut dyn Txn, hub: &Hub, by: By<'_>, store: &str, to: SiteId) -> Result<MoveReport, HubError> {
    let Place { from, standing, .. } = place(txn, hub, store, to)?;
    if from == to {
        return match standing {
            Some(standing) => end_by_hand(txn, by, standing),
            None => Ok(MoveReport { from, moving: Moving::Unchanged, grown: Grown::new() }),
        };
    }
    if let Some(hindrance) = hindrance_at_first(txn, store, to)? {
        return Err(hindrance.refusal());
    }
    if let Some(standing) = standing {
        return redirect(txn, by, standing, to);
    }
    if !is_in_use(txn, from)? {
        let grown = hub.move_store(txn, store, to)?;
        note(txn, by, "store.move", store, &site(from), &site(to))?;
        return Ok(MoveReport { from, moving: Moving::Moved, grown });
    }
    let begun = hand_over::begin(txn, (by.who, by.at), store, (from, to))?;
    note(txn, by, "store.hand_over_begin", store, &site(from), &site(to))?;
    Ok(leaving(begun))
}

/// Moves a store without waiting for its site: for devices that are lost. What that site still sends is held. `code` is the
/// store's, so that nobody does it to another store by mistake.
pub fn take_over_now(
    txn: &mut dyn Txn,
    hub: &Hub,
    by: By<'_>,
    store: &str,
    to: SiteId,
    code: &str,
    reason: &str,
) -> Result<MoveReport, HubError> {
    let Place { from, standing, code: expected } = place(txn, hub, store, to)?;
    let reason = checked(reason)?;
    if code.trim() != expected.trim() {
        let message = format!("\"{}\" is not the code of the store.", code.trim());
        return Err(HubError::asked("store_code_wrong", message, "Nothing was changed. Enter the code of this store."));
    }
    if from == to {
        let message = "The store is active there already.";
        return Err(HubError::asked("store_is_there", message, "Call the hand-over off, if there is one."));
    }
    if let Some(hindrance) = hand_over::hindrance(txn, store, to)? {
        return Err(hindrance.refusal());
    }
    let standing = match standing {
        Some(standing) => hand_over::redirect(txn, &standing, to)?,
        None => hand_over::begin(txn, (by.who, by.at), store, (from, to))?,
    };
    let how = How::TakenOver { reason: reason.to_owned() };
    let (ended, grown) = hub.hand_over_now(txn, standing, End { at: by.at, by: by.who.to_owned(), how })?;
    let noted = format!("{}; code: {expected}; reason: {reason}", site(to));
    note(txn, by, "store.take_over_now", store, &site(from), &noted)?;
    Ok(MoveReport { from, moving: Moving::TakenOver(ended), grown })
}

/// Calls off the hand-over of a store, which stays where it is. Its site may write to it again when it hears of that.
pub fn call_off(txn: &mut dyn Txn, hub: &Hub, by: By<'_>, store: &str) -> Result<MoveReport, HubError> {
    match place(txn, hub, store, SiteId::CENTRAL)?.standing {
        Some(standing) => end_by_hand(txn, by, standing),
        None => Err(HubError::asked(
            "no_hand_over",
            "The store is not being handed over, or not any more.",
            "If it was moved already, move it back.",
        )),
    }
}

/// How many stores are active on a site or on their way to it: while there is one, the site is needed.
pub fn attached(snapshot: &dyn Snapshot, of: SiteId) -> Result<u64, HubError> {
    let coming = hand_over::all_leaving(snapshot)?.into_iter().filter(|coming| coming.to == of).count();
    Ok((Hub::stores_of_site(snapshot, of)?.len() + coming) as u64)
}

/// Where a store is.
struct Place {
    from: SiteId,
    standing: Option<HandOver>,
    code: String,
}

fn place(txn: &mut dyn Txn, hub: &Hub, store: &str, to: SiteId) -> Result<Place, HubError> {
    sites::rows::lock_directory_and(txn, to)?;
    let key = RecordKey::new("store", store);
    let record = txn.records(std::slice::from_ref(&key))?.pop().flatten().filter(Record::is_live);
    let unknown =
        || HubError::asked("store_unknown", format!("There is no store {store}."), "Look at the list of stores.");
    let body = StoreWorld::body(&record.ok_or_else(unknown)?)?;
    let facts = Facts::read(hub.catalogue().table("store"), &key, &body);
    let from = facts.active_on.unwrap_or(SiteId::CENTRAL);
    txn.lock(&[Lock::Site(from.0)])?;
    let code = body.get("code").and_then(|code| code.as_str()).unwrap_or_default().to_owned();
    Ok(Place { from, standing: hand_over::of_store(txn, from, store)?, code })
}

/// Whether records of the site may exist that are not here, and may come: a device is bound to it, or has read its feeds once.
fn is_in_use(snapshot: &dyn Snapshot, of: SiteId) -> Result<bool, HubError> {
    if of == SiteId::CENTRAL {
        return Ok(false);
    }
    let Some(site) = sites::get(snapshot, of)? else { return Ok(false) };
    Ok(site.hardware_id.is_some() || has_read(snapshot, ReaderId::native(of))?)
}

fn redirect(txn: &mut dyn Txn, by: By<'_>, standing: HandOver, to: SiteId) -> Result<MoveReport, HubError> {
    if standing.to == to {
        return Ok(MoveReport { from: standing.from, moving: Moving::Leaving(standing), grown: Grown::new() });
    }
    let redirected = hand_over::redirect(txn, &standing, to)?;
    note(txn, by, "store.hand_over_redirect", &standing.store, &site(standing.to), &site(to))?;
    Ok(leaving(redirected))
}

fn end_by_hand(txn: &mut dyn Txn, by: By<'_>, standing: HandOver) -> Result<MoveReport, HubError> {
    let end = End { at: by.at, by: by.who.to_owned(), how: How::CalledOff };
    let ended = hand_over::end(txn, standing, end)?;
    note(txn, by, "store.hand_over_call_off", &ended.store, &site(ended.to), &site(ended.from))?;
    let grown = bell(&ended);
    Ok(MoveReport { from: ended.from, moving: Moving::CalledOff(ended), grown })
}

fn leaving(hand_over: HandOver) -> MoveReport {
    let grown = bell(&hand_over);
    MoveReport { from: hand_over.from, moving: Moving::Leaving(hand_over), grown }
}

/// The site where the store is active waits for the store's feed.
fn bell(hand_over: &HandOver) -> Grown {
    Grown::from([Feed::Store(hand_over.store.clone())])
}

fn checked(reason: &str) -> Result<&str, HubError> {
    let reason = reason.trim();
    if !reason.is_empty() && reason.chars().count() <= REASON_MAX {
        return Ok(reason);
    }
    let message = format!("A reason is needed, of at most {REASON_MAX} characters.");
    Err(HubError::asked("reason_missing", message, "Nothing was changed. Say why the site cannot be waited for."))
}

fn site(number: SiteId) -> String {
    format!("site {number}")
}

fn note(txn: &mut dyn Txn, by: By<'_>, what: &str, store: &str, from: &str, to: &str) -> Result<(), HubError> {
    let subject = format!("store {store}");
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: &subject, from, to })?;
    Ok(())
}
