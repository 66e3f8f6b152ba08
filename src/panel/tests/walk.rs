//! A random walk: 100,000 events in any order. Nothing panics, and whatever happened, a quiet kiosk is idle again.

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    job::{
        fault::Fault,
        paper::Paper,
        part::Out,
        plan::Media,
        preflight::{Facts, PageFacts},
        state::JobId,
    },
    panel::{
        picture::Picture,
        sample,
        scene::{Event, JobCard, Outcome, Panel, PrinterView, Refusal, mend::Tray},
    },
    text::Language,
};

const EVENTS: usize = 500;

fn ids() -> impl Strategy<Value = String> {
    let ids = [
        "enter-code",
        "language-ru",
        "language-en",
        "large-text",
        "key-A",
        "key-9",
        "key-backspace",
        "code-submit",
        "back",
        "copies-minus",
        "copies-plus",
        "two-sided",
        "color",
        "pages",
        "print",
        "cancel",
        "delete",
        "finish",
        "stay",
        "service",
        "preview-2",
        "add-file",
        "drop-file",
        "file-1",
        "file-2",
        "reveal",
        "missing",
        "again",
        "came-out-yes",
        "came-out-no",
        "sheets-minus",
        "sheets-plus",
        "mend-blank-pages",
        "mend-two-sided",
        "mend-copies",
        "paper-is-there",
        "paper-full",
        "nonsense",
    ];
    prop::sample::select(ids.to_vec()).prop_map(str::to_owned)
}

pub(super) fn events() -> impl Strategy<Value = Event> {
    let job = || prop::sample::select(vec![JobId(42), JobId(7), JobId(8)]);
    let picture = Picture { width: 2, height: 3, pixels: vec![9; 18] };
    let fault = || prop::sample::select(vec![Fault::MediaEmpty, Fault::Unsuitable, Fault::Other(String::new())]);
    let outcome = prop_oneof![
        (0..9_u32, 0..9_u32).prop_map(|(impressions, sheets)| Outcome::Completed { impressions, sheets }),
        fault().prop_map(Outcome::Held),
        (fault(), 0..9_u32, 1..9_u32).prop_map(|(fault, one, other)| {
            Outcome::Partly { fault, rest: sample::rest(Language::Ru, Out::between(one, other)) }
        }),
        Just(Outcome::Canceled),
    ];
    let refusals =
        vec![Refusal::NotFound, Refusal::NotUploaded, Refusal::NotReady, Refusal::Unprintable, Refusal::Busy];
    let card = move || {
        (job(), 0..400_u32).prop_map(|(job, page_count)| JobCard { job, page_count, ..sample::card(Language::Ru) })
    };
    let printer = prop_oneof![
        Just(PrinterView::Unknown),
        Just(PrinterView::Ready(sample::offer())),
        fault().prop_map(|fault| PrinterView::Fault(fault, None)),
    ];
    prop_oneof![
        8 => ids().prop_map(Event::Press),
        2 => (-9..1_100, -9..700).prop_map(|(x, y)| Event::Tap { x, y }),
        2 => Just(Event::Scan("4F7K2M".into())),
        1 => "\\PC{0,80}".prop_map(Event::Scan),
        3 => Just(Event::Tick),
        3 => card().prop_map(Event::Found),
        1 => (card(), prop::option::of(job())).prop_map(|(card, first)| Event::Released { card, first }),
        1 => (job(), prop::sample::select(refusals.clone())).prop_map(|(job, refusal)| Event::NotReleased { job, refusal }),
        1 => prop::sample::select(refusals).prop_map(Event::Refused),
        1 => (job(), 0..4_u32).prop_map(move |(job, page)| Event::PicturesReady { job, page, picture: picture.clone() }),
        2 => (job(), 0..9_u32, 0..9_u32).prop_map(|(job, impressions, of)| Event::Progress { job, impressions, of }),
        1 => (job(), prop::option::of(fault())).prop_map(|(job, fault)| Event::PrinterFault { job, fault }),
        1 => (job(), outcome).prop_map(|(job, outcome)| Event::Ended { job, outcome }),
        1 => printer.prop_map(Event::Printer),
        1 => (0..400_u32).prop_map(|sheets| Event::Tray(Tray { media: Media::a4(), paper: Paper::Counted(sheets) })),
        1 => (job(), 0..9_usize, 0..2_u8).prop_map(|(job, pages, dark)| {
            let page = |index| PageFacts { darkest: dark * 200 * u8::from(index % 2 == 0), ..PageFacts::default() };
            Event::Looked { job, facts: Arc::new(Facts { pages: (0..pages).map(page).collect() }) }
        }),
        1 => job().prop_map(|job| Event::Deleted { job }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_a_quiet_kiosk_is_idle_again(
        walk in prop::collection::vec((events(), 0..9_000_u64), EVENTS),
    ) {
        let mut now_ms = sample::NOW_MS;
        let mut panel = Panel::new(sample::settings(Language::Ru), 1024, 600, now_ms);
        for (event, pause) in walk {
            now_ms += pause;
            panel.step(event, now_ms);
            prop_assert!(panel.others.len() < 10 && panel.following.len() <= 20, "grows without end");
        }
        panel.layout(now_ms);
        while let ("printing", Some(job)) = (panel.scene_name(), panel.job()) {
            panel.step(Event::Ended { job, outcome: Outcome::Canceled }, now_ms);
        }
        // The seconds after the last touch, and one for the answer that is never coming.
        for _ in 0..=185 {
            now_ms += 1_000;
            panel.step(Event::Tick, now_ms);
        }
        prop_assert!(matches!(panel.scene_name(), "idle" | "out-of-order"), "stuck at {}", panel.scene_name());
        prop_assert_eq!((panel.job(), panel.language()), (None, Language::Ru));
    }
}
