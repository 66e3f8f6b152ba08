//! A job's state in words. Pure.

use crate::{
    job::{fault::Fault, state::State},
    queue::live::Live,
    store::jobs::{Job, Making},
    text::{Language, Text, say},
};

/// What the page says of a job.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// A short stable name of where the job is.
    pub name: &'static str,
    /// Class of the card: `held`, `waiting`, `completed`, `fault`.
    pub look: &'static str,
    /// What is.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Sides that came out, and sides asked.
    pub progress: Option<(u32, u32)>,
    /// Whether the printer has it or will have it.
    pub active: bool,
}

/// `live` is the job at the printer, or the last one; `ahead` how many come before a job that waits.
pub fn tell(job: &Job, live: Option<&Live>, ahead: u64, language: Language) -> Told {
    let own = live.filter(|live| live.job == job.id && live.ending.is_none());
    let name = name(&job.state);
    let broken = |fault: &Fault| Told { name, ..broken(fault, language) };
    let plain = |look, title: Text, advice: Text| Told {
        name,
        look,
        title: title.get(language).into(),
        advice: advice.get(language).into(),
        progress: None,
        active: job.state.is_active(),
    };
    match (&job.state, own) {
        (State::Processing(_), Some(live)) => {
            let told = match &live.fault {
                Some(fault) => broken(fault),
                None => plain("waiting", say::WEB_STATE_PRINTING, say::WEB_STATE_PRINTING_DO),
            };
            let (done, of) = (live.impressions.min(live.of), live.of);
            let advice = fill(told.advice, done, of);
            Told { advice, progress: (of > 0).then_some((done, of)), active: true, ..told }
        }
        (State::Processing(_), None) => plain("waiting", say::WEB_STATE_PRINTING, say::WEB_STATE_PENDING_NOW),
        (State::Pending, Some(Live { fault: Some(fault), .. })) => Told { active: true, ..broken(fault) },
        (State::Pending, None) if ahead > 0 => Told {
            advice: say::WEB_STATE_PENDING_DO.fill(language, &[("count", &say::WEB_AHEAD.count(language, ahead))]),
            ..plain("waiting", say::WEB_STATE_PENDING, say::WEB_STATE_PENDING_NOW)
        },
        (State::Pending, _) => plain("waiting", say::WEB_STATE_PENDING, say::WEB_STATE_PENDING_NOW),
        (State::Held(Some(fault)), _) => Told { advice: fault.advice_when_held(language).into(), ..broken(fault) },
        (State::Held(None), _) => plain("held", say::WEB_STATE_HELD, say::WEB_STATE_HELD_DO),
        (State::Incoming, _) => match &job.making {
            None => plain("held", say::WEB_STATE_INCOMING, say::WEB_STATE_INCOMING_DO),
            Some(Making::Waiting) => plain("waiting", say::WEB_STATE_MAKING, say::WEB_STATE_MAKING_DO),
            Some(Making::Failed(why)) => plain("fault", say::WEB_STATE_UNPRINTABLE, why.text()),
        },
        (State::Completed, _) => plain("completed", say::WEB_STATE_COMPLETED, say::WEB_STATE_COMPLETED_DO),
        (State::Canceled, _) => plain("held", say::WEB_STATE_CANCELED, say::WEB_STATE_CANCELED_DO),
    }
}

/// The name by which scripts know a state.
fn name(state: &State) -> &'static str {
    match state {
        State::Incoming => "incoming",
        State::Held(_) => "held",
        State::Pending => "pending",
        State::Processing(_) => "processing",
        State::Completed => "completed",
        State::Canceled => "canceled",
    }
}

fn fill(sentence: String, done: u32, of: u32) -> String {
    sentence.replace("{done}", &done.to_string()).replace("{of}", &of.to_string())
}

fn broken(fault: &Fault, language: Language) -> Told {
    Told {
        name: "",
        look: "fault",
        title: fault.title(language),
        advice: fault.advice(language).into(),
        progress: None,
        active: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Job, Language, Live, State, tell};
    use crate::job::{
        state::{JobId, Phase},
        ticket::Ticket,
    };

    fn job(state: State) -> Job {
        Job {
            id: JobId(1),
            pin: "A".into(),
            title: String::new(),
            ticket: Ticket::default(),
            document: None,
            state,
            printed_before: false,
            released_at: None,
            first: 0,
            rest: None,
            making: None,
            made_from: None,
        }
    }

    fn live(job: i64, fault: Option<Fault>) -> Live {
        Live { job: JobId(job), impressions: 2, of: 5, sheets: 5, fault, ending: None, rest: None }
    }

    #[test]
    fn printing_counts_and_a_fault_says_what_to_do() {
        let printing = State::Processing(Phase::Sent { printer_job: 7 });
        let told = tell(&job(printing.clone()), Some(&live(1, None)), 0, Language::En);
        assert_eq!((told.advice.as_str(), told.progress, told.active), ("2 of 5 came out.", Some((2, 5)), true));
        let told = tell(&job(printing.clone()), Some(&live(1, Some(Fault::MediaEmpty))), 0, Language::Ru);
        assert_eq!((told.look, told.active, told.progress), ("fault", true, Some((2, 5))));
        let told = tell(&job(printing), Some(&live(2, None)), 0, Language::Ru);
        assert_eq!((told.progress, told.active), (None, true));
    }

    #[test]
    fn who_waits_learns_why() {
        let waiting = tell(&job(State::Pending), Some(&live(2, None)), 2, Language::En);
        assert!(waiting.active && waiting.advice.contains("2\u{a0}documents"));
        let short = Fault::ShortCount { impressions: 3, of: 4 };
        assert_eq!(tell(&job(State::Held(Some(short))), None, 0, Language::En).title, "3 of 4 came out");
        let jam = tell(&job(State::Held(Some(Fault::MediaJam))), None, 0, Language::En);
        assert!(jam.advice.contains("enter the code") && !jam.active, "{jam:?}");
    }
}
