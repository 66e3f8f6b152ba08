//! The five journeys, as people walk them, with the file printer.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use ottisk::job::plan::{ColorSpace, Media};
use serde_json::json;

use crate::{
    peers::{Reference, assert_same_pixels},
    support::{
        Kiosk, a4_pages, children, corpus, document, element, names, picture, sample, temporary, until, workers,
    },
};

const SOON: Duration = Duration::from_secs(30);

/// Strokes of a page that takes a renderer long enough for a person to change their mind.
const MANY: u32 = 4_000;

#[test]
fn asked_pages_come_out_of_the_file_printer() {
    let kiosk = Kiosk::demo();
    let document = corpus("Приказ №15.pdf").unwrap_or_else(sample);
    let pin = kiosk.submit(&document, &json!({"pages": "3,1-2", "copies": 1, "two_sided": true}));
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "done", "{scene}");
    let record = kiosk.printed(1);
    assert_eq!(record["ticket"]["pages"], json!([1, 2, 3]));
    assert_eq!((&record["state"], &record["impressions_completed"]), (&json!("completed"), &json!(3)));
    let pages = names(&kiosk.folder.join("out/job-0001"));
    assert_eq!(pages, ["page-0001.png", "page-0002.png", "page-0003.png"]);
}

#[test]
fn ticket_of_an_order_is_what_comes_out() {
    let kiosk = Kiosk::demo();
    let tickets = [
        (json!({"pages": "2-10", "copies": 2, "two_sided": true}), (2..=10).collect::<Vec<_>>(), 2, 18, 10),
        (json!({"pages": "11,3-4,3", "copies": 3, "two_sided": false}), vec![3, 3, 4, 11], 3, 12, 12),
        (json!({"pages": "12", "copies": 1, "two_sided": true}), vec![12], 1, 1, 1),
        (json!({}), (1..=12).collect(), 1, 12, 12),
    ];
    for (job, (options, pages, copies, impressions, sheets)) in (1..).zip(tickets) {
        let pin = kiosk.order(&options);
        assert_eq!(kiosk.upload(&pin, &a4_pages(12), "application/pdf").0, 200);
        let scene = kiosk.release(&pin, SOON);
        assert_eq!(scene["scene"], "done", "{options}: {scene}");
        let record = kiosk.printed(job);
        let sides =
            if options["two_sided"] == json!(true) && pages.len() > 1 { "two-sided-long-edge" } else { "one-sided" };
        let ticket = &record["ticket"];
        assert_eq!((&ticket["pages"], &ticket["copies"]), (&json!(pages), &json!(copies)), "{options}");
        assert_eq!(ticket["sides"], sides, "{options}");
        assert_eq!(record["state"], "completed", "{options}");
        assert_eq!(record["impressions_completed"], impressions, "{options}");
        assert_eq!(record["media_sheets_completed"], sheets, "{options}");
        assert_eq!(names(&kiosk.folder.join(format!("out/job-{job:04}"))).len(), pages.len(), "{options}");
        kiosk.tap("finish");
    }
}

#[test]
fn choices_made_at_the_panel_are_what_comes_out() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({"copies": 3}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    let scene = kiosk.review(&pin);
    assert_eq!(element(&scene, "copies")["value"], "3");
    assert_eq!(element(&scene, "sheets")["value"], "9");
    kiosk.tap("copies-minus");
    kiosk.tap("two-sided");
    let scene = kiosk.tap("color");
    assert_eq!(element(&scene, "copies")["value"], "2");
    assert_eq!(element(&scene, "sheets")["value"], "4");
    kiosk.tap("print");
    kiosk.wait_scene("done", SOON);
    let record = kiosk.printed(1);
    let ticket = &record["ticket"];
    assert_eq!((&ticket["copies"], &ticket["sides"]), (&json!(2), &json!("two-sided-long-edge")));
    assert_eq!(ticket["color_space"], "srgb_8");
    assert_eq!((&record["impressions_completed"], &record["media_sheets_completed"]), (&json!(6), &json!(4)));
    let (width, height, pixels) = picture(&kiosk.folder.join("out/job-0001/page-0001.png"));
    assert_eq!((width, height, pixels.len()), (2480, 3508, 2480 * 3508 * 3));
    assert!(pixels.chunks_exact(3).any(|pixel| pixel == [255, 0, 0]), "the red mark is not red");
}

#[test]
fn sample_prints_by_the_code_that_the_demo_tells() {
    let kiosk = Kiosk::demo();
    let scene = kiosk.review(&kiosk.pin);
    assert_eq!(element(&scene, "heading")["label"], "Пример.pdf");
    kiosk.tap("print");
    kiosk.wait_scene("done", SOON);
    let record = kiosk.printed(1);
    assert_eq!((&record["state"], &record["ticket"]["pages"]), (&json!("completed"), &json!([1, 2, 3])));
    let told = record.to_string();
    assert!(!told.contains("Пример") && !told.contains(&kiosk.pin) && !told.contains("Иванов"), "{told}");
}

#[test]
fn printed_pages_are_pdfiums_own_pixels() {
    let Some(reference) = Reference::find() else { return };
    let kiosk = Kiosk::demo();
    let own = temporary("own").join("own.pdf");
    fs::write(&own, document(&[(595, 842), (842, 595), (300, 500), (612, 792)], 20)).expect("written");
    let found = ["Приказ №15.pdf", "rotation.pdf"].into_iter().filter_map(corpus);
    for (job, document) in (1..).zip([sample(), own].into_iter().chain(found)) {
        let pin = kiosk.submit(&document, &json!({}));
        assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
        kiosk.tap("finish");
        let pages = kiosk.printed(job)["ticket"]["pages"].as_array().expect("pages").len();
        for page in 1..=pages.min(4) {
            let out = kiosk.folder.join(format!("out/job-{job:04}/page-{page:04}.png"));
            let (width, height, pixels) = picture(&out);
            assert_eq!((width, height), (2480, 3508), "{}", out.display());
            let page = u32::try_from(page).expect("small");
            let expected = reference.page(&document, page, &Media::a4(), 300, ColorSpace::Sgray8);
            assert!(expected.iter().any(|pixel| *pixel < 128), "{} page {page} is blank", document.display());
            assert_same_pixels(&format!("{} page {page}", document.display()), &pixels, &expected);
        }
    }
}

#[test]
fn phone_form_ends_in_a_code_that_prints() {
    let kiosk = Kiosk::demo();
    let fields = [("surname", "иванов"), ("number", "1015000"), ("pages", "3, 1"), ("copies", "2")];
    let (status, location, _) = kiosk.form("/", &fields, ("C:\\курсовая.pdf", &a4_pages(3)));
    assert_eq!(status, 303);
    let location = location.expect("a place to go");
    let pin = location.strip_prefix("/j/").expect("/j/PIN").to_owned();
    let (status, page) = kiosk.get(&location);
    let page = String::from_utf8(page).expect("UTF-8");
    assert_eq!(status, 200);
    assert!(page.contains(&format!("data-pin=\"{pin}\"")), "{page}");
    assert!(page.contains("курсовая.pdf") && !page.contains("C:\\"), "{page}");
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "done", "{scene}");
    let record = kiosk.printed(1);
    assert_eq!((&record["ticket"]["pages"], &record["ticket"]["copies"]), (&json!([1, 3]), &json!(2)));
}

#[test]
fn deleted_job_leaves_nothing() {
    let kiosk = Kiosk::demo();
    let before = kiosk.kept();
    let pin = kiosk.submit(&sample(), &json!({}));
    let name = kiosk.json("GET", &format!("/file/{pin}"), &json!(null)).1["filename"].clone();
    let name = format!("/static/{}", name.as_str().expect("a name"));
    assert_eq!(kiosk.get(&name).0, 200);
    let (status, body) = kiosk.request("DELETE", &format!("/file/{}", pin.to_lowercase()), &[], &[]);
    assert_eq!((status, body.as_slice()), (204, [].as_slice()));
    assert_eq!(kiosk.kept(), before);
    assert_eq!(kiosk.get(&name).0, 404);
    for (method, path) in [("GET", "file"), ("DELETE", "file"), ("GET", "j")] {
        assert_eq!(kiosk.request(method, &format!("/{path}/{pin}"), &[], &[]).0, 404, "{method} /{path}");
    }
    assert_eq!(kiosk.upload(&pin, &a4_pages(1), "application/pdf").0, 404);
}

#[test]
fn owner_deletes_at_the_panel_after_printing() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.submit(&sample(), &json!({}));
    let documents = kiosk.documents().len();
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
    assert_eq!(kiosk.documents().len(), documents);
    kiosk.tap("delete");
    until("the document is gone", SOON, || (kiosk.documents().len() == documents - 1).then_some(()));
    until("the panel says so", SOON, || {
        let scene = kiosk.scene();
        let ids = scene["elements"].as_array().expect("elements").iter().map(|element| element["id"].clone());
        (scene["scene"] == "done" && !ids.into_iter().any(|id| id == "delete")).then_some(())
    });
    assert_eq!(kiosk.get(&format!("/file/{pin}")).0, 404);
    let facts = kiosk.kept().into_iter().filter(|row| row.starts_with("print_facts")).count();
    assert_eq!(facts, 1, "what came out stays known");
}

#[test]
fn canceled_job_stops_and_may_be_printed_later() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    let pages = 30;
    assert_eq!(kiosk.upload(&pin, &document(&vec![(595, 842); pages], MANY), "application/pdf").0, 200);
    kiosk.review(&pin);
    kiosk.tap("print");
    until("pages come out", SOON, || kiosk.folder.join("out/job-0001/page-0001.png").exists().then_some(()));
    kiosk.tap("cancel");
    let scene = kiosk.wait_scene("done", Duration::from_secs(5));
    assert_eq!(element(&scene, "heading")["label"], "Печать отменена", "{scene}");
    let record = kiosk.printed(1);
    assert_eq!(record["state"], "canceled");
    let listed = record["pages"].as_array().expect("pages").len();
    assert!((1..pages).contains(&listed), "{listed} pages of a canceled job came out");
    until("the renderer is gone", SOON, || workers(kiosk.child.id(), "render").is_empty().then_some(()));
    assert_eq!(kiosk.get(&format!("/file/{pin}")).0, 200);
    kiosk.tap("finish");
    assert_eq!(kiosk.json("PATCH", &format!("/file/{pin}"), &json!({"options": {"pages": "30"}})).0, 200);
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
    assert_eq!(kiosk.printed(2)["impressions_completed"], 1);
}

#[test]
fn language_switches_at_a_tap_and_back_when_people_leave() {
    let kiosk = Kiosk::start(&crate::support::Start { config: Some("[panel]\nidle_s = 2\n"), ..Default::default() });
    let russian = kiosk.wait_scene("idle", SOON);
    assert_eq!(russian["language"], "ru");
    let english = kiosk.tap("language-en");
    assert_eq!(english["language"], "en");
    let heading = |scene| element(scene, "heading")["label"].clone();
    assert_ne!(heading(&english), heading(&russian));
    assert!(heading(&english).as_str().is_some_and(str::is_ascii), "{english}");
    let code = kiosk.tap("enter-code");
    assert_eq!(code["language"], "en");
    assert_eq!(kiosk.tap("language-ru")["language"], "ru");
    assert_eq!(kiosk.tap("language-en")["language"], "en");
    let idle = kiosk.wait_scene("idle", SOON);
    assert_eq!((idle["language"].clone(), heading(&idle)), (json!("ru"), heading(&russian)));
}

#[test]
fn interrupt_ends_the_demo_at_once_and_whole() {
    for printing in [false, true] {
        let mut kiosk = Kiosk::demo();
        if printing {
            let pin = kiosk.order(&json!({}));
            let long = document(&[(595, 842); 40], MANY);
            assert_eq!(kiosk.upload(&pin, &long, "application/pdf").0, 200);
            kiosk.review(&pin);
            kiosk.tap("print");
            until("pages come out", SOON, || kiosk.folder.join("out/job-0001/page-0001.png").exists().then_some(()));
        }
        let processes: Vec<u32> = children(kiosk.child.id()).into_iter().map(|(pid, _)| pid).collect();
        // The sample may still be looked at.
        assert_eq!(!workers(kiosk.child.id(), "render").is_empty(), printing, "children: {processes:?}");
        let asked = Instant::now();
        let sent = Command::new("kill").args(["-INT", &kiosk.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        let status = until("the end", SOON, || kiosk.child.try_wait().expect("a child"));
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?} (printing: {printing})", asked.elapsed());
        assert_eq!(status.code(), Some(0), "printing: {printing}: {}", kiosk.log());
        // A dead one that nobody has asked after yet is gone too.
        let gone = |pid: &u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status"));
            status.map_or(true, |status| status.contains("State:\tZ"))
        };
        until("no child is left", Duration::from_secs(1), || processes.iter().all(gone).then_some(()));
    }
}
