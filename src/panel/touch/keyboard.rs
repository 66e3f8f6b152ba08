//! A technician's keyboard: what its keys press on the screen. Only what could be touched can be typed, and no combination of
//! keys means anything.

use evdev::KeyCode;

use crate::panel::layout::Layout;

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter, in upper case, or a digit.
    Symbol(char),
    /// What stands in a link besides: a scanner that is a keyboard types it, and it presses nothing.
    Mark(char),
    /// Takes the last one back.
    Backspace,
    /// Goes on.
    Enter,
    /// Goes back.
    Escape,
}

/// Elements that Enter presses: the first of them that is there.
const ENTER: [&str; 4] = ["stay", "code-submit", "print", "finish"];
/// And Escape. Nothing that deletes, and nothing that stops a job that prints.
const ESCAPE: [&str; 2] = ["back", "finish"];

const LETTERS: [KeyCode; 26] = [
    KeyCode::KEY_A,
    KeyCode::KEY_B,
    KeyCode::KEY_C,
    KeyCode::KEY_D,
    KeyCode::KEY_E,
    KeyCode::KEY_F,
    KeyCode::KEY_G,
    KeyCode::KEY_H,
    KeyCode::KEY_I,
    KeyCode::KEY_J,
    KeyCode::KEY_K,
    KeyCode::KEY_L,
    KeyCode::KEY_M,
    KeyCode::KEY_N,
    KeyCode::KEY_O,
    KeyCode::KEY_P,
    KeyCode::KEY_Q,
    KeyCode::KEY_R,
    KeyCode::KEY_S,
    KeyCode::KEY_T,
    KeyCode::KEY_U,
    KeyCode::KEY_V,
    KeyCode::KEY_W,
    KeyCode::KEY_X,
    KeyCode::KEY_Y,
    KeyCode::KEY_Z,
];

const DIGITS: [[KeyCode; 2]; 10] = [
    [KeyCode::KEY_0, KeyCode::KEY_KP0],
    [KeyCode::KEY_1, KeyCode::KEY_KP1],
    [KeyCode::KEY_2, KeyCode::KEY_KP2],
    [KeyCode::KEY_3, KeyCode::KEY_KP3],
    [KeyCode::KEY_4, KeyCode::KEY_KP4],
    [KeyCode::KEY_5, KeyCode::KEY_KP5],
    [KeyCode::KEY_6, KeyCode::KEY_KP6],
    [KeyCode::KEY_7, KeyCode::KEY_KP7],
    [KeyCode::KEY_8, KeyCode::KEY_KP8],
    [KeyCode::KEY_9, KeyCode::KEY_KP9],
];

/// Marks of links (RFC 3986 §2), with and without Shift, as an English keyboard has them.
const MARKS: [(KeyCode, char, char); 8] = [
    (KeyCode::KEY_SLASH, '/', '?'),
    (KeyCode::KEY_KPSLASH, '/', '/'),
    (KeyCode::KEY_SEMICOLON, ';', ':'),
    (KeyCode::KEY_DOT, '.', '>'),
    (KeyCode::KEY_KPDOT, '.', '.'),
    (KeyCode::KEY_MINUS, '-', '_'),
    (KeyCode::KEY_KPMINUS, '-', '-'),
    (KeyCode::KEY_EQUAL, '=', '+'),
];

/// Both of them.
const SHIFTS: [KeyCode; 2] = [KeyCode::KEY_LEFTSHIFT, KeyCode::KEY_RIGHTSHIFT];

/// Keys that make a combination of what is pressed beside them.
const MODIFIERS: [KeyCode; 6] = [
    KeyCode::KEY_LEFTCTRL,
    KeyCode::KEY_RIGHTCTRL,
    KeyCode::KEY_LEFTALT,
    KeyCode::KEY_RIGHTALT,
    KeyCode::KEY_LEFTMETA,
    KeyCode::KEY_RIGHTMETA,
];

/// A keyboard's state: which modifiers are held.
#[derive(Clone, Debug, Default)]
pub struct Keyboard {
    held: [bool; MODIFIERS.len()],
    shifted: [bool; SHIFTS.len()],
}

impl Keyboard {
    /// A key goes down (1), up (0) or is held (2).
    pub fn feed(&mut self, code: KeyCode, value: i32) -> Option<Key> {
        if let Some(at) = MODIFIERS.iter().position(|modifier| *modifier == code) {
            self.held[at] = value != 0;
            return None;
        }
        if let Some(at) = SHIFTS.iter().position(|shift| *shift == code) {
            self.shifted[at] = value != 0;
            return None;
        }
        (value == 1 && !self.held.contains(&true)).then(|| Key::of(code, self.shifted.contains(&true)))?
    }
}

impl Key {
    /// By the place of the key, as an English keyboard has it; the others say nothing. Letters and digits are the same with
    /// Shift and without.
    pub fn of(code: KeyCode, shifted: bool) -> Option<Self> {
        let place = |from: char, at: usize| char::from_u32(from as u32 + at as u32).map(Self::Symbol);
        match code {
            KeyCode::KEY_BACKSPACE => Some(Self::Backspace),
            KeyCode::KEY_ENTER | KeyCode::KEY_KPENTER => Some(Self::Enter),
            KeyCode::KEY_ESC => Some(Self::Escape),
            _ => LETTERS
                .iter()
                .position(|letter| *letter == code)
                .and_then(|at| place('A', at))
                .or_else(|| DIGITS.iter().position(|digits| digits.contains(&code)).and_then(|at| place('0', at)))
                .or_else(|| {
                    MARKS
                        .iter()
                        .find(|mark| mark.0 == code)
                        .map(|mark| Self::Mark(if shifted { mark.2 } else { mark.1 }))
                }),
        }
    }

    /// The elements of `layout` that it presses, one after the other.
    pub fn presses(self, layout: &Layout) -> Vec<String> {
        let there = |id: &str| layout.elements.iter().any(|element| element.id == id && element.role.is_touchable());
        let first = |ids: &[&str]| ids.iter().find(|id| there(id)).map(|id| (*id).to_owned()).into_iter().collect();
        match self {
            Self::Mark(_) => Vec::new(),
            Self::Backspace => first(&["key-backspace"]),
            Self::Enter => first(&ENTER),
            Self::Escape => first(&ESCAPE),
            Self::Symbol(symbol) => {
                let key = format!("key-{symbol}");
                match there("enter-code") {
                    // The keys come with the scene that the first press opens; one that is not there presses nothing.
                    true => vec!["enter-code".to_owned(), key],
                    false => there(&key).then_some(key).into_iter().collect(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DIGITS, Key, Keyboard, LETTERS};
    use crate::{
        panel::{
            sample,
            scene::{Event, Panel},
        },
        text::Language,
    };
    use evdev::KeyCode;

    #[test]
    fn letters_and_digits_are_told_and_combinations_are_not() {
        let told: String = LETTERS.into_iter().chain(DIGITS.map(|[digit, _]| digit)).filter_map(symbol).collect();
        assert_eq!(told, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        assert_eq!(symbol(KeyCode::KEY_KP4), Some('4'));
        let mute =
            [KeyCode::KEY_LEFTCTRL, KeyCode::KEY_LEFTALT, KeyCode::KEY_F2, KeyCode::KEY_SYSRQ, KeyCode::KEY_DELETE];
        assert!(mute.into_iter().all(|code| Key::of(code, false).is_none()));
    }

    #[test]
    fn a_combination_types_nothing_and_a_held_key_once() {
        let mut keyboard = Keyboard::default();
        let (control, alt, c) = (KeyCode::KEY_RIGHTCTRL, KeyCode::KEY_LEFTALT, KeyCode::KEY_C);
        let events =
            [(control, 1), (control, 2), (c, 1), (c, 0), (alt, 1), (control, 0), (c, 1), (alt, 0), (c, 2), (c, 0)];
        assert!(events.into_iter().all(|(code, value)| keyboard.feed(code, value).is_none()));
        assert_eq!([1, 2, 2, 0].map(|value| keyboard.feed(c, value)), [Some(Key::Symbol('C')), None, None, None]);
    }

    #[test]
    fn links_are_typed_with_their_marks() {
        let mut keyboard = Keyboard::default();
        let (shift, h, colon, slash) =
            (KeyCode::KEY_LEFTSHIFT, KeyCode::KEY_H, KeyCode::KEY_SEMICOLON, KeyCode::KEY_SLASH);
        let events = [(h, 1), (h, 0), (shift, 1), (colon, 1), (colon, 0), (shift, 0), (slash, 1), (slash, 0)];
        let typed: Vec<Key> = events.into_iter().filter_map(|(code, value)| keyboard.feed(code, value)).collect();
        assert_eq!(typed, [Key::Symbol('H'), Key::Mark(':'), Key::Mark('/')]);
    }

    fn symbol(code: KeyCode) -> Option<char> {
        match Key::of(code, false) {
            Some(Key::Symbol(symbol)) => Some(symbol),
            _ => None,
        }
    }

    #[test]
    fn a_code_is_typed_from_the_idle_screen_on_and_taken_back() {
        let mut now_ms = sample::NOW_MS;
        let mut panel = Panel::new(sample::settings(Language::Ru), 1024, 600, now_ms);
        let mut typed = |panel: &mut Panel, key: Key| {
            now_ms += 200;
            for id in key.presses(&panel.layout(now_ms)) {
                panel.step(Event::Press(id), now_ms);
            }
            panel.scene_name()
        };
        panel.step(Event::Tick, sample::NOW_MS + 5_000);
        panel.step(Event::Printer(crate::panel::scene::PrinterView::Ready(sample::offer())), sample::NOW_MS + 5_000);
        assert_eq!(panel.scene_name(), "idle");
        assert_eq!(typed(&mut panel, Key::Enter), "idle");
        assert_eq!(typed(&mut panel, Key::Symbol('4')), "code");
        assert_eq!(typed(&mut panel, Key::Symbol('F')), "code");
        assert_eq!(typed(&mut panel, Key::Backspace), "code");
        assert_eq!(typed(&mut panel, Key::Escape), "idle");
    }
}
