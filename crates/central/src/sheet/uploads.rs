//! Sheets between looking and OK. They are kept in memory, few and not for long: who comes back too late chooses the file again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sitesync_core::given::Millis;
use sitesync_web::accounts::AccountId;

use super::columns::Columns;
use super::fields::Kind;
use super::save::Stored;
use super::table::Table;

/// So long a sheet waits for OK.
const KEPT_MS: Millis = 2 * 3_600_000;
/// The most of one person.
const EACH_MAX: usize = 5;
/// The most bytes of the files of all together; with more, the oldest goes.
const BYTES_MAX: usize = 64 << 20;

/// A sheet that somebody looks at.
#[derive(Clone, Debug)]
pub struct Upload {
    pub owner: AccountId,
    pub kind: Kind,
    /// The name of the file.
    pub file: String,
    /// Its bytes.
    pub size: usize,
    pub table: Arc<Table>,
    /// What its columns are, as far as somebody has said.
    pub columns: Columns,
    /// Once it is imported.
    pub stored: Option<Stored>,
}

#[derive(Debug)]
struct Kept {
    id: String,
    at: Millis,
    upload: Upload,
}

/// All sheets that somebody looks at, oldest first.
#[derive(Debug, Default)]
pub struct Uploads(Mutex<VecDeque<Kept>>);

impl Uploads {
    /// Keeps a sheet under a name that nobody guesses.
    pub fn keep(&self, id: String, at: Millis, upload: Upload) {
        let mut all = self.all(at);
        if all.iter().filter(|kept| kept.upload.owner == upload.owner).count() >= EACH_MAX
            && let Some(oldest) = all.iter().position(|kept| kept.upload.owner == upload.owner)
        {
            all.remove(oldest);
        }
        all.push_back(Kept { id, at, upload });
        while all.len() > 1 && all.iter().map(|kept| kept.upload.size).sum::<usize>() > BYTES_MAX {
            all.pop_front();
        }
    }

    /// A sheet, for who has sent it.
    pub fn get(&self, id: &str, at: Millis, owner: &AccountId) -> Option<Upload> {
        let all = self.all(at);
        all.iter().find(|kept| kept.id == id && kept.upload.owner == *owner).map(|kept| kept.upload.clone())
    }

    /// Notes what its columns are.
    pub fn set_columns(&self, id: &str, at: Millis, columns: Columns) {
        self.change(id, at, |upload| upload.columns = columns);
    }

    /// Notes that it is imported.
    pub fn set_stored(&self, id: &str, at: Millis, stored: Stored) {
        self.change(id, at, |upload| upload.stored = Some(stored));
    }

    pub fn forget(&self, id: &str, at: Millis) {
        self.all(at).retain(|kept| kept.id != id);
    }

    fn change(&self, id: &str, at: Millis, change: impl FnOnce(&mut Upload)) {
        if let Some(kept) = self.all(at).iter_mut().find(|kept| kept.id == id) {
            change(&mut kept.upload);
        }
    }

    /// Those that are not too old.
    fn all(&self, at: Millis) -> MutexGuard<'_, VecDeque<Kept>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| (0..KEPT_MS).contains(&(at - kept.at).max(0)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(owner: &str, size: usize) -> Upload {
        let table = Arc::new(super::super::read(b"code\n1\n").unwrap());
        let owner = AccountId::User(owner.to_owned());
        Upload { owner, kind: Kind::Items, file: String::new(), size, table, columns: vec![None], stored: None }
    }

    #[test]
    fn a_sheet_is_there_for_its_owner_for_a_while() {
        let uploads = Uploads::default();
        let (ana, ben) = (AccountId::User("ana".into()), AccountId::User("ben".into()));
        uploads.keep("1".into(), 0, upload("ana", 10));
        assert!(uploads.get("1", 1, &ana).is_some() && uploads.get("1", 1, &ben).is_none());
        uploads.set_stored("1", 1, Stored { new: 1, ..Stored::default() });
        assert_eq!(uploads.get("1", 1, &ana).unwrap().stored.unwrap().new, 1);
        assert!(uploads.get("1", KEPT_MS - 1, &ana).is_some() && uploads.get("1", KEPT_MS, &ana).is_none());
    }

    #[test]
    fn few_are_kept_of_each_and_of_all() {
        let uploads = Uploads::default();
        let ana = AccountId::User("ana".into());
        for at in 0..=EACH_MAX {
            uploads.keep(at.to_string(), 0, upload("ana", 1));
        }
        assert!(uploads.get("0", 0, &ana).is_none() && uploads.get("1", 0, &ana).is_some());
        uploads.keep("x".into(), 0, upload("ben", BYTES_MAX));
        assert!(uploads.get("5", 0, &ana).is_none());
        assert!(uploads.get("x", 0, &AccountId::User("ben".into())).is_some());
        uploads.forget("x", 0);
        assert!(uploads.get("x", 0, &AccountId::User("ben".into())).is_none());
    }
}
