//! A job that did not come out whole: how far it came, as its owner says, and what is still missing.

use super::{Effect, JobCard, Panel, Scene, review::Review};
use crate::{job::part::Rest, text::Language};

/// What is known, and what was chosen so far.
#[derive(Clone, Debug)]
pub(in crate::panel) struct Missing {
    pub(in crate::panel) rest: Rest,
    /// Sheets that are out, as chosen.
    pub(in crate::panel) out: u32,
}

/// What has to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::panel) enum Question {
    /// Nothing.
    None,
    /// Whether this sheet came out.
    One(u32),
    /// Which sheet came out last.
    Last,
}

impl Missing {
    /// Begins with what is certain.
    pub(super) fn new(rest: Rest) -> Self {
        let out = rest.least_sheets();
        Self { rest, out }
    }

    /// What has to be asked.
    pub(in crate::panel) fn question(&self) -> Question {
        match self.rest.most_sheets().saturating_sub(self.rest.least_sheets()) {
            0 => Question::None,
            1 => Question::One(self.rest.most_sheets()),
            _ => Question::Last,
        }
    }

    /// Sheets that are missing, as chosen.
    pub(in crate::panel) fn sheets(&self) -> u32 {
        self.rest.sheets().saturating_sub(self.out)
    }

    /// What is on a sheet, counted from 1, in words.
    pub(in crate::panel) fn on_it(&self, review: &Review, number: u32, language: Language) -> String {
        self.rest.words(number, review.card.page_count, language)
    }
}

impl Panel {
    pub(super) fn press_missing(&mut self, id: &str, now_ms: u64) -> Vec<Effect> {
        let Scene::Fault(failed) = &mut self.scene else { return Vec::new() };
        let Some(missing) = &mut failed.missing else { return Vec::new() };
        match (id, missing.question()) {
            ("sheets-minus", _) => missing.out = missing.out.saturating_sub(1),
            ("sheets-plus", _) => missing.out = (missing.out + 1).min(missing.rest.sheets()),
            ("came-out-yes", Question::One(sheet)) => {
                missing.out = sheet;
                return self.release_missing(now_ms);
            }
            ("came-out-no", Question::One(sheet)) => {
                missing.out = sheet.saturating_sub(1);
                return self.release_missing(now_ms);
            }
            ("missing", _) => return self.release_missing(now_ms),
            ("again", _) => {
                // Whoever asks for all of it has seen what is out.
                let card = JobCard { rest: Some(missing.rest.clone()), ..failed.review.card.clone() };
                self.scene = Scene::Review(Review { card, ..failed.review.clone() });
                if let Scene::Review(review) = &mut self.scene {
                    return review.wanted_pictures();
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn release_missing(&mut self, now_ms: u64) -> Vec<Effect> {
        let Scene::Fault(failed) = &self.scene else { return Vec::new() };
        let Some(missing) = &failed.missing else { return Vec::new() };
        let (job, attempt, out) = (failed.review.card.job, missing.rest.attempt, missing.out);
        let review = Review { ticket: missing.rest.asked.ticket.clone(), ..failed.review.clone() };
        self.print(review, now_ms);
        vec![Effect::ReleaseMissing { job, attempt, out }]
    }
}
