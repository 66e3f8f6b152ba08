//! Whoever stands at the panel: mends what the printer stands for, answers questions by what lies in the tray, presses
//! what is offered, and nothing else.
//!
//! Only what is on the screen is known to this person, and the output tray; nothing of the inside.

use std::time::{Duration, Instant};

use serde_json::Value;
use smol::Timer;

use super::{
    printer::{FaultPrinter, machine::Machine},
    tray::Wanted,
};
use crate::{http::Doors, panel::scene::Event, text::Language};

/// How often this person looks at the screen.
const LOOK: Duration = Duration::from_millis(25);

/// Somebody goes and looks although no screen told them to.
const UNTOLD: Duration = Duration::from_secs(4);

/// What happened in front of the panel.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// What was pressed since the release.
    pub pressed: Vec<String>,
    /// How long after it struck the fault was on the screen.
    pub told: Option<Duration>,
    /// The longest time in which nothing was wrong and nothing went on.
    pub stuck: Duration,
    /// The panel said that all is done.
    pub is_done: bool,
    /// The scenes and headings seen.
    pub seen: Vec<String>,
}

/// One person, at one kiosk, with one printer.
pub struct Person<'a> {
    /// The kiosk.
    pub doors: &'a Doors,
    /// The printer.
    pub printer: &'a FaultPrinter,
    /// What should lie in the tray.
    pub wanted: &'a Wanted,
    /// Sheets of other jobs that lay there before.
    pub lay_before: usize,
    /// How long it takes to read what a screen says, or to fill a tray.
    pub reading: Duration,
}

/// What the screen says.
struct Screen(Value);

impl Screen {
    fn scene(&self) -> &str {
        self.0["scene"].as_str().unwrap_or_default()
    }

    fn element(&self, id: &str) -> Option<&Value> {
        self.0["elements"].as_array()?.iter().find(|element| element["id"] == id)
    }

    fn has(&self, id: &str) -> bool {
        self.element(id).is_some_and(|element| element["enabled"] == true)
    }

    fn text(&self, id: &str) -> &str {
        self.element(id).and_then(|element| element["label"].as_str()).unwrap_or_default()
    }

    fn number(&self, id: &str) -> Option<usize> {
        self.element(id)?["value"].as_str()?.split('/').next()?.parse().ok()
    }
}

impl Person<'_> {
    fn screen(&self) -> Screen {
        Screen(self.doors.panel.tree())
    }

    fn press(&self, id: &str) {
        self.doors.panel.event(Event::Press(id.to_owned()));
    }

    /// Lets the scanner read a code and waits for its job.
    pub async fn scan(&self, code: &str) -> bool {
        self.doors.panel.event(Event::Scan(code.to_owned()));
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if self.screen().scene() == "review" {
                return true;
            }
            Timer::after(LOOK).await;
        }
        false
    }

    /// Presses "print" and stays until the panel says that it is done, or for `patience`.
    pub async fn print(&self, patience: Duration) -> Story {
        let mut story = Story::default();
        self.press("print");
        self.stay(&mut story, patience).await;
        story
    }

    /// Stays until the panel says that it is done, or for `patience`.
    pub async fn stay(&self, story: &mut Story, patience: Duration) {
        let started = Instant::now();
        let (mut scene_since, mut went_on) = (started, started);
        let (mut scene_seen, mut sheets) = (String::new(), 0);
        while started.elapsed() < patience {
            Timer::after(LOOK).await;
            let (now, screen) = (Instant::now(), self.screen());
            let seen = format!("{} {:?}", screen.scene(), screen.text("heading"));
            if seen != scene_seen {
                story.seen.push(format!("{:.1}s {seen}", started.elapsed().as_secs_f32()));
                (scene_since, went_on) = (now, now);
                scene_seen = seen;
            }
            let reigns = {
                let mut machine = self.printer.machine();
                if machine.tray.len() != sheets {
                    sheets = machine.tray.len();
                    went_on = now;
                }
                self.look_at(&mut machine, story, &screen, now);
                machine.trouble.reigning().is_some()
            };
            if reigns {
                went_on = now;
            }
            story.stuck = story.stuck.max(now - went_on);
            match screen.scene() {
                "done" => {
                    story.is_done = true;
                    return;
                }
                "timeout" => self.press("stay"),
                "fault" if now - scene_since > self.reading && self.is_quiet() => {
                    let Some(id) = self.choice(&screen) else { continue };
                    story.pressed.push(id.to_owned());
                    self.press(id);
                    went_on = now;
                    if !matches!(id, "sheets-minus" | "sheets-plus") {
                        scene_since = now;
                    }
                }
                _ => {}
            }
        }
        story.seen.push(format!("{:?}", screen_words(&self.screen())));
    }

    /// Whether nothing rattles in the printer: while it does, nobody counts sheets.
    fn is_quiet(&self) -> bool {
        let machine = self.printer.machine();
        machine.stands.is_none() && (!machine.moves() || machine.trouble.is_asleep())
    }

    /// What the screen asks for, truthfully; `None` when it asks for nothing.
    fn choice(&self, screen: &Screen) -> Option<&'static str> {
        let out = {
            let machine = self.printer.machine();
            self.wanted.whole(&machine.tray[self.lay_before.min(machine.tray.len())..])
        };
        if screen.has("came-out-yes") {
            let asked = screen.number("came-out").or_else(|| first_number(screen.text("heading")));
            let asked = asked.or_else(|| first_number(screen.text("message")))?;
            return Some(if out >= asked { "came-out-yes" } else { "came-out-no" });
        }
        if let Some(told) = screen.number("sheets-out").or_else(|| first_number(screen.text("sheets-out"))) {
            return Some(match told.cmp(&out) {
                std::cmp::Ordering::Less if screen.has("sheets-plus") => "sheets-plus",
                std::cmp::Ordering::Greater if screen.has("sheets-minus") => "sheets-minus",
                _ => "missing",
            });
        }
        ["missing", "print"].into_iter().find(|id| screen.has(id))
    }

    /// Looks whether the fault is told, and does what the printer stands for.
    fn look_at(&self, machine: &mut Machine, story: &mut Story, screen: &Screen, now: Instant) {
        let Some(since) = machine.trouble.since() else { return };
        let live = self.doors.queue.live().and_then(|live| live.fault);
        let in_words = live.is_some_and(|fault| fault.title(Language::En) == screen.text("heading"));
        if story.told.is_none() && (screen.scene() == "fault" || in_words) {
            story.told = Some(now - since);
        }
        if machine.stands.is_some() {
            let seen = story.told.map(|told| since + told);
            if seen.is_some_and(|seen| now > seen + self.reading) || now > since + UNTOLD {
                machine.mend(now);
            }
        }
    }
}

fn first_number(text: &str) -> Option<usize> {
    let digits = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().ok()
}

fn screen_words(screen: &Screen) -> Vec<String> {
    let elements = screen.0["elements"].as_array().into_iter().flatten();
    elements.map(|element| format!("{}: {} {}", element["id"], element["label"], element["value"])).collect()
}
