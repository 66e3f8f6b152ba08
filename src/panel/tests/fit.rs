//! Every scene in both languages on four screens, with small and large type: nothing clipped, nothing overlapping.

use std::sync::Arc;

use crate::{
    job::{
        fault::Fault,
        paper::Paper,
        plan::Media,
        preflight::{Facts, PageFacts, Pictures},
    },
    panel::{
        canvas::Canvas,
        font::{CAP_HEIGHT, DESCENT, Face},
        layout::{Ink, Layout, area::Area},
        paint::paint,
        sample,
        scene::{Event, JobCard, Outcome, Panel, PrinterView, Refusal, mend::Tray},
    },
    text::Language,
};

const SIZES: [(u32, u32); 4] = [(1024, 600), (800, 480), (1280, 800), (1920, 1080)];

/// The samples, and the states that have the longest words.
fn states(language: Language, (width, height): (u32, u32)) -> Vec<(String, Panel)> {
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
    let large: Vec<_> = states
        .iter()
        .map(|(name, panel)| (format!("{name}-large"), Panel { large_text: true, ..panel.clone() }))
        .collect();
    states.extend(large);
    let mut digits = sample("idle");
    digits.settings.code_symbols = ('0'..='9').collect();
    digits.step(press("enter-code"), sample::NOW_MS);
    states.push(("code-digits".into(), digits));
    states
}

#[test]
fn nothing_is_clipped_and_nothing_overlaps() {
    let mut faults = Vec::new();
    for size in SIZES {
        for language in Language::ALL {
            for (name, panel) in states(language, size) {
                let now_ms = sample::now_ms(name.trim_end_matches("-large"));
                let what = format!("{name} {} {}x{}", language.tag(), size.0, size.1);
                faults.extend(faults_of(&panel.layout(now_ms)).into_iter().map(|fault| format!("{what}: {fault}")));
                if let Ok(folder) = std::env::var("PANEL_PICTURES") {
                    let mut canvas = Canvas::new(size.0, size.1);
                    paint(&mut canvas, &panel.layout(now_ms));
                    let file = format!("{folder}/{}_{name}_{}.png", size.0, language.tag());
                    std::fs::write(file, canvas.to_png()).expect("a writable folder");
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults_of(layout: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let screen = Area::new(0, 0, layout.width as i32, layout.height as i32);
    let area = |[x, y, w, h]: [i32; 4]| Area::new(x, y, w, h);
    let touchable: Vec<_> = layout.elements.iter().filter(|e| e.role.is_touchable()).collect();
    for (index, element) in layout.elements.iter().enumerate() {
        if !screen.holds(area(element.rect)) || element.label.trim().is_empty() {
            faults.push(format!("{} is off the screen or says nothing: {:?}", element.id, element.rect));
        }
        if layout.elements[..index].iter().any(|other| other.id == element.id) {
            faults.push(format!("{} is there twice", element.id));
        }
    }
    for (index, one) in touchable.iter().enumerate() {
        if one.rect[2] < 44 || one.rect[3] < 44 {
            faults.push(format!("{} is too small for a finger: {:?}", one.id, one.rect));
        }
        for other in touchable[..index].iter().filter(|other| area(one.rect).meets(area(other.rect))) {
            faults.push(format!("{} lies over {}", one.id, other.id));
        }
    }
    let mut words: Vec<(Area, &str)> = Vec::new();
    for run in layout.inks.iter().filter_map(|ink| if let Ink::Run(run) = ink { Some(run) } else { None }) {
        let icon = run.face == Face::Icons;
        let (up, down) = if icon { (1.0, 0.0) } else { (CAP_HEIGHT, DESCENT) };
        let (top, bottom) = (run.baseline - (run.size * up) as i32, run.baseline + (run.size * down) as i32);
        let width = run.face.width(&run.text, run.size);
        let ink = Area::new(run.x.ceil() as i32, top, width as i32, bottom - top);
        if !run.frame.inset(-1, -1).holds(ink) || !screen.holds(ink) {
            faults.push(format!("{:?} leaves its frame: {ink:?} {:?}", run.text, run.frame));
        }
        if !icon && run.size < 12.0 && layout.width > 900 {
            faults.push(format!("{:?} is too small: {}", run.text, run.size));
        }
        for (_, other) in words.iter().filter(|(other, _)| other.meets(ink)) {
            faults.push(format!("{:?} lies over {other:?}", run.text));
        }
        words.push((ink, &run.text));
    }
    faults
}

#[test]
fn any_screen_and_any_code_is_drawn_without_a_panic() {
    for (width, height) in [(1, 1), (320, 240), (480, 800), (1920, 1080)] {
        for scene in sample::SCENES {
            let mut panel = sample::sample(scene, Language::Ru, 1024, 600).expect(scene);
            (panel.width, panel.height) = (width, height);
            for length in [0, 1, 6, 64] {
                panel.settings.code_length = length;
                panel.settings.code_symbols = ('0'..='z').take(length).collect();
                paint(&mut Canvas::new(width, height), &panel.layout(sample::now_ms(scene)));
            }
        }
    }
}
