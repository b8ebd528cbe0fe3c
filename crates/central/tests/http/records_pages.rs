//! The browser over all tables, without JavaScript: seeing, searching, editing where ownership allows, and why a record is where it is.

use serde_json::{Value, json};
use sitesync_core::ids::SiteId;

use crate::browser::Browser;
use crate::server::{ADMIN, Answer, READER, Server, is_refused, put};

/// Site 2 "Kamo" with store S1, store S2 on the central server itself, and some items.
fn country() -> Server {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    server.store("S2", SiteId::CENTRAL);
    server.edit(vec![
        put("unit", "U1", &json!({"units": "Tablet"})),
        put("unit", "U2", &json!({"units": "Bottle"})),
        put(
            "item",
            "I1",
            &json!({"code": "AMX", "item_name": "Amoxicillin", "unit_ID": "U1", "default_pack_size": 1000, "is_vaccine": true}),
        ),
        put("item", "I2", &json!({"code": "PCM", "item_name": "Paracetamol", "unit_ID": "U9"})),
    ]);
    server
}

/// A shipment of a store, with a line; a repair, where the store is elsewhere.
async fn shipment(server: &Server, id: &str, store: &str, party: &str) {
    let body = json!([
        {"table": "transact", "id": id, "data": {"store_ID": store, "name_ID": party, "invoice_num": 12, "type": "ci"}},
        {"table": "trans_line", "id": format!("{id}L"), "data": {"transaction_ID": id, "item_ID": "I1", "item_name": "Amox", "quantity": 5}},
    ]);
    server.post("/api/records?repair=true", &body).await.ok();
}

fn unescaped(text: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// The fields of the window's form as a browser would send them: all but buttons.
fn fields(html: &str) -> Vec<(String, String)> {
    let form = html.split("<form method=\"post\" action=\"/records").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for piece in form.split('<').skip(1) {
        let (tag, content) = piece.split_once('>').unwrap();
        let attribute = |name: &str| {
            let value = tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
            value.map(unescaped)
        };
        let Some(name) = attribute("name") else { continue };
        let ticked = attribute("type").as_deref() != Some("checkbox") || tag.contains(" checked");
        match tag.split(' ').next() {
            Some("input") if ticked => fields.push((name, attribute("value").unwrap_or_default())),
            // The first line end of a text area does not belong to it, and each is sent as two characters.
            Some("textarea") => {
                let text = unescaped(content.strip_prefix('\n').unwrap_or(content));
                fields.push((name, text.replace('\n', "\r\n")));
            }
            _ => {}
        }
    }
    fields
}

/// Presses a button of a window, after some fields were filled in anew.
async fn press(browser: &Browser<'_>, path: &str, html: &str, action: &str, filled: &[(&str, &str)]) -> Answer {
    let mut fields = fields(html);
    for (name, value) in filled {
        match fields.iter_mut().rev().find(|(known, _)| known == name) {
            Some((_, known)) => *known = (*value).to_owned(),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields.push(("action".to_owned(), action.to_owned()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(path, &fields).await
}

async fn data(server: &Server, record: &str) -> Value {
    server.get(&format!("/api/records/{record}")).await.ok()["data"].clone()
}

#[track_caller]
fn leads_to(answer: &Answer, to: &str) {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    assert_eq!(answer.headers["location"].to_str().unwrap(), to);
}

#[tokio::test]
async fn all_tables_are_shown_but_private_ones_and_say_who_edits_and_receives() {
    let server = country();
    server.edit(vec![put("zz_new", "Z1", &json!({"store_ID": "S2", "colour": "red"}))]);
    let reader = Browser::signed_in(&server, READER).await;
    let html = reader.page("/records").await;
    let row = |title: &str| {
        let row = html.split("<tr").find(|row| row.contains(&format!("<bdi>{title}</bdi>"))).unwrap().to_owned();
        row.split("</tr>").next().unwrap().to_owned()
    };
    assert!(row("Items").contains("on the central server") && row("Items").contains(">2</td>"), "{}", row("Items"));
    assert!(row("Lines of shipments").contains("class=\"dim\"") && row("Lines of shipments").contains(">0</td>"));
    assert!(row("zz_new").contains("by their store, or the site that sent them"));
    assert!(html.find("<bdi>Items</bdi>") < html.find("<bdi>Lines of shipments</bdi>"), "empty ones come last");
    assert!(!html.contains("user_account") && html.contains("<a href=\"/records\" aria-current=\"page\">Records</a>"));
    for path in ["/records/user_account", "/records/user_account?part=csv", "/records/user_account/x"] {
        assert_eq!(reader.get(path).await.status.as_u16(), 403, "{path}");
    }
    assert_eq!(reader.get("/records/nothing").await.status.as_u16(), 404);
    server.post("/api/users", &json!({"name": "Ana", "password": "long enough"})).await.ok();
    let ana = Browser::signed_in(&server, ("Ana", "long enough")).await;
    for path in ["/records", "/records/item", "/records/item/I1"] {
        assert_eq!(ana.get(path).await.status.as_u16(), 403, "{path} shows what stores recorded");
    }
}

#[tokio::test]
async fn records_are_shown_with_their_references_by_name_and_values_in_the_readers_way() {
    let server = country();
    let mut reader = Browser::signed_in(&server, READER).await;
    let html = reader.page("/records/item").await;
    assert!(html.contains("<a href=\"/records/item/I1\"><bdi>AMX</bdi></a>"), "{html}");
    assert!(html.contains("<a href=\"/records/unit/U1\"><bdi>Tablet</bdi></a>"), "{html}");
    assert!(html.contains("<bdi>U9</bdi>"), "what is not here is shown by its id");
    assert!(html.contains("<bdi>1,000</bdi>") && html.contains("<bdi>yes</bdi>") && html.contains(">2/2</span>"));
    assert!(
        html.contains("title=\"unit_ID\">Unit</th>")
            && html.contains("Edited on the central server. Received by every site.")
    );
    assert!(!html.contains("New record"), "who may not edit makes none");
    reader.language = "fr";
    let french = reader.page("/records/item").await;
    assert!(french.contains("<bdi>1\u{202f}000</bdi>") && french.contains("<bdi>oui</bdi>"), "{french}");
    assert!(french.contains("Modifiés sur le serveur central. Reçus par tous les sites."), "{french}");
}

#[tokio::test]
async fn a_search_finds_what_one_sees_and_goes_on_where_it_stopped() {
    let server = country();
    let admin = Browser::signed_in(&server, ADMIN).await;
    for (sought, found) in [("amoxi", true), ("tablet", true), ("I1", true), ("amoxicilline", false)] {
        let html = admin.page(&format!("/records/item?q={sought}")).await;
        assert_eq!(html.contains("/records/item/I1"), found, "{sought}");
        assert!(!html.contains("/records/item/I2"), "{sought}");
    }
    assert!(admin.page("/records/item?q=%3Cnone%3E").await.contains("Nothing found for “&#60;none&#62;”."));
    let items = (0..25_000).map(|n| put("barcode", &format!("{n:06}"), &json!({"barcode": format!("B{n}")}))).collect();
    server.edit(items);
    let part = admin.page("/records/barcode?part=list&q=B24999").await;
    assert!(
        !part.contains("<html")
            && part.contains("?q=B24999&#38;part=csv")
            && part.contains("Looked through 20,000 of 25,000 records so far."),
        "{part}"
    );
    let next = part.split("<a href=\"").find(|link| link.contains("rel=\"next\"")).unwrap().split('"').next().unwrap();
    let rest = admin.page(&unescaped(next)).await;
    assert!(rest.contains("<bdi>B24999</bdi>") && !rest.contains("rel=\"next\""), "{rest}");
    let first = admin.page("/records/barcode").await;
    assert!(first.contains(">100/25,000</span>") && first.contains("after=000099"), "{first}");
    assert!(!first.contains("Looked through"));
    let by_id = admin.page("/records/barcode?q=024998").await;
    assert!(by_id.contains("<bdi>B24998</bdi>"), "an id is found at once: {by_id}");
    let of = admin.page("/records/item?column=unit_ID&is=U1").await;
    assert!(of.contains("/records/item/I1") && !of.contains("/records/item/I2"), "{of}");
    assert!(of.contains("Unit</span>&nbsp;<a href=\"/records/unit/U1\"><bdi>Tablet</bdi></a>"), "{of}");
}

#[tokio::test]
async fn what_is_found_comes_as_a_file() {
    let server = country();
    server.edit(vec![put("item", "I3", &json!({"code": "=1+1", "item_name": "a, \"b\""}))]);
    let reader = Browser::signed_in(&server, READER).await;
    let answer = reader.get("/records/item?part=csv").await;
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"item.csv\"");
    let text = answer.text();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("ID,code,item_name,type_of,unit_ID,unit_ID: name,default_pack_size,"), "{text}");
    assert!(lines[1].starts_with("I1,AMX,Amoxicillin,,U1,Tablet,1000,true"), "{text}");
    assert!(lines[3].starts_with("I3,'=1+1,\"a, \"\"b\"\"\""), "{text}");
    let found = reader.get("/records/item?part=csv&q=parac").await.text();
    assert_eq!(found.lines().count(), 2, "{found}");
    let many = (0..1_200).map(|n| put("barcode", &format!("{n:04}"), &json!({"barcode": "b"}))).collect();
    server.edit(many);
    assert_eq!(reader.get("/records/barcode?part=csv").await.text().lines().count(), 1_201);
}

#[tokio::test]
async fn only_what_was_changed_is_written_and_a_bad_value_is_told_beside_its_field() {
    let server = country();
    let item = json!({
        "code": "AMX", "item_name": "Amoxicillin", "is_vaccine": true, "default_pack_size": 1000, "custom_data": {"a": 1},
        "Message": "two\nlines", "strange": [1], "start_of_year_date": "2026-01-31",
    });
    server.edit(vec![put("item", "I1", &item)]);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let before = data(&server, "item/I1").await;
    let window = admin.page("/records/item/I1").await;
    assert!(window.contains("name=\"c.item_name\" value=\"Amoxicillin\""), "{window}");
    assert!(window.contains("<summary>All other columns ("), "{window}");
    leads_to(&press(&admin, "/records/item/I1", &window, "ok", &[]).await, "/records/item/I1?saved=1");
    assert_eq!(data(&server, "item/I1").await, before, "OK without a change changes nothing");
    let faulty = [("c.default_pack_size", "many"), ("c.custom_data", "{"), ("c.item_name", "Amoxicillin \"250\" <b>")];
    let answer = press(&admin, "/records/item/I1", &window, "ok", &faulty).await;
    let html = answer.text();
    assert_eq!(answer.status.as_u16(), 409);
    assert!(html.contains("Write a number, such as 12.5.") && html.contains("value=\"many\""), "{html}");
    assert!(html.contains("<details class=\"wide\" open>") && html.contains("as JSON, such as {&#34;a&#34;: 1}"));
    let mended = [("c.default_pack_size", "12.5"), ("c.custom_data", "{\"a\":2}"), ("c.is_vaccine", "0")];
    leads_to(&press(&admin, "/records/item/I1", &html, "ok", &mended).await, "/records/item/I1?saved=1");
    let mut expected = before;
    expected["default_pack_size"] = json!(12.5);
    expected["custom_data"] = json!({"a": 2});
    expected["is_vaccine"] = json!(false);
    expected["item_name"] = json!("Amoxicillin \"250\" <b>");
    assert_eq!(data(&server, "item/I1").await, expected);
    let audit = admin.page("/audit").await;
    assert!(audit.contains("record.edit") && audit.contains("custom_data, default_pack_size, is_vaccine, item_name"));
    assert!(admin.page("/records/item/I1?saved=1").await.contains("Saved."));
}

#[tokio::test]
async fn columns_that_are_not_listed_are_edited_as_json() {
    let server = country();
    server.edit(vec![
        put("campaign", "C1", &json!({"name": "Polio", "colour": "red", "size": 3})),
        put("zz_new", "Z1", &json!({"store_ID": "S2", "colour": "red"})),
    ]);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/campaign/C1").await;
    let rest = fields(&window).into_iter().find(|(name, _)| name == "rest").unwrap().1;
    assert_eq!(serde_json::from_str::<Value>(&rest).unwrap(), json!({"colour": "red", "size": 3}));
    let bad = press(&admin, "/records/campaign/C1", &window, "ok", &[("rest", "{\"name\": \"x\"}")]).await;
    assert!(bad.status.as_u16() == 409 && bad.text().contains("Write one JSON object with names"), "{}", bad.text());
    let good = [("rest", "{\"colour\": \"blue\", \"new\": {\"deep\": true}}"), ("c.start_date", "2026-01-31")];
    leads_to(&press(&admin, "/records/campaign/C1", &window, "ok", &good).await, "/records/campaign/C1?saved=1");
    let expected = json!({"id": "C1", "name": "Polio", "colour": "blue", "size": null, "new": {"deep": true}, "start_date": "2026-01-31"});
    assert_eq!(data(&server, "campaign/C1").await, expected);
    let window = admin.page("/records/zz_new/Z1").await;
    assert!(window.contains("The catalogue does not know this table"), "{window}");
    press(&admin, "/records/zz_new/Z1", &window, "ok", &[("rest", "{\"store_ID\":\"S2\",\"colour\":\"blue\"}")]).await;
    assert_eq!(data(&server, "zz_new/Z1").await["colour"], json!("blue"));
}

#[tokio::test]
async fn two_people_never_overwrite_each_other_silently() {
    let server = country();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/item/I1").await;
    press(&admin, "/records/item/I1", &window, "ok", &[("c.code", "AMX2")]).await;
    let late = press(&admin, "/records/item/I1", &window, "ok", &[("c.item_name", "Amoxi")]).await;
    assert_eq!(late.status.as_u16(), 409);
    assert!(late.text().contains("Somebody else has changed this record meanwhile."), "{}", late.text());
    assert!(late.text().contains("value=\"Amoxi\""), "what was typed is kept: {}", late.text());
    assert_eq!(data(&server, "item/I1").await["item_name"], json!("Amoxicillin"));
    let asked = press(&admin, "/records/item/I1", &window, "delete-sure", &[]).await;
    assert_eq!(asked.status.as_u16(), 409, "nor is it deleted");
}

#[tokio::test]
async fn a_reference_is_chosen_over_the_window_and_the_draft_is_kept() {
    let server = country();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/item/I1").await;
    let offered = press(&admin, "/records/item/I1", &window, "find:unit_ID", &[("c.code", "AMX9")]).await.text();
    assert!(offered.contains("value=\"pick:U1\"") && offered.contains("Unit: choose"), "{offered}");
    let sought = press(&admin, "/records/item/I1", &offered, "search", &[("q", "bott")]).await.text();
    assert!(sought.contains("value=\"pick:U2\"") && !sought.contains("value=\"pick:U1\""), "{sought}");
    let picked = press(&admin, "/records/item/I1", &sought, "pick:U2", &[]).await.text();
    assert!(
        picked.contains("name=\"c.unit_ID\" value=\"U2\" data-was=\"U1\"") && picked.contains("Bottle"),
        "{picked}"
    );
    assert!(picked.contains("name=\"c.code\" value=\"AMX9\" data-was=\"AMX\""), "{picked}");
    assert_eq!(data(&server, "item/I1").await["unit_ID"], json!("U1"), "nothing is stored yet");
    press(&admin, "/records/item/I1", &picked, "ok", &[]).await;
    let stored = data(&server, "item/I1").await;
    assert_eq!((&stored["unit_ID"], &stored["code"]), (&json!("U2"), &json!("AMX9")));
    let window = admin.page("/records/item/I1").await;
    let cleared = press(&admin, "/records/item/I1", &window, "clear:unit_ID", &[]).await.text();
    press(&admin, "/records/item/I1", &cleared, "ok", &[]).await;
    assert_eq!(data(&server, "item/I1").await["unit_ID"], json!(""));
}

#[tokio::test]
async fn records_of_others_are_read_only_and_say_where_they_are_edited() {
    let server = country();
    shipment(&server, "T1", "S1", "NS2").await;
    shipment(&server, "T2", "S2", "NS1").await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/transact/T1").await;
    assert!(window.contains("Only the site where the store S1 Store S1 is active may change it:"), "{window}");
    assert!(window.contains("<a href=\"/sites/2\"><bdi>Kamo</bdi></a>"), "{window}");
    assert!(!window.contains("action=\"/records") && !window.contains("value=\"ok\""), "{window}");
    let word = ("action", "ok");
    let forced = admin.submit("/records/transact/T1", &[word, ("version", ""), ("c.their_ref", "mine")]).await;
    assert_eq!(forced.status.as_u16(), 409);
    let hash = server.get("/api/records/transact/T1").await.ok()["hash"].as_str().unwrap().to_owned();
    let forced = admin.submit("/records/transact/T1", &[word, ("version", &hash), ("c.their_ref", "mine")]).await;
    assert_eq!(forced.status.as_u16(), 409, "the engine refuses it too: {}", forced.text());
    assert_eq!(data(&server, "transact/T1").await["their_ref"], json!(""));
    let own = admin.page("/records/transact/T2").await;
    leads_to(
        &press(&admin, "/records/transact/T2", &own, "ok", &[("c.their_ref", "mine")]).await,
        "/records/transact/T2?saved=1",
    );
    assert_eq!(data(&server, "transact/T2").await["their_ref"], json!("mine"));
}

#[tokio::test]
async fn who_may_not_edit_central_data_sees_no_way_to_and_is_refused() {
    let server = country();
    let reader = Browser::signed_in(&server, READER).await;
    let window = reader.page("/records/item/I1").await;
    assert!(window.contains("You need the permission “Edit central data”") && !window.contains("value=\"ok\""));
    assert!(window.contains("Amoxicillin") && window.contains(">Tablet<"), "{window}");
    for path in ["/records/item/I1", "/records/item"] {
        let refused = reader.submit(path, &[("action", "ok"), ("c.code", "X"), ("id", "I9")]).await;
        assert_eq!(refused.status.as_u16(), 403, "{path}");
    }
    assert_eq!(data(&server, "item/I1").await["code"], json!("AMX"));
}

#[tokio::test]
async fn a_record_is_made_and_its_lines_are_made_from_its_window() {
    let server = country();
    shipment(&server, "T2", "S2", "NS1").await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/item?part=new").await;
    let made = press(&admin, "/records/item", &window, "ok", &[("id", "N/1"), ("c.code", "NEW")]).await;
    leads_to(&made, "/records/item/N%2F1?saved=1");
    assert_eq!(data(&server, "item/N%2F1").await["code"], json!("NEW"));
    assert!(admin.page("/records/item/N%2F1").await.contains("value=\"NEW\""));
    let again = press(&admin, "/records/item", &window, "ok", &[("id", "I1"), ("c.code", "NEW")]).await;
    assert_eq!(again.status.as_u16(), 409, "one that is there is not overwritten");
    let header = admin.page("/records/transact/T2").await;
    assert!(
        header.contains("Lines of shipments") && header.contains("<a href=\"/records/trans_line/T2L\">"),
        "{header}"
    );
    let way = header.split("href=\"").find(|link| link.starts_with("/records/trans_line?")).unwrap();
    let way = unescaped(way.split('"').next().unwrap());
    let line = admin.page(&way).await;
    assert!(line.contains("name=\"c.transaction_ID\" value=\"T2\""), "{line}");
    let made = press(&admin, "/records/trans_line", &line, "ok", &[("id", "L9"), ("c.quantity", "7")]).await;
    leads_to(&made, "/records/trans_line/L9?saved=1");
    assert_eq!(data(&server, "trans_line/L9").await["transaction_ID"], json!("T2"));
}

#[tokio::test]
async fn deleting_is_asked_for_and_says_what_refers_to_the_record() {
    let server = country();
    shipment(&server, "T2", "S2", "NS1").await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/item/I1").await;
    assert!(window.contains("href=\"/records/trans_line?column=item_ID&#38;is=I1\""), "{window}");
    let asked = press(&admin, "/records/item/I1", &window, "delete", &[]).await.text();
    assert!(asked.contains("Delete “AMX Amoxicillin”?") && asked.contains("will refer to nothing"), "{asked}");
    assert_eq!(server.get("/api/records/item/I1").await.ok()["state"], json!("live"));
    let back = press(&admin, "/records/item/I1", &asked, "back", &[]).await.text();
    assert!(!back.contains("delete-sure"));
    let header = admin.page("/records/transact/T2").await;
    let asked_too = press(&admin, "/records/transact/T2", &header, "delete", &[]).await.text();
    assert!(asked_too.contains("Deleted along with it: Lines of shipments (1)"), "{asked_too}");
    leads_to(&press(&admin, "/records/item/I1", &asked, "delete-sure", &[]).await, "/records/item?saved=1");
    assert_eq!(server.get("/api/records/item/I1").await.ok()["state"], json!("deleted"));
    let gone = admin.page("/records/item/I1").await;
    assert!(gone.contains("Deleted") && gone.contains("cannot be changed") && !gone.contains("value=\"ok\""), "{gone}");
    assert!(gone.contains("says that it was deleted"), "{gone}");
}

#[tokio::test]
async fn a_record_is_merged_into_another_after_it_was_asked_for() {
    let server = country();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/records/item/I1").await;
    let offered = press(&admin, "/records/item/I1", &window, "merge", &[]).await.text();
    assert!(offered.contains("value=\"pick:I2\"") && !offered.contains("value=\"pick:I1\""), "{offered}");
    let asked = press(&admin, "/records/item/I1", &offered, "pick:I2", &[]).await.text();
    assert!(asked.contains("“AMX Amoxicillin” is the same") && asked.contains("PCM Paracetamol"), "{asked}");
    leads_to(&press(&admin, "/records/item/I1", &asked, "merge-sure:I2", &[]).await, "/records/item/I2?saved=1");
    assert_eq!(server.get("/api/records/item/I1").await.ok()["merged_into"], json!("I2"));
    let merged = admin.page("/records/item/I1").await;
    assert!(merged.contains("Merged into <a href=\"/records/item/I2\"><bdi>PCM Paracetamol</bdi></a>"), "{merged}");
    shipment(&server, "T2", "S2", "NS1").await;
    assert!(!admin.page("/records/transact/T2").await.contains("value=\"merge\""), "documents are not merged");
}

#[tokio::test]
async fn users_and_where_a_store_is_active_are_changed_on_their_own_pages() {
    let server = country();
    server.post("/api/users", &json!({"name": "Ana", "password": "long enough"})).await.ok();
    let users = server.get("/api/records/user?q=ana").await.ok();
    let id = users["records"][0]["id"].as_str().unwrap().to_owned();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let path = format!("/records/user/{id}");
    let window = admin.page(&path).await;
    assert!(window.contains(&format!("href=\"/users/{id}\"")) && !window.contains("value=\"ok\""), "{window}");
    let hash = server.get(&format!("/api{path}")).await.ok()["hash"].as_str().unwrap().to_owned();
    let forced = admin.submit(&path, &[("action", "ok"), ("version", &hash), ("c.name", "Eve")]).await;
    assert!(forced.status.as_u16() == 409 && forced.text().contains("on pages of their own"), "{}", forced.text());
    let store = admin.page("/records/store/S1").await;
    assert!(!store.contains("name=\"c.sync_id_remote_site\"") && store.contains("href=\"/stores/S1\""), "{store}");
    assert!(!store.contains("value=\"delete\""), "{store}");
    let moved =
        press(&admin, "/records/store/S1", &store, "ok", &[("c.sync_id_remote_site", "1"), ("c.code", "K")]).await;
    leads_to(&moved, "/records/store/S1?saved=1");
    let stored = data(&server, "store/S1").await;
    assert_eq!((&stored["sync_id_remote_site"], &stored["code"]), (&json!(2), &json!("K")));
}

#[tokio::test]
async fn it_says_why_a_record_is_where_it_is() {
    let server = country();
    server.site("Tuvu");
    shipment(&server, "T1", "S1", "NS2").await;
    let reader = Browser::signed_in(&server, READER).await;
    let item = reader.page("/records/item/I1").await;
    assert!(item.contains("Edited on the central server; goes to every site."), "{item}");
    assert!(item.contains("Every site needs it.") && item.contains("0 of 2 have it"), "{item}");
    let header = reader.page("/records/transact/T1").await;
    for words in [
        "Belongs to the store S1 Store S1",
        "Also for the other party: S2 Facility S2.",
        "The store S1 Store S1 owns it.",
        "The store S2 Store S2 is the other party.",
        "<bdi>Kamo</bdi></a> has not read it yet",
        "<bdi>Central Server</bdi></a> has it",
    ] {
        assert!(header.contains(words), "{words}: {header}");
    }
    let line = reader.page("/records/trans_line/T1L").await;
    assert!(line.contains("Belongs to Shipments, prescriptions, returns, adjustments 12"), "{line}");
    let token = server.login("Kamo").await;
    let body = crate::server::exchange_body(&json!([]));
    let reply = server.call("1/exchange", &token, &body).await.ok();
    assert!(!reply["pages"].as_array().unwrap().is_empty());
    let read = reader.page("/records/item/I1").await;
    assert!(read.contains("1 of 2 have it"), "{read}");
}

#[tokio::test]
async fn hostile_texts_are_shown_harmlessly() {
    let server = country();
    let name = format!("\"><script>alert(1)</script>' {} \u{202e}fdp\r\n</textarea>\n", "x".repeat(200));
    let id = "a/b?c#d\"<>é .";
    server.edit(vec![
        put("item", id, &json!({"code": "H", "item_name": name, "custom_data": {"</textarea>": "<u>"}})),
        put("barcode", "D1", &json!({"barcode": name, "itemID": id})),
    ]);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let list = admin.page("/records/barcode").await;
    let way = list.split("<a href=\"").find(|link| link.starts_with("/records/item/")).unwrap();
    let path = way.split('"').next().unwrap();
    assert_eq!(path, "/records/item/a%2Fb%3Fc%23d%22%3C%3E%C3%A9%20%2E");
    for page in ["/records/item", "/records/item?q=%22%3E%3Cscript%3E", path, "/records/barcode/D1"] {
        let html = admin.page(page).await;
        assert!(
            !html.contains("<script>alert") && !html.contains("<u>") && html.contains("&#60;script&#62;"),
            "{page}"
        );
    }
    let before = data(&server, "barcode/D1").await;
    let window = admin.page("/records/barcode/D1").await;
    leads_to(&press(&admin, "/records/barcode/D1", &window, "ok", &[]).await, "/records/barcode/D1?saved=1");
    assert_eq!(data(&server, "barcode/D1").await, before, "what a browser makes of line ends is no change");
    let window = admin.page(path).await;
    press(&admin, path, &window, "ok", &[("c.code", "H2")]).await;
    is_refused(&server.get("/api/records/item/a").await, 404, "record_unknown");
    let stored = server.get("/api/records/item?q=H2").await.ok();
    assert_eq!((&stored["records"][0]["id"], &stored["records"][0]["data"]["item_name"]), (&json!(id), &json!(name)));
}
