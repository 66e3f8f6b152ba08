//! What a printer and its jobs say of themselves (RFC 8011 §5.3 and §5.4, PWG 5102.4 §5.2), made into our nouns. Pure.
//!
//! Nothing is believed without bounds; what is odd is left out, and what a plan cannot do without has a default.

use super::{
    JobReport, JobState, PrinterState, Status,
    error::PrinterError,
    media,
    message::{Attributes, Value},
    safe,
    urf::Urf,
};
use crate::job::plan::{Capabilities, Format, SheetBack, Sides};

/// The attributes that are asked for: what is read here and in `media.rs`, and what jobs are fitted to.
pub const REQUESTED: [&str; 35] = [
    "color-supported",
    "copies-supported",
    "document-format-supported",
    "job-creation-attributes-supported",
    "media-bottom-margin-supported",
    "media-col-database",
    "media-col-default",
    "media-col-ready",
    "media-col-supported",
    "media-default",
    "media-left-margin-supported",
    "media-ready",
    "media-right-margin-supported",
    "media-supported",
    "media-top-margin-supported",
    "multiple-document-handling-supported",
    "multiple-document-jobs-supported",
    "operations-supported",
    "pages-per-minute",
    "print-color-mode-supported",
    "print-scaling-supported",
    "printer-impressions-completed",
    "printer-is-accepting-jobs",
    "printer-make-and-model",
    "printer-resolution-default",
    "printer-resolution-supported",
    "printer-state",
    "printer-state-reasons",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-sheet-back",
    "pwg-raster-document-type-supported",
    "queued-job-count",
    "sides-default",
    "sides-supported",
    "urf-supported",
];

/// Resolutions that are believed, in dpi.
const RESOLUTIONS: std::ops::RangeInclusive<i32> = 72..=2_400;

/// The most values of one attribute that are looked at.
const MAX_VALUES: usize = 64;

/// The most copies that a printer is believed to make.
const MAX_COPIES: i32 = 9_999;

/// What the printer can do, as far as plans need it.
pub fn capabilities(printer: Attributes<'_>) -> Result<Capabilities, PrinterError> {
    let raster = raster(printer).ok_or(PrinterError::Unsuitable)?;
    let Raster { format, gray, srgb, black, resolutions, sheet_back } = raster;
    let mut sides: Vec<Sides> = printer.texts("sides-supported").filter_map(Sides::from_keyword).collect();
    sides.sort_by_key(|sides| sides.keyword());
    sides.dedup();
    if sides.is_empty() {
        sides.push(Sides::OneSided);
    }
    Ok(Capabilities {
        formats: vec![format],
        resolutions,
        color: srgb && prints_color(printer),
        gray,
        black,
        several_documents: printer.truth("multiple-document-jobs-supported").unwrap_or(false),
        sides,
        sheet_back,
        copies: copies(printer),
        pages_per_minute: speed(printer),
        media: media::ready(printer),
        model: printer.texts("printer-make-and-model").next().map(safe).unwrap_or_default(),
    })
}

/// What a printer takes in one format.
struct Raster {
    format: Format,
    gray: bool,
    srgb: bool,
    /// `black_1`, and neither of the two.
    black: bool,
    resolutions: Vec<u32>,
    sheet_back: SheetBack,
}

/// The format we like best of those the printer takes; each is described by attributes of its own.
fn raster(printer: Attributes<'_>) -> Option<Raster> {
    let takes = |format: Format| printer.has("document-format-supported", format.media_type());
    let types = "pwg-raster-document-type-supported";
    let pwg = || {
        let gray = printer.values(types).is_empty() || printer.has(types, "sgray_8");
        let srgb = printer.has(types, "srgb_8");
        let mut backs = printer.texts("pwg-raster-document-sheet-back").filter_map(SheetBack::from_keyword);
        Raster {
            format: Format::PwgRaster,
            gray,
            srgb,
            black: !gray && !srgb && printer.has(types, "black_1"),
            resolutions: resolutions(printer),
            sheet_back: backs.next().unwrap_or_default(),
        }
    };
    let urf = || {
        let Urf { resolutions: told, gray, color, sheet_back } = Urf::of(printer);
        let believed = |dpi: &u32| i32::try_from(*dpi).is_ok_and(|dpi| RESOLUTIONS.contains(&dpi));
        let told: Vec<_> = told.into_iter().filter(believed).take(MAX_VALUES).collect();
        let resolutions = if told.is_empty() { resolutions(printer) } else { told };
        // A printer that tells no colours takes gray, which all do.
        Raster { format: Format::Urf, gray: gray || !color, srgb: color, black: false, resolutions, sheet_back }
    };
    // Pictures of pages: any pixels will do, and the printer turns its sheets by itself.
    let pictures = |format| Raster {
        format,
        gray: true,
        srgb: true,
        black: false,
        resolutions: resolutions(printer),
        sheet_back: SheetBack::Normal,
    };
    let rasters = [takes(Format::PwgRaster).then(pwg), takes(Format::Urf).then(urf)];
    let pictures = [Format::Pdf, Format::Jpeg].map(|format| takes(format).then(|| pictures(format)));
    let mut found = rasters.into_iter().chain(pictures).flatten();
    found.find(|raster| raster.gray || raster.srgb || raster.black)
}

/// Whether Create-Job takes an attribute (`job-creation-attributes-supported`, PWG 5100.11 §7.7); a printer without
/// that list is asked by the attribute's own `-supported`.
pub fn takes(printer: Attributes<'_>, name: &str) -> bool {
    let list = "job-creation-attributes-supported";
    let listed = printer.values(list).is_empty() || printer.has(list, name);
    listed && !printer.values(&format!("{name}-supported")).is_empty()
}

fn prints_color(printer: Attributes<'_>) -> bool {
    let modes = "print-color-mode-supported";
    let told = printer.truth("color-supported");
    told.unwrap_or_else(|| printer.values(modes).is_empty() || printer.has(modes, "color"))
}

fn copies(printer: Attributes<'_>) -> u32 {
    let most = match printer.values("copies-supported").first() {
        Some(Value::Range(_, most) | Value::Integer(most)) if takes(printer, "copies") => *most,
        _ => 1,
    };
    most.clamp(1, MAX_COPIES).unsigned_abs()
}

/// What no office printer prints in a minute is not believed.
fn speed(printer: Attributes<'_>) -> Option<u32> {
    match printer.values("pages-per-minute").first() {
        Some(Value::Integer(pages @ 1..=1_000)) => Some(pages.unsigned_abs()),
        _ => None,
    }
}

/// Square resolutions of raster documents, else of the printer, else its default, else 300 dpi.
fn resolutions(printer: Attributes<'_>) -> Vec<u32> {
    let of = |name: &str| {
        let square = |value: &Value| match value {
            Value::Resolution(across, along) if across == along && RESOLUTIONS.contains(across) => {
                Some(across.unsigned_abs())
            }
            _ => None,
        };
        printer.values(name).iter().filter_map(square).take(MAX_VALUES).collect::<Vec<_>>()
    };
    ["pwg-raster-document-resolution-supported", "printer-resolution-supported", "printer-resolution-default"]
        .into_iter()
        .map(of)
        .find(|list| !list.is_empty())
        .unwrap_or_else(|| vec![300])
}

fn reasons(attributes: Attributes<'_>, name: &str) -> Vec<String> {
    attributes.texts(name).take(MAX_VALUES).map(safe).filter(|reason| !reason.is_empty()).collect()
}

fn count(attributes: Attributes<'_>, name: &str) -> Option<u32> {
    attributes.number(name).and_then(|count| u32::try_from(count).ok())
}

/// How the printer is.
pub fn status(printer: Attributes<'_>) -> Result<Status, PrinterError> {
    Ok(Status {
        state: match printer.number("printer-state") {
            Some(3) => PrinterState::Idle,
            Some(4) => PrinterState::Processing,
            Some(5) => PrinterState::Stopped,
            _ => return Err(PrinterError::NotIpp),
        },
        accepting: printer.truth("printer-is-accepting-jobs").unwrap_or(true),
        reasons: reasons(printer, "printer-state-reasons"),
        counter: count(printer, "printer-impressions-completed"),
        queued: count(printer, "queued-job-count"),
    })
}

/// How a job is.
pub fn report(job: Attributes<'_>) -> Result<JobReport, PrinterError> {
    Ok(JobReport {
        state: match job.number("job-state") {
            Some(3) => JobState::Pending,
            Some(4) => JobState::PendingHeld,
            Some(5) => JobState::Processing,
            Some(6) => JobState::ProcessingStopped,
            Some(7) => JobState::Canceled,
            Some(8) => JobState::Aborted,
            Some(9) => JobState::Completed,
            _ => return Err(PrinterError::NotIpp),
        },
        reasons: reasons(job, "job-state-reasons"),
        impressions_completed: count(job, "job-impressions-completed"),
        message: job.texts("job-state-message").next().map(safe).filter(|message| !message.is_empty()),
        name: job.texts("job-name").next().map(safe),
    })
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Value, capabilities, report, status, takes};
    use crate::{
        job::plan::{Format, SheetBack, Sides},
        printer::{
            JobState, PrinterState,
            error::PrinterError,
            message::{Attribute, Syntax},
        },
    };

    fn keywords(name: &str, keywords: &[&str]) -> Attribute {
        let values = keywords.iter().map(|keyword| Value::Text(Syntax::Keyword, (*keyword).into())).collect();
        Attribute { name: name.into(), values }
    }

    fn resolutions(name: &str, values: &[(i32, i32)]) -> Attribute {
        Attribute { name: name.into(), values: values.iter().map(|(x, y)| Value::Resolution(*x, *y)).collect() }
    }

    /// A colour duplex printer as CUPS' ippeveprinter describes it.
    fn duplex() -> Vec<Attribute> {
        vec![
            Attribute::new("color-supported", Value::Boolean(true)),
            Attribute::new("copies-supported", Value::Range(1, 999)),
            keywords("document-format-supported", &["application/pdf", "image/pwg-raster"]),
            keywords("job-creation-attributes-supported", &["copies", "media", "sides"]),
            resolutions("printer-resolution-supported", &[(1200, 1200)]),
            resolutions("pwg-raster-document-resolution-supported", &[(300, 300), (600, 600), (600, 300), (9, 9)]),
            keywords("pwg-raster-document-sheet-back", &["rotated"]),
            keywords("pwg-raster-document-type-supported", &["black_1", "sgray_8", "srgb_8", "srgb_16"]),
            keywords("sides-supported", &["one-sided", "two-sided-long-edge", "two-sided-short-edge", "five-sided"]),
            Attribute::text("printer-make-and-model", Syntax::Text, "Example\u{7} Printer"),
        ]
    }

    fn without(names: &[&str]) -> Vec<Attribute> {
        duplex().into_iter().filter(|attribute| !names.contains(&attribute.name.as_str())).collect()
    }

    #[test]
    fn a_duplex_colour_printer_is_understood() {
        let found = capabilities(Attributes(&duplex())).expect("suitable");
        assert_eq!(found.formats, [Format::PwgRaster]);
        assert_eq!(found.resolutions, [300, 600]);
        assert!(found.color && found.gray);
        assert_eq!((found.sides.len(), found.sheet_back, found.copies), (3, SheetBack::Rotated, 999));
        assert_eq!(found.model, "Example Printer");
    }

    #[test]
    fn what_is_not_told_has_a_careful_default() {
        let few = [keywords("document-format-supported", &["image/pwg-raster"])];
        let found = capabilities(Attributes(&few)).expect("suitable");
        assert_eq!((found.resolutions, found.sides, found.copies), (vec![300], vec![Sides::OneSided], 1));
        assert!(found.gray && !found.color);
        let by_printer = capabilities(Attributes(&without(&["pwg-raster-document-resolution-supported"])));
        assert_eq!(by_printer.expect("suitable").resolutions, [1200]);
    }

    #[test]
    fn a_printer_that_takes_nothing_of_ours_is_told() {
        let mut deep = without(&["document-format-supported", "pwg-raster-document-type-supported"]);
        deep.push(keywords("document-format-supported", &["image/pwg-raster", "application/postscript"]));
        deep.push(keywords("pwg-raster-document-type-supported", &["srgb_16"]));
        for attributes in [without(&["document-format-supported"]), deep, vec![]] {
            assert!(matches!(capabilities(Attributes(&attributes)), Err(PrinterError::Unsuitable)));
        }
    }

    #[test]
    fn apple_raster_is_taken_where_there_is_no_other() {
        let formats = |list: &[&str]| {
            let mut printer = without(&["document-format-supported"]);
            printer.push(keywords("document-format-supported", list));
            printer.push(keywords("urf-supported", &["W8", "SRGB24", "RS360-9", "DM2"]));
            printer
        };
        let found = capabilities(Attributes(&formats(&["image/urf"]))).expect("suitable");
        assert_eq!((found.formats, found.resolutions), (vec![Format::Urf], vec![360]));
        assert_eq!((found.gray, found.color, found.sheet_back), (true, true, SheetBack::Flipped));
        let both = capabilities(Attributes(&formats(&["image/urf", "image/pwg-raster"]))).expect("suitable");
        assert_eq!((both.formats, both.sheet_back), (vec![Format::PwgRaster], SheetBack::Rotated));
        let bare = [keywords("document-format-supported", &["image/urf"])];
        let bare = capabilities(Attributes(&bare)).expect("suitable");
        assert_eq!((bare.gray, bare.color, bare.resolutions), (true, false, vec![300]));
    }

    #[test]
    fn dots_are_for_printers_that_take_nothing_else() {
        let of = |types: &[&str]| {
            let mut printer = without(&["pwg-raster-document-type-supported"]);
            printer.push(keywords("pwg-raster-document-type-supported", types));
            let found = capabilities(Attributes(&printer)).expect("suitable");
            (found.formats[0], found.black, found.gray, found.color)
        };
        assert_eq!(of(&["black_1"]), (Format::PwgRaster, true, false, false));
        assert_eq!(of(&["black_1", "sgray_8"]), (Format::PwgRaster, false, true, false));
        assert_eq!(of(&["black_1", "srgb_8"]), (Format::PwgRaster, false, false, true));
        // Its raster is too deep for us, but it takes PDF too.
        assert_eq!(of(&["srgb_16"]), (Format::Pdf, false, true, true));
    }

    #[test]
    fn pictures_of_pages_are_the_last_resort() {
        let of = |formats: &[&str]| {
            let mut printer = without(&["document-format-supported"]);
            printer.push(keywords("document-format-supported", formats));
            printer.push(Attribute::new("multiple-document-jobs-supported", Value::Boolean(true)));
            let found = capabilities(Attributes(&printer)).expect("suitable");
            assert!(found.several_documents && found.gray);
            (found.formats[0], found.sheet_back, found.color)
        };
        assert_eq!(of(&["image/jpeg", "application/pdf", "image/urf"]).0, Format::Urf);
        assert_eq!(of(&["image/jpeg", "application/pdf"]), (Format::Pdf, SheetBack::Normal, true));
        assert_eq!(of(&["image/jpeg"]), (Format::Jpeg, SheetBack::Normal, true));
    }

    #[test]
    fn numbers_are_clamped() {
        let mut odd = without(&["copies-supported"]);
        odd.push(Attribute::new("copies-supported", Value::Range(i32::MAX, i32::MIN)));
        assert_eq!(capabilities(Attributes(&odd)).expect("suitable").copies, 1);
        for (said, believed) in [(20, Some(20)), (0, None), (-1, None), (i32::MAX, None)] {
            let mut fast = duplex();
            fast.push(Attribute::new("pages-per-minute", Value::Integer(said)));
            assert_eq!(capabilities(Attributes(&fast)).expect("suitable").pages_per_minute, believed);
        }
        let mut mono = without(&["color-supported"]);
        mono.push(Attribute::new("color-supported", Value::Boolean(false)));
        assert!(!capabilities(Attributes(&mono)).expect("suitable").color);
    }

    #[test]
    fn jobs_get_only_what_the_printer_lists() {
        assert!(takes(Attributes(&duplex()), "copies") && takes(Attributes(&duplex()), "sides"));
        assert!(!takes(Attributes(&duplex()), "printer-resolution") && !takes(Attributes(&duplex()), "media"));
        let old = without(&["job-creation-attributes-supported"]);
        assert!(takes(Attributes(&old), "printer-resolution") && !takes(Attributes(&old), "print-scaling"));
    }

    #[test]
    fn states_are_read_and_their_lack_is_told() {
        let printer = [Attribute::new("printer-state", Value::Enum(5)), keywords("printer-state-reasons", &["paused"])];
        let found = status(Attributes(&printer)).expect("a state");
        assert_eq!((found.state, found.accepting, found.reasons), (PrinterState::Stopped, true, vec!["paused".into()]));
        let job = [
            Attribute::new("job-state", Value::Enum(9)),
            Attribute::new("job-impressions-completed", Value::Integer(-1)),
        ];
        let found = report(Attributes(&job)).expect("a state");
        assert_eq!((found.state, found.impressions_completed, found.message), (JobState::Completed, None, None));
        assert!(status(Attributes(&[])).is_err() && report(Attributes(&printer)).is_err());
    }
}
