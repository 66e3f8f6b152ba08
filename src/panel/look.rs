//! Which look the screen has now: by day, by night, or around the New Year. The season and the night are the kiosk's
//! clock's; what an operator wishes comes first.

use time::{Month, OffsetDateTime, UtcOffset};

use super::palette::{DARK, LIGHT, NEW_YEAR, Palette};

/// A look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Snow and a garland.
    NewYear,
}

impl Look {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::NewYear];

    /// By its name in settings.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.name() == name)
    }

    /// Its name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::NewYear => "new-year",
        }
    }

    /// Its colours.
    pub fn palette(self) -> Palette {
        match self {
            Self::Light => LIGHT,
            Self::Dark => DARK,
            Self::NewYear => NEW_YEAR,
        }
    }
}

/// What an operator wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// Always this one; by the clock when `None`.
    pub always: Option<Look>,
    /// The hours that are night, from and until; the same hour twice is no night.
    pub night: (u32, u32),
}

impl Looks {
    /// The look at a time: milliseconds since 1970, and minutes east of Greenwich.
    pub fn at(self, now_ms: u64, utc_offset_minutes: i32) -> Look {
        if let Some(look) = self.always {
            return look;
        }
        let seconds = i64::try_from(now_ms / 1_000).unwrap_or(0);
        let offset = UtcOffset::from_whole_seconds(utc_offset_minutes.saturating_mul(60)).unwrap_or(UtcOffset::UTC);
        let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(offset);
        match (time.month(), time.day()) {
            (Month::December, 15..) | (Month::January, ..=14) => Look::NewYear,
            _ if is_within(u32::from(time.hour()), self.night) => Look::Dark,
            _ => Look::Light,
        }
    }
}

/// Whether `hour` is from the first of `hours` until the second, over midnight too.
fn is_within(hour: u32, (from, until): (u32, u32)) -> bool {
    if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until }
}

#[cfg(test)]
mod tests {
    use super::{Look, Looks};

    /// Milliseconds of 1 December 2026, midnight UTC.
    const DECEMBER: u64 = 1_796_083_200_000;
    const HOUR: u64 = 3_600_000;

    #[test]
    fn the_season_is_the_kiosks_and_a_wish_comes_first() {
        let by_clock = Looks { always: None, night: (22, 6) };
        let day = |day: u64, hour: u64| DECEMBER + (day * 24 + hour) * HOUR;
        assert_eq!(by_clock.at(day(0, 12), 0), Look::Light);
        assert_eq!(by_clock.at(day(0, 22), 0), Look::Dark);
        assert_eq!(by_clock.at(day(1, 5), 0), Look::Dark);
        assert_eq!(by_clock.at(day(1, 6), 0), Look::Light);
        assert_eq!(by_clock.at(day(13, 23), 0), Look::Dark, "the 14th is no season yet");
        assert_eq!(by_clock.at(day(13, 21), 180), Look::NewYear, "but in Moscow it is the 15th");
        assert_eq!(by_clock.at(day(44, 12), 0), Look::NewYear, "14 January");
        assert_eq!(by_clock.at(day(45, 12), 0), Look::Light, "15 January");
        let none = Looks { always: None, night: (0, 0) };
        assert_eq!(none.at(day(0, 0), 0), Look::Light);
        assert_eq!(Looks { always: Some(Look::Dark), ..none }.at(day(20, 12), 0), Look::Dark);
        assert_eq!(none.at(u64::MAX, i32::MAX), none.at(u64::MAX, i32::MAX), "no time is a panic");
    }
}
