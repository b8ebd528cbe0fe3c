//! `sitesync stores`: which store is active on which site.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Asking, sites};
use crate::client::Client;
use crate::output::Column;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync stores list\n  sitesync stores move OPUA Opua\n\n\
                        A store is named by its code, name or id; a site by its number or name.")]
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
    Move { store: String, site: String },
}

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
        What::Move { store, site } => {
            let store = find(stores, &store)?;
            let site = sites::find(&client, &site).await?;
            let body = json!({ "store": store["id"], "site": site["id"] });
            let answer = client.post(&["api", "stores", "move"], body).await?;
            let name = store["name"].as_str().unwrap_or_default();
            let to = site["name"].as_str().unwrap_or_default();
            asking
                .output
                .done(&format!("{name} is active on {to} now, which gets its records at its next sync."), &answer)
        }
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
    fn a_store_is_found_by_what_is_unique() {
        let stores = json!([{ "id": "A", "code": "X", "name": "One" }, { "id": "B", "code": "X", "name": "Two" }]);
        assert_eq!(find(&stores, "B").unwrap()["name"], "Two");
        assert_eq!(find(&stores, "One").unwrap()["id"], "A");
        assert!(find(&stores, "X").unwrap_err().to_string().contains("several"));
        assert!(find(&stores, "Three").is_err());
    }
}
