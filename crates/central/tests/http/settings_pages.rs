//! The page of the server's settings.

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server, is_refused, login_body};

const FIELDS: [(&str, &str); 4] = [
    ("failures_before_block", "7"),
    ("block_minutes", "30"),
    ("address_failures_per_minute", "20"),
    ("remember_minutes", "15"),
];

#[tokio::test]
async fn settings_are_changed_at_once_and_refused_where_they_make_no_sense() {
    let server = Server::new();
    server.site("Kamo");
    let admin = Browser::signed_in(&server, ADMIN).await;
    assert!(admin.page("/settings").await.contains("name=\"accept_sync\" value=\"1\" checked"));
    assert_eq!(admin.submit("/settings", &FIELDS).await.status.as_u16(), 303);
    is_refused(&server.call("1/login", "", &login_body("Kamo", "right")).await, 503, "sync_off");
    let page = admin.page("/settings").await;
    assert!(
        page.contains("value=\"7\"") && page.contains("value=\"30\"") && !page.contains("value=\"1\" checked"),
        "{page}"
    );
    let mut wrong = FIELDS;
    wrong[1].1 = "soon";
    let refused = admin.submit("/settings", &wrong).await;
    let text = refused.text();
    assert!(
        refused.status.as_u16() == 400 && text.contains("value=\"soon\"") && text.contains("lock_ms must be"),
        "{text}"
    );
    let reader = Browser::signed_in(&server, READER).await;
    assert!(reader.page("/settings").await.contains("<fieldset disabled>"));
    assert_eq!(reader.submit("/settings", &FIELDS).await.status.as_u16(), 403);
}
