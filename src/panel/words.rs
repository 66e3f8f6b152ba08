//! What is put into words in more than one scene: time spans.

use crate::text::{Language, say};

/// A time span as people say it: whole days when it is days.
pub fn period(hours: u64, language: Language) -> String {
    match hours {
        48.. if hours.is_multiple_of(24) => say::PANEL_DAYS.count(language, hours / 24),
        _ => say::PANEL_HOURS.count(language, hours),
    }
}
