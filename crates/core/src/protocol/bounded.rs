//! Lists of messages, read only up to a length: who sends a list without end is refused while it is read, not when it fills the memory.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// Records that one message of a site may bring. A site sends some 10,000 at a time.
pub const CHANGES_MAX: usize = 100_000;

/// Entries of one page.
pub const ENTRIES_MAX: usize = 100_000;

/// Feeds of one site, wherever they are listed.
pub const FEEDS_MAX: usize = 10_000;

/// Records in one comparison.
pub const ITEMS_MAX: usize = 10_000;

/// Epochs in which a site committed, as far as they are remembered.
pub const EPOCHS_MAX: usize = 100;

/// Versions of the protocol that a program may name.
pub(super) const VERSIONS_MAX: usize = 100;

/// Reads a list of at most `MOST`.
pub(super) fn at_most<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_seq(Bounded::<T, MOST>(PhantomData))
}

/// The same where the list may be left out.
pub(super) fn some_at_most<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    at_most::<D, T, MOST>(deserializer).map(Some)
}

struct Bounded<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Bounded<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut read = Vec::new();
        while let Some(one) = list.next_element()? {
            if read.len() == MOST {
                return Err(A::Error::custom(format_args!("the list is longer than {MOST}")));
            }
            read.push(one);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{CompareRequest, ExchangeReply, ExchangeRequest, LoginRequest, StageRequest, WaitRequest};
    use super::*;

    fn reason<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> String {
        serde_json::from_value::<T>(value).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn no_list_is_longer_than_its_limit() {
        let many = |one: serde_json::Value, most: usize| vec![one; most + 1];
        let positions = || many(json!({"feed": "central", "cursor": ""}), FEEDS_MAX);
        let changes = many(json!({"table": "t", "id": "i", "delete": true}), CHANGES_MAX);
        assert!(reason::<WaitRequest>(json!({"positions": positions(), "seconds": 1})).contains("longer than 10000"));
        let told = json!({"positions": [], "leaving": many(json!(1), FEEDS_MAX), "seconds": 1});
        assert!(reason::<WaitRequest>(told).contains("longer than 10000"));
        let exchange = json!({"epoch": 1, "last": {"number": 0, "hash": "0".repeat(32)}, "positions": positions()});
        assert!(reason::<ExchangeRequest>(exchange).contains("longer than 10000"));
        let staged = reason::<StageRequest>(json!({"push": "p", "index": 0, "changes": changes}));
        assert!(staged.contains("longer than 100000"), "{staged}");
        let items = many(json!({"table": "t", "id": "i", "hash": "0".repeat(32)}), ITEMS_MAX);
        assert!(reason::<CompareRequest>(json!({"feed": "central", "items": items})).contains("longer than 10000"));
        let login = json!({"name": "", "secret": "", "hardware_id": "", "data_file": "", "device_type": "", "app_name": "",
            "app_version": "", "versions": many(json!(1), VERSIONS_MAX)});
        assert!(reason::<LoginRequest>(login).contains("longer than 100"));
    }

    #[test]
    fn a_server_too_lists_only_so_much() {
        let info = json!({"id": 2, "uuid": "", "code": "", "name": ""});
        let reply = |pages: serde_json::Value, subscribed: Vec<&str>| {
            json!({"epoch": 1, "clock": 0, "site": info, "outcome": "none", "last": {"number": 0, "hash": "0".repeat(32)},
                "subscribed": subscribed, "pages": pages, "complete": true, "held": 0})
        };
        assert!(serde_json::from_value::<ExchangeReply>(reply(json!([]), vec!["central"; FEEDS_MAX])).is_ok());
        let feeds = reason::<ExchangeReply>(reply(json!([]), vec!["central"; FEEDS_MAX + 1]));
        assert!(feeds.contains("longer than 10000"), "{feeds}");
        let entries = vec![json!({"n": 1, "table": "t", "id": "i", "delete": true}); ENTRIES_MAX + 1];
        let page = json!({"feed": "central", "cursor": "", "entries": entries, "at_head": true, "sum": "0".repeat(32),
            "live": 0, "behind": 0});
        assert!(reason::<ExchangeReply>(reply(json!([page]), vec![])).contains("longer than 100000"));
    }
}
