//! The languages that there are message files for, and which one a request wants. Another language is another folder of messages
//! and another line here.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    French,
}

/// The cookie in which a browser keeps the language that somebody chose.
pub(crate) const COOKIE_NAME: &str = "lang";

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// As HTML and Fluent name it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// In its own words.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
        }
    }

    /// The language of a tag such as `fr` or `fr-CD`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let main = tag.split(['-', '_']).next().unwrap_or("");
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(main))
    }

    /// The chosen language, else the first one of the browser's that there is, else English.
    pub fn of(headers: &HeaderMap) -> Self {
        chosen(headers).or_else(|| accepted(headers)).unwrap_or_default()
    }
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).and_then(|(_, tag)| Language::of_tag(tag))
}

/// Browsers send their languages in the order in which people want them.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    accepted.split(',').find_map(|part| Language::of_tag(part.split(';').next().unwrap_or("").trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_chose_comes_before_what_the_browser_says() {
        let of = |accepted: &str, cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, accepted.parse().unwrap());
            headers.insert(COOKIE, cookie.parse().unwrap());
            Language::of(&headers)
        };
        assert_eq!(of("fr-CD,fr;q=0.9,en;q=0.8", ""), Language::French);
        assert_eq!(of("sw,pt;q=0.9", ""), Language::English);
        assert_eq!(of("sw, FR;q=0.9", "a=b; lang=xx"), Language::French);
        assert_eq!(of("fr", "a=b; lang=en"), Language::English);
    }
}
