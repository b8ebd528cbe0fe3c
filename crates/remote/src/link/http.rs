//! The link over HTTP: JSON bodies, packed both ways; patient with a slow link, not with a silent one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sitesync_core::protocol::{
    ErrorBody, ErrorText, ExchangeReply, ExchangeRequest, LoginRequest, ShortReply, VERSIONS, WaitReply, WaitRequest,
};
use sitesync_web::{client_tls, is_local_host};
use url::Url;

use super::body::{Pieces, Pulse, Unpacking, pack};
use super::error::LinkError;
use super::short::Remembered;
use super::{Checked, Credentials, Greeting, Link, Sending, fault};
use crate::site::{Reply, Step};

/// How patient the link is, and whom it believes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpOptions {
    /// A PEM file with the authorities of private certificates, beside those the machine knows.
    pub ca_file: Option<PathBuf>,
    pub connect_timeout: Duration,
    /// How long nothing may move. The total time is not limited: a slow link arrives too.
    pub idle_timeout: Duration,
    /// Bytes of a reply, unpacked.
    pub reply_max: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            // Longer than a long poll, and than the central server needs for a large commit.
            idle_timeout: Duration::from_secs(120),
            // 32 MiB of records, one of 16 MiB more, and what stands around 100,000 of them.
            reply_max: 128 << 20,
        }
    }
}

/// The link over HTTP.
pub struct HttpLink {
    client: reqwest::Client,
    options: HttpOptions,
    remembered: Remembered,
}

/// What came back, unpacked.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl HttpLink {
    pub fn new(options: HttpOptions) -> Result<Self, LinkError> {
        let tls = client_tls(options.ca_file.as_deref()).map_err(|error| LinkError::Here(error.to_string()))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Resolver))
            .connect_timeout(options.connect_timeout)
            .tcp_keepalive(Duration::from_secs(30))
            // Shorter than the minute after which many routers forget a connection without a word.
            .pool_idle_timeout(Duration::from_secs(50))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| LinkError::Here(error.to_string()))?;
        Ok(Self { client, options, remembered: Remembered::default() })
    }

    /// Sends a question and reads the whole answer, whatever its status.
    async fn ask(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        json: Option<Vec<u8>>,
    ) -> Result<Answer, LinkError> {
        let host = host(&url);
        let pulse = Pulse::new();
        let plain = headers.contains_key(header::ACCEPT_ENCODING);
        let mut request = self.client.request(method, url).headers(headers);
        if !plain {
            request = request.header(header::ACCEPT_ENCODING, "zstd, gzip");
        }
        if let Some(json) = json {
            let (rest, encoding) = if plain { (json.into(), None) } else { pack(json)? };
            request = request.header(header::CONTENT_TYPE, "application/json");
            if let Some(encoding) = encoding {
                request = request.header(header::CONTENT_ENCODING, encoding);
            }
            request = request.body(reqwest::Body::wrap(Pieces { rest, pulse: pulse.clone() }));
        }
        let failed = |error: reqwest::Error| fault::cause(&error, &host, self.options.connect_timeout);
        let work = async {
            let mut response = request.send().await.map_err(failed)?;
            pulse.beat();
            let encoding = text_of(response.headers(), header::CONTENT_ENCODING);
            let mut unpacking = Unpacking::new(encoding.as_deref(), self.options.reply_max)?;
            while let Some(piece) = response.chunk().await.map_err(failed)? {
                pulse.beat();
                unpacking.take(&piece)?;
            }
            let body = unpacking.finish()?;
            Ok(Answer { status: response.status(), headers: response.headers().clone(), body })
        };
        pulse.watch(self.options.idle_timeout, work).await
    }

    async fn post<Q: Serialize>(&self, url: Url, headers: HeaderMap, question: &Q) -> Result<Answer, LinkError> {
        let json = serde_json::to_vec(question).map_err(|error| LinkError::Here(error.to_string()))?;
        self.ask(Method::POST, url, headers, Some(json)).await?.accepted()
    }

    async fn call<Q: Serialize, A: DeserializeOwned + Send + 'static>(
        &self,
        name: &str,
        question: &Q,
        credentials: &Credentials,
    ) -> Result<A, LinkError> {
        let url = address(&credentials.server_url, &format!("sync/1/{name}"))?;
        self.post(url, let_in(credentials)?, question).await?.read().await
    }

    async fn step(&self, step: &Step, credentials: &Credentials) -> Result<Reply, LinkError> {
        match step {
            Step::Login(request) => {
                let url = address(&credentials.server_url, "sync/1/login")?;
                let answer = self.post(url, HeaderMap::new(), request).await?;
                answer.read().await.map(Reply::Login)
            }
            Step::Stage(request) => {
                let url = address(&credentials.server_url, "sync/1/stage")?;
                // The status says it all: what it answers beside may grow.
                self.post(url, let_in(credentials)?, request).await.map(|_| Reply::Staged)
            }
            Step::Exchange(request) => {
                self.exchange(request, credentials).await.map(|reply| Reply::Exchange(Box::new(reply)))
            }
            Step::Compare(request) => self.call("compare", request, credentials).await.map(Reply::Compare),
            Step::Done => Err(LinkError::Here("there was nothing to send".to_owned())),
        }
    }

    async fn exchange(&self, request: &ExchangeRequest, credentials: &Credentials) -> Result<ExchangeReply, LinkError> {
        let (short, known) = self.remembered.shortened(request, credentials);
        let mut url = address(&credentials.server_url, "sync/1/exchange")?;
        url.set_query(Some(&format!("known={known}")));
        let reply: ShortReply = self.post(url, let_in(credentials)?, &*short).await?.read().await?;
        self.remembered.whole(reply, request, credentials)
    }

    async fn greeting(&self, server_url: &str) -> Result<Greeting, LinkError> {
        let answer = self.ask(Method::GET, address(server_url, "sync")?, HeaderMap::new(), None).await?.accepted()?;
        let clock = text_of(&answer.headers, header::DATE).and_then(|date| clock_of(&date));
        let mut greeting: Greeting = serde_json::from_slice(&answer.body)
            .map_err(|_| LinkError::NotSitesync("it answers in another way".to_owned()))?;
        greeting.clock = clock;
        if greeting.name != "sitesync" {
            let name: String = greeting.name.chars().take(60).collect();
            return Err(LinkError::NotSitesync(format!("it calls itself \"{name}\"")));
        }
        if !greeting.versions.iter().any(|version| VERSIONS.contains(version)) {
            return Err(LinkError::Versions { ours: VERSIONS.to_vec(), theirs: greeting.versions });
        }
        Ok(greeting)
    }

    async fn checked(&self, request: &LoginRequest, server_url: &str) -> Result<Checked, LinkError> {
        let url = address(server_url, "sync/1/check")?;
        self.post(url, HeaderMap::new(), request).await?.read().await
    }
}

impl Link for HttpLink {
    fn send<'a>(&'a self, step: &'a Step, credentials: &'a Credentials) -> Sending<'a, Reply> {
        Box::pin(self.step(step, credentials))
    }

    fn wait<'a>(&'a self, request: &'a WaitRequest, credentials: &'a Credentials) -> Sending<'a, WaitReply> {
        Box::pin(self.call("wait", request, credentials))
    }

    fn greet<'a>(&'a self, server_url: &'a str) -> Sending<'a, Greeting> {
        Box::pin(self.greeting(server_url))
    }

    fn check<'a>(&'a self, request: &'a LoginRequest, server_url: &'a str) -> Sending<'a, Checked> {
        Box::pin(self.checked(request, server_url))
    }
}

impl Answer {
    /// Only a good answer is let through; another one is an error with its exact cause.
    fn accepted(self) -> Result<Self, LinkError> {
        if self.status.is_success() {
            return if self.is_html() { Err(self.not_sitesync()) } else { Ok(self) };
        }
        if self.status.is_redirection() {
            let to = text_of(&self.headers, header::LOCATION).unwrap_or_else(|| "no address given".to_owned());
            return Err(LinkError::Moved(to.chars().take(200).collect()));
        }
        let retry_after = text_of(&self.headers, header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
        let retry_after = retry_after.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
        let status = self.status.as_u16();
        if let Ok(ErrorBody { error }) = serde_json::from_slice(&self.body) {
            return Err(LinkError::Asked { status, error: shortened(error), retry_after });
        }
        if self.status == StatusCode::NOT_FOUND || self.status == StatusCode::METHOD_NOT_ALLOWED {
            return Err(self.not_sitesync());
        }
        Err(LinkError::Status { status, retry_after })
    }

    fn is_html(&self) -> bool {
        text_of(&self.headers, header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"))
    }

    fn not_sitesync(&self) -> LinkError {
        let what = if self.is_html() { "it answers with a web page" } else { "it knows nothing of synchronisation" };
        let status = if self.status.is_success() { String::new() } else { format!(" (HTTP {})", self.status.as_u16()) };
        LinkError::NotSitesync(format!("{what}{status}"))
    }

    /// Large answers take long to be read: not on the thread that keeps everything moving.
    async fn read<A: DeserializeOwned + Send + 'static>(self) -> Result<A, LinkError> {
        const LARGE: usize = 64 << 10;
        let body = self.body;
        let large = body.len() > LARGE;
        let unreadable = |error: serde_json::Error| LinkError::Answer(short(&error.to_string()));
        let read = move || serde_json::from_slice(&body).map_err(unreadable);
        if !large {
            return read();
        }
        tokio::task::spawn_blocking(read).await.map_err(|error| LinkError::Here(error.to_string()))?
    }
}

/// However long a server wants to be left alone, a site comes again after this.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// A refusal is kept and shown, so it may not be a book.
fn shortened(error: ErrorText) -> ErrorText {
    ErrorText { code: short(&error.code), message: short(&error.message), next: short(&error.next) }
}

fn short(text: &str) -> String {
    const MOST: usize = 500;
    text.chars().take(MOST).collect()
}

/// A server URL as people write it: `https`, or `http` in a local network; a host, perhaps a port and a path before the doors.
pub(super) fn url(text: &str) -> Result<Url, LinkError> {
    let wrong = || LinkError::Url(text.chars().take(200).collect());
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let fits = matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none();
    // A name or password in the URL would end in logs.
    if !fits || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    match url.host_str() {
        Some(host) if url.scheme() == "http" && !is_local_host(host) => Err(LinkError::Plain { host: host.to_owned() }),
        _ => Ok(url),
    }
}

/// A door below the server URL, whose path prefix is kept.
fn address(server_url: &str, door: &str) -> Result<Url, LinkError> {
    let mut url = url(server_url)?;
    let path = format!("{}/{door}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url.set_fragment(None);
    Ok(url)
}

/// The host, as errors name it.
fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.to_string(),
    }
}

fn let_in(credentials: &Credentials) -> Result<HeaderMap, LinkError> {
    let bearer = format!("Bearer {}", credentials.token.as_deref().unwrap_or_default());
    let mut headers = HeaderMap::new();
    let values = [
        ("authorization", bearer.as_str()),
        ("x-sitesync-hardware", credentials.hardware_id.as_str()),
        ("x-sitesync-data-file", credentials.data_file.as_str()),
    ];
    for (name, value) in values {
        let mut value = header::HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| LinkError::Here(format!("the header {name} cannot be sent")))?;
        value.set_sensitive(name == "authorization");
        headers.insert(name, value);
    }
    if credentials.plain {
        headers.insert(header::ACCEPT_ENCODING, header::HeaderValue::from_static("identity"));
    }
    Ok(headers)
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The server's clock, to the second.
fn clock_of(date: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(date).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Asks the operating system, and says plainly when it knows no address.
struct Resolver;

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let found: Vec<_> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| fault::NotResolved)?.collect();
            if found.is_empty() {
                return Err(fault::NotResolved.into());
            }
            Ok(Box::new(found.into_iter()) as reqwest::dns::Addrs)
        })
    }
}
