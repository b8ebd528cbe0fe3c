//! A link that can be cut: it passes bytes between a site of the demo and the central server, until it is told not to.
//!
//! A site is cut off here and not by switching its synchronisation off, so that the demo shows what a real cut does.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(super) struct Relay {
    pub(super) address: SocketAddr,
    open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Relay {
    /// A link to `to`, at an address of this machine that is free.
    pub(super) async fn start(to: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port of this machine is free")?;
        let address = listener.local_addr().context("the link has no address")?;
        let (open, state) = watch::channel(true);
        let task = tokio::spawn(accept(listener, to, state));
        Ok(Self { address, open, task })
    }

    /// Cuts the link, or mends it. What is under way is broken off.
    pub(super) fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }

    pub(super) fn is_open(&self) -> bool {
        *self.open.borrow()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, state: watch::Receiver<bool>) {
    while let Ok((from, _)) = listener.accept().await {
        if *state.borrow() {
            tokio::spawn(pass(from, to, state.clone()));
        }
    }
}

async fn pass(mut from: TcpStream, to: SocketAddr, mut state: watch::Receiver<bool>) {
    let Ok(mut there) = TcpStream::connect(to).await else { return };
    tokio::select! {
        // Either end closed, or failed: in both cases the other one is let go of.
        _ = copy_bidirectional(&mut from, &mut there) => {}
        _ = state.wait_for(|open| !open) => {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn bytes_pass_until_the_link_is_cut() {
        let server = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let relay = Relay::start(server.local_addr().unwrap()).await.unwrap();
        let mut site = TcpStream::connect(relay.address).await.unwrap();
        let (mut central, _) = server.accept().await.unwrap();
        site.write_all(b"hello").await.unwrap();
        let mut heard = [0; 5];
        central.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
        relay.set_open(false);
        assert_eq!(site.read(&mut heard).await.unwrap_or(0), 0);
        let mut again = TcpStream::connect(relay.address).await.unwrap();
        assert_eq!(again.read(&mut heard).await.unwrap_or(0), 0);
        relay.set_open(true);
        let mut site = TcpStream::connect(relay.address).await.unwrap();
        site.write_all(b"again").await.unwrap();
        let (mut central, _) = server.accept().await.unwrap();
        central.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"again");
    }
}
