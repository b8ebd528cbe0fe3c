//! What every answer gets: packing, and headers that keep browsers from doing more than the pages need.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

use crate::reply::{ForPrograms, PACKED_ABOVE};

/// No script and style but our own files; nothing inline, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds what every answer gets.
pub fn common<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let worth_it = DefaultPredicate::new().and(SizeAbove::new(PACKED_ABOVE as u64));
    router.layer(from_fn(headers)).layer(CompressionLayer::new().gzip(true).zstd(true).compress_when(worth_it))
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.extensions().get::<ForPrograms>().is_none() {
        page_headers(response.headers_mut());
    }
    response
}

/// The headers themselves; what a handler has set stays.
pub fn page_headers(headers: &mut HeaderMap) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // Data of patients and passwords are in these answers; a shared computer must not keep them.
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
