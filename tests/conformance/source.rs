//! Faults that were only read in print-api's source, as far as they can be shown from outside.

use std::{collections::HashSet, time::Duration};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::{fetch, ordered, shared, upload, wire::Wire, with};
use crate::support::{Kiosk, Start, a4_pages, until};

fn database(kiosk: &Kiosk) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    Connection::open_with_flags(kiosk.folder.join("ottisk.db"), flags).expect("a database")
}

#[test]
fn pins_are_spread_over_the_whole_alphabet() {
    let kiosk = with(&[]);
    let pins: HashSet<String> = (0..300).map(|_| ordered(&kiosk, &json!({}))).collect();
    assert_eq!(pins.len(), 300, "one was drawn twice");
    for place in 0..6 {
        let symbols: HashSet<u8> = pins.iter().map(|pin| pin.as_bytes()[place]).collect();
        // 300 even draws miss more than six of 36 symbols less than once in a million runs.
        assert!(symbols.len() >= 30, "place {place} has only {symbols:?}");
    }
}

#[test]
fn names_of_documents_share_nothing() {
    let kiosk = shared();
    let names: HashSet<String> = (0..10)
        .map(|_| {
            let pin = ordered(&kiosk, &json!({}));
            assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
            let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
            // The same content, and neither the PIN nor anything of the sender's in the name.
            assert!(!name.contains(&pin.to_lowercase()) && !name.contains("отчёт"));
            name[11..27].to_owned()
        })
        .collect();
    assert_eq!(names.len(), 10);
}

#[test]
fn pin_that_is_given_out_again_has_one_job() {
    let kiosk = with(&[("PIN_SYMBOLS", "A"), ("PIN_LENGTH", "1")]);
    let first = fetch(&kiosk, "A").json();
    assert_eq!(Wire::to(&kiosk).send("DELETE", "/file/A", &[]).status, 204);
    assert_eq!(ordered(&kiosk, &json!({"copies": 7})), "A");
    assert_eq!(fetch(&kiosk, "A").status, 415, "the new job has no document yet");
    assert_eq!(upload(&kiosk, "A", &a4_pages(1)).status, 200);
    let second = fetch(&kiosk, "a").json();
    assert_eq!(second["options"]["copies"], 7);
    assert_ne!(first["filename"], second["filename"]);
    let old = first["filename"].as_str().expect("a name");
    assert_eq!(Wire::to(&kiosk).get(&format!("/static/{old}")).status, 404);
}

#[test]
fn expired_job_is_gone_with_its_document() {
    let mut kiosk = with(&[]);
    let pin = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
    let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    kiosk.kill();
    let folder = Some(kiosk.folder.clone());
    let kiosk = Kiosk::start(&Start { folder, environment: &[("STORAGE_TIME", "0")], ..Start::default() });
    let gone = || (fetch(&kiosk, &pin).status == 404).then_some(());
    until("the job is gone", Duration::from_secs(10), gone);
    assert_eq!(Wire::to(&kiosk).get(&format!("/static/{name}")).status, 404);
    until("its file is gone", Duration::from_secs(10), || (!kiosk.documents().contains(&name)).then_some(()));
}

#[test]
fn look_ups_go_through_indexes() {
    let kiosk = shared();
    let db = database(&kiosk);
    for sql in [
        "SELECT id FROM members WHERE surname = 'A' AND (union_number = '1' OR student_number = '1')",
        "SELECT id FROM jobs WHERE pin = 'A'",
        "SELECT 1 FROM documents WHERE name = 'a'",
        "SELECT scopes FROM tokens WHERE sha256 = x'00'",
    ] {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("SQL");
        let steps = plan.query_map([], |row| row.get::<_, String>(3)).expect("a plan");
        for step in steps {
            let step = step.expect("a step");
            assert!(!step.starts_with("SCAN"), "{sql}: {step}");
        }
    }
}

#[test]
fn reading_options_does_not_count_as_printing() {
    let kiosk = with(&[]);
    let before = Wire::to(&kiosk).get("/status").json();
    let pin = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
    for _ in 0..3 {
        let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
        assert_eq!(Wire::to(&kiosk).get(&format!("/static/{name}")).status, 200);
    }
    let after = Wire::to(&kiosk).get("/status").json();
    assert_eq!((&before["impressions"], &before["sheets"]), (&after["impressions"], &after["sheets"]));
    let facts = database(&kiosk).query_row("SELECT count(*) FROM print_facts", [], |row| row.get(0));
    assert_eq!(facts, Ok(0_u32));
}

#[test]
fn document_that_became_too_much_is_never_handed_out() {
    // What GET was meant to check, checked where it can change.
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(10)).status, 200);
    assert_eq!(super::change(&kiosk, &pin, &json!({"copies": 6})).status, 413);
    let options = json!({"pages": "", "copies": 1, "two_sided": false});
    assert_eq!((fetch(&kiosk, &pin).status, &fetch(&kiosk, &pin).json()["options"]), (200, &options));
    assert_eq!(fetch(&kiosk, &pin).json().as_object().map(serde_json::Map::len), Some(2), "two keys");
    assert_ne!(fetch(&kiosk, &pin).json()["filename"], Value::Null);
}
