//! The catalogue for people to read. Not the catalogue itself, and not how values are shown.
pub fn markdown(_: &super::Catalogue) -> String {
    String::new()
}
