//! What is said before printing, and the taps that mend it.

use std::sync::Arc;

use crate::{
    job::{
        paper::{Paper, Said},
        plan::Media,
        preflight::{Facts, PageFacts},
        state::JobId,
        ticket::Ticket,
    },
    panel::{
        layout::Layout,
        sample::{self, NOW_MS},
        scene::{Effect, Event, JobCard, Panel, mend::Tray},
    },
    text::Language,
};

const JOB: JobId = JobId(42);

/// A review of a document with these pages, on one side, once.
fn review(darkest: &[u8]) -> Panel {
    let mut panel = sample::sample("idle", Language::Ru, 1024, 600).expect("idle");
    let page_count = u32::try_from(darkest.len()).expect("few");
    let card = JobCard { page_count, ticket: Ticket::default(), ..sample::card(Language::Ru) };
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS);
    panel.step(Event::Found(card), NOW_MS);
    let page = |darkest: &u8| PageFacts { size: (595.3, 841.9), darkest: *darkest, ..PageFacts::default() };
    let facts = Arc::new(Facts { pages: darkest.iter().map(page).collect() });
    panel.step(Event::Looked { job: JobId(7), facts: Arc::new(Facts::default()) }, NOW_MS);
    panel.step(Event::Looked { job: JOB, facts }, NOW_MS);
    panel
}

fn press(panel: &mut Panel, id: &str) -> Vec<Effect> {
    panel.step(Event::Press(id.into()), NOW_MS)
}

fn has(layout: &Layout, id: &str) -> bool {
    layout.elements.iter().any(|element| element.id == id && element.enabled)
}

fn tray(panel: &mut Panel, paper: Paper) {
    panel.step(Event::Tray(Tray { media: Media::a4(), paper }), NOW_MS);
}

fn released(effects: &[Effect]) -> &Ticket {
    match effects {
        [Effect::GoOn { job: JOB, ticket }] => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_tap_leaves_blank_pages_out_and_the_next_ones_are_shown() {
    let mut panel = review(&[255, 0, 255, 0]);
    assert!(has(&panel.layout(NOW_MS), "finding-blank-pages"));
    assert_eq!(press(&mut panel, "mend-blank-pages"), [Effect::Picture { job: JOB, page: 3 }]);
    assert!(!has(&panel.layout(NOW_MS), "finding-blank-pages"));
    let effects = press(&mut panel, "print");
    assert_eq!(released(&effects).pages.to_string(), "1,3");
}

#[test]
fn what_is_found_while_somebody_reads_waits_for_them() {
    let panel = review(&[0, 0]);
    assert!(has(&panel.layout(NOW_MS), "finding-all-blank") && has(&panel.layout(NOW_MS), "print"));
}

#[test]
fn a_job_that_does_not_fit_is_not_released_until_somebody_looks_into_the_tray() {
    let mut panel = review(&[255; 6]);
    assert!(has(&panel.layout(NOW_MS), "print"));
    tray(&mut panel, Paper::Counted(3));
    assert!(has(&panel.layout(NOW_MS), "paper-short") && !has(&panel.layout(NOW_MS), "print"));
    assert!(press(&mut panel, "print").is_empty());
    let mut other = panel.clone();
    assert!(press(&mut panel, "mend-two-sided").is_empty());
    assert!(released(&press(&mut panel, "print")).two_sided);
    press(&mut other, "paper-is-there");
    assert!(!has(&other.layout(NOW_MS), "paper-short"));
    assert!(!released(&press(&mut other, "print")).two_sided);
}

#[test]
fn fewer_copies_or_pages_are_offered_where_two_sides_do_not_help() {
    let mut panel = review(&[255; 6]);
    press(&mut panel, "two-sided");
    press(&mut panel, "copies-plus");
    tray(&mut panel, Paper::Counted(3));
    press(&mut panel, "mend-copies");
    assert_eq!(released(&press(&mut panel, "print")).copies.get(), 1);
    let mut panel = review(&[255; 6]);
    press(&mut panel, "two-sided");
    tray(&mut panel, Paper::Counted(2));
    press(&mut panel, "mend-pages");
    assert_eq!(released(&press(&mut panel, "print")).pages.to_string(), "1-4");
}

#[test]
fn an_empty_or_unknown_tray_refuses_nothing() {
    let mut panel = review(&[255; 6]);
    for paper in [Paper::Unknown, Paper::Empty, Paper::Counted(6)] {
        tray(&mut panel, paper);
        assert!(has(&panel.layout(NOW_MS), "print"), "{paper:?}");
    }
}

#[test]
fn a_job_that_failed_is_not_released_again_past_the_count() {
    let mut panel = sample::sample("fault", Language::Ru, 1024, 600).expect("fault");
    tray(&mut panel, Paper::Counted(2));
    assert!(press(&mut panel, "print").is_empty());
    assert_eq!(panel.scene_name(), "review");
    assert!(has(&panel.layout(NOW_MS), "paper-short"));
}

#[test]
fn whoever_fills_the_tray_taps_it() {
    let mut panel = sample::sample("service", Language::En, 1024, 600).expect("service");
    assert_eq!(press(&mut panel, "paper-full"), [Effect::Paper(Said::Full)]);
    assert_eq!(press(&mut panel, "paper-added"), [Effect::Paper(Said::Added(100))]);
    assert_eq!(press(&mut panel, "paper-forget"), [Effect::Paper(Said::Unknown)]);
    let paper = panel.layout(NOW_MS).elements.into_iter().find(|element| element.id == "paper").expect("paper");
    assert_eq!((paper.value.as_deref(), paper.label.as_str()), (Some("123"), "Paper: 123\u{a0}sheets left"));
    tray(&mut panel, Paper::Unknown);
    assert!(press(&mut panel, "paper-forget").is_empty());
}
