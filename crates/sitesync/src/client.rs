//! A client of the JSON APIs: the central server's, and a remote site's own.
//!
//! It knows how to ask and how to say what went wrong; which addresses there are, the commands know.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use reqwest::{Method, StatusCode, Url};
use serde_json::Value;
use sitesync_central::server::FIRST_USER;
use sitesync_web::{client_tls, is_local_host};

use crate::secret;

/// Which server, and as whom.
#[derive(Args, Clone, Debug)]
pub struct Server {
    // Not a comment for documentation, which would have to mark the address as a link.
    #[arg(help = "The address of the server, such as https://central.example.org")]
    #[arg(long, global = true, env = "SITESYNC_SERVER", default_value = "http://127.0.0.1:8700", value_name = "URL")]
    pub server: String,
    /// The name of your account
    #[arg(long, global = true, env = "SITESYNC_USER", default_value = FIRST_USER, value_name = "NAME")]
    pub user: String,
    /// A file with the password; without it, the variable SITESYNC_PASSWORD
    #[arg(long, global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// A PEM file with the authority of the server's certificate, if it is a private one
    #[arg(long, global = true, env = "SITESYNC_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// A connection as one user.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    user: String,
    password: String,
}

/// An answer that is no success, with the status, so that a command can explain it further.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Refused {
    pub status: u16,
    pub code: String,
    pub text: String,
    pub body: Value,
}

/// A large import is committed in one go, so an answer may take long; a dead link is noticed by the system.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
const CONNECT: Duration = Duration::from_secs(10);

impl Client {
    pub fn new(server: &Server) -> Result<Self> {
        let password = secret::read(server.password_file.as_deref(), Some("SITESYNC_PASSWORD"))?;
        let Some(password) = password else {
            bail!("no password: write it to a file and name it with --password-file, or set SITESYNC_PASSWORD");
        };
        Self::with(&server.server, &server.user, &password, server.ca_file.as_deref())
    }

    /// A connection with everything given.
    fn with(server: &str, user: &str, password: &str, ca_file: Option<&Path>) -> Result<Self> {
        let base = address(server)?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("sitesync/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(client_tls(ca_file)?)
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            // The password is for this server only; and what is to be changed must not become a question on the way.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("the connection to the server cannot be prepared")?;
        Ok(Self { http, base, user: user.to_owned(), password: password.to_owned() })
    }

    pub async fn get(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value> {
        self.call(Method::GET, path, query, None).await
    }

    pub async fn post(&self, path: &[&str], body: Value) -> Result<Value> {
        self.call(Method::POST, path, &[], Some(body)).await
    }

    pub async fn call(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Result<Value> {
        let text = |body| serde_json::to_vec(&body).context("the request cannot be written as JSON");
        let body = body.map(text).transpose()?.map(|text| ("application/json", text));
        self.answer(self.send(method, path, query, body).await?).await
    }

    /// Sends the text of a CSV file.
    pub async fn post_csv(&self, path: &[&str], query: &[(&str, String)], text: Vec<u8>) -> Result<Value> {
        self.answer(self.send(Method::POST, path, query, Some(("text/csv", text))).await?).await
    }

    async fn answer(&self, response: reqwest::Response) -> Result<Value> {
        let (status, url) = (response.status(), response.url().clone());
        let bytes = response.bytes().await.with_context(|| format!("the answer of {url} broke off"))?;
        if status == StatusCode::NO_CONTENT || bytes.is_empty() && status.is_success() {
            return Ok(Value::Null);
        }
        let body: Result<Value, _> = serde_json::from_slice(&bytes);
        match body {
            Ok(body) if status.is_success() => Ok(body),
            Ok(body) => Err(refused(status, body, &self.user).into()),
            Err(_) if status.is_success() => Err(no_sitesync(&url)),
            Err(_) => Err(refused(status, Value::Null, &self.user).into()),
        }
    }

    /// The answer itself, for a body that is no JSON. A refusal is told as such.
    pub async fn download(&self, method: Method, path: &[&str]) -> Result<reqwest::Response> {
        let response = self.send(method, path, &[], None).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = response.bytes().await.unwrap_or_default();
        Err(refused(status, serde_json::from_slice(&bytes).unwrap_or_default(), &self.user).into())
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<reqwest::Response> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| anyhow!("the server address takes no path"))?.pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url).basic_auth(&self.user, Some(&self.password));
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        request.send().await.map_err(|error| unreachable(&self.base, &error))
    }
}

fn address(text: &str) -> Result<Url> {
    let wrong = || format!("\"{text}\" is not the address of a server: write it like https://central.example.org");
    let url = Url::parse(text).with_context(wrong)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        bail!(wrong());
    }
    if url.scheme() == "http" && !url.host_str().is_some_and(is_local_host) {
        bail!(
            "{url} is not in a local network: with http:// everybody on the way could read your password. Use https://"
        );
    }
    Ok(url)
}

fn unreachable(base: &Url, error: &reqwest::Error) -> anyhow::Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let next = "check that the server runs, and its address (--server, or SITESYNC_SERVER)";
    if error.is_timeout() {
        return anyhow!("the server {base} did not answer in time: {next}");
    }
    anyhow!("the server {base} cannot be reached ({cause}): {next}")
}

fn no_sitesync(url: &Url) -> anyhow::Error {
    anyhow!("what answers at {url} is not a sitesync server of this version: check the address (--server)")
}

fn refused(status: StatusCode, body: Value, user: &str) -> Refused {
    let error = body.get("error");
    let part = |name: &str| error.and_then(|error| error.get(name)).and_then(Value::as_str).unwrap_or_default();
    let (code, message, next) = (part("code").to_owned(), part("message"), part("next"));
    let text = match (status, message) {
        (StatusCode::UNAUTHORIZED, _) => format!(
            "the server does not accept the user \"{user}\" with this password: check --user (SITESYNC_USER) and --password-file (SITESYNC_PASSWORD)"
        ),
        (status, "") if status.is_redirection() => {
            "the server sends on to another address: check --server (SITESYNC_SERVER), perhaps it begins with https://"
                .to_owned()
        }
        (_, "") => format!("the server answered {status}: check the address (--server), and the server's log"),
        _ if next.is_empty() => message.to_owned(),
        _ => format!("{message}\n  {next}"),
    };
    Refused { status: status.as_u16(), code, text, body }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_says_what_happened_and_what_to_do() {
        let body = json!({ "error": { "code": "site_name_taken", "message": "Another site has it.", "next": "Choose another." } });
        let told = refused(StatusCode::CONFLICT, body, "admin");
        assert_eq!(
            (told.code.as_str(), told.text.as_str()),
            ("site_name_taken", "Another site has it.\n  Choose another.")
        );
        assert!(refused(StatusCode::UNAUTHORIZED, Value::Null, "mere").text.contains("\"mere\""));
        assert!(refused(StatusCode::BAD_GATEWAY, Value::Null, "mere").text.contains("502"));
    }

    #[test]
    fn an_address_is_that_of_a_server() {
        assert!(address("http://127.0.0.1:8700").is_ok());
        assert!(address("http://192.168.1.2:8700").is_ok() && address("https://central.example.org").is_ok());
        assert!(address("http://central.example.org").unwrap_err().to_string().contains("https://"));
        for wrong in ["central.example.org", "127.0.0.1:8700", "ftp://central", ""] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
