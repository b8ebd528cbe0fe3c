//! What a program adds to the ways between its pages for one request: numbers, and pages that not every server has. Known before a
//! handler runs, so that no page has to ask for it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::texts::Texts;

/// The numbers for the script of a page that refreshes a part of itself: addresses, numbers, and the word `warn`.
const COUNTS: HeaderName = HeaderName::from_static("x-sitesync-counts");

/// A number beside the way to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The address of the page.
    pub href: &'static str,
    pub number: u64,
    /// Whether it asks for somebody.
    pub warn: bool,
}

/// Numbers beside pages, and further pages. Travels with a request.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Whose server it is; empty if nobody has said.
    pub place: String,
    pub counts: Vec<Count>,
    /// Address and message of pages that only this server has.
    pub more: Vec<(&'static str, &'static str)>,
}

impl Beside {
    /// Puts it to a request, and the numbers to the answer.
    pub async fn put(self, mut request: Request, next: Next) -> Response {
        let told = HeaderValue::from_str(&self.told());
        request.extensions_mut().insert(self);
        let mut response = next.run(request).await;
        if let Ok(told) = told {
            response.headers_mut().insert(COUNTS, told);
        }
        response
    }

    fn told(&self) -> String {
        let one = |count: &Count| format!("{} {}{}", count.href, count.number, if count.warn { " warn" } else { "" });
        self.counts.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn count(&self, href: &str, t: &Texts) -> Option<(String, bool)> {
        let count = self.counts.iter().find(|count| count.href == href)?;
        Some((t.number(count.number), count.warn))
    }
}
