//! Importing files in the browser: what a file would do is shown before OK, and OK stores all of it or nothing.

use serde_json::{Value, json};
use sitesync_core::ids::SiteId;

use crate::browser::{Browser, fields};
use crate::server::{ADMIN, Answer, READER, Server};

/// Sends a file, and returns the address where it is looked at.
async fn upload(browser: &Browser<'_>, kind: &str, name: &str, file: &[u8]) -> String {
    let answer = browser.send_file(&format!("/import/{kind}"), &browser.word().await, name, file).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Presses a button of the page, with columns chosen anew if they are given.
async fn press(browser: &Browser<'_>, path: &str, html: &str, action: &str, columns: &[&str]) -> Answer {
    let mut sent = fields(html);
    if !columns.is_empty() {
        sent.retain(|(name, _)| name != "c");
        sent.extend(columns.iter().map(|column| ("c".to_owned(), (*column).to_owned())));
    }
    sent.push(("action".to_owned(), action.to_owned()));
    let sent: Vec<_> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(path, &sent).await
}

/// OK, which leads to what was done.
async fn ok(browser: &Browser<'_>, path: &str) -> String {
    let html = browser.page(path).await;
    let answer = press(browser, path, &html, "ok", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.headers["location"].to_str().unwrap()),
        (303, path),
        "{}",
        answer.text()
    );
    browser.page(path).await
}

async fn all(server: &Server, call: &str) -> Value {
    server.get(call).await.ok()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_file_is_looked_at_corrected_by_its_columns_imported_and_once_more_changes_nothing() {
    let server = Server::new();
    server.post("/api/lists", &json!({"code": "EML", "name": "Essential medicines"})).await.ok();
    server.post("/api/items", &json!({"code": "Z1", "name": "Zinc", "unit": "tablet", "pack_size": 10})).await.ok();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let file = "Référence;Libellé;Prix;Conditionnement;Liste\r\nA1;Amoxicilline;9,90;1000;EML\r\nz1;Zinc 20 mg;1;;\r\n"
        .as_bytes();
    let path = upload(&admin, "items", "liste.csv", file).await;
    let html = admin.page(&path).await;
    for shown in ["New 1<", "Changed 1<", "Wrong 0<", "<small class=\"struck\"><bdi>Zinc</bdi></small>", "Zinc 20 mg"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert_eq!(codes(&all(&server, "/api/items").await), ["Z1"], "nothing is stored yet");

    // The price is taken for the pack size: one cell is wrong, another one is told twice.
    let columns = ["code", "name", "pack_size", "pack_size", "lists"];
    let looked = press(&admin, &path, &html, "look", &columns).await;
    assert_eq!(looked.status.as_u16(), 303);
    let wrong = admin.page(&path).await;
    assert!(wrong.contains("Two columns are “Pack size”") && wrong.contains("value=\"ok\" disabled"), "{wrong}");
    press(&admin, &path, &wrong, "look", &["code", "name", "lists", "pack_size", ""]).await;
    let wrong = admin.page(&path).await;
    assert!(wrong.contains("There is no list “9”.") && wrong.contains("<td class=\"bad\">"), "{wrong}");
    assert!(wrong.find("There is no list").unwrap() > wrong.find("Wrong 2<").unwrap());
    let refused = press(&admin, &path, &wrong, "ok", &[]).await;
    assert_eq!(refused.status.as_u16(), 409);
    assert!(refused.text().contains("Nothing was imported: something in the file is wrong."));

    // Columns that nobody has looked at with are not imported.
    let unseen = press(&admin, &path, &wrong, "ok", &["code", "name", "", "pack_size", "lists"]).await;
    assert!(unseen.status.as_u16() == 409 && unseen.text().contains("is not what you saw"), "{}", unseen.text());
    assert_eq!(codes(&all(&server, "/api/items").await), ["Z1"]);

    let done = ok(&admin, &path).await;
    assert!(done.contains("Imported.") && done.contains("<dt>New</dt><dd>1</dd><dt>Changed</dt><dd>1</dd>"), "{done}");
    let items = all(&server, "/api/items").await;
    assert_eq!(codes(&items), ["A1", "Z1"]);
    assert_eq!(
        (&items[0]["pack_size"], &items[1]["name"], &items[1]["unit"]),
        (&json!(1000.0), &json!("Zinc 20 mg"), &json!("tablet"))
    );
    let audit = all(&server, "/api/audit").await;
    let line = &audit["lines"].as_array().or(audit.as_array()).unwrap()[0];
    assert_eq!(
        (&line["what"], &line["subject"], &line["who"]),
        (&json!("import.items"), &json!("liste.csv"), &json!("admin"))
    );
    assert!(line["to"].as_str().unwrap().starts_with("1 new, 1 changed, 0 unchanged"), "{line}");

    let again = upload(&admin, "items", "liste.csv", file).await;
    let html = admin.page(&again).await;
    assert!(html.contains("Unchanged 2<") && html.contains("Everything is there already."), "{html}");
    assert!(html.contains("value=\"ok\" disabled"));
}

#[tokio::test]
async fn facilities_may_be_supplied_by_others_of_the_same_file() {
    let server = Server::new();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let file =
        b"code,name,supplier,type\nHC1,Kamo,CMS,dispensary\nCMS,Central store,,store\nHC2,Opua,NOWHERE,hospital\n\
                 HC3,Rawene,hc2,store\nHC4,Kohu,HC5,store\nHC5,Outside,,outside\n";
    let path = upload(&admin, "facilities", "f.csv", file).await;
    let html = admin.page(&path).await;
    assert!(
        html.contains("There is no store “NOWHERE”, and none in this file.") && html.contains("Wrong 2<"),
        "{html}"
    );
    for told in ["Is not store, dispensary or outside.", "There is no store “HC5”"] {
        assert!(html.contains(told), "{told}: {html}");
    }
    assert!(!html.contains("no store “hc2”"), "what is wrong with one row is told there: {html}");
    let file = b"code,name,supplier,type\nHC1,Kamo,cms,dispensary\nCMS,Central store,,store\n";
    let path = upload(&admin, "facilities", "f.csv", file).await;
    ok(&admin, &path).await;
    let facilities = all(&server, "/api/facilities").await;
    assert_eq!(codes(&facilities), ["CMS", "HC1"]);
    let again = upload(&admin, "facilities", "f.csv", file).await;
    assert!(admin.page(&again).await.contains("Unchanged 2<"));
}

#[tokio::test]
async fn users_come_without_a_password_and_with_no_more_than_who_imports_them_has() {
    let server = Server::new();
    server.store("S1", SiteId::CENTRAL);
    server.store("S2", SiteId::CENTRAL);
    let manager = json!({"name": "Ana", "password": "long enough", "permissions": ["manage_users"]});
    server.post("/api/users", &manager).await.ok();
    let ana = Browser::signed_in(&server, ("Ana", "long enough")).await;
    assert!(ana.page("/users").await.contains("href=\"/import/users\""));
    assert_eq!(ana.get("/import").await.headers["location"], "/import/users");
    for (path, status) in [("/import/items", 403), ("/import/nothing", 404)] {
        assert_eq!(ana.get(path).await.status.as_u16(), status, "{path}");
    }
    let sent = ana.send_file("/import/items", &ana.word().await, "i.csv", b"code\n1\n").await;
    assert_eq!(sent.status.as_u16(), 403);

    let file = "Identifiant,Nom,Dépôts,Profil,Mot de passe\nmere,Ngata,S2; S1,magasinier,secret\nhemi,Rangi,S9,\
                administrateur,x\nadmin,,,lecteur,\n";
    let path = upload(&ana, "users", "u.csv", file.as_bytes()).await;
    let html = ana.page(&path).await;
    for fault in ["There is no store “S9”.", "has permissions that you do not have"] {
        assert!(html.contains(fault), "{fault}: {html}");
    }
    let path = upload(&ana, "users", "u.csv", b"login,role\nhemi,administrator\n").await;
    assert!(ana.page(&path).await.contains("Nobody gives a permission that they do not have"));

    let good: String = file.lines().take(2).map(|line| format!("{line}\n")).collect();
    let path = upload(&ana, "users", "u.csv", good.as_bytes()).await;
    let done = ok(&ana, &path).await;
    assert!(done.contains("have no password yet"), "{done}");
    let users = all(&server, "/api/users").await;
    let mere = users.as_array().unwrap().iter().find(|user| user["name"] == "mere").unwrap();
    assert_eq!(
        (&mere["has_password"], &mere["stores"], &mere["active"]),
        (&json!(false), &json!(["S1", "S2"]), &json!(true))
    );
    let mere = all(&server, &format!("/api/users/{}", mere["id"].as_str().unwrap())).await;
    assert!(mere["stores"][1]["default"] == true && !mere["stores"][0]["permissions"].as_array().unwrap().is_empty());
    let again = upload(&ana, "users", "u.csv", good.as_bytes()).await;
    assert!(ana.page(&again).await.contains("Unchanged 1<"));
    let audit = all(&server, "/api/audit").await.to_string();
    assert!(audit.contains("import.users") && audit.contains("user.create") && !audit.contains("secret"));
}

#[tokio::test]
async fn the_last_who_manages_users_stays() {
    let server = Server::new();
    let other = json!({"name": "Ben", "password": "long enough", "permissions": ["manage_users"]});
    server.post("/api/users", &other).await.ok();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let path = upload(&admin, "users", "u.csv", b"login,active\nBen,no\nadmin,no\n").await;
    let html = admin.page(&path).await;
    assert!(html.contains("Changed 2<"), "each alone would leave the other one: {html}");
    let refused = press(&admin, &path, &html, "ok", &[]).await;
    assert!(refused.status.as_u16() == 409 && refused.text().contains("the last one who may manage users"));
    assert!(all(&server, "/api/users").await.as_array().unwrap().iter().all(|user| user["active"] == true));
}

#[tokio::test]
async fn what_was_changed_since_it_was_looked_at_is_judged_again() {
    let server = Server::new();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let path = upload(&admin, "items", "i.csv", b"code,name\nA1,Amoxicillin\n").await;
    let html = admin.page(&path).await;
    server.post("/api/items", &json!({"code": "A1", "name": "Aspirin"})).await.ok();
    let answer = press(&admin, &path, &html, "ok", &[]).await;
    assert_eq!(answer.status.as_u16(), 409);
    let html = answer.text();
    assert!(html.contains("is not what you saw") && html.contains("Changed 1<"), "{html}");
    assert_eq!(all(&server, "/api/items").await[0]["name"], "Aspirin");
    let answer = press(&admin, &path, &html, "ok", &[]).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    assert_eq!(all(&server, "/api/items").await[0]["name"], "Amoxicillin");
    // A second OK, as of an impatient hand, does no more.
    let answer = press(&admin, &path, &html, "ok", &[]).await;
    assert_eq!(answer.status.as_u16(), 303);
}

#[tokio::test]
async fn only_forms_of_the_session_and_files_that_fit_are_taken() {
    let server = Server::new();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let word = admin.word().await;
    let foreign = admin.send_file("/import/items", "another word", "i.csv", b"code\n1\n").await;
    assert!(foreign.status.as_u16() == 403 && foreign.text().contains("does not belong to your session"));
    for (file, status, told) in [
        (&b"PK\x03\x04"[..], 400, "The file is a workbook, not CSV."),
        (b"", 400, "The file is empty."),
        (b"code,name\n", 400, "nothing below it"),
        (&[b'x'; 8_000_001], 413, "The file is too large."),
    ] {
        let answer = admin.send_file("/import/items", &word, "i.csv", file).await;
        assert!(answer.status.as_u16() == status && answer.text().contains(told), "{told}: {}", answer.text());
    }
    let none = admin.send_file("/import/items", &word, "", b"").await;
    assert!(none.status.as_u16() == 400 && none.text().contains("No file was chosen."));
    let reader = Browser::signed_in(&server, READER).await;
    assert_eq!(reader.get("/import/items").await.status.as_u16(), 403);

    // What somebody looks at is theirs, and not there for ever.
    let path = upload(&admin, "items", "i.csv", b"code,name\n1,x\n").await;
    let other = json!({"name": "Ana", "password": "long enough", "permissions": ["edit_central_data"]});
    server.post("/api/users", &other).await.ok();
    let ana = Browser::signed_in(&server, ("Ana", "long enough")).await;
    assert_eq!(ana.get(&path).await.status.as_u16(), 404);
    assert_eq!(admin.get(&path.replace("items", "users")).await.status.as_u16(), 404);
    let html = admin.page(&path).await;
    assert_eq!(press(&admin, &path, &html, "cancel", &[]).await.headers["location"], "/import/items");
    assert_eq!(admin.get(&path).await.status.as_u16(), 404);
    let path = upload(&admin, "items", "i.csv", b"code,name\n1,x\n").await;
    server.clock.advance(2 * 3_600_000);
    let gone = admin.get(&path).await;
    assert!(gone.status.as_u16() == 404 && gone.text().contains("This file is not here any more."));
}

#[tokio::test]
async fn hostile_text_is_shown_harmlessly() {
    let server = Server::new();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let long = "x".repeat(5_000);
    let file = format!("code,\"na\"\"me<script>\",name\n<b>1</b>,\"'\"\"\",\u{202e}evil\n2,{long},{long}\n");
    let path = upload(&admin, "items", "<img src=x>.csv", file.as_bytes()).await;
    let html = admin.page(&path).await;
    for harmless in [
        "&#60;img src=x&#62;.csv",
        "na&#34;me&#60;script&#62;",
        "<bdi>&#60;b&#62;1&#60;/b&#62;</bdi>",
        "<bdi>\u{202e}evil</bdi>",
    ] {
        assert!(html.contains(harmless), "{harmless}: {html}");
    }
    assert!(!html.contains(&long) && html.contains("At most 200 characters."), "long cells are cut, and told");
}

#[tokio::test]
async fn each_example_is_understood_in_both_languages() {
    let server = Server::new();
    let mut admin = Browser::signed_in(&server, ADMIN).await;
    for (language, kind) in
        [("en", "items"), ("fr", "items"), ("en", "facilities"), ("fr", "facilities"), ("en", "users"), ("fr", "users")]
    {
        admin.language = language;
        let page = admin.page(&format!("/import/{kind}")).await;
        let example = format!("/import/{kind}/example.csv");
        assert!(page.contains(&format!("href=\"{example}\"")));
        let file = admin.get(&example).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        let path = upload(&admin, kind, "example.csv", &file.bytes).await;
        let html = admin.page(&path).await;
        assert!(!html.contains("class=\"out\"") && !html.contains("class=\"why\""), "{language} {kind}: {html}");
        let same = if html.contains("Unchanged 2<") || html.contains("Inchangé 2<") { 1 } else { 0 };
        assert_eq!(same, usize::from(language == "fr"), "the second example says the same as the first: {html}");
        if language == "en" {
            ok(&admin, &path).await;
        }
    }
}
