//! Errors as pages: the same words that programs get, in the reader's language where there is a message for them.

use askama::Template;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_web::Told;

use crate::answer;
use crate::frame::Frame;
use crate::texts::Texts;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "refusal.html")]
struct Page<'a> {
    frame: &'a Frame,
    t: &'static Texts,
    message: String,
    next: String,
    code: &'a str,
}

/// An error in the reader's language: what happened, and what to do next.
pub fn shown(t: &Texts, text: &ErrorText) -> (String, String) {
    let id = format!("error-{}", text.code.replace('_', "-"));
    let next = format!("{id}-next");
    let say = |id: &str, told: &str| if t.has(id) { t.get(id) } else { told.to_owned() };
    (say(&id, &text.message), say(&next, &text.next))
}

/// Shows refusals of what is inside as pages.
pub async fn as_page(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&parts);
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(Told(text)) = response.extensions().get::<Told>().cloned() else { return response };
    let frame = Frame::new(&visit, "", Vec::new());
    let (message, next) = shown(visit.t, &text);
    let page = Page { frame: &frame, t: visit.t, message, next, code: &text.code };
    let html = match answer::text(&page) {
        Ok(html) => html,
        Err(error) => return error.into_response(),
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, html.into())
}
