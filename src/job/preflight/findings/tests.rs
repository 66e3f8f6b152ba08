//! What is said of pages, and what is not.

use super::{Finding, Thresholds, What, find, ranges, scale};
use crate::{
    job::{
        pages::PageRanges,
        plan::{Margins, Media, Scaling},
        preflight::{Facts, PageFacts, Pictures},
        ticket::{Copies, Ticket},
    },
    raster::place::place,
};

const A4: (f32, f32) = (595.3, 841.9);

const THRESHOLDS: Thresholds = Thresholds {
    blank_darkest: 4,
    black_percent: 60,
    picture_least_dpi: 100,
    picture_least_percent: 10,
    size_percent: 2,
    scale_percent: 20,
};

fn page(ink: u16) -> PageFacts {
    PageFacts { size: A4, ink, darkest: if ink == 0 { 0 } else { 255 }, ..PageFacts::default() }
}

fn found(pages: Vec<PageFacts>, asked: &str, two_sided: bool) -> Vec<Finding> {
    let count = u32::try_from(pages.len()).expect("few");
    let ticket = Ticket { pages: PageRanges::parse(asked).expect("ranges"), two_sided, ..Ticket::default() };
    find(&Facts { pages }, count, &ticket, &Media::a4(), &THRESHOLDS)
}

fn said(findings: &[Finding]) -> Vec<(&'static str, String, Option<String>)> {
    let mend = |finding: &Finding| finding.mend.as_ref().map(ToString::to_string);
    findings.iter().map(|f| (f.what.keyword(), f.pages.to_string(), mend(f))).collect()
}

#[test]
fn an_ordinary_document_is_not_talked_about() {
    assert_eq!(found(vec![page(60), page(1), page(400)], "", false), []);
    let photo = PageFacts { pictures: vec![Pictures { dpi: 150, share: 1_000 }], ..page(500) };
    let icons = PageFacts { pictures: vec![Pictures { dpi: 40, share: 60 }], ..page(50) };
    assert_eq!(found(vec![photo, icons], "", false), []);
}

#[test]
fn blank_pages_are_left_out_of_what_is_asked_and_nothing_else() {
    let pages = || vec![page(50), page(0), page(50), page(0), page(50)];
    assert_eq!(said(&found(pages(), "", false)), [("blank-pages", "2,4".into(), Some("1,3,5".into()))]);
    assert_eq!(said(&found(pages(), "1-3", false)), [("blank-pages", "2".into(), Some("1,3".into()))]);
    assert_eq!(said(&found(pages(), "1,3,5", false)), []);
    // Twice asked is twice printed.
    assert_eq!(said(&found(pages(), "1-2,1", false))[0].2.as_deref(), Some("1,1"));
}

#[test]
fn a_blank_back_is_nobodys_business_unless_a_sheet_is_saved() {
    assert_eq!(found(vec![page(50), page(0)], "", true), []);
    assert_eq!(found(vec![page(50), page(50), page(0)], "", true).len(), 1);
}

#[test]
fn a_document_of_nothing_is_one_word_and_has_no_mend() {
    let findings = found(vec![page(0), page(0)], "", false);
    assert_eq!(said(&findings), [("all-blank", "1-2".into(), None)]);
    // What was not looked at may hold everything.
    let findings = find(&Facts { pages: vec![page(0)] }, 9, &Ticket::default(), &Media::a4(), &THRESHOLDS);
    assert_eq!(said(&findings), [("blank-pages", "1".into(), Some("2-9".into()))]);
}

#[test]
fn a_dark_title_can_be_left_out_and_a_dark_talk_is_what_somebody_wants() {
    let talk = vec![page(900), page(100), page(100)];
    assert_eq!(said(&found(talk, "", false)), [("black-pages", "1".into(), Some("2-3".into()))]);
    let talk = found(vec![page(900), page(900), page(100)], "", false);
    assert_eq!((said(&talk), talk[0].all), (vec![("black-pages", "1-2".into(), None)], false));
}

#[test]
fn pictures_count_as_they_come_out_on_paper() {
    let scan = |size| PageFacts { size, pictures: vec![Pictures { dpi: 72, share: 990 }], ..page(80) };
    let findings = found(vec![scan(A4)], "", false);
    assert_eq!((findings[0].what.clone(), findings[0].all), (What::Coarse { dpi: 72 }, true));
    // An A0 poster is made four times smaller, and its pictures four times finer.
    let poster = found(vec![scan((2_383.9, 3_370.4))], "", false);
    assert_eq!(said(&poster), [("page-size", "1".into(), None)]);
    let strips = PageFacts { pictures: [71, 72, 73].map(|dpi| Pictures { dpi, share: 40 }).into(), ..page(80) };
    assert_eq!(found(vec![strips], "", false)[0].what, What::Coarse { dpi: 71 });
}

#[test]
fn a_page_of_another_size_is_told_and_a_warning_only_when_much_changes() {
    let sized = |size| PageFacts { size, ..page(50) };
    let said = |size| {
        let findings = found(vec![sized(A4), sized(size)], "", false);
        findings.first().map(|f| match &f.what {
            What::Size { percent, .. } => (f.pages.to_string(), *percent, f.grave),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(said((841.9, 1_190.6)), Some(("2".into(), 71, true)));
    assert_eq!(said((612.0, 792.0)), Some(("2".into(), 97, false)));
    assert_eq!(said((419.5, 595.3)), Some(("2".into(), 141, true)));
    // Landscape and a scan that is cut a little are the same paper.
    assert_eq!((said((841.9, 595.3)), said((590.0, 835.0))), (None, None));
}

#[test]
fn what_is_said_of_fitting_is_what_is_drawn() {
    let margins = Margins { top: 423, right: 423, bottom: 423, left: 423 };
    for media in [Media::a4(), Media { margins, ..Media::a4() }, Media { width: 29_700, height: 21_000, ..Media::a4() }]
    {
        for size in [A4, (841.9, 595.3), (612.0, 792.0), (720.0, 405.0), (100.0, 100.0), (30.0, 3_000.0)] {
            let drawn = place(size.0, size.1, &media, 600, Scaling::Fit);
            let long = f64::from(drawn.width.max(drawn.height)) * 72.0 / 600.0 / f64::from(size.0.max(size.1));
            assert!((scale(size, &media) / long - 1.0).abs() < 0.006, "{size:?} {media:?}: {long}");
        }
    }
}

#[test]
fn fonts_come_first_each_once() {
    let named = |font: &str| PageFacts { fonts: vec![font.into()], ..page(50) };
    let findings = found(vec![page(0), named("Calibri"), named("Calibri"), named("Cambria")], "", false);
    assert_eq!(findings[0].what, What::Fonts(vec!["Calibri".into(), "Cambria".into()]));
    assert_eq!(said(&findings).iter().map(|f| f.0).collect::<Vec<_>>(), ["fonts", "blank-pages"]);
}

#[test]
fn a_ticket_that_the_document_has_not_is_not_judged() {
    assert_eq!(found(vec![page(0)], "5", false), []);
    let copies = Ticket { copies: Copies::new(3).expect("3"), ..Ticket::default() };
    assert_eq!(find(&Facts::default(), 5, &copies, &Media::a4(), &THRESHOLDS), []);
    assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]).map(|r| r.to_string()).as_deref(), Some("1-3,7,9-10"));
    assert_eq!(ranges(&(0..1_500).map(|n| n * 2 + 1).collect::<Vec<_>>()), None);
}
