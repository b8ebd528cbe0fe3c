//! The name that a mistyped one most likely stands for.

/// Longer names are no slips of the hand, and comparing them would take long.
const LETTERS_MAX: usize = 100;

/// The candidate that differs least from `wanted`, unless even that one differs in more than half of its letters.
pub(super) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let short = |letters: usize| letters <= LETTERS_MAX;
    candidates
        .into_iter()
        .filter(|name| short(wanted.len()) && short(name.chars().count()))
        .map(|name| (distance(&wanted, name), name))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, name)| distance * 2 <= wanted.len().max(name.chars().count()))
        .map(|(_, name)| name)
}

/// How many letters must be added, removed or changed, capitals aside.
fn distance(wanted: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (above, c) in name.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for at in 0..wanted.len() {
            let changed = diagonal + usize::from(wanted[at] != c);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[wanted.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_closest_name_is_found_or_none() {
        let names = ["Country", "Pack Price", "Line Item Quantity"];
        assert_eq!(nearest("pack prise", names), Some("Pack Price"));
        assert_eq!(nearest("Contry", names), Some("Country"));
        assert_eq!(nearest("Zzzzz", names), None);
        assert_eq!(nearest("Anything", []), None);
        let long = "x".repeat(1_000_000);
        assert_eq!(nearest(&long, [&*long, "x"]), None);
        assert_eq!(nearest("x", [&*long, "y"]), None);
    }
}
