//! Serving a router on a listener until it is told to stop; requests that are running then are answered first.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::http::request::Parts;
use axum::serve::{IncomingStream, Listener};
use tokio::net::TcpListener;

use crate::tls::{Tls, TlsListener};

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub Option<SocketAddr>);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(Some(*stream.remote_addr()))
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(Some(*stream.remote_addr()))
    }
}

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
            run(TlsListener::start(listener, acceptor)?, router, shutdown).await
        }
        None => {
            warn_if_open(listener.local_addr()?);
            run(listener, router, shutdown).await
        }
    }
}

async fn run<L>(listener: L, router: Router, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let (told, mut stopping) = tokio::sync::watch::channel(false);
    let told_to_stop = async move {
        shutdown.await;
        let _ = told.send(true);
    };
    let service = router.into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(told_to_stop);
    let patience_over = async move {
        if stopping.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = async { serving.await } => ended,
        () = patience_over => {
            tracing::warn!("some requests were still running when the server stopped");
            Ok(())
        }
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
