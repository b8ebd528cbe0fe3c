//! What the windows of central data share: whose version they were filled from, what is wrong, and the answer after OK.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_pages::{Language, Texts, shown};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form};

use crate::admin::central_data::store;
use crate::master::{Fault, Kind, MasterError, Plan};
use crate::server::Central;

/// What a window edits: nothing yet, or the id and the version that it was filled from.
#[derive(Clone, Debug, Default)]
pub(super) struct Edited {
    pub(super) id: Option<String>,
    pub(super) version: String,
}

impl Edited {
    pub(super) fn read(id: Option<String>, form: &Form) -> Self {
        Self { id, version: form.get("version").to_owned() }
    }

    /// The address of the window below that of its list.
    pub(super) fn path(&self, list: &str) -> String {
        match &self.id {
            Some(id) => format!("{list}/{}", sitesync_pages::encoded(id)),
            None => format!("{list}/new"),
        }
    }
}

/// What is wrong with what was filled in.
#[derive(Default)]
pub(super) struct Wrong {
    faults: Vec<Fault>,
    error: Option<ApiError>,
}

impl Wrong {
    /// What is wrong with a field, in the reader's language.
    pub(super) fn with(&self, field: &str, t: &Texts) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| t.get(&fault.message()))
    }

    /// What is wrong with the whole, and what to do.
    pub(super) fn whole(&self, t: &Texts) -> Option<(String, String)> {
        if let Some(error) = &self.error {
            return Some(shown(t, error.text()));
        }
        (!self.faults.is_empty()).then(|| (t.get("form-wrong"), t.get("form-wrong-next")))
    }

    pub(super) fn status(&self) -> StatusCode {
        match &self.error {
            Some(error) => error.status(),
            None if self.faults.is_empty() => StatusCode::OK,
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// OK: stores, and leads to the list, or says what is wrong.
pub(super) async fn ok(
    central: &Arc<Central>,
    who: Who,
    (kind, list): (Kind, &'static str),
    edited: &Edited,
    plan: impl Fn(&mut Plan<'_>, Option<&str>) -> Result<String, MasterError> + Send + 'static,
) -> Result<Response, Wrong> {
    let known = edited.id.clone().map(|id| (id, edited.version.clone()));
    match store(central, who, kind, known, plan).await {
        Ok(Ok(_)) => Ok(Redirect::to(list).into_response()),
        Ok(Err(faults)) => Err(Wrong { faults, error: None }),
        Err(error) => Err(Wrong { faults: Vec::new(), error: Some(error) }),
    }
}

/// A number as people write it, with a point or a comma; not a number if it is none. In a language with a point, a comma before three
/// digits may be a thousand as well as a one.
pub(in crate::console) fn number(text: &str, language: Language) -> f64 {
    let unclear =
        |text: &str| language == Language::English && text.rsplit_once(',').is_some_and(|(_, part)| part.len() == 3);
    match text.trim() {
        "" => 0.0,
        text if unclear(text) => f64::NAN,
        text => text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use sitesync_pages::Language::{English, French};

    use super::number;

    #[test]
    fn a_number_is_clear_or_none() {
        for (text, expected) in [("", 0.0), ("2,5", 2.5), (" 2.5 ", 2.5), ("1000", 1000.0), ("0.125", 0.125)] {
            assert_eq!([English, French].map(|language| number(text, language)), [expected; 2], "{text}");
        }
        assert_eq!(number("0,125", French), 0.125);
        for text in ["1,000", "0,125", "1,000.5", "x", "inf", "1e999"] {
            assert!(number(text, English).is_nan(), "{text}");
        }
    }
}
