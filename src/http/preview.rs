//! The preview service's door: grants to whoever knows a code, descriptions and files to whoever has a token.
//!
//! A token comes as `Authorization: Bearer` (RFC 6750 §2.1) or as `?token=`, for pictures in a page (§2.3). What nodes
//! store comes in by [`store`], pages as they print are in [`print_page`].

pub mod print_page;
pub mod store;

use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, WWW_AUTHENTICATE},
};
use serde_json::{Value, json};

use super::{
    Doors,
    answer::{self, Answer},
    body::{self, BodyError},
    caller::{Caller, authorization},
    query::Query,
    static_file,
};
use crate::{
    access,
    document::made::Format,
    error::Error,
    job::pages::PageRanges,
    preview::{
        Grant,
        edition::Edition,
        keep::write_time,
        token::{Audience, Refusal},
    },
    store::jobs::Job,
    text::say,
};

/// Bytes of what is asked.
const ASK_BYTES: usize = 8 << 10;

/// What a stranger's HTML may do in a browser: be looked at.
const SANDBOX: &str = "sandbox; default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'";

/// `POST /file/{pin}/preview` with `{"pages": "1-3"}`, or with nothing.
pub(super) async fn form(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let pages = asked(doors, request).await?;
    let job = job(doors, caller, pin).await?;
    let last = pages.ranges().iter().map(|range| range.last).max().unwrap_or(0);
    if job.document.is_some_and(|document| last > document.page_count) {
        return Err(answer::told(&Error::PastTheEnd));
    }
    let grant = doors.preview.grant(job.id).await.map_err(|error| answer::told(&error))?;
    doors.preview.ask(&grant.edition, &pages).await.map_err(|error| answer::told(&error))?;
    Ok(granted(StatusCode::ACCEPTED, &grant))
}

/// `GET /file/{pin}/preview`.
pub(super) async fn grant(doors: &Doors, caller: &Caller, pin: &str) -> Result<Answer, Answer> {
    let job = job(doors, caller, pin).await?;
    let grant = doors.preview.grant(job.id).await.map_err(|error| answer::told(&error))?;
    Ok(granted(StatusCode::OK, &grant))
}

async fn job(doors: &Doors, caller: &Caller, pin: &str) -> Result<Job, Answer> {
    let found = async { doors.look_up(caller, pin).await?.ok_or(Error::FilesUnknown(1)) };
    found.await.map_err(|error| answer::told(&error))
}

async fn asked(doors: &Doors, request: Request<Incoming>) -> Result<PageRanges, Answer> {
    let bad = |status| answer::problem(status, say::ERROR_BAD_REQUEST, &[]);
    let bytes =
        body::collect(&mut request.into_body(), ASK_BYTES, doors.pace()).await.map_err(|error| match error {
            BodyError::TooLarge => answer::told(&Error::TooLarge { max: ASK_BYTES as u64 }),
            BodyError::Gone => bad(StatusCode::REQUEST_TIMEOUT),
        })?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(PageRanges::default());
    }
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| bad(StatusCode::BAD_REQUEST))?;
    let fields = value.as_object().ok_or_else(|| bad(StatusCode::BAD_REQUEST))?;
    match fields.get("pages") {
        None | Some(Value::Null) => Ok(PageRanges::default()),
        Some(Value::String(pages)) => PageRanges::parse(pages).map_err(|_| bad(StatusCode::BAD_REQUEST)),
        Some(_) => Err(bad(StatusCode::BAD_REQUEST)),
    }
}

fn granted(status: StatusCode, grant: &Grant) -> Answer {
    let Edition { document, .. } = grant.edition;
    let told = json!({
        "document": document.to_string(),
        "version": grant.edition.version(),
        "read_token": grant.token,
        "expires_at": write_time(grant.expires_s.saturating_mul(1_000)),
        "description_url": format!("/preview/{}", grant.edition),
    });
    unstored(answer::json(status, &told))
}

/// `GET /preview/{document}/{version}`.
pub(super) async fn description(
    doors: &Doors,
    values: &[String],
    request: &Request<Incoming>,
) -> Result<Answer, Answer> {
    let edition = pass(doors, values, request, Audience::Read)?;
    let told = doors.preview.description(&edition).await.map_err(|error| answer::told(&error))?;
    let told = told.map_or(Ok(Value::Null), serde_json::to_value).map_err(|_| answer::told(&Error::Storage))?;
    Ok(unstored(answer::json(StatusCode::OK, &told)))
}

/// `GET /preview/{document}/{version}/{file}`.
pub(super) async fn file(doors: &Doors, values: &[String], request: &Request<Incoming>) -> Result<Answer, Answer> {
    let edition = pass(doors, values, request, Audience::Read)?;
    let name = values.get(2).map_or("", String::as_str);
    if let Some(number) = print_page::number(name) {
        return print_page::answer(doors, &edition, number, request.headers()).await;
    }
    let found = doors.preview.file(&edition, name).await.map_err(|error| answer::told(&error))?;
    let shape = found.ok_or_else(nothing)?;
    let answer = static_file::answer(shape.file, shape.format.media_type(), request.headers());
    let mut answer = answer.map_err(|error| answer::told(&error))?;
    if shape.format == Format::Html {
        set(&mut answer, CONTENT_SECURITY_POLICY, SANDBOX);
    }
    // Its address holds a token.
    set(&mut answer, REFERRER_POLICY, "no-referrer");
    Ok(answer)
}

/// The version that the path names, when the token is good for it.
fn pass(doors: &Doors, values: &[String], request: &Request<Incoming>, audience: Audience) -> Result<Edition, Answer> {
    let [document, version, ..] = values else { return Err(nothing()) };
    let edition = Edition::parse(document, version).ok_or_else(nothing)?;
    let query = Query::parse(request.uri().query());
    let token = authorization(request.headers()).map(access::bare).or(query.get("token")).unwrap_or_default();
    doors.preview.pass(token, audience, &edition).map(|()| edition).map_err(|refusal| match refusal {
        Refusal::Invalid => {
            refused(StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\"", say::PREVIEW_TOKEN_INVALID)
        }
        Refusal::Elsewhere => {
            refused(StatusCode::FORBIDDEN, "Bearer error=\"insufficient_scope\"", say::PREVIEW_TOKEN_ELSEWHERE)
        }
    })
}

/// RFC 6750 §3.
fn refused(status: StatusCode, challenge: &str, text: crate::text::Text) -> Answer {
    let mut answer = answer::problem(status, text, &[]);
    set(&mut answer, WWW_AUTHENTICATE, challenge);
    answer
}

fn nothing() -> Answer {
    answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[])
}

/// Nothing for caches: it changes, or holds a token.
fn unstored(mut answer: Answer) -> Answer {
    set(&mut answer, CACHE_CONTROL, "private, no-store");
    answer
}

fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
