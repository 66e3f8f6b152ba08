//! Fingers, films and mice as the kernel tells of them; and what no kernel should tell.

use evdev::InputEvent;
use proptest::prelude::*;

use super::{Act, Axes, Kind, Pointer};

const AXES: Axes = Axes { x: (0, 999), y: (100, 599) };
const SYN: (u16, u16, i32) = (0, 0, 0);
const DROPPED: (u16, u16, i32) = (0, 3, 0);

fn slot(value: i32) -> (u16, u16, i32) {
    (3, 0x2F, value)
}

fn finger(value: i32) -> (u16, u16, i32) {
    (3, 0x39, value)
}

fn at(x: i32, y: i32) -> [(u16, u16, i32); 2] {
    [(3, 0x35, x), (3, 0x36, y)]
}

fn button(down: i32) -> (u16, u16, i32) {
    (1, 0x14A, down)
}

fn feed(pointer: &mut Pointer, events: &[(u16, u16, i32)], now_ms: u64) -> Vec<Act> {
    events.iter().filter_map(|&(kind, code, value)| pointer.feed(InputEvent::new(kind, code, value), now_ms)).collect()
}

fn near(act: Option<&Act>, x: f64, y: f64) -> bool {
    matches!(act, Some(Act::Touch(place)) if (place.0 - x).hypot(place.1 - y) < 0.01)
}

#[test]
fn a_tap_is_where_the_finger_lands_and_there_is_one() {
    let mut panel = Pointer::new(Kind::Single, AXES, (0, 0), 80);
    let down = feed(&mut panel, &[(3, 0, 500), (3, 1, 350), button(1), SYN], 1_000);
    assert!(down.len() == 1 && near(down.first(), 0.5, 0.5), "{down:?}");
    assert_eq!(feed(&mut panel, &[(3, 0, 900), SYN, (3, 0, 100), SYN, button(0), SYN], 1_100), []);
    // Not moved since: only the button is told.
    let again = feed(&mut panel, &[button(1), SYN, button(0), SYN], 2_000);
    assert!(again.len() == 1 && near(again.first(), 0.1, 0.5), "{again:?}");
}

#[test]
fn a_film_that_bounces_is_one_tap_and_another_key_is_another() {
    let mut panel = Pointer::new(Kind::Single, AXES, (500, 300), 80);
    assert_eq!(feed(&mut panel, &[button(1), SYN, button(0), SYN], 1_000).len(), 1);
    assert_eq!(feed(&mut panel, &[button(1), SYN, button(0), SYN], 1_040), []);
    assert_eq!(feed(&mut panel, &[(3, 0, 900), button(1), SYN, button(0), SYN], 1_060).len(), 1);
    assert_eq!(feed(&mut panel, &[button(1), SYN, button(0), SYN], 1_200).len(), 1);
}

#[test]
fn the_first_of_several_fingers_counts() {
    let mut panel = Pointer::new(Kind::Multi, AXES, (0, 100), 80);
    let [x, y] = at(250, 225);
    let first = feed(&mut panel, &[slot(0), finger(7), x, y, button(1), SYN], 1_000);
    assert!(first.len() == 1 && near(first.first(), 0.25, 0.25), "{first:?}");
    let [x, y] = at(750, 475);
    assert_eq!(feed(&mut panel, &[slot(1), finger(8), x, y, SYN], 1_010), []);
    assert_eq!(feed(&mut panel, &[slot(1), finger(-1), SYN], 1_020), []);
    assert_eq!(feed(&mut panel, &[slot(0), finger(-1), button(0), SYN], 1_030), []);
    // Slot 1 lands where it was, and says no place.
    let other = feed(&mut panel, &[slot(1), finger(9), SYN], 1_040);
    assert!(other.len() == 1 && near(other.first(), 0.75, 0.75), "{other:?}");
}

#[test]
fn two_fingers_in_one_report_are_one_tap() {
    let mut panel = Pointer::new(Kind::Multi, AXES, (0, 100), 80);
    let ([x, y], [v, w]) = (at(100, 150), at(900, 550));
    let acts = feed(&mut panel, &[slot(3), finger(1), x, y, slot(5), finger(2), v, w, SYN], 1_000);
    assert!(acts.len() == 1 && near(acts.first(), 0.1, 0.1), "{acts:?}");
}

#[test]
fn after_dropped_events_a_new_finger_counts_again() {
    let mut panel = Pointer::new(Kind::Multi, AXES, (0, 100), 80);
    assert_eq!(feed(&mut panel, &[slot(0), finger(1), SYN], 1_000).len(), 1);
    assert_eq!(feed(&mut panel, &[DROPPED, finger(2), SYN], 1_500), []);
    let [x, y] = at(800, 500);
    assert_eq!(feed(&mut panel, &[slot(0), finger(3), x, y, SYN], 2_000).len(), 1);
}

#[test]
fn a_mouse_moves_and_clicks() {
    let mut mouse = Pointer::new(Kind::Mouse, AXES, (0, 0), 80);
    assert_eq!(feed(&mut mouse, &[(2, 0, 5), (2, 1, -3), SYN], 0), [Act::Moved(5, -3)]);
    assert_eq!(feed(&mut mouse, &[(1, 0x110, 1), SYN, (1, 0x110, 0), SYN], 0), [Act::Click]);
    assert_eq!(feed(&mut mouse, &[(2, 8, 1), SYN], 0), []);
}

proptest! {
    /// Ten fingers, broken reports, numbers that no panel has: it goes on, stays as small, and has no more taps than fingers.
    #[test]
    fn whatever_comes_is_a_tap_or_nothing(
        events in prop::collection::vec(
            (prop::sample::select(vec![0_u16, 1, 2, 3]), prop::sample::select(vec![0_u16, 1, 3, 0x2F, 0x35, 0x36, 0x39, 0x110, 0x14A]),
             prop_oneof![-2..12_i32, any::<i32>()]),
            0..2_000,
        ),
        kind in prop::sample::select(vec![Kind::Single, Kind::Multi, Kind::Mouse]),
    ) {
        let mut panel = Pointer::new(kind, AXES, (0, 0), 80);
        let (mut taps, mut landings) = (0, 0);
        for (now_ms, (kind, code, value)) in events.into_iter().enumerate() {
            landings += u32::from((code == 0x39 && value >= 0) || (matches!(code, 0x110 | 0x14A) && value == 1));
            if let Some(Act::Touch((x, y))) = panel.feed(InputEvent::new(kind, code, value), now_ms as u64) {
                taps += 1;
                prop_assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y));
            }
        }
        prop_assert!(taps <= landings);
    }
}
