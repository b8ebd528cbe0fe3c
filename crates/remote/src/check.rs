//! Check connection: every step of the way to a first sync by itself, with the exact cause where it ends.
//!
//! It changes nothing, neither here nor on the central server; it may be asked with a configuration that is not stored.

use serde::Serialize;
use sitesync_core::given::{Clock, Millis};
use sitesync_core::protocol::{ErrorText, LoginRequest};
use sitesync_pages::{Language, Say, Texts, Words, shown};

use crate::link::{Link, LinkError};

/// A clock that is off by more confuses people who compare times.
const CLOCK_OFF_MAX: Millis = 2 * 60_000;

/// The steps in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Url,
    Name,
    Connection,
    Tls,
    Server,
    Version,
    Credentials,
    Device,
    Clock,
}

impl What {
    /// The message that names the step.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Url => "step-url",
            Self::Name => "step-name",
            Self::Connection => "step-connection",
            Self::Tls => "step-tls",
            Self::Server => "step-server",
            Self::Version => "step-version",
            Self::Credentials => "step-credentials",
            Self::Device => "step-device",
            Self::Clock => "step-clock",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    /// Not wrong, but a person should know.
    Warning,
    Failed,
    /// Not reached.
    Skipped,
}

/// One step and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub what: What,
    pub result: Verdict,
    /// In English.
    pub text: String,
    /// What to do, if there is anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next: String,
    #[serde(skip)]
    told: Told,
}

/// The same for a page in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Words(Words, Option<Words>),
    /// The words of the link or of the central server.
    Error(ErrorText),
}

impl Check {
    fn new(what: What, result: Verdict, text: Words, next: Option<Words>) -> Self {
        let told = Told::Words(text, next);
        let (text, next) = told.said(Texts::of(Language::English));
        Self { what, result, text, next, told }
    }

    fn passed(what: What, text: Words) -> Self {
        Self::new(what, Verdict::Passed, text, None)
    }

    fn failed(what: What, error: ErrorText) -> Self {
        let (text, next) = (error.message.clone(), error.next.clone());
        Self { what, result: Verdict::Failed, text, next, told: Told::Error(error) }
    }

    /// What is told of it, and what to do.
    pub(crate) fn said(&self, t: &Texts) -> (String, String) {
        self.told.said(t)
    }
}

impl Told {
    fn said(&self, t: &Texts) -> (String, String) {
        match self {
            Self::Words(text, next) => (t.say(text), next.as_ref().map_or(String::new(), |next| t.say(next))),
            Self::Error(error) => shown(t, error),
        }
    }
}

/// All steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// A sync would get through.
    pub ok: bool,
    /// The stable code of the failure, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub steps: Vec<Check>,
}

const ORDER: [What; 9] = [
    What::Url,
    What::Name,
    What::Connection,
    What::Tls,
    What::Server,
    What::Version,
    What::Credentials,
    What::Device,
    What::Clock,
];

/// Takes the steps until one fails.
pub async fn check(link: &dyn Link, clock: &dyn Clock, server_url: &str, request: &LoginRequest) -> Report {
    let greeting = match link.greet(server_url).await {
        Ok(greeting) => greeting,
        Err(error) => return ended(server_url, &error),
    };
    let asked = clock.now();
    match link.check(request, server_url).await {
        Err(error) => ended(server_url, &error),
        Ok(checked) => {
            let off = checked.clock.or(greeting.clock).map(|there| there - asked);
            let mut steps = passed(server_url, What::Clock);
            steps[What::Device as usize] = Check::passed(What::Device, device(checked.bound));
            if let Some(site) = checked.site {
                let words = Words::new("check-accepted").with("name", site.name).with("code", site.code);
                steps[What::Credentials as usize] = Check::passed(What::Credentials, words);
            }
            steps[What::Clock as usize] = clock_step(off);
            Report { ok: true, code: None, steps }
        }
    }
}

/// Where on the way an error stands.
fn place(error: &LinkError) -> What {
    match error {
        LinkError::Url(_) | LinkError::Plain { .. } => What::Url,
        LinkError::NotResolved { .. } => What::Name,
        LinkError::Refused { .. } | LinkError::Unreachable { .. } | LinkError::Here(_) => What::Connection,
        LinkError::Tls { .. } => What::Tls,
        LinkError::Versions { .. } => What::Version,
        LinkError::Asked { status: 500.., .. } => What::Server,
        LinkError::Asked { error, .. } => match &*error.code {
            "api_version_incompatible" | "protocol_unknown" => What::Version,
            "site_incorrect_hardware_id" | "site_former_device" | "site_not_bound" => What::Device,
            _ => What::Credentials,
        },
        _ => What::Server,
    }
}

fn ended(server_url: &str, error: &LinkError) -> Report {
    let at = place(error);
    let text = error.text();
    let code = text.code.clone();
    let mut steps = passed(server_url, at);
    if let Some(step) = steps.get_mut(at as usize) {
        *step = Check::failed(at, text);
    }
    Report { ok: false, code: Some(code), steps }
}

/// The steps up to one as passed, the rest as not reached.
fn passed(server_url: &str, upto: What) -> Vec<Check> {
    let plain = server_url.trim_start().to_ascii_lowercase().starts_with("http:");
    let step = |what: What| match what {
        what if what > upto => Check::new(what, Verdict::Skipped, Words::new("check-skipped"), None),
        What::Tls if plain => {
            let next = Words::new("check-plain-next");
            Check::new(what, Verdict::Warning, Words::new("check-plain"), Some(next))
        }
        _ => Check::passed(what, Words::new(good(what))),
    };
    ORDER.into_iter().map(step).collect()
}

fn good(what: What) -> &'static str {
    match what {
        What::Url => "check-url",
        What::Name => "check-name",
        What::Connection => "check-connection-good",
        What::Tls => "check-tls",
        What::Server => "check-server",
        What::Version => "check-version",
        What::Credentials => "check-credentials",
        What::Device => "check-device",
        What::Clock => "check-clock",
    }
}

fn device(bound: bool) -> Words {
    Words::new(if bound { "check-bound" } else { "check-free" })
}

/// How far the clocks are apart. Syncing does not depend on it; the times that people write down do.
fn clock_step(off: Option<Millis>) -> Check {
    match off {
        None => Check::passed(What::Clock, Words::new("check-clock-untold")),
        Some(off) if off.abs() <= CLOCK_OFF_MAX => Check::passed(What::Clock, Words::new(good(What::Clock))),
        Some(off) => {
            let words = Words::new(if off > 0 { "check-clock-behind" } else { "check-clock-ahead" });
            let (text, next) = (words.with("by", Say::Length(off.abs())), Words::new("check-clock-next"));
            Check::new(What::Clock, Verdict::Warning, text, Some(next))
        }
    }
}

#[cfg(test)]
mod tests;
