//! What the outside gives to the engine: the time and random numbers. Nothing in the engine asks for them in any other way,
//! so a whole country can run in one thread, from one seed.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// How far another clock is ahead of ours. Of whatever the other side calls its time, the result can be negated and shown.
pub fn clock_off(theirs: Millis, ours: Millis) -> Millis {
    theirs.saturating_sub(ours).max(-Millis::MAX)
}

/// The time of day.
pub trait Clock: Send + Sync {
    /// The time now, in milliseconds since 1970 UTC.
    fn now(&self) -> Millis;
}

/// A source of random bytes, good enough for secrets in the real programs and seeded in tests.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A new record id: 32 upper-case hex digits, as mSupply writes them.
    fn record_id(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// A new secret of 256 bits, as 64 lower-case hex digits.
    fn secret(&self) -> String {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_too_far_off() {
        assert_eq!(clock_off(5, 3), 2);
        for theirs in [Millis::MIN, Millis::MAX] {
            assert!(clock_off(theirs, 1).abs() > 0 && clock_off(theirs, -1).abs() > 0);
        }
    }
}
