//! `GET /j/{pin}/page-N.png`: a page as it prints, with the strip that the printer does not reach hatched. Small for the
//! strip of pages, `?large` to be looked at; with what is chosen on the page and not saved yet in the query.

use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};

use super::form::Form;
use crate::{
    error::Error,
    http::{
        Doors,
        answer::{self, Answer},
        caller::Caller,
        query::Query,
    },
    queue::picture::Look,
    text::say,
};

/// A picture of a page of this job.
pub(in crate::http) async fn picture(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    name: &str,
    query: &Query,
) -> Result<Answer, Answer> {
    let page = name.strip_prefix("page-").and_then(|name| name.strip_suffix(".png")).and_then(|page| page.parse().ok());
    let page: u32 = page.ok_or_else(|| answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[]))?;
    let told = |error: Error| answer::told(&error);
    let job = doors.look_up(caller, pin).await.map_err(told)?.ok_or_else(|| told(Error::FilesUnknown(1)))?;
    let page_count = job.document.as_ref().map_or(0, |document| document.page_count);
    let mut form = Form::of(&job.ticket);
    form.fill(|name| query.get(name));
    // What nobody can print is shown as if nothing were chosen.
    let ticket = form.ticket(Some(page_count)).unwrap_or_else(|_| job.ticket.clone());
    let phone = &doors.settings.phone;
    let large = query.get("large").is_some();
    let look = Look {
        resolution: if large { phone.large_picture_dpi } else { phone.picture_dpi },
        scaling: ticket.scaling,
        number_up: ticket.number_up,
        color: ticket.color,
    };
    let png = doors.queue.png(&job, &ticket, page, look).await.map_err(told)?;
    let mut answer = answer::bytes(StatusCode::OK, "image/png", png);
    let set = [(CACHE_CONTROL, "private, max-age=600"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    answer.headers_mut().extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    Ok(answer)
}
