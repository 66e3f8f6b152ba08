//! Several files under one release; a dark screen; pages that strangers do not see.

use crate::job::{fault::Fault, paper::Paper, plan::Media};
use crate::{
    job::state::JobId,
    panel::{
        sample::{self, NOW_MS},
        scene::{Effect, Event, JobCard, Outcome, Panel, Refusal, mend::Tray},
    },
    text::Language,
};

fn press(panel: &mut Panel, id: &str) -> Vec<Effect> {
    panel.step(Event::Press(id.into()), NOW_MS)
}

fn several() -> Panel {
    sample::sample("review-several", Language::En, 1024, 600).expect("three files")
}

fn jobs(effects: &[Effect]) -> Vec<i64> {
    let job = |effect: &Effect| match effect {
        Effect::GoOn { job, .. } | Effect::Release { job, .. } | Effect::Delete { job } => Some(job.0),
        _ => None,
    };
    effects.iter().filter_map(job).collect()
}

fn ended(panel: &mut Panel, job: i64, outcome: Outcome) {
    panel.step(Event::Ended { job: JobId(job), outcome }, NOW_MS);
}

fn completed(panel: &mut Panel, job: i64) {
    ended(panel, job, Outcome::Completed { impressions: 10, sheets: 6 });
}

fn says(panel: &Panel, words: &str) -> bool {
    panel.layout(NOW_MS).elements.iter().any(|element| element.label.contains(words))
}

#[test]
fn one_touch_prints_all_files_in_the_order_they_were_added() {
    let mut panel = several();
    press(&mut panel, "file-3");
    assert_eq!(panel.job(), Some(JobId(44)));
    press(&mut panel, "two-sided");
    press(&mut panel, "file-2");
    assert!(says(&panel, "All together: 22\u{a0}sheets"));
    let effects = press(&mut panel, "print");
    assert_eq!(jobs(&effects), [42, 43, 44]);
    // Each with its own choices.
    let sided = |effect: &Effect| matches!(effect, Effect::GoOn { ticket, .. } if ticket.two_sided);
    assert_eq!(effects.iter().map(sided).collect::<Vec<_>>(), [true, true, false]);
    assert!(panel.scene_name() == "printing" && panel.job() == Some(JobId(42)));
    completed(&mut panel, 42);
    assert_eq!(panel.job(), Some(JobId(43)));
    completed(&mut panel, 43);
    ended(&mut panel, 44, Outcome::Completed { impressions: 10, sheets: 10 });
    assert!(panel.scene_name() == "done" && says(&panel, "3\u{a0}files: 22 of 22"));
    assert_eq!(jobs(&press(&mut panel, "delete")), [42, 43, 44]);
}

#[test]
fn a_code_typed_twice_is_one_file_and_back_adds_none() {
    let mut panel = several();
    for _ in 0..2 {
        press(&mut panel, "add-file");
        assert_eq!(panel.scene_name(), "code");
        press(&mut panel, "back");
        assert_eq!((panel.scene_name(), panel.job()), ("review", Some(JobId(42))));
    }
    press(&mut panel, "add-file");
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS);
    panel.step(Event::Found(sample::card(Language::En)), NOW_MS);
    assert_eq!(jobs(&press(&mut panel, "print")), [42, 43, 44]);
}

#[test]
fn a_file_is_left_out_or_deleted_and_the_others_stay() {
    let mut panel = several();
    press(&mut panel, "drop-file");
    assert_eq!(panel.job(), Some(JobId(43)));
    assert_eq!(jobs(&press(&mut panel, "delete")), [43]);
    panel.step(Event::Deleted { job: JobId(43) }, NOW_MS);
    assert_eq!((panel.scene_name(), panel.job()), ("review", Some(JobId(44))));
    assert_eq!(jobs(&press(&mut panel, "print")), [44]);
}

#[test]
fn all_of_it_or_nothing_and_what_does_not_fit_is_shown() {
    let mut panel = several();
    press(&mut panel, "add-file");
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS);
    panel.step(Event::Found(JobCard { job: JobId(9), page_count: 900, ..sample::card(Language::En) }), NOW_MS);
    panel.step(Event::Tray(Tray { media: Media::a4(), paper: Paper::Unknown }), NOW_MS);
    press(&mut panel, "file-1");
    assert!(press(&mut panel, "print").is_empty());
    assert_eq!((panel.scene_name(), panel.job()), ("review", Some(JobId(9))));
    press(&mut panel, "drop-file");
    // Six sheets each, and paper for two of the three.
    panel.step(Event::Tray(Tray { media: Media::a4(), paper: Paper::Counted(13) }), NOW_MS);
    assert!(press(&mut panel, "print").is_empty());
    press(&mut panel, "drop-file");
    assert_eq!(press(&mut panel, "print").len(), 2);
}

#[test]
fn a_file_that_was_not_released_is_told_when_the_others_are_out() {
    let mut panel = several();
    press(&mut panel, "print");
    panel.step(Event::NotReleased { job: JobId(43), refusal: Refusal::Busy }, NOW_MS);
    completed(&mut panel, 42);
    completed(&mut panel, 44);
    assert_eq!((panel.scene_name(), panel.job()), ("review", Some(JobId(43))));
    // The first one too.
    let mut panel = several();
    press(&mut panel, "print");
    panel.step(Event::NotReleased { job: JobId(42), refusal: Refusal::Busy }, NOW_MS);
    assert_eq!((panel.scene_name(), panel.job()), ("printing", Some(JobId(43))));
    // What stopped one on paper is what to look at.
    ended(&mut panel, 43, Outcome::Held(Fault::MediaJam));
    assert_eq!(panel.scene_name(), "fault");
}

#[test]
fn nothing_of_the_list_stays_for_the_next_person() {
    let mut panel = several();
    panel.step(Event::Tick, NOW_MS + 61_000);
    assert_eq!(panel.scene_name(), "timeout");
    panel.step(Event::Tick, NOW_MS + 81_000);
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS + 82_000);
    panel.step(Event::Found(JobCard { job: JobId(9), ..sample::card(Language::En) }), NOW_MS + 82_000);
    assert_eq!(jobs(&panel.step(Event::Press("print".into()), NOW_MS + 83_000)), [9]);
    // Nor for whoever scans a code while the list stands there: it is another person's as likely as not.
    let mut panel = several();
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS);
    panel.step(Event::Found(JobCard { job: JobId(9), ..sample::card(Language::En) }), NOW_MS);
    assert_eq!(jobs(&press(&mut panel, "print")), [9]);
}

#[test]
fn the_first_touch_of_a_dark_screen_only_wakes_it() {
    let mut panel = sample::sample("idle", Language::En, 1024, 600).expect("idle");
    let late = NOW_MS + 900_000;
    panel.step(Event::Tick, late);
    assert!(panel.is_asleep() && panel.layout(late).inks.len() == 1);
    panel.step(Event::Press("enter-code".into()), late);
    assert!(!panel.is_asleep() && panel.scene_name() == "idle");
    panel.step(Event::Press("enter-code".into()), late);
    assert_eq!(panel.scene_name(), "code");
    // A scanner shows what it read at once.
    panel.step(Event::Press("back".into()), late);
    panel.step(Event::Tick, late + 900_000);
    assert!(panel.is_asleep());
    panel.step(Event::Scan("4F7K2M".into()), late + 900_000);
    assert!(!panel.is_asleep() && panel.scene_name() == "code");
}

#[test]
fn blurred_pages_are_shown_by_a_touch_and_to_this_person_only() {
    let mut panel = sample::sample("review-blurred", Language::En, 1024, 600).expect("blurred");
    let before = panel.layout(NOW_MS);
    press(&mut panel, "reveal");
    let after = panel.layout(NOW_MS);
    assert!(before != after && !after.elements.iter().any(|element| element.id == "reveal"));
    press(&mut panel, "back");
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS);
    panel.step(Event::Found(sample::card(Language::En)), NOW_MS);
    assert!(panel.scene_name() == "review" && !says(&panel, "Touch to show"), "nothing is there to be shown yet");
}
