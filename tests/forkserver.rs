//! The process that has the library bound: it comes with a document, forks the kiosk's children, and is never missed.

use std::{fs, thread, time::Duration};

use serde_json::json;

use crate::support::{Kiosk, Start, children, sample, signal, until};

const SOON: Duration = Duration::from_secs(30);

fn forkservers(kiosk: &Kiosk) -> Vec<u32> {
    let children = children(kiosk.child.id()).into_iter();
    children.filter(|(_, words)| words.contains(" worker forkserver ")).map(|(pid, _)| pid).collect()
}

fn upload(kiosk: &Kiosk) -> u16 {
    let pin = kiosk.order(&json!({}));
    kiosk.upload(&pin, &fs::read(sample()).expect("the sample"), "application/pdf").0
}

#[test]
fn one_process_serves_many_documents_and_rests() {
    let kiosk = Kiosk::start(&Start { config: Some("[worker]\nwarm_s = 2\n"), ..Start::default() });
    assert_eq!(upload(&kiosk), 200);
    let first = forkservers(&kiosk);
    assert_eq!(first.len(), 1);
    assert_eq!((upload(&kiosk), upload(&kiosk)), (200, 200));
    assert_eq!(forkservers(&kiosk), first);
    until("it rests", SOON, || children(kiosk.child.id()).is_empty().then_some(()));
    assert_eq!(upload(&kiosk), 200);
    assert_ne!(forkservers(&kiosk), first);
}

#[test]
fn a_lost_one_is_not_noticed_by_whoever_uploads() {
    let kiosk = Kiosk::start(&Start::default());
    assert_eq!(upload(&kiosk), 200);
    for name in ["KILL", "ABRT", "TERM"] {
        let lost = forkservers(&kiosk);
        assert!(signal(lost[0], name));
        assert_eq!(upload(&kiosk), 200, "after {name}");
        assert_ne!(forkservers(&kiosk), lost);
    }
}

#[test]
fn many_at_once_get_their_own_answers() {
    let kiosk = Kiosk::start(&Start::default());
    let good = fs::read(sample()).expect("the sample");
    thread::scope(|scope| {
        for number in 0..24 {
            let (kiosk, good) = (&kiosk, &good);
            scope.spawn(move || {
                let pin = kiosk.order(&json!({}));
                // Every third is cut short, which only its child can tell.
                let (document, status) =
                    if number % 3 == 0 { (&good[..good.len() / 2], 415) } else { (&good[..], 200) };
                assert_eq!(kiosk.upload(&pin, document, "application/pdf").0, status, "{number}");
            });
        }
    });
    assert_eq!(forkservers(&kiosk).len(), 1);
}

#[test]
fn it_ends_with_the_kiosk_however_that_ends() {
    let kiosk = Kiosk::start(&Start::default());
    assert_eq!(upload(&kiosk), 200);
    let left = forkservers(&kiosk);
    assert!(signal(kiosk.child.id(), "KILL"));
    let gone = |pid: &u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status"));
        status.map_or(true, |status| status.contains("State:\tZ"))
    };
    until("it is gone", SOON, || left.iter().all(gone).then_some(()));
}
