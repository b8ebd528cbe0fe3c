//! The text of a file before it is read as anything: whether it is text at all, and its lines.

/// What a file is that is no text, or none to be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotText {
    #[error("the file is UTF-16 text; save it as UTF-8")]
    Utf16,
    #[error("the file is a workbook or an archive, not text; save it as CSV")]
    Workbook,
    #[error("the file is not text: it holds zero bytes")]
    Zeros,
    #[error("the file is empty")]
    Empty,
}

impl NotText {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some(Self::Utf16),
            // Workbooks of today are archives; those of old begin like all documents of that time.
            [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(Self::Workbook),
            _ if bytes.iter().take(8_192).any(|byte| *byte == 0) => Some(Self::Zeros),
            _ if bytes.iter().all(u8::is_ascii_whitespace) => Some(Self::Empty),
            _ => None,
        }
    }
}

/// Lines of the file by position. The `csv` crate takes the position of a record before the empty lines in front of it.
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line in which a record begins that was read from `start` on. Asked in ascending order.
    pub(crate) fn at(&mut self, start: u64) -> u64 {
        let mut start = usize::try_from(start).unwrap_or(usize::MAX).min(self.text.len());
        let blank = self.text[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        start += blank;
        let passed = self.text[self.at.min(start)..start].iter().filter(|byte| **byte == b'\n').count();
        self.line += passed as u64;
        self.at = start;
        self.line
    }

    /// The line that was asked for last.
    pub(crate) fn last(&self) -> u64 {
        self.line
    }
}
