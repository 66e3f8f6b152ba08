//! Uploads that come in pieces: tus 1.0.0, its core with the extensions creation, expiration and termination
//! (tus.io/protocols/resumable-upload). Beside it stand `GET`, which tells what became of an upload, and `POST` to one,
//! which makes a document of several or opens one by its password. Both are ours.
//!
//! A number is drawn by us and is all the right that is needed to go on, as with print-api's names of documents.

mod metadata;
mod order;
mod state;

use std::{
    pin::pin,
    time::{Duration, SystemTime},
};

use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Incoming,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION},
};
use smol::{future::FutureExt as _, stream::StreamExt as _};

pub(super) use self::{order::order, state::state};
use super::{
    Doors,
    answer::{self, Answer},
    body,
    caller::Caller,
};
use crate::{
    error::Error,
    store::uploads::{NewUpload, Stage, Upload, UploadId},
    text::{Text, say},
};

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSIONS: HeaderName = HeaderName::from_static("tus-version");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// The code of the document that an upload became; tus leaves no body for it.
const PIN: HeaderName = HeaderName::from_static("upload-pin");

/// The only media type of `PATCH`.
const PIECE: &str = "application/offset+octet-stream";

/// `OPTIONS /upload`: what is spoken here.
pub(super) fn options(doors: &Doors) -> Answer {
    let mut answer = answer::empty(StatusCode::NO_CONTENT);
    let headers = answer.headers_mut();
    headers.insert(VERSIONS, HeaderValue::from_static(VERSION));
    headers.insert(EXTENSION, HeaderValue::from_static("creation,expiration,termination"));
    headers.insert(MAX_SIZE, HeaderValue::from(doors.settings.print_api.max_size_bytes));
    answer
}

/// What every answer of these paths says.
pub(super) fn marked(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The method that is meant: some proxies let no PATCH through.
pub(super) fn method<'a>(method: &'a Method, headers: &'a HeaderMap) -> &'a str {
    match headers.get(OVERRIDE).and_then(|value| value.to_str().ok()) {
        Some(meant) if method == Method::POST => meant,
        _ => method.as_str(),
    }
}

/// `POST /upload`: an upload is announced.
pub(super) async fn announce(doors: &Doors, request: &Request<Incoming>) -> Result<Answer, Answer> {
    let headers = request.headers();
    spoken(headers)?;
    let bytes = number(headers, &LENGTH).ok_or_else(|| bad(say::ERROR_UPLOAD_METADATA))?;
    let told = |error: Error| answer::told(&error);
    let max = doors.settings.print_api.max_size_bytes;
    match bytes {
        0 => return Err(told(Error::Empty)),
        bytes if bytes > max => return Err(told(Error::TooLarge { max })),
        _ => {}
    }
    let text = headers.get(METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = metadata::read(text).ok_or_else(|| bad(say::ERROR_UPLOAD_METADATA))?;
    let found = doors.roster.find(&wanted.surname, &wanted.number).await.map_err(told)?;
    let (member, _) = found.ok_or_else(|| told(Error::NotInUnion))?;
    let new = NewUpload { member, title: wanted.title, ticket: wanted.ticket, part: wanted.part, bytes };
    let id = doors.queue.announce(new).await.map_err(told)?;
    let mut answer = answer::empty(StatusCode::CREATED);
    answer.headers_mut().insert(OFFSET, HeaderValue::from(0));
    // Without a host, so that a proxy in front needs not be known (RFC 9110 §10.2.2).
    let place = HeaderValue::from_str(&format!("/upload/{}", id.as_str()));
    answer.headers_mut().extend(place.map(|place| (LOCATION, place)));
    let hours = doors.settings.upload.keep_hours;
    expires(Duration::from_secs(hours.saturating_mul(3_600)), &mut answer);
    Ok(answer)
}

/// `PATCH /upload/{id}`: the next bytes, as far as they come. What is told as come is on the disk.
pub(super) async fn append(
    doors: &Doors,
    caller: &Caller,
    id: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let headers = request.headers();
    spoken(headers)?;
    if headers.get(CONTENT_TYPE).is_none_or(|value| value != PIECE) {
        return Err(answer::problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, say::ERROR_UPLOAD_TYPE, &[]));
    }
    let offset = number(headers, &OFFSET).ok_or_else(|| bad(say::ERROR_UPLOAD_OFFSET))?;
    let id = known(id)?;
    let hold = doors.queue.holds.hold(&id).await;
    let mut upload = find(doors, &id).await?;
    if offset != upload.came {
        let mut wrong = answer::problem(StatusCode::CONFLICT, say::ERROR_UPLOAD_OFFSET, &[]);
        wrong.headers_mut().insert(OFFSET, HeaderValue::from(upload.came));
        return Err(wrong);
    }
    let left = if upload.stage == Stage::Coming { upload.bytes - upload.came } else { 0 };
    let beyond = || answer::problem(StatusCode::PAYLOAD_TOO_LARGE, say::ERROR_UPLOAD_BEYOND, &[]);
    if body::announced(&request).is_some_and(|size| size > left) {
        return Err(beyond());
    }
    let told = |error: Error| answer::told(&error);
    let mut ended = Ended::Whole;
    if left > 0 {
        let mut part = doors.queue.go_on_upload(&upload).await.map_err(told)?;
        let mut chunks = pin!(body::chunks(request.into_body(), doors.pace()));
        loop {
            let next = async { Some(chunks.next().await) };
            let another = async {
                hold.wanted().await;
                None
            };
            let chunk = match next.or(another).await {
                Some(None) => break,
                Some(Some(Ok(chunk))) => chunk,
                Some(Some(Err(_))) | None => {
                    ended = Ended::Cut;
                    break;
                }
            };
            if part.bytes() + chunk.len() as u64 > upload.bytes {
                ended = Ended::Beyond;
                break;
            }
            part.write(&chunk).await.map_err(|error| told(error.into()))?;
            if part.loose() >= doors.settings.upload.sync_bytes {
                doors.queue.acknowledge(&id, &mut part).await.map_err(told)?;
            }
        }
        // What came before the network went is kept as well.
        upload.came = doors.queue.acknowledge(&id, &mut part).await.map_err(told)?;
    }
    match ended {
        Ended::Beyond => return Err(beyond()),
        Ended::Cut => return Err(told(Error::TooSlow)),
        Ended::Whole => {}
    }
    if upload.came == upload.bytes {
        let before = upload.stage.clone();
        upload = doors.queue.take_upload(upload).await.map_err(told)?;
        if before != upload.stage {
            taken(doors, caller, &upload);
        }
    }
    drop(hold);
    Ok(standing(doors, &upload, answer::empty(StatusCode::NO_CONTENT)))
}

/// How a piece's body ended.
enum Ended {
    /// As it was meant to.
    Whole,
    /// The network went, the sender was too slow, or came back with another connection.
    Cut,
    /// It went on past the end.
    Beyond,
}

/// `DELETE /upload/{id}`: forgets an upload that is no document yet.
pub(super) async fn terminate(doors: &Doors, id: &str, request: &Request<Incoming>) -> Result<Answer, Answer> {
    spoken(request.headers())?;
    let id = known(id)?;
    let _hold = doors.queue.holds.hold(&id).await;
    find(doors, &id).await?;
    let forgotten = doors.queue.forget_upload(&id).await;
    match forgotten {
        Ok(true) => Ok(answer::empty(StatusCode::NO_CONTENT)),
        Ok(false) => Err(answer::problem(StatusCode::CONFLICT, say::ERROR_ALREADY_UPLOADED, &[])),
        Err(error) => Err(answer::told(&error)),
    }
}

/// A document came of an upload: its sender need not guess the code.
fn taken(doors: &Doors, caller: &Caller, upload: &Upload) {
    if let Stage::Ordered { pin, .. } = &upload.stage {
        doors.counters.uploaded();
        if let Some(code) = crate::job::code::ReleaseCode::parse(pin) {
            doors.guessing.learn(caller.address(), &code);
        }
    }
}

/// `answer` with how far the upload is.
fn standing(doors: &Doors, upload: &Upload, mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(OFFSET, HeaderValue::from(upload.came));
    headers.insert(LENGTH, HeaderValue::from(upload.bytes));
    if let Stage::Ordered { pin, .. } = &upload.stage {
        headers.extend(HeaderValue::from_str(pin).map(|pin| (PIN, pin)));
    } else {
        expires(doors.queue.upload_left(upload), &mut answer);
    }
    answer
}

/// `Upload-Expires` of the extension expiration.
fn expires(after: Duration, answer: &mut Answer) {
    let until = SystemTime::now().checked_add(after).map(httpdate::fmt_http_date);
    if let Some(Ok(until)) = until.map(|until| HeaderValue::from_str(&until)) {
        answer.headers_mut().insert(HeaderName::from_static("upload-expires"), until);
    }
}

/// 412 unless our version of the protocol is spoken.
fn spoken(headers: &HeaderMap) -> Result<(), Answer> {
    if headers.get(RESUMABLE).is_some_and(|version| version == VERSION) {
        return Ok(());
    }
    let mut refused = answer::problem(StatusCode::PRECONDITION_FAILED, say::ERROR_UPLOAD_VERSION, &[]);
    refused.headers_mut().insert(VERSIONS, HeaderValue::from_static(VERSION));
    Err(refused)
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok())?
}

fn bad(text: Text) -> Answer {
    answer::problem(StatusCode::BAD_REQUEST, text, &[])
}

fn known(id: &str) -> Result<UploadId, Answer> {
    UploadId::parse(id).ok_or_else(|| answer::told(&Error::UploadUnknown))
}

async fn find(doors: &Doors, id: &UploadId) -> Result<Upload, Answer> {
    let found = doors.queue.upload(id).await.map_err(|error| answer::told(&error))?;
    found.ok_or_else(|| answer::told(&Error::UploadUnknown))
}
