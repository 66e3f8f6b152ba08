//! What is missing: faults at a real printer, cuts of the kiosk's own power, and then the rest. Sheets delivered are sheets
//! asked, and none comes out twice but when a person asks for it.

use std::{path::Path, time::Duration};

use serde_json::json;

use crate::{
    peers::PrinterPeer,
    support::{Kiosk, Start, a4_pages, temporary, until},
};

const SOON: Duration = Duration::from_secs(30);
const DUPLEX: [&str; 3] = ["-2", "-s", "20,10"];
const FAST: &str = "[printer]\npoll_ms = 100\nidle_poll_ms = 200\nsilence_timeout_s = 2\nconnect_timeout_s = 1\n";

/// Pages of the document.
const PAGES: u32 = 5;

fn start(folder: &Path, printer: &str) -> Kiosk {
    let (printer, folder) = (Some(printer.to_owned()), Some(folder.to_owned()));
    Kiosk::start(&Start { printer, folder, config: Some(FAST), ..Start::default() })
}

fn submitted(kiosk: &Kiosk, options: &serde_json::Value) -> String {
    let pin = kiosk.order(options);
    assert_eq!(kiosk.upload(&pin, &a4_pages(PAGES as usize), "application/pdf").0, 200);
    pin
}

fn column(folder: &Path, sql: &str, pin: &str) -> String {
    let store = rusqlite::Connection::open(folder.join("ottisk.db")).expect("the store");
    store.busy_timeout(SOON).expect("set");
    store.query_row(sql, [pin], |row| row.get(0)).expect("a row")
}

fn state(folder: &Path, pin: &str) -> String {
    column(folder, "SELECT state FROM jobs WHERE pin = ?1", pin)
}

fn phase(folder: &Path, pin: &str) -> String {
    let sql = "SELECT COALESCE((SELECT phase FROM attempts WHERE job = jobs.id ORDER BY id DESC LIMIT 1), '')
         FROM jobs WHERE pin = ?1";
    column(folder, sql, pin)
}

fn at_rest(folder: &Path, pin: &str) -> String {
    until("the job comes to rest", SOON, || {
        Some(state(folder, pin)).filter(|state| !["pending", "processing"].contains(&state.as_str()))
    })
}

/// A cut in each phase, with each fault: what is asked comes out once.
#[test]
fn a_cut_in_each_phase_and_a_fault_deliver_each_sheet_once() {
    let Some(printer) = PrinterPeer::start(&DUPLEX) else { return };
    printer.fault("slow", Some("1"));
    let folder = temporary("each-phase");
    for fault in [None, Some(("abort", "2")), Some(("short", "2")), Some(("state", "media-empty-error"))] {
        for when in ["released", "sending", "printing"] {
            let mut kiosk = start(&folder, &printer.uri());
            let pin = submitted(&kiosk, &json!({}));
            if let Some((name, content)) = fault {
                printer.fault(name, Some(content));
            }
            let before = printer.sides();
            kiosk.review(&pin);
            kiosk.tap("print");
            match when {
                "released" => until("released", SOON, || (state(&folder, &pin) != "held").then_some(())),
                "sending" => until("sending", SOON, || (!phase(&folder, &pin).is_empty()).then_some(())),
                _ => until("sent", SOON, || ["sent", "ended"].contains(&phase(&folder, &pin).as_str()).then_some(())),
            }
            kiosk.kill();
            drop(kiosk);
            if fault.is_some_and(|(name, _)| name == "state") {
                printer.fault("state", None);
            }
            let kiosk = start(&folder, &printer.uri());
            let situation = format!("{fault:?} when {when}");
            let mut rest = at_rest(&folder, &pin);
            for (name, _) in fault.into_iter().filter(|(name, _)| *name != "state") {
                printer.fault(name, None);
            }
            if rest != "completed" {
                let out = printer.sides() - before;
                assert!(out < PAGES, "{situation}: all out, but {rest}");
                let scene = kiosk.release_rest(&pin, out, SOON);
                assert_eq!(scene["scene"], "done", "{situation}, {out} out: {scene} {}", kiosk.log());
                rest = at_rest(&folder, &pin);
            }
            assert_eq!((rest.as_str(), printer.sides() - before), ("completed", PAGES), "{situation} {}", kiosk.log());
        }
    }
}

#[test]
fn the_rest_of_copies_on_both_sides_begins_with_the_missing_sheet() {
    let Some(printer) = PrinterPeer::start(&DUPLEX) else { return };
    let folder = temporary("both-sides");
    let kiosk = start(&folder, &printer.uri());
    let pin = submitted(&kiosk, &json!({"copies": 2, "two_sided": true}));
    // Of the second copy the first sheet is out, and the front of its second.
    printer.fault("abort", Some("8"));
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "fault", "{scene}");
    printer.fault("abort", None);
    kiosk.answer(4);
    let scene = kiosk.wait_scene("done", SOON);
    let tickets = printer.tickets();
    let asked: Vec<_> = tickets.iter().map(|ticket| (&ticket["impressions"], &ticket["IPP_COPIES"])).collect();
    assert_eq!(asked, [(&json!(10), &json!("2")), (&json!(3), &json!("1"))], "{scene}");
}

#[test]
fn a_printer_that_falls_silent_with_the_whole_job_is_followed_when_it_is_heard_again() {
    let Some(printer) = PrinterPeer::start(&DUPLEX) else { return };
    printer.fault("slow", Some("6"));
    let folder = temporary("silent");
    let mut kiosk = start(&folder, &printer.uri());
    let pin = submitted(&kiosk, &json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    until("sent", SOON, || (phase(&folder, &pin) == "sent").then_some(()));
    kiosk.kill();
    drop(kiosk);
    // The kiosk comes back before the cable: the job is held, and goes on by itself.
    let silent = crate::crash::Silent::new(&printer);
    let kiosk = start(&folder, &printer.uri());
    until("held", SOON, || (state(&folder, &pin) == "held").then_some(()));
    drop(silent);
    until("completed", SOON, || (state(&folder, &pin) == "completed").then_some(()));
    assert_eq!((printer.sides(), printer.tickets().len()), (PAGES, 1), "{}", kiosk.log());
}

#[test]
fn a_change_after_a_fault_does_not_change_what_the_rest_is_of() {
    let Some(printer) = PrinterPeer::start(&DUPLEX) else { return };
    let folder = temporary("changed");
    let kiosk = start(&folder, &printer.uri());
    let pin = submitted(&kiosk, &json!({}));
    printer.fault("short", Some("3"));
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "fault");
    printer.fault("short", None);
    kiosk.tap("finish");
    assert_eq!(kiosk.json("PATCH", &format!("/file/{pin}"), &json!({"options": {"copies": 4}})).0, 200);
    let scene = kiosk.release_rest(&pin, 3, SOON);
    assert_eq!((&scene["scene"], printer.sides()), (&json!("done"), PAGES), "{scene}");
}

#[test]
fn the_phone_asks_the_same_and_answers_at_the_kiosk_only() {
    let Some(printer) = PrinterPeer::start(&DUPLEX) else { return };
    let folder = temporary("phone");
    let kiosk = start(&folder, &printer.uri());
    let pin = submitted(&kiosk, &json!({}));
    printer.fault("short", Some("3"));
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "fault");
    printer.fault("short", None);
    kiosk.tap("finish");
    let text = |path: &str| String::from_utf8(kiosk.get(path).1).expect("text");
    let page = text(&format!("/j/{pin}"));
    assert!(page.contains("Вышло 3 из 5") && page.contains("страница 4"), "{page}");
    assert!(!page.contains("value=\"missing\""), "nobody is there: {page}");
    let attempt = column(
        &folder,
        "SELECT CAST(max(attempts.id) AS TEXT) FROM attempts JOIN jobs ON job = jobs.id AND pin = ?1",
        &pin,
    );
    let post = |fields: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        kiosk.request("POST", &format!("/j/{pin}"), &headers, fields.as_bytes()).0
    };
    assert_eq!(post(&format!("action=missing&attempt={attempt}&out=3")), 410);
    let scene = kiosk.wait_scene("idle", SOON);
    let scanned = scene["qr"].as_str().expect("a QR code").rsplit_once("?qr=").expect("a code").1.to_owned();
    let page = text(&format!("/j/{pin}?qr={scanned}"));
    let visit = page.split("name=\"visit\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a visit");
    assert!(page.contains("value=\"missing\"") && page.contains("Допечатать 2"), "{page}");
    // An answer about another try is none.
    assert_eq!(post(&format!("action=missing&attempt=9999&out=3&visit={visit}")), 409);
    assert_eq!(post(&format!("action=missing&attempt={attempt}&out=3&visit={visit}")), 303);
    kiosk.wait_scene("done", SOON);
    assert_eq!(printer.sides(), PAGES);
}
