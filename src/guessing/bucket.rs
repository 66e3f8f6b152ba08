//! A token bucket as one number: the moment at which it is full again. Pure; time is an argument.
//!
//! (Generic cell rate algorithm, ITU-T I.371: the "theoretical arrival time" counted from the other end.) One number is all
//! that has to be written down, and a bucket that is full again can be forgotten.

/// How many tries, and how fast they come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tries at once.
    pub burst: u32,
    /// Tries that come back in a minute; 1 or more.
    pub per_minute: u32,
}

impl Rate {
    fn interval_ms(self) -> i64 {
        60_000 / i64::from(self.per_minute.max(1))
    }

    fn whole_ms(self) -> i64 {
        self.interval_ms() * i64::from(self.burst)
    }
}

/// A bucket; full by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Lived time, milliseconds, at which all tries are back.
    pub full_at: i64,
}

impl Bucket {
    /// What it lacks, in milliseconds. Bounded, so that no row from another life keeps anybody out for longer.
    fn debt(self, rate: Rate, now: i64) -> i64 {
        self.full_at.saturating_sub(now).clamp(0, rate.whole_ms())
    }

    /// Milliseconds until there is a try; 0 when there is one.
    pub fn wait_ms(self, rate: Rate, now: i64) -> i64 {
        (self.debt(rate, now) + rate.interval_ms() - rate.whole_ms()).max(0)
    }

    /// One try less.
    #[must_use]
    pub fn take(self, rate: Rate, now: i64) -> Self {
        Self { full_at: now.saturating_add(self.debt(rate, now)).saturating_add(rate.interval_ms()) }
    }

    /// The try was no guess.
    #[must_use]
    pub fn give_back(self, rate: Rate, now: i64) -> Self {
        Self { full_at: now.saturating_add((self.debt(rate, now) - rate.interval_ms()).max(0)) }
    }

    /// Whether there is nothing to remember.
    pub fn is_full(self, now: i64) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, Rate};

    const RATE: Rate = Rate { burst: 200, per_minute: 2 };

    fn spend(mut bucket: Bucket, now: i64) -> (Bucket, u32) {
        let mut tries = 0;
        while bucket.wait_ms(RATE, now) == 0 {
            bucket = bucket.take(RATE, now);
            tries += 1;
        }
        (bucket, tries)
    }

    #[test]
    fn two_hundred_at_once_and_then_two_a_minute() {
        let (bucket, tries) = spend(Bucket::default(), 1_000);
        assert_eq!((tries, bucket.wait_ms(RATE, 1_000)), (200, 30_000));
        assert_eq!(spend(bucket, 1_000 + 29_999).1, 0);
        let (bucket, tries) = spend(bucket, 1_000 + 30_000);
        assert_eq!(tries, 1);
        assert_eq!(spend(bucket, 1_000 + 30_000 + 10 * 60_000).1, 20);
        assert_eq!(spend(bucket, i64::MAX / 2).1, 200);
    }

    #[test]
    fn a_whole_day_at_full_speed_is_what_the_settings_say() {
        let (mut bucket, mut tries) = (Bucket::default(), 0);
        for second in 0..24 * 3_600 {
            let (next, more) = spend(bucket, second * 1_000);
            (bucket, tries) = (next, tries + more);
        }
        assert!((3_078..=3_080).contains(&tries), "{tries}");
    }

    #[test]
    fn what_was_no_guess_is_given_back() {
        let (bucket, _) = spend(Bucket::default(), 0);
        assert_eq!(bucket.give_back(RATE, 0).wait_ms(RATE, 0), 0);
        assert!(Bucket::default().take(RATE, 5).give_back(RATE, 5).is_full(5));
        assert!(Bucket::default().give_back(RATE, 5).is_full(5));
    }

    #[test]
    fn a_row_of_another_time_locks_nobody_out_for_longer_than_an_empty_bucket() {
        assert_eq!(Bucket { full_at: i64::MAX }.wait_ms(RATE, 0), 30_000);
        assert_eq!(Bucket { full_at: i64::MIN }.wait_ms(RATE, 0), 0);
    }
}
