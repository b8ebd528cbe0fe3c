//! Serving over TLS, and what is said when it cannot be started.

#![expect(clippy::unwrap_used, reason = "a fault here is a failed test")]

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use rustls_pki_types::{CertificateDer, ServerName};
use sitesync_web::{Peer, Tls, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Certificate and key for `localhost` in `directory`, and the certificate itself.
fn make(directory: &Path) -> (Tls, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: directory.join("cert.pem"), key: directory.join("key.pem") };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    (tls, made.cert.der().clone())
}

fn connector(trusted: CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

#[tokio::test]
async fn it_serves_over_tls_beside_a_client_that_says_nothing_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let (tls, certificate) = make(directory.path());
    let listener = listener().await;
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", get(|peer: Peer| async move { peer.address() }));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving =
        tokio::spawn(
            async move { serve(listener, Some(&tls), router, async move { stopped.await.unwrap_or(()) }).await },
        );
    let _silent = TcpStream::connect(address).await.unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector(certificate).connect(name, stream).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let (tls, _) = make(directory.path());
    let missing = Tls { certificate: directory.path().join("none.pem"), ..tls.clone() };
    let swapped = Tls { certificate: tls.key.clone(), key: tls.certificate.clone() };
    for (tls, word) in [(missing, "none.pem"), (swapped, "key.pem")] {
        let refused = serve(listener().await, Some(&tls), Router::new(), std::future::pending()).await;
        let words = refused.unwrap_err().to_string();
        assert!(words.contains(word), "{words}");
    }
    let other = tempfile::tempdir().unwrap();
    let mixed = Tls { key: make(other.path()).0.key, ..tls };
    let refused = serve(listener().await, Some(&mixed), Router::new(), std::future::pending()).await;
    assert!(refused.unwrap_err().to_string().contains("do not go together"));
}
