//! The technician's side of the panel: behind a code of digits, whose wrong tries have a counter and pauses of their own,
//! so that neither a technician's slip nor a guesser takes the code entry from people.
//!
//! Here is what is asked and shown; where it stands is in `layout::service`, and who does it in `live::desk`.

use std::sync::Arc;

use subtle::ConstantTimeEq as _;

use super::{Effect, Panel, Scene, tries::Tries};
use crate::{desk::Facts, job::fault::Fault};

/// Milliseconds between two looks at the machine while its pages are open.
const LOOK_MS: u64 = 3_000;
/// Milliseconds in which a new calibration is confirmed, or it undoes itself: a wrong one cannot be touched away.
const CONFIRM_MS: u64 = 15_000;
/// Milliseconds that a cross waits for its tap.
const CROSS_MS: u64 = 30_000;
/// Digits of the longest code.
const MOST_DIGITS: usize = 12;
/// The crosses, in hundredths of the screen's width and height: the corners, where a fault is largest, and the middle.
const CROSSES: [(u32, u32); 5] = [(10, 10), (90, 10), (90, 90), (10, 90), (50, 50)];

/// A tap, and the cross it was for: pixels.
pub type CrossTap = ((i32, i32), (i32, i32));

/// What a technician wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Look at everything; answered by [`News::Looked`].
    Look,
    /// Print a test page; answered by [`News::Test`].
    TestPage,
    /// So many percent brighter.
    Brightness(i8),
    /// Make taps land where these were meant; answered by [`News::Calibrated`].
    Calibrate(Vec<CrossTap>),
    /// Keep what was tried.
    KeepCalibration,
    /// Take that back.
    Uncalibrate,
    /// Restart the machine.
    Reboot,
}

/// What the technician's side is told.
#[derive(Clone, Debug)]
pub enum News {
    /// What a look found.
    Looked(Arc<Known>),
    /// How the test page is.
    Test(Test),
    /// Whether the taps made a calibration, which is in use now.
    Calibrated(bool),
    /// The machine did not restart.
    NotRestarted,
    /// A signed flight record, as of now.
    Record(String),
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Of the machine.
    pub facts: Facts,
    /// Versions, the changing ones of the machine left out.
    pub versions: crate::desk::Versions,
    /// The printer's address.
    pub printer: String,
    /// What the printer calls itself.
    pub model: String,
    /// Sides and sheets that ever came out for people.
    pub totals: (u64, u64),
    /// Jobs that are kept.
    pub jobs: u64,
    /// The serial scanner.
    pub scanner: ScannerState,
    /// Percent of the display's light, when it can be set.
    pub brightness: Option<u8>,
    /// Whether there is a touch panel to calibrate.
    pub touch: bool,
    /// What checks a flight record.
    pub public_key: String,
}

/// How the serial scanner is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScannerState {
    /// None is set.
    #[default]
    None,
    /// It is open.
    Open,
    /// It is not there.
    Gone,
    /// Another program holds it.
    Held,
}

/// How the test page is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Test {
    /// None was asked.
    #[default]
    None,
    /// On its way.
    Printing,
    /// It came out.
    Done,
    /// It did not.
    Failed(Fault),
    /// It could not even be asked.
    Refused,
}

/// The pages, in the order of their tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::panel) enum Page {
    #[default]
    Printer,
    Network,
    Members,
    Device,
    Screen,
    Restart,
    Log,
    Record,
}

impl Page {
    pub(in crate::panel) const ALL: [Self; 8] = [
        Self::Printer,
        Self::Network,
        Self::Members,
        Self::Device,
        Self::Screen,
        Self::Restart,
        Self::Log,
        Self::Record,
    ];

    /// The tab's element.
    pub(in crate::panel) fn id(self) -> &'static str {
        match self {
            Self::Printer => "service-printer",
            Self::Network => "service-network",
            Self::Members => "service-members",
            Self::Device => "service-device",
            Self::Screen => "service-screen",
            Self::Restart => "service-restart",
            Self::Log => "service-log",
            Self::Record => "service-record",
        }
    }
}

/// A calibration on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::panel) enum Calibration {
    /// Crosses are tapped, one after the other.
    Crosses { taps: Vec<CrossTap>, since_ms: u64 },
    /// It is being worked out.
    Solving,
    /// It is in use until then.
    Tried { until_ms: u64 },
    /// The taps made none.
    Unfit,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(in crate::panel) struct Desk {
    pub(in crate::panel) typed: String,
    pub(in crate::panel) open: bool,
    /// The last code was wrong.
    pub(in crate::panel) wrong: bool,
    pub(in crate::panel) tries: Tries,
    pub(in crate::panel) page: Page,
    pub(in crate::panel) known: Option<Arc<Known>>,
    pub(in crate::panel) test: Test,
    pub(in crate::panel) calibration: Option<Calibration>,
    /// The question whether to restart stands, or it was answered.
    pub(in crate::panel) restart: Restart,
    /// Lines of the log below the screen's lower edge.
    pub(in crate::panel) log_above: usize,
    /// Symbols of the last scan while the pages were open.
    pub(in crate::panel) scanned: Option<usize>,
    looked_ms: u64,
}

/// How the restart is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::panel) enum Restart {
    #[default]
    Not,
    Asked,
    Going,
    Failed,
}

/// Lines that one tap goes on in the log.
const LOG_STEP: usize = 6;

impl Panel {
    /// Somebody comes to the technician's side.
    pub(super) fn enter_service(&mut self) -> Vec<Effect> {
        let (tries, test) = (std::mem::take(&mut self.desk.tries), self.desk.test.clone());
        // A test page that is still on its way is told; an old one is not.
        let test = if test == Test::Printing { test } else { Test::None };
        self.desk = Desk { tries, test, ..Desk::default() };
        self.scene = Scene::Service;
        // What is public is shown without a code too.
        vec![Effect::Desk(Wish::Look)]
    }

    /// A tap in the scene.
    pub(super) fn press_desk(&mut self, id: &str, now_ms: u64) -> Vec<Effect> {
        if matches!(id, "back" | "finish") {
            let effects = self.leave_calibration();
            self.desk.open = false;
            self.scene = self.home();
            return effects;
        }
        if !self.desk.open {
            self.press_lock(id, now_ms);
            return Vec::new();
        }
        if let Some(page) = Page::ALL.into_iter().find(|page| page.id() == id) {
            let effects = self.leave_calibration();
            (self.desk.page, self.desk.restart, self.desk.log_above) = (page, Restart::Not, 0);
            return effects;
        }
        let wish = match id {
            "test-page" => {
                self.desk.test = Test::Printing;
                Wish::TestPage
            }
            "brightness-minus" => Wish::Brightness(-10),
            "brightness-plus" => Wish::Brightness(10),
            "calibrate" => {
                self.desk.calibration = Some(Calibration::Crosses { taps: Vec::new(), since_ms: now_ms });
                return Vec::new();
            }
            "calibrate-keep" => {
                self.desk.calibration = None;
                Wish::KeepCalibration
            }
            "calibrate-undo" => return self.leave_calibration(),
            "reboot" => {
                self.desk.restart = Restart::Asked;
                return Vec::new();
            }
            "reboot-no" => {
                self.desk.restart = Restart::Not;
                return Vec::new();
            }
            "reboot-yes" => {
                self.desk.restart = Restart::Going;
                Wish::Reboot
            }
            "log-older" => {
                self.desk.log_above += LOG_STEP;
                return Vec::new();
            }
            "log-newer" => {
                self.desk.log_above = self.desk.log_above.saturating_sub(LOG_STEP);
                return Vec::new();
            }
            _ => return self.say_paper(id),
        };
        vec![Effect::Desk(wish)]
    }

    fn press_lock(&mut self, id: &str, now_ms: u64) {
        let desk = &mut self.desk;
        let digit = id.strip_prefix("key-").and_then(|key| key.parse::<u8>().ok()).filter(|digit| *digit < 10);
        match (id, digit) {
            ("key-backspace", _) => {
                desk.typed.pop();
            }
            (_, Some(digit)) if desk.typed.len() < MOST_DIGITS => {
                desk.wrong = false;
                desk.typed += &digit.to_string();
            }
            ("code-submit", _) => {
                let typed = std::mem::take(&mut desk.typed);
                if self.settings.service_code.is_empty() || !desk.tries.allow(self.settings.patience, 0, now_ms) {
                    return;
                }
                let right: bool = typed.as_bytes().ct_eq(self.settings.service_code.as_bytes()).into();
                desk.wrong = !right;
                desk.open = right;
                match right {
                    true => desk.tries.right(),
                    false => desk.tries.wrong(self.settings.patience, now_ms),
                }
            }
            _ => {}
        }
    }

    /// A finger anywhere while crosses are shown. `None`: no cross is.
    pub(super) fn tap_cross(&mut self, touched: (i32, i32), now_ms: u64) -> Option<Vec<Effect>> {
        let shown = self.cross()?;
        let Some(Calibration::Crosses { taps, since_ms }) = &mut self.desk.calibration else { return None };
        taps.push((touched, shown));
        *since_ms = now_ms;
        self.touched_ms = now_ms;
        if taps.len() < CROSSES.len() {
            return Some(Vec::new());
        }
        let taps = std::mem::take(taps);
        self.desk.calibration = Some(Calibration::Solving);
        Some(vec![Effect::Desk(Wish::Calibrate(taps))])
    }

    /// The cross that waits for a tap.
    pub(in crate::panel) fn cross(&self) -> Option<(i32, i32)> {
        let (Scene::Service, Some(Calibration::Crosses { taps, .. })) = (&self.scene, &self.desk.calibration) else {
            return None;
        };
        let (x, y) = CROSSES.get(taps.len())?;
        let of = |part: u32, whole: u32| i32::try_from(part * whole / 100).unwrap_or(0);
        Some((of(*x, self.width), of(*y, self.height)))
    }

    /// What was not confirmed is taken back.
    fn leave_calibration(&mut self) -> Vec<Effect> {
        match self.desk.calibration.take() {
            Some(Calibration::Tried { .. } | Calibration::Solving) => vec![Effect::Desk(Wish::Uncalibrate)],
            _ => Vec::new(),
        }
    }

    /// News for the technician's side.
    pub(super) fn desk_hears(&mut self, news: News, now_ms: u64) -> Vec<Effect> {
        match news {
            News::Looked(known) => self.desk.known = Some(known),
            News::Test(test) => self.desk.test = test,
            News::Record(text) => self.record = Some(text),
            News::NotRestarted => self.desk.restart = Restart::Failed,
            News::Calibrated(fits) => {
                let waits = self.desk.calibration == Some(Calibration::Solving);
                if waits && matches!(self.scene, Scene::Service) {
                    let until_ms = now_ms + CONFIRM_MS;
                    let tried = Calibration::Tried { until_ms };
                    self.desk.calibration = Some(if fits { tried } else { Calibration::Unfit });
                } else if fits {
                    // Whoever asked for it has left.
                    return vec![Effect::Desk(Wish::Uncalibrate)];
                }
            }
        }
        Vec::new()
    }

    /// A scan while the pages are open tries the scanner, and opens nobody's job.
    pub(super) fn desk_scans(&mut self, text: &str, now_ms: u64) -> bool {
        let open = self.desk.open && matches!(self.scene, Scene::Service);
        if open {
            self.desk.scanned = Some(text.trim().chars().count());
            self.touched_ms = now_ms;
        }
        open
    }

    /// Time goes on in the scene; `None` elsewhere.
    pub(super) fn desk_tick(&mut self, now_ms: u64) -> Option<Vec<Effect>> {
        if !matches!(self.scene, Scene::Service) {
            return None;
        }
        if now_ms.saturating_sub(self.touched_ms) >= self.settings.leave_seconds.saturating_mul(1_000) {
            let mut effects = self.leave_calibration();
            self.desk.open = false;
            effects.extend(self.reset());
            return Some(effects);
        }
        let mut effects = match self.desk.calibration {
            Some(Calibration::Tried { until_ms }) if now_ms >= until_ms => self.leave_calibration(),
            Some(Calibration::Crosses { since_ms, .. }) if now_ms.saturating_sub(since_ms) >= CROSS_MS => {
                self.leave_calibration()
            }
            _ => Vec::new(),
        };
        if now_ms.saturating_sub(self.desk.looked_ms) >= LOOK_MS {
            self.desk.looked_ms = now_ms;
            effects.push(Effect::Desk(Wish::Look));
        }
        Some(effects)
    }

    /// The clock was set back.
    pub(super) fn desk_forgets_the_future(&mut self, now_ms: u64) {
        self.desk.looked_ms = self.desk.looked_ms.min(now_ms);
        match &mut self.desk.calibration {
            Some(Calibration::Tried { until_ms }) => *until_ms = (*until_ms).min(now_ms + CONFIRM_MS),
            Some(Calibration::Crosses { since_ms, .. }) => *since_ms = (*since_ms).min(now_ms),
            _ => {}
        }
        self.desk.tries.tick(self.settings.patience, now_ms);
    }
}
