//! How long documents are kept: in lived time, whatever the clock does, over restarts; and what is put right at a start.

use std::{fs, process::Command, time::Duration};

use serde_json::json;

use crate::support::{Kiosk, Start, a4_pages, sample, until};

const SOON: Duration = Duration::from_secs(10);

fn change(kiosk: &Kiosk, sql: &str) -> usize {
    let database = rusqlite::Connection::open(kiosk.folder.join("ottisk.db")).expect("a database");
    database.busy_timeout(SOON).expect("set");
    database.execute(sql, []).expect("changed")
}

fn again(mut kiosk: Kiosk, under: &[&str]) -> Kiosk {
    let folder = kiosk.folder.clone();
    kiosk.kill();
    Kiosk::start(&Start { folder: Some(folder), under, ..Start::default() })
}

fn get(kiosk: &Kiosk, pin: &str) -> u16 {
    kiosk.get(&format!("/file/{pin}")).0
}

#[test]
fn a_document_whose_time_is_over_goes_and_the_others_stay() {
    let kiosk = Kiosk::demo();
    let [old, new, empty] = [0, 1, 2].map(|nth| match nth {
        2 => kiosk.order(&json!({})),
        _ => kiosk.submit(&sample(), &json!({})),
    });
    let documents = kiosk.documents().len();
    let aged = format!("UPDATE jobs SET lived_at = lived_at - 169 * 3600000 WHERE pin IN ('{old}', '{empty}')");
    assert_eq!(change(&kiosk, &aged), 2);
    // At once, although nobody has looked yet.
    assert_eq!([get(&kiosk, &old), get(&kiosk, &empty), get(&kiosk, &new)], [404, 404, 200]);
    assert_eq!(kiosk.documents().len(), documents);
    // The next life brings a sample of its own.
    let kiosk = again(kiosk, &[]);
    until("it goes", SOON, || (kiosk.documents().len() == documents).then_some(()));
    let rows = kiosk.kept().into_iter().filter(|row| row.starts_with("jobs ")).count();
    assert_eq!((rows, get(&kiosk, &new)), (3, 200));
}

#[test]
fn jobs_ordered_in_1970_outlive_the_clock_becoming_right() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.submit(&sample(), &json!({}));
    // As if the board had had no time yet when they were ordered, and another boot since.
    change(&kiosk, "UPDATE jobs SET created_at = 20000");
    let kiosk = again(kiosk, &[]);
    assert_eq!(get(&kiosk, &pin), 200);
    let mut kiosk = kiosk;
    kiosk.kill();
    let another = "INSERT OR REPLACE INTO lived SELECT 1, max(lived_at), 'another', 20000, NULL, NULL, NULL FROM jobs";
    assert_eq!(change(&kiosk, another), 1);
    let kiosk = again(kiosk, &[]);
    // Longer than the first look takes.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(get(&kiosk, &pin), 200);
}

#[test]
fn eight_days_of_one_boot_are_eight_days() {
    let shifted = ["unshare", "-T", "--boottime", "700000"];
    let possible = Command::new(shifted[0]).args(&shifted[1..]).arg("true").output();
    if !possible.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no time namespaces here; run as root on Linux 5.6 or later");
        return;
    }
    let kiosk = Kiosk::demo();
    let pin = kiosk.submit(&sample(), &json!({}));
    assert_eq!(get(&kiosk, &pin), 200);
    let kiosk = again(kiosk, &shifted);
    until("it goes", SOON, || (kiosk.documents().len() == 1).then_some(()));
    assert_eq!(get(&kiosk, &pin), 404);
    // And time does not go back with the clock.
    let own = kiosk.pin.clone();
    let kiosk = again(kiosk, &[]);
    assert_eq!(get(&kiosk, &own), 200);
}

#[test]
fn rows_and_files_agree_after_a_start() {
    let kiosk = Kiosk::demo();
    let [lost, whole] = [(); 2].map(|()| kiosk.submit(&sample(), &json!({})));
    let (_, told) = kiosk.json("GET", &format!("/file/{lost}"), &json!(null));
    let name = told["filename"].as_str().expect("a name").to_owned();
    let folder = kiosk.folder.join("documents");
    fs::remove_file(folder.join(&name)).expect("removed");
    let stray = format!("2026-01-01-{}.pdf", "0".repeat(128));
    fs::write(folder.join(&stray), "half").expect("written");
    fs::write(folder.join(".incoming-0123"), "half").expect("written");
    fs::write(folder.join("somebody-elses.txt"), "not ours").expect("written");
    let kiosk = again(kiosk, &[]);
    let names = kiosk.documents();
    assert!(!names.contains(&stray) && !names.iter().any(|name| name.starts_with('.')), "{names:?}");
    assert!(names.contains(&"somebody-elses.txt".to_owned()), "{names:?}");
    assert_eq!([get(&kiosk, &lost), get(&kiosk, &whole)], [415, 200]);
    assert_eq!(kiosk.get(&format!("/static/{name}")).0, 404);
    assert_eq!(kiosk.upload(&lost, &a4_pages(1), "application/pdf").0, 200);
    assert_eq!(get(&kiosk, &lost), 200);
}

#[test]
fn a_code_is_given_out_again_only_after_its_row_is_gone() {
    // Three codes, one of them the sample's.
    let environment = [("PIN_SYMBOLS", "ABC"), ("PIN_LENGTH", "1")];
    let mut kiosk = Kiosk::start(&Start { environment: &environment, ..Start::default() });
    let [first, second] = [(); 2].map(|()| kiosk.order(&json!({})));
    let order = json!({"surname": "Иванов", "number": "1015000", "filename": "тест.pdf"});
    let (status, answer) = kiosk.json("POST", "/file", &order);
    assert_eq!((status, &answer["message"]), (500, &json!("Can not generate PIN. Too many users?")));
    assert_eq!(change(&kiosk, &format!("UPDATE jobs SET lived_at = 0 WHERE pin IN ('{first}', '{}')", kiosk.pin)), 2);
    assert_eq!((get(&kiosk, &first), kiosk.json("POST", "/file", &order).0), (404, 500));
    kiosk.serve(&[], &environment);
    until("a code is free", SOON, || (kiosk.json("POST", "/file", &order).0 == 200).then_some(()));
    assert_eq!(get(&kiosk, &second), 415);
}
