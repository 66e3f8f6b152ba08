//! The rules of uploading: the order of checks, what becomes of a PIN after each of them, which PDFs are taken, and
//! many senders at once.

use std::{fs, process::Command, sync::Barrier, time::Duration};

use serde_json::{Value, json};

use super::{
    assert_answer, change, error, fetch, order, ordered, shared, upload,
    wire::{PART, Wire},
    with,
};
use crate::support::{Kiosk, a4_pages, have, temporary, until};

/// A PDF of ours that `qpdf` has made over.
fn made_over(arguments: &[&str]) -> Option<Vec<u8>> {
    if !have("qpdf", "qpdf") {
        return None;
    }
    let folder = temporary("made-over");
    let (from, to) = (folder.join("from.pdf"), folder.join("to.pdf"));
    fs::write(&from, a4_pages(12)).expect("written");
    let done = Command::new("qpdf").args(arguments).arg(&from).arg(&to).status();
    assert!(done.is_ok_and(|status| status.success()), "qpdf {arguments:?}");
    Some(fs::read(to).expect("made over"))
}

#[test]
fn checks_come_in_print_apis_order() {
    let document = a4_pages(2);
    let max = document.len();
    let kiosk = with(&[("MAX_SIZE", &max.to_string()), ("MAX_PAGE_COUNT", "3")]);
    let too_large = vec![b'x'; max + 1];
    let send = |pin: &str, part: &str, content: &[u8]| {
        let answer = Wire::to(&kiosk).part(&format!("/file/{pin}"), part, content);
        (answer.status, answer.json()["message"].clone())
    };
    let other_field = PART.replace("\"file\"", "\"other\"");
    let picture = PART.replace("application/pdf", "image/png");
    let told = |message: &str| json!(message);

    // 422 before 404.
    assert_eq!(send("NOSUCH", &other_field, &too_large), (422, Value::Null));
    // 404 before all that the document could be.
    assert_eq!(send("NOSUCH", &picture, &too_large), (404, told("Pin NOSUCH not found")));
    // 415 of the type before 415 of a second document and 413.
    let full = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &full, &document).status, 200);
    let wrong = told("Only application/pdf files allowed, but image/png was recieved");
    assert_eq!(send(&full, &picture, &too_large), (415, wrong));
    // 415 of a second document before 413.
    assert_eq!(send(&full, PART, &too_large), (415, told("File has been already uploaded")));
    // 413 of the size before 415 of the content.
    let pin = ordered(&kiosk, &json!({"pages": "9", "copies": 9}));
    let large = told(&format!("Content too large, {max} bytes allowed"));
    assert_eq!(send(&pin, PART, &too_large), (413, large));
    // 415 of the content before 416, and that before 413 of the sheets.
    assert_eq!(send(&pin, PART, &document[..max / 2]), (415, told("File is corrupted")));
    assert_eq!(send(&pin, PART, &document), (416, told("Invalid format")));
    assert_eq!(change(&kiosk, &pin, &json!({"pages": "1"})).status, 200);
    assert_eq!(send(&pin, PART, &document), (413, told("Content too large, count of page: 3 is allowed")));
    // And after all that the PIN is as good as new, and nothing is left behind.
    assert_eq!(change(&kiosk, &pin, &json!({"copies": 3})).status, 200);
    assert_eq!(kiosk.documents().len(), 2, "the demo's and one of ours");
    assert_eq!(send(&pin, PART, &document), (200, Value::Null));
    assert_eq!(kiosk.documents().len(), 3);
}

#[test]
fn unknown_pin_is_told_before_a_body_that_is_far_too_large() {
    let kiosk = with(&[("MAX_SIZE", "1000")]);
    let send = |pin: &str| {
        let wire = Wire::to(&kiosk).with("Content-Type", "multipart/form-data; boundary=x");
        wire.announce("POST", &format!("/file/{pin}"), Some(1_000_000_000), b"--x")
    };
    assert_answer("unknown", &send("NOSUCH"), 404, &error("Pin NOSUCH not found", "ПИН не найден"));
    let ru = "Размер файла превышает максимально допустимый: 1000";
    let too_large = error("Content too large, 1000 bytes allowed", ru);
    assert_answer("known", &send(&ordered(&kiosk, &json!({}))), 413, &too_large);
}

#[track_caller]
fn assert_taken(kiosk: &Kiosk, what: &str, document: &[u8]) {
    let pin = ordered(kiosk, &json!({}));
    let options = json!({"pages": "", "copies": 1, "two_sided": false});
    assert_answer(what, &upload(kiosk, &pin, document), 200, &json!({"pin": pin, "options": options}));
    let name = fetch(kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    let kept = Wire::to(kiosk).get(&format!("/static/{name}"));
    assert!(kept.body == document, "{what}: not the same bytes");
}

#[test]
fn pdfs_that_are_taken() {
    let kiosk = shared();
    let table = a4_pages(2);
    assert_taken(&kiosk, "PDF 1.4 with a table", &table);
    assert_taken(&kiosk, "blank lines after %%EOF", &[table.as_slice(), b"\n\r\n \n"].concat());
    assert_taken(&kiosk, "a short tail after %%EOF", &[table.as_slice(), b"<!-- sent by a robot -->"].concat());
    let made: [(&str, &[&str]); 3] = [
        ("object and xref streams", &["--object-streams=generate"]),
        ("linearized", &["--linearize"]),
        ("RC4 with an empty user password", &["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"]),
    ];
    for (what, arguments) in made {
        made_over(arguments).inspect(|document| assert_taken(&kiosk, what, document));
    }
}

#[test]
fn nested_page_tree_is_taken_whole() {
    let kiosk = shared();
    let flat = String::from_utf8(a4_pages(2)).expect("ASCII");
    // The two pages get a node of their own; nobody needs the table of a file whose objects have moved.
    let nested = flat
        .replace("/Count 2/Kids[4 0 R 6 0 R ]", "/Count 2/Kids[90 0 R]")
        .replace("xref\n", "90 0 obj\n<</Type/Pages/Parent 2 0 R/Count 2/Kids[4 0 R 6 0 R]>>\nendobj\nxref\n");
    let pin = ordered(&kiosk, &json!({"pages": "2"}));
    assert_eq!(upload(&kiosk, &pin, nested.as_bytes()).status, 200);
    assert_eq!(change(&kiosk, &pin, &json!({"pages": "3"})).status, 416);
}

#[test]
fn pdfs_that_are_refused_as_corrupted() {
    let kiosk = with(&[]);
    let good = a4_pages(2);
    let mut bad = vec![
        ("empty", Vec::new()),
        ("text", b"To whom it may concern".to_vec()),
        ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("cut short", good[..good.len() / 2].to_vec()),
        ("junk before %PDF that shifts offsets", [b"junk junk junk\n".as_slice(), &good].concat()),
        ("2000 bytes of junk after %%EOF", [good.as_slice(), &[b'x'; 2_000]].concat()),
    ];
    let rc4 = made_over(&["--allow-weak-crypto", "--encrypt", "secret", "owner", "128", "--use-aes=n", "--"]);
    let aes = made_over(&["--encrypt", "secret", "owner", "256", "--"]);
    bad.extend(rc4.map(|pdf| ("a password, RC4", pdf)));
    bad.extend(aes.map(|pdf| ("a password, AES", pdf)));
    let pin = ordered(&kiosk, &json!({}));
    let before = kiosk.kept();
    for (what, document) in bad {
        let answer = upload(&kiosk, &pin, &document);
        assert_answer(what, &answer, 415, &error("File is corrupted", "Файл повреждён"));
        assert_eq!(kiosk.kept(), before, "{what}");
    }
    assert_eq!(upload(&kiosk, &pin, &good).status, 200);
}

#[test]
fn exactly_max_size_is_taken() {
    let document = a4_pages(3);
    let kiosk = with(&[("MAX_SIZE", &document.len().to_string())]);
    assert_taken(&kiosk, "exactly MAX_SIZE", &document);
}

#[test]
fn extension_needs_a_word_character() {
    let kiosk = shared();
    for name in ["a.pdf", "a.PDF", "отчёт.пдф", "no extension", "a.b.c", "a._", "a.?p", ".x", "a.7"] {
        let answer = Wire::to(&kiosk).json("POST", "/file", &order(name, &json!({})));
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
    for name in ["a.", "a.?", "a. ", "a.-"] {
        let answer = Wire::to(&kiosk).json("POST", "/file", &order(name, &json!({})));
        let refused = error("Unprocessable file instance", "Необрабатываемый экземпляр файла");
        assert_answer(name, &answer, 422, &refused);
    }
}

#[test]
fn json_without_content_type_is_taken() {
    let kiosk = shared();
    let body = order("a.pdf", &json!({})).to_string();
    let answer = Wire::to(&kiosk).send("POST", "/file", body.as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn of_many_uploads_at_once_exactly_one_gets_200() {
    let kiosk = with(&[]);
    for _ in 0..6 {
        let pin = ordered(&kiosk, &json!({}));
        let documents = kiosk.documents().len();
        let together = Barrier::new(6);
        let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
            let one = |pages| {
                let document = a4_pages(pages);
                together.wait();
                let answer = upload(&kiosk, &pin, &document);
                (answer.status, answer.json()["message"].clone())
            };
            let senders: Vec<_> = (1..=6).map(|pages| scope.spawn(move || one(pages))).collect();
            senders.into_iter().map(|sender| sender.join().expect("an answer")).collect()
        });
        let taken = answers.iter().filter(|answer| **answer == (200, Value::Null)).count();
        let late = (415, json!("File has been already uploaded"));
        let refused = answers.iter().filter(|answer| **answer == late).count();
        assert_eq!((taken, refused), (1, 5), "{answers:?}");
        let one_more = || (kiosk.documents().len() == documents + 1).then_some(());
        until("one document is kept", Duration::from_secs(5), one_more);
        assert_eq!(fetch(&kiosk, &pin).status, 200);
    }
}
