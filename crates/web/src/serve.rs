//! Serving a router on a listener until it is told to stop; requests that are running then are answered first.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::extract::connect_info::ConnectInfo;
use axum::http;
use axum::http::request::Parts;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::patient::Patient;
use crate::session::Encrypted;
use crate::tls::{Tls, TlsListener};

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub Option<SocketAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(peer_of(parts))
    }
}

/// The peer of a request; none where it came over no connection, as in tests.
pub fn peer_of(parts: &Parts) -> Peer {
    parts.extensions.get::<ConnectInfo<Peer>>().map_or(Peer(None), |info| info.0)
}

impl Peer {
    /// The address without the port, which a client changes as it likes.
    pub fn address(&self) -> String {
        self.0.map_or_else(|| "unknown".to_owned(), |address| address.ip().to_canonical().to_string())
    }
}

/// How long requests may still run when the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until `shutdown` is over, and then until running requests are answered, though not for ever.
///
/// # Errors
/// If the certificate cannot be used, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    tls: Option<&Tls>,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    match tls {
        Some(tls) => {
            let acceptor = tls.acceptor().map_err(std::io::Error::other)?;
            run(TlsListener::start(listener, acceptor)?, router.layer(Extension(Encrypted)), shutdown).await
        }
        None => {
            warn_if_open(listener.local_addr()?);
            run(listener, router, shutdown).await
        }
    }
}

/// A connection on which no whole head of a request comes for so long is closed: also one that is kept open for the next request.
/// Longer than sites keep theirs, so that it is they who close it.
const HEAD_PATIENCE: Duration = Duration::from_secs(60);

/// Connections at a time; more wait in the queue of the system. Far more than sites that wait for news, and bounded, so that
/// files of the data can be opened whatever strangers do.
const CONNECTIONS_MAX: usize = 20_000;

async fn run<L>(mut listener: L, router: Router, shutdown: impl Future<Output = ()> + Send) -> std::io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
{
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            (io, peer) = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                connections.spawn(connection(io, peer, router.clone(), stopping.clone()));
            }
        }
    }
    drop(listener);
    let _ = stop.send(true);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, all_ended).await.is_err() {
        tracing::warn!("some requests were still running when the server stopped");
    }
    Ok(())
}

/// One connection, until its other end closes it, is too slow, or the server stops.
async fn connection<I>(io: I, peer: SocketAddr, router: Router, mut stopping: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(Peer(Some(peer))));
        router.clone().oneshot(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let mut serving = pin!(http.serve_connection(TokioIo::new(Patient::new(io)), service));
    let stopped = async { stopping.wait_for(|stop| *stop).await.is_ok() };
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = stopped => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, "a connection ended early: {error}");
    }
}

fn warn_if_open(address: SocketAddr) {
    if !address.ip().is_loopback() {
        tracing::warn!(
            "{address} can be reached from other machines without encryption: passwords and data can be read on the way. \
             Give a certificate and a key, or put a proxy with TLS in front and listen on 127.0.0.1"
        );
    }
}
