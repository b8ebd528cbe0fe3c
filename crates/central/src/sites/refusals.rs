//! Why a site was turned away, in the words of whoever looks at it on the central server: from the code that is stored, since the
//! words that the site was told are in one language.

use sitesync_pages::Words;

/// For each code what happened and what to do next.
const KNOWN: [(&str, &str, &str); 14] = [
    ("site_name_not_found", "refusal-name", "refusal-name-next"),
    ("site_incorrect_password", "refusal-password", "refusal-password-next"),
    ("sync_switched_off", "refusal-off", "refusal-off-next"),
    ("server_busy", "refusal-busy", "refusal-wait"),
    ("too_many_failures", "refusal-failures", "refusal-password-next"),
    ("site_auth_timeout", "refusal-blocked", "refusal-blocked-next"),
    ("site_incorrect_hardware_id", "refusal-device", "refusal-device-next"),
    ("site_former_device", "refusal-former", "refusal-former-next"),
    ("site_not_bound", "refusal-not-bound", "refusal-wait"),
    ("token_ended", "refusal-token", "refusal-wait"),
    ("api_version_incompatible", "refusal-version", "refusal-version-next"),
    ("site_has_no_store", "refusal-no-store", "refusal-no-store-next"),
    ("request_malformed", "refusal-malformed", "refusal-version-next"),
    ("protocol_unknown", "refusal-version", "refusal-version-next"),
];

fn known(code: &str) -> Option<(&'static str, &'static str)> {
    KNOWN.iter().find(|(known, ..)| *known == code).map(|(_, cause, next)| (*cause, *next))
}

/// What happened.
pub(crate) fn cause(code: &str) -> Words {
    match known(code) {
        Some((cause, _)) => Words::new(cause),
        None => Words::new("refusal-other").with("code", code),
    }
}

/// What to do next.
pub(crate) fn next_step(code: &str) -> Words {
    Words::new(known(code).map_or("refusal-wait", |(_, next)| next))
}
