//! What a user is: read from its records, and as people fill it in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sitesync_core::hash::Hash;
use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};
use sitesync_web::accounts::{Permissions, USER_ACCOUNT, stores_of};
use utoipa::ToSchema;

/// A store that a user may log in to, and what they may do there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreRight {
    pub store: String,
    /// The one that opens when the user logs in.
    #[serde(default)]
    pub default: bool,
    /// mSupply's numbers, from 1.
    #[serde(default)]
    #[schema(value_type = Vec<u16>)]
    pub permissions: BTreeSet<u16>,
}

/// What people fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserForm {
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub e_mail: String,
    pub job_title: String,
    /// mSupply's number: 0 English, 1 French.
    pub language: u32,
    /// Whether the user may sign in at all.
    pub active: bool,
    pub permissions: Permissions,
    pub stores: Vec<StoreRight>,
}

/// A user as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub form: UserForm,
    pub has_password: bool,
    /// Another one after each change, so that two people never overwrite each other silently.
    pub version: String,
    pub(super) sessions: u64,
    /// The ids of the `user_store` records, by store.
    pub(super) joins: Vec<(String, String)>,
}

/// A user in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserLine {
    pub id: String,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub job_title: String,
    pub active: bool,
    pub has_password: bool,
    pub permissions: Vec<&'static str>,
    /// Ids of the stores that the user may log in to.
    pub stores: Vec<String>,
}

impl User {
    pub(super) fn read(snapshot: &dyn Snapshot, record: &Record) -> Result<Self, StoreError> {
        let id = record.key.id.to_string();
        let account = snapshot.records(&[RecordKey::new(USER_ACCOUNT, id.clone())])?.pop().flatten();
        let account = account.filter(Record::is_live);
        let mut joins = stores_of(snapshot, &record.key)?;
        joins.sort_by(|one, other| one.key.cmp(&other.key));
        let version = version(record, account.as_ref(), &joins);
        let user = StoreWorld::body(record)?;
        let account = account.map(|account| StoreWorld::body(&account)).transpose()?.unwrap_or_default();
        let mut form = UserForm { permissions: Permissions::parse(text(&account, "permissions")), ..fields(&user) };
        let mut keys = Vec::new();
        for join in &joins {
            let body = StoreWorld::body(join)?;
            keys.push((text(&body, "store_ID").to_owned(), join.key.id.to_string()));
            form.stores.extend(right(&body));
        }
        form.stores.sort();
        Ok(Self {
            id,
            form,
            has_password: !text(&account, "password_hash").is_empty(),
            version,
            sessions: account.get("sessions").and_then(Value::as_u64).unwrap_or(0),
            joins: keys,
        })
    }

    pub fn line(&self) -> UserLine {
        let form = &self.form;
        UserLine {
            id: self.id.clone(),
            name: form.name.clone(),
            first_name: form.first_name.clone(),
            last_name: form.last_name.clone(),
            job_title: form.job_title.clone(),
            active: form.active,
            has_password: self.has_password,
            permissions: form.permissions.iter().map(|permission| permission.name()).collect(),
            stores: form.stores.iter().map(|right| right.store.clone()).collect(),
        }
    }
}

fn fields(user: &Map<String, Value>) -> UserForm {
    let column = |name: &str| text(user, name).to_owned();
    UserForm {
        name: column("name"),
        first_name: column("first_name"),
        last_name: column("last_name"),
        e_mail: column("e_mail"),
        job_title: column("job_title"),
        language: user.get("Language").and_then(Value::as_u64).and_then(|number| number.try_into().ok()).unwrap_or(0),
        active: user.get("active").and_then(Value::as_bool).unwrap_or(false),
        permissions: Permissions::NONE,
        stores: Vec::new(),
    }
}

/// A join without the right to log in gives nothing.
fn right(join: &Map<String, Value>) -> Option<StoreRight> {
    let ticked = |column: &str| join.get(column).and_then(Value::as_bool).unwrap_or(false);
    let numbers = join.get("permissions").and_then(Value::as_array).into_iter().flatten();
    ticked("can_login").then(|| StoreRight {
        store: text(join, "store_ID").to_owned(),
        default: ticked("store_default"),
        permissions: numbers.filter_map(Value::as_u64).filter_map(|number| number.try_into().ok()).collect(),
    })
}

fn version(user: &Record, account: Option<&Record>, joins: &[Record]) -> String {
    let records = std::iter::once(user).chain(account).chain(joins);
    let hashes: Vec<_> = records.map(|record| record.hash.to_string()).collect();
    let parts: Vec<_> = hashes.iter().map(String::as_bytes).collect();
    Hash::of_parts(&parts).to_string()
}

fn text<'a>(body: &'a Map<String, Value>, column: &str) -> &'a str {
    body.get(column).and_then(Value::as_str).unwrap_or("")
}
