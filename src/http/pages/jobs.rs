//! `POST /j`: how the jobs are whose codes a phone remembers, and, for one that is at a terminal, printing several of them
//! at once. Codes are looked up as everywhere: wrong ones are counted.

use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CACHE_CONTROL, HeaderValue},
};
use serde_json::{Value, json};

use super::{frame::Frame, refusal::Refusal, state};
use crate::{
    error::Error,
    http::{
        Doors, JSON_BYTES,
        answer::{self, Answer},
        caller::Caller,
        qr,
        query::Query,
    },
    store::jobs::Job,
    text::{Language, say},
};

/// `{"pins": ["OF72I1", …]}`, and `"visit"` to have them printed at the terminal that is visited.
pub(in crate::http) async fn jobs(
    doors: &Doors,
    caller: &Caller,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let query = Query::parse(request.uri().query());
    let language = Frame::new(doors, request.headers(), &query).language;
    let asked = doors.own_json(request, JSON_BYTES).await?;
    let wrong = || answer::problem(StatusCode::BAD_REQUEST, say::ERROR_BAD_REQUEST, &[]);
    let pins = asked.get("pins").and_then(Value::as_array).ok_or_else(wrong)?;
    if pins.len() > doors.settings.phone.jobs {
        return Err(wrong());
    }
    let mut found: Vec<Job> = Vec::new();
    for pin in pins.iter().filter_map(Value::as_str) {
        let job = doors.look_up(caller, pin).await.map_err(|error| answer::told(&error))?;
        found.extend(job.filter(|job| found.iter().all(|known| known.id != job.id)));
    }
    if let Some(visit) = asked.get("visit").and_then(Value::as_str) {
        print(doors, visit, &mut found).await.map_err(|refusal| {
            let (en, ru) = (refusal.tell(Language::En), refusal.tell(Language::Ru));
            answer::retry_after(answer::problem_in(refusal.status, &en, &ru), refusal.retry_after_s)
        })?;
    }
    let mut told = Vec::new();
    for job in &found {
        let ahead = doors.queue.ahead_of(job).await;
        let state = state::tell(job, doors.queue.live().as_ref(), ahead, language);
        told.push(json!({
            "pin": job.pin, "title": job.title, "look": state.look, "state": state.title,
            "printable": job.document.is_some() && job.state.can_release() && job.rest.is_none(),
        }));
    }
    let mut answer = answer::json(StatusCode::OK, &json!({ "jobs": told }));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// All of them, in the order in which they were named.
async fn print(doors: &Doors, visit: &str, jobs: &mut [Job]) -> Result<(), Refusal> {
    let claim = doors.terminals.by_visit(visit);
    let claim = claim.ok_or_else(|| Refusal::new(StatusCode::GONE, "", say::WEB_VISIT_OVER))?;
    if jobs.is_empty() || jobs.iter().any(|job| job.document.is_none()) {
        return Err(Error::NotUploaded.into());
    }
    qr::hand(doors, &claim, jobs.to_vec()).await?;
    for job in jobs.iter_mut() {
        if let Some(now) = doors.queue.job(job.id).await? {
            *job = now;
        }
    }
    Ok(())
}
