//! Finds the exact cause of a failed request in what the HTTP client reports.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::CertificateError;

use super::error::{LinkError, TlsFault};

/// The name has no address. Made by our resolver, so that it is found again in the chain of causes.
#[derive(Debug, thiserror::Error)]
#[error("no address for the name")]
pub(super) struct NotResolved;

/// The cause of an error that came before or instead of a reply.
pub(super) fn cause(error: &reqwest::Error, host: &str, connect: Duration) -> LinkError {
    let host = host.to_owned();
    if let Some(fault) = find(error, tls_fault) {
        return LinkError::Tls { host, fault };
    }
    if find(error, |cause| cause.downcast_ref::<NotResolved>().map(|_| ())).is_some() {
        return LinkError::NotResolved { host };
    }
    let kind = find(error, |cause| cause.downcast_ref::<io::Error>().map(io::Error::kind));
    if error.is_connect() {
        return match kind {
            Some(io::ErrorKind::ConnectionRefused) => LinkError::Refused { host },
            _ if error.is_timeout() => {
                let reason = format!("there was no answer within {} seconds", connect.as_secs().max(1));
                LinkError::Unreachable { host, reason }
            }
            _ => LinkError::Unreachable { host, reason: innermost(error) },
        };
    }
    if error.is_builder() {
        return LinkError::Url(host);
    }
    LinkError::BrokenOff(innermost(error))
}

/// The first cause, from the outside in, of which `look` finds something.
fn find<T>(error: &reqwest::Error, look: impl Fn(&(dyn Error + 'static)) -> Option<T>) -> Option<T> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(found) = look(cause) {
            return Some(found);
        }
        next = inner(cause);
    }
    None
}

/// The cause of a cause. An `io::Error` passes over the error it wraps when asked for its source.
fn inner<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(next) = inner(cause) {
        cause = next;
    }
    cause.to_string()
}

fn tls_fault(cause: &(dyn Error + 'static)) -> Option<TlsFault> {
    let error = cause.downcast_ref::<rustls::Error>()?;
    Some(match error {
        rustls::Error::InvalidCertificate(certificate) => certificate_fault(certificate),
        rustls::Error::InvalidMessage(_) => TlsFault::NotTls,
        other => TlsFault::Other(other.to_string()),
    })
}

fn certificate_fault(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::OtherHost,
        CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
        CertificateError::Revoked => TlsFault::Revoked,
        // A certificate that signed itself is used as its own authority, which webpki words in this way.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => TlsFault::UnknownIssuer,
        other => TlsFault::Other(format!("its certificate is not accepted ({other})")),
    }
}
