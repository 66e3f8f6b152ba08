//! What is put into words in more than one scene: time spans, names of documents.

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

/// About how long something takes, short: tens of seconds, then minutes.
pub fn about(ms: u64, language: Language) -> String {
    let seconds = ms.div_ceil(10_000) * 10;
    match seconds {
        ..=60 => say::PANEL_SECONDS_SHORT.fill(language, &[("count", &seconds.to_string())]),
        _ => say::PANEL_MINUTES_SHORT.fill(language, &[("count", &seconds.div_ceil(60).to_string())]),
    }
}

/// A document's name of at most so many characters: its beginning and its end, which people know it by.
pub fn shortened(title: &str, most: usize) -> String {
    let count = title.chars().count();
    if count <= most.max(3) {
        return title.to_owned();
    }
    let end = (most.max(3) - 1) / 3;
    let start: String = title.chars().take(most.max(3) - 1 - end).collect();
    let end: String = title.chars().skip(count - end).collect();
    format!("{}…{end}", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_names_keep_their_beginning_and_their_end() {
        assert_eq!(shortened("Договор.docx", 40), "Договор.docx");
        assert_eq!(shortened("Справка о доходах и расходах 2026.pdf", 16), "Справка о…6.pdf");
        assert_eq!(shortened("абвгд", 0), "аб…");
    }
}
