//! The status page: plain HTML that says how the site stands, with one button. It needs no script.

use std::fmt::Write;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use sitesync_core::given::Millis;
use sitesync_web::ApiError;

use super::Api;
use super::sync::{StatusView, view};
use crate::runner::{Phase, Progress};

/// Most syncs are over within this time; the page of a longer one shows how far it is.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css"), (CACHE_CONTROL, "max-age=3600")], include_str!("page.css")).into_response()
}

pub(super) async fn show(State(api): State<Api>) -> Result<Html<String>, ApiError> {
    let view = view(&api).await?;
    Ok(Html(render(&view, api.0.clock.now())))
}

/// The button. What came of it stands on the page that follows.
pub(super) async fn sync(State(api): State<Api>) -> Redirect {
    let _ = tokio::time::timeout(PATIENCE, api.0.runner.sync_now()).await;
    Redirect::to("/")
}

fn render(view: &StatusView, now: Millis) -> String {
    let status = &view.status;
    let name = status.site.as_ref().map_or("This site", |site| &site.name);
    // A page that shows something moving looks again by itself.
    let refresh = if view.progress.phase.is_busy() { "<meta http-equiv=\"refresh\" content=\"3\">" } else { "" };
    let mut rows = String::new();
    let mut row = |title: &str, text: &str| {
        let _ = write!(rows, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escaped(title), escaped(text));
    };
    row("Synchronisation", &doing(&view.progress, status.enabled));
    row("Not on the central server yet", &unsent(status.unsent, status.unsent_since, now));
    row("Last success", &ago(status.last_success, now));
    row("Last attempt", &ago(status.last_attempt, now));
    row("Central server", status.server_url.as_deref().unwrap_or("not set up"));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name} - sitesync</title>\
         <meta name=\"viewport\" content=\"width=device-width\">{refresh}<link rel=\"stylesheet\" href=\"/style.css\"></head>\
         <body><main><h1>{name}</h1>{problems}<table>{rows}</table>\
         <form method=\"post\" action=\"/sync\"><button>Sync now</button></form><h2>Stores</h2>{stores}</main></body></html>",
        name = escaped(name),
        problems = problems(view),
        stores = stores(view),
    )
}

fn doing(progress: &Progress, enabled: bool) -> String {
    match progress.phase {
        Phase::Connecting => "connecting".to_owned(),
        Phase::Sending => format!("sending; {} sent", progress.moved.sent),
        Phase::Receiving => format!("receiving; {} received, {} to come", progress.moved.received, progress.left),
        Phase::Idle | Phase::Failed if !enabled => "paused".to_owned(),
        Phase::Idle => "up to date".to_owned(),
        Phase::Failed => "the last sync failed; it is tried again by itself".to_owned(),
    }
}

fn unsent(count: u64, since: Option<Millis>, now: Millis) -> String {
    match (count, since) {
        (0, _) => "nothing".to_owned(),
        (count, None) => format!("{count} records"),
        (count, since) => format!("{count} records, the oldest from {}", ago(since, now)),
    }
}

/// How long ago, in words: the page knows no time zone.
fn ago(at: Option<Millis>, now: Millis) -> String {
    let Some(at) = at else { return "never".to_owned() };
    let minutes = now.saturating_sub(at) / 60_000;
    match minutes {
        i64::MIN..=0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        2..120 => format!("{minutes} minutes ago"),
        120..2880 => format!("{} hours ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

fn problems(view: &StatusView) -> String {
    let mut html = String::new();
    if let Some(error) = &view.status.last_error {
        let _ = write!(html, "<p class=\"bad\"><b>{}</b> {}</p>", escaped(&error.message), escaped(&error.next));
    }
    for warning in &view.warnings {
        let _ = write!(html, "<p class=\"late\">{}</p>", escaped(warning));
    }
    html
}

fn stores(view: &StatusView) -> String {
    if view.status.stores.is_empty() {
        return "<p class=\"dim\">None yet. They come with the first sync.</p>".to_owned();
    }
    let mut html = "<table>".to_owned();
    for (store, name) in view.status.stores.iter().zip(&view.store_names) {
        let state = match (store.lost, store.ready) {
            (true, _) => "moved to another site".to_owned(),
            (false, true) => "ready".to_owned(),
            (false, false) => format!("arriving; {} to come", store.behind),
        };
        let _ = write!(html, "<tr><th scope=\"row\">{}</th><td>{state}</td></tr>", escaped(name));
    }
    html + "</table>"
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_words() {
        let minute = 60_000;
        let cases = [
            (0, "just now"),
            (-5, "just now"),
            (1, "a minute ago"),
            (5, "5 minutes ago"),
            (300, "5 hours ago"),
            (2880, "2 days ago"),
        ];
        for (minutes, words) in cases {
            assert_eq!(ago(Some(1_000_000_000 - minutes * minute), 1_000_000_000), words);
        }
        assert_eq!(ago(None, 0), "never");
    }

    #[test]
    fn names_cannot_bring_markup() {
        assert_eq!(escaped("<b>\"R&D\"'</b>"), "&lt;b&gt;&quot;R&amp;D&quot;&#39;&lt;/b&gt;");
    }
}
