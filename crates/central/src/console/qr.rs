//! A text as a QR code, drawn as SVG.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code: how many squares it is wide, with its margin, and the way of a pen that paints the dark ones.
pub(super) struct Qr {
    pub(super) size: i32,
    pub(super) path: String,
}

/// Squares around the code, which readers need to find it.
const MARGIN: i32 = 4;

impl Qr {
    /// None if the text is too long for a code, which is above 2,000 bytes.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|&x| code.get_module(x, y)) {
                // Writing to a text does not fail.
                let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
            }
        }
        Some(Self { size: code.size() + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_margin() {
        let qr = Qr::of("https://central.example\nOpua\npass-word").unwrap();
        let corner = qr.size - MARGIN - 1;
        for (x, y, dark) in [(MARGIN, MARGIN, true), (corner, MARGIN, true), (MARGIN, corner, true), (0, 0, false)] {
            assert_eq!(qr.path.contains(&format!("M{x} {y}h")), dark, "{x} {y}");
        }
        assert!(Qr::of(&"x".repeat(5_000)).is_none());
    }
}
