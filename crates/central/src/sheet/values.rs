//! Single cells as values: numbers, yes and no, words for one of a few things, and several words in one cell.

use sitesync_pages::Words;

use super::fold::folded;

/// A number that is not negative.
pub(super) fn number(text: &str) -> Result<f64, Words> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    if !digits(whole) || !digits(part) {
        return Err(Words::new("import-not-a-number"));
    }
    // With a comma before three digits, one reads a thousand and another one a one.
    if text.contains(',') && part.len() == 3 {
        return Err(Words::new("import-unclear-comma"));
    }
    format!("{whole}.{part}").parse().map_err(|_| Words::new("import-not-a-number"))
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, Words> {
    match folded(text).as_str() {
        "yes" | "y" | "true" | "1" | "x" | "oui" | "o" | "vrai" => Ok(true),
        "no" | "n" | "false" | "0" | "non" | "faux" => Ok(false),
        _ => Err(Words::new("import-not-yes-or-no")),
    }
}

/// What is meant by the words of each thing.
pub(super) fn one_of<T: Copy>(text: &str, things: &[(T, &[&str])], fault: &'static str) -> Result<T, Words> {
    let word = folded(text);
    let found = things.iter().find(|(_, words)| words.contains(&word.as_str()));
    found.map(|(thing, _)| *thing).ok_or_else(|| Words::new(fault))
}

/// Several words in one cell.
pub(super) fn several(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', ',', '|', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

/// As people write a number.
pub(super) fn written(number: f64) -> String {
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_clear_or_refused() {
        for (text, expected) in [("1", 1.0), ("1000", 1000.0), ("2.5", 2.5), ("2,5", 2.5), ("0.125", 0.125), ("0", 0.0)]
        {
            assert_eq!(number(text), Ok(expected), "{text}");
        }
        for text in ["", "-1", "1e3", "1 000", "1,000.5", "a", "1.", ".5", "NaN", "½", "١"] {
            assert_eq!(number(text), Err(Words::new("import-not-a-number")), "{text}");
        }
        assert_eq!(number("1,000"), Err(Words::new("import-unclear-comma")));
    }

    #[test]
    fn words_are_read_in_both_languages() {
        assert_eq!([yes_or_no("OUI"), yes_or_no("No"), yes_or_no("X")], [Ok(true), Ok(false), Ok(true)]);
        assert!(yes_or_no("perhaps").is_err());
        assert_eq!(one_of("Hors-Stock", &[(1, &["hors stock"])], "none"), Ok(1));
        assert!(one_of("x", &[(1, &["hors stock"])], "none").is_err());
        assert_eq!(several("A; B,C | ;").collect::<Vec<_>>(), ["A", "B", "C"]);
    }
}
