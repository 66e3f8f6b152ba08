//! JSON bodies: bounded, and refused as FastAPI refuses them, or as RFC 9457 has it on routes of our own.

mod fault;

use hyper::{
    HeaderMap, Request, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::{Value, json};

use self::fault::fault;
use super::{
    Doors,
    answer::{self, Answer},
    body::{self, BodyError},
    fields::Invalid,
};
use crate::{error::Error, text::say};

/// Why there is no JSON document.
enum Unread {
    /// 422, and what is wrong.
    Invalid(Invalid),
    /// What the reader cannot hold: not UTF-8, too deep, numbers without end.
    Unreadable,
    /// More bytes than allowed.
    TooLarge,
    /// The client is gone or too slow.
    Gone,
}

impl Doors {
    /// A JSON body of at most `limit` bytes, or print-api's refusal of what is none.
    pub(super) async fn json(&self, request: Request<Incoming>, limit: usize) -> Result<Value, Answer> {
        let is_json = is_json(request.headers());
        self.read_json(request, is_json, limit).await.map_err(|unread| match unread {
            Unread::Invalid(invalid) => self.invalid(invalid),
            Unread::Unreadable => answer::detail(StatusCode::BAD_REQUEST, "There was an error parsing the body"),
            Unread::TooLarge => answer::error(&Error::TooLarge { max: limit as u64 }),
            Unread::Gone => answer::detail(StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
        })
    }

    /// The same for routes of our own, whatever it calls itself: `curl -d` calls everything a form.
    pub(super) async fn own_json(&self, request: Request<Incoming>, limit: usize) -> Result<Value, Answer> {
        self.read_json(request, true, limit).await.map_err(|unread| match unread {
            Unread::Invalid(_) | Unread::Unreadable => {
                answer::problem(StatusCode::BAD_REQUEST, say::ERROR_BAD_REQUEST, &[])
            }
            Unread::TooLarge => {
                let max = limit.to_string();
                answer::problem(StatusCode::PAYLOAD_TOO_LARGE, say::ERROR_TOO_LARGE, &[("max", &max)])
            }
            Unread::Gone => answer::problem(StatusCode::REQUEST_TIMEOUT, say::ERROR_BAD_REQUEST, &[]),
        })
    }

    /// 422 in FastAPI's shape.
    #[expect(clippy::unused_self, reason = "every refusal is asked of the doors")]
    pub(super) fn invalid(&self, invalid: Invalid) -> Answer {
        answer::json(StatusCode::UNPROCESSABLE_ENTITY, &json!({"detail": invalid.0}))
    }

    async fn read_json(&self, request: Request<Incoming>, is_json: bool, limit: usize) -> Result<Value, Unread> {
        // Far over the limit nothing is read; what is not so far over is read to its end, so that the sender hears
        // the answer.
        let far = limit.max(self.settings.http.json_bytes);
        let announced = body::announced(&request).unwrap_or(0);
        if announced > far as u64 {
            return Err(Unread::TooLarge);
        }
        let mut body = request.into_body();
        let collected = match announced > limit as u64 {
            true => Err(BodyError::TooLarge),
            false => body::collect(&mut body, limit, self.pace()).await,
        };
        match collected {
            Ok(bytes) => parse(&bytes, is_json),
            Err(BodyError::TooLarge) => {
                body::drain(&mut body, far, self.pace()).await;
                Err(Unread::TooLarge)
            }
            Err(BodyError::Gone) => Err(Unread::Gone),
        }
    }
}

/// Whether the body calls itself JSON. One that is called nothing is taken for it, as print-api does.
fn is_json(headers: &HeaderMap) -> bool {
    let called = headers.get(CONTENT_TYPE).map_or(Some(""), |value: &HeaderValue| value.to_str().ok());
    let essence = called.map(|called| called.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    essence.is_some_and(|essence| {
        let subtype = essence.strip_prefix("application/");
        essence.is_empty() || subtype.is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
    })
}

fn parse(bytes: &[u8], is_json: bool) -> Result<Value, Unread> {
    let missing = || Err(Unread::Invalid(Invalid::missing(&["body"], &Value::Null)));
    if bytes.is_empty() {
        return missing();
    }
    if !is_json {
        return Err(Unread::Invalid(Invalid::no_object(&String::from_utf8_lossy(bytes).into())));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(Unread::Unreadable) };
    // A byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match (serde_json::from_str(text), fault(text)) {
        (Ok(Value::Null), _) => missing(),
        (Ok(value), _) => Ok(value),
        (Err(_), Some((place, why))) => Err(Unread::Invalid(Invalid::json(place, why))),
        (Err(_), None) => Err(Unread::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, Unread, Value, is_json, parse};
    use serde_json::json;

    fn told(bytes: &[u8], is_json: bool) -> Value {
        match parse(bytes, is_json) {
            Ok(value) => json!({"ok": value}),
            Err(Unread::Invalid(invalid)) => invalid.0[0].clone(),
            Err(_) => json!("unreadable"),
        }
    }

    #[test]
    fn bodies_are_told_as_fastapi_tells_them() {
        let missing = json!({"type": "missing", "loc": ["body"], "msg": "Field required", "input": null});
        assert_eq!(told(b"", true), missing);
        assert_eq!(told(b"null", true), missing);
        assert_eq!(told(b"", false), missing);
        let text = json!({
            "type": "model_attributes_type", "loc": ["body"], "input": "{}",
            "msg": "Input should be a valid dictionary or object to extract fields from",
        });
        assert_eq!(told(b"{}", false), text);
        let cut = json!({
            "type": "json_invalid", "loc": ["body", 5], "msg": "JSON decode error", "input": {},
            "ctx": {"error": "Expecting value"},
        });
        assert_eq!(told(b"{\"a\":}", true), cut);
        assert_eq!(told("\u{feff}{}".as_bytes(), true), json!({"ok": {}}));
        for unreadable in [b"{\"a\":\"\xff\"}".as_slice(), b"NaN", b"\"\\ud800\"", "[".repeat(9_000).as_bytes()] {
            assert_eq!(told(unreadable, true), "unreadable", "{unreadable:?}");
        }
    }

    #[test]
    fn what_is_called_nothing_is_json() {
        let called = |media_type: &'static str| {
            is_json(&HeaderMap::from_iter([(super::CONTENT_TYPE, media_type.parse().expect("a value"))]))
        };
        assert!(is_json(&HeaderMap::new()));
        for json in ["", "application/json", "application/JSON; x=y", "application/problem+json"] {
            assert!(called(json), "{json}");
        }
        for other in ["text/plain", "text/json", "application", "application/x-www-form-urlencoded", "garbage"] {
            assert!(!called(other), "{other}");
        }
    }
}
