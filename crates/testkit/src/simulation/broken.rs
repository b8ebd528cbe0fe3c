//! What was found broken.

/// A rule that does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The same for failures that are probably of one cause.
    pub rule: String,
    pub text: String,
}

impl Broken {
    pub fn new(rule: impl Into<String>, text: impl Into<String>) -> Self {
        Self { rule: rule.into(), text: text.into() }
    }
}
