//! Several files under one release: more codes beside the one under review, all printed by one touch, and what of them
//! came out. Those that a phone released together are followed in the same way.

use super::{Effect, Panel, Printing, Refusal, Scene, code::Code, review::Review};
use crate::job::state::JobId;

/// What came out of the jobs that were released together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::panel) struct CameOut {
    /// Which came out whole.
    pub(in crate::panel) jobs: Vec<JobId>,
    /// Sheets.
    pub(in crate::panel) sheets: u64,
    /// Of so many asked.
    pub(in crate::panel) asked: u64,
}

impl CameOut {
    /// A job is done.
    pub(super) fn add(&mut self, job: JobId, sheets: u64, asked: u64) {
        if !self.jobs.contains(&job) {
            self.jobs.push(job);
            self.sheets += sheets;
            self.asked += asked.max(sheets);
        }
    }
}

impl Panel {
    /// Files of the release under review: the one on the screen and the others, in the order they were added.
    pub(in crate::panel) fn files<'a>(&'a self, shown: &'a Review) -> Vec<&'a Review> {
        let mut files: Vec<&Review> = self.others.iter().chain([shown]).collect();
        files.sort_by_key(|file| file.place);
        files
    }

    /// Printed sides and sheets of all of them.
    pub(in crate::panel) fn amount_of_all(&self, shown: &Review) -> (u64, u64) {
        let amounts = self.files(shown).into_iter().map(Review::amount);
        amounts.fold((0, 0), |sum: (u64, u64), one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)))
    }

    /// Whether one more file may be added.
    pub(in crate::panel) fn has_room_for_a_file(&self) -> bool {
        self.others.len() + 1 < self.settings.most_files
    }

    /// Whether the code being typed is one more file's.
    pub(in crate::panel) fn is_adding(&self) -> bool {
        matches!(self.scene, Scene::Code(_)) && !self.others.is_empty()
    }

    /// Asks for the code of one more file.
    pub(super) fn add_file(&mut self) -> Vec<Effect> {
        if let Scene::Review(review) = &self.scene
            && self.has_room_for_a_file()
        {
            self.others.push(review.clone());
            self.scene = Scene::Code(Code::default());
        }
        Vec::new()
    }

    /// Back from the code to the file that was on the screen before; `false` when there is none.
    pub(super) fn add_none(&mut self) -> bool {
        match self.others.pop() {
            Some(review) if matches!(self.scene, Scene::Code(_)) => {
                self.scene = Scene::Review(review);
                true
            }
            _ => false,
        }
    }

    /// Puts the file that was found beside the others; one that is there already is shown as it was chosen.
    pub(super) fn put(&mut self, review: Review) -> Vec<Effect> {
        let known = self.others.iter().position(|other| other.card.job == review.card.job);
        let mut review = match known {
            Some(known) => self.others.remove(known),
            None => Review { place: self.others.iter().map(|other| other.place + 1).max().unwrap_or(0), ..review },
        };
        let effects = review.wanted_pictures();
        self.scene = Scene::Review(review);
        effects
    }

    /// Shows another file, `file-1` being the first.
    pub(super) fn show_file(&mut self, id: &str) -> Vec<Effect> {
        let Scene::Review(shown) = &self.scene else { return Vec::new() };
        let wanted = id.strip_prefix("file-").and_then(|number| number.parse::<usize>().ok());
        let files = self.files(shown);
        let job = wanted.and_then(|number| files.get(number.checked_sub(1)?)).map(|file| file.card.job);
        match job.filter(|job| *job != shown.card.job) {
            Some(job) => self.switch(job),
            None => Vec::new(),
        }
    }

    /// Puts another file onto the screen.
    fn switch(&mut self, job: JobId) -> Vec<Effect> {
        let Some(index) = self.others.iter().position(|other| other.card.job == job) else { return Vec::new() };
        let mut review = self.others.remove(index);
        let effects = review.wanted_pictures();
        if let Scene::Review(shown) = std::mem::replace(&mut self.scene, Scene::Review(review)) {
            self.others.push(shown);
        }
        effects
    }

    /// Takes the file on the screen off the list; it keeps waiting under its own code. `false` when it is the only one.
    pub(super) fn drop_file(&mut self) -> bool {
        if !matches!(self.scene, Scene::Review(_)) || self.others.is_empty() {
            return false;
        }
        self.others.sort_by_key(|other| other.place);
        let next = self.others.remove(0);
        self.scene = Scene::Review(next);
        true
    }

    /// Releases what is under review, all of it or nothing: what cannot be printed is shown, with its reason.
    pub(super) fn release(&mut self, review: Review, now_ms: u64) -> Vec<Effect> {
        let most = self.settings.max_sheets;
        let files: Vec<Review> = self.files(&review).into_iter().cloned().collect();
        if let Some(unfit) = files.iter().find(|file| !file.is_printable(most)) {
            let job = unfit.card.job;
            return if job == review.card.job { Vec::new() } else { self.switch(job) };
        }
        if self.shortage(&review).is_some() {
            // Where it is told, with what can be done.
            self.scene = Scene::Review(review);
            return Vec::new();
        }
        let effects = files.iter().map(|file| {
            let (job, ticket) = (file.card.job, file.ticket.clone());
            match file.card.rest {
                Some(_) => Effect::Release { job, ticket },
                None => Effect::GoOn { job, ticket },
            }
        });
        let effects = effects.collect();
        self.others.clear();
        self.unfollow();
        self.came_out = CameOut::default();
        self.following = files.into();
        self.next_released(now_ms);
        effects
    }

    /// A job could not be released after all: it is told of when the others are out.
    pub(super) fn not_released(&mut self, job: JobId, refusal: Refusal, now_ms: u64) -> Vec<Effect> {
        let refused = |review: Review| Review { refused: Some(refusal), ..review };
        if let Some(index) = self.following.iter().position(|file| file.card.job == job) {
            let review = self.following.remove(index).map(refused);
            self.following.extend(review);
            return Vec::new();
        }
        match &self.scene {
            Scene::Printing(Printing { review, impressions: None, .. }) if review.card.job == job => {
                self.following.push_back(refused(review.clone()));
                self.next_released(now_ms);
            }
            _ => {}
        }
        Vec::new()
    }

    /// The next one of those released together, if there is one.
    pub(super) fn next_released(&mut self, now_ms: u64) -> bool {
        let Some(review) = self.following.pop_front() else { return false };
        self.touched_ms = now_ms;
        if review.refused.is_some() {
            // Those behind it were not released either.
            self.others = std::mem::take(&mut self.following).into();
            self.scene = Scene::Review(review);
        } else {
            self.print(review, now_ms);
        }
        true
    }
}
