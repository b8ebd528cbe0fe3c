//! A request for a page: who makes it, in which language, and how it came.

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use sitesync_web::accounts::Permission;
use sitesync_web::session::{Session, is_encrypted};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, peer_of};

use crate::beside::Beside;
use crate::language::Language;
use crate::texts::Texts;

/// What a page knows of the request for it.
#[derive(Clone)]
pub struct Visit {
    pub t: &'static Texts,
    /// None before somebody has signed in.
    pub session: Option<Session>,
    /// The path, with what stands after the question mark.
    pub path: String,
    /// Whether it came through an open network: passwords can be read on the way.
    pub in_the_open: bool,
    /// Whether it came through TLS.
    pub encrypted: bool,
    /// The address by which it came: host and port, as the browser names them.
    pub host: String,
    /// What stands beside the ways to the pages.
    pub beside: Beside,
}

impl Visit {
    pub fn of(parts: &Parts) -> Self {
        let here = peer_of(parts).0.is_none_or(|peer| peer.ip().to_canonical().is_loopback());
        let encrypted = is_encrypted(parts);
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or(parts.uri.host()).unwrap_or_default().to_owned();
        Self {
            encrypted,
            host,
            beside: parts.extensions.get::<Beside>().cloned().unwrap_or_default(),
            t: Texts::of(Language::of(&parts.headers)),
            session: parts.extensions.get::<Session>().cloned(),
            path: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            in_the_open: !here && !encrypted,
        }
    }

    /// The name or address of the server, without the port; `NAME` if the browser tells none that could be typed.
    pub fn host_name(&self) -> &str {
        let name = match self.host.strip_prefix('[') {
            Some(rest) => rest.split(']').next(),
            None => self.host.split(':').next(),
        };
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "-.:".contains(letter);
        name.filter(|name| !name.is_empty() && !name.starts_with('-') && name.chars().all(letter)).unwrap_or("NAME")
    }

    /// Who makes the request; behind [`crate::let_in`] somebody does.
    pub fn who(&self) -> Option<&Who> {
        self.session.as_ref().map(|session| &session.who)
    }

    /// Whether who makes the request may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.who().is_some_and(|who| who.may(permission))
    }

    /// The word that each form carries.
    pub fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.csrf)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn the_name_of_the_server_is_one_that_could_be_typed() {
        let name = |host: &str| {
            let (parts, ()) = Request::builder().header(HOST, host).body(()).unwrap().into_parts();
            Visit::of(&parts).host_name().to_owned()
        };
        for (host, expected) in [
            ("central.lan:8700", "central.lan"),
            ("192.168.1.10", "192.168.1.10"),
            ("[fe80::1]:8700", "fe80::1"),
            ("", "NAME"),
            ("a;rm -rf", "NAME"),
            ("--replace", "NAME"),
            ("<b>", "NAME"),
        ] {
            assert_eq!(name(host), expected, "{host}");
        }
    }
}
