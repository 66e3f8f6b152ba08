//! The corpus through the running service: each document ends complete or in the error that its kind allows, nothing is
//! fetched, and whoever else asks is answered all the while.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{ask, description, look, submit_form};
use crate::{
    convert::{
        SOON, Trap,
        corpus::{Document, allowed, each, manifest},
    },
    support::{Kiosk, Start, corpus, until},
};

/// Where the links of hostile documents lead.
const LINKED: u16 = 9901;

/// A stranger's wait for something small, on a machine that does nothing but convert.
const ANSWERED: Duration = Duration::from_secs(5);

/// Which documents: those that mean harm or are locked; all of them, on paper's way by LibreOffice too, with
/// `OTTISK_CORPUS=all`, which takes some minutes.
fn chosen() -> Option<(Vec<Document>, &'static str)> {
    let documents = manifest()?;
    if std::env::var("OTTISK_CORPUS").as_deref() == Ok("all") {
        return Some((documents, ""));
    }
    let harmful = documents.into_iter().filter(|document| ["hostile", "encrypted"].contains(&document.kind.as_str()));
    Some((harmful.collect(), "[convert]\noffice = false\n"))
}

#[test]
fn whatever_is_brought_ends_as_it_may_and_holds_nobody_up() {
    let Some((documents, config)) = chosen() else { return };
    assert!(documents.len() > 40, "the corpus is not whole");
    let trap = Trap::at(LINKED);
    let mut kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let over = AtomicBool::new(false);
    let (wrong, slowest) = thread::scope(|scope| {
        let others = scope.spawn(|| {
            let mut slowest = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                assert_eq!(kiosk.get("/status").0, 200);
                slowest = slowest.max(began.elapsed());
                thread::sleep(Duration::from_millis(50));
            }
            slowest
        });
        let wrong = each(documents, |document| judge(&kiosk, document));
        over.store(true, Ordering::Relaxed);
        (wrong, others.join().expect("answers"))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(slowest < ANSWERED, "an answer took {slowest:?}");
    assert_eq!(kiosk.child.try_wait().expect("a child"), None, "it lives");
    assert_eq!(kiosk.log().matches("panicked").count(), 0);
    assert_eq!(trap.calls(), 0, "somebody called");
}

/// Brings a document, looks at it and takes it away again.
fn judge(kiosk: &Kiosk, document: &Document) -> Result<(), String> {
    let bytes = fs::read(corpus(&document.file).expect("a document")).expect("readable");
    let began = Instant::now();
    let pin = match submit_form(kiosk, &document.file, &bytes) {
        Ok(pin) => pin,
        // What is none of the formats, and a PDF that does not open, is refused at the door.
        Err(status) if document.kind != "ordinary" && (400..500).contains(&status) => return Ok(()),
        Err(415) if allowed(document, "encrypted") => return Ok(()),
        Err(status) => return Err(format!("refused with {status}")),
    };
    let grant = ask(kiosk, &pin, None);
    let done = |told: &Value| told["state"] != "in-progress";
    let told = until(&document.file, SOON * 3, || Some(description(kiosk, &grant)).filter(done));
    let took = began.elapsed();
    let verdict = match told["error"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => told["state"].as_str().unwrap_or_default().to_owned(),
    };
    let files = told["pages"].as_array().map_or(0, Vec::len);
    let shown = told["pages"][0]["file"].as_str().map(|file| look(kiosk, &grant, file));
    let gone = kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0;
    match (verdict.as_str(), shown) {
        _ if !allowed(document, &verdict) => Err(verdict),
        // Two wait in one line.
        _ if took > SOON * 2 => Err(format!("{verdict} after {took:?}")),
        _ if gone != 204 => Err(format!("{gone} at its end")),
        ("complete", Some((200, shown))) if files > 0 && !shown.is_empty() => Ok(()),
        ("complete", shown) => Err(format!("{files} files, and {:?}", shown.map(|(status, _)| status))),
        _ if told["error"]["message"].is_string() && told["error"]["ru"].is_string() => Ok(()),
        _ => Err(format!("no reason: {told}")),
    }
}
