//! A printer's `printer-state-reasons` in words: the keywords of RFC 8011 §5.4.12 and PWG 5100.9 name a part and what is the
//! matter with it, `stapler-jam`, `marker-waste-full`, so both are looked up and a list of all pairs is not needed.
//!
//! What is not known is shown as it is, made safe by whoever kept it.

use crate::text::{Language, Text, say};

/// How grave a reason is (its suffix, RFC 8011 §5.4.12; else what its condition means for printing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Report,
    /// Goes on for now.
    Warning,
    /// Nothing comes out.
    Error,
}

/// What can be the matter with a part: how its keyword ends, how grave it is, what is said and what to do.
/// Longer endings stand before those that end them.
const CONDITIONS: [(&[&str], Severity, Text, Text); 16] = [
    (
        &["almost-empty", "almost-full", "life-almost-over", "life-warn", "near-eol", "near-limit", "low"],
        Severity::Warning,
        say::REASON_OTHER,
        say::REASON_STAFF_DO,
    ),
    (&["cannot-feed-size-selected", "feed-error"], Severity::Error, say::REASON_FEED, say::REASON_FEED_DO),
    (&["jam"], Severity::Error, say::REASON_JAM, say::FAULT_MEDIA_JAM_DO),
    (
        &["cover-open", "interlock-open", "door-open", "opened", "open"],
        Severity::Error,
        say::REASON_OPEN,
        say::REASON_OPEN_DO,
    ),
    (&["memory-exhausted"], Severity::Error, say::REASON_MEMORY, say::REASON_STAFF_DO),
    (&["empty"], Severity::Error, say::REASON_EMPTY, say::REASON_STAFF_DO),
    (&["at-limit", "full"], Severity::Error, say::REASON_FULL, say::REASON_STAFF_DO),
    (&["missing", "removed"], Severity::Error, say::REASON_MISSING, say::REASON_STAFF_DO),
    (&["life-over", "at-eol"], Severity::Error, say::REASON_LIFE_OVER, say::REASON_STAFF_DO),
    (&["over-temperature", "over-temp"], Severity::Error, say::REASON_TOO_HOT, say::REASON_WAIT_DO),
    (&["under-temperature", "under-temp"], Severity::Error, say::REASON_TOO_COLD, say::REASON_WAIT_DO),
    (&["recoverable-failure", "recoverable-storage"], Severity::Warning, say::REASON_FAILURE, say::REASON_WAIT_DO),
    (
        &["motor-failure", "thermistor-failure", "timing-failure", "failure", "unrecoverable-storage-error"],
        Severity::Error,
        say::REASON_FAILURE,
        say::REASON_STAFF_DO,
    ),
    (&["turned-off", "offline", "power-down"], Severity::Error, say::REASON_OFF, say::REASON_STAFF_DO),
    (
        &[
            "added",
            "change",
            "closed",
            "deleted",
            "power-saver",
            "power-up",
            "resuming",
            "testing",
            "turned-on",
            "warming-up",
            "adjusting-print-quality",
            "ready-to-print",
            "increase",
            "decrease",
            "reset",
            "hibernate",
            "suspend",
            "requested",
            "drying",
        ],
        Severity::Report,
        say::REASON_OTHER,
        say::FAULT_OTHER_DO,
    ),
    (&[""], Severity::Error, say::REASON_OTHER, say::FAULT_OTHER_DO),
];

/// Parts by how their keyword begins; longer names stand before those that begin them.
const PARTS: [(&str, Text); 46] = [
    ("input-pick-roller", say::PART_ROLLER),
    ("media-path-pick-roller", say::PART_ROLLER),
    ("media-path-media-tray", say::PART_OUTPUT_TRAY),
    ("media-path-output", say::PART_OUTPUT_TRAY),
    ("media-path-input", say::PART_INPUT_TRAY),
    ("media-path", say::PART_MEDIA_PATH),
    ("input", say::PART_INPUT_TRAY),
    ("media", say::PART_INPUT_TRAY),
    ("output", say::PART_OUTPUT_TRAY),
    ("cover", say::PART_DOOR),
    ("door", say::PART_DOOR),
    ("interlock", say::PART_DOOR),
    ("marker-fuser", say::PART_FUSER),
    ("fuser", say::PART_FUSER),
    ("marker-opc", say::PART_DRUM),
    ("opc", say::PART_DRUM),
    ("laser", say::PART_LASER),
    ("lamp", say::PART_LAMP),
    ("motor", say::PART_MOTOR),
    ("marker-developer", say::PART_DEVELOPER),
    ("developer", say::PART_DEVELOPER),
    ("marker-ink", say::PART_INK),
    ("marker-print-ribbon", say::PART_RIBBON),
    ("marker-toner", say::PART_TONER),
    ("toner", say::PART_TONER),
    ("marker-supply", say::PART_SUPPLY),
    ("marker-waste", say::PART_WASTE),
    ("marker-cleaner", say::PART_CLEANER),
    ("cleaner", say::PART_CLEANER),
    ("interpreter", say::PART_MEMORY),
    ("spool-area", say::PART_SPOOL),
    ("stapler", say::PART_STAPLER),
    ("stitcher", say::PART_STAPLER),
    ("stacker", say::PART_STACKER),
    ("puncher", say::PART_PUNCHER),
    ("perforater", say::PART_PUNCHER),
    ("folder", say::PART_FOLDER),
    ("die-cutter", say::PART_CUTTER),
    ("separation-cutter", say::PART_CUTTER),
    ("cutter", say::PART_CUTTER),
    ("trimmer", say::PART_CUTTER),
    ("slitter", say::PART_CUTTER),
    ("binder", say::PART_BINDER),
    ("inserter", say::PART_INSERTER),
    ("printer", say::PART_PRINTER),
    ("platform", say::PART_PRINTER),
];

/// Finishers that need no word of their own.
const FINISHERS: [&str; 6] = ["bander", "imprinter", "make-envelope", "sheet-rotator", "wrapper", "subunit"];

/// A keyword without its suffix, and the severity the suffix told.
pub fn split(keyword: &str) -> (&str, Option<Severity>) {
    let suffixes = [("-error", Severity::Error), ("-warning", Severity::Warning), ("-report", Severity::Report)];
    let told = suffixes.into_iter().find_map(|(suffix, severity)| Some((keyword.strip_suffix(suffix)?, severity)));
    match told {
        // These words end in what looks like a suffix.
        Some((base, _)) if base.ends_with("feed") || base.ends_with("storage") => (keyword, None),
        Some((base, severity)) => (base, Some(severity)),
        None => (keyword, None),
    }
}

/// Whether any part of the world knows this keyword: a condition that is listed.
pub fn is_known(keyword: &str) -> bool {
    !condition(keyword).0.is_empty()
}

/// How grave `keyword` is.
pub fn severity(keyword: &str) -> Severity {
    let (base, told) = split(keyword);
    told.unwrap_or_else(|| condition(base).1)
}

/// What is the matter, with which part.
pub fn title(keyword: &str, language: Language) -> String {
    let base = split(keyword).0;
    let finisher = || FINISHERS.iter().any(|part| base.starts_with(part)).then_some(say::PART_FINISHER);
    let part = PARTS.into_iter().find_map(|(part, text)| base.starts_with(part).then_some(text)).or_else(finisher);
    let part = part.map_or_else(|| base.to_owned(), |text| text.get(language).to_owned());
    condition(base).2.fill(language, &[("part", &part)])
}

/// What to do.
pub fn advice(keyword: &str) -> Text {
    condition(split(keyword).0).3
}

/// The ending that was found, and what it means.
fn condition(base: &str) -> (&'static str, Severity, Text, Text) {
    let ends = |ending: &str| ending.is_empty() || base == ending || base.ends_with(&format!("-{ending}"));
    let found = CONDITIONS.into_iter().find_map(|(endings, severity, title, advice)| {
        endings.iter().find(|ending| ends(ending)).map(|ending| (*ending, severity, title, advice))
    });
    found.unwrap_or(("", Severity::Error, say::REASON_OTHER, say::FAULT_OTHER_DO))
}

#[cfg(test)]
mod tests {
    use super::{Severity, is_known, severity, title};
    use crate::text::Language;

    #[test]
    fn part_and_condition_are_put_together() {
        let said = |keyword| title(keyword, Language::En);
        assert_eq!(said("stapler-jam"), "Paper jam: stapler");
        assert_eq!(said("marker-waste-full-error"), "Full: waste receptacle");
        assert_eq!(said("fuser-over-temp"), "Too hot: fuser");
        assert_eq!(said("input-media-tray-feed-error"), "Paper is not fed: paper tray");
        assert_eq!(said("media-path-pick-roller-life-over"), "Worn out: pick roller");
        assert_eq!(said("wrapper-motor-failure"), "Failure: finisher");
        assert_eq!(title("opc-life-over", Language::Ru), "Нужна замена: фотобарабан");
        assert_eq!(said("vendor-thing-17"), "The printer needs attention: vendor-thing-17");
    }

    #[test]
    fn graveness_is_the_suffix_or_the_conditions() {
        use Severity::{Error, Report, Warning};
        let keywords = ["stapler-jam", "stapler-jam-report", "stapler-almost-empty", "media-low", "stacker-added"];
        assert_eq!(keywords.map(severity), [Error, Report, Warning, Warning, Report]);
        let keywords = ["marker-toner-missing-warning", "trimmer-unrecoverable-storage-error", "vendor-thing"];
        assert_eq!(keywords.map(severity), [Warning, Error, Error]);
        assert!(is_known("binder-interlock-open") && is_known("lamp-at-eol") && !is_known("vendor-thing"));
    }
}
