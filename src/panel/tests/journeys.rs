//! What people do at the kiosk, from the first touch to the last sheet.

use crate::{
    job::{
        fault::Fault,
        part::{AttemptId, Out},
        state::JobId,
    },
    panel::{
        sample::{self, NOW_MS},
        scene::{Effect, Event, JobCard, Outcome, Panel, PrinterView, Refusal},
    },
    text::Language,
};

const JOB: JobId = JobId(42);

fn idle() -> Panel {
    sample::sample("idle", Language::Ru, 1024, 600).expect("idle")
}

fn press(panel: &mut Panel, id: &str) -> Vec<Effect> {
    panel.step(Event::Press(id.into()), NOW_MS)
}

fn type_code(panel: &mut Panel, code: &str) -> Vec<Effect> {
    code.chars().flat_map(|symbol| press(panel, &format!("key-{symbol}"))).collect()
}

fn wait(panel: &mut Panel, seconds: u64) {
    for second in 1..=seconds {
        panel.step(Event::Tick, NOW_MS + second * 1_000);
    }
}

#[test]
fn a_code_leads_to_sheets() {
    let mut panel = idle();
    assert!(press(&mut panel, "enter-code").is_empty());
    let effects = type_code(&mut panel, "4F7K2M");
    assert!(matches!(&effects[..], [Effect::LookUp(code)] if code.as_str() == "4F7K2M"));
    let effects = panel.step(Event::Found(sample::card(Language::Ru)), NOW_MS);
    assert_eq!(effects, [1, 2].map(|page| Effect::Picture { job: JOB, page }));
    press(&mut panel, "copies-plus");
    press(&mut panel, "two-sided");
    let effects = press(&mut panel, "print");
    assert!(
        matches!(&effects[..], [Effect::GoOn { job: JOB, ticket }] if ticket.copies.get() == 3 && !ticket.two_sided)
    );
    panel.step(Event::Progress { job: JobId(7), impressions: 9, of: 9 }, NOW_MS);
    panel.step(Event::Progress { job: JOB, impressions: 1, of: 15 }, NOW_MS);
    let heading = panel.layout(NOW_MS).elements.into_iter().find(|e| e.id == "heading").expect("a heading");
    assert_eq!(heading.label, "Печатаем страницу 2 из 15");
    panel.step(Event::Ended { job: JOB, outcome: Outcome::Completed { impressions: 15, sheets: 15 } }, NOW_MS);
    assert_eq!(panel.scene_name(), "done");
    wait(&mut panel, 31);
    assert_eq!((panel.scene_name(), panel.job()), ("idle", None));
}

#[test]
fn a_wrong_code_is_told_and_the_next_key_starts_anew() {
    let mut panel = idle();
    panel.step(Event::Scan("http://print.local/j/AAAAAA".into()), NOW_MS);
    panel.step(Event::Refused(Refusal::NotFound), NOW_MS);
    press(&mut panel, "key-B");
    let layout = panel.layout(NOW_MS);
    let code = layout.elements.iter().find(|element| element.id == "code").expect("the code");
    assert_eq!(code.value.as_deref(), Some("B"));
    press(&mut panel, "back");
    panel.step(Event::Found(sample::card(Language::Ru)), NOW_MS);
    assert_eq!(panel.scene_name(), "idle");
}

#[test]
fn the_answer_to_an_abandoned_code_is_not_shown_to_the_next_person() {
    let mut panel = idle();
    panel.step(Event::Scan("AAAAAA".into()), NOW_MS);
    press(&mut panel, "back");
    panel.step(Event::Scan("BBBBBB".into()), NOW_MS);
    panel.step(Event::Found(sample::card(Language::Ru)), NOW_MS);
    assert_eq!((panel.scene_name(), panel.job()), ("code", None));
    panel.step(Event::Found(sample::card(Language::Ru)), NOW_MS);
    assert_eq!(panel.scene_name(), "review");
}

#[test]
fn a_shorter_code_is_submitted_by_hand_and_a_lost_answer_is_told() {
    let mut panel = idle();
    press(&mut panel, "enter-code");
    assert!(press(&mut panel, "code-submit").is_empty());
    type_code(&mut panel, "AB");
    assert_eq!(press(&mut panel, "code-submit").len(), 1);
    wait(&mut panel, 12);
    assert!(panel.layout(NOW_MS).to_json()["elements"].to_string().contains("Не получилось"));
}

#[test]
fn too_many_sheets_cannot_be_printed() {
    let mut panel = idle();
    let card = JobCard { page_count: 900, ..sample::card(Language::Ru) };
    panel.step(Event::Scan("AAAAAA".into()), NOW_MS);
    panel.step(Event::Found(card), NOW_MS);
    assert!(press(&mut panel, "print").is_empty());
    press(&mut panel, "pages");
    assert_eq!(press(&mut panel, "print").len(), 1);
}

#[test]
fn a_fault_waits_with_words_and_can_be_tried_again() {
    let mut panel = sample::sample("printing", Language::En, 1024, 600).expect("printing");
    panel.step(Event::PrinterFault { job: JOB, fault: Some(Fault::MediaEmpty) }, NOW_MS);
    assert!(panel.layout(NOW_MS).elements.iter().any(|element| element.label == "Out of paper"));
    assert_eq!(press(&mut panel, "cancel"), [Effect::Cancel { job: JOB }]);
    assert!(press(&mut panel, "cancel").is_empty());
    panel.step(Event::Ended { job: JOB, outcome: Outcome::Held(Fault::MediaJam) }, NOW_MS);
    assert_eq!(panel.scene_name(), "fault");
    assert!(matches!(press(&mut panel, "print")[..], [Effect::GoOn { .. }]));
    panel.step(Event::NotReleased { job: JOB, refusal: Refusal::Busy }, NOW_MS);
    assert_eq!(panel.scene_name(), "review");
}

/// The panel after a job came out so far.
fn partly(out: Out) -> Panel {
    let mut panel = sample::sample("printing", Language::En, 1024, 600).expect("printing");
    let outcome = Outcome::Partly { fault: Fault::ConnectionLost, rest: sample::rest(Language::En, out) };
    panel.step(Event::Ended { job: JOB, outcome }, NOW_MS);
    assert_eq!(panel.scene_name(), "fault");
    panel
}

fn missing(out: u32) -> Effect {
    Effect::ReleaseMissing { job: JOB, attempt: AttemptId(1), out }
}

fn says(panel: &Panel, words: &str) -> bool {
    panel.layout(NOW_MS).elements.iter().any(|element| element.label.contains(words))
}

#[test]
fn what_is_missing_is_printed_by_one_touch_and_everything_only_through_the_review() {
    let mut panel = partly(Out::exactly(5));
    assert!(says(&panel, "3 of 6"));
    assert!(press(&mut panel, "print").is_empty() && press(&mut panel, "came-out-yes").is_empty());
    assert_eq!(press(&mut panel.clone(), "missing"), [missing(3)]);
    press(&mut panel, "again");
    assert_eq!(panel.scene_name(), "review");
    assert!(matches!(press(&mut panel, "print")[..], [Effect::Release { job: JOB, .. }]));
}

#[test]
fn a_doubtful_sheet_is_asked_for_by_its_pages() {
    let panel = partly(Out::between(4, 5));
    assert!(says(&panel, "Did sheet 3 of 6 come out?") && says(&panel, "page 5, copy 1"));
    assert_eq!(press(&mut panel.clone(), "came-out-no"), [missing(2)]);
    let mut panel = panel;
    assert_eq!(press(&mut panel, "came-out-yes"), [missing(3)]);
    assert_eq!(panel.scene_name(), "printing");
    panel.step(Event::NotReleased { job: JOB, refusal: Refusal::Busy }, NOW_MS);
    assert_eq!(panel.scene_name(), "review");
}

#[test]
fn the_last_sheet_is_chosen_among_all_of_them() {
    let mut panel = partly(Out::between(2, 9));
    assert!(says(&panel, "Sheet 1 of 6, pages 1–2, copy 1"));
    for _ in 0..9 {
        press(&mut panel, "sheets-plus");
    }
    assert!(says(&panel, "All came out"));
    assert_eq!(press(&mut panel.clone(), "missing"), [missing(6)]);
    for _ in 0..9 {
        press(&mut panel, "sheets-minus");
    }
    assert!(says(&panel, "None came out"));
    assert_eq!(press(&mut panel, "missing"), [missing(0)]);
}

#[test]
fn the_code_of_a_job_with_a_question_leads_to_it() {
    let mut panel = idle();
    panel.step(Event::Scan("AAAAAA".into()), NOW_MS);
    let rest = Some(sample::rest(Language::Ru, Out::between(4, 5)));
    let card = JobCard { rest, fault: Some(Fault::Interrupted), ..sample::card(Language::Ru) };
    assert!(panel.step(Event::Found(card.clone()), NOW_MS).is_empty());
    assert_eq!((panel.scene_name(), panel.job()), ("fault", Some(JOB)));
    // By the code on the screen likewise, unless somebody else does something.
    let mut other = sample::sample("review", Language::Ru, 1024, 600).expect("review");
    other.step(Event::Asked(JobCard { job: JobId(7), ..card.clone() }), NOW_MS);
    assert_eq!((other.scene_name(), other.job()), ("review", Some(JOB)));
    let mut idle = idle();
    idle.step(Event::Asked(card), NOW_MS);
    assert_eq!(idle.scene_name(), "fault");
}

#[test]
fn a_job_that_the_printer_was_silent_about_goes_on_by_itself() {
    let mut panel = sample::sample("printing", Language::En, 1024, 600).expect("printing");
    panel.step(Event::Ended { job: JOB, outcome: Outcome::Held(Fault::Unreachable) }, NOW_MS);
    panel.step(Event::Tick, NOW_MS + 70_000);
    assert_eq!(panel.scene_name(), "timeout");
    let rest = sample::rest(Language::En, Out::between(0, 10));
    let mut asks = panel.clone();
    let outcome = Outcome::Partly { fault: Fault::Interrupted, rest };
    asks.step(Event::Ended { job: JOB, outcome }, NOW_MS + 71_000);
    assert_eq!(asks.scene_name(), "fault");
    panel.step(Event::Progress { job: JOB, impressions: 4, of: 10 }, NOW_MS + 71_000);
    assert_eq!(panel.scene_name(), "printing");
    panel.step(Event::Ended { job: JOB, outcome: Outcome::Completed { impressions: 10, sheets: 6 } }, NOW_MS + 72_000);
    assert_eq!(panel.scene_name(), "done");
}

#[test]
fn a_quiet_screen_asks_and_then_forgets() {
    let mut panel = sample::sample("review", Language::Ru, 1024, 600).expect("review");
    assert_eq!(press(&mut panel, "language-en"), [Effect::SwitchedLanguage(Language::En)]);
    press(&mut panel, "large-text");
    wait(&mut panel, 61);
    assert_eq!(panel.scene_name(), "timeout");
    panel.step(Event::Tap { x: 1, y: 1 }, NOW_MS);
    assert_eq!(panel.scene_name(), "review");
    wait(&mut panel, 81);
    assert_eq!((panel.scene_name(), panel.job(), panel.language()), ("idle", None, Language::Ru));
    assert!(!panel.large_text);
}

#[test]
fn a_printer_that_goes_silent_does_not_keep_the_kiosk() {
    let mut panel = sample::sample("printing", Language::Ru, 1024, 600).expect("printing");
    wait(&mut panel, 15 * 60 + 81);
    assert_eq!(panel.scene_name(), "idle");
}

#[test]
fn an_unsuitable_printer_is_out_of_order_until_it_is_replaced() {
    let mut panel = idle();
    panel.step(Event::Printer(PrinterView::Fault(Fault::Unsuitable, None)), NOW_MS);
    assert_eq!(panel.scene_name(), "out-of-order");
    panel.step(Event::Printer(PrinterView::Ready(sample::offer())), NOW_MS);
    assert_eq!(panel.scene_name(), "idle");
}

#[test]
fn deleting_is_asked_once_and_shown() {
    let mut panel = sample::sample("review", Language::Ru, 1024, 600).expect("review");
    assert_eq!(press(&mut panel, "delete"), [Effect::Delete { job: JOB }]);
    assert!(press(&mut panel, "delete").is_empty());
    panel.step(Event::Deleted { job: JOB }, NOW_MS);
    assert_eq!(panel.scene_name(), "done");
    press(&mut panel, "finish");
    assert_eq!(panel.scene_name(), "idle");
}

/// Two jobs released by the code on the screen.
fn released(panel: &mut Panel) {
    for (job, first) in [(JOB, None), (JobId(43), Some(JOB))] {
        let card = JobCard { job, ..sample::card(Language::Ru) };
        panel.step(Event::Released { card, first }, NOW_MS);
    }
}

fn ended(panel: &mut Panel, job: i64, outcome: Outcome) {
    panel.step(Event::Ended { job: JobId(job), outcome }, NOW_MS);
}

const CAME_OUT: Outcome = Outcome::Completed { impressions: 10, sheets: 6 };

#[test]
fn a_scanned_code_shows_each_job_until_the_last_is_done() {
    for order in [[42, 43], [43, 42]] {
        let mut panel = idle();
        released(&mut panel);
        assert_eq!((panel.scene_name(), panel.job()), ("printing", Some(JOB)));
        ended(&mut panel, order[0], CAME_OUT);
        assert_eq!((panel.scene_name(), panel.job()), ("printing", Some(JobId(order[1]))));
        ended(&mut panel, order[1], CAME_OUT);
        assert_eq!(panel.scene_name(), "done");
    }
}

#[test]
fn a_scanned_code_does_not_take_the_screen_from_somebody() {
    let mut panel = idle();
    press(&mut panel, "enter-code");
    press(&mut panel, "key-4");
    released(&mut panel);
    assert_eq!(panel.scene_name(), "code");
    panel.step(Event::Scan("4F7K2M".into()), NOW_MS);
    let other = JobCard { job: JobId(7), ..sample::card(Language::Ru) };
    panel.step(Event::Found(other), NOW_MS);
    released(&mut panel);
    assert_eq!((panel.scene_name(), panel.job()), ("review", Some(JobId(7))));
    press(&mut panel, "print");
    released(&mut panel);
    ended(&mut panel, 7, CAME_OUT);
    assert_eq!((panel.scene_name(), panel.job()), ("done", Some(JobId(7))));
    // But what is only left standing there goes.
    released(&mut panel);
    assert_eq!((panel.scene_name(), panel.job()), ("printing", Some(JOB)));
}

#[test]
fn a_fault_of_one_of_many_stays_on_the_screen() {
    let mut panel = idle();
    released(&mut panel);
    ended(&mut panel, 42, Outcome::Held(Fault::MediaEmpty));
    assert_eq!(panel.scene_name(), "fault");
    ended(&mut panel, 43, CAME_OUT);
    assert_eq!((panel.scene_name(), panel.job()), ("fault", Some(JOB)));
    // One that comes late, when the first is out already.
    let mut panel = idle();
    panel.step(Event::Released { card: sample::card(Language::Ru), first: None }, NOW_MS);
    ended(&mut panel, 42, CAME_OUT);
    assert_eq!(panel.scene_name(), "done");
    let card = JobCard { job: JobId(43), ..sample::card(Language::Ru) };
    panel.step(Event::Released { card, first: Some(JOB) }, NOW_MS);
    assert_eq!((panel.scene_name(), panel.job()), ("printing", Some(JobId(43))));
}

#[test]
fn guessing_at_the_panel_pauses_it_whichever_way_the_codes_come() {
    let mut panel = idle();
    for _ in 0..4 {
        panel.step(Event::Scan("AAAAAA".into()), NOW_MS);
        // Going back before the answer is no way around.
        press(&mut panel, "back");
        panel.step(Event::Refused(Refusal::NotFound), NOW_MS);
    }
    press(&mut panel, "enter-code");
    assert_eq!(type_code(&mut panel, "BBBBBB").len(), 1);
    panel.step(Event::Refused(Refusal::NotFound), NOW_MS);
    let words = |panel: &Panel, now_ms| {
        let status = panel.layout(now_ms).elements.into_iter().find(|element| element.id == "code-status");
        status.expect("a status").label
    };
    assert_eq!(words(&panel, NOW_MS + 900), "Слишком много неверных кодов. Подождите 30\u{a0}секунд.");
    assert_eq!(words(&panel, NOW_MS + 29_000), "Слишком много неверных кодов. Подождите 1\u{a0}секунду.");
    assert!(type_code(&mut panel, "CCCCCC").is_empty());
    assert!(panel.step(Event::Scan("CCCCCC".into()), NOW_MS).is_empty());
    let layout = panel.layout(NOW_MS);
    assert!(layout.elements.iter().filter(|e| e.id.starts_with("key-") || e.id == "code-submit").all(|e| !e.enabled));
    assert_eq!(panel.step(Event::Scan("DDDDDD".into()), NOW_MS + 30_000).len(), 1);
    // A right code forgives.
    panel.step(Event::Found(sample::card(Language::Ru)), NOW_MS + 30_000);
    assert_eq!(panel.scene_name(), "review");
}

#[test]
fn codes_shown_to_a_scanner_faster_than_answers_come_are_not_all_asked_for() {
    let mut panel = idle();
    let asked = (0..20).map(|_| panel.step(Event::Scan("AAAAAA".into()), NOW_MS).len());
    assert_eq!(asked.sum::<usize>(), 5);
}
