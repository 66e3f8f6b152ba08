//! The phone pages: upload a document, see its code, change or delete it. Plain forms; scripts only make
//! them nicer.
//!
//! What a page looks like is in `assets/web/*.html`, compiled in with escaping by default; what it says in
//! `assets/text/web.toml`. Reading a form is in [`form`] and [`upload`], what went wrong in [`refusal`].

mod assets;
pub(super) mod events;
mod findings;
pub(super) mod form;
mod frame;
pub(super) mod jobs;
mod language;
mod picture;
mod refusal;
mod rest;
pub(super) mod shown;
mod state;
mod strip;
pub(super) mod title;
mod upload;
mod view;

use std::time::Duration;

use hyper::{HeaderMap, Request, StatusCode, body::Incoming};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use self::{
    findings::Findings,
    form::Form,
    frame::{Frame, VISIT},
    refusal::Refusal,
    view::{JobPage, Note, UnknownPage, UploadPage},
};
use super::{
    Doors,
    answer::{self, Answer},
    body,
    caller::Caller,
    qr,
    query::Query,
};
use crate::{error::Error, job::part::AttemptId, store::jobs::Job, terminals::register::Terminal, text::say};

/// Bytes of the form on a job's page.
const FORM_BYTES: usize = 4 << 10;

/// `GET /`; `?qr=TOKEN` when the kiosk's QR code led here.
pub(super) fn upload_page(doors: &Doors, request: &Request<Incoming>, query: &Query) -> Result<Answer, Answer> {
    let frame = Frame::new(doors, request.headers(), query);
    let form = Form::default();
    let page = UploadPage::new(doors, frame, form, query.get("deleted").is_some());
    Ok(page.answer(StatusCode::OK, query))
}

/// `POST /`: the form with its document. What is refused leaves nothing behind but the form, filled in as it was.
pub(super) async fn upload(
    doors: &Doors,
    caller: &Caller,
    request: Request<Incoming>,
    query: &Query,
) -> Result<Answer, Answer> {
    let mut frame = Frame::new(doors, request.headers(), query);
    let mut form = Form::default();
    let ordered = upload::order(doors, request, &mut form).await;
    frame.visit = form.visit.take().or(frame.visit);
    match ordered {
        Ok(pin) => {
            doors.guessing.learn(caller.address(), &pin);
            Ok(answer::see_other(&frame.link(&link(pin.as_str()), &[])))
        }
        Err(refusal) => {
            form.refuse(&refusal, frame.language);
            let page = UploadPage::new(doors, frame, form, false).answer(refusal.status, query);
            Err(answer::retry_after(page, refusal.retry_after_s))
        }
    }
}

/// `GET /j/{pin}`.
pub(super) async fn job_page(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    request: &Request<Incoming>,
    query: &Query,
) -> Result<Answer, Answer> {
    let frame = Frame::new(doors, request.headers(), query);
    let job = match find(doors, caller, pin).await {
        Ok(job) => job,
        Err(refusal) => return Err(unknown(frame, &refusal, query)),
    };
    let form = Form::of(&job.ticket);
    let wait = Duration::from_millis(doors.settings.preflight.wait_ms);
    let findings = Findings::of(doors, &job, frame.language, wait).await;
    let ahead = doors.queue.ahead_of(&job).await;
    Ok(JobPage::new(doors, frame, &job, form, findings, Note::of(query), ahead).answer(StatusCode::OK, query))
}

/// `POST /j/{pin}`: `action=change`, `action=print`, `action=missing` or `action=delete`.
pub(super) async fn job_form(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let query = Query::parse(request.uri().query());
    let mut frame = Frame::new(doors, request.headers(), &query);
    let fields = match body::collect(&mut request.into_body(), FORM_BYTES, doors.pace()).await {
        Ok(bytes) => Query::parse(Some(&String::from_utf8_lossy(&bytes))),
        Err(_) => Query::default(),
    };
    let job = match find(doors, caller, pin).await {
        Ok(job) => job,
        Err(refusal) => return Err(unknown(frame, &refusal, &query)),
    };
    let mut form = Form::of(&job.ticket);
    frame.visit = fields.get(VISIT).map(str::to_owned).or(frame.visit);
    let done = match fields.get("action") {
        Some("change") => change(doors, &frame, &job, &fields, &mut form).await,
        Some("print") => print(doors, &frame, &job, &fields, &mut form, false).await,
        Some("print-anyway") => print(doors, &frame, &job, &fields, &mut form, true).await,
        Some("missing") => missing(doors, &frame, &job, &fields).await,
        Some("delete") => delete(doors, &frame, &job).await,
        _ => Err(Refusal::new(StatusCode::BAD_REQUEST, "", say::WEB_WRONG_FORM)),
    };
    let refusal = match done {
        Ok(path) => return Ok(answer::see_other(&path)),
        Err(refusal) => refusal,
    };
    form.refuse(&refusal, frame.language);
    // What was changed before the refusal stands.
    let job = doors.queue.job(job.id).await.ok().flatten().unwrap_or(job);
    let findings = Findings::of(doors, &job, frame.language, Duration::ZERO).await;
    let ahead = doors.queue.ahead_of(&job).await;
    Err(JobPage::new(doors, frame, &job, form, findings, None, ahead).answer(refusal.status, &query))
}

/// `GET /web/…`.
pub(super) fn asset(name: &str, headers: &HeaderMap) -> Result<Answer, Answer> {
    assets::file(name, headers).ok_or_else(|| answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[]))
}

/// `GET /panel`.
pub(super) fn panel() -> Answer {
    view::PanelPage::new().answer(StatusCode::OK, &Query::default())
}

async fn change(doors: &Doors, frame: &Frame, job: &Job, fields: &Query, form: &mut Form) -> Result<String, Refusal> {
    form.fill(|name| fields.get(name));
    doors.queue.change(&job.pin, form.changes(page_count(job))?).await?;
    Ok(frame.link(&link(&job.pin), &["saved"]))
}

/// "Print here": at the terminal that is visited, as the form asks. Too little paper in our own printer by somebody's
/// count is told before, and does not matter to whoever says that there is some: `anyway`.
async fn print(
    doors: &Doors,
    frame: &Frame,
    job: &Job,
    fields: &Query,
    form: &mut Form,
    anyway: bool,
) -> Result<String, Refusal> {
    let claim = frame.visit.as_deref().and_then(|visit| doors.terminals.by_visit(visit));
    let claim = claim.ok_or_else(|| Refusal::new(StatusCode::GONE, "", say::WEB_VISIT_OVER))?;
    if job.document.is_none() {
        return Err(job.missing().into());
    }
    let mut job = job.clone();
    if fields.get("copies").is_some() {
        form.fill(|name| fields.get(name));
        job = doors.queue.change(&job.pin, form.changes(page_count(&job))?).await?;
    }
    let pages = job.document.as_ref().map_or(0, |document| document.page_count);
    let fits = job.ticket.sheets(pages).is_ok_and(|sheets| doors.queue.paper().fits(sheets));
    if claim.terminal == Terminal::Panel && !fits && !anyway {
        return Err(Refusal::new(StatusCode::CONFLICT, "", say::PAPER_IS_THERE_DO));
    }
    let (elsewhere, pin) = (claim.terminal != Terminal::Panel, job.pin.clone());
    qr::hand(doors, &claim, vec![job]).await?;
    // Of our own printer the page tells what happens; of another it only knows that it was told.
    Ok(frame.link(&link(&pin), if elsewhere { &["sent"] } else { &[] }))
}

/// How far the job came, told by somebody who stands at our kiosk: the rest is printed.
async fn missing(doors: &Doors, frame: &Frame, job: &Job, fields: &Query) -> Result<String, Refusal> {
    let number = |name| -> Option<i64> { fields.get(name).and_then(|text| text.parse().ok()) };
    let (Some(attempt), Some(out)) = (number("attempt"), number("out")) else {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "", say::WEB_WRONG_FORM));
    };
    if !is_here(doors, frame) {
        return Err(Refusal::new(StatusCode::GONE, "", say::WEB_VISIT_OVER));
    }
    let out = u32::try_from(out).unwrap_or(u32::MAX);
    if !doors.queue.release_missing(job.id, AttemptId(attempt), out).await? {
        doors.panel.released(job, None);
    }
    Ok(frame.link(&link(&job.pin), &[]))
}

/// Whether the phone is at our own kiosk.
fn is_here(doors: &Doors, frame: &Frame) -> bool {
    let claim = frame.visit.as_deref().and_then(|visit| doors.terminals.by_visit(visit));
    claim.is_some_and(|claim| claim.terminal == Terminal::Panel)
}

/// A job at the printer is stopped first; a printer that takes its time is not waited for in front of a white page.
async fn delete(doors: &Doors, frame: &Frame, job: &Job) -> Result<String, Refusal> {
    match body::timed(doors.queue.delete(job.id), doors.stall()).await {
        Ok(deleted) => deleted.map(|()| frame.link("/", &["deleted"])).map_err(Refusal::from),
        Err(_) => Ok(frame.link(&link(&job.pin), &[])),
    }
}

fn page_count(job: &Job) -> Option<u32> {
    job.document.as_ref().map(|document| document.page_count)
}

async fn find(doors: &Doors, caller: &Caller, pin: &str) -> Result<Job, Refusal> {
    Ok(doors.look_up(caller, pin).await?.ok_or(Error::FilesUnknown(1))?)
}

fn unknown(frame: Frame, refusal: &Refusal, query: &Query) -> Answer {
    let advice = refusal.tell(frame.language);
    let title = if refusal.status == StatusCode::NOT_FOUND { say::WEB_UNKNOWN_TITLE } else { say::WEB_ERROR_WORD };
    answer::retry_after(UnknownPage { frame, title, advice }.answer(refusal.status, query), refusal.retry_after_s)
}

fn link(pin: &str) -> String {
    format!("/j/{}", utf8_percent_encode(pin, NON_ALPHANUMERIC))
}
