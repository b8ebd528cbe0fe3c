//! Who gets through which door: every call of both programs, tried by everybody who might knock (docs/trust.md).
//!
//! The table is complete by construction: the paths are those of the routers themselves, so a new route without a row fails.

#![expect(clippy::unwrap_used, reason = "a fault here is a failed test")]

mod central;
mod guessing;
mod html;
mod names;
mod pages;
mod remote;
mod table;
mod thieves;

use std::collections::BTreeSet;
use std::fmt::Debug;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use base64ct::{Base64, Encoding};
use http_body_util::BodyExt;
use serde_json::Value;
use sitesync_testkit::SeededRandom;
use sitesync_web::accounts::{Cost, HashedPassword, Permission, Permissions};
use tower::ServiceExt;

/// The least that argon2 takes, so that tests are quick.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

const ADMINISTRATOR: (&str, &str) = ("ana", "administrator's password");
const READER: (&str, &str) = ("eye", "reader's password");

/// Administrators of one program only, who are nobody to the other.
const OF_CENTRAL: (&str, &str) = ("minister", "minister's password");
const OF_SITE: (&str, &str) = ("nurse", "nurse's password");

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The code of a refusal; empty if it is none.
    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

fn basic((name, password): (&str, &str)) -> String {
    format!("Basic {}", Base64::encode_string(format!("{name}:{password}").as_bytes()))
}

/// The two accounts that both programs have here, and one of its own: name, password, and what they may.
fn accounts(random: &SeededRandom, own: (&str, &str)) -> Vec<(String, HashedPassword, Permissions)> {
    let looking = [Permission::ViewRecords].into_iter().collect();
    let all = [(ADMINISTRATOR, Permissions::all()), (own, Permissions::all()), (READER, looking)];
    let hashed = |password| HashedPassword::new(password, CHEAP, random).unwrap();
    all.map(|((name, password), may)| (name.to_owned(), hashed(password), may)).into()
}

/// The paths of a router, as it prints itself. Should it print itself otherwise one day, none are found and the test says so.
fn paths_of(router: &impl Debug) -> BTreeSet<String> {
    let text = format!("{router:?}");
    let quoted = text.split("RouteId(").filter_map(|rest| rest.split_once("): \""));
    let paths = quoted.filter_map(|(_, rest)| rest.split('"').next()).filter(|path| !path.contains("__private"));
    paths.map(str::to_owned).collect()
}
