//! Uploads in pieces: tus 1.0.0 as its text has it, senders who mean harm or lose their network, restarts in the middle, and
//! documents of every format that come so.

pub mod client;
mod proxy;
pub mod ready;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::client::{Tus, metadata, who};
use crate::support::{Kiosk, Start, a4_pages, until};

const SOON: Duration = Duration::from_secs(10);

fn started(config: &str) -> Kiosk {
    Kiosk::start(&Start { config: Some(config), ..Start::default() })
}

/// A PDF of exactly so many bytes: after its end stand a long comment and the end again (ISO 32000-1 §7.5.6 allows updates).
pub fn heavy(bytes: usize) -> Vec<u8> {
    let mut pdf = a4_pages(2);
    let text = String::from_utf8_lossy(&pdf).into_owned();
    let start = text.rsplit("startxref\n").next().and_then(|tail| tail.split('\n').next()).expect("a table").to_owned();
    let end = format!("\nstartxref\n{start}\n%%EOF\n");
    let mut state = 7_u32;
    pdf.push(b'%');
    while pdf.len() + end.len() < bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        pdf.push(b'0' + (state >> 24) as u8 % 64);
    }
    pdf.extend_from_slice(end.as_bytes());
    pdf
}

/// What lies on the disk of the job's document.
fn stored(kiosk: &Kiosk, pin: &str) -> Vec<u8> {
    let (status, told) = kiosk.json("GET", &format!("/file/{pin}"), &Value::Null);
    assert_eq!(status, 200, "{told}");
    kiosk.get(&format!("/static/{}", told["filename"].as_str().expect("a name"))).1
}

#[test]
fn the_protocol_is_kept_to_the_letter() {
    let kiosk = Kiosk::demo();
    let tus = Tus::of(&kiosk);
    let spoken = tus.bare("OPTIONS", "/upload", &[], b"");
    assert_eq!((spoken.status, spoken.header("tus-version")), (204, "1.0.0"));
    assert_eq!(spoken.header("tus-extension"), "creation,expiration,termination");
    assert_eq!(spoken.header("tus-max-size"), "25000000");

    let document = a4_pages(3);
    let created = tus.announce(document.len(), &metadata("отчёт.pdf", &[]));
    assert_eq!((created.status, created.header("tus-resumable"), created.header("upload-offset")), (201, "1.0.0", "0"));
    assert!(!created.header("upload-expires").is_empty());
    let path = created.header("location").to_owned();
    assert!(path.len() == "/upload/".len() + 32, "{path}");

    let head = |offset: usize| {
        let told = tus.call("HEAD", &path, &[], b"");
        assert_eq!((told.status, told.header("upload-offset")), (200, offset.to_string().as_str()));
        assert_eq!(told.header("upload-length"), document.len().to_string());
        assert_eq!(told.header("cache-control"), "no-store");
    };
    head(0);
    let piece = |at: usize, bytes: &[u8]| tus.piece(&path, at, bytes);
    assert_eq!(piece(0, &document[..100]).header("upload-offset"), "100");
    head(100);
    // Another place: 409, and where it stands.
    let wrong = piece(99, &document[99..]);
    assert_eq!((wrong.status, wrong.header("upload-offset")), (409, "100"));
    assert_eq!(piece(101, &document[101..]).status, 409);
    // Another version, none, another type, no offset.
    for (headers, status) in [
        (&[("Tus-Resumable", "0.2.2"), ("Upload-Offset", "100"), ("Content-Type", client::PIECE)][..], 412),
        (&[("Upload-Offset", "100"), ("Content-Type", client::PIECE)], 412),
        (&[("Tus-Resumable", "1.0.0"), ("Upload-Offset", "100"), ("Content-Type", "text/plain")], 415),
        (&[("Tus-Resumable", "1.0.0"), ("Upload-Offset", "-1"), ("Content-Type", client::PIECE)], 400),
        (&[("Tus-Resumable", "1.0.0"), ("Content-Type", client::PIECE)], 400),
    ] {
        let refused = tus.bare("PATCH", &path, headers, &document[100..200]);
        assert_eq!((refused.status, refused.header("tus-resumable")), (status, "1.0.0"), "{headers:?}");
        assert_eq!(status == 412, !refused.header("tus-version").is_empty());
    }
    head(100);
    // Nothing at all is fine; what goes past the end is not, and nobody waits for it.
    assert_eq!(piece(100, b"").status, 204);
    let began = Instant::now();
    assert_eq!(tus.promise(&path, 100, document.len()).status, 413);
    assert_eq!(tus.chunked(&path, 100, &[document.as_slice(), b"more"].concat()[100..]).status, 413);
    assert!(began.elapsed() < Duration::from_secs(5));
    let at: usize = tus.call("HEAD", &path, &[], b"").header("upload-offset").parse().expect("a number");
    assert!((100..=document.len()).contains(&at));
    // Proxies that know no PATCH.
    let offset = at.to_string();
    let instead =
        [("X-HTTP-Method-Override", "PATCH"), ("Upload-Offset", offset.as_str()), ("Content-Type", client::PIECE)];
    let last = tus.call("POST", &path, &instead, &document[at..]);
    assert_eq!(last.status, 204, "{}", last.text());
    let pin = last.header("upload-pin").to_owned();
    assert_eq!(stored(&kiosk, &pin), document);
    // Asked again, the same is told; nothing more is taken, and nothing can be taken back.
    assert_eq!(piece(document.len(), b"").header("upload-pin"), pin);
    assert_eq!(piece(document.len(), b"x").status, 413);
    assert_eq!(piece(0, &document).status, 409);
    let (_, told) = kiosk.json("GET", &path, &Value::Null);
    assert_eq!(
        (&told["state"], &told["pin"], &told["filename"]),
        (&json!("ordered"), &json!(pin), &json!("отчёт.pdf"))
    );
    assert_eq!(tus.call("DELETE", &path, &[], b"").status, 409);
    assert_eq!(stored(&kiosk, &pin), document);
    // With its document goes all that knew of it.
    assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
    assert_eq!(tus.call("HEAD", &path, &[], b"").status, 404);
}

#[test]
fn what_cannot_come_is_refused_before_it_does() {
    let kiosk = started("[upload]\nuploads = 5\nuploads_of_member = 3\nbytes_of_member = 30000000\n");
    let tus = Tus::of(&kiosk);
    let name = metadata("x.pdf", &[]);
    let announced = |length: &str, metadata: &str| {
        let headers = [("Upload-Length", length), ("Upload-Metadata", metadata)];
        tus.call("POST", "/upload", &headers, b"")
    };
    for (length, metadata, status) in [
        ("0", name.as_str(), 422),
        ("25000001", &name, 413),
        ("99999999999999999999", &name, 400),
        ("-1", &name, 400),
        ("", &name, 400),
        ("7", "", 400),
        ("7", "filename eC5wZGY=", 400),
        ("7", &format!("{},number Nw==", "filename eC5wZGY=,surname ????"), 400),
        ("7", &who("x.pdf", "Иванов", "7", &[]), 403),
        ("7", &metadata_with_pages(), 400),
    ] {
        let refused = announced(length, metadata);
        assert_eq!(refused.status, status, "{length} {metadata}: {}", refused.text());
        assert!(refused.json()["detail_ru"].is_string(), "{}", refused.text());
    }
    assert_eq!(tus.bare("POST", "/upload", &[("Upload-Length", "7"), ("Upload-Metadata", &name)], b"").status, 412);
    let foreign = [("Upload-Length", "7"), ("Upload-Metadata", name.as_str()), ("Origin", "http://elsewhere.example")];
    assert_eq!(tus.call("POST", "/upload", &foreign, b"").status, 403);
    for unknown in [format!("/upload/{}", "0".repeat(32)), "/upload/x".into(), "/upload/%2e%2e%2fottisk.db".into()] {
        assert_eq!(tus.call("HEAD", &unknown, &[], b"").status, 404);
        assert_eq!(tus.piece(&unknown, 0, b"x").status, 404);
        assert_eq!(tus.call("DELETE", &unknown, &[], b"").status, 404);
    }
    assert!(parts(&kiosk).is_empty(), "nothing reached the disk");
    // One member has so many bytes and so many uploads; what is taken back makes room.
    assert_eq!(announced("25000000", &name).status, 201);
    assert_eq!(announced("5000001", &name).status, 503);
    let second = announced("5", &name).header("location").to_owned();
    assert_eq!(announced("5", &name).status, 201);
    assert_eq!(announced("5", &name).status, 503);
    assert_eq!(parts(&kiosk).len(), 3);
    assert_eq!(tus.call("DELETE", &second, &[], b"").status, 204);
    assert_eq!(tus.call("HEAD", &second, &[], b"").status, 404);
    assert_eq!(parts(&kiosk).len(), 2);
    assert_eq!(announced("5", &name).status, 201);
}

fn metadata_with_pages() -> String {
    metadata("x.pdf", &[("pages", "3-1")])
}

fn parts(kiosk: &Kiosk) -> Vec<String> {
    kiosk.documents().into_iter().filter(|name| name.starts_with(".part-")).collect()
}

#[test]
fn what_was_told_as_come_survives_a_kill() {
    let mut kiosk = started("[upload]\nsync_bytes = 65536\n");
    let document = heavy(2_000_000);
    let path = Tus::of(&kiosk).announce(document.len(), &metadata("x.pdf", &[])).header("location").to_owned();
    let acknowledged = |kiosk: &Kiosk| kiosk.json("GET", &path, &Value::Null).1["offset"].as_u64().unwrap_or(0);
    // A piece that never ends, and a kiosk that dies under it.
    let sending = Tus::of(&kiosk).begin(&path, 0, document.len(), &document[..1_000_000]);
    let before = until("pieces are told as come", SOON, || Some(acknowledged(&kiosk)).filter(|came| *came >= 900_000));
    kiosk.kill();
    drop(sending);
    kiosk.serve(&[], &[]);
    let tus = Tus::of(&kiosk);
    let at: u64 = tus.call("HEAD", &path, &[], b"").header("upload-offset").parse().expect("a number");
    assert!((before..=1_000_000).contains(&at), "{before} {at}");
    // What the crash left past that is not taken for the document.
    let last = tus.piece(&path, at as usize, &document[at as usize..]);
    assert_eq!(last.status, 204, "{}", last.text());
    assert_eq!(stored(&kiosk, last.header("upload-pin")), document);
    assert!(parts(&kiosk).is_empty());
}

#[test]
fn a_phone_that_comes_back_is_not_kept_waiting_by_its_former_connection() {
    let kiosk = Kiosk::demo();
    let tus = Tus::of(&kiosk);
    let document = heavy(300_000);
    let path = tus.announce(document.len(), &metadata("x.pdf", &[])).header("location").to_owned();
    let former = tus.begin(&path, 0, document.len(), &document[..100_000]);
    std::thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    let at: usize = tus.call("HEAD", &path, &[], b"").header("upload-offset").parse().expect("a number");
    assert_eq!(at, 100_000);
    let last = tus.piece(&path, at, &document[at..]);
    assert!(last.status == 204 && began.elapsed() < Duration::from_secs(3), "{} {:?}", last.status, began.elapsed());
    assert_eq!(stored(&kiosk, last.header("upload-pin")), document);
    drop(former);

    // Ten at once at the same place: one of them gets each byte in, and the document is what it was.
    let path = tus.announce(document.len(), &metadata("x.pdf", &[])).header("location").to_owned();
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| tus.piece(&path, 0, &document).status);
        }
    });
    let (_, told) = kiosk.json("GET", &path, &Value::Null);
    let came = told["offset"].as_u64().expect("a number") as usize;
    let last = tus.piece(&path, came, &document[came..]);
    assert_eq!(stored(&kiosk, last.header("upload-pin")), document);
}

#[test]
fn a_network_that_breaks_twenty_times_brings_the_same_bytes() {
    let kiosk = Kiosk::demo();
    let document = heavy(25_000_000);
    let proxy = proxy::Cutting::start(&kiosk.url, 20, 1_100_000);
    let tus = Tus { url: proxy.url.clone() };
    let path = tus.announce(document.len(), &metadata("x.pdf", &[])).header("location").to_owned();
    let began = Instant::now();
    let pin = loop {
        assert!(began.elapsed() < Duration::from_secs(60), "it takes too long");
        let Some(head) = tus.try_call("HEAD", &path, &[], b"") else { continue };
        let at: usize = head.header("upload-offset").parse().expect("a number");
        let offset = at.to_string();
        let headers = [("Upload-Offset", offset.as_str()), ("Content-Type", client::PIECE)];
        let Some(last) = tus.try_call("PATCH", &path, &headers, &document[at..]) else { continue };
        assert_eq!(last.status, 204, "{}", last.text());
        break last.header("upload-pin").to_owned();
    };
    assert_eq!(proxy.cuts(), 20);
    assert!(stored(&kiosk, &pin) == document, "other bytes");
}

#[test]
fn uploads_that_nobody_goes_on_with_are_forgotten() {
    let mut kiosk = Kiosk::demo();
    let tus = Tus::of(&kiosk);
    let path = tus.announce(9, &metadata("x.pdf", &[])).header("location").to_owned();
    tus.piece(&path, 0, b"%PDF");
    assert_eq!(parts(&kiosk).len(), 1);
    let config = kiosk.folder.join("short.toml");
    std::fs::write(&config, "[upload]\nkeep_hours = 0\n").expect("written");
    kiosk.serve(&["--config", &config.display().to_string()], &[]);
    until("the file goes", SOON, || parts(&kiosk).is_empty().then_some(()));
    assert_eq!(Tus::of(&kiosk).call("HEAD", &path, &[], b"").status, 404);
}

#[test]
fn probes_of_phones_lead_to_the_page_when_a_setting_says_so() {
    let probes = [
        "/generate_204",
        "/gen_204",
        "/hotspot-detect.html",
        "/library/test/success.html",
        "/connecttest.txt",
        "/ncsi.txt",
        "/redirect",
        "/canonical.html",
        "/success.txt",
    ];
    let kiosk = Kiosk::demo();
    for probe in probes {
        assert_eq!(kiosk.get(probe).0, 404, "{probe}");
    }
    let kiosk = started("[portal]\ncaptive = true\n");
    for probe in probes {
        let led = Tus::of(&kiosk).bare("GET", probe, &[("Host", "connectivitycheck.example")], b"");
        assert_eq!((led.status, led.header("location")), (302, format!("{}/", kiosk.url).as_str()), "{probe}");
    }
}
