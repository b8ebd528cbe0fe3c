//! Clients that are slow, silent or dead hold a connection for a while and not for ever; slow ones that move are answered.
//! Time is tokio's, and passes at once when nobody has anything to do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use sitesync_web::{Body, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// Larger than what the system keeps of an answer that nobody reads.
const LARGE: usize = 64 << 20;

async fn connected() -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/large", get(|| async { "x".repeat(LARGE) }))
        .route("/text", post(|Body(text): Body<String>| async move { text.len().to_string() }));
    tokio::spawn(serve(listener, None, router, std::future::pending()));
    TcpStream::connect(address).await.unwrap()
}

fn post_of(length: usize) -> String {
    format!("POST /text HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
}

/// What comes until the connection ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // Whether it was closed or reset does not matter.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends a byte every minute until the connection is closed or `bytes` are sent.
async fn trickle(stream: &mut TcpStream, bytes: usize) {
    for _ in 0..bytes {
        sleep(Duration::from_secs(60)).await;
        if stream.write_all(b"x").await.is_err() {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_closes_the_connection() {
    let mut stream = connected().await;
    let began = Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let writes = async {
        loop {
            sleep(Duration::from_secs(7)).await;
            if writing.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = reading.read_to_end(&mut answer) => {}
        () = writes => {}
    }
    let took = began.elapsed().as_secs();
    assert!((55..75).contains(&took), "{took} s");
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_word_is_closed_and_one_that_asks_in_time_is_kept() {
    let mut stream = connected().await;
    for _ in 0..3 {
        sleep(Duration::from_secs(50)).await;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        let mut piece = [0; 1000];
        let length = stream.read(&mut piece).await.unwrap();
        assert!(String::from_utf8_lossy(&piece[..length]).ends_with("hello"));
    }
    let began = Instant::now();
    assert_eq!(rest(&mut stream).await, "");
    let took = began.elapsed().as_secs();
    assert!((55..75).contains(&took), "{took} s");
}

#[tokio::test(start_paused = true)]
async fn a_body_of_a_byte_a_minute_is_refused_with_the_reason() {
    let mut stream = connected().await;
    let began = Instant::now();
    stream.write_all(format!("{}\"", post_of(1_000)).as_bytes()).await.unwrap();
    trickle(&mut stream, 3).await;
    let told = rest(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("body_slow"), "{told}");
    assert!(began.elapsed() < Duration::from_secs(200), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_body_on_the_slowest_link_arrives() {
    const LENGTH: usize = 400_000;
    let mut stream = connected().await;
    let body = format!("\"{}\"", "x".repeat(LENGTH - 2));
    stream.write_all(post_of(LENGTH).as_bytes()).await.unwrap();
    // 2,400 bit/s, in pieces with a long silence between them.
    for piece in body.as_bytes().chunks(30_000) {
        stream.write_all(piece).await.unwrap();
        sleep(Duration::from_secs(100)).await;
    }
    let mut answer = [0; 1000];
    let length = stream.read(&mut answer).await.unwrap();
    let told = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(told.starts_with("HTTP/1.1 200") && told.ends_with(&(LENGTH - 2).to_string()), "{told}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_is_given_up_and_one_read_slowly_is_not() {
    let mut stream = connected().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(300)).await;
    assert!(rest(&mut stream).await.len() < LARGE);

    let mut stream = connected().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await.unwrap();
    let (mut piece, mut read) = (vec![0; 1 << 20], 0);
    loop {
        match stream.read(&mut piece).await.unwrap() {
            0 => break,
            bytes => read += bytes,
        }
        sleep(Duration::from_secs(5)).await;
    }
    assert!(read > LARGE, "{read}");
}
