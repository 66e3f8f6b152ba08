//! One pointing device's events, read as taps: single touch, multi-touch type B (Linux' `multi-touch-protocol`), a tablet's
//! absolute pointer, a mouse. Pure: events and the time go in, at most one act comes out of each.
//!
//! A tap is where the first finger lands. What the others do beside it is nobody's, so a whole hand is one tap.

use evdev::{AbsoluteAxisCode, EventSummary, InputEvent, KeyCode, RelativeAxisCode, SynchronizationCode};

/// Contacts that are followed; a hand has five, panels tell of ten.
const SLOTS: usize = 16;
/// Two touches nearer than this part of the panel are of one place.
const NEAR: f64 = 0.05;

/// What people do with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// A finger landed, at these fractions of the device's width and height.
    Touch((f64, f64)),
    /// A mouse moved by so many of its own steps.
    Moved(i32, i32),
    /// A mouse's button, wherever its pointer is.
    Click,
}

/// The kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One place and a button: a touch panel, a tablet.
    Single,
    /// Several fingers, each in its slot.
    Multi,
    /// Moves by steps.
    Mouse,
}

/// The least and the most that a device says of its place, left to right and top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    /// Across.
    pub x: (i32, i32),
    /// Down.
    pub y: (i32, i32),
}

/// A device's state.
#[derive(Clone, Debug)]
pub struct Pointer {
    kind: Kind,
    axes: Axes,
    debounce_ms: u64,
    /// Where each slot's finger is; a finger that did not move is not told again.
    slots: [(i32, i32); SLOTS],
    slot: usize,
    /// The slot of the finger that counts, while it is down.
    finger: Option<usize>,
    landed: bool,
    moved: (i32, i32),
    clicked: bool,
    /// The place of the last tap and when its finger was lifted.
    last: Option<((f64, f64), u64)>,
    /// The kernel dropped events: what comes until the next report is half of something.
    lost: bool,
}

impl Pointer {
    /// One of this kind whose pointer is at `at` now.
    pub fn new(kind: Kind, axes: Axes, at: (i32, i32), debounce_ms: u64) -> Self {
        Self {
            kind,
            axes,
            debounce_ms,
            slots: [at; SLOTS],
            slot: 0,
            finger: None,
            landed: false,
            moved: (0, 0),
            clicked: false,
            last: None,
            lost: false,
        }
    }

    /// Something came from the device.
    pub fn feed(&mut self, event: InputEvent, now_ms: u64) -> Option<Act> {
        match event.destructure() {
            EventSummary::Synchronization(_, SynchronizationCode::SYN_DROPPED, _) => {
                self.lost = true;
                (self.finger, self.landed, self.moved, self.clicked) = (None, false, (0, 0), false);
            }
            EventSummary::Synchronization(_, SynchronizationCode::SYN_REPORT, _) => {
                if std::mem::take(&mut self.lost) {
                    return None;
                }
                return self.report(now_ms);
            }
            _ if self.lost => {}
            EventSummary::AbsoluteAxis(_, axis, value) => self.place(axis, value, now_ms),
            EventSummary::RelativeAxis(_, RelativeAxisCode::REL_X, value) => {
                self.moved.0 = self.moved.0.saturating_add(value);
            }
            EventSummary::RelativeAxis(_, RelativeAxisCode::REL_Y, value) => {
                self.moved.1 = self.moved.1.saturating_add(value);
            }
            EventSummary::Key(_, KeyCode::BTN_LEFT | KeyCode::BTN_TOUCH, value) => match (self.kind, value) {
                (Kind::Single, 1) => self.land(0),
                (Kind::Single, 0) => self.lift(0, now_ms),
                (Kind::Mouse, 1) => self.clicked = true,
                _ => {}
            },
            _ => {}
        }
        None
    }

    fn place(&mut self, axis: AbsoluteAxisCode, value: i32, now_ms: u64) {
        let multi = self.kind == Kind::Multi;
        match axis {
            AbsoluteAxisCode::ABS_X if !multi => self.slots[0].0 = value,
            AbsoluteAxisCode::ABS_Y if !multi => self.slots[0].1 = value,
            // Past what is followed all share nobody's slot.
            AbsoluteAxisCode::ABS_MT_SLOT => self.slot = usize::try_from(value).unwrap_or(SLOTS),
            AbsoluteAxisCode::ABS_MT_POSITION_X if multi => self.in_slot(|place| place.0 = value),
            AbsoluteAxisCode::ABS_MT_POSITION_Y if multi => self.in_slot(|place| place.1 = value),
            AbsoluteAxisCode::ABS_MT_TRACKING_ID if multi && self.slot < SLOTS => match value {
                0.. => self.land(self.slot),
                _ => self.lift(self.slot, now_ms),
            },
            _ => {}
        }
    }

    fn in_slot(&mut self, change: impl FnOnce(&mut (i32, i32))) {
        self.slots.get_mut(self.slot).map(change).unwrap_or_default();
    }

    fn land(&mut self, slot: usize) {
        if self.finger.is_none() {
            (self.finger, self.landed) = (Some(slot), true);
        }
    }

    fn lift(&mut self, slot: usize, now_ms: u64) {
        if self.finger == Some(slot) {
            self.finger = None;
            self.last = self.last.map(|(place, _)| (place, now_ms));
        }
    }

    /// A whole frame of events is there.
    fn report(&mut self, now_ms: u64) -> Option<Act> {
        if self.kind == Kind::Mouse {
            if std::mem::take(&mut self.clicked) {
                return Some(Act::Click);
            }
            let (x, y) = std::mem::take(&mut self.moved);
            return ((x, y) != (0, 0)).then_some(Act::Moved(x, y));
        }
        if !std::mem::take(&mut self.landed) {
            return None;
        }
        let (x, y) = self.slots[self.finger.unwrap_or(0)];
        let place = (part(x, self.axes.x), part(y, self.axes.y));
        let bounced = self.last.is_some_and(|((x, y), lifted)| {
            now_ms < lifted.saturating_add(self.debounce_ms) && (x - place.0).hypot(y - place.1) < NEAR
        });
        self.last = Some((place, now_ms));
        (!bounced).then_some(Act::Touch(place))
    }
}

/// How far `value` is from the least to the most; the middle of its step.
fn part(value: i32, (least, most): (i32, i32)) -> f64 {
    let steps = f64::from(most) - f64::from(least) + 1.0;
    ((f64::from(value) - f64::from(least) + 0.5) / steps.max(1.0)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
