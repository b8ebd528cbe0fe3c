//! Signing in and out, and the door to the pages behind it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use sitesync_web::session::cookie;
use sitesync_web::sign_in::{SignIn, Who};
use sitesync_web::{ApiError, Form, Query, blocking, peer_of};

use crate::answer::html;
use crate::files;
use crate::frame::Frame;
use crate::language::{self, Language};
use crate::refusal::shown;
use crate::texts::Texts;
use crate::visit::Visit;

/// What lets people in.
#[derive(Clone)]
pub struct Door {
    pub sign_in: Arc<SignIn>,
    /// Whether somebody may do this at that path.
    pub policy: fn(&Who, &Method, &str) -> Result<(), ApiError>,
    /// Whose pages these are, for the page where one signs in.
    pub place: fn(&Texts) -> String,
    /// Told who has signed out.
    pub left: Arc<dyn Fn(&Who) + Send + Sync>,
}

/// The pages that one needs no session for: signing in, the language, style and script. And signing out.
pub fn entrance(door: Door) -> Router {
    Router::new()
        .route("/sign-in", get(ask).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/language", get(choose_language))
        .route("/static/{file}", get(files::file))
        .with_state(door)
}

/// Lets in who has a session and may do what is asked for. Who has none is shown where to sign in.
pub async fn let_in(State(door): State<Door>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let session = match session(&door, &parts).await {
        Ok(Some(session)) => session,
        Ok(None) => return to_sign_in(&parts),
        Err(error) => return error.into_response(),
    };
    if let Err(error) = (door.policy)(&session.who, &parts.method, parts.uri.path()) {
        parts.extensions.insert(session);
        return error.into_response();
    }
    parts.extensions.insert(session.who.clone());
    parts.extensions.insert(session);
    next.run(Request::from_parts(parts, body)).await
}

async fn session(door: &Door, parts: &Parts) -> Result<Option<sitesync_web::session::Session>, ApiError> {
    let (sign_in, asked) = (door.sign_in.clone(), parts.clone());
    blocking(move || sign_in.session(&asked).map_err(ApiError::from)).await
}

/// A page is come back to after signing in; what would have been changed is not.
fn to_sign_in(parts: &Parts) -> Response {
    let back = parts.uri.path_and_query().filter(|_| parts.method == Method::GET).map_or("/", |path| path.as_str());
    let target = if back == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", percent(back)) };
    Redirect::to(&target).into_response()
}

/// For a value in an address.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match plain(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    name: &'a str,
    next: &'a str,
    fault: Option<(String, String)>,
}

async fn ask(State(door): State<Door>, visit: Visit, Query(asked): Query<Asked>) -> Result<Response, ApiError> {
    page(&door, &visit, "", &asked.next, None).map(IntoResponse::into_response)
}

fn page(
    door: &Door,
    visit: &Visit,
    name: &str,
    next: &str,
    fault: Option<(String, String)>,
) -> Result<Html<String>, ApiError> {
    let frame = Frame::new(visit, (door.place)(visit.t), Vec::new());
    html(&Page { frame, t: visit.t, name, next: own_path(next), fault })
}

/// A path of ours; an address of somebody else's leads home instead.
fn own_path(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if ours { path } else { "/" }
}

async fn sign_in(State(door): State<Door>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let (visit, address) = (Visit::of(&parts), peer_of(&parts).address());
    let form = <Form as axum::extract::FromRequest<()>>::from_request(Request::from_parts(parts.clone(), body), &());
    let form = form.await?;
    let checked = door.sign_in.check(form.get("name").to_owned(), form.get("password").to_owned(), address).await;
    let account = match checked {
        Ok(account) => account,
        Err(error) => {
            let status = error.status();
            let fault = Some(shown(visit.t, error.text()));
            let page = page(&door, &visit, form.get("name"), form.get("next"), fault)?;
            return Ok((status, page).into_response());
        }
    };
    let sign_in = door.sign_in.clone();
    let token = blocking(move || sign_in.begin(&account).map_err(ApiError::from)).await?;
    Ok(led_to(own_path(form.get("next")), &[cookie(&parts, &token)]))
}

async fn sign_out(State(door): State<Door>, request: Request) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let Some(session) = session(&door, &parts).await? else { return Ok(Redirect::to("/sign-in").into_response()) };
    parts.extensions.insert(session.clone());
    let request = Request::from_parts(parts.clone(), body);
    let form = <Form as axum::extract::FromRequest<()>>::from_request(request, &()).await?;
    let everywhere = form.has("everywhere");
    (door.left)(&session.who);
    let (sign_in, asked) = (door.sign_in.clone(), parts.clone());
    blocking(move || {
        let ended = if everywhere { sign_in.end_all(&session.who.id) } else { sign_in.end(&asked) };
        ended.map_err(ApiError::from)
    })
    .await?;
    Ok(led_to("/sign-in", &[cookie(&parts, "")]))
}

#[derive(Debug, Deserialize)]
struct Chosen {
    to: String,
    #[serde(default)]
    next: String,
}

async fn choose_language(Query(chosen): Query<Chosen>) -> Response {
    let language = Language::of_tag(&chosen.to).unwrap_or_default();
    let cookie = format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", language::COOKIE_NAME, language.tag());
    led_to(own_path(&chosen.next), &[cookie])
}

/// A page that follows what was done, with cookies to be kept.
fn led_to(path: &str, cookies: &[String]) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")));
    for cookie in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        headers.append(SET_COOKIE, cookie);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_this_server_only() {
        for path in ["/", "/sites/3?tab=log", "/a b"] {
            assert_eq!(own_path(path), path);
        }
        for path in ["", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nb"]
        {
            assert_eq!(own_path(path), "/", "{path}");
        }
        assert_eq!(percent("/?q=a b&x=é"), "/%3Fq%3Da%20b%26x%3D%C3%A9");
    }
}
