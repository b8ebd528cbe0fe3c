//! A real server on a real port and a data file.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use base64ct::{Base64, Encoding};
use sitesync_central::server::{Limits, Options, start};
use sitesync_web::accounts::Cost;

fn options(data: &std::path::Path) -> Options {
    let limits = Limits { password_cost: Cost { memory_kib: 8, passes: 1 }, ..Limits::default() };
    Options { limits, ..Options::new(data, SocketAddr::from(([127, 0, 0, 1], 0))) }
}

async fn ask(address: SocketAddr, text: String) -> String {
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    asked.await.unwrap()
}

#[tokio::test]
async fn the_first_password_is_not_lost_with_a_start_that_fails() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = Options { listen: taken.local_addr().unwrap(), ..options(directory.path()) };
    assert!(start(refused).await.is_err());
    let running = start(options(directory.path())).await.unwrap();
    assert!(running.first_password.is_some());
    running.stop().await.unwrap();
}

#[tokio::test]
async fn it_starts_answers_backs_up_stops_and_starts_again() {
    let directory = tempfile::tempdir().unwrap();
    let running = start(options(directory.path())).await.unwrap();
    let password = running.first_password.clone().unwrap();
    let credentials = Base64::encode_string(format!("admin:{password}").as_bytes());
    assert_eq!(running.url(), format!("http://{}", running.address()));
    let hello = ask(running.address(), "GET /sync HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned()).await;
    assert!(hello.starts_with("HTTP/1.1 200") && hello.contains("\"versions\":[1]"), "{hello}");
    let backup = format!(
        "POST /api/backup HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\nauthorization: Basic {credentials}\r\n\r\n"
    );
    let answer = ask(running.address(), backup).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(std::fs::read_dir(directory.path().join("backups")).unwrap().count(), 1);
    let taken = start(options(directory.path())).await;
    assert!(taken.err().unwrap().to_string().contains("in use"));
    running.stop().await.unwrap();
    let again = start(options(directory.path())).await.unwrap();
    assert_eq!(again.first_password, None);
    again.stop().await.unwrap();
}
