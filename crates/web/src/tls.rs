//! TLS from a certificate and a key in PEM files.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::server::TlsStream;

/// Where certificate and key are.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate, followed by those that lead to a known authority.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Why TLS cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    #[error("{what} cannot be read from {path}: {reason}. Give a PEM file")]
    File { what: &'static str, path: PathBuf, reason: String },
    #[error("certificate and key do not go together: {0}")]
    Mismatch(String),
}

impl Tls {
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(unreadable("the private key", &self.key))?;
        let mismatch = |error: tokio_rustls::rustls::Error| TlsError::Mismatch(error.to_string());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(mismatch)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(mismatch)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = CertificateDer::pem_file_iter(path).map_err(unreadable("the certificate", path))?;
    let chain: Vec<_> = found.collect::<Result<_, _>>().map_err(unreadable("the certificate", path))?;
    if chain.is_empty() {
        let reason = "there is no certificate in it".to_owned();
        return Err(TlsError::File { what: "the certificate", path: path.to_owned(), reason });
    }
    Ok(chain)
}

fn unreadable<E: std::fmt::Display>(what: &'static str, path: &Path) -> impl Fn(E) -> TlsError {
    move |error| TlsError::File { what, path: path.to_owned(), reason: error.to_string() }
}

/// Connections whose handshake is done. Handshakes run beside one another, so a slow one holds up nobody.
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
    accepting: tokio::task::JoinHandle<()>,
}

/// Handshakes at a time; more wait in the queue of the system.
const HANDSHAKES_MAX: usize = 256;
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(20);

impl TlsListener {
    pub(crate) fn start(mut listener: TcpListener, acceptor: TlsAcceptor) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(HANDSHAKES_MAX);
        let accepting = tokio::spawn(async move {
            let turns = Arc::new(Semaphore::new(HANDSHAKES_MAX));
            while let Ok(turn) = turns.clone().acquire_owned().await {
                // The trait's own, which waits a little when the system has no more sockets.
                let (stream, peer) = Listener::accept(&mut listener).await;
                let (acceptor, done) = (acceptor.clone(), done.clone());
                tokio::spawn(async move {
                    let _turn = turn;
                    // Scanners and clients without TLS end here; that is nothing to report.
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_PATIENCE, acceptor.accept(stream)).await {
                        let _ = done.send((stream, peer)).await;
                    }
                });
            }
        });
        Ok(Self { ready, address, accepting })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The other end lives as long as this.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
