//! What is put into words in more than one scene: time spans.

use crate::text::{Language, say};

/// A time to wait, as it follows "wait": minutes and seconds.
pub fn wait(seconds: u64, language: Language) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let mut parts = Vec::new();
    if minutes > 0 {
        parts.push(say::PANEL_WAIT_MINUTES.count(language, minutes));
    }
    if seconds > 0 || minutes == 0 {
        parts.push(say::PANEL_WAIT_SECONDS.count(language, seconds));
    }
    parts.join(" ")
}

/// A time span as people say it: whole days when it is days.
pub fn period(hours: u64, language: Language) -> String {
    match hours {
        48.. if hours.is_multiple_of(24) => say::PANEL_DAYS.count(language, hours / 24),
        _ => say::PANEL_HOURS.count(language, hours),
    }
}
