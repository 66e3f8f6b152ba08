//! The samples, and the states that have the longest words.

use std::sync::Arc;

use crate::{
    job::{
        fault::Fault,
        paper::Paper,
        plan::Media,
        preflight::{Facts, PageFacts, Pictures},
    },
    panel::{
        sample,
        scene::{Event, JobCard, Outcome, Panel, PrinterView, Refusal, mend::Tray},
    },
    text::Language,
};

/// The samples, and the states that have the longest words.
pub(super) fn states(language: Language, (width, height): (u32, u32)) -> Vec<(String, Panel)> {
    let sample = |name: &str| sample::sample(name, language, width, height).expect(name);
    let mut states: Vec<_> = sample::SCENES.iter().map(|name| ((*name).to_owned(), sample(name))).collect();
    let mut with = |name: &str, scene: &str, events: Vec<Event>| {
        let mut panel = sample(scene);
        events.into_iter().for_each(|event| drop(panel.step(event, sample::NOW_MS)));
        states.push((name.to_owned(), panel));
    };
    let press = |id: &str| Event::Press(id.into());
    let job = sample::card(language).job;
    let again = |card| vec![Event::Scan("4F7K2M".into()), Event::Found(card)];
    let wide = JobCard {
        title: "Очень длинное имя документа с приложениями и подписями (окончательный вариант 3).docx".into(),
        printed_before: true,
        fault: Some(Fault::ConnectionLost),
        page_count: 1,
        ..sample::card(language)
    };
    with("review-wide", "idle", again(wide));
    let many = JobCard { page_count: 3000, ..sample::card(language) };
    with("review-many", "idle", again(many));
    with("code-wrong", "code", vec![Event::Scan("4F7K2M".into()), Event::Refused(Refusal::NotUploaded)]);
    for fault in [
        Fault::Unreachable,
        Fault::MediaJam,
        Fault::ConnectionLost,
        Fault::CertificateChanged,
        Fault::SeveralPrinters,
        Fault::ShortCount { impressions: 3, of: 10 },
    ] {
        let name = fault.keyword().to_owned();
        let stands = Event::PrinterFault { job, fault: Some(fault.clone()) };
        with(&format!("printing-{name}"), "printing", vec![stands]);
        with(&format!("idle-{name}"), "idle", vec![Event::Printer(PrinterView::Fault(fault.clone(), None))]);
        with(&format!("fault-{name}"), "printing", vec![Event::Ended { job, outcome: Outcome::Held(fault) }]);
    }
    let fonts = |page: u32| PageFacts {
        size: (1_190.6, 841.9),
        ink: 900 * u16::from(page.is_multiple_of(5)),
        darkest: if page.is_multiple_of(3) { 0 } else { 255 },
        pictures: vec![Pictures { dpi: 40, share: 500 }],
        fonts: vec!["Bookman Old Style Bold Italic".into(), "Times Ten Roman".into(), "Calibri".into()],
    };
    let facts = Arc::new(Facts { pages: (1..60).map(fonts).collect() });
    let looked = Event::Looked { job, facts };
    let unsided = || vec![press("two-sided"), press("copies-minus")];
    let many = || JobCard { page_count: 59, ..sample::card(language) };
    let tray = |sheets| Event::Tray(Tray { media: Media::a4(), paper: Paper::Counted(sheets) });
    with("review-everything", "idle", [again(many()), unsided(), vec![looked.clone()]].concat());
    with("review-everything-short", "idle", [again(many()), unsided(), vec![looked.clone(), tray(31)]].concat());
    with("review-no-paper", "idle", [again(many()), vec![tray(0)]].concat());
    let before = JobCard { printed_before: true, ..many() };
    with("review-before-short", "idle", [again(before), unsided(), vec![looked, tray(9)]].concat());
    with("service-low", "service", vec![tray(3)]);
    with("canceled", "printing", vec![Event::Ended { job, outcome: Outcome::Canceled }]);
    with("canceling", "printing", vec![press("cancel")]);
    with("deleted", "done", vec![press("delete"), Event::Deleted { job }]);
    for symbols in ["0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"] {
        let mut paused = sample("idle");
        paused.settings.code_symbols = symbols.chars().collect();
        // The fifth pause, of five minutes, a second after it began.
        for pause in (0..5).rev() {
            let now_ms = sample::NOW_MS - 1_000 - pause * 301_000;
            let wrong = [Event::Scan("4".into()), Event::Refused(Refusal::NotFound)];
            (0..5).flat_map(|_| wrong.clone()).for_each(|event| drop(paused.step(event, now_ms)));
        }
        states.push((format!("code-paused-{}", symbols.len()), paused));
    }
    states
}
