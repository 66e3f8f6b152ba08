//! Released at a printer that is not ours: upload, PIN at the panel, and what the printer has then; and what happens when
//! it is off, breaks down or refuses.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use ottisk::{
    job::{fault::Fault, plan::ColorSpace},
    printer::JobState,
    text::Language,
};
use serde_json::{Value, json};

use crate::{
    peers::{PrinterPeer, Reference, assert_same_pixels, decode},
    support::{Kiosk, Start, a4_pages, document, element, free_port, temporary, until},
};

const SOON: Duration = Duration::from_secs(30);
const DUPLEX: [&str; 3] = ["-2", "-s", "20,10"];

fn kiosk(printer: &str) -> Kiosk {
    let config = "[printer]\npoll_ms = 100\nidle_poll_ms = 200\nsilence_timeout_s = 1\nconnect_timeout_s = 1\n";
    Kiosk::start(&Start { printer: Some(printer.to_owned()), config: Some(config), ..Start::default() })
}

fn written(pages: &[(u32, u32)]) -> PathBuf {
    let path = temporary("document").join("own.pdf");
    fs::write(&path, document(pages, 10)).expect("written");
    path
}

fn label(scene: &Value, id: &str) -> String {
    element(scene, id)["label"].as_str().expect("a label").to_owned()
}

/// The job's state and fault as they stand in the store.
fn stored(kiosk: &Kiosk, pin: &str) -> (String, Option<String>) {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let db = rusqlite::Connection::open_with_flags(kiosk.folder.join("ottisk.db"), flags).expect("a database");
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    db.query_row("SELECT state, fault FROM jobs WHERE pin = ?1", [pin], row).expect("a job")
}

/// It waits for its owner with this reason, told in words, and its document is still there.
#[track_caller]
fn assert_held(kiosk: &Kiosk, pin: &str, scene: &Value, fault: &Fault) {
    assert_eq!(scene["scene"], "fault", "{scene}");
    assert_eq!(label(scene, "keyword"), fault.keyword());
    let (title, advice) = (fault.title(Language::Ru), fault.advice_when_held(Language::Ru));
    assert_eq!((label(scene, "heading"), label(scene, "message")), (title, advice.to_owned()));
    let reason = serde_json::to_string(fault).expect("JSON");
    assert_eq!(stored(kiosk, pin), ("held".to_owned(), Some(reason)));
    assert_eq!(kiosk.get(&format!("/file/{pin}")).0, 200);
}

/// Each page of a spooled raster is the reference's, turned as the header says.
fn assert_pages(
    spooled: &Path,
    document: &Path,
    asked: &[u32],
    peer: &PrinterPeer,
    resolution: u32,
    color: ColorSpace,
) {
    let (Some(pages), Some(reference)) = (decode(spooled), Reference::find()) else { return };
    let media = smol::block_on(peer.printer.capabilities()).expect("capabilities").media.remove(0);
    assert!(media.margins.left > 0 && media.margins.top > 0, "{media:?}");
    for ((header, pixels), page) in pages.into_iter().zip(asked) {
        let mut expected = reference.page(document, *page, &media, resolution, color);
        if header["feed_transform"] == -1 && header["cross_feed_transform"] == -1 {
            turn(&mut expected, color);
        }
        assert!(expected.iter().any(|pixel| *pixel < 128), "page {page} is blank");
        assert_same_pixels(&format!("page {page}"), &pixels, &expected);
    }
}

/// By 180°.
fn turn(pixels: &mut [u8], color: ColorSpace) {
    pixels.reverse();
    if color == ColorSpace::Srgb8 {
        pixels.chunks_exact_mut(3).for_each(<[u8]>::reverse);
    }
}

#[test]
fn colour_duplex_printer_has_the_pages_asked_on_both_sides() {
    let Some(peer) = PrinterPeer::start(&DUPLEX) else { return };
    let kiosk = kiosk(&peer.uri());
    let document = written(&[(595, 842), (842, 595), (612, 792), (300, 500)]);
    let options = json!({"pages": "4,1-2", "copies": 2, "two_sided": true, "color": true});
    let pin = kiosk.submit(&document, &options);
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "done", "{scene}");
    let tickets = peer.tickets();
    let [ticket] = tickets.as_slice() else { panic!("printed {} times", tickets.len()) };
    assert_eq!(ticket["content_type"], "image/pwg-raster");
    assert_eq!((&ticket["IPP_COPIES"], &ticket["impressions"]), (&json!("2"), &json!(6)));
    assert_eq!(ticket["IPP_SIDES"], "two-sided-long-edge");
    assert_eq!(ticket["IPP_PRINT_COLOR_MODE"], "color");
    assert_eq!(ticket["IPP_JOB_ORIGINATING_USER_NAME"], "kiosk");
    let media = ticket["IPP_MEDIA_COL"].as_str().expect("media-col");
    assert!(media.contains("x-dimension=21000") && media.contains("y-dimension=29700"), "{media}");
    let name = ticket["IPP_JOB_NAME"].as_str().expect("a name");
    assert!(name.starts_with("ottisk-"), "{name}");
    let log = fs::read_to_string(peer.folder.join("printer.log")).expect("a log");
    for secret in ["тест", "Иванов", "1015000", pin.as_str()] {
        assert!(!ticket.to_string().contains(secret) && !log.contains(secret), "the printer knows {secret}");
    }

    let spooled = Path::new(ticket["file"].as_str().expect("a file"));
    let Some(pages) = decode(spooled) else { return };
    assert_eq!(pages.len(), 3);
    for (index, (header, _)) in pages.iter().enumerate() {
        let transform = if index % 2 == 1 { -1 } else { 1 };
        let expected = json!({
            "width": 2480, "height": 3508, "hw_resolution": [300, 300], "color_space": "srgb", "bits_per_pixel": 24,
            "duplex": true, "tumble": false, "total_page_count": 3, "cross_feed_transform": transform,
            "feed_transform": transform, "media_class": "PwgRaster", "page_size_name": "iso_a4_210x297mm",
        });
        for (field, value) in expected.as_object().expect("fields") {
            assert_eq!(header[field], *value, "{field} of page {}", index + 1);
        }
    }
    assert_pages(spooled, &document, &[1, 2, 4], &peer, 300, ColorSpace::Srgb8);
}

#[test]
fn gray_printer_has_gray_pages_whatever_was_asked() {
    let Some(peer) = PrinterPeer::start(&[]) else { return };
    let kiosk = kiosk(&peer.uri());
    let document = written(&[(595, 842), (842, 595)]);
    let pin = kiosk.submit(&document, &json!({"two_sided": true, "color": true}));
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "done", "{scene}");
    let tickets = peer.tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0]["IPP_PRINT_COLOR_MODE"], "monochrome");
    assert_ne!(tickets[0]["IPP_SIDES"], "two-sided-long-edge");
    let spooled = Path::new(tickets[0]["file"].as_str().expect("a file"));
    let Some(pages) = decode(spooled) else { return };
    assert_eq!(pages.len(), 2);
    for (header, _) in &pages {
        assert_eq!((&header["color_space"], &header["bits_per_pixel"]), (&json!("sgray"), &json!(8)));
        assert_eq!((&header["width"], &header["height"]), (&json!(4961), &json!(7016)));
        assert_eq!((&header["duplex"], &header["hw_resolution"]), (&json!(false), &json!([600, 600])));
        assert_eq!((&header["cross_feed_transform"], &header["feed_transform"]), (&json!(1), &json!(1)));
    }
    assert_pages(spooled, &document, &[1, 2], &peer, 600, ColorSpace::Sgray8);
}

#[test]
fn job_waits_for_a_printer_that_is_off_and_prints_once() {
    let Some(peer) = PrinterPeer::start(&DUPLEX) else { return };
    // The cable to it is not plugged in yet.
    let port = free_port();
    let kiosk = kiosk(&format!("ipp://127.0.0.1:{port}/ipp/print"));
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(2), "application/pdf").0, 200);
    kiosk.review(&pin);
    kiosk.tap("print");
    let scene = until("the panel tells", Duration::from_secs(2), || {
        Some(kiosk.scene()).filter(|scene| label(scene, "heading") == Fault::Unreachable.title(Language::Ru))
    });
    assert_eq!(scene["scene"], "printing");
    assert_eq!(stored(&kiosk, &pin).0, "pending");

    plug_in(port, &peer);
    until("it goes on by itself", Duration::from_secs(5), || (stored(&kiosk, &pin).0 != "pending").then_some(()));
    kiosk.wait_scene("done", SOON);
    assert_eq!(stored(&kiosk, &pin), ("completed".to_owned(), None));
    let impressions: Vec<_> = peer.tickets().iter().map(|ticket| ticket["impressions"].clone()).collect();
    assert_eq!(impressions, [2]);
    let facts = kiosk.kept().into_iter().filter(|row| row.starts_with("print_facts")).count();
    assert_eq!(facts, 1);
}

#[test]
fn printer_that_dies_in_the_middle_holds_the_job_until_its_owner_comes() {
    let port = free_port();
    let Some(mut peer) = PrinterPeer::start_at(port, &DUPLEX) else { return };
    let kiosk = kiosk(&peer.uri());
    peer.fault("slow", Some("60"));
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    kiosk.review(&pin);
    kiosk.tap("print");
    until("the printer has it", SOON, || (peer.tickets().len() == 1).then_some(()));
    assert_eq!(kiosk.scene()["scene"], "printing");
    peer.switch_off();
    let scene = kiosk.wait_scene("fault", Duration::from_secs(10));
    assert_held(&kiosk, &pin, &scene, &Fault::Unreachable);
    // Nobody can say yet what came out, and nobody is asked.
    let elements = scene["elements"].as_array().expect("elements");
    assert!(elements.iter().all(|element| element["id"] != "missing" && element["id"] != "sheets-out"), "{scene}");
    drop(peer);

    let Some(peer) = PrinterPeer::start_at(port, &DUPLEX) else { return };
    until("the kiosk sees the printer", SOON, || (ready(&kiosk)).then_some(()));
    // It knows nothing of the job: the panel asks by itself.
    until("the question", Duration::from_secs(5), || {
        let scene = kiosk.scene();
        let found = scene["elements"].as_array()?.iter().any(|element| element["id"] == "sheets-out");
        found.then_some(())
    });
    assert!(peer.tickets().is_empty(), "it printed by itself");
    kiosk.answer(1);
    kiosk.wait_scene("done", SOON);
    let impressions: Vec<_> = peer.tickets().iter().map(|ticket| ticket["impressions"].clone()).collect();
    assert_eq!(impressions, [2]);
}

#[test]
fn a_release_is_good_for_a_while_only() {
    let config = "[printer]\npoll_ms = 100\nrelease_valid_s = 1\n";
    let printer = Some(format!("ipp://localhost:{}/ipp/print", free_port()));
    let kiosk = Kiosk::start(&Start { printer, config: Some(config), ..Start::default() });
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(2), "application/pdf").0, 200);
    let scene = kiosk.release(&pin, SOON);
    assert_held(&kiosk, &pin, &scene, &Fault::Unreachable);
}

/// What comes to this port goes to the printer from now on.
fn plug_in(port: u16, peer: &PrinterPeer) {
    let host = peer.uri().replace("ipp://", "").replace("/ipp/print", "");
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port");
    std::thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = std::net::TcpStream::connect(host.as_str()) else { return };
            for (from, to) in [(&near, &far), (&far, &near)] {
                let (mut from, mut to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
}

/// `GET /readyz` is content.
fn ready(kiosk: &Kiosk) -> bool {
    kiosk.get("/readyz").0 == 200
}

#[test]
fn job_that_the_printer_gives_up_is_held_and_prints_when_released_again() {
    let Some(peer) = PrinterPeer::start(&DUPLEX) else { return };
    let kiosk = kiosk(&peer.uri());
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    peer.fault("abort", Some("1"));
    let short = |scene: &Value, out: u32| {
        let reason = serde_json::to_string(&Fault::ShortCount { impressions: out, of: 3 }).expect("JSON");
        assert_eq!(stored(&kiosk, &pin), ("held".to_owned(), Some(reason)));
        assert_eq!(element(scene, "sheets-out")["value"], out.to_string(), "{scene}");
        assert!(label(scene, "heading").contains(&format!("{out} из 3")), "{scene}");
    };
    let scene = kiosk.release(&pin, SOON);
    short(&scene, 1);
    peer.fault("abort", None);

    peer.fault("short", Some("1"));
    kiosk.tap("missing");
    let scene = until("short again", SOON, || {
        Some(kiosk.scene()).filter(|scene| scene["scene"] == "fault" && label(scene, "heading").contains("2 из 3"))
    });
    short(&scene, 2);
    peer.fault("short", None);

    kiosk.tap("finish");
    let scene = kiosk.enter(&pin);
    assert_eq!(scene["scene"], "fault", "the code leads to the question: {scene}");
    kiosk.answer(2);
    kiosk.wait_scene("done", SOON);
    assert_eq!(stored(&kiosk, &pin), ("completed".to_owned(), None));
    let impressions: Vec<_> = peer.tickets().iter().map(|ticket| ticket["impressions"].clone()).collect();
    assert_eq!(impressions, [3, 2, 1]);
    let facts = kiosk.kept().into_iter().filter(|row| row.starts_with("print_facts")).count();
    assert_eq!(facts, 1, "only what came out counts");
}

#[test]
fn printer_out_of_paper_is_told_at_once_and_goes_on_by_itself() {
    let Some(peer) = PrinterPeer::start(&DUPLEX) else { return };
    let kiosk = kiosk(&peer.uri());
    let pin = kiosk.order(&json!({"copies": 2}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(2), "application/pdf").0, 200);
    peer.fault("state", Some("media-empty-error"));
    kiosk.review(&pin);
    kiosk.tap("print");
    let empty = || smol::block_on(peer.printer.status()).ok()?.fault().filter(|fault| *fault == Fault::MediaEmpty);
    until("the printer stands", SOON, empty);
    let (title, advice) = (Fault::MediaEmpty.title(Language::Ru), Fault::MediaEmpty.advice(Language::Ru));
    let scene = until("the panel tells", Duration::from_secs(2), || {
        let scene = kiosk.scene();
        (label(&scene, "heading") == title).then_some(scene)
    });
    assert_eq!((&scene["scene"], label(&scene, "message")), (&json!("printing"), advice.to_owned()));
    assert_eq!(element(&scene, "cancel")["enabled"], true);
    peer.fault("state", None);
    kiosk.wait_scene("done", SOON);
    assert_eq!(stored(&kiosk, &pin), ("completed".to_owned(), None));
    assert_eq!(peer.tickets().len(), 1);
}

#[test]
fn job_canceled_at_the_panel_is_canceled_at_the_printer() {
    let Some(peer) = PrinterPeer::start(&DUPLEX) else { return };
    let kiosk = kiosk(&peer.uri());
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    peer.fault("slow", Some("4"));
    kiosk.review(&pin);
    kiosk.tap("print");
    until("the printer has it", SOON, || (peer.tickets().len() == 1).then_some(()));
    kiosk.tap("cancel");
    let scene = kiosk.wait_scene("done", Duration::from_secs(10));
    assert_eq!(label(&scene, "heading"), ottisk::text::say::PANEL_CANCELED_TITLE.ru);
    assert_eq!(stored(&kiosk, &pin), ("canceled".to_owned(), None));
    let state = || Some(smol::block_on(peer.printer.job(1)).ok()?.state).filter(|state| *state == JobState::Canceled);
    until("the printer has stopped", SOON, state);
    peer.fault("slow", None);
    assert_eq!(kiosk.get(&format!("/file/{pin}")).0, 200);
    kiosk.tap("finish");
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "done", "{scene}");
}

#[test]
fn owner_may_delete_a_job_that_is_at_the_printer() {
    let Some(peer) = PrinterPeer::start(&DUPLEX) else { return };
    let kiosk = kiosk(&peer.uri());
    let before = kiosk.documents();
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    peer.fault("slow", Some("4"));
    kiosk.review(&pin);
    kiosk.tap("print");
    until("the printer has it", SOON, || (peer.tickets().len() == 1).then_some(()));
    let asked = Instant::now();
    assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(kiosk.documents(), before);
    assert_eq!(kiosk.get(&format!("/file/{pin}")).0, 404);
    let state = || Some(smol::block_on(peer.printer.job(1)).ok()?.state).filter(|state| *state == JobState::Canceled);
    until("the printer has stopped", SOON, state);
    kiosk.wait_scene("done", SOON);
}

#[test]
fn what_is_no_printer_for_us_holds_the_job() {
    // A web server that has no printer at that path.
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer_not_found(stream);
        }
    });
    let not_found = kiosk(&format!("ipp://localhost:{port}/ipp/print"));
    assert_unsuitable(&not_found);
    // A printer that takes programs only.
    let Some(peer) = PrinterPeer::start(&["-f", "application/postscript"]) else { return };
    let programs = kiosk(&peer.uri());
    assert_unsuitable(&programs);
    assert!(peer.tickets().is_empty());
}

#[test]
fn more_pages_than_the_printer_takes_are_told_and_fewer_are_printed() {
    let Some(peer) = PrinterPeer::start(&["-f", "image/jpeg"]) else { return };
    let kiosk = kiosk(&peer.uri());
    let document = written(&[(595, 842), (842, 595)]);
    let pin = kiosk.submit(&document, &json!({}));
    let scene = kiosk.release(&pin, SOON);
    assert_held(&kiosk, &pin, &scene, &Fault::Unsuitable);
    assert!(peer.tickets().is_empty());
    kiosk.tap("finish");
    let scene = kiosk.release(&kiosk.submit(&document, &json!({"pages": "2"})), SOON);
    assert_eq!(scene["scene"], "done", "{scene}");
    assert_eq!(peer.tickets()[0]["content_type"], "image/jpeg");
}

fn answer_not_found(mut stream: std::net::TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let _ = stream.read(&mut [0; 16 << 10]);
    let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/// The idle panel says that it is out of order; who scans a code all the same is told why nothing comes.
#[track_caller]
fn assert_unsuitable(kiosk: &Kiosk) {
    let scene = kiosk.wait_scene("out-of-order", SOON);
    assert!(!label(&scene, "heading").is_empty() && !label(&scene, "message").is_empty());
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(1), "application/pdf").0, 200);
    let (status, answer) = kiosk.json("POST", "/panel/scan", &json!({"text": pin}));
    assert_eq!(status, 200, "{answer}");
    kiosk.wait_scene("review", SOON);
    kiosk.tap("print");
    let scene = kiosk.wait_scene("fault", SOON);
    assert_held(kiosk, &pin, &scene, &Fault::Unsuitable);
    kiosk.tap("finish");
    kiosk.wait_scene("out-of-order", SOON);
}
