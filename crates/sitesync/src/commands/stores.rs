//! `sitesync stores`: which store is active on which site.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Asking, sites};
use crate::client::Client;
use crate::output::Column;

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  sitesync stores list\n  sitesync stores move OPUA Opua\n  sitesync stores hand-overs\n\n\
                        A store is named by its code, name or id; a site by its number or name."
)]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// All stores, and the site on which each is active
    List,
    /// Hand a store over to another site; site 1 is the central server itself
    Move {
        store: String,
        site: String,
        #[command(flatten)]
        now: TakeOver,
    },
    /// Take a store from its site; it goes to the central server
    Remove {
        store: String,
        #[command(flatten)]
        now: TakeOver,
    },
    /// The hand-overs of stores, the newest first, and how far each is
    HandOvers {
        /// Only those that are under way
        #[arg(long)]
        under_way: bool,
    },
    /// Call off the hand-over of a store: it stays where it is
    CallOff { store: String },
}

/// For lost devices.
#[derive(Args, Debug)]
struct TakeOver {
    /// Do not wait for the store's site, whose device is lost: what it still sends is held. Give the code of the store
    #[arg(long, value_name = "CODE", requires = "reason")]
    take_over_now: Option<String>,
    /// Why the site cannot be waited for
    #[arg(long, value_name = "TEXT", requires = "take_over_now")]
    reason: Option<String>,
}

impl TakeOver {
    fn into_body(self, mut body: Value) -> Value {
        if let Some(code) = self.take_over_now {
            body["take_over_now"] = json!({ "code": code, "reason": self.reason });
        }
        body
    }
}

const HAND_OVERS: [Column; 6] = [
    ("NUMBER", "number"),
    ("STORE", "store_name"),
    ("FROM", "from_name"),
    ("TO", "to_name"),
    ("STEP", "step"),
    ("", "text"),
];

const LIST: [Column; 5] =
    [("CODE", "code"), ("NAME", "name"), ("SITE", "site"), ("SITE NAME", "site_name"), ("ID", "id")];

impl Options {
    pub fn run(self) -> Result<()> {
        let Self { asking, what } = self;
        asking.run(|client| work(client, &asking, what))
    }
}

async fn work(client: Client, asking: &Asking, what: What) -> Result<()> {
    let stores = &all(&client).await?;
    match what {
        What::List => asking.output.list(stores, &LIST, "There is no store yet. Load some with: sitesync import FILE"),
        What::Move { store, site, now } => {
            let store = find(stores, &store)?;
            let site = sites::find(&client, &site).await?;
            let body = now.into_body(json!({ "store": store["id"], "site": site["id"] }));
            let answer = client.post(&["api", "stores", "move"], body).await?;
            asking.output.done(&said(store, site["name"].as_str().unwrap_or_default(), &answer), &answer)
        }
        What::Remove { store, now } => {
            let store = find(stores, &store)?;
            let body = now.into_body(json!({ "store": store["id"] }));
            let answer = client.post(&["api", "stores", "remove"], body).await?;
            asking.output.done(&said(store, "the central server", &answer), &answer)
        }
        What::HandOvers { under_way } => {
            let query = [("under_way", under_way.to_string())];
            let list = client.get(&["api", "hand-overs"], &query).await?;
            asking.output.list(&list, &HAND_OVERS, "No store is being handed over.")
        }
        What::CallOff { store } => {
            let store = find(stores, &store)?;
            let answer = client.post(&["api", "stores", "call-off"], json!({ "store": store["id"] })).await?;
            asking.output.done(&said(store, "", &answer), &answer)
        }
    }
}

/// What became of a move, in words.
fn said(store: &Value, to: &str, answer: &Value) -> String {
    let name = store["name"].as_str().unwrap_or_default();
    match answer["outcome"].as_str().unwrap_or_default() {
        "leaving" => format!(
            "{name} is being handed over to {to}. {} See how far it is with: sitesync stores hand-overs",
            answer["hand_over"]["text"].as_str().unwrap_or_default()
        ),
        "called_off" => format!("The hand-over is called off: {name} stays where it is."),
        "taken_over" => format!(
            "{name} is active on {to} now. What its former site had not sent is held when it comes: see sitesync held list"
        ),
        "unchanged" => format!("{name} is active on {to} already."),
        _ => format!("{name} is active on {to} now, which gets its records at its next sync."),
    }
}

/// All stores, a page at a time.
async fn all(client: &Client) -> Result<Value> {
    const PAGE: usize = 1_000;
    let mut stores: Vec<Value> = Vec::new();
    loop {
        let mut query = vec![("limit", PAGE.to_string())];
        query.extend(stores.last().and_then(|last| Some(("after", last["id"].as_str()?.to_owned()))));
        let Value::Array(page) = client.get(&["api", "stores"], &query).await? else { break };
        let full = page.len() == PAGE;
        stores.extend(page);
        if !full {
            break;
        }
    }
    Ok(Value::Array(stores))
}

/// The one store with this id or code, or else this name.
fn find<'a>(stores: &'a Value, wanted: &str) -> Result<&'a Value> {
    let all = stores.as_array().map(Vec::as_slice).unwrap_or_default();
    for field in ["id", "code", "name"] {
        let mut fitting = all.iter().filter(|store| store[field] == wanted);
        match (fitting.next(), fitting.next()) {
            (Some(store), None) => return Ok(store),
            (Some(_), Some(_)) => {
                bail!("several stores have the {field} \"{wanted}\": name the one you mean by its id")
            }
            (None, _) => {}
        }
    }
    bail!("there is no store \"{wanted}\": see all with \"sitesync stores list\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_whether_a_store_was_moved_or_is_leaving() {
        let store = json!({ "name": "Opua" });
        let told = |outcome: &str| {
            let answer = json!({ "outcome": outcome, "hand_over": { "text": "Waiting for Kerikeri to synchronise." } });
            said(&store, "Koru", &answer)
        };
        assert!(told("moved").starts_with("Opua is active on Koru now"));
        assert!(told("leaving").contains("handed over to Koru. Waiting for Kerikeri"));
        assert!(told("taken_over").contains("held when it comes"));
        assert!(told("called_off").contains("stays where it is"));
        assert!(told("unchanged").contains("already"));
    }

    #[test]
    fn a_store_is_found_by_what_is_unique() {
        let stores = json!([{ "id": "A", "code": "X", "name": "One" }, { "id": "B", "code": "X", "name": "Two" }]);
        assert_eq!(find(&stores, "B").unwrap()["name"], "Two");
        assert_eq!(find(&stores, "One").unwrap()["id"], "A");
        assert!(find(&stores, "X").unwrap_err().to_string().contains("several"));
        assert!(find(&stores, "Three").is_err());
    }
}
