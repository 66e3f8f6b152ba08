//! Print forms that nodes make: what is printed comes from them, and from the kiosk when they cannot or do not.

use std::{fs, path::PathBuf};

use serde_json::json;

use super::{Broker, LIMIT, Node, QUEUE, kiosk};
use crate::{
    preview::{bring, conversions},
    support::{self, Kiosk, corpus, have, until},
    tus::{
        client::{Tus, metadata},
        ready::{png, waiting},
    },
};

/// A broker, a kiosk that has no LibreOffice, and documents; `None`, said aloud, where one of them is not to be had.
fn peers(names: &[&str], more: &str) -> Option<(Broker, Kiosk, Vec<Vec<u8>>)> {
    have("/usr/lib/libreoffice/program/soffice.bin", "libreoffice-writer-nogui").then_some(())?;
    let paths: Option<Vec<PathBuf>> = names.iter().map(|name| corpus(name)).collect();
    let documents = paths?.iter().map(|path| fs::read(path).expect("readable")).collect();
    let broker = Broker::start()?;
    let kiosk = kiosk(&broker, &format!("{more}[convert]\noffice = false\n"));
    Some((broker, kiosk, documents))
}

#[test]
fn print_forms_come_from_nodes() {
    let names = ["own_polozhenie.rtf", "DocumentWithImages_-_Copy.docx", "testODTEncrypted.odt"];
    let Some((broker, kiosk, documents)) = peers(&names, "node_print_timeout_s = 120\n") else { return };
    let node = Node::start(&broker, "");
    let pin = bring(&kiosk, "положение.rtf", &documents[0]);
    assert!(waiting(&kiosk, &pin).starts_with(b"%PDF-"));
    assert_eq!((conversions(&kiosk), node.done()), (0, 1), "{}", kiosk.log());
    let scene = kiosk.release(&pin, LIMIT);
    assert_eq!(scene["scene"], "done", "{scene}");
    // Each file of several by itself, the picture here.
    let tus = Tus::of(&kiosk);
    let part = |name: &str, bytes: &[u8]| {
        let (heard, path) = tus.upload(bytes, &metadata(name, &[("part", "1")]));
        assert_eq!(heard.status, 204, "{}", heard.text());
        path
    };
    let parts = [part("1.docx", &documents[1]), part("2.png", &png(300, 200, 90)), part("3.rtf", &documents[0])];
    let id = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
    let asked = json!({"parts": [id(&parts[0]), id(&parts[1])], "filename": "вместе", "options": {}});
    let (status, told) = kiosk.json("POST", &parts[2], &asked);
    assert_eq!(status, 200, "{told}");
    waiting(&kiosk, told["pin"].as_str().expect("a pin"));
    assert_eq!((conversions(&kiosk), node.done()), (1, 3), "{}", kiosk.log());
    // A refusal is the document's, and is told as our own.
    let locked = bring(&kiosk, "секрет.odt", &documents[2]);
    let page = until("it is given up", LIMIT, || {
        let page = String::from_utf8_lossy(&kiosk.get(&format!("/j/{locked}")).1).into_owned();
        page.contains("Напечатать не получится").then_some(page)
    });
    assert!(page.contains("парол"), "{page}");
    assert_eq!((conversions(&kiosk), node.done()), (1, 4));
    assert_eq!((broker.queue(QUEUE), broker.queue(&format!("{QUEUE}.dead")).0), ((0, 1), 0));
    assert!(
        !kiosk
            .folder
            .join("previews")
            .read_dir()
            .expect("a folder")
            .any(|entry| { entry.expect("an entry").file_name().to_string_lossy().contains("-node-") })
    );
}

#[test]
fn a_print_form_that_no_node_brings_is_made_by_the_kiosk() {
    let names = ["own_polozhenie.rtf", "DocumentWithImages_-_Copy.docx"];
    let Some((broker, kiosk, documents)) = peers(&names, "node_print_timeout_s = 2\n") else { return };
    let pdfs = || kiosk.documents().iter().filter(|name| name.ends_with(".pdf")).count();
    let before = pdfs();
    // One without LibreOffice knows that it would leave something out.
    let mut poor = Node::start(&broker, "[convert]\noffice = false\n");
    waiting(&kiosk, &bring(&kiosk, "положение.rtf", &documents[0]));
    assert_eq!((conversions(&kiosk), poor.done()), (1, 1), "{}", kiosk.log());
    poor.kill();
    // One whose limits are narrower than ours says nothing of the document.
    let mut strict = Node::start(&broker, "[convert]\npages = 1\n");
    waiting(&kiosk, &bring(&kiosk, "отчёт.docx", &documents[1]));
    assert_eq!((conversions(&kiosk), strict.done()), (2, 1), "{}", kiosk.log());
    strict.kill();
    until("nobody listens", LIMIT, || (broker.queue(QUEUE).1 == 0).then_some(()));
    waiting(&kiosk, &bring(&kiosk, "положение.rtf", &documents[0]));
    assert_eq!(conversions(&kiosk), 3, "nobody was there");
    // One that hangs; what it brings later is not wanted, and nobody tries it again.
    let node = Node::start(&broker, "");
    support::signal(node.child.id(), "STOP");
    waiting(&kiosk, &bring(&kiosk, "отчёт.docx", &documents[1]));
    assert_eq!(conversions(&kiosk), 4, "{}", kiosk.log());
    support::signal(node.child.id(), "CONT");
    until("the late one", LIMIT, || (node.done() == 1).then_some(()));
    assert!(!node.log().contains("not done"), "{}", node.log());
    until("an empty queue", LIMIT, || (broker.queue(QUEUE) == (0, 1)).then_some(()));
    assert_eq!(broker.queue(&format!("{QUEUE}.dead")).0, 0, "{}", node.log());
    assert_eq!(pdfs() - before, 4);
}

#[test]
fn nobody_waits_for_a_document_that_was_deleted() {
    let config = "node_print_timeout_s = 120\n[upload]\nready_at_once = 1\n";
    let Some((broker, kiosk, documents)) = peers(&["own_polozhenie.rtf", "Tabelle1.odt"], config) else { return };
    let node = Node::start(&broker, "");
    support::signal(node.child.id(), "STOP");
    let pin = bring(&kiosk, "положение.rtf", &documents[0]);
    until("it is asked", LIMIT, || kiosk.log().contains("is asked of nodes").then_some(()));
    assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
    let next = bring(&kiosk, "таблица.odt", &documents[1]);
    support::signal(node.child.id(), "CONT");
    waiting(&kiosk, &next);
    assert_eq!(conversions(&kiosk), 0);
}
