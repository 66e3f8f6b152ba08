//! print-api as its clients know it, row by row over the wire: endpoints, errors, rules, clients, and the faults that
//! are not copied. What a terminal's socket, `/qr` and `/admin` answer is told elsewhere.

mod clients;
mod endpoints;
mod errors;
mod faults;
mod members;
mod pages;
mod source;
mod statics;
mod surface;
mod uploads;
mod wire;

use std::sync::{Arc, Mutex, Weak};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start};
use wire::{Answer, Wire};

/// A kiosk that the rows share while any of them runs: for those that leave others' jobs alone.
pub fn shared() -> Arc<Kiosk> {
    static SHARED: Mutex<Weak<Kiosk>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let kiosk = Arc::new(Kiosk::demo());
        *shared = Arc::downgrade(&kiosk);
        kiosk
    })
}

/// A kiosk of one row's own, with these settings.
pub fn with(environment: &[(&str, &str)]) -> Kiosk {
    Kiosk::start(&Start { environment, ..Start::default() })
}

/// An order of the sample member.
pub fn order(filename: &str, options: &Value) -> Value {
    json!({"surname": "Иванов", "number": "1015000", "filename": filename, "source": "test", "options": options})
}

/// What print-api says when something is wrong.
pub fn error(message: &str, ru: &str) -> Value {
    json!({"status": "Error", "message": message, "ru": ru})
}

/// What FastAPI says of one field.
pub fn invalid(kind: &str, loc: &Value, msg: &str, input: &Value, context: Option<Value>) -> Value {
    let mut entry = json!({"type": kind, "loc": loc, "msg": msg, "input": input});
    if let Some(context) = context {
        entry["ctx"] = context;
    }
    json!({"detail": [entry]})
}

/// Says that the list is pushed, with the demo's token.
pub fn push(kiosk: &Kiosk, users: &Value) -> Answer {
    Wire::to(kiosk).authorized(&kiosk.token).json("POST", "/is_union_member", &json!({"users": users}))
}

/// Looks a member up, with `v` when it is given.
pub fn look_up(kiosk: &Kiosk, surname: &str, number: &str, v: &str) -> Answer {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("surname", surname)
        .append_pair("number", number)
        .finish();
    Wire::to(kiosk).get(&format!("/is_union_member?{query}{v}"))
}

/// An order that is taken; its PIN.
pub fn ordered(kiosk: &Kiosk, options: &Value) -> String {
    let answer = Wire::to(kiosk).json("POST", "/file", &order("отчёт.pdf", options));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["pin"].as_str().expect("a pin").to_owned()
}

/// The document for a PIN, as a browser sends it.
pub fn upload(kiosk: &Kiosk, pin: &str, document: &[u8]) -> Answer {
    Wire::to(kiosk).part(&format!("/file/{pin}"), wire::PART, document)
}

/// Changes what is asked.
pub fn change(kiosk: &Kiosk, pin: &str, options: &Value) -> Answer {
    Wire::to(kiosk).json("PATCH", &format!("/file/{pin}"), &json!({"options": options}))
}

/// What a terminal hears of a PIN.
pub fn fetch(kiosk: &Kiosk, pin: &str) -> Answer {
    Wire::to(kiosk).get(&format!("/file/{pin}"))
}

/// Status and body, both exact.
#[track_caller]
pub fn assert_answer(what: &str, answer: &Answer, status: u16, body: &Value) {
    assert_eq!((answer.status, &answer.json()), (status, body), "{what}: {answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{what}");
}
