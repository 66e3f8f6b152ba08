//! `[guessing]`: how many wrong codes are borne, and what that leaves to a guesser.

use serde::Deserialize;

use super::Settings;
use crate::job::code::distinct;

/// `[guessing]`
///
/// # What a bot can hope for
///
/// A bot that guesses at full speed for 24 hours, from as many addresses as it likes, gets `overall_burst +
/// overall_per_minute × 60 × 24` tries, 200 + 2 × 1440 = 3080 by default. With 500 live jobs among the 34⁶ codes of
/// print-api's default alphabet and length, without O and I, which look like 0 and 1 ([`distinct`]), it hits any of them
/// with a probability of at most
///
/// ```text
/// 3080 × 500 / 34⁶ = 1 540 000 / 1 544 804 416 = 9.97e-4 < 1e-3
/// ```
///
/// which [`guess_probability`] computes for any settings. Six digits instead (`PIN_SYMBOLS=0123456789`) make it 1.54,
/// a hit or two each day; `ottisk check` warns. Somebody who stands at the panel day and night adds 5 codes every 5 minutes
/// (`panel.wrong_codes`, `panel.pause_max_s`), half of that again, but is seen there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guessing {
    /// Wrong codes one address may give at once: a class behind one address mistypes less.
    pub address_burst: u32,
    /// Wrong codes one address gets back in a minute.
    pub address_per_minute: u32,
    /// Wrong codes everybody together may give at once.
    pub overall_burst: u32,
    /// Wrong codes everybody together gets back in a minute; the larger part of what a bot gets in a day.
    pub overall_per_minute: u32,
    /// Addresses with a bucket of their own, about 100 bytes each; those beyond share everybody's.
    pub addresses: usize,
    /// Codes that addresses have already and may ask for again, about 100 bytes each.
    pub known_codes: usize,
    /// Hours such a code is remembered: from the order in the evening to the print before the first lecture.
    pub known_hours: u64,
}

impl Default for Guessing {
    fn default() -> Self {
        Self {
            address_burst: 200,
            address_per_minute: 2,
            overall_burst: 200,
            overall_per_minute: 2,
            addresses: 4_096,
            known_codes: 8_192,
            known_hours: 24,
        }
    }
}

/// Jobs that wait for their owners at the same time, for the arithmetic above: a faculty before an exam.
pub const LIVE_JOBS: f64 = 500.0;

/// The probability above which settings are called weak.
pub const WEAK: f64 = 1e-3;

/// Expected hits, which bounds the probability of one, of a bot at full speed for 24 hours among [`LIVE_JOBS`] jobs.
pub fn guess_probability(settings: &Settings) -> f64 {
    let guessing = &settings.guessing;
    let tries = f64::from(guessing.overall_burst) + f64::from(guessing.overall_per_minute) * 60.0 * 24.0;
    let symbols = distinct(&settings.print_api.pin_symbols.chars().collect::<Vec<_>>());
    let length = i32::try_from(settings.print_api.pin_length).unwrap_or(i32::MAX);
    #[expect(clippy::cast_precision_loss, reason = "an alphabet is small")]
    let codes = (symbols.len() as f64).powi(length);
    tries * LIVE_JOBS / codes
}

#[cfg(test)]
mod tests {
    use super::{Settings, WEAK, guess_probability};

    fn with(symbols: &str, length: usize) -> f64 {
        let mut settings = Settings::default();
        settings.print_api.pin_symbols = symbols.into();
        settings.print_api.pin_length = length;
        guess_probability(&settings)
    }

    #[test]
    fn the_defaults_leave_a_bot_less_than_one_in_a_thousand() {
        let probability = guess_probability(&Settings::default());
        assert!((probability - 9.969e-4).abs() < 1e-6 && probability < WEAK, "{probability}");
    }

    #[test]
    fn six_digits_are_weak_and_case_does_not_help() {
        assert!((with("0123456789", 6) - 1.54).abs() < 1e-9);
        assert!(with("0123456789", 10) < WEAK);
        assert!((with("aAbB", 1) - with("AB", 1)).abs() < f64::EPSILON);
        assert!(with("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 6) > WEAK, "32 symbols are not quite enough");
    }

    #[test]
    fn a_faster_bucket_is_counted() {
        let mut settings = Settings::default();
        settings.guessing.overall_per_minute = 20;
        assert!(guess_probability(&settings) > WEAK);
    }
}
