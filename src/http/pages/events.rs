//! `GET /file/{pin}/events`: what happens to a job, as server-sent events (WHATWG HTML §9.2).
//!
//! Three kinds, each told when it changes: `state` (where the job is, in words of both languages, its place in the queue,
//! what is asked), `progress` (`{"impressions":3,"of":10}`) and `fault` (in both languages, or `null` when it is gone). A
//! stream begins with all of them, so that nothing is lost between two; the event's id names what was told, and whoever
//! comes back with it as `Last-Event-ID` is told only what is new. How many streams there are is in [`crate::http::streams`].

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::{
    HeaderMap, Response, StatusCode,
    body::Frame,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde_json::{Value, json};
use smol::{Timer, channel, future::FutureExt as _, stream::StreamExt as _};

use super::state;
use crate::{
    access::{hash, hex},
    error::Error,
    http::{
        Doors,
        answer::{self, Answer, Body},
        caller::Caller,
    },
    job::state::{JobId, State},
    store::jobs::Job,
    text::{Language, say},
};

/// Seconds after which somebody who found no place may try again.
const RETRY_S: u64 = 10;

/// Events that wait for one reader; hyper takes them as fast as the reader does.
const PENDING: usize = 4;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Hexadecimal digits of an event's id.
const ID_DIGITS: usize = 16;

/// Begins a stream.
pub(in crate::http) async fn follow(
    doors: &Rc<Doors>,
    caller: &Caller,
    pin: &str,
    headers: &HeaderMap,
) -> Result<Answer, Answer> {
    let job = doors.look_up(caller, pin).await.map_err(|error| answer::told(&error))?;
    let job = job.ok_or_else(|| answer::told(&Error::FilesUnknown(1)))?.id;
    let seat = doors.streams.seat(caller.address());
    let full = || {
        let refused = answer::problem(StatusCode::SERVICE_UNAVAILABLE, say::ERROR_STREAMS, &[]);
        answer::retry_after(refused, Some(RETRY_S))
    };
    let seat = seat.ok_or_else(full)?;
    let known = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let (tell, told) = channel::bounded::<Bytes>(PENDING);
    if !doors.streams.begin(Box::pin(tell_all(Rc::clone(doors), job, known, tell))) {
        return Err(full());
    }
    let frames = told.map(move |bytes| {
        let _taken = &seat;
        Ok(Frame::data(bytes))
    });
    let mut answer = Response::new(Body::new(StreamBody::new(frames)));
    let set = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        // Proxies of the nginx kind would wait for more.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    answer.headers_mut().extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    Ok(answer)
}

/// Tells until the reader is gone, the job is, or the time is over.
async fn tell_all(doors: Rc<Doors>, job: JobId, known: String, tell: channel::Sender<Bytes>) {
    let limits = &doors.settings.phone;
    let hello = format!("retry: {}\n\n", limits.stream_retry_ms);
    if tell.send(hello.into()).await.is_err() {
        return;
    }
    let mut end = Timer::after(Duration::from_secs(limits.stream_s));
    let mut over = doors.streams.over();
    let mut last = Told { id: known, ..Told::default() };
    loop {
        let changed = doors.queue.changed();
        let Ok(found) = doors.queue.job(job).await else { return };
        let is_gone = found.is_none();
        let now = match found {
            Some(job) => {
                let ahead = doors.queue.ahead_of(&job).await;
                Told::of(&doors, &job, ahead)
            }
            None => Told::gone(),
        };
        let news = now.since(&last);
        last = now;
        if !news.is_empty() && tell.send(news.into()).await.is_err() || is_gone {
            return;
        }
        let alive = async {
            Timer::after(Duration::from_secs(limits.stream_alive_s)).await;
            tell.send(Bytes::from_static(b": alive\n\n")).await.is_ok()
        };
        let heard = async {
            changed.await;
            true
        };
        let ended = async {
            (&mut end).await;
            false
        };
        let closed = async {
            (&mut over).await;
            false
        };
        if !heard.or(alive).or(ended).or(closed).await {
            return;
        }
    }
}

/// What a stream has told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    /// Of all of it.
    id: String,
    state: Value,
    progress: Value,
    fault: Value,
}

impl Told {
    fn of(doors: &Doors, job: &Job, ahead: u64) -> Self {
        let live = doors.queue.live();
        let [ru, en] = Language::ALL.map(|language| state::tell(job, live.as_ref(), ahead, language));
        let progress =
            en.progress.map_or(Value::Null, |(impressions, of)| json!({"impressions": impressions, "of": of}));
        // What counts on is told by the progress; the state stays the same for all of it. A fault's advice does not count.
        let still = en.progress.is_none() || en.look == "fault";
        let advice = |told: &state::Told| if still { told.advice.clone() } else { String::new() };
        let state = json!({
            "state": en.name,
            "look": en.look,
            "active": en.active,
            "title": en.title, "title_ru": ru.title,
            "advice": advice(&en), "advice_ru": advice(&ru),
            "ahead": ahead,
            "rest": job.rest.as_ref().map(|rest| rest.attempt.0),
            "options": {
                "pages": job.ticket.pages.to_string(),
                "copies": job.ticket.copies.get(),
                "two_sided": job.ticket.two_sided,
                "color": job.ticket.color,
                "scaling": job.ticket.scaling.keyword(),
                "number_up": job.ticket.number_up.get(),
            },
        });
        let own = live.filter(|live| live.job == job.id && live.ending.is_none()).and_then(|live| live.fault);
        let fault = match (&job.state, own) {
            (State::Held(fault), _) => fault.clone(),
            (state, fault) if state.is_active() => fault,
            _ => None,
        };
        let fault = fault.map_or(Value::Null, |fault| {
            let advice = |language| if en.active { fault.advice(language) } else { fault.advice_when_held(language) };
            json!({
                "fault": fault.keyword(),
                "detail": format!("{}. {}", fault.title(Language::En), advice(Language::En)),
                "detail_ru": format!("{}. {}", fault.title(Language::Ru), advice(Language::Ru)),
            })
        });
        Self::new(state, progress, fault)
    }

    fn gone() -> Self {
        let text = say::WEB_GONE_TITLE;
        let advice = say::WEB_GONE_DO;
        let state = json!({
            "state": "deleted", "look": "held", "active": false,
            "title": text.en, "title_ru": text.ru, "advice": advice.en, "advice_ru": advice.ru,
        });
        Self::new(state, Value::Null, Value::Null)
    }

    fn new(state: Value, progress: Value, fault: Value) -> Self {
        let mut id = hex(&hash(&format!("{state}{progress}{fault}")));
        id.truncate(ID_DIGITS);
        Self { id, state, progress, fault }
    }

    /// What is new, as the stream has it.
    fn since(&self, last: &Self) -> String {
        if self.id == last.id {
            return String::new();
        }
        // Whoever comes back with an id knows neither of the parts: all is told again.
        let began = last.state.is_null();
        let mut news: Vec<String> = Vec::new();
        for (name, now, before) in [
            ("fault", &self.fault, &last.fault),
            ("progress", &self.progress, &last.progress),
            ("state", &self.state, &last.state),
        ] {
            let hollow = now.is_null() && (before.is_null() || name == "progress");
            if !hollow && (began || now != before) {
                news.push(format!("event: {name}\ndata: {now}\n\n"));
            }
        }
        // Known is only what came whole.
        if let Some(end) = news.last_mut() {
            end.insert_str(0, &format!("id: {}\n", self.id));
        }
        news.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::{Told, Value, json};

    #[test]
    fn only_what_is_new_is_told() {
        let printing = json!({"state": "processing"});
        let first = Told::new(printing.clone(), json!({"impressions": 0, "of": 3}), Value::Null);
        let begun = first.since(&Told::default());
        assert!(begun.contains("event: state") && begun.contains("event: progress") && !begun.contains("event: fault"));
        assert_eq!(first.since(&Told { id: first.id.clone(), ..Told::default() }), "", "whoever comes back knows it");
        let second = Told::new(printing.clone(), json!({"impressions": 1, "of": 3}), Value::Null);
        let news = second.since(&first);
        assert!(news.contains("{\"impressions\":1,\"of\":3}") && !news.contains("event: state"), "{news}");
        let broken = Told::new(printing, json!({"impressions": 1, "of": 3}), json!({"fault": "media-jam"}));
        assert!(broken.since(&second).contains("event: fault\ndata: {\"fault\":\"media-jam\"}"));
        assert!(second.since(&broken).contains("event: fault\ndata: null"), "a fault that is gone is news");
        assert_ne!(second.id, broken.id);
    }
}
