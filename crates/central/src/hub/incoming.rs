//! Changes as they come in, parsed before the writer's turn (EXCHANGE B1). Nothing is refused here: what cannot be read
//! is carried along with the reason, to be held.

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Facts};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal::{self, Malformed};
use sitesync_core::protocol::Change;

/// What a change asks for.
#[derive(Clone, Debug)]
pub enum Action {
    /// A whole record, in stored form.
    Whole {
        facts: Facts,
        text: Text,
    },
    /// Changed columns only: what they make is seen when they are laid over the stored version.
    Part {
        body: Map<String, Value>,
    },
    /// A whole record that cannot be brought into stored form, and why. Its columns still tell where it belongs.
    Malformed {
        body: Map<String, Value>,
        reason: String,
    },
    Delete,
    /// The record is the same as another one, which stays.
    Merge {
        into: Box<str>,
    },
}

/// The canonical text of a whole record.
#[derive(Clone, Debug)]
pub enum Text {
    /// The very text that was sent.
    AsSent,
    Other(Box<str>),
}

/// A change, and what it asks for or why that cannot be read.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub key: RecordKey,
    pub change: Change,
    pub action: Result<Action, String>,
}

impl Incoming {
    /// A version that the site put aside, for a person to look at.
    pub(crate) fn is_aside(&self) -> bool {
        self.change.aside.is_some()
    }
}

pub(crate) fn parse_all(catalogue: &Catalogue, changes: Vec<Change>) -> Vec<Incoming> {
    changes.into_iter().map(|change| parse(catalogue, change)).collect()
}

pub(crate) fn parse(catalogue: &Catalogue, change: Change) -> Incoming {
    let key = RecordKey { table: change.table.clone(), id: change.id.clone() };
    let action = read(catalogue, &key, &change);
    Incoming { key, change, action }
}

fn read(catalogue: &Catalogue, key: &RecordKey, change: &Change) -> Result<Action, String> {
    normal::check_id(&key.id).map_err(|error| error.to_string())?;
    normal::check_id(&key.table).map_err(|error| error.to_string())?;
    match (&change.put, change.delete) {
        (Some(sent), false) => {
            let text = sent.get();
            normal::check_size(text).map_err(|error| error.to_string())?;
            let body = normal::parse(text).map_err(|error| error.to_string())?;
            Ok(if change.partial { Action::Part { body } } else { whole(catalogue, key, text, body) })
        }
        (None, true) => Ok(Action::Delete),
        (Some(body), true) => merge_target(key, body.get()),
        (None, false) => Err("the change neither puts nor deletes".to_owned()),
    }
}

fn whole(catalogue: &Catalogue, key: &RecordKey, sent: &str, body: Map<String, Value>) -> Action {
    let stored = normal::normalise_whole(catalogue, key, &body).and_then(|stored| {
        let text = checked_text(&stored)?;
        Ok((Facts::read(catalogue.table(&key.table), key, &stored), text))
    });
    match stored {
        Ok((facts, text)) if *text == *sent => Action::Whole { facts, text: Text::AsSent },
        Ok((facts, text)) => Action::Whole { facts, text: Text::Other(text) },
        Err(reason) => Action::Malformed { body, reason: reason.to_string() },
    }
}

/// The canonical text of a record in stored form.
pub(super) fn checked_text(stored: &Map<String, Value>) -> Result<Box<str>, Malformed> {
    let text = normal::canonical(stored);
    // What was sent, or a part, may have been small, and what it makes too large.
    normal::check_size(&text)?;
    Ok(text.into())
}

/// A delete with a body is a merge: `{"into": id}`.
fn merge_target(key: &RecordKey, body: &str) -> Result<Action, String> {
    normal::check_size(body).map_err(|error| error.to_string())?;
    let body = normal::parse(body).map_err(|error| error.to_string())?;
    match body.get("into").and_then(Value::as_str) {
        Some(into) if !into.is_empty() && into != &*key.id => Ok(Action::Merge { into: into.into() }),
        _ => Err("a merge names another record in \"into\"".to_owned()),
    }
}
