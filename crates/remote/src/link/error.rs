//! What can go wrong on the way to the central server, each cause by itself, in plain words and with the next step.

use std::time::Duration;

use sitesync_core::protocol::ErrorText;

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("\"{0}\" is not a server URL.")]
    Url(String),
    #[error(
        "{host} is not in a local network, and http:// would send password and records there for everybody on the way to read."
    )]
    Plain { host: String },
    #[error("The name {host} is not known: no address was found for it.")]
    NotResolved { host: String },
    #[error("{host} is there, but nothing answers at this port.")]
    Refused { host: String },
    #[error("{host} cannot be reached: {reason}.")]
    Unreachable { host: String, reason: String },
    #[error("The connection to {host} is not safe: {fault}.")]
    Tls { host: String, fault: TlsFault },
    #[error("The central server was silent for {seconds} seconds.")]
    Silent { seconds: u64 },
    #[error("The connection was broken off: {0}.")]
    BrokenOff(String),
    #[error("What answers at this address is not a sitesync server: {0}.")]
    NotSitesync(String),
    #[error("The server sends on to another address: {0}.")]
    Moved(String),
    #[error("The protocol versions do not match: the site speaks {ours:?}, the central server {theirs:?}.")]
    Versions { ours: Vec<u32>, theirs: Vec<u32> },
    /// The central server, or what stands before it, answers with an error and no explanation.
    #[error("The central server answered with error {status}.")]
    Status { status: u16, retry_after: Option<Duration> },
    /// The central server refused, and said why.
    #[error("{}", error.message)]
    Asked { status: u16, error: ErrorText, retry_after: Option<Duration> },
    #[error("The answer is larger than {limit} bytes.")]
    TooLarge { limit: usize },
    #[error("The answer cannot be understood: {0}.")]
    Answer(String),
    /// This machine is at fault, not the way.
    #[error("This program cannot connect: {0}.")]
    Here(String),
}

/// What is wrong with the certificate, or with TLS at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    #[error("its certificate has expired")]
    Expired,
    #[error("its certificate is not valid yet")]
    NotYetValid,
    #[error("its certificate is for another name")]
    OtherHost,
    #[error("its certificate comes from an authority that this machine does not know")]
    UnknownIssuer,
    #[error("its certificate was withdrawn")]
    Revoked,
    #[error("it does not speak TLS at this port")]
    NotTls,
    #[error("{0}")]
    Other(String),
}

impl TlsFault {
    fn next(&self) -> &'static str {
        match self {
            Self::Expired => {
                "Check date and time of this device; if they are right, the certificate of the central server must be renewed."
            }
            Self::NotYetValid => "Check date and time of this device.",
            Self::OtherHost => "Enter the server URL with the name that the certificate is for.",
            Self::UnknownIssuer => {
                "If the central server has a certificate of its own, give its CA file to this program; if not, \
                 something on the way stands in for the server: ask whoever runs the network."
            }
            Self::Revoked | Self::Other(_) => "Tell whoever runs the central server.",
            Self::NotTls => "Check the server URL: perhaps it begins with http://, or another port is right.",
        }
    }
}

impl LinkError {
    /// No connection came about, or it ended before the reply: the same request may be sent again soon.
    pub fn is_connection(&self) -> bool {
        matches!(
            self,
            Self::NotResolved { .. }
                | Self::Refused { .. }
                | Self::Unreachable { .. }
                | Self::Silent { .. }
                | Self::BrokenOff(_)
        ) || matches!(self, Self::Status { status: 502..=504, .. })
    }

    /// A connection was there, and did not hold until the reply: a smaller request may pass.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Silent { .. } | Self::BrokenOff(_)) || matches!(self, Self::Status { status: 504, .. })
    }

    /// It can only succeed after somebody did something: trying often would not help, and may count as guessing a password.
    pub fn needs_person(&self) -> bool {
        match self {
            Self::Url(_)
            | Self::Plain { .. }
            | Self::NotSitesync(_)
            | Self::Moved(_)
            | Self::Versions { .. }
            | Self::Tls { .. } => true,
            // 503 and 429 pass by themselves.
            Self::Asked { status, .. } => (400..500).contains(status) && *status != 429 && *status != 408,
            _ => false,
        }
    }

    /// How long the central server wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } | Self::Asked { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &str {
        match self {
            Self::Url(_) => "url",
            Self::Plain { .. } => "not_encrypted",
            Self::NotResolved { .. } => "name_not_resolved",
            Self::Refused { .. } => "connection_refused",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::Silent { .. } => "silent",
            Self::BrokenOff(_) => "broken_off",
            Self::NotSitesync(_) => "not_sitesync",
            Self::Moved(_) => "moved",
            Self::Versions { .. } => "api_version_incompatible",
            Self::Status { .. } => "server_error",
            Self::Asked { error, .. } => &error.code,
            Self::TooLarge { .. } => "too_large",
            Self::Answer(_) => "answer",
            Self::Here(_) => "here",
        }
    }

    /// The error as it is stored and shown.
    pub fn text(&self) -> ErrorText {
        if let Self::Asked { error, .. } = self {
            return error.clone();
        }
        ErrorText { code: self.code().to_owned(), message: self.to_string(), next: self.next().to_owned() }
    }

    fn next(&self) -> &str {
        match self {
            Self::Url(_) => "Enter it like https://sync.example.org, or http:// and an address in a local network.",
            Self::Plain { .. } => "Begin the server URL with https://.",
            Self::NotResolved { .. } => {
                "Check that this device is on the network, and the spelling of the server URL. Work goes on meanwhile; \
                 the site tries again by itself."
            }
            Self::Refused { .. } => {
                "Check the port in the server URL; if it is right, the central server is not running."
            }
            Self::Unreachable { .. } | Self::Silent { .. } | Self::BrokenOff(_) => {
                "Check the connection of this device. Nothing is lost; the site tries again by itself and goes on where it was."
            }
            Self::Tls { fault, .. } => fault.next(),
            Self::NotSitesync(_) => "Check the server URL. In a guest network, first open its page and log in there.",
            Self::Moved(_) => "Enter that address as the server URL, if it is the right one.",
            Self::Versions { .. } => "Update the older of the two programs.",
            Self::Status { .. } => "The site tries again by itself. If it stays, tell whoever runs the central server.",
            Self::Asked { error, .. } => &error.next,
            Self::TooLarge { .. } | Self::Answer(_) => {
                "Check the server URL; if it is right, update the programs on both sides."
            }
            Self::Here(_) => "Restart the program. If it stays, tell whoever looks after this device.",
        }
    }
}
