//! Answers from the kiosk's other rooms: jobs found, refused, printed, deleted; news of the printer.
//!
//! An answer to what is not on the screen any more changes nothing.

use super::{
    Done, Effect, Ending, Failed, JobCard, Outcome, Panel, PrinterView, Printing, Refusal, Scene,
    code::{Code, Note},
    missing::Missing,
    review::Review,
    several::CameOut,
};
use crate::job::{fault::Fault, state::JobId};

impl Panel {
    /// Whether an answer is to the code on the screen: answers come in the order asked, so only the last one is.
    fn is_awaited(&mut self) -> bool {
        let asked = self.asked.pop_front().is_some();
        let code = match &self.scene {
            Scene::Timeout(under) => under,
            scene => scene,
        };
        asked && self.asked.is_empty() && matches!(code, Scene::Code(Code { asking: true, .. }))
    }

    pub(super) fn found(&mut self, card: JobCard, now_ms: u64) -> Vec<Effect> {
        // Also when nobody waits for the answer any more: the code was right.
        self.tries.right();
        if !self.is_awaited() {
            return Vec::new();
        }
        self.touched_ms = now_ms;
        let (fault, rest) = (card.fault.clone(), card.rest.clone());
        let review = Review::new(card, &self.offer());
        if let Some(rest) = rest {
            // A question stands alone.
            self.others.clear();
            let (fault, missing) = (fault.unwrap_or(Fault::Interrupted), Some(Missing::new(rest)));
            self.scene = Scene::Fault(Failed { review, fault, missing });
            return Vec::new();
        }
        self.put(review)
    }

    pub(super) fn refused(&mut self, refusal: Refusal, now_ms: u64) -> Vec<Effect> {
        // Also when nobody waits for the answer any more, or "back" would be a way to guess on.
        if refusal == Refusal::NotFound && !self.asked.is_empty() {
            self.tries.wrong(self.settings.patience, now_ms);
        }
        if self.is_awaited() {
            self.say_why(Note::Refused(refusal), now_ms);
        }
        Vec::new()
    }

    pub(super) fn say_why(&mut self, note: Note, now_ms: u64) {
        let code = match &mut self.scene {
            Scene::Timeout(under) => under,
            scene => scene,
        };
        if let Scene::Code(code) = code
            && code.asking
        {
            code.asking = false;
            code.note = Some(note);
            if self.tries.left_ms(now_ms) > 0 {
                // The pause is told instead, and after it typing starts anew.
                *code = Code::default();
            }
        }
    }

    pub(super) fn printing(&mut self, job: JobId) -> Option<&mut Printing> {
        match &mut self.scene {
            Scene::Printing(printing) if printing.review.card.job == job => Some(printing),
            _ => None,
        }
    }

    /// The job on the screen that is printed, or was until the printer fell silent: then its end may still come.
    fn unfinished(&self, job: JobId) -> Option<Review> {
        let scene = match &self.scene {
            Scene::Timeout(under) => under,
            scene => scene,
        };
        match scene {
            Scene::Printing(Printing { review, .. }) | Scene::Fault(Failed { review, .. }) => {
                Some(review.clone()).filter(|review| review.card.job == job)
            }
            _ => None,
        }
    }

    /// Sides came out. A job that the printer was silent about goes on.
    pub(super) fn progress(&mut self, job: JobId, impressions: u32, of: u32, now_ms: u64) -> Vec<Effect> {
        if self.printing(job).is_none()
            && let Some(review) = self.unfinished(job)
        {
            self.print(review, now_ms);
        }
        if let Some(printing) = self.printing(job) {
            printing.of = of.max(1);
            printing.impressions = Some(impressions.min(printing.of));
            printing.heard_ms = now_ms;
        }
        Vec::new()
    }

    /// Unless somebody else stands at the panel and does something, the screen follows what was released.
    pub(super) fn released(&mut self, card: JobCard, first: Option<JobId>, now_ms: u64) -> Vec<Effect> {
        let free = self.is_free(card.job);
        match first {
            None if free => {
                self.unfollow();
                self.others.clear();
                self.came_out = CameOut::default();
                self.followed = Some(card.job);
            }
            Some(_) if first == self.followed && self.following.len() < self.settings.most_files => {}
            _ => return Vec::new(),
        }
        self.asleep = false;
        let review = Review::new(card, &self.offer());
        self.following.push_back(review);
        if free {
            self.next_released(now_ms);
        }
        Vec::new()
    }

    /// Whether nobody else stands at the panel and does something.
    fn is_free(&self, job: JobId) -> bool {
        match &self.scene {
            Scene::Splash | Scene::Idle | Scene::OutOfOrder | Scene::Done(_) | Scene::Fault(_) => true,
            Scene::Code(code) => code.typed.is_empty(),
            Scene::Review(_) | Scene::Timeout(_) => self.job() == Some(job),
            Scene::Printing(_) | Scene::Service => false,
        }
    }

    /// How far a job came is asked as if its code had been typed.
    pub(super) fn asks(&mut self, card: JobCard, now_ms: u64) -> Vec<Effect> {
        let Some(rest) = card.rest.clone().filter(|_| self.is_free(card.job)) else { return Vec::new() };
        self.unfollow();
        self.others.clear();
        self.asleep = false;
        self.touched_ms = now_ms;
        let fault = card.fault.clone().unwrap_or(Fault::Interrupted);
        let review = Review::new(card, &self.offer());
        self.scene = Scene::Fault(Failed { review, fault, missing: Some(Missing::new(rest)) });
        Vec::new()
    }

    pub(super) fn unfollow(&mut self) {
        self.followed = None;
        self.following.clear();
    }

    pub(super) fn ended(&mut self, job: JobId, outcome: Outcome, now_ms: u64) -> Vec<Effect> {
        let held = matches!(outcome, Outcome::Held(_) | Outcome::Partly { .. });
        let shown = self.unfinished(job);
        let behind = self.following.iter().position(|file| file.card.job == job);
        if held && shown.is_none() && behind.is_some() {
            return self.not_released(job, Refusal::Busy, now_ms);
        }
        // Those released together may come out in another order.
        let behind = behind.and_then(|index| self.following.remove(index));
        if let (Some(review), Outcome::Completed { sheets, .. }) = (shown.as_ref().or(behind.as_ref()), &outcome) {
            self.came_out.add(job, u64::from(*sheets), review.amount().1);
        }
        let Some(review) = shown else { return Vec::new() };
        self.touched_ms = now_ms;
        if !held && self.next_released(now_ms) {
            return Vec::new();
        }
        if held {
            // What stopped one may well stop the others: this is what to look at.
            self.unfollow();
        }
        self.learn_pace(&outcome, now_ms);
        self.scene = match outcome {
            Outcome::Held(fault) => Scene::Fault(Failed { review, fault, missing: None }),
            Outcome::Partly { fault, rest } => {
                Scene::Fault(Failed { review, fault, missing: Some(Missing::new(rest)) })
            }
            Outcome::Canceled => Scene::Done(Done { review, ending: Ending::Canceled }),
            Outcome::Completed { impressions, sheets } => {
                Scene::Done(Done { review, ending: Ending::Completed { impressions, sheets } })
            }
        };
        Vec::new()
    }

    pub(super) fn printer_is(&mut self, view: PrinterView) -> Vec<Effect> {
        self.printer = view;
        if matches!(self.scene, Scene::Splash | Scene::Idle | Scene::OutOfOrder) {
            self.scene = self.home();
        }
        let offer = self.offer();
        if let Scene::Review(review) = &mut self.scene {
            review.fit(&offer);
        }
        Vec::new()
    }

    pub(super) fn deleted(&mut self, job: JobId, now_ms: u64) -> Vec<Effect> {
        self.others.retain(|other| other.card.job != job);
        if self.job() == Some(job) && self.drop_file() {
            self.touched_ms = now_ms;
            return Vec::new();
        }
        let Some(review) = self.scene.review().filter(|review| review.card.job == job) else { return Vec::new() };
        // While it prints the printer has it all already: its end is told by the printer.
        if !matches!(self.scene, Scene::Printing(_)) {
            let review = Review { pictures: Vec::new(), ..review.clone() };
            self.scene = Scene::Done(Done { review, ending: Ending::Deleted });
            self.touched_ms = now_ms;
        }
        Vec::new()
    }
}
