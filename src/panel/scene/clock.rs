//! Time-outs: every scene but idle has a way out by time, so nothing is ever stuck.

use super::{Effect, Failed, Panel, Refusal, Scene, code::Note};
use crate::job::fault::Fault;

/// How long the logo stands when nothing is heard of.
const SPLASH_MS: u64 = 1_500;
/// How long "done" stands.
const DONE_MS: u64 = 30_000;
/// A store that does not answer for so long will not.
const ANSWER_MS: u64 = 10_000;
/// A printer that says nothing for so long is given up: others want the kiosk. The job itself goes on or is held.
const SILENCE_MS: u64 = 15 * 60_000;

impl Panel {
    /// The clock was set back: what lies in the future happened just now, else a scene would wait for hours.
    pub(super) fn forget_the_future(&mut self, now_ms: u64) {
        self.touched_ms = self.touched_ms.min(now_ms);
        self.asked.iter_mut().for_each(|asked| *asked = (*asked).min(now_ms));
        if let Scene::Printing(printing) = &mut self.scene {
            printing.heard_ms = printing.heard_ms.min(now_ms);
        }
        self.tries.tick(self.settings.patience, now_ms);
        self.heard_ms = self.heard_ms.map(|heard| heard.min(now_ms));
        self.desk_forgets_the_future(now_ms);
    }

    pub(super) fn tick(&mut self, now_ms: u64) -> Vec<Effect> {
        let quiet = now_ms.saturating_sub(self.touched_ms);
        let idle = self.settings.idle_seconds.saturating_mul(1_000);
        let end = idle.saturating_add(self.settings.warn_seconds.saturating_mul(1_000));
        let unanswered = self.asked.front().is_some_and(|asked| now_ms.saturating_sub(*asked) >= ANSWER_MS);
        if unanswered {
            self.asked.clear();
            self.say_why(Note::Refused(Refusal::Internal), now_ms);
        }
        let sleep = self.settings.sleep_seconds.saturating_mul(1_000);
        if sleep > 0 && quiet >= sleep && matches!(self.scene, Scene::Idle | Scene::OutOfOrder) {
            self.asleep = true;
        }
        if let Some(effects) = self.desk_tick(now_ms) {
            return effects;
        }
        match &self.scene {
            Scene::Splash if quiet >= SPLASH_MS => self.scene = self.home(),
            Scene::Idle | Scene::OutOfOrder if quiet >= idle => return self.reset(),
            Scene::Done(_) if quiet >= DONE_MS.min(idle) => return self.reset(),
            Scene::Code(code) if code.typed.is_empty() && quiet >= idle => return self.reset(),
            Scene::Printing(printing) if now_ms.saturating_sub(printing.heard_ms) >= SILENCE_MS => {
                let (review, fault) = (printing.review.clone(), Fault::ConnectionLost);
                self.scene = Scene::Fault(Failed { review, fault, missing: None });
                self.unfollow();
                self.touched_ms = now_ms;
            }
            Scene::Code(_) | Scene::Review(_) | Scene::Fault(_) | Scene::Timeout(_) if quiet >= end => {
                return self.reset();
            }
            Scene::Code(_) | Scene::Review(_) | Scene::Fault(_) if quiet >= idle => {
                self.scene = Scene::Timeout(Box::new(self.scene.clone()));
            }
            _ => {}
        }
        Vec::new()
    }

    /// Milliseconds until this scene clears itself, when it is about to.
    pub(in crate::panel) fn clears_in(&self, now_ms: u64) -> u64 {
        let (idle, warn) = (self.settings.idle_seconds, self.settings.warn_seconds);
        let whole = match self.scene {
            Scene::Done(_) => DONE_MS.min(idle.saturating_mul(1_000)),
            _ => idle.saturating_add(warn).saturating_mul(1_000),
        };
        whole.saturating_sub(now_ms.saturating_sub(self.touched_ms))
    }
}
