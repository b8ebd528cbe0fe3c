//! Importing files over the API: the same judgement as in the browser.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::server::{ADMIN, Answer, READER, Server, basic, is_refused};

async fn import(server: &Server, who: (&str, &str), path: &str, file: &[u8]) -> Answer {
    let request = Request::builder().method(Method::POST).uri(format!("/api/import/{path}"));
    let request = request.header("authorization", basic(who)).header("content-type", "text/csv; charset=utf-8");
    server.send(request.body(Body::from(file.to_vec())).unwrap()).await
}

#[tokio::test]
async fn a_file_is_tried_then_imported_then_changes_nothing() {
    let server = Server::new();
    let file = "Code,Name,Unit,Colour\nA1,Amoxicillin,tablet,red\nA2,Zinc,tablet,\n".as_bytes();
    let tried = import(&server, ADMIN, "items?dry_run=true", file).await.ok();
    assert_eq!((&tried["stored"], &tried["new"], &tried["wrong"]), (&json!(false), &json!(2), &json!(0)), "{tried}");
    assert_eq!(tried["columns"][2], json!({"header": "Unit", "field": "unit"}));
    assert_eq!(tried["columns"][3], json!({"header": "Colour", "field": null}));
    assert_eq!(tried["notes"], json!(["One unit is not there yet and is made: tablet"]));
    assert_eq!(server.get("/api/items").await.ok(), json!([]));
    let done = import(&server, ADMIN, "items?file=a.csv", file).await.ok();
    assert_eq!((&done["stored"], &done["new"]), (&json!(true), &json!(2)));
    let again = import(&server, ADMIN, "items", file).await.ok();
    assert_eq!((&again["new"], &again["unchanged"]), (&json!(0), &json!(2)));
    let audit = server.get("/api/audit").await.ok().to_string();
    assert_eq!(audit.matches("import.items").count(), 1, "what changes nothing is not noted");
}

#[tokio::test]
async fn one_bad_cell_stores_nothing_and_is_named() {
    let server = Server::new();
    let file = b"code,name,pack size\nA1,Amoxicillin,10\n\nA2,Zinc,\"1,000\"\nA1,Again,1\nA3,,1\nA4\n";
    let refused = import(&server, ADMIN, "items", file).await;
    is_refused(&refused, 409, "import_wrong");
    let report = refused.json()["report"].clone();
    assert_eq!((&report["wrong"], &report["stored"]), (&json!(4), &json!(false)));
    let named = |at: usize| {
        let fault = &report["faults"][at];
        (fault["line"].as_u64().unwrap(), fault["column"].as_str().unwrap(), fault["value"].as_str().unwrap())
    };
    assert_eq!(named(0), (4, "pack size", "1,000"));
    assert_eq!(named(1), (5, "code", "A1"));
    assert_eq!(named(2), (6, "name", ""));
    assert_eq!(named(3), (7, "", ""));
    assert_eq!(report["faults"][1]["reason"], "The same as in line 2.");
    assert_eq!(server.get("/api/items").await.ok(), json!([]));
}

#[tokio::test]
async fn columns_may_be_named_and_who_may_not_is_refused() {
    let server = Server::new();
    let file = b"x;y;z\nA1;10;Amoxicillin\n";
    let missing = import(&server, ADMIN, "items", file).await.json();
    assert!(missing["report"]["faults"][0]["reason"].as_str().unwrap().starts_with("No column is “Code”"), "{missing}");
    let done = import(&server, ADMIN, "items?columns=code,,name", file).await.ok();
    assert_eq!(done["new"], 1, "{done}");
    for columns in ["code,name", "code,,colour"] {
        is_refused(
            &import(&server, ADMIN, &format!("items?columns={columns}"), file).await,
            400,
            "import_columns_wrong",
        );
    }
    is_refused(&import(&server, ADMIN, "items", b"").await, 400, "sheet_empty");
    is_refused(&import(&server, ADMIN, "items", &[b'x'; 8_000_001]).await, 413, "too_large");
    is_refused(&import(&server, READER, "items?dry_run=true", file).await, 403, "permission_missing");
    let manager = json!({"name": "Ana", "password": "long enough", "permissions": ["manage_users"]});
    server.post("/api/users", &manager).await.ok();
    is_refused(&import(&server, ("Ana", "long enough"), "items", file).await, 403, "permission_missing");
    let users = import(&server, ("Ana", "long enough"), "users", b"login\nmere\n").await.ok();
    assert_eq!(users["new"], 1);
    let described: Value = server.get("/api/openapi.json").await.ok();
    assert!(described["paths"]["/api/import/{kind}"]["post"]["requestBody"]["content"]["text/csv"].is_object());
}

#[tokio::test]
async fn what_was_taken_out_of_sight_is_not_shown_again_by_the_same_file() {
    let server = Server::new();
    let file = b"code,name,supplied by\nCMS,Central store,\nHC1,Kamo,CMS\n";
    import(&server, ADMIN, "facilities", file).await.ok();
    let facilities = server.get("/api/facilities").await.ok();
    let id = |code: &str| {
        let found = facilities.as_array().unwrap().iter().find(|one| one["code"] == code);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    // The supplier is taken out of sight, and supplies all the same; the file says nothing of what is seen.
    let path = format!("/api/facilities/{}", id("HC1"));
    let version = server.get(&path).await.ok()["version"].clone();
    let off = json!({"version": version, "supplied_by": "", "sees_no_more": [id("CMS")]});
    server.api(ADMIN, Method::PUT, &path, Some(&off)).await.ok();
    let cms = server.get(&format!("/api/facilities/{}", id("CMS"))).await.ok()["store"].clone();
    let change = json!([{"table": "name", "id": id("HC1"), "data": {"supplying_store_id": cms}}]);
    server.post("/api/records", &change).await.ok();
    let done = import(&server, ADMIN, "facilities", file).await.ok();
    assert_eq!((&done["changed"], &done["unchanged"]), (&json!(0), &json!(2)), "{done}");
    assert_eq!(server.get(&path).await.ok()["sees"], json!([]));
    let newest = async || {
        let audit = server.get("/api/audit").await.ok();
        audit["lines"].as_array().or(audit.as_array()).unwrap()[0].clone()
    };
    assert_eq!(newest().await["what"], "record.edit", "nothing was written, and nothing is noted");
    let renamed = b"code,name\nCMS,Central medical store\n";
    import(&server, ADMIN, "facilities?file=../a%0Ab.csv", renamed).await.ok();
    let line = newest().await;
    assert_eq!((&line["what"], &line["subject"]), (&json!("import.facilities"), &json!("a b.csv")), "{line}");
}
