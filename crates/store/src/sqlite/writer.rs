//! The one writer: commits that wait for one another are stored together (EXCHANGE A19).
//!
//! There is no thread of its own. Whoever has the turn runs its work in a savepoint of the open transaction, begun if none is open.
//! Then it commits the transaction, if nobody waits or the group is large enough, or leaves that to the next in turn and waits
//! for the outcome. Nobody is answered before the commit; if that fails, each member of the group runs its work again alone.
//!
//! Somebody always commits: who leaves the transaction open has seen another one waiting for the turn, and that one decides anew.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::conn::Conn;
use super::txn::SqliteTxn;
use crate::api::{Result, StoreError, Txn};

/// A group takes no further member when it has this many, or wrote this many rows: its first member waits for all of it.
const MEMBERS: usize = 64;
const ROWS: usize = 20_000;

type Work<'a> = &'a mut dyn FnMut(&mut dyn Txn) -> Result<()>;

/// What became of the members of one transaction: stored or not, once that is known.
#[derive(Default)]
struct Outcome {
    stored: Mutex<Option<bool>>,
    known: Condvar,
}

impl Outcome {
    fn set(&self, stored: bool) {
        *self.stored.lock().unwrap_or_else(PoisonError::into_inner) = Some(stored);
        self.known.notify_all();
    }

    fn wait(&self) -> bool {
        let guard = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = self.known.wait_while(guard, |stored| stored.is_none()).unwrap_or_else(PoisonError::into_inner);
        guard.unwrap_or(false)
    }
}

/// An open transaction.
#[derive(Default)]
struct Group {
    outcome: Arc<Outcome>,
    members: usize,
    rows: usize,
}

/// How a member's work ended.
enum Ran {
    /// Its savepoint was released: it shares the fate of the group.
    Joined,
    Failed(StoreError),
    Panicked(Box<dyn Any + Send>),
}

/// What is left to do for a member when its turn is over.
enum Rest {
    Done(Result<()>),
    Wait(Arc<Outcome>),
    Alone,
}

/// What the turn gives: the connection that writes.
struct Turn {
    conn: Conn,
    last_record: i64,
    group: Option<Group>,
    #[cfg(test)]
    fail_commits: usize,
}

pub(super) struct Writer {
    turn: Mutex<Turn>,
    waiting: AtomicUsize,
    /// Called after each commit.
    committed: Box<dyn Fn() + Send + Sync>,
}

impl Writer {
    pub(super) fn new(conn: Conn, committed: Box<dyn Fn() + Send + Sync>) -> Result<Self> {
        let last_record = read_last_record(&conn)?;
        let turn = Turn {
            conn,
            last_record,
            group: None,
            #[cfg(test)]
            fail_commits: 0,
        };
        Ok(Self { turn: Mutex::new(turn), waiting: AtomicUsize::new(0), committed })
    }

    pub(super) fn write(&self, work: Work<'_>) -> Result<()> {
        match self.take_part(work) {
            Rest::Done(done) => done,
            Rest::Wait(outcome) if outcome.wait() => Ok(()),
            Rest::Wait(_) | Rest::Alone => self.alone(work),
        }
    }

    /// Runs something with the turn and no transaction open.
    pub(super) fn between<T>(&self, run: impl FnOnce(&Conn) -> T) -> T {
        let mut turn = self.locked();
        // The members are told how it went.
        let _ = self.settle(&mut turn);
        run(&turn.conn)
    }

    fn locked(&self) -> MutexGuard<'_, Turn> {
        // Work that panics is caught, so the turn is never left half done.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_turn(&self) -> MutexGuard<'_, Turn> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let turn = self.locked();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        turn
    }

    fn take_part(&self, work: Work<'_>) -> Rest {
        let mut turn = self.next_turn();
        let outcome = match turn.begin() {
            Ok(outcome) => outcome,
            Err(error) => return Rest::Done(Err(error)),
        };
        let ran = turn.run(work);
        let others = turn.group.as_ref().map_or(0, |group| group.members) > usize::from(matches!(ran, Ran::Joined));
        let lost = turn.conn.db.is_autocommit();
        if lost || turn.is_full() || self.waiting.load(Ordering::SeqCst) == 0 {
            // Who joined reads the result from the outcome, like the others.
            let _ = self.settle(&mut turn);
        }
        drop(turn);
        match ran {
            Ran::Joined => Rest::Wait(outcome),
            // The others may have taken the room that was missing.
            Ran::Failed(error) if others && (lost || matches!(error, StoreError::Disk(_))) => {
                drop(error);
                Rest::Alone
            }
            Ran::Failed(error) => Rest::Done(Err(error)),
            Ran::Panicked(panic) => resume_unwind(panic),
        }
    }

    /// Runs work in a transaction of its own.
    fn alone(&self, work: Work<'_>) -> Result<()> {
        let mut turn = self.next_turn();
        let _ = self.settle(&mut turn);
        turn.begin()?;
        let ran = turn.run(work);
        let settled = self.settle(&mut turn);
        drop(turn);
        match ran {
            Ran::Joined => settled,
            Ran::Failed(error) => Err(error),
            Ran::Panicked(panic) => resume_unwind(panic),
        }
    }

    /// Ends the open transaction, if one is, and tells its members.
    fn settle(&self, turn: &mut Turn) -> Result<()> {
        let Some(group) = turn.group.take() else { return Ok(()) };
        let ended = if group.members == 0 { turn.roll_back() } else { turn.commit() };
        group.outcome.set(ended.is_ok());
        if ended.is_ok() && group.members > 0 {
            (self.committed)();
        }
        ended
    }

    #[cfg(test)]
    fn fail_commits(&self, number: usize) {
        self.locked().fail_commits = number;
    }
}

impl Turn {
    fn begin(&mut self) -> Result<Arc<Outcome>> {
        if self.group.is_none() {
            self.conn.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.group = Some(Group::default());
        }
        Ok(self.group.get_or_insert_default().outcome.clone())
    }

    fn is_full(&self) -> bool {
        self.group.as_ref().is_some_and(|group| group.members >= MEMBERS || group.rows >= ROWS)
    }

    /// Runs a member's work between a savepoint and its release.
    fn run(&mut self, work: Work<'_>) -> Ran {
        if let Err(error) = self.do_now("SAVEPOINT member") {
            return Ran::Failed(error);
        }
        let mut txn = SqliteTxn::new(&self.conn, &mut self.last_record);
        let ran = catch_unwind(AssertUnwindSafe(|| work(&mut txn).and_then(|()| txn.finish())));
        let written = txn.written;
        self.conn.places.end();
        let ran = match ran {
            Ok(Ok(())) => self.do_now("RELEASE member").map_or_else(Ran::Failed, |()| Ran::Joined),
            Ok(Err(error)) => Ran::Failed(error),
            Err(panic) => Ran::Panicked(panic),
        };
        match (&ran, &mut self.group) {
            (Ran::Joined, Some(group)) => {
                group.members += 1;
                group.rows += written;
            }
            _ => self.undo_member(),
        }
        ran
    }

    fn undo_member(&mut self) {
        let undone = self.do_now("ROLLBACK TO member").and_then(|()| self.do_now("RELEASE member"));
        if undone.is_err() {
            // Then the transaction is gone already, or has to go: its members will run again alone.
            let _ = self.roll_back();
        }
        self.conn.drop_given_names();
    }

    fn do_now(&self, sql: &str) -> Result<()> {
        self.conn.db.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        if self.conn.db.is_autocommit() {
            self.undone();
            return Err(StoreError::Disk("the transaction was undone".to_owned()));
        }
        let committed = self.commit_now();
        match committed {
            Ok(()) => self.conn.keep_names(),
            Err(_) => {
                let _ = self.roll_back();
            }
        }
        committed
    }

    fn commit_now(&mut self) -> Result<()> {
        #[cfg(test)]
        if self.fail_commits > 0 {
            self.fail_commits -= 1;
            return Err(StoreError::Disk("on purpose".to_owned()));
        }
        self.do_now("COMMIT")
    }

    fn roll_back(&mut self) -> Result<()> {
        let ended = if self.conn.db.is_autocommit() { Ok(()) } else { self.do_now("ROLLBACK") };
        self.undone();
        ended
    }

    /// Names that were given in the transaction are not stored. Record numbers may be skipped, and are.
    fn undone(&self) {
        self.conn.drop_given_names();
    }
}

fn read_last_record(conn: &Conn) -> Result<i64> {
    Ok(conn.db.query_row("SELECT value FROM counter WHERE name = 'record'", [], |row| row.get(0))?)
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
