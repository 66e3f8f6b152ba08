//! The technician's side: who gets in, what a tap asks for, and how everything closes by itself.

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    panel::{
        layout::Element,
        sample::{self, NOW_MS},
        scene::{
            Effect, Event, Panel,
            desk::{Known, News, Test, Wish},
        },
    },
    text::Language,
};

fn locked() -> Panel {
    let mut panel = sample::sample("idle", Language::En, 1024, 600).expect("idle");
    assert_eq!(press(&mut panel, "service"), [Effect::Desk(Wish::Look)]);
    panel
}

fn open() -> Panel {
    let mut panel = sample::sample("service", Language::En, 1024, 600).expect("service");
    panel.step(Event::Desk(News::Looked(Arc::new(sample::desk::known(Language::En)))), NOW_MS);
    panel
}

fn press_at(panel: &mut Panel, id: &str, now_ms: u64) -> Vec<Effect> {
    panel.step(Event::Press(id.into()), now_ms)
}

fn press(panel: &mut Panel, id: &str) -> Vec<Effect> {
    press_at(panel, id, NOW_MS)
}

fn enter(panel: &mut Panel, code: &str, now_ms: u64) {
    for digit in code.chars() {
        press_at(panel, &format!("key-{digit}"), now_ms);
    }
    press_at(panel, "code-submit", now_ms);
}

fn find(panel: &Panel, id: &str, now_ms: u64) -> Option<Element> {
    panel.layout(now_ms).elements.into_iter().find(|element| element.id == id)
}

fn can(panel: &Panel, id: &str) -> bool {
    find(panel, id, NOW_MS).is_some_and(|element| element.enabled)
}

#[test]
fn the_code_opens_and_another_does_not() {
    let mut panel = locked();
    assert!(!can(&panel, "service-printer") && !can(&panel, "paper-full") && !can(&panel, "code-submit"));
    assert!(press(&mut panel, "paper-full").is_empty() && press(&mut panel, "test-page").is_empty());
    enter(&mut panel, "2469", NOW_MS);
    assert!(!can(&panel, "service-printer"));
    enter(&mut panel, "24680", NOW_MS);
    assert!(!can(&panel, "service-printer"));
    press(&mut panel, "key-9");
    press(&mut panel, "key-backspace");
    enter(&mut panel, "2468", NOW_MS);
    assert!(can(&panel, "service-printer") && can(&panel, "paper-full"));
    // Whoever comes next starts outside.
    press(&mut panel, "back");
    press(&mut panel, "service");
    assert!(!can(&panel, "service-printer"));
}

#[test]
fn the_digits_typed_are_not_told() {
    let mut panel = locked();
    press(&mut panel, "key-2");
    press(&mut panel, "key-4");
    let tree = panel.layout(NOW_MS).to_json();
    let code = tree["elements"].as_array().and_then(|all| all.iter().find(|e| e["id"] == "code")).expect("code");
    assert_eq!(code["value"], "2");
}

#[test]
fn wrong_codes_pause_and_leaving_does_not_end_the_pause() {
    let mut panel = locked();
    (0..5).for_each(|_| enter(&mut panel, "1111", NOW_MS));
    assert!(!can(&panel, "key-1"));
    let told = |panel: &Panel, now_ms| find(panel, "code-status", now_ms).expect("status").label;
    assert_eq!(told(&panel, NOW_MS), "Too many wrong codes. Wait 30\u{a0}seconds");
    assert_eq!(told(&panel, NOW_MS + 12_000), "Too many wrong codes. Wait 18\u{a0}seconds");
    press(&mut panel, "back");
    // People's own codes are not in the way.
    press(&mut panel, "enter-code");
    assert!(can(&panel, "key-1"));
    press(&mut panel, "back");
    press(&mut panel, "service");
    enter(&mut panel, "2468", NOW_MS);
    assert!(!can(&panel, "service-printer"));
    panel.step(Event::Tick, NOW_MS + 30_000);
    enter(&mut panel, "2468", NOW_MS + 30_000);
    assert!(can(&panel, "service-printer"));
}

#[test]
fn without_a_code_only_what_is_public_is_shown() {
    let mut panel = sample::sample("idle", Language::En, 1024, 600).expect("idle");
    panel.settings.service_code.clear();
    press(&mut panel, "service");
    assert!(find(&panel, "service-closed", NOW_MS).expect("words").label.contains("[service] code"));
    assert!(!can(&panel, "key-1") && !can(&panel, "code-submit") && !can(&panel, "service-printer"));
    enter(&mut panel, "", NOW_MS);
    assert!(!can(&panel, "service-printer"));
}

#[test]
fn it_closes_itself_when_nobody_touches_it() {
    let mut panel = open();
    panel.step(Event::Tick, NOW_MS + 179_000);
    assert_eq!(panel.scene_name(), "service");
    panel.step(Event::Tick, NOW_MS + 180_000);
    assert_eq!(panel.scene_name(), "idle");
    press_at(&mut panel, "service", NOW_MS + 181_000);
    assert!(find(&panel, "service-printer", NOW_MS + 181_000).is_none());
}

#[test]
fn a_test_page_is_asked_once() {
    let mut panel = open();
    assert_eq!(press(&mut panel, "test-page"), [Effect::Desk(Wish::TestPage)]);
    assert!(!can(&panel, "test-page") && press(&mut panel, "test-page").is_empty());
    panel.step(Event::Desk(News::Test(Test::Done)), NOW_MS);
    assert!(can(&panel, "test-page"));
    assert_eq!(find(&panel, "test-page-state", NOW_MS).expect("words").label, "The test page is out");
}

#[test]
fn a_restart_is_asked_twice() {
    let mut panel = open();
    press(&mut panel, "service-restart");
    assert!(!can(&panel, "update") && press(&mut panel, "reboot").is_empty());
    assert!(press(&mut panel, "reboot-no").is_empty() && can(&panel, "reboot"));
    press(&mut panel, "reboot");
    assert_eq!(press(&mut panel, "reboot-yes"), [Effect::Desk(Wish::Reboot)]);
    assert!(!can(&panel, "reboot"));
    panel.step(Event::Desk(News::NotRestarted), NOW_MS);
    assert!(can(&panel, "reboot"));
    panel.settings.can_restart = false;
    assert!(!can(&panel, "reboot"));
}

fn tap_crosses(panel: &mut Panel) -> Vec<Effect> {
    press(panel, "service-screen");
    press(panel, "calibrate");
    let mut effects = Vec::new();
    for _ in 0..5 {
        assert!(effects.is_empty());
        let (x, y) = panel.cross().expect("a cross");
        // On the place of a button: nothing else hears it.
        effects = panel.step(Event::Tap { x: x + 3, y: y - 2 }, NOW_MS);
    }
    effects
}

#[test]
fn five_taps_make_a_calibration_that_must_be_confirmed() {
    let mut panel = open();
    let effects = tap_crosses(&mut panel);
    let [Effect::Desk(Wish::Calibrate(taps))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(taps[..2], [((105, 58), (102, 60)), ((924, 58), (921, 60))]);
    panel.step(Event::Desk(News::Calibrated(true)), NOW_MS);
    let mut kept = panel.clone();
    assert_eq!(press(&mut kept, "calibrate-keep"), [Effect::Desk(Wish::KeepCalibration)]);
    assert!(!kept.step(Event::Tick, NOW_MS + 20_000).contains(&Effect::Desk(Wish::Uncalibrate)));
    for (mut panel, event, after) in [
        (panel.clone(), Event::Tick, 15_000),
        (panel.clone(), Event::Press("calibrate-undo".into()), 0),
        (panel.clone(), Event::Press("back".into()), 0),
        (panel.clone(), Event::Press("service-log".into()), 0),
        (panel.clone(), Event::Tick, 1_000_000),
    ] {
        let effects = panel.step(event.clone(), NOW_MS + after);
        assert!(effects.contains(&Effect::Desk(Wish::Uncalibrate)), "{event:?} {effects:?}");
        assert!(!panel.step(Event::Tick, NOW_MS + after).contains(&Effect::Desk(Wish::Uncalibrate)));
    }
}

#[test]
fn crosses_nobody_taps_go_away_and_taps_that_fit_nothing_change_nothing() {
    let mut panel = open();
    press(&mut panel, "service-screen");
    press(&mut panel, "calibrate");
    panel.step(Event::Tick, NOW_MS + 30_000);
    assert!(panel.cross().is_none() && can(&panel, "calibrate"));
    tap_crosses(&mut panel);
    assert!(panel.step(Event::Desk(News::Calibrated(false)), NOW_MS).is_empty());
    assert!(can(&panel, "calibrate"));
    // Solved when nobody stood there any more.
    tap_crosses(&mut panel);
    assert_eq!(press(&mut panel, "back"), [Effect::Desk(Wish::Uncalibrate)]);
    assert_eq!(panel.step(Event::Desk(News::Calibrated(true)), NOW_MS), [Effect::Desk(Wish::Uncalibrate)]);
}

#[test]
fn the_light_and_the_log_have_ends() {
    let mut panel = open();
    press(&mut panel, "service-screen");
    assert_eq!(press(&mut panel, "brightness-plus"), [Effect::Desk(Wish::Brightness(10))]);
    assert_eq!(press(&mut panel, "brightness-minus"), [Effect::Desk(Wish::Brightness(-10))]);
    let dark = Known { brightness: Some(10), ..sample::desk::known(Language::En) };
    panel.step(Event::Desk(News::Looked(Arc::new(dark))), NOW_MS);
    assert!(!can(&panel, "brightness-minus") && can(&panel, "brightness-plus"));
    press(&mut panel, "service-log");
    assert!(can(&panel, "log-older") && !can(&panel, "log-newer"));
    let last = |panel: &Panel| find(panel, "log-1", NOW_MS).expect("a line").label;
    let newest = last(&panel);
    press(&mut panel, "log-older");
    assert!(last(&panel) != newest && can(&panel, "log-newer"));
    (0..50).for_each(|_| drop(press(&mut panel, "log-older")));
    assert!(last(&panel).contains("11:00") && !can(&panel, "log-older"));
}

#[test]
fn a_scan_tries_the_scanner_behind_the_code_and_flashes_everywhere() {
    let mut panel = open();
    press(&mut panel, "service-device");
    assert!(panel.step(Event::Scan("OF72I1".into()), NOW_MS).is_empty());
    assert_eq!(panel.scene_name(), "service");
    let tree = panel.layout(NOW_MS).to_json().to_string();
    assert!(tree.contains("ready, read 6\u{a0}characters"), "{tree}");
    let mut panel = sample::sample("idle", Language::En, 1024, 600).expect("idle");
    assert!(find(&panel, "scan-heard", NOW_MS).is_none());
    panel.step(Event::Scan("OF72I1".into()), NOW_MS);
    assert!(find(&panel, "scan-heard", NOW_MS + 600).is_some() && find(&panel, "scan-heard", NOW_MS + 800).is_none());
}

#[test]
fn a_card_opens_nothing_and_is_told_what_it_is() {
    let mut panel = sample::sample("idle", Language::En, 1024, 600).expect("idle");
    for _ in 0..20 {
        assert!(panel.step(Event::Scan("1015000".into()), NOW_MS).is_empty());
    }
    assert_eq!(panel.scene_name(), "code");
    assert!(find(&panel, "code-status", NOW_MS).expect("words").label.starts_with("This is a card"));
    // It was no guess either.
    assert!(can(&panel, "key-A"));
}

fn events() -> impl Strategy<Value = (Event, u64)> {
    let ids = [
        "service",
        "back",
        "key-2",
        "key-4",
        "key-6",
        "key-8",
        "code-submit",
        "key-backspace",
        "service-screen",
        "service-restart",
        "service-log",
        "service-record",
        "calibrate",
        "calibrate-keep",
        "calibrate-undo",
        "reboot",
        "reboot-yes",
        "reboot-no",
        "test-page",
        "log-older",
        "log-newer",
        "brightness-plus",
        "paper-full",
        "language-ru",
        "large-text",
    ];
    let event = prop_oneof![
        6 => prop::sample::select(ids.to_vec()).prop_map(|id| Event::Press(id.into())),
        2 => (0..1_024, 0..600).prop_map(|(x, y)| Event::Tap { x, y }),
        1 => any::<bool>().prop_map(|fits| Event::Desk(News::Calibrated(fits))),
        1 => Just(Event::Desk(News::NotRestarted)),
        1 => Just(Event::Desk(News::Test(Test::Refused))),
        1 => Just(Event::Scan("1015000".into())),
        2 => Just(Event::Tick),
    ];
    (event, 0..20_000_u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// A calibration is never left in use without somebody's yes, and everything ends at home.
    #[test]
    fn whatever_is_touched_it_closes(steps in prop::collection::vec(events(), 1..60)) {
        let (mut panel, mut now_ms, mut tried) = (open(), NOW_MS, false);
        let mut follow = |panel: &mut Panel, event: Event, now_ms: u64| {
            let kept = matches!(&event, Event::Press(id) if id == "calibrate-keep");
            let solved = matches!(&event, Event::Desk(News::Calibrated(true)));
            let asked = find(panel, "calibrate-keep", now_ms).is_some();
            for effect in panel.step(event, now_ms) {
                tried &= effect != Effect::Desk(Wish::Uncalibrate);
            }
            tried |= solved && find(panel, "calibrate-keep", now_ms).is_some();
            tried &= !(kept && asked);
            tried
        };
        for (event, later) in steps {
            now_ms += later;
            follow(&mut panel, event, now_ms);
        }
        let mut left = false;
        for _ in 0..120 {
            now_ms += 10_000;
            left = follow(&mut panel, Event::Tick, now_ms);
        }
        prop_assert!(!left);
        prop_assert_eq!(panel.scene_name(), "idle");
    }
}
