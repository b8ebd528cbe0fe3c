//! Changes as they come in, parsed before the writer's turn (EXCHANGE B1). Nothing is refused here: what cannot be read
//! is carried along with the reason, to be held.

use serde_json::{Map, Value};
use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::normal::{self, Malformed};
use sitesync_core::protocol::Change;

/// What a change asks for.
#[derive(Clone, Debug)]
pub enum Action {
    Put {
        body: Map<String, Value>,
        form: Form,
    },
    Delete,
    /// The record is the same as another one, which stays.
    Merge {
        into: Box<str>,
    },
}

/// What is known of the body of a put before the stored version is.
#[derive(Clone, Debug)]
pub enum Form {
    /// Changed columns only: what they make is seen when they are laid over the stored version.
    Partial,
    /// In stored form, with its canonical text.
    Whole(Box<str>),
    /// It cannot be brought into stored form; the body is as it came.
    Malformed(String),
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
        (Some(body), false) => {
            normal::check_size(body.get()).map_err(|error| error.to_string())?;
            let body = normal::parse(body.get()).map_err(|error| error.to_string())?;
            Ok(if change.partial { Action::Put { body, form: Form::Partial } } else { whole(catalogue, key, body) })
        }
        (None, true) => Ok(Action::Delete),
        (Some(body), true) => merge_target(key, body.get()),
        (None, false) => Err("the change neither puts nor deletes".to_owned()),
    }
}

fn whole(catalogue: &Catalogue, key: &RecordKey, body: Map<String, Value>) -> Action {
    match stored_form(catalogue, key, &body, None) {
        Ok((body, text)) => Action::Put { body, form: Form::Whole(text) },
        Err(malformed) => Action::Put { body, form: Form::Malformed(malformed.to_string()) },
    }
}

/// `body` in stored form, laid over `base`, and its canonical text.
pub(super) fn stored_form(
    catalogue: &Catalogue,
    key: &RecordKey,
    body: &Map<String, Value>,
    base: Option<&Map<String, Value>>,
) -> Result<(Map<String, Value>, Box<str>), Malformed> {
    let body = normal::normalise(catalogue, key, body, base)?;
    let text = normal::canonical(&body);
    // A part may have been small, and the whole too large.
    normal::check_size(&text)?;
    Ok((body, text.into()))
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
