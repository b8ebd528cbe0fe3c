//! The link against a small server that misbehaves as asked. Both run in one thread in a time that is never waited for.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use sitesync_core::protocol::StageRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

type Seen = Arc<std::sync::Mutex<Vec<(HeaderMap, Bytes)>>>;

fn link() -> HttpLink {
    HttpLink::new(HttpOptions { reply_max: 1 << 20, ..HttpOptions::default() }).unwrap()
}

fn credentials(server_url: impl Into<String>) -> Credentials {
    Credentials {
        server_url: server_url.into(),
        token: Some("secret-token".to_owned()),
        hardware_id: "hardware".to_owned(),
        data_file: "file".to_owned(),
        plain: false,
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn serve(router: Router) -> String {
    let (listener, address) = listen().await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Answers every connection, once its request has begun to arrive, by `answer`.
async fn raw<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            tokio::spawn(answer(socket));
        }
    });
    format!("http://{address}")
}

fn greeting() -> Value {
    json!({ "name": "sitesync", "versions": [1] })
}

#[tokio::test]
async fn a_request_carries_what_lets_it_in_and_is_packed_when_large() {
    let seen = Seen::default();
    async fn stage(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> &'static str {
        seen.lock().unwrap().push((headers, body));
        "{}"
    }
    let router = Router::new().route("/prefix/sync/1/stage", post(stage)).with_state(seen.clone());
    let url = format!("{}/prefix/", serve(router).await);
    for size in [10, 100_000] {
        let request = StageRequest { push: "x".repeat(size), index: 0, changes: Vec::new() };
        assert!(matches!(link().send(&Step::Stage(request), &credentials(&url)).await.unwrap(), Reply::Staged));
    }
    let seen = seen.lock().unwrap();
    for (headers, _) in seen.iter() {
        assert_eq!(headers["authorization"], "Bearer secret-token");
        assert_eq!(headers["x-sitesync-hardware"], "hardware");
        assert_eq!(headers["x-sitesync-data-file"], "file");
        assert_eq!(headers["content-type"], "application/json");
    }
    assert!(!seen[0].0.contains_key("content-encoding"));
    assert_eq!(seen[1].0["content-encoding"], "zstd");
    let plain = zstd::decode_all(&*seen[1].1).unwrap();
    let read: StageRequest = serde_json::from_slice(&plain).unwrap();
    assert_eq!(read.push.len(), 100_000);
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    async fn answer(encoding: &'static str, packed: Vec<u8>) -> Response {
        ([(header::CONTENT_ENCODING, encoding)], packed).into_response()
    }
    let plain = greeting().to_string();
    let zstd = zstd::encode_all(plain.as_bytes(), 3).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(plain.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let router = Router::new()
        .route("/zstd/sync", get(move || answer("zstd", zstd.clone())))
        .route("/gzip/sync", get(move || answer("gzip", gzip.clone())))
        .route("/br/sync", get(move || answer("br", vec![1])));
    let url = serve(router).await;
    for encoding in ["zstd", "gzip"] {
        let greeting = link().greet(&format!("{url}/{encoding}")).await.unwrap();
        assert_eq!(greeting.versions, [1], "{encoding}");
        assert!(greeting.clock.is_some());
    }
    assert_eq!(link().greet(&format!("{url}/br")).await.unwrap_err().code(), "answer");
}

#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_large_one_is_refused() {
    let bomb = zstd::encode_all(&*vec![b' '; 50 << 20], 3).unwrap();
    assert!(bomb.len() < 100_000);
    let answer = move || async move { ([(header::CONTENT_ENCODING, "zstd")], bomb.clone()) };
    let url = serve(Router::new().route("/sync", get(answer))).await;
    assert_eq!(link().greet(&url).await.unwrap_err(), LinkError::TooLarge { limit: 1 << 20 });
}

#[tokio::test]
async fn an_archive_that_needs_much_memory_is_refused() {
    // A frame of zstd that names a window of 128 MiB, and holds one byte.
    let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x09, 0x00, 0x00, b'1'];
    assert!(zstd::decode_all(&wide[..]).is_ok());
    assert!(matches!(unpack(Some("zstd"), [&wide[..]], 100), Err(LinkError::Answer(_))));
    assert_eq!(unpack(Some("zstd"), [&zstd::encode_all(&b"1"[..], 3).unwrap()[..]], 100), Ok(b"1".to_vec()));
}

#[tokio::test]
async fn a_refusal_is_no_book_and_its_wait_ends() {
    let long = "x".repeat(10_000);
    let refusal = json!({ "error": { "code": long, "message": long, "next": long } }).to_string();
    let wait = (header::RETRY_AFTER, "18446744073709551615");
    let refused = move || async move { (StatusCode::SERVICE_UNAVAILABLE, [wait], refusal) };
    let url = serve(Router::new().route("/sync", get(refused))).await;
    let error = link().greet(&url).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    let text = error.text();
    assert_eq!([text.code.len(), text.message.len(), text.next.len()], [500; 3]);
}

#[tokio::test]
async fn each_wrong_answer_is_named() {
    let other = json!({ "name": "shop", "versions": [1] }).to_string();
    let newer = json!({ "name": "sitesync", "versions": [7] }).to_string();
    let refusal = json!({ "error": { "code": "site_blocked", "message": "No.", "next": "Wait." } }).to_string();
    let refused = move || async move { (StatusCode::UNAUTHORIZED, [(header::RETRY_AFTER, "30")], refusal) };
    let router = Router::new()
        .route("/html/sync", get(|| async { Html("<h1>Sign in to the guest network</h1>") }))
        .route("/text/sync", get(|| async { "hello" }))
        .route("/other/sync", get(move || async move { other }))
        .route("/newer/sync", get(move || async move { newer }))
        .route("/moved/sync", get(|| async { Redirect::permanent("https://elsewhere/sync") }))
        .route("/down/sync", get(|| async { (StatusCode::BAD_GATEWAY, Html("<h1>Bad gateway</h1>")) }))
        .route("/refused/sync", get(refused));
    let url = serve(router).await;
    let cases = [
        ("html", "not_sitesync", "web page", false),
        ("text", "not_sitesync", "another way", false),
        ("other", "not_sitesync", "\"shop\"", false),
        ("nothing", "not_sitesync", "HTTP 404", false),
        ("newer", "api_version_incompatible", "[7]", false),
        ("moved", "moved", "https://elsewhere/sync", false),
        ("down", "server_error", "502", true),
        ("refused", "site_blocked", "No.", false),
    ];
    for (path, code, words, passing) in cases {
        let error = link().greet(&format!("{url}/{path}")).await.unwrap_err();
        assert_eq!(error.code(), code, "{path}");
        let text = error.text();
        assert!(text.message.contains(words), "{path}: {}", text.message);
        assert!(!text.next.is_empty(), "{path}");
        assert_eq!(error.is_connection(), passing, "{path}");
        assert_eq!(error.needs_person(), !passing, "{path}");
    }
    let error = link().greet(&format!("{url}/refused")).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_url_that_is_none_is_told_before_anything_is_sent() {
    let wrong = ["", "central", "ftp://central", "http://", "http://u:p@central", "http://central/?a=1", "https:// x"];
    for url in wrong {
        assert_eq!(link().greet(url).await.unwrap_err().code(), "url", "{url}");
    }
}

#[tokio::test]
async fn nothing_leaves_the_local_network_without_tls() {
    for host in ["8.8.8.8", "central.example.org", "[2001:db8::1]:8700"] {
        let url = format!("http://{host}");
        let stage = StageRequest { push: "p".to_owned(), index: 0, changes: Vec::new() };
        for error in [
            link().greet(&url).await.unwrap_err(),
            link().send(&Step::Stage(stage), &credentials(&url)).await.err().unwrap(),
        ] {
            assert_eq!(error.code(), "not_encrypted", "{host}");
            assert!(error.needs_person() && error.text().next.contains("https://"));
        }
        assert!(read_url(&url).is_err());
        assert!(read_url(&format!("https://{host}")).is_ok());
    }
}

#[tokio::test]
async fn a_token_does_not_follow_a_server_that_sends_on() {
    let seen = Seen::default();
    async fn any(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> &'static str {
        seen.lock().unwrap().push((headers, body));
        "{}"
    }
    let elsewhere = serve(Router::new().fallback(any).with_state(seen.clone())).await;
    for status in [StatusCode::MOVED_PERMANENTLY, StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT] {
        let to = format!("{elsewhere}/sync/1/stage");
        let url = serve(Router::new().fallback(move || async move { (status, [(header::LOCATION, to)]) })).await;
        let stage = StageRequest { push: "p".to_owned(), index: 0, changes: Vec::new() };
        let error = link().send(&Step::Stage(stage), &credentials(&url)).await.err().unwrap();
        assert_eq!(error, LinkError::Moved(format!("{elsewhere}/sync/1/stage")));
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_server_and_no_name() {
    let (listener, address) = listen().await;
    drop(listener);
    let error = link().greet(&format!("http://{address}")).await.unwrap_err();
    assert_eq!(error, LinkError::Refused { host: address.to_string() });
    // No name ends in ".invalid", by agreement.
    let error = link().greet("https://central.invalid").await.unwrap_err();
    assert_eq!(error, LinkError::NotResolved { host: "central.invalid".to_owned() });
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_drips_arrives_and_one_that_stops_does_not() {
    async fn drip(mut socket: TcpStream, all: bool) {
        let body = greeting().to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        socket.write_all(head.as_bytes()).await.unwrap();
        let bytes = body.as_bytes();
        let upto = if all { bytes.len() } else { bytes.len() / 2 };
        for byte in &bytes[..upto] {
            tokio::time::sleep(Duration::from_secs(100)).await;
            let _ = socket.write_all(&[*byte]).await;
        }
        std::future::pending::<()>().await;
    }
    let began = tokio::time::Instant::now();
    let url = raw(|socket| drip(socket, true)).await;
    assert!(link().greet(&url).await.is_ok());
    assert!(began.elapsed() > Duration::from_secs(2000), "it took longer than every timeout");
    let url = raw(|socket| drip(socket, false)).await;
    assert_eq!(link().greet(&url).await.unwrap_err(), LinkError::Silent { seconds: 120 });
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_silent() {
    let url = raw(|socket| async move {
        let _open = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let error = link().greet(&url).await.unwrap_err();
    assert_eq!(error, LinkError::Silent { seconds: 120 });
    assert!(error.is_connection());
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_as_such() {
    let nothing = raw(|socket| async move { drop(socket) }).await;
    let half = raw(|mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"name\"").await;
    })
    .await;
    for url in [nothing, half] {
        let error = link().greet(&url).await.unwrap_err();
        assert_eq!(error.code(), "broken_off", "{error}");
        assert!(error.is_connection());
    }
}

/// A server with a certificate of its own, and the PEM text of it.
async fn private(names: &[&str], valid: bool) -> (SocketAddr, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    if !valid {
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    }
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let private_key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private_key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            let _ = socket.read(&mut [0; 4096]).await;
            let body = greeting().to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            let _ = socket.write_all(head.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    (address, certificate.pem())
}

async fn greet_with(ca: &str, url: &str) -> Result<Greeting, LinkError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.pem");
    std::fs::write(&path, ca).unwrap();
    let link = HttpLink::new(HttpOptions { ca_file: Some(path), ..HttpOptions::default() }).unwrap();
    link.greet(url).await
}

fn fault_of(outcome: Result<Greeting, LinkError>) -> TlsFault {
    match outcome {
        Err(LinkError::Tls { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_named() {
    let (address, pem) = private(&["127.0.0.1"], true).await;
    let url = format!("https://{address}");
    assert_eq!(fault_of(link().greet(&url).await), TlsFault::UnknownIssuer);
    assert!(greet_with(&pem, &url).await.is_ok(), "the CA file is believed");
    let (other, pem) = private(&["central.example"], true).await;
    assert_eq!(fault_of(greet_with(&pem, &format!("https://{other}")).await), TlsFault::OtherHost);
    let (old, pem) = private(&["127.0.0.1"], false).await;
    assert_eq!(fault_of(greet_with(&pem, &format!("https://{old}")).await), TlsFault::Expired);
    let plain = serve(Router::new()).await.replace("http:", "https:");
    assert_eq!(fault_of(link().greet(&plain).await), TlsFault::NotTls);
    let error = HttpLink::new(HttpOptions { ca_file: Some("/nowhere.pem".into()), ..HttpOptions::default() }).err();
    assert!(error.unwrap().to_string().contains("/nowhere.pem"));
}
