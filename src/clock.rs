//! Lived time: how long this store has lived, in milliseconds that only go on. Ages of documents are counted in it.
//!
//! A board without a battery starts in 1970 and jumps years ahead when NTP answers, so the wall clock cannot tell how
//! old a document is. Three things can: within one boot `CLOCK_BOOTTIME`, which nobody sets; between two boots the wall
//! clock, when the kernel says that it was synchronised both times (`adjtimex(2)`, `STA_UNSYNC`); and, when it was not,
//! at least the time that this boot has taken. So a document is never forgotten early because of a jump, and it is
//! forgotten at last because a kiosk that is switched on lives. What a kiosk without NTP does not count is the time it was
//! switched off.
//!
//! The decision is [`Lived::advance`] and pure. Not here: the wall clock that people see, which is the kiosk's.

use std::cell::RefCell;

/// The kernel's clocks at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `CLOCK_REALTIME`, milliseconds since 1970.
    pub wall_ms: i64,
    /// `CLOCK_BOOTTIME`, milliseconds since this boot, sleep counted.
    pub boot_ms: i64,
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot: String,
    /// Whether somebody keeps the wall clock right.
    pub synchronised: bool,
}

/// A moment at which the wall clock was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Lived time then.
    pub lived_ms: i64,
    /// The wall clock then.
    pub wall_ms: i64,
    /// The boot then.
    pub boot: String,
}

/// Lived time, and where the clocks stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lived {
    /// Milliseconds. Close to the wall clock on most kiosks, but only differences mean anything.
    pub lived_ms: i64,
    /// The boot it was counted in.
    pub boot: String,
    /// `CLOCK_BOOTTIME` of that boot.
    pub boot_ms: i64,
    /// The last moment at which the wall clock was right.
    pub anchor: Option<Anchor>,
}

impl Lived {
    /// The first moment of a store; `newest_ms` is the age mark of its newest job, when an older version left jobs.
    pub fn begin(now: &Reading, newest_ms: Option<i64>) -> Self {
        let lived_ms = match newest_ms {
            Some(newest) if now.synchronised => newest.max(now.wall_ms),
            Some(newest) => newest,
            None => now.wall_ms,
        };
        Self { lived_ms, boot: now.boot.clone(), boot_ms: now.boot_ms, anchor: None }.anchored(now)
    }

    /// Lived time at this moment of the boot that was seen last.
    pub fn at(&self, boot_ms: i64) -> i64 {
        self.lived_ms.saturating_add(boot_ms.saturating_sub(self.boot_ms).max(0))
    }

    /// What the clocks say now: never less than before.
    #[must_use]
    pub fn advance(&self, now: &Reading) -> Self {
        let mut lived_ms = match self.boot == now.boot {
            true => self.at(now.boot_ms),
            // All of this boot came after what was written down in the one before.
            false => self.lived_ms.saturating_add(now.boot_ms.max(0)),
        };
        // Once a boot: what was lived while the kiosk was switched off. Later jumps of the wall clock mean nothing.
        if let Some(anchor) = self.anchor.as_ref().filter(|anchor| now.synchronised && anchor.boot != now.boot) {
            let since = now.wall_ms.saturating_sub(anchor.wall_ms);
            lived_ms = lived_ms.max(anchor.lived_ms.saturating_add(since));
        }
        Self { lived_ms, boot: now.boot.clone(), boot_ms: now.boot_ms, anchor: self.anchor.clone() }.anchored(now)
    }

    /// Whether `now` would not follow from this.
    fn is_old(&self, now: &Self) -> bool {
        let boot = |lived: &Self| lived.anchor.as_ref().map(|anchor| anchor.boot.clone());
        self.boot != now.boot || boot(self) != boot(now) || now.lived_ms.saturating_sub(self.lived_ms) >= UNSAVED_MS
    }

    fn anchored(self, now: &Reading) -> Self {
        if !now.synchronised {
            return self;
        }
        let anchor = Anchor { lived_ms: self.lived_ms, wall_ms: now.wall_ms, boot: now.boot.clone() };
        Self { anchor: Some(anchor), ..self }
    }
}

/// What may be lost of this boot when the next one begins, milliseconds: the price of sparing the disk.
const UNSAVED_MS: i64 = 60_000;

/// Lived time of a running kiosk.
#[derive(Debug)]
pub struct LivedClock {
    lived: RefCell<Lived>,
    saved: RefCell<Lived>,
}

impl LivedClock {
    /// Goes on from what was written down.
    pub fn new(saved: Lived, now: &Reading) -> Self {
        Self { lived: saved.advance(now).into(), saved: saved.into() }
    }

    /// Lived time, milliseconds.
    pub fn now(&self) -> i64 {
        self.lived.borrow().at(boot_ms())
    }

    /// Takes the clocks into account; what to write down, when it is time for that.
    pub fn advance(&self, now: &Reading) -> Option<Lived> {
        let lived = self.lived.borrow().advance(now);
        self.lived.borrow_mut().clone_from(&lived);
        Some(lived).filter(|lived| self.saved.borrow().is_old(lived))
    }

    /// It was written down.
    pub fn saved(&self, lived: Lived) {
        self.saved.replace(lived);
    }
}

impl Reading {
    /// Asks the kernel.
    pub fn take() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
        Self { wall_ms: clock(libc::CLOCK_REALTIME), boot_ms: boot_ms(), boot, synchronised: synchronised() }
    }
}

fn boot_ms() -> i64 {
    clock(libc::CLOCK_BOOTTIME)
}

fn clock(id: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live value that is written. Both clocks are there since Linux 2.6.39, so it cannot fail.
    unsafe { libc::clock_gettime(id, &raw mut time) };
    #[allow(clippy::useless_conversion, reason = "32 bits on some boards")]
    let (seconds, nanoseconds) = (i64::from(time.tv_sec), i64::from(time.tv_nsec));
    seconds.saturating_mul(1_000).saturating_add(nanoseconds / 1_000_000)
}

/// Whether the kernel holds the wall clock for right. The flag goes up when NTP has set it, and down hours after NTP was
/// heard for the last time.
fn synchronised() -> bool {
    // SAFETY: all zeros are a valid value: no modes, so nothing is set.
    let mut state: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live value that is written.
    let answer = unsafe { libc::adjtimex(&raw mut state) };
    answer >= 0 && answer != libc::TIME_ERROR && state.status & libc::STA_UNSYNC == 0
}

#[cfg(test)]
mod tests {
    use super::{Lived, LivedClock, Reading};

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;
    /// 22 November 2026.
    const NOW: i64 = 1_795_305_600_000;

    fn reading(boot: &str, boot_ms: i64, wall_ms: i64, synchronised: bool) -> Reading {
        Reading { wall_ms, boot_ms, boot: boot.into(), synchronised }
    }

    /// Lived time that passed in each reading after the first.
    fn lived(readings: &[Reading]) -> Vec<i64> {
        let mut lived = Lived::begin(&readings[0], None);
        let pass = |reading: &Reading| {
            let next = lived.advance(reading);
            let passed = next.lived_ms - lived.lived_ms;
            lived = next;
            passed
        };
        readings[1..].iter().map(pass).collect()
    }

    #[test]
    fn a_jump_when_ntp_answers_ages_nothing() {
        let board = [
            reading("a", 20_000, 20_000, false),
            reading("a", 80_000, 80_000, false),
            // NTP: 56 years in a second.
            reading("a", 81_000, NOW, true),
            reading("a", 81_000 + HOUR, NOW + HOUR, true),
        ];
        assert_eq!(lived(&board), [60_000, 1_000, HOUR]);
    }

    #[test]
    fn neither_a_hand_nor_a_wrong_server_ages_anything_within_a_boot() {
        let board = [
            reading("a", 0, NOW, true),
            reading("a", HOUR, NOW + 70 * 365 * DAY, true),
            reading("a", 2 * HOUR, NOW + 2 * HOUR, true),
            reading("a", 3 * HOUR, 0, false),
        ];
        assert_eq!(lived(&board), [HOUR; 3]);
    }

    #[test]
    fn a_night_without_power_counts_once_the_clock_is_right() {
        let board = [
            reading("a", 10 * HOUR, NOW, true),
            // Without a battery: 1970, or where the file system left it.
            reading("b", 20_000, 20_000, false),
            reading("b", 60_000, 60_000, false),
            // The first word of NTP: 12 hours since the first reading, of which a minute was counted.
            reading("b", 80_000, NOW + 12 * HOUR, true),
            // And only once.
            reading("b", 90_000, NOW + 12 * HOUR + 10_000, true),
        ];
        assert_eq!(lived(&board), [20_000, 40_000, 12 * HOUR - 60_000, 10_000]);
    }

    #[test]
    fn a_kiosk_that_never_hears_of_ntp_lives_while_it_is_switched_on() {
        let days = (0..10).flat_map(|day| {
            let boot = format!("boot {day}");
            [0, 4, 8].map(|hour| reading(&boot, hour * HOUR, hour * HOUR, false))
        });
        let days: Vec<_> = days.collect();
        assert_eq!(lived(&days).iter().sum::<i64>(), 10 * 8 * HOUR);
    }

    #[test]
    fn a_disk_is_spared_but_not_the_truth() {
        let start = reading("a", 0, NOW, false);
        let clock = LivedClock::new(Lived::begin(&start, None), &start);
        assert_eq!(clock.advance(&reading("a", 59_999, NOW, false)), None);
        let minute = clock.advance(&reading("a", 60_000, NOW, false)).expect("a minute");
        clock.saved(minute.clone());
        assert_eq!(clock.advance(&reading("a", 61_000, NOW, false)), None);
        assert!(clock.advance(&reading("a", 62_000, NOW, true)).is_some(), "the wall clock is right now");
        let clock = LivedClock::new(minute, &reading("b", 0, NOW, false));
        assert!(clock.advance(&reading("b", 0, NOW, false)).is_some(), "another boot");
    }

    #[test]
    fn time_never_goes_back() {
        let board = [
            reading("a", 5 * HOUR, NOW, true),
            reading("a", 4 * HOUR, NOW - DAY, true),
            reading("b", 0, NOW - 30 * DAY, true),
            reading("c", -5, i64::MIN, false),
            reading("d", i64::MAX, i64::MAX, true),
        ];
        assert!(lived(&board).iter().all(|passed| *passed >= 0));
    }

    #[test]
    fn jobs_of_an_older_version_keep_their_age() {
        let started = |newest, synchronised| Lived::begin(&reading("a", 0, NOW, synchronised), newest).lived_ms;
        assert_eq!(started(Some(NOW - DAY), true), NOW);
        // Who knows what the wall clock says: the newest is as if it came now.
        assert_eq!(started(Some(NOW - DAY), false), NOW - DAY);
        assert_eq!(started(None, false), NOW);
    }
}
