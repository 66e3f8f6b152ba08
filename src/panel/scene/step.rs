//! One step: an event in, effects out. Here is what fingers and the scanner do.

use super::{
    Effect, Event, JobCard, Panel, PrinterView, Printing, Qr, Scene,
    card::is_card,
    code::{Code, Note, scanned},
    review::Review,
    several::CameOut,
};
use crate::{
    job::{code::ReleaseCode, fault::Fault, state::JobId},
    text::Language,
};

impl Panel {
    /// Takes one event. `now_ms` is the wall clock; it may jump.
    pub fn step(&mut self, event: Event, now_ms: u64) -> Vec<Effect> {
        self.forget_the_future(now_ms);
        if self.asleep && matches!(event, Event::Tap { .. } | Event::Press(_)) {
            // The first touch of a dark screen only wakes it: nobody saw what they touched.
            self.asleep = false;
            self.touched_ms = now_ms;
            return Vec::new();
        }
        match event {
            Event::Tap { x, y } => {
                if let Some(effects) = self.tap_cross((x, y), now_ms) {
                    return effects;
                }
                let id = self.layout(now_ms).hit(x, y).filter(|element| element.enabled).map(|e| e.id.clone());
                self.press(id.as_deref(), now_ms)
            }
            Event::Press(id) => {
                let layout = self.layout(now_ms);
                let there = layout.elements.iter().any(|e| e.id == id && e.enabled && e.role.is_touchable());
                if there { self.press(Some(&id), now_ms) } else { Vec::new() }
            }
            Event::Scan(text) => self.scan(&text, now_ms),
            Event::Tick => self.tick(now_ms),
            Event::Found(card) => self.found(card, now_ms),
            Event::Refused(refusal) => self.refused(refusal, now_ms),
            Event::PicturesReady { job, page, picture } => {
                let blur = self.settings.blur_pages;
                if let Some(review) = self.review_of(job) {
                    review.keep_picture(page, picture, blur);
                }
                Vec::new()
            }
            Event::Looked { job, facts } => {
                if let Some(review) = self.review_of(job) {
                    review.facts = Some(facts);
                }
                Vec::new()
            }
            Event::Tray(tray) => {
                self.tray = tray;
                Vec::new()
            }
            Event::Progress { job, impressions, of } => self.progress(job, impressions, of, now_ms),
            Event::PrinterFault { job, fault } => {
                if let Some(printing) = self.printing(job) {
                    printing.fault = fault;
                    printing.heard_ms = now_ms;
                }
                Vec::new()
            }
            Event::Ended { job, outcome } => self.ended(job, outcome, now_ms),
            Event::Printer(view) => self.printer_is(view),
            Event::Qr { url, until_ms } => {
                self.qr = Some(Qr { url, from_ms: now_ms, until_ms });
                Vec::new()
            }
            Event::NotReleased { job, refusal } => self.not_released(job, refusal, now_ms),
            Event::Released { card, first } => self.released(card, first, now_ms),
            Event::Asked(card) => self.asks(card, now_ms),
            Event::Deleted { job } => self.deleted(job, now_ms),
            Event::Desk(news) => self.desk_hears(news, now_ms),
            Event::Members(pushed) => {
                self.members_ms = pushed;
                Vec::new()
            }
        }
    }

    /// The job on the screen, or one beside it.
    fn review_of(&mut self, job: JobId) -> Option<&mut Review> {
        let shown = self.scene.review_mut().filter(|review| review.card.job == job);
        shown.or_else(|| self.others.iter_mut().find(|review| review.card.job == job))
    }

    fn press(&mut self, id: Option<&str>, now_ms: u64) -> Vec<Effect> {
        self.touched_ms = now_ms;
        if let Scene::Timeout(under) = &self.scene {
            if id == Some("finish") {
                return self.reset();
            }
            self.scene = (**under).clone();
            return Vec::new();
        }
        if id == Some("back") && self.is_adding() && self.add_none() {
            return Vec::new();
        }
        match (id, &self.scene) {
            (Some("language-ru"), _) => return self.speak(Language::Ru),
            (Some("language-en"), _) => return self.speak(Language::En),
            (Some("large-text"), _) => self.large_text = !self.large_text,
            (Some(id), Scene::Service) => return self.press_desk(id, now_ms),
            (Some("back" | "finish"), _) => {
                self.others.clear();
                self.scene = self.home();
            }
            (Some("service"), _) => return self.enter_service(),
            (Some("enter-code"), _) => self.scene = Scene::Code(Code::default()),
            (Some(id), Scene::Code(_)) => return self.press_code(id, now_ms),
            (Some(id), Scene::Review(_)) => return self.press_review(id, now_ms),
            (Some("cancel"), Scene::Printing(_)) => return self.cancel(),
            (Some(id), Scene::Fault(failed)) if failed.missing.is_some() => return self.press_missing(id, now_ms),
            (Some("print"), Scene::Fault(failed)) => {
                let review = failed.review.clone();
                return self.release(review, now_ms);
            }
            (Some("delete"), Scene::Done(_)) => return self.delete(),
            (None, Scene::Splash) => self.scene = self.home(),
            _ => {}
        }
        Vec::new()
    }

    fn press_code(&mut self, id: &str, now_ms: u64) -> Vec<Effect> {
        let length = self.settings.code_length;
        let Scene::Code(code) = &mut self.scene else { return Vec::new() };
        let key = id.strip_prefix("key-").and_then(|key| key.chars().next().filter(|_| key.chars().count() == 1));
        match (id, key) {
            ("key-backspace", _) => code.pop(),
            ("code-submit", _) => return self.look_up(now_ms),
            (_, Some(symbol)) if code.push(symbol, length) => return self.look_up(now_ms),
            _ => {}
        }
        Vec::new()
    }

    fn press_review(&mut self, id: &str, now_ms: u64) -> Vec<Effect> {
        let offer = self.offer();
        let Scene::Review(review) = &mut self.scene else { return Vec::new() };
        review.refused = None;
        match id {
            "copies-minus" => review.copies(-1, &offer),
            "copies-plus" => review.copies(1, &offer),
            "two-sided" => review.ticket.two_sided ^= true,
            "color" => review.ticket.color ^= true,
            "preview-1" => review.shown = 0,
            "preview-2" => review.shown = 1,
            "pages" => {
                review.next_pages();
                return review.wanted_pictures();
            }
            "delete" => return self.delete(),
            "reveal" => review.revealed = true,
            "add-file" => return self.add_file(),
            "drop-file" => drop(self.drop_file()),
            "print" => {
                let review = review.clone();
                return self.release(review, now_ms);
            }
            id if id.starts_with("file-") => return self.show_file(id),
            _ => return self.mend(id),
        }
        Vec::new()
    }

    fn speak(&mut self, language: Language) -> Vec<Effect> {
        if self.language == language {
            return Vec::new();
        }
        self.language = language;
        vec![Effect::SwitchedLanguage(language)]
    }

    pub(super) fn home(&self) -> Scene {
        match self.printer {
            PrinterView::Fault(Fault::Unsuitable, _) => Scene::OutOfOrder,
            _ => Scene::Idle,
        }
    }

    /// Nothing of the last person stays.
    pub(super) fn reset(&mut self) -> Vec<Effect> {
        self.scene = self.home();
        self.unfollow();
        self.others.clear();
        self.came_out = CameOut::default();
        self.large_text = false;
        self.speak(self.settings.language)
    }

    fn scan(&mut self, text: &str, now_ms: u64) -> Vec<Effect> {
        self.heard_ms = Some(now_ms);
        if matches!(self.scene, Scene::Printing(_) | Scene::Splash) || self.desk_scans(text, now_ms) {
            return Vec::new();
        }
        self.touched_ms = now_ms;
        self.asleep = false;
        if !self.is_adding() {
            self.others.clear();
        }
        if is_card(text, self.settings.code_length) {
            self.scene = Scene::Code(Code { note: Some(Note::Card), ..Code::default() });
            return Vec::new();
        }
        match scanned(text).and_then(ReleaseCode::parse) {
            Some(code) => {
                self.scene = Scene::Code(Code { typed: code.as_str().into(), ..Code::default() });
                self.look_up(now_ms)
            }
            None => {
                self.scene = Scene::Code(Code { note: Some(Note::Unreadable), ..Code::default() });
                Vec::new()
            }
        }
    }

    fn look_up(&mut self, now_ms: u64) -> Vec<Effect> {
        let allowed = self.tries.allow(self.settings.patience, self.asked.len(), now_ms);
        let Scene::Code(code) = &mut self.scene else { return Vec::new() };
        if !allowed {
            *code = Code::default();
            return Vec::new();
        }
        match ReleaseCode::parse(&code.typed) {
            Some(parsed) if !code.asking => {
                code.asking = true;
                code.note = None;
                self.asked.push_back(now_ms);
                vec![Effect::LookUp(parsed)]
            }
            _ => Vec::new(),
        }
    }

    /// The screen follows a job that is on its way.
    pub(super) fn print(&mut self, review: Review, now_ms: u64) {
        let of = u32::try_from(review.amount().0).unwrap_or(u32::MAX);
        // What came out before is no news after this.
        let card = JobCard { rest: None, ..review.card };
        let review = Review { card, refused: None, ..review };
        let (impressions, fault, canceling, heard_ms, since_ms) = (None, None, false, now_ms, now_ms);
        self.scene = Scene::Printing(Printing { review, impressions, of, fault, canceling, heard_ms, since_ms });
    }

    fn cancel(&mut self) -> Vec<Effect> {
        match &mut self.scene {
            Scene::Printing(printing) if !printing.canceling => {
                printing.canceling = true;
                vec![Effect::Cancel { job: printing.review.card.job }]
            }
            _ => Vec::new(),
        }
    }

    fn delete(&mut self) -> Vec<Effect> {
        // Those that came out together are deleted together.
        let together = if matches!(self.scene, Scene::Done(_)) { self.came_out.jobs.clone() } else { Vec::new() };
        match self.scene.review_mut() {
            Some(review) if !review.deleting => {
                review.deleting = true;
                let shown = review.card.job;
                let others = together.into_iter().filter(|job| *job != shown);
                // The one on the screen last: its end is shown.
                others.chain([shown]).map(|job| Effect::Delete { job }).collect()
            }
            _ => Vec::new(),
        }
    }
}
