//! The table: which door each call has, and what each caller is answered there.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::http::Request;
use sitesync_core::protocol::CommitId;
use sitesync_remote::site::DeviceKind;
use sitesync_testkit::records::put;
use sitesync_web::Peer;

use crate::central::{PASSWORD, Server, Shown, TABLET};
use crate::remote::{HERE, NETWORK, Place, peer};
use crate::{ADMINISTRATOR, Answer, OF_CENTRAL, OF_SITE, READER, basic, paths_of, send};

/// Program, method, path, door, what is answered to who is let in, and a body if the call takes one.
const CALLS: &str = r#"
central GET    /                                      page    200
central GET    /sites.csv                             page    200
central GET    /sites/delete                          page    200
central POST   /sites/{site}/delete                   form    0
central GET    /sites/new                             page    200
central POST   /sites/new                             form    0
central GET    /sites/{site}                          page    200
central POST   /sites/{site}                          form    0
central GET    /sites/{site}/details                  page    200
central GET    /sites/{site}/log                      page    200
central GET    /sites/{site}/log.csv                  page    200
central GET    /users                                 people  200
central GET    /users/new                             people  200
central POST   /users/new                             form    0
central GET    /users/{user}                          people  404
central POST   /users/{user}                          form    0
central POST   /users/{user}/sign-out                 form    0
central GET    /records                               page    200
central GET    /records/{table}                       page    200
central POST   /records/{table}                       form    0
central GET    /records/{table}/{id}                  page    200
central POST   /records/{table}/{id}                  form    0
central GET    /import                                people  303
central GET    /import/{kind}                         people  200
central POST   /import/{kind}                         form    0
central GET    /import/{kind}/example.csv             people  200
central GET    /import/{kind}/{upload}                people  404
central POST   /import/{kind}/{upload}                form    0
central GET    /held                                  page    200
central GET    /held/{id}                             page    200
central POST   /held/{id}                             form    0
central GET    /audit                                 page    200
central GET    /settings                              page    200
central POST   /settings                              form    0
central GET    /stores                                page    200
central GET    /stores/{store}                        page    404
central POST   /stores/{store}                        form    0
central GET    /first-steps                           page    200
central POST   /first-steps                           form    0
central GET    /sites/{site}/state                    page    200
central GET    /items                                 page    200
central GET    /items/new                             page    200
central POST   /items/new                             form    0
central GET    /items/{item}                          page    200
central POST   /items/{item}                          form    0
central GET    /facilities                            page    200
central GET    /facilities/new                        page    200
central POST   /facilities/new                        form    0
central GET    /facilities/{facility}                 page    404
central POST   /facilities/{facility}                 form    0
central GET    /lists                                 page    200
central GET    /lists/new                             page    200
central POST   /lists/new                             form    0
central GET    /lists/{list}                          page    404
central POST   /lists/{list}                          form    0
central GET    /sign-in                               open    200
central POST   /sign-in                               enter   401
central POST   /sign-out                              form    0
central GET    /language                              open    400
central GET    /static/{file}                         open    200
central GET    /api/openapi.json                      open    200
central GET    /api/users                             manage  200
central POST   /api/users                             change  201 {"name":"new"}
central GET    /api/users/{user}                      manage  404
central PUT    /api/users/{user}                      change  404 {"version":""}
central POST   /api/users/{user}/password             change  404 {}
central POST   /api/users/{user}/sign-out             change  404
central GET    /api/items                             look    200
central POST   /api/items                             change  201 {"code":"new","name":"New"}
central GET    /api/items/{item}                      look    200
central PUT    /api/items/{item}                      change  409 {"version":"old"}
central GET    /api/facilities                        look    200
central POST   /api/facilities                        change  201 {"code":"new","name":"New"}
central GET    /api/facilities/{facility}             look    404
central PUT    /api/facilities/{facility}             change  404 {}
central GET    /api/lists                             look    200
central POST   /api/lists                             change  201 {"name":"New"}
central GET    /api/lists/{list}                      look    404
central PUT    /api/lists/{list}                      change  404 {}
central POST   /api/import/{kind}                     change  415
central GET    /api/audit                             look    200
central POST   /api/backup                            change  409
central GET    /api/hand-overs                        look    200
central GET    /api/held                              look    200
central GET    /api/held/{id}                         look    200
central POST   /api/held/{id}/drop                    change  204
central POST   /api/held/{id}/release                 change  409
central POST   /api/held/{id}/send-back               change  204
central POST   /api/records                           change  200 [{"table":"item","id":"I2","data":{"code":"I2"}}]
central GET    /api/records/{table}                   look    200
central GET    /api/records/{table}/{id}              look    200
central GET    /api/records/{table}/{id}/why          look    200
central GET    /api/settings                          look    200
central PUT    /api/settings                          change  200 {"accept_sync":true}
central GET    /api/sites                             look    200
central POST   /api/sites                             change  201 {"name":"New"}
central GET    /api/sites/{site}                      look    200
central PUT    /api/sites/{site}                      change  200 {"version":1,"code":"K"}
central DELETE /api/sites/{site}                      change  409
central GET    /api/sites/{site}/check                look    200
central GET    /api/sites/{site}/log                  look    200
central POST   /api/sites/{site}/allow-former-device  change  404 {"hardware_id":"hw-9"}
central POST   /api/sites/{site}/password             change  200 {"version":1}
central POST   /api/sites/{site}/reset-hardware       change  200
central POST   /api/sites/{site}/unblock              change  200
central GET    /api/stores                            look    200
central POST   /api/stores/call-off                   change  409 {"store":"S2"}
central POST   /api/stores/move                       change  200 {"store":"S2","site":3}
central POST   /api/stores/remove                     change  200 {"store":"S2"}
central GET    /api/tables                            look    200
central GET    /sync                                  open    200
central POST   /sync/{version}/login                  open    400 {}
central POST   /sync/{version}/check                  open    400 {}
central POST   /sync/{version}/stage                  site    200 {"push":"p","index":0,"changes":[]}
central POST   /sync/{version}/exchange               site    200 {"epoch":0,"last":{"number":1,"hash":"00000000000000000000000000000000"},"positions":[],"empty":true,"entries_max":10,"bytes_max":1000,"report":{"clock":0,"device_type":"","app_name":"","app_version":"","unsent":0}}
central POST   /sync/{version}/compare                site    200 {"feed":"central","items":[]}
central POST   /sync/{version}/wait                   site    200 {"positions":[],"seconds":0}
remote  GET    /                                      page    200
remote  POST   /sync                                  form    0
remote  GET    /set-up                                page    303
remote  POST   /set-up                                form    0
remote  GET    /settings                              page    200
remote  POST   /settings                              form    0
remote  GET    /log                                   page    200
remote  GET    /data                                  page    200
remote  GET    /data/{table}                          page    200
remote  GET    /sign-in                               open    200
remote  POST   /sign-in                               enter   401
remote  POST   /sign-out                              form    0
remote  GET    /language                              open    400
remote  GET    /static/{file}                         open    200
remote  GET    /api/status                            look    200
remote  POST   /api/sync                              work    502
remote  POST   /api/check                             change  200
remote  GET    /api/events                            look    200
remote  GET    /api/tables                            look    200
remote  POST   /api/records                           work    409 [{"table":"barcode","id":"B","data":{"barcode":"1"}}]
remote  GET    /api/records/{table}                   look    200
remote  GET    /api/records/{table}/{id}              look    404
remote  GET    /api/put-aside                         look    200
remote  GET    /api/configuration                     look    200
remote  PUT    /api/configuration                     change  200 {"interval_minutes":5}
"#;

/// What each caller is answered at each door; `in` is what the call answers to who is let in.
///
/// `site-password`: name and password of a site, tried as an account. `token`: a live token with its device and data file; `elsewhere`: with
/// another device; `copied`: with another data file; `ended`: one that was replaced. `reader`, `administrator`: accounts of this program;
/// `of-site`, `of-central`: administrators of that program only.
/// `other-page`: an administrator's browser, led by a page of another server. `session`, `looking`: the browsers of an administrator and
/// of a reader who have signed in; their forms lack the word that only a page of the session has. `0`: nobody of these gets in.
const CENTRAL_ANSWERS: &str = "
door    stranger  guesser  site-password  of-site  token  elsewhere  copied  ended  reader  other-page  of-central  administrator  session  looking
open    in        in       in             in       in     in         in      in     in      in          in          in             in       in
enter   in        in       in             in       in     in         in      in     in      403         in          in             in       in
site    401       401      401            401      in     401        401     401    401     401         401         401            401      401
look    401       401      401            401      401    401        401     401    in      in          in          in             401      401
change  401       401      401            401      401    401        401     401    403     403         in          in             401      401
manage  401       401      401            401      401    401        401     401    403     in          in          in             401      401
page    303       303      303            303      303    303        303     303    303     303         303         303            in       in
people  303       303      303            303      303    303        303     303    303     303         303         303            in       403
form    303       303      303            303      303    303        303     303    303     303         303         303            403      403
";

/// At a site: as above, from the machine itself (`single user` and `client/server`), and over the network (`client/server`).
const REMOTE_ANSWERS: &str = "
door    stranger  guesser  site-password  of-central  token  reader  other-page  of-site  administrator  session  looking
open    in        in       in             in          in     in      in          in       in             in       in
enter   in        in       in             in          in     in      403         in       in             in       in
look    401       401      401            401         401    in      in          in       in             401      401
work    401       401      401            401         401    in      403         in       in             401      401
change  401       401      401            401         401    403     403         in       in             401      401
page    303       303      303            303         303    303     303         303      303            in       in
form    303       303      303            303         303    303     303         303      303            403      403
";

/// Over the network at an installation for one person, which is used on its own machine only.
const REMOTE_FROM_AFAR: &str = "
door    stranger  guesser  site-password  of-central  token  reader  other-page  of-site  administrator  session  looking
open    403       403      403            403         403    403     403         403      403            403      403
enter   403       403      403            403         403    403     403         403      403            403      403
look    403       403      403            403         403    403     403         403      403            403      403
work    403       403      403            403         403    403     403         403      403            403      403
change  403       403      403            403         403    403     403         403      403            403      403
page    403       403      403            403         403    403     403         403      403            403      403
form    403       403      403            403         403    403     403         403      403            403      403
";

pub(crate) struct Call {
    program: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) door: &'static str,
    let_in: u16,
    body: &'static str,
}

pub(crate) fn calls(program: &str) -> Vec<Call> {
    let rows = CALLS.lines().filter(|line| !line.is_empty()).map(|line| {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap();
        let (program, method, path, door, let_in) = (word(), word(), word(), word(), word().parse().unwrap());
        let body = line.find(['[', '{'].as_slice()).map_or("", |_| body_of(line));
        Call { program, method, path, door, let_in, body }
    });
    rows.filter(|call| call.program == program).collect()
}

/// What stands behind the five first words.
fn body_of(line: &'static str) -> &'static str {
    let mut rest = line;
    for _ in 0..5 {
        rest = rest.trim_start().split_once(' ').map_or("", |(_, rest)| rest);
    }
    rest.trim()
}

/// Caller by caller and door by door, the words of such a table.
fn answers(table: &'static str) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut lines =
        table.lines().filter(|line| !line.is_empty()).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let callers = lines.next().unwrap();
    let rows = lines.flat_map(|row| {
        let cells = callers.iter().zip(row.clone()).skip(1);
        cells.map(move |(caller, answer)| (row[0], *caller, answer)).collect::<Vec<_>>()
    });
    rows.collect()
}

impl Call {
    /// An address that exists, as far as the others of this table leave it there.
    fn address(&self) -> String {
        let (table, id) = if self.path.contains("held") { ("", "1") } else { ("item", "I1") };
        let named = [
            ("{site}", "2"),
            ("{table}", table),
            ("{id}", id),
            ("{name}", "eye"),
            ("{file}", "style.css"),
            ("{user}", "nobody"),
            ("{store}", "nowhere"),
            ("{kind}", "items"),
            ("{upload}", "nothing"),
            ("{item}", "I1"),
            ("{facility}", "nowhere"),
            ("{list}", "nowhere"),
        ];
        named.iter().fold(self.path.replace("{version}", "1"), |path, (name, value)| path.replace(name, value))
    }

    fn request(&self) -> axum::http::request::Builder {
        let request = Request::builder().method(self.method).uri(self.address());
        match (self.door, self.body) {
            ("form" | "enter", _) => request.header("content-type", "application/x-www-form-urlencoded"),
            (_, "") => request,
            _ => request.header("content-type", "application/json"),
        }
    }

    fn body(&self) -> Body {
        Body::from(self.body)
    }

    #[track_caller]
    fn is_answered(&self, caller: &str, expected: &str, answer: &Answer) {
        let what =
            format!("{} {} {} by {caller}: {} {}", self.program, self.method, self.path, answer.status, answer.text);
        if expected == "in" {
            assert_eq!(answer.status, self.let_in, "{what}");
            return;
        }
        assert_eq!(answer.status.to_string(), expected, "{what}");
        let page = answer.text.contains("<p class=\"dim mono\">");
        let asked_to_sign_in =
            answer.status == 303 && answer.headers["location"].to_str().unwrap().starts_with("/sign-in");
        assert!(page || asked_to_sign_in || !answer.code().is_empty(), "a refusal says why: {what}");
    }
}

/// Site 2 with a live token and one held document; what the callers hold.
async fn central() -> (Server, String, String) {
    let server = Server::new();
    let ended = server.token("Kamo", TABLET).await;
    let token = server.token("Kamo", TABLET).await;
    let foreign = vec![put("location", "P9", serde_json::json!({ "store_ID": "S3", "code": "B" }))];
    let pushed = server.push(Shown { token: &token, device: TABLET }, CommitId::default(), foreign).await;
    assert_eq!(pushed.json()["held"], 1, "{}", pushed.text);
    (server, token, ended)
}

/// The headers by which a caller is known.
fn headers(caller: &str, token: &str, ended: &str) -> Vec<(&'static str, String)> {
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let account = |who| ("authorization", basic(who));
    let device = |hardware: &str, data_file: &str| {
        [("x-sitesync-hardware", hardware.to_owned()), ("x-sitesync-data-file", data_file.to_owned())]
    };
    let (hardware, data_file) = TABLET;
    let mut headers = match caller {
        "stranger" => Vec::new(),
        "guesser" => vec![account((ADMINISTRATOR.0, "a wrong password"))],
        "site-password" => vec![account(("Kamo", PASSWORD))],
        "token" | "elsewhere" | "copied" => vec![bearer(token)],
        "ended" => vec![bearer(ended)],
        "reader" => vec![account(READER)],
        "of-site" => vec![account(OF_SITE)],
        "of-central" => vec![account(OF_CENTRAL)],
        "administrator" => vec![account(ADMINISTRATOR)],
        // Their cookies come with the request.
        "session" | "looking" => Vec::new(),
        "other-page" => vec![account(ADMINISTRATOR), ("sec-fetch-site", "cross-site".to_owned())],
        other => panic!("nobody knows {other}"),
    };
    headers.extend(match caller {
        "elsewhere" => device("hw-2", data_file),
        "copied" => device(hardware, "file-2"),
        _ => device(hardware, data_file),
    });
    headers
}

/// The cookie of somebody who signs in, if the caller is somebody's browser.
pub(crate) async fn cookie(router: &Router, caller: &str, from: ([u8; 4], u16)) -> Option<String> {
    let (name, password) = match caller {
        "session" => ADMINISTRATOR,
        "looking" => READER,
        _ => return None,
    };
    let form = format!("name={name}&password={}", password.replace(' ', "+").replace('\'', "%27"));
    let request = Request::post("/sign-in").header("content-type", "application/x-www-form-urlencoded");
    let mut request = request.body(Body::from(form)).unwrap();
    request.extensions_mut().insert(ConnectInfo(Peer(Some(peer(from)))));
    let answer = send(router, request).await;
    let cookie = answer.headers.get("set-cookie")?.to_str().ok()?;
    cookie.split(';').next().map(str::to_owned)
}

async fn knock(
    router: &Router,
    call: &Call,
    caller: &str,
    headers: &[(&'static str, String)],
    from: ([u8; 4], u16),
) -> Answer {
    let cookie = cookie(router, caller, from).await.map(|cookie| ("cookie", cookie));
    let request =
        headers.iter().chain(&cookie).fold(call.request(), |request, (name, value)| request.header(*name, value));
    let mut request = request.body(call.body()).unwrap();
    request.extensions_mut().insert(ConnectInfo(Peer(Some(peer(from)))));
    send(router, request).await
}

#[tokio::test]
async fn every_caller_gets_through_just_the_doors_that_are_his_at_the_central_server() {
    for call in calls("central") {
        for (_, caller, expected) in answers(CENTRAL_ANSWERS).into_iter().filter(|(door, ..)| *door == call.door) {
            let (server, token, ended) = central().await;
            let answer = knock(&server.router, &call, caller, &headers(caller, &token, &ended), NETWORK).await;
            call.is_answered(caller, expected, &answer);
        }
    }
}

#[tokio::test]
async fn every_caller_gets_through_just_the_doors_that_are_his_at_a_site() {
    let places = [
        (DeviceKind::SingleUser, HERE, REMOTE_ANSWERS),
        (DeviceKind::Mobile, HERE, REMOTE_ANSWERS),
        (DeviceKind::ClientServer, HERE, REMOTE_ANSWERS),
        (DeviceKind::ClientServer, NETWORK, REMOTE_ANSWERS),
        (DeviceKind::SingleUser, NETWORK, REMOTE_FROM_AFAR),
        (DeviceKind::Mobile, NETWORK, REMOTE_FROM_AFAR),
    ];
    for (kind, from, table) in places {
        for call in calls("remote") {
            for (_, caller, expected) in answers(table).into_iter().filter(|(door, ..)| *door == call.door) {
                let place = Place::new(kind);
                let answer = knock(&place.router, &call, caller, &headers(caller, "some token", ""), from).await;
                call.is_answered(caller, expected, &answer);
            }
        }
    }
}

#[tokio::test]
async fn no_call_is_missing_from_the_table_and_nothing_else_is_answered() {
    let (server, ..) = central().await;
    let place = Place::new(DeviceKind::SingleUser);
    for (program, router) in [("central", &server.router), ("remote", &place.router)] {
        let calls = calls(program);
        let known: BTreeSet<_> = calls.iter().map(|call| call.path.to_owned()).collect();
        let found: BTreeSet<_> = paths_of(router).into_iter().filter(|path| !is_catch_all(path)).collect();
        assert_eq!(found, known, "{program}");
        for path in &known {
            for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
                if calls.iter().any(|call| call.path == path && call.method == method) {
                    continue;
                }
                let path = calls.iter().find(|call| call.path == path).unwrap();
                let call = Call { method, body: "", ..*path };
                let answer = knock(router, &call, "administrator", &headers("administrator", "", ""), HERE).await;
                // What is not listed is changed by nobody, and pages ask for a session first.
                let refused = [405, 403, 303].contains(&answer.status);
                assert!(refused, "{program} {method} {}: {} {}", call.path, answer.status, answer.text);
            }
        }
    }
}

/// Where a router only says that it has nothing; asked below.
fn is_catch_all(path: &str) -> bool {
    path.contains("{*") || path == "/sync/{version}"
}

#[tokio::test]
async fn where_nothing_is_there_is_nothing_for_anybody() {
    let (server, token, ended) = central().await;
    for path in
        ["/sync/1", "/sync/1/", "/sync/1/nothing", "/api", "/api/", "/api/nothing", "/static/../x", "//api/sites"]
    {
        for caller in ["stranger", "token", "administrator"] {
            for method in ["GET", "POST"] {
                let known = headers(caller, &token, &ended);
                let call = Call { program: "central", method, path, door: "", let_in: 404, body: "" };
                let answer = knock(&server.router, &call, caller, &known, NETWORK).await;
                let nothing = answer.status == 404 || (path.starts_with("/static") && answer.status == 405);
                assert!(nothing, "{method} {path} by {caller}: {} {}", answer.status, answer.text);
            }
        }
    }
}
