//! The smallest client of a server's API: one request, one connection. A command would take longer than the faults it is to meet.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde_json::Value;

use super::{PATIENCE, Reach};

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub json: Value,
}

impl Answer {
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Reach {
    /// Asks, and reads the whole answer. An error means that nobody knows what became of it.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> io::Result<Answer> {
        let address = self.address();
        let body = body.map(Value::to_string).unwrap_or_default();
        let sign_in = Base64::encode_string(format!("{}:{}", self.user, self.password).as_bytes());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Basic {sign_in}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let bytes = exchange(address, &head, body.as_bytes())?;
        parse(&bytes).ok_or_else(|| io::Error::other("the answer is not whole"))
    }

    /// Host and port.
    fn address(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// The same, which must be answered well.
    #[track_caller]
    pub fn good(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        assert!(answer.is_good(), "{method} {path}: {answer:?}");
        answer.json
    }
}

/// Sends a request and reads until the server closes.
fn exchange(address: &str, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A browser without a screen: it has signed in, reads pages and sends their forms.
pub struct Pages {
    address: String,
    cookie: String,
}

impl Pages {
    #[track_caller]
    pub fn sign_in(reach: &Reach) -> Self {
        let mut pages = Self { address: reach.address().to_owned(), cookie: String::new() };
        let answer = pages.send("POST", "/sign-in", &[("name", &reach.user), ("password", &reach.password)]);
        let cookie =
            answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{answer}"));
        pages.cookie = cookie.split(';').next().unwrap().to_owned();
        pages
    }

    /// A page that is there.
    #[track_caller]
    pub fn page(&self, path: &str) -> String {
        let answer = self.send("GET", path, &[]);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer
    }

    /// Sends a form, with the word that pages of the session carry; what was answered.
    #[track_caller]
    pub fn press(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let page = self.page("/");
        let word = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        self.send("POST", path, &[&[("csrf", word)], fields].concat())
    }

    /// Head and body of an answer, as text.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: {}\r\naccept-language: en\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            self.address,
            self.cookie,
            body.len()
        );
        let bytes = exchange(&self.address, &head, body.as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let body = &bytes[end + 4..];
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if length.is_some_and(|length| length != body.len()) {
        return None;
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, json: serde_json::from_slice(body).unwrap_or(Value::Null) })
}
