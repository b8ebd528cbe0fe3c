//! What may stand in the fields of a site that people fill in. Checked in one place for every door.

use super::error::SiteError;
use super::model::DeviceType;

const NAME_LIMIT: usize = 100;
const TEXT_LIMIT: usize = 100;
const URI_LIMIT: usize = 2000;

/// A site name, trimmed. A colon would end the user name in HTTP basic authentication, which mSupply sites use.
pub(super) fn name(text: &str) -> Result<String, SiteError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(SiteError::BadName("it is empty"));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(SiteError::TooLong { field: "site name", limit: NAME_LIMIT });
    }
    if name.contains(':') {
        return Err(SiteError::BadName("it contains a colon, which sites cannot send when they log in"));
    }
    if name.chars().any(char::is_control) {
        return Err(SiteError::BadName("it contains a line break or another control character"));
    }
    Ok(name.to_owned())
}

/// A short free text, trimmed.
pub(super) fn text(field: &'static str, text: &str) -> Result<String, SiteError> {
    let text = text.trim();
    if text.chars().count() > TEXT_LIMIT {
        return Err(SiteError::TooLong { field, limit: TEXT_LIMIT });
    }
    Ok(text.to_owned())
}

pub(super) fn device_type(given: Option<&DeviceType>) -> Result<Option<DeviceType>, SiteError> {
    match given {
        Some(DeviceType::Other(other)) => match text("type", other)? {
            other if other.is_empty() => Ok(None),
            other => Ok(Some(DeviceType::Other(other))),
        },
        given => Ok(given.cloned()),
    }
}

/// An absolute http(s) address, or none. Sites refuse to sync when it cannot be parsed, so it is checked here.
pub(super) fn uri(text: &str) -> Result<Option<String>, SiteError> {
    let uri = text.trim();
    if uri.is_empty() {
        return Ok(None);
    }
    if uri.chars().count() > URI_LIMIT {
        return Err(SiteError::TooLong { field: "uri", limit: URI_LIMIT });
    }
    if uri.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\')) {
        return Err(SiteError::BadUri("it contains a blank or a character that addresses cannot have"));
    }
    let Some((scheme, rest)) = uri.split_once("://") else {
        return Err(SiteError::BadUri("write it with http:// or https:// in front"));
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(SiteError::BadUri("write it with http:// or https:// in front"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    host_and_port(authority)?;
    Ok(Some(uri.to_owned()))
}

fn host_and_port(authority: &str) -> Result<(), SiteError> {
    if authority.contains('@') {
        return Err(SiteError::BadUri("it must not contain a user name or password"));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(SiteError::BadUri("its host is not complete"))?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| SiteError::BadUri("its host is not an address"))?;
            (host, after.strip_prefix(':').or(after.is_empty().then_some("80")))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, Some("80")),
        },
    };
    if host.is_empty() {
        return Err(SiteError::BadUri("it has no host"));
    }
    match port.map(str::parse::<u16>) {
        Some(Ok(port)) if port > 0 => Ok(()),
        _ => Err(SiteError::BadUri("its port is not a number from 1 to 65535")),
    }
}
