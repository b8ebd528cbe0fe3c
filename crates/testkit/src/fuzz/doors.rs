//! Requests to a router without a network, read from bytes, and what any answer must be.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use sitesync_web::Peer;
use sitesync_web::accounts::Cost;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::choices::Choices;

/// The least that argon2 takes.
pub(crate) const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

/// The account "admin" with the password "admin-password", as it signs in.
const SIGNED_IN: &str = "Basic YWRtaW46YWRtaW4tcGFzc3dvcmQ=";
pub(crate) const ACCOUNT: (&str, &str) = ("admin", "admin-password");

/// No answer may take longer than this, of a clock that runs ahead whenever everybody waits.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(true).max_blocking_threads(4).build().expect("a runtime starts")
});

/// One request: a line with method and path, lines with headers, an empty line, the body. `ADMIN` and `TOKEN` stand for what
/// lets an administrator and a site in. Nothing, if it could not be sent at all.
pub(crate) fn read(bytes: &[u8], token: &str) -> Option<Request<Body>> {
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
    let (head, body) = (&bytes[..end], bytes.get(end + 2..).unwrap_or_default());
    let mut lines = head.split(|byte| *byte == b'\n');
    let (method, path) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(path);
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = (&line[..at], line[at + 1..].trim_ascii());
        request = match value {
            b"ADMIN" => request.header(name, SIGNED_IN),
            b"TOKEN" => request.header(name, format!("Bearer {token}")),
            _ => request.header(name, value),
        };
    }
    request.body(Body::from(body.to_vec())).ok()
}

/// A request to one of `calls` (method, path and the names of what its body may hold), written as [`read`] reads it.
pub(crate) fn invent(choices: &mut Choices<'_>, calls: &[(&str, &str, &[&str])]) -> Vec<u8> {
    let (method, path, columns) = calls[choices.below(calls.len())];
    let mut text = format!("{method} {}", path_of(choices, path)).into_bytes();
    if !choices.one_in(10) {
        let who = if path.starts_with("/sync/1") { "TOKEN" } else { "ADMIN" };
        text.extend(format!("\nauthorization: {who}").bytes());
    }
    text.extend(b"\nx-sitesync-hardware: hw-2\nx-sitesync-data-file: file-2\ncontent-type: application/json");
    for _ in 0..choices.below(3) {
        let names =
            ["authorization", "content-type", "content-encoding", "x-sitesync-hardware", "accept-encoding", "origin"];
        text.extend(format!("\n{}: ", choices.pick(&names)).bytes());
        text.extend(choices.text().bytes().filter(|byte| *byte != b'\n'));
    }
    text.extend(b"\n\n");
    text.extend(body(choices, columns).to_string().bytes());
    text
}

/// The path with hostile pieces and questions.
fn path_of(choices: &mut Choices<'_>, path: &str) -> String {
    let mut filled = String::new();
    for piece in path.split_inclusive('/') {
        match piece.strip_prefix('{') {
            Some(_) if choices.one_in(3) => filled.push_str(&escaped(&choices.text())),
            Some(_) => filled.push_str(choices.pick(&["2", "1", "item", "S2", "P", "0", "18446744073709551615"])),
            None => filled.push_str(piece),
        }
        if piece.starts_with('{') && piece.ends_with('/') {
            filled.push('/');
        }
    }
    for at in 0..choices.below(3) {
        let name = choices.pick(&["limit", "after", "before", "site", "repair", "wait", "version"]);
        filled.push(if at == 0 { '?' } else { '&' });
        let value = if choices.one_in(2) { choices.number().to_string() } else { escaped(&choices.text()) };
        filled.push_str(&format!("{name}={value}"));
    }
    filled
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") })
        .collect()
}

/// A body with some of these columns, each as it should be or not. A name with `[]` makes a list.
fn body(choices: &mut Choices<'_>, columns: &[&str]) -> Value {
    if choices.one_in(12) {
        return choices.json(3);
    }
    let listed = columns.first() == Some(&"[]");
    let object = |choices: &mut Choices<'_>| {
        let known = columns.iter().filter(|column| **column != "[]");
        Value::Object(known.filter_map(|column| Some(((*column).to_owned(), value(choices, column)?))).collect())
    };
    if listed { (0..choices.below(4)).map(|_| object(choices)).collect() } else { object(choices) }
}

fn value(choices: &mut Choices<'_>, column: &str) -> Option<Value> {
    match choices.below(8) {
        0 => None,
        1 => Some(choices.json(2)),
        2 => Some(Value::from(choices.text())),
        _ => Some(match column {
            "table" => super::invented::table_name(choices).as_ref().into(),
            "id" | "site" => super::invented::id(choices).as_ref().into(),
            "data" => super::invented::columns(choices, "transact").into(),
            "versions" => serde_json::json!([1]),
            "secret" => super::central_doors::SECRET.into(),
            "hardware_id" => "hw-2".into(),
            "data_file" => "file-2".into(),
            "name" => choices.pick(&["Kamo", "admin", "x"]).into(),
            "role" => choices.pick(&["reader", "administrator"]).into(),
            "password" => "long enough".into(),
            "kind" => choices.pick(&["single_user", "client_server", "mobile"]).into(),
            "server_url" => choices.pick(&["http://central", "https://x:1/y", "file:///", "http://[::1"]).into(),
            _ if choices.one_in(2) => choices.one_in(2).into(),
            _ => Value::Number(choices.number()),
        }),
    }
}

/// Sends a request and judges the answer: it comes, it is no fault of the program, and a refusal says what to do.
pub(crate) async fn ask(router: &Router, mut request: Request<Body>) {
    let what = format!("{} {}", request.method(), request.uri());
    let peer: SocketAddr = ([127, 0, 0, 1], 4000).into();
    request.extensions_mut().insert(ConnectInfo(Peer(Some(peer))));
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    let Ok(response) = tokio::time::timeout(PATIENCE, router.clone().oneshot(request)).await else {
        panic!("{what} is not answered");
    };
    let response = response.expect("a router answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.expect("the answer comes whole").to_bytes();
    let text = String::from_utf8_lossy(&bytes);
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{what}: {text}");
    // What is said to programs only needs none of what guards browsers.
    if !what.contains("/sync/") {
        let guard = headers.get("x-content-type-options").map(|value| value.as_bytes());
        assert_eq!(guard, Some(&b"nosniff"[..]), "{what}");
    }
    if status.is_client_error() && !bytes.is_empty() {
        let json: Value = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{what}: {error}: {text}"));
        let words =
            ["code", "message", "next"].map(|word| json["error"][word].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(words, [true; 3], "{what}: {text}");
    }
}
