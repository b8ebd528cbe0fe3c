//! Check connection: every step of the way to a first sync by itself, with the exact cause where it ends.
//!
//! It changes nothing, neither here nor on the central server; it may be asked with a configuration that is not stored.

use serde::Serialize;
use sitesync_core::given::{Clock, Millis};
use sitesync_core::protocol::{ErrorText, LoginRequest};

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
    pub text: String,
    /// What to do, if there is anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next: String,
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
            steps[What::Device as usize].text = device(checked.bound);
            if let Some(site) = checked.site {
                steps[What::Credentials as usize].text = format!("Accepted as site {} ({}).", site.name, site.code);
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
    let ErrorText { code, message, next } = error.text();
    let mut steps = passed(server_url, at);
    if let Some(step) = steps.get_mut(at as usize) {
        *step = Check { what: at, result: Verdict::Failed, text: message, next };
    }
    Report { ok: false, code: Some(code), steps }
}

/// The steps up to one as passed, the rest as not reached.
fn passed(server_url: &str, upto: What) -> Vec<Check> {
    let plain = server_url.trim_start().to_ascii_lowercase().starts_with("http:");
    let step = |what: What| {
        if what > upto {
            let text = "Not checked: an earlier step failed.".to_owned();
            return Check { what, result: Verdict::Skipped, text, next: String::new() };
        }
        match what {
            What::Tls if plain => Check {
                what,
                result: Verdict::Warning,
                text: "The connection is not encrypted: what is sent can be read on the way.".to_owned(),
                next: "Use https:// outside of a network that you trust.".to_owned(),
            },
            _ => Check { what, result: Verdict::Passed, text: words(what).to_owned(), next: String::new() },
        }
    };
    ORDER.into_iter().map(step).collect()
}

fn words(what: What) -> &'static str {
    match what {
        What::Url => "The server URL can be read.",
        What::Name => "The name is known.",
        What::Connection => "The connection comes about.",
        What::Tls => "The connection is encrypted, and the certificate is right.",
        What::Server => "A sitesync server answers.",
        What::Version => "The protocol versions match.",
        What::Credentials => "Site name and password are accepted.",
        What::Device => "The device may sync.",
        What::Clock => "The clocks agree.",
    }
}

fn device(bound: bool) -> String {
    let text = if bound {
        "The site is bound to this device."
    } else {
        "The site is free: the first sync binds it to this device."
    };
    text.to_owned()
}

/// How far the clocks are apart. Syncing does not depend on it; the times that people write down do.
fn clock_step(off: Option<Millis>) -> Check {
    let passed = |text: String| Check { what: What::Clock, result: Verdict::Passed, text, next: String::new() };
    match off {
        None => passed("The central server did not tell its time.".to_owned()),
        Some(off) if off.abs() <= CLOCK_OFF_MAX => passed(words(What::Clock).to_owned()),
        Some(off) => {
            let minutes = off.abs() / 60_000;
            let way = if off > 0 { "behind" } else { "ahead of" };
            Check {
                what: What::Clock,
                result: Verdict::Warning,
                text: format!("The clock of this device is {minutes} minutes {way} the central server's."),
                next: "Set date, time and time zone of this device. Syncing works all the same.".to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
