//! A connection that is kept open: one request, one answer, as little work as possible.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bodies above this size are packed, as a site does it.
const PACKED_ABOVE: usize = 1 << 10;

pub(crate) struct Connection {
    stream: TcpStream,
    /// What every request begins with, after its first line.
    head: String,
    read: Vec<u8>,
}

/// An answer, unpacked.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// The bytes of the body as they came.
    pub(crate) packed: usize,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a connection");
        let mut head = format!("host: {address}\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        Self { stream, head, read: Vec::with_capacity(4096) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = format!("GET {path} HTTP/1.1\r\n{}accept-encoding: zstd\r\n\r\n", self.head);
        self.stream.write_all(request.as_bytes()).await.expect("a request that is sent");
        self.answer().await
    }

    pub(crate) async fn post(&mut self, path: &str, json: &[u8]) -> Answer {
        let packed = json.len() > PACKED_ABOVE;
        let packed_body = if packed { zstd::bulk::compress(json, 3).expect("a packed body") } else { Vec::new() };
        let body = if packed { &packed_body } else { json };
        let coding = if packed { "content-encoding: zstd\r\n" } else { "" };
        let mut bytes = Vec::with_capacity(512 + body.len());
        let first = format!(
            "POST {path} HTTP/1.1\r\n{}content-type: application/json\r\naccept-encoding: zstd, gzip\r\n{coding}content-length: {}\r\n\r\n",
            self.head,
            body.len()
        );
        bytes.extend_from_slice(first.as_bytes());
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes).await.expect("a request that is sent");
        self.answer().await
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.read).await.expect("an answer");
        assert!(read > 0, "the server closed the connection");
    }

    async fn answer(&mut self) -> Answer {
        self.read.clear();
        let end = loop {
            self.more().await;
            if let Some(at) = self.read.windows(4).position(|part| part == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = String::from_utf8_lossy(&self.read[..end]).to_ascii_lowercase();
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).expect("a status");
        let value = |name: &str| head.split("\r\n").find_map(|line| line.strip_prefix(name)).map(str::trim);
        let packed = value("content-encoding:") == Some("zstd");
        let body = match value("content-length:") {
            Some(length) => self.counted(end, length.parse().expect("a length")).await,
            None if status == 204 => Vec::new(),
            None => self.chunked(end).await,
        };
        let packed_size = body.len();
        let body = if packed { zstd::stream::decode_all(&body[..]).expect("a packed answer") } else { body };
        Answer { status, body, packed: packed_size }
    }

    async fn counted(&mut self, from: usize, length: usize) -> Vec<u8> {
        while self.read.len() < from + length {
            self.more().await;
        }
        self.read[from..from + length].to_vec()
    }

    async fn chunked(&mut self, mut from: usize) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                match self.read[from..].windows(2).position(|part| part == b"\r\n") {
                    Some(at) => break from + at,
                    None => self.more().await,
                }
            };
            let length = std::str::from_utf8(&self.read[from..line]).ok();
            let length = length.and_then(|text| usize::from_str_radix(text, 16).ok()).expect("the length of a chunk");
            while self.read.len() < line + 2 + length + 2 {
                self.more().await;
            }
            if length == 0 {
                return body;
            }
            body.extend_from_slice(&self.read[line + 2..line + 2 + length]);
            from = line + 2 + length + 2;
        }
    }
}
