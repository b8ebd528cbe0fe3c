//! Whose request it is when it came through a proxy: the proxy's word counts where it is one of ours, and nobody else's.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::extract::connect_info::ConnectInfo;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::{Next, from_fn};

use crate::Peer;
use crate::session::Encrypted;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A router behind these proxies: what they say of where a request comes from is believed.
pub fn behind(router: Router, proxies: &[IpAddr]) -> Router {
    let proxies: Arc<[IpAddr]> = proxies.into();
    router.layer(from_fn(move |mut request: Request, next: Next| {
        if let Some(ConnectInfo(Peer(Some(peer)))) = request.extensions().get().copied() {
            let origin = origin(peer, request.headers(), &proxies);
            if is_ours(peer, &proxies) && says_encrypted(request.headers()) {
                request.extensions_mut().insert(Encrypted);
            }
            request.extensions_mut().insert(ConnectInfo(Peer(Some(origin))));
        }
        next.run(request)
    }))
}

/// The address that a request came from. What stands before the last word of the header was written by somebody that we do not know.
fn origin(peer: SocketAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> SocketAddr {
    if !is_ours(peer, proxies) {
        return peer;
    }
    let last = headers.get_all(FORWARDED_FOR).iter().next_back().and_then(|value| value.to_str().ok());
    last.and_then(|text| text.rsplit(',').next()).and_then(|text| address(text.trim())).unwrap_or(peer)
}

fn is_ours(peer: SocketAddr, proxies: &[IpAddr]) -> bool {
    proxies.iter().any(|proxy| proxy.to_canonical() == peer.ip().to_canonical())
}

fn says_encrypted(headers: &HeaderMap) -> bool {
    headers.get_all(FORWARDED_PROTO).iter().next_back().is_some_and(|value| value.as_bytes() == b"https")
}

/// Proxies write addresses with and without a port.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 0)).or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_ours_says_whose_request_it_is_and_only_its_last_word_counts() {
        let proxies: [IpAddr; 2] = ["127.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()];
        let cases = [
            ("127.0.0.1:9", &["8.8.8.8"][..], "8.8.8.8"),
            ("127.0.0.1:9", &["1.1.1.1, 8.8.8.8"], "8.8.8.8"),
            ("127.0.0.1:9", &["1.1.1.1", "8.8.8.8"], "8.8.8.8"),
            ("[fd00::1]:9", &["[2001:db8::1]:4000"], "2001:db8::1"),
            ("[::ffff:127.0.0.1]:9", &["2001:db8::1"], "2001:db8::1"),
            ("127.0.0.1:9", &[], "127.0.0.1"),
            ("127.0.0.1:9", &["1.1.1.1, unknown"], "127.0.0.1"),
            ("10.0.0.9:9", &["8.8.8.8"], "10.0.0.9"),
        ];
        for (peer, forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append(FORWARDED_FOR, value.parse().unwrap());
            }
            let found = origin(peer.parse().unwrap(), &headers, &proxies);
            assert_eq!(found.ip(), expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }
}
