//! Answers: JSON, errors in print-api's shape and in RFC 9457's, files, pages.

use std::{fs::File, io};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Response, StatusCode,
    body::Frame,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, LOCATION,
        RETRY_AFTER,
    },
};
use serde_json::{Value, json};
use smol::{Unblock, io::AsyncReadExt as _};

use crate::{
    error::Error,
    text::{Language, Text},
};

/// What is sent.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An answer.
pub type Answer = Response<Body>;

/// Bytes read from a file at once.
const CHUNK_BYTES: usize = 64 << 10;

/// `bytes` of this media type.
pub fn bytes(status: StatusCode, media_type: &'static str, bytes: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// A JSON document.
pub fn json(status: StatusCode, value: &Value) -> Answer {
    bytes(status, "application/json", value.to_string())
}

/// Nothing, with a status.
pub fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default().map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer
}

/// `303 See Other`, for a form.
pub fn see_other(path: &str) -> Answer {
    let mut answer = empty(StatusCode::SEE_OTHER);
    if let Ok(path) = HeaderValue::from_str(path) {
        answer.headers_mut().insert(LOCATION, path);
    }
    answer
}

/// The status print-api gives an error.
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::TooLarge { .. } | Error::TooManySheets { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::PastTheEnd => StatusCode::RANGE_NOT_SATISFIABLE,
        Error::TerminalQrUnknown | Error::TerminalTokenUnknown | Error::MemberDuplicate => StatusCode::BAD_REQUEST,
        Error::UserUnknown | Error::PinUnknown(_) | Error::FilesUnknown(_) => StatusCode::NOT_FOUND,
        Error::NotInUnion => StatusCode::FORBIDDEN,
        Error::TypeRefused { .. } | Error::AlreadyUploaded | Error::Corrupted | Error::NotUploaded => {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        }
        Error::FileName => StatusCode::UNPROCESSABLE_ENTITY,
        Error::BusyPrinting => StatusCode::CONFLICT,
        Error::TooManyGuesses { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Error::TooManyUploads => StatusCode::SERVICE_UNAVAILABLE,
        Error::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
        Error::NoPinLeft | Error::Storage | Error::Worker => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// print-api's shape of an error.
pub fn error(error: &Error) -> Answer {
    let body = json!({"status": "Error", "message": error.tell(Language::En), "ru": error.tell(Language::Ru)});
    let mut answer = retry_after(json(status(error), &body), error.retry_after_s());
    if *error == Error::TooSlow {
        // The rest of the body is not waited for (RFC 9110 §15.5.9).
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// The same error in RFC 9457's shape, for routes that are not print-api's.
pub fn told(error: &Error) -> Answer {
    let (text, values) = error.sentence();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    retry_after(problem(status(error), text, &values), error.retry_after_s())
}

/// `answer` with `Retry-After` (RFC 9110 §10.2.3) when there are seconds to tell.
pub fn retry_after(mut answer: Answer, seconds: Option<u64>) -> Answer {
    if let Some(seconds) = seconds {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// FastAPI's shape: authorization, unknown paths, wrong methods.
pub fn detail(status: StatusCode, detail: &str) -> Answer {
    json(status, &json!({"detail": detail}))
}

/// RFC 9457, in both languages.
pub fn problem(status: StatusCode, text: Text, values: &[(&str, &str)]) -> Answer {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": text.fill(Language::En, values),
        "detail_ru": text.fill(Language::Ru, values),
    });
    bytes(status, "application/problem+json", body.to_string())
}

/// A file, whole or the part that `range` (RFC 9110 §14.2) asks for.
pub async fn file(file: File, media_type: &'static str, range: Option<&str>) -> Result<Answer, Error> {
    let (file, size) = smol::unblock(move || file.metadata().map(|data| (file, data.len()))).await?;
    let (first, last) = match range.map(|range| parse_range(range, size)) {
        None | Some(None) => (0, size),
        Some(Some(Some((first, end)))) => (first, end),
        Some(Some(None)) => {
            let mut answer = empty(StatusCode::RANGE_NOT_SATISFIABLE);
            set(&mut answer, CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(answer);
        }
    };
    let partial = (first, last) != (0, size) || matches!(range.map(|range| parse_range(range, size)), Some(Some(_)));
    let mut answer = Response::new(stream(file, first, last - first).await?);
    *answer.status_mut() = if partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(last - first));
    if partial {
        set(&mut answer, CONTENT_RANGE, &format!("bytes {first}-{}/{size}", last.saturating_sub(1)));
    }
    Ok(answer)
}

fn set(answer: &mut Answer, name: hyper::header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// One range as `first..end`; `None` for what is not a single byte range and is ignored; `Some(None)` when it lies
/// past the end.
fn parse_range(range: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (first, end) = match (first.trim(), last.trim()) {
        ("", suffix) => (size.saturating_sub(suffix.parse().ok()?), size),
        (first, "") => (first.parse().ok()?, size),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.saturating_add(1).min(size)),
    };
    Some((first < end).then_some((first, end)))
}

async fn stream(file: File, first: u64, length: u64) -> io::Result<Body> {
    use smol::io::AsyncSeekExt as _;
    let mut file = Unblock::with_capacity(CHUNK_BYTES, file);
    file.seek(io::SeekFrom::Start(first)).await?;
    let file = file.take(length);
    let chunks = smol::stream::unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok(Frame::data(Bytes::from(chunk))), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    Ok(StreamBody::new(chunks).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use super::parse_range;

    #[test]
    fn ranges_of_rfc_9110() {
        assert_eq!(parse_range("bytes=0-9", 100), Some(Some((0, 10))));
        assert_eq!(parse_range("bytes=90-", 100), Some(Some((90, 100))));
        assert_eq!(parse_range("bytes=-10", 100), Some(Some((90, 100))));
        assert_eq!(parse_range("bytes=100-", 100), Some(None));
        assert_eq!(parse_range("bytes=a-b", 100), None);
        assert_eq!(parse_range("pages=1-2", 100), None);
    }
}
