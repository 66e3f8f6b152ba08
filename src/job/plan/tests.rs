//! Tickets fitted to printers of all kinds.

use super::{Capabilities, ColorSpace, Format, Media, Plan, PlanError, SheetBack, Sides};
use crate::job::{
    pages::PageRanges,
    ticket::{Copies, Ticket},
};

fn printer() -> Capabilities {
    Capabilities {
        formats: vec![Format::PwgRaster],
        resolutions: vec![300, 600],
        color: true,
        gray: true,
        black: false,
        several_documents: false,
        sides: Sides::ALL.to_vec(),
        sheet_back: SheetBack::Rotated,
        copies: 999,
        pages_per_minute: None,
        media: vec![Media::a4()],
        model: "Test".into(),
    }
}

#[test]
fn a_plan_keeps_what_was_asked_and_what_the_printer_has() {
    let ticket = Ticket {
        pages: PageRanges::parse("2-4").expect("ranges"),
        copies: Copies::new(2).expect("2"),
        two_sided: true,
        color: true,
        ..Ticket::default()
    };
    let plan = Plan::fit(&ticket, &printer(), 10).expect("fits");
    assert_eq!((plan.pages.as_slice(), plan.copies, plan.repeats), ([2, 3, 4].as_slice(), 2, 1));
    assert_eq!((plan.resolution, plan.color_space), (300, ColorSpace::Srgb8));
    assert_eq!((plan.impressions(), plan.sheets(), plan.raster_pages()), (6, 4, 3));
}

#[test]
fn a_printer_that_cannot_copy_is_sent_the_set_again_from_a_new_sheet() {
    let simple = Capabilities { copies: 1, ..printer() };
    let ticket = Ticket { copies: Copies::new(2).expect("2"), two_sided: true, ..Ticket::default() };
    let plan = Plan::fit(&ticket, &simple, 3).expect("fits");
    assert_eq!((plan.copies, plan.repeats, plan.pads(0), plan.raster_pages()), (1, 2, true, 7));
    assert_eq!((plan.impressions(), plan.impressions_sent(), plan.sheets()), (6, 6, 4));
}

#[test]
fn dots_are_made_only_for_whom_takes_nothing_else() {
    let fit = |able: Capabilities, color| {
        let plan = Plan::fit(&Ticket { color, ..Ticket::default() }, &able, 1).expect("fits");
        (plan.color_space, plan.resolution)
    };
    let black = Capabilities { color: false, gray: false, black: true, ..printer() };
    assert_eq!(fit(black.clone(), true), (ColorSpace::Black1, 600));
    assert_eq!(fit(Capabilities { gray: true, ..black.clone() }, false), (ColorSpace::Sgray8, 600));
    assert_eq!(fit(Capabilities { black: false, ..black }, false), (ColorSpace::Srgb8, 300));
}

#[test]
fn a_jpeg_is_a_document_a_page() {
    let fit = |several_documents, pages| {
        let able = Capabilities { formats: vec![Format::Jpeg], several_documents, ..printer() };
        let ticket = Ticket { two_sided: true, ..Ticket::default() };
        Plan::fit(&ticket, &able, pages).map(|plan| (plan.documents(), plan.sides))
    };
    assert_eq!((fit(false, 1), fit(true, 3)), (Ok((1, Sides::OneSided)), Ok((3, Sides::OneSided))));
    assert_eq!(fit(false, 2), Err(PlanError::NoFormat));
    let pdf = Capabilities { formats: vec![Format::Jpeg, Format::Pdf], ..printer() };
    let plan = Plan::fit(&Ticket { two_sided: true, ..Ticket::default() }, &pdf, 3).expect("fits");
    assert_eq!((plan.format, plan.documents(), plan.sides), (Format::Pdf, 1, Sides::TwoSidedLongEdge));
}

#[test]
fn a_medium_is_known_by_both_names_and_by_its_size() {
    assert_eq!(Media::by_name("A4"), Some(Media::a4()));
    assert_eq!(Media::by_name("na_letter_8.5x11in").map(|m| m.width), Some(21_590));
    assert_eq!(Media::by_size(21_010, 29_690, Default::default()).name, "iso_a4_210x297mm");
}
