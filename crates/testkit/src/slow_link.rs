//! A bad line between a site and a server: so many bytes a second, so long on the way, some lost on it, and broken off on demand.
//!
//! A TCP proxy. What is lost shows as TCP shows it: sent again after a round trip, while everything behind it waits. It counts what
//! passed. Its time is tokio's, so that a test may let it pass faster.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::SeededRandom;

/// What a line is like, in each direction.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub bytes_per_second: u64,
    pub round_trip: Duration,
    /// Of a hundred segments, so many get lost.
    pub lost: u64,
}

impl Line {
    /// A mobile connection far from the mast: 50 kbit/s, 800 ms, 5 % lost.
    pub const BAD: Line = Line { bytes_per_second: 50_000 / 8, round_trip: Duration::from_millis(800), lost: 5 };
}

const SEGMENT: usize = 1_448;
/// Segments on their way at a time: the buffers of a line.
const ON_THE_WAY: usize = 16;

/// The proxy. It ends, and its connections with it, when this is dropped.
pub struct SlowLink {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    up: Way,
    down: Way,
    cuts: watch::Sender<u64>,
}

/// One direction, shared by all connections.
struct Way {
    line: Line,
    random: SeededRandom,
    /// When the next segment may leave.
    free: Mutex<Instant>,
    passed: watch::Sender<u64>,
}

impl SlowLink {
    /// Listens on an address of this machine, for connections to `to`.
    pub async fn start(to: SocketAddr, line: Line, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { up: Way::new(line, seed), down: Way::new(line, !seed), cuts: watch::Sender::new(0) });
        let sharing = shared.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, to, sharing.clone()));
            }
        });
        Ok(Self { address, shared, accepting })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection off. New ones are let through.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// The bytes that arrived at the server, and at the site.
    pub fn passed(&self) -> (u64, u64) {
        (*self.shared.up.passed.borrow(), *self.shared.down.passed.borrow())
    }

    /// Waits until so many bytes arrived at the server or the site, all in all.
    pub async fn until_passed(&self, bytes: u64) {
        let (mut up, mut down) = (self.shared.up.passed.subscribe(), self.shared.down.passed.subscribe());
        while *up.borrow_and_update() + *down.borrow_and_update() < bytes {
            tokio::select! {
                _ = up.changed() => {}
                _ = down.changed() => {}
            }
        }
    }
}

impl Drop for SlowLink {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn carry(client: TcpStream, to: SocketAddr, shared: Arc<Shared>) {
    let mut cuts = shared.cuts.subscribe();
    let both_ways = async {
        // Before anything is sent, a connection takes a round trip.
        sleep_until(Instant::now() + shared.up.line.round_trip).await;
        let server = TcpStream::connect(to).await?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::try_join!(shared.up.carry(from_client, to_server), shared.down.carry(from_server, to_client))
    };
    tokio::select! {
        _ = cuts.changed() => {}
        // An end that breaks off is what the other one is shown.
        _ = both_ways => {}
    }
}

impl Way {
    fn new(line: Line, seed: u64) -> Self {
        let free = Mutex::new(Instant::now());
        Self { line, random: SeededRandom::new(seed), free, passed: watch::Sender::new(0) }
    }

    async fn carry(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
        let (sender, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
        let leave = async move {
            let mut piece = [0; SEGMENT];
            let mut last = Instant::now();
            loop {
                let length = from.read(&mut piece).await?;
                if length == 0 {
                    return Ok(());
                }
                let (leaves, arrives) = self.times(length, last);
                last = arrives;
                sleep_until(leaves).await;
                if sender.send((arrives, piece[..length].to_vec())).await.is_err() {
                    return Ok(());
                }
            }
        };
        let arrive = async {
            while let Some((at, bytes)) = arriving.recv().await {
                sleep_until(at).await;
                to.write_all(&bytes).await?;
                self.passed.send_modify(|passed| *passed += bytes.len() as u64);
            }
            to.shutdown().await
        };
        tokio::try_join!(leave, arrive).map(|_: ((), ())| ())
    }

    /// When a segment has left, and when it arrives: not before the one in front of it.
    fn times(&self, length: usize, last: Instant) -> (Instant, Instant) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let takes = Duration::from_secs(1) * u32::try_from(length).unwrap_or(u32::MAX)
            / u32::try_from(self.line.bytes_per_second.max(1)).unwrap_or(u32::MAX);
        let mut leaves = (*free).max(Instant::now()) + takes;
        let mut late = Duration::ZERO;
        while self.random.below(100) < self.line.lost {
            leaves += takes;
            late = late * 2 + self.line.round_trip;
        }
        *free = leaves;
        (leaves, (leaves + self.line.round_trip / 2 + late).max(last))
    }
}
