//! A browser without JavaScript: it signs in, keeps its cookie, reads pages and sends their forms.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::server::{Answer, Server};

pub(crate) struct Browser<'a> {
    server: &'a Server,
    cookie: String,
    /// Its language, as browsers send it.
    pub(crate) language: &'static str,
}

/// For the body of a form.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, value);
    }
    form.finish()
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, cookie: String::new(), language: "en" }
    }

    pub(crate) async fn signed_in(server: &'a Server, (name, password): (&str, &str)) -> Self {
        let mut browser = Self::new(server);
        let answer = browser.send("/sign-in", &[("name", name), ("password", password)]).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        browser.keep(&answer);
        browser
    }

    pub(crate) fn keep(&mut self, answer: &Answer) {
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        self.cookie = cookie.split(';').next().unwrap().to_owned();
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let request =
            Request::builder().method(method).uri(path).header("host", "central").header("cookie", &self.cookie);
        request.header("accept-language", self.language).header("sec-fetch-site", "same-origin")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.server.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_if_changed(&self, path: &str, mark: &str) -> Answer {
        let request = self.request(Method::GET, path).header("if-none-match", mark);
        self.server.send(request.body(Body::empty()).unwrap()).await
    }

    /// A page that is there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
        let html = answer.text();
        for inline in
            ["<script>", "<style", " style=", " onclick=", " onload=", " onsubmit=", " onchange=", " oninput="]
        {
            assert!(!html.contains(inline), "{path} has {inline}");
        }
        html
    }

    /// Sends fields just as they are.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
        self.server.send(request.body(Body::from(encoded(fields))).unwrap()).await
    }

    /// Sends fields as a form of a page, with the word that the page carries.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let html = self.page("/").await;
        let word = html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        self.send(path, &[&[("csrf", word)], fields].concat()).await
    }
}
