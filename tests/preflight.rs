//! What is said before printing: documents with known faults, at the kiosk and on the phone page; and the paper that is
//! left.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start, a4_pages, corpus, element, ottisk, temporary, until};

const SOON: Duration = Duration::from_secs(20);

/// A page of a document of our own: its size in points, and what is on it.
enum Page {
    Text(u32, u32),
    Blank,
    Black,
    /// A picture over the whole of A4, so many dots per inch.
    Scan(u32),
    /// The same with nothing but a shade on it.
    Shade(u32),
    /// Words in a font that is only named.
    Font(&'static str, &'static str),
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut object = format!("<<{dictionary}/Length {}>>stream\n", bytes.len()).into_bytes();
    object.extend_from_slice(bytes);
    object.extend_from_slice(b"\nendstream");
    object
}

fn image(dpi: u32, shade: bool) -> Vec<u8> {
    let (width, height) = (595 * dpi / 72, 842 * dpi / 72);
    let pixel = |x: u32, y: u32| {
        let block = (x * 36 / dpi / 2).wrapping_mul(2_654_435_761) ^ (y * 36 / dpi / 2).wrapping_mul(40_503);
        if shade {
            u8::try_from(y * 255 / height).unwrap_or(255)
        } else {
            (block.wrapping_mul(2_246_822_519) >> 24) as u8
        }
    };
    let pixels: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| pixel(x, y))).collect();
    let dictionary =
        format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8");
    stream(&dictionary, &pixels)
}

fn document(pages: &[Page]) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|page| format!("{} 0 R ", 3 + 3 * page)).collect();
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()).into_bytes(),
    ];
    for (index, page) in pages.iter().enumerate() {
        let number = 3 + 3 * index;
        let (width, height) = if let Page::Text(width, height) = page { (*width, *height) } else { (595, 842) };
        let words = |words: &str| format!("BT /F 24 Tf 60 {} Td ({words}) Tj ET", height - 140);
        let font = |name: &str| {
            format!("<</Type/Font/Subtype/TrueType/BaseFont/{name}/Encoding/WinAnsiEncoding>>").into_bytes()
        };
        let (contents, resource) = match page {
            Page::Text(..) => (words("A page of text"), font("Helvetica")),
            Page::Blank => ("0.5 w".into(), font("Helvetica")),
            Page::Black => {
                ("0.05 g 0 0 595 842 re f 1 g BT /F 40 Tf 60 700 Td (A slide) Tj ET".into(), font("Helvetica"))
            }
            Page::Scan(dpi) => ("595 0 0 842 0 0 cm /F Do".into(), image(*dpi, false)),
            Page::Shade(dpi) => ("595 0 0 842 0 0 cm /F Do".into(), image(*dpi, true)),
            Page::Font(name, text) => (words(text), font(name)),
        };
        objects.push(
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {0} 0 R\
                 /Resources<</Font<</F {1} 0 R>>/XObject<</F {1} 0 R>>>>>>",
                number + 1,
                number + 2
            )
            .into_bytes(),
        );
        objects.push(stream("", contents.as_bytes()));
        objects.push(resource);
    }
    let (mut pdf, mut table) = (b"%PDF-1.4\n".to_vec(), String::new());
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let (size, start) = (objects.len() + 1, pdf.len());
    let tail = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf.extend_from_slice(tail.as_bytes());
    pdf
}

fn submit(kiosk: &Kiosk, bytes: &[u8], options: &Value) -> String {
    let path = temporary("document").join("own.pdf");
    fs::write(&path, bytes).expect("written");
    kiosk.submit(&path, options)
}

fn has(scene: &Value, id: &str) -> bool {
    scene["elements"].as_array().is_some_and(|all| all.iter().any(|element| element["id"] == id))
}

/// The facts that the store has, content by content.
fn facts(kiosk: &Kiosk) -> Vec<Value> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let db = rusqlite::Connection::open_with_flags(kiosk.folder.join("ottisk.db"), flags).expect("a database");
    let mut rows = db.prepare("SELECT facts FROM preflight").expect("a table");
    let rows = rows.query_map([], |row| row.get::<_, String>(0)).expect("rows");
    rows.map(|row| serde_json::from_str(&row.expect("a row")).expect("JSON")).collect()
}

/// The findings on a job's page once its document was looked at: their names, the grave ones with a mark.
fn told(kiosk: &Kiosk, bytes: &[u8]) -> Vec<String> {
    let before = facts(kiosk).len();
    let pin = submit(kiosk, bytes, &json!({}));
    until("a look", SOON, || (facts(kiosk).len() > before).then_some(()));
    let page = String::from_utf8(kiosk.get(&format!("/j/{pin}")).1).expect("text");
    let findings = page.split("class=\"finding").skip(1);
    let name = |part: &str| {
        let id = part.split("id=\"finding-").nth(1).and_then(|id| id.split('"').next()).expect("an id").to_owned();
        if part.starts_with(" grave") { id + "!" } else { id }
    };
    findings.map(name).collect()
}

#[test]
fn known_documents_are_told_of_and_ordinary_ones_are_not() {
    let kiosk = Kiosk::demo();
    let told = |pages: &[Page]| told(&kiosk, &document(pages));
    let text = || Page::Text(595, 842);
    assert!(told(&[text(), text()]).is_empty());
    assert_eq!(told(&[text(), Page::Blank, text()]), ["blank-pages!"]);
    assert_eq!(told(&[Page::Blank]), ["all-blank!"]);
    assert_eq!(told(&[Page::Black, text(), text()]), ["black-pages!"]);
    assert_eq!(told(&[Page::Scan(72), text()]), ["coarse-pictures!"]);
    assert!(told(&[Page::Scan(150), Page::Shade(72)]).is_empty());
    assert_eq!(told(&[Page::Text(842, 1191)]), ["page-size!"]);
    assert_eq!(told(&[Page::Text(612, 792)]), ["page-size"]);
    assert!(told(&[Page::Text(842, 595)]).is_empty());
    assert_eq!(told(&[Page::Font("Calibri", "Hello")]), ["fonts!"]);
    assert!(told(&[Page::Font("TimesNewRoman", "Hello")]).is_empty());
    // Looked at once each, whoever asks and however often; none of it held an upload up.
    assert_eq!(kiosk.log().matches("looked at before printing").count(), facts(&kiosk).len());
}

#[test]
fn blank_pages_are_left_out_by_a_tap_at_the_kiosk_and_by_a_form_on_the_phone() {
    let kiosk = Kiosk::demo();
    let text = || Page::Text(595, 842);
    let bytes = document(&[text(), Page::Blank, text(), Page::Blank]);
    let pin = submit(&kiosk, &bytes, &json!({}));
    kiosk.review(&pin);
    let scene = until("a finding", SOON, || Some(kiosk.scene()).filter(|scene| has(scene, "mend-blank-pages")));
    assert!(element(&scene, "finding-blank-pages")["label"].as_str().expect("words").contains("2, 4"), "{scene}");
    let scene = kiosk.tap("mend-blank-pages");
    assert_eq!(element(&scene, "pages")["value"], "1,3");
    assert!(!has(&scene, "finding-blank-pages"));
    kiosk.tap("print");
    kiosk.wait_scene("done", SOON);
    assert_eq!(kiosk.printed(1)["impressions_completed"], 2, "{}", kiosk.printed(1));
    // The same document again: its facts are there at once.
    let pin = submit(&kiosk, &bytes, &json!({"copies": 2}));
    let page = String::from_utf8(kiosk.get(&format!("/j/{pin}")).1).expect("text");
    assert!(page.contains("id=\"mend-blank-pages\"") && page.contains("name=\"pages\" value=\"1,3\""), "{page}");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(kiosk.request("POST", &format!("/j/{pin}"), &form, b"action=change&pages=1%2C3").0, 303);
    let options = kiosk.json("GET", &format!("/file/{pin}"), &Value::Null).1;
    assert_eq!((&options["options"]["pages"], &options["options"]["copies"]), (&json!("1,3"), &json!(2)), "{options}");
    assert_eq!(kiosk.log().matches("looked at before printing").count(), facts(&kiosk).len());
}

#[test]
fn a_look_is_bounded_and_says_so() {
    let config = "[preflight]\npages = 3\npage_cpu_s = 1\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let pin = submit(&kiosk, &a4_pages(40), &json!({}));
    let page = until("a look", SOON, || {
        let page = String::from_utf8(kiosk.get(&format!("/j/{pin}")).1).expect("text");
        page.contains("id=\"findings\"").then_some(page)
    });
    assert!(page.contains("первые 3 из 40"), "{page}");
    assert!(facts(&kiosk).iter().all(|facts| facts["pages"].as_array().is_some_and(|pages| pages.len() <= 3)));
    let Some(bomb) = corpus("own_h_stream_bomb_dev.pdf") else { return };
    let before = facts(&kiosk).len();
    let started = Instant::now();
    kiosk.submit(&bomb, &json!({}));
    // The answer came before the look did.
    assert!(started.elapsed() < SOON && facts(&kiosk).len() == before);
    until("an end", Duration::from_secs(60), || (facts(&kiosk).len() > before).then_some(()));
    assert_eq!(kiosk.get("/healthz").0, 200);
}

#[test]
fn facts_go_with_the_last_document_that_has_them() {
    let kiosk = Kiosk::demo();
    let sample = until("the sample's facts", SOON, || Some(facts(&kiosk).len()).filter(|count| *count == 1));
    let bytes = a4_pages(2);
    let pins = [(); 2].map(|()| submit(&kiosk, &bytes, &json!({})));
    until("a look", SOON, || (facts(&kiosk).len() == sample + 1).then_some(()));
    for (pin, left) in pins.iter().zip([1, 0]) {
        assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
        until("facts", SOON, || (facts(&kiosk).len() == sample + left).then_some(()));
    }
}

fn say(kiosk: &Kiosk, body: &Value) -> (u16, Value) {
    let headers = [("content-type", "application/json"), ("authorization", kiosk.token.as_str())];
    let (status, bytes) = kiosk.request("POST", "/admin/paper", &headers, body.to_string().as_bytes());
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

fn paper(kiosk: &Kiosk) -> Value {
    kiosk.json("GET", "/status", &Value::Null).1["paper"].clone()
}

#[test]
fn paper_is_counted_from_a_persons_word_down_and_told_before_a_job_that_does_not_fit() {
    let kiosk = Kiosk::demo();
    assert_eq!(paper(&kiosk), json!({"state": "unknown", "sheets": null, "tray": 250}));
    assert_eq!(kiosk.json("POST", "/admin/paper", &json!({"full": true})).0, 401);
    assert_eq!(say(&kiosk, &json!({"sheets": -1})).0, 400);
    assert_eq!(say(&kiosk, &json!({"full": true})), (200, json!({"state": "ok", "sheets": 250, "tray": 250})));
    let pin = submit(&kiosk, &a4_pages(5), &json!({}));
    kiosk.release(&pin, SOON);
    kiosk.tap("finish");
    until("fewer sheets", SOON, || (paper(&kiosk)["sheets"] == 245).then_some(()));

    say(&kiosk, &json!({"sheets": 3}));
    assert_eq!(paper(&kiosk)["state"], "low");
    let metrics = String::from_utf8(kiosk.get("/metrics").1).expect("text");
    assert!(metrics.contains("\nottisk_paper_sheets 3\n") && metrics.contains("\nottisk_paper_low 1\n"), "{metrics}");
    let checked = ottisk(&["check", "--data", &kiosk.folder.display().to_string()], SOON);
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.contains("warn paper") && checked.contains("sheets left: 3"), "{checked}");

    let page = String::from_utf8(kiosk.get(&format!("/j/{pin}")).1).expect("text");
    assert!(page.contains("id=\"finding-paper-short\"") && page.contains("name=\"two_sided\" value=\"1\""), "{page}");
    let scene = kiosk.review(&pin);
    assert_eq!(element(&scene, "print")["enabled"], false, "{scene}");
    assert_eq!(element(&kiosk.tap("print"), "paper-short")["role"], "status");
    let scene = kiosk.tap("mend-two-sided");
    assert_eq!(
        (&element(&scene, "two-sided")["value"], &element(&scene, "print")["enabled"]),
        (&json!("on"), &json!(true))
    );
    kiosk.tap("print");
    kiosk.wait_scene("done", SOON);
    until("no sheet left", SOON, || (paper(&kiosk)["sheets"] == 0).then_some(()));
    kiosk.tap("finish");

    // Whoever sees paper prints; that it came out proves the count wrong.
    kiosk.review(&pin);
    assert_eq!(element(&kiosk.tap("paper-is-there"), "print")["enabled"], true);
    kiosk.tap("print");
    kiosk.wait_scene("done", SOON);
    until("an unknown count", SOON, || (paper(&kiosk)["state"] == "unknown").then_some(()));
}

#[test]
fn whoever_fills_the_tray_taps_it_and_a_restart_remembers() {
    let config = "[paper]\ntray_sheets = 500\nadded_sheets = 120\n[service]\ncode = \"2468\"\n";
    let mut kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    kiosk.wait_scene("idle", SOON);
    kiosk.tap("service");
    // Without the code nobody says how much there is.
    assert!(!kiosk.tap("paper-full").to_string().contains("paper-full"));
    for id in ["key-2", "key-4", "key-6", "key-8", "code-submit"] {
        kiosk.tap(id);
    }
    kiosk.tap("paper-added");
    until("120 sheets", SOON, || (paper(&kiosk)["sheets"] == 120).then_some(()));
    kiosk.tap("paper-full");
    until("500 sheets", SOON, || (element(&kiosk.scene(), "paper")["value"] == "500").then_some(()));
    kiosk.kill();
    let folder = Some(kiosk.folder.clone());
    let kiosk = Kiosk::start(&Start { config: Some(config), folder, ..Start::default() });
    until("500 sheets", SOON, || (paper(&kiosk)["sheets"] == 500).then_some(()));
}
