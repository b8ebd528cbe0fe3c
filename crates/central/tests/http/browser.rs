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

/// The fields of the last form of a page as a browser would send them: all but buttons.
pub(crate) fn fields(html: &str) -> Vec<(String, String)> {
    let form = html
        .split("<form method=\"post\" action=\"")
        .filter(|form| form.contains("action\" value=\"ok\""))
        .last()
        .unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for piece in form.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap();
        let attribute = |name: &str| tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let chosen = !["checkbox", "radio"].contains(&attribute("type").unwrap_or("")) || tag.ends_with(" checked");
        if !tag.starts_with("input") || !chosen || tag.contains(" disabled") {
            continue;
        }
        if let Some(name) = attribute("name") {
            fields.push((name.to_owned(), unescaped(attribute("value").unwrap_or(""))));
        }
    }
    for select in form.split("<select ").skip(1) {
        let name = select.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let options = select.split("</select>").next().unwrap().split("<option value=\"").skip(1);
        let options: Vec<_> = options.map(|option| option.split_once('"').unwrap()).collect();
        let chosen = options.iter().find(|(_, rest)| rest.starts_with(" selected")).or(options.first());
        fields.extend(chosen.map(|(value, _)| (name.to_owned(), unescaped(value))));
    }
    fields
}

fn unescaped(value: &str) -> String {
    value.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'").replace("&#38;", "&")
}

/// Presses a button of a window, after some fields were filled in anew. A field that is filled in twice is sent twice.
pub(crate) async fn press(
    browser: &Browser<'_>,
    path: &str,
    html: &str,
    action: &str,
    filled: &[(&str, &str)],
) -> Answer {
    let mut fields = fields(html);
    for (name, value) in filled {
        match fields.iter_mut().find(|(known, _)| known == name && !["add", "take", "list"].contains(name)) {
            Some((_, known)) => *known = (*value).to_owned(),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields.push(("action".to_owned(), action.to_owned()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(path, &fields).await
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

    /// Sends a form with a file, just as it is.
    pub(crate) async fn send_file(&self, path: &str, word: &str, name: &str, file: &[u8]) -> Answer {
        const BOUNDARY: &str = "----form-boundary";
        let part = |head: &str| format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n");
        let mut body = format!("{}\r\n{word}\r\n", part("name=\"csrf\"")).into_bytes();
        let head = part(&format!("name=\"file\"; filename=\"{name}\""));
        body.extend(format!("{head}content-type: text/csv\r\n\r\n").as_bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = self.request(Method::POST, path).header("content-type", kind);
        self.server.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The word that the forms of this session carry.
    pub(crate) async fn word(&self) -> String {
        let html = self.page("/").await;
        html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned()
    }

    /// Sends fields as a form of a page, with the word that the page carries.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let word = self.word().await;
        self.send(path, &[&[("csrf", word.as_str())], fields].concat()).await
    }
}
