//! Words as they are compared: without capitals, accents and signs.

/// Lower-case letters and digits, with single blanks between words: `code article` of "Code_Article " and of "code article:".
pub(super) fn folded(text: &str) -> String {
    let mut words = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => words.push_str(letters),
            None if c.is_alphanumeric() => words.push(c),
            None => words.push(' '),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letters that people without an accent on their keyboard write instead.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'œ' => "oe",
        'æ' => "ae",
        // An accent that stands by itself belongs to the letter before it.
        '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn capitals_accents_and_signs_make_no_difference() {
        for (text, expected) in [
            ("Code_Article ", "code article"),
            ("Unité (de mesure)", "unite de mesure"),
            ("Nom de l’établissement", "nom de l etablissement"),
            ("e\u{301}tat", "etat"),
            ("  ", ""),
            ("Pack-Size:", "pack size"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }
}
