//! Seeded numbers for the demo. The same seed gives the same country; not for secrets.

/// The generator called splitmix64: one word of state, and good enough to choose medicines with.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both possible.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low).saturating_add(1);
        low + self.word() % span.max(1)
    }

    /// A place in a list of `length`, which must not be 0.
    pub fn index(&mut self, length: usize) -> usize {
        let last = u64::try_from(length).unwrap_or(u64::MAX).saturating_sub(1);
        usize::try_from(self.between(0, last)).unwrap_or_default()
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { list.get(self.index(list.len())) }
    }

    /// The list in another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.index(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seeded;

    #[test]
    fn numbers_stay_in_range_and_repeat_with_the_seed() {
        let (mut one, mut same, mut other) = (Seeded::new(1), Seeded::new(1), Seeded::new(2));
        let list: Vec<u64> = (0..1_000).map(|_| one.between(3, 9)).collect();
        assert!(list.iter().all(|number| (3..=9).contains(number)));
        assert_eq!(list, (0..1_000).map(|_| same.between(3, 9)).collect::<Vec<_>>());
        assert_ne!(list, (0..1_000).map(|_| other.between(3, 9)).collect::<Vec<_>>());
        assert!(one.pick::<u8>(&[]).is_none());
        let mut shuffled: Vec<u64> = (0..50).collect();
        one.shuffle(&mut shuffled);
        shuffled.sort_unstable();
        assert_eq!(shuffled, (0..50).collect::<Vec<_>>());
    }
}
