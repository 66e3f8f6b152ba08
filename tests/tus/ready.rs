//! What comes so and is no PDF: made ready, printed, fetched as its PDF, deleted with its original; several made one; locked
//! ones opened.

use std::{path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{
    SOON,
    client::{Tus, metadata},
    started, stored,
};
use crate::support::{Kiosk, Start, a4_pages, corpus, have, temporary, until};

/// A picture of one colour.
pub fn png(width: u32, height: u32, gray: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&vec![gray; (width * height) as usize]).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

/// The PDF that prints, when it is made ready.
pub fn waiting(kiosk: &Kiosk, pin: &str) -> Vec<u8> {
    until("it is made ready", Duration::from_secs(60), || {
        (kiosk.get(&format!("/file/{pin}")).0 == 200).then(|| stored(kiosk, pin))
    })
}

fn of_kind(kiosk: &Kiosk, extension: &str) -> usize {
    kiosk.documents().iter().filter(|name| name.ends_with(extension)).count()
}

#[test]
fn a_picture_becomes_a_pdf_that_prints_and_is_fetched_and_goes_with_its_original() {
    let kiosk = Kiosk::demo();
    let tus = Tus::of(&kiosk);
    // Its name lies; its content does not.
    let (last, _) = tus.upload(&png(400, 300, 90), &metadata("отчёт.docx", &[]));
    assert_eq!(last.status, 204, "{}", last.text());
    let pin = last.header("upload-pin").to_owned();
    assert_eq!(of_kind(&kiosk, ".png"), 1);
    let document = waiting(&kiosk, &pin);
    assert!(document.starts_with(b"%PDF-"));
    let (_, told) = kiosk.json("GET", &format!("/file/{pin}"), &Value::Null);
    assert!(told["filename"].as_str().is_some_and(|name| name.ends_with(".pdf")), "{told}");
    // Nothing else may be put in its place.
    assert_eq!(kiosk.upload(&pin, &a4_pages(1), "application/pdf").0, 415);
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
    kiosk.tap("finish");
    assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
    assert_eq!((of_kind(&kiosk, ".png"), kiosk.get(&format!("/file/{pin}")).0), (0, 404));
}

#[test]
fn several_pictures_are_one_document_in_their_order() {
    let kiosk = Kiosk::demo();
    let tus = Tus::of(&kiosk);
    let part = |gray| tus.upload(&png(200 + u32::from(gray), 300, gray), &metadata("photo.png", &[("part", "1")]));
    let (parts, answers): (Vec<String>, Vec<_>) =
        [10, 120, 230].map(part).into_iter().map(|(heard, path)| (path, heard)).unzip();
    assert!(answers.iter().all(|heard| heard.status == 204 && heard.header("upload-pin").is_empty()));
    let ids: Vec<&str> = parts.iter().map(|path| path.rsplit('/').next().expect("an id")).collect();
    // Parts of nothing, of themselves, twice.
    for wrong in [json!(["0".repeat(32)]), json!([ids[2]]), json!([ids[0], ids[0]]), json!(["x"])] {
        assert_eq!(kiosk.json("POST", &parts[2], &json!({"parts": wrong})).0, 404, "{wrong}");
    }
    let asked = json!({"parts": [ids[0], ids[1]], "filename": "Фотографии", "options": {"copies": 1}});
    let (status, told) = kiosk.json("POST", &parts[2], &asked);
    assert_eq!((status, &told["state"]), (200, &json!("ordered")), "{told}");
    // An answer that was lost is told again; a part is part of one document only.
    assert_eq!(kiosk.json("POST", &parts[2], &asked).1["pin"], told["pin"]);
    assert_eq!(kiosk.json("POST", &parts[0], &json!({"options": {}})).1["pin"], told["pin"]);
    let pin = told["pin"].as_str().expect("a pin");
    waiting(&kiosk, pin);
    assert_eq!(kiosk.release(pin, SOON)["scene"], "done");
    let pages = std::fs::read_dir(kiosk.folder.join("out/job-0001")).expect("pages").count();
    assert_eq!(pages, 3);
    // The darkest was second: its page is drawn second.
    let mean = |page: u32| {
        let path = kiosk.folder.join(format!("out/job-0001/page-{page:04}.png"));
        let (.., pixels) = crate::support::picture(&path);
        pixels.iter().map(|pixel| u64::from(*pixel)).sum::<u64>() / pixels.len() as u64
    };
    assert!(mean(2) < mean(3) && mean(3) < mean(1), "{} {} {}", mean(1), mean(2), mean(3));
}

#[test]
fn what_is_no_document_is_said_so_and_leaves_nothing() {
    let kiosk = started("[upload]\nformats = [\"pdf\", \"png\"]\n");
    let tus = Tus::of(&kiosk);
    let before = kiosk.documents();
    let half = &a4_pages(2)[..400];
    for (name, bytes, code) in [
        ("broken.pdf", half, "corrupted"),
        ("program.pdf", b"\x7fELF\x02\x01\x01 this is none".as_slice(), "unsupported"),
        ("text.pdf", b"only a text, which this kiosk is set not to take", "unsupported"),
    ] {
        let (refused, path) = tus.upload(bytes, &metadata(name, &[]));
        assert_eq!(refused.status, 415, "{name}: {}", refused.text());
        assert!(refused.json()["detail_ru"].is_string());
        let (_, told) = kiosk.json("GET", &path, &Value::Null);
        assert_eq!((&told["state"], &told["error"]["code"]), (&json!("refused"), &json!(code)), "{name}");
    }
    assert_eq!(kiosk.documents(), before);
    // A picture that cannot be drawn has its code by then: its page says why.
    let (last, _) = tus.upload(&png(40, 30, 9)[..60], &metadata("half.png", &[]));
    let pin = last.header("upload-pin").to_owned();
    assert!(!pin.is_empty(), "{}", last.text());
    let page = until("it is given up", SOON, || {
        let page = String::from_utf8_lossy(&kiosk.get(&format!("/j/{pin}")).1).into_owned();
        page.contains("Напечатать не получится").then_some(page)
    });
    assert!(page.contains("повреждён"));
    assert_eq!(kiosk.get(&format!("/file/{pin}")).0, 415);
    let (status, told) = kiosk.json("POST", "/qr", &json!({"qr_token": "x", "files": [pin]}));
    assert!(status >= 400, "{told}");
}

#[test]
fn choices_that_do_not_fit_can_be_made_anew_without_sending_it_again() {
    let kiosk = Kiosk::demo();
    let tus = Tus::of(&kiosk);
    let (refused, path) = tus.upload(&a4_pages(3), &metadata("x.pdf", &[("pages", "7")]));
    assert_eq!(refused.status, 416, "{}", refused.text());
    assert_eq!(kiosk.json("GET", &path, &Value::Null).1["state"], "whole");
    assert_eq!(kiosk.json("POST", &path, &json!({"options": {"copies": 99}})).0, 413);
    let (status, told) = kiosk.json("POST", &path, &json!({"options": {"pages": "2-3"}}));
    assert_eq!((status, &told["state"]), (200, &json!("ordered")), "{told}");
    let (_, fetched) = kiosk.json("GET", &format!("/file/{}", told["pin"].as_str().expect("a pin")), &Value::Null);
    assert_eq!(fetched["options"]["pages"], "2-3");
}

fn locked(folder: &Path) -> Vec<u8> {
    let (from, to) = (folder.join("open.pdf"), folder.join("locked.pdf"));
    std::fs::write(&from, a4_pages(2)).expect("written");
    let done = Command::new("qpdf").args(["--encrypt", "sésame", "owner", "256", "--"]).arg(&from).arg(&to).status();
    assert!(done.is_ok_and(|status| status.success()), "qpdf");
    std::fs::read(to).expect("read")
}

#[test]
fn a_locked_document_is_opened_once_and_its_password_is_nowhere() {
    if !have("qpdf", "qpdf") {
        return;
    }
    let kiosk = Kiosk::start(&Start { environment: &[("RUST_LOG", "debug")], ..Start::default() });
    let tus = Tus::of(&kiosk);
    let document = locked(&temporary("locked"));
    let (refused, path) = tus.upload(&document, &metadata("тайна.pdf", &[]));
    assert_eq!(refused.status, 415, "{}", refused.text());
    assert_eq!(kiosk.json("GET", &path, &Value::Null).1["state"], "locked");
    let (status, told) = kiosk.json("POST", &path, &json!({"password": "open"}));
    assert!(status == 422 && told["detail_ru"].as_str().is_some_and(|text| text.contains("Пароль")), "{told}");
    let (status, told) = kiosk.json("POST", &path, &json!({"password": "sésame"}));
    assert_eq!((status, &told["state"]), (200, &json!("ordered")), "{told}");
    let stored = stored(&kiosk, told["pin"].as_str().expect("a pin"));
    assert!(stored.starts_with(b"%PDF-") && !stored.windows(8).any(|window| window == b"/Encrypt"));
    assert_eq!(kiosk.release(told["pin"].as_str().expect("a pin"), SOON)["scene"], "done");
    assert!(!kiosk.log().contains("sésame"));
    for entry in std::fs::read_dir(&kiosk.folder).expect("a folder").flatten().filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        assert!(!bytes.windows(7).any(|window| window == "sésame".as_bytes()), "{:?}", entry.path());
    }

    // Without a script: the form asks for it.
    let who = [("surname", "Иванов"), ("number", "1015000")];
    let (status, _, page) = kiosk.form("/", &who, ("x.pdf", &document));
    assert!(status == 415 && page.contains("name=\"password\""), "{status} {page}");
    let wrong = [("surname", "Иванов"), ("number", "1015000"), ("password", "open")];
    let (status, _, page) = kiosk.form("/", &wrong, ("x.pdf", &document));
    assert!(status == 422 && page.contains("Пароль не подошёл") && !page.contains("value=\"open\""), "{status} {page}");
    let right = [("surname", "Иванов"), ("number", "1015000"), ("password", "sésame")];
    assert_eq!(kiosk.form("/", &right, ("x.pdf", &document)).0, 303);
    // print-api's route knows no passwords.
    let pin = kiosk.order(&json!({}));
    let (status, told) = kiosk.upload(&pin, &document, "application/pdf");
    assert_eq!((status, &told["ru"]), (415, &json!("Файл повреждён")));
}

#[test]
fn a_document_being_made_ready_survives_a_kill_and_office_files_are_taken() {
    let Some(path) = corpus("own_polozhenie.rtf") else { return };
    let mut kiosk = Kiosk::demo();
    let who = [("surname", "Иванов"), ("number", "1015000")];
    let (status, place, _) = kiosk.form("/", &who, ("положение.rtf", &std::fs::read(path).expect("read")));
    assert_eq!(status, 303);
    let place = place.expect("a place");
    let pin = place.trim_start_matches("/j/").split('?').next().expect("a pin").to_owned();
    kiosk.serve(&[], &[]);
    assert!(waiting(&kiosk, &pin).starts_with(b"%PDF-"));
    assert_eq!(of_kind(&kiosk, ".rtf"), 1);
}

#[test]
fn a_picture_does_not_wait_for_an_office_program() {
    if !have("/usr/lib/libreoffice/program/soffice.bin", "libreoffice-impress-nogui") {
        return;
    }
    let Some(path) = corpus("2014_-_ODF_Plugfest_-_Collaborated_Editing_on_OD.odp") else { return };
    let kiosk = started("[convert]\noffices = 1\nconversions = 2\n");
    let tus = Tus::of(&kiosk);
    let pin = |name: &str, bytes: &[u8]| {
        let (last, _) = tus.upload(bytes, &metadata(name, &[]));
        last.header("upload-pin").to_owned()
    };
    // Fifty slides, a few times; each takes seconds.
    let slides = std::fs::read(path).expect("read");
    let slow = ["1.odp", "2.odp", "3.odp"].map(|name| pin(name, &slides));
    let quick = pin("photo.png", &png(300, 200, 80));
    waiting(&kiosk, &quick);
    let made = kiosk.log().lines().filter(|line| line.contains("made ready")).count();
    assert!(made < 4, "after all that came before: {}", kiosk.log());
    // What is ended leaves nothing where others' files lie.
    waiting(&kiosk, &slow[0]);
    let is_ours = |name: &String| name.starts_with("OSL_PIPE_") && name.contains("SingleOfficeIPC");
    let open = std::fs::read_to_string("/proc/net/unix").expect("read");
    let dead = crate::support::names(Path::new("/tmp")).into_iter().filter(is_ours);
    until("no dead pipes", SOON, || {
        let dead = dead.clone().filter(|name| !open.contains(name) && Path::new("/tmp").join(name).exists());
        (dead.count() == 0).then_some(())
    });
}
