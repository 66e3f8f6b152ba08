//! Wrong codes at the panel and the pauses they earn. It has a counter of its own, so that a bot that empties everybody's
//! bucket (`guessing`) does not take the panel from people, and a person at the panel takes nothing from the phones.
//!
//! A restart forgets: a kiosk takes about as long to start as the first pause takes, and whoever can pull its plug is seen
//! doing it.

/// How many wrong codes are borne, and how long the pauses are.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Wrong codes before each pause; 1 or more.
    pub wrong_codes: u32,
    /// Seconds of the first pause; each one after it is twice as long.
    pub first_seconds: u64,
    /// Seconds of the longest pause.
    pub longest_seconds: u64,
    /// Seconds without a wrong code after which all is forgotten.
    pub forget_seconds: u64,
}

/// Wrong codes so far.
#[derive(Clone, Debug, Default)]
pub(in crate::panel) struct Tries {
    wrong: u32,
    pauses: u32,
    last_ms: u64,
    until_ms: u64,
}

impl Tries {
    /// A wrong code.
    pub(super) fn wrong(&mut self, patience: Patience, now_ms: u64) {
        self.wrong += 1;
        self.last_ms = now_ms;
        if self.wrong >= patience.wrong_codes {
            let doubled = patience.first_seconds.saturating_mul(1 << self.pauses.min(32));
            let seconds = doubled.min(patience.longest_seconds);
            self.until_ms = now_ms.saturating_add(seconds.saturating_mul(1_000));
            (self.wrong, self.pauses) = (0, self.pauses + 1);
        }
    }

    /// A right one: whoever has a code is no guesser.
    pub(super) fn right(&mut self) {
        *self = Self::default();
    }

    /// Whether one more code may be asked for while `asked` are not answered yet.
    pub(super) fn allow(&self, patience: Patience, asked: usize, now_ms: u64) -> bool {
        let asked = u32::try_from(asked).unwrap_or(u32::MAX);
        self.left_ms(now_ms) == 0 && self.wrong.saturating_add(asked) < patience.wrong_codes
    }

    /// Milliseconds until the pause is over.
    pub(in crate::panel) fn left_ms(&self, now_ms: u64) -> u64 {
        self.until_ms.saturating_sub(now_ms)
    }

    /// Time went on.
    pub(super) fn tick(&mut self, patience: Patience, now_ms: u64) {
        // The clock was set back: a pause does not grow by that.
        self.last_ms = self.last_ms.min(now_ms);
        self.until_ms = self.until_ms.min(now_ms.saturating_add(patience.longest_seconds.saturating_mul(1_000)));
        let quiet = now_ms.saturating_sub(self.last_ms.max(self.until_ms));
        if quiet >= patience.forget_seconds.saturating_mul(1_000) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, Tries};

    const PATIENCE: Patience =
        Patience { wrong_codes: 5, first_seconds: 30, longest_seconds: 300, forget_seconds: 900 };

    /// The pause after so many wrong codes in a row, in seconds.
    fn pause(tries: &mut Tries, wrong: u32, now_ms: u64) -> u64 {
        (0..wrong).for_each(|_| tries.wrong(PATIENCE, now_ms));
        tries.left_ms(now_ms) / 1_000
    }

    #[test]
    fn five_wrong_codes_pause_for_half_a_minute_and_then_twice_as_long() {
        let (mut tries, mut now_ms, mut pauses) = (Tries::default(), 1_000_000, Vec::new());
        for _ in 0..6 {
            assert_eq!(pause(&mut tries, 4, now_ms), 0);
            assert!(tries.allow(PATIENCE, 0, now_ms) && !tries.allow(PATIENCE, 1, now_ms));
            pauses.push(pause(&mut tries, 1, now_ms));
            assert!(!tries.allow(PATIENCE, 0, now_ms));
            now_ms += tries.left_ms(now_ms);
            tries.tick(PATIENCE, now_ms);
        }
        assert_eq!(pauses, [30, 60, 120, 240, 300, 300]);
    }

    #[test]
    fn a_right_code_or_a_quiet_time_forgives() {
        let mut tries = Tries::default();
        assert_eq!(pause(&mut tries, 10, 0), 60);
        tries.right();
        assert_eq!(pause(&mut tries, 5, 0), 30);
        tries.tick(PATIENCE, 929_999);
        assert_eq!(pause(&mut tries, 5, 929_999), 60);
        tries.tick(PATIENCE, 929_999 + 60_000 + 900_000);
        assert_eq!(pause(&mut tries, 5, 2_000_000), 30);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_lock_the_panel() {
        let mut tries = Tries::default();
        assert_eq!(pause(&mut tries, 5, 1_795_000_000_000), 30);
        tries.tick(PATIENCE, 20_000);
        assert!(tries.left_ms(20_000) <= 300_000);
    }
}
