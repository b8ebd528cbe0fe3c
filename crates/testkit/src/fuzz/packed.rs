//! Packed bodies, as a central server reads requests and a site reads replies: bombs, cut ones, and bytes that are no archive.

use std::io::Write;
use std::sync::LazyLock;

use axum::body::Body as Bytes;
use axum::extract::FromRequest;
use axum::http::Request;
use serde::de::IgnoredAny;
use sitesync_remote::link::unpack;
use sitesync_web::{Body, BodyLimit};
use tokio::runtime::Runtime;

use super::choices::Choices;

/// The most bytes that may come out; a bomb must stop here.
const LIMIT: usize = 256 << 10;

const CODINGS: [&str; 5] = ["", "gzip", "zstd", "br", "x-gzip"];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts"));

/// The first byte names the coding; with its highest bit the others are packed first, perhaps many times over, and then spoilt.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let coding = CODINGS[usize::from(mode & 0x7f) % CODINGS.len()];
    let packed = if mode & 0x80 == 0 { rest.to_vec() } else { made(coding, rest) };
    let here = unpack(Some(coding), packed.chunks(700), LIMIT);
    if let Ok(unpacked) = &here {
        assert!(unpacked.len() <= LIMIT, "the limit holds");
    }
    let request = Request::post("/").header("content-type", "application/json").header("content-encoding", coding);
    let mut request = request.body(Bytes::from(packed)).expect("it is a request");
    request.extensions_mut().insert(BodyLimit(LIMIT));
    let there = RUNTIME.block_on(Body::<IgnoredAny>::from_request(request, &()));
    if let (Ok(_), Ok(unpacked)) = (&there, &here) {
        serde_json::from_slice::<IgnoredAny>(unpacked).expect("both sides unpack the same");
    }
}

/// A long text of one piece repeated, packed, and then changed in one place or cut.
fn made(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut choices = Choices::new(bytes);
    let piece = choices.some_bytes();
    let text = piece.repeat(1 << choices.below(14));
    let text = &text[..text.len().min(4 * LIMIT)];
    let mut packed = match coding {
        "zstd" => zstd::encode_all(text, 1).expect("memory takes it"),
        _ => gzip(text),
    };
    let at = choices.below(packed.len().max(1));
    match choices.below(4) {
        0 => packed.truncate(at),
        1 => packed.extend_from_within(..),
        2 => packed.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (at % 8)),
        _ => {}
    }
    packed
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
