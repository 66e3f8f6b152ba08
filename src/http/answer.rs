//! Answers: JSON, errors in print-api's shape and in RFC 9457's, pages.

use std::io;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{CONNECTION, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION, RETRY_AFTER},
};
use serde_json::{Value, json};

use crate::{
    document::refusal::Refusal,
    error::Error,
    text::{Language, Text},
};

/// What is sent.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An answer.
pub type Answer = Response<Body>;

/// `bytes` of this media type.
pub fn bytes(status: StatusCode, media_type: &'static str, bytes: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// The same under an entity tag, which is `tag` in quotes; 304 for whoever has it (RFC 9110 §13.1.2).
pub fn tagged(headers: &HeaderMap, tag: &str, media_type: &'static str, bytes: impl Into<Bytes>) -> Answer {
    let tag = format!("\"{tag}\"");
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut answer = match known {
        true => empty(StatusCode::NOT_MODIFIED),
        false => self::bytes(StatusCode::OK, media_type, bytes),
    };
    answer.headers_mut().extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
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
        Error::TooLarge { .. } | Error::TooManySheets { .. } | Error::Unprintable(Refusal::TooLarge) => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Error::PastTheEnd => StatusCode::RANGE_NOT_SATISFIABLE,
        Error::TerminalQrUnknown | Error::TerminalTokenUnknown | Error::MemberDuplicate => StatusCode::BAD_REQUEST,
        Error::UserUnknown | Error::PinUnknown(_) | Error::FilesUnknown(_) => StatusCode::NOT_FOUND,
        Error::NotInUnion => StatusCode::FORBIDDEN,
        Error::TypeRefused { .. } | Error::AlreadyUploaded | Error::Corrupted | Error::NotUploaded => {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        }
        // What print-api's terminals take for "not yet" and "not at all".
        Error::NotReady | Error::Unprintable(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::FileName | Error::Empty | Error::WrongPassword => StatusCode::UNPROCESSABLE_ENTITY,
        Error::UploadUnknown => StatusCode::NOT_FOUND,
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
    problem_in(status, &text.fill(Language::En, values), &text.fill(Language::Ru, values))
}

/// The same in words that are put together already.
pub fn problem_in(status: StatusCode, en: &str, ru: &str) -> Answer {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": en,
        "detail_ru": ru,
    });
    bytes(status, "application/problem+json", body.to_string())
}
