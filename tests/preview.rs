//! The preview service over HTTP, against the running binary: grants and tokens, pages as they are asked, what is kept and
//! for how long, a restart in the middle, and whoever means harm. Nodes are in `nodes`.

mod strangers;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{self, Kiosk, Start, names, until};

const LIMIT: Duration = Duration::from_secs(20);

/// A PDF of so many pages of A5, its content different for each `seed`.
pub fn pdf(pages: usize, seed: u32) -> Vec<u8> {
    let width = 420 + seed;
    support::document(&vec![(width, 595); pages], 50)
}

/// Asks for a preview; the grant.
pub fn ask(kiosk: &Kiosk, pin: &str, pages: Option<&str>) -> Value {
    let body = pages.map_or(json!({}), |pages| json!({"pages": pages}));
    let (status, grant) = kiosk.json("POST", &format!("/file/{pin}/preview"), &body);
    assert_eq!(status, 202, "{grant}");
    grant
}

pub fn token(grant: &Value) -> String {
    format!("Bearer {}", grant["read_token"].as_str().expect("a token"))
}

/// Status and body of what a grant's holder gets below the description.
pub fn look(kiosk: &Kiosk, grant: &Value, file: &str) -> (u16, Vec<u8>) {
    let url = grant["description_url"].as_str().expect("a path");
    let path = if file.is_empty() { url.to_owned() } else { format!("{url}/{file}") };
    kiosk.request("GET", &path, &[("authorization", &token(grant))], &[])
}

pub fn description(kiosk: &Kiosk, grant: &Value) -> Value {
    let (status, body) = look(kiosk, grant, "");
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("JSON")
}

pub fn complete(kiosk: &Kiosk, grant: &Value) -> Value {
    until("a preview", LIMIT, || Some(description(kiosk, grant)).filter(|told| told["state"] == "complete"))
}

fn pages(told: &Value) -> Vec<u64> {
    told["pages"].as_array().expect("pages").iter().map(|page| page["number"].as_u64().expect("a number")).collect()
}

/// An order with this document.
pub fn submit(kiosk: &Kiosk, document: &[u8]) -> String {
    let pin = kiosk.order(&json!({}));
    let (status, answer) = kiosk.upload(&pin, document, "application/pdf");
    assert_eq!(status, 200, "{answer}");
    pin
}

/// How many conversions a kiosk has done so far.
pub fn conversions(kiosk: &Kiosk) -> usize {
    kiosk.log().lines().filter(|line| line.contains(" converted ")).count()
}

fn previews(kiosk: &Kiosk) -> PathBuf {
    kiosk.folder.join("previews")
}

/// Bytes of all files that previews have on the disk.
fn bytes(kiosk: &Kiosk) -> u64 {
    let of = |folder: &Path| -> u64 {
        // Work that ends while it is looked at is gone, and its folder too.
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        files.map(|file| file.metadata().map_or(0, |data| data.len())).sum()
    };
    names(&previews(kiosk)).iter().map(|name| of(&previews(kiosk).join(name))).sum()
}

fn header(kiosk: &Kiosk, grant: &Value, file: &str, asked: &[(&str, &str)], name: &str) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent: ureq::Agent = config.build().into();
    let url = format!("{}{}/{file}", kiosk.url, grant["description_url"].as_str().expect("a path"));
    let mut request = agent.get(url).header("authorization", token(grant));
    for (name, value) in asked {
        request = request.header(*name, *value);
    }
    let answer = request.call().expect("an answer");
    let value = answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    (answer.status().as_u16(), value.to_owned())
}

#[test]
fn whoever_knows_the_code_sees_the_document() {
    let kiosk = Kiosk::demo();
    let pin = submit(&kiosk, &pdf(3, 0));
    // A grant alone begins nothing.
    let (status, grant) = kiosk.json("GET", &format!("/print/file/{pin}/preview"), &Value::Null);
    assert_eq!((status, description(&kiosk, &grant)), (200, Value::Null));
    let grant = ask(&kiosk, &pin, None);
    // Asked while it is on its way: waited for.
    let (status, png) = look(&kiosk, &grant, "1.png");
    assert_eq!((status, &png[1..4]), (200, &b"PNG"[..]));
    let told = complete(&kiosk, &grant);
    assert_eq!((&told["document"], &told["version"]), (&grant["document"], &grant["version"]));
    assert_eq!((&told["format"], &told["page_count"], &told["error"]), (&json!("png"), &json!(3), &Value::Null));
    assert_eq!((&told["pages"][0]["file"], &told["pages"][0]["state"]), (&json!("1.png"), &json!("complete")));
    assert!(told["pages"][0]["width"].as_u64() > Some(400) && told["bytes"].as_u64() >= Some(png.len() as u64));
    // Caches of the reader's own, and no others.
    let (_, etag) = header(&kiosk, &grant, "1.png", &[], "etag");
    assert_eq!(header(&kiosk, &grant, "1.png", &[("if-none-match", &etag)], "cache-control"), (304, "private".into()));
    assert_eq!(header(&kiosk, &grant, "1.png", &[], "x-content-type-options").1, "nosniff");
    assert_eq!(header(&kiosk, &grant, "1.png", &[], "content-type").1, "image/png");
    // For our own eyes, as documents are.
    let folder = previews(&kiosk).join(grant["version"].as_str().expect("a version"));
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!([&previews(&kiosk), &folder, &folder.join("1.png")].map(|path| mode(path)), [0o700, 0o700, 0o600]);
    for pin in ["ZZZZZZ", "%00", "%D1%8B"] {
        assert_eq!(kiosk.json("POST", &format!("/file/{pin}/preview"), &json!({})).0, 404, "{pin}");
    }
    let empty = kiosk.order(&json!({}));
    assert_eq!(kiosk.get(&format!("/file/{empty}/preview")).0, 415, "nothing was uploaded");
    for (body, status) in
        [(json!({"pages": "4"}), 416), (json!({"pages": "0"}), 400), (json!({"pages": 1}), 400), (json!([]), 400)]
    {
        assert_eq!(kiosk.json("POST", &format!("/file/{pin}/preview"), &body).0, status, "{body}");
    }
}

#[test]
fn pages_are_made_when_they_are_asked_and_once() {
    let kiosk = Kiosk::demo();
    let document = pdf(30, 1);
    let pin = submit(&kiosk, &document);
    let grant = ask(&kiosk, &pin, None);
    let near = |wanted: &[u64]| {
        until("neighbours", LIMIT, || Some(description(&kiosk, &grant)).filter(|told| pages(told) == wanted))
    };
    near(&[1, 2]);
    assert_eq!(look(&kiosk, &grant, "15.png").0, 404, "nobody asked");
    ask(&kiosk, &pin, Some("15-16, 15"));
    assert_eq!(look(&kiosk, &grant, "15.png").0, 200);
    near(&[1, 2, 14, 15, 16, 17]);
    assert_eq!(conversions(&kiosk), 6);
    // However many ask, and under whatever code.
    let other = submit(&kiosk, &document);
    std::thread::scope(|scope| {
        for pin in [&pin, &other].repeat(4) {
            let kiosk = &kiosk;
            scope.spawn(move || complete(kiosk, &ask(kiosk, pin, Some("15-16,20"))));
        }
    });
    near(&[1, 2, 14, 15, 16, 17, 20, 21]);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!((conversions(&kiosk), pages(&description(&kiosk, &grant)).len()), (8, 8), "{}", kiosk.log());
    // Every page is a page of its own.
    let [first, second] = ["15.png", "16.png"].map(|file| look(&kiosk, &grant, file).1);
    assert_ne!(first, second);
}

#[test]
fn a_token_opens_one_version_of_one_document_to_read() {
    let (kiosk, elsewhere) = (Kiosk::demo(), Kiosk::demo());
    let (pin, other) = (submit(&kiosk, &pdf(1, 2)), submit(&kiosk, &pdf(1, 3)));
    let (grant, others) = (ask(&kiosk, &pin, None), ask(&kiosk, &other, None));
    complete(&kiosk, &grant);
    let url = grant["description_url"].as_str().expect("a path").to_owned();
    let strange = ask(&elsewhere, &submit(&elsewhere, &pdf(1, 2)), None);
    let own = token(&grant);
    let bare = grant["read_token"].as_str().expect("a token");
    assert_eq!(kiosk.get(&format!("{url}/1.png?token={bare}")).0, 200);
    assert_eq!(kiosk.request("GET", &format!("/print{url}"), &[("authorization", bare)], &[]).0, 200);
    let get = |token: &str| kiosk.request("GET", &url, &[("authorization", token)], &[]).0;
    let flipped = format!("{}A", &own[..own.len() - 1]);
    let unsigned = format!("{}.", own.rsplit_once('.').expect("three parts").0);
    assert_eq!([get(&token(&others)), get(&token(&strange)), get(&kiosk.token)], [403, 401, 401]);
    assert_eq!([get(""), get("Bearer"), get(&unsigned), get(&"x".repeat(9_000))], [401; 4]);
    assert!(flipped == own || get(&flipped) == 401);
    assert_eq!(kiosk.get(&url).0, 401);
    // Reading never writes, and does not fetch the original.
    let with = |method: &str, path: &str| kiosk.request(method, path, &[("authorization", &own)], b"{}").0;
    assert_eq!(
        [with("PUT", &url), with("PUT", &format!("{url}/1.png")), with("GET", &format!("{url}/source"))],
        [403; 3]
    );
    assert_eq!([with("DELETE", &url), with("PUT", &format!("{url}/source"))], [405; 2]);
    let (_, answer) = kiosk.request("GET", &url, &[], &[]);
    let problem: Value = serde_json::from_slice(&answer).expect("RFC 9457");
    assert!(problem["detail"].is_string() && problem["detail_ru"].is_string(), "{problem}");
    for file in [
        "2.png",
        "1.jpg",
        "description.json",
        "..%2f..%2fottisk.db",
        "%2e%2e",
        "1.png%00",
        "print-2.png",
        "print-0.png",
    ] {
        assert_eq!(with("GET", &format!("{url}/{file}")), 404, "{file}");
    }
    let version = "0".repeat(64);
    assert_eq!(with("GET", &format!("/preview/1/{version}")), 403, "another version");
    assert_eq!(with("GET", "/preview/x/y"), 404);
}

#[test]
fn a_preview_leaves_with_the_last_document_of_its_content() {
    let kiosk = Kiosk::demo();
    let document = pdf(1, 4);
    let (first, second) = (submit(&kiosk, &document), submit(&kiosk, &document));
    let (one, two) = (ask(&kiosk, &first, None), ask(&kiosk, &second, None));
    complete(&kiosk, &one);
    complete(&kiosk, &two);
    assert_eq!((one["version"] == two["version"], conversions(&kiosk)), (true, 1));
    assert_eq!(kiosk.request("DELETE", &format!("/file/{first}"), &[], &[]).0, 204);
    assert_eq!((description(&kiosk, &one), look(&kiosk, &one, "1.png").0), (Value::Null, 404));
    assert_eq!((look(&kiosk, &two, "1.png").0, names(&previews(&kiosk)).len()), (200, 1));
    assert_eq!(kiosk.request("DELETE", &format!("/file/{second}"), &[], &[]).0, 204);
    assert_eq!((look(&kiosk, &two, "1.png").0, look(&kiosk, &two, "print-1.png").0), (404, 404));
    until("no files", LIMIT, || names(&previews(&kiosk)).is_empty().then_some(()));
    let rows: u32 = rusqlite::Connection::open(kiosk.folder.join("ottisk.db"))
        .and_then(|db| db.query_row("SELECT COUNT(*) FROM previews", [], |row| row.get(0)))
        .expect("rows");
    assert_eq!(rows, 0);
}

#[test]
fn what_nobody_looks_at_makes_room() {
    let measured = Kiosk::demo();
    let one = complete(&measured, &ask(&measured, &submit(&measured, &pdf(1, 10)), None));
    let most = one["bytes"].as_u64().expect("bytes") * 5 / 2;
    let config = format!("[preview]\ncache_bytes = {most}\nneighbours = 0\n");
    let kiosk = Kiosk::start(&Start { config: Some(&config), ..Start::default() });
    let grants: Vec<Value> = (0..6).map(|seed| ask(&kiosk, &submit(&kiosk, &pdf(1, 10 + seed)), None)).collect();
    complete(&kiosk, grants.last().expect("six"));
    until("room", LIMIT, || (bytes(&kiosk) <= most).then_some(()));
    assert_eq!(description(&kiosk, &grants[0]), Value::Null, "the first to go");
    let before = conversions(&kiosk);
    let again = ask(&kiosk, &submit(&kiosk, &pdf(1, 10)), None);
    assert_eq!(look(&kiosk, &again, "1.png").0, 200);
    assert_eq!(conversions(&kiosk), before + 1, "made anew when it is asked anew");
}

#[test]
fn a_restart_in_the_middle_loses_nothing() {
    let mut kiosk = Kiosk::demo();
    // Some seconds of strokes.
    let document = support::document(&[(595, 842); 2], 15_000);
    let pin = submit(&kiosk, &document);
    let grant = ask(&kiosk, &pin, Some("1-2"));
    assert_eq!(description(&kiosk, &grant)["state"], "in-progress");
    let folder = kiosk.folder.clone();
    let works = || names(&folder.join("previews")).iter().any(|name| name.starts_with(".work"));
    until("work that is begun", LIMIT, || works().then_some(()));
    kiosk.kill();
    assert!(works(), "and cut short");
    // A file that no row knows, as a crash between the two leaves it.
    let orphan = folder.join("previews").join("ab".repeat(32));
    fs::create_dir(&orphan).and_then(|()| fs::write(orphan.join("1.png"), b"half")).expect("written");
    let kiosk = Kiosk::start(&Start { folder: Some(folder.clone()), ..Start::default() });
    // The key outlives us, and so does the token; nobody asks again.
    let told = complete(&kiosk, &grant);
    assert_eq!(pages(&told), [1, 2]);
    for file in ["1.png", "2.png"] {
        let (status, png) = look(&kiosk, &grant, file);
        assert_eq!((status, png.ends_with(b"IEND\xaeB`\x82")), (200, true), "{file} is whole");
    }
    assert!(!orphan.exists());
    assert_eq!(names(&kiosk.folder.join("previews")).len(), 1, "and no work");
}

#[test]
fn what_is_shown_is_what_comes_out() {
    let config = "[preview]\nprint_page_dpi = 300\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let pin = submit(&kiosk, &pdf(2, 20));
    let (_, grant) = kiosk.json("GET", &format!("/file/{pin}/preview"), &Value::Null);
    let shown: Vec<_> = ["print-1.png", "print-2.png"].map(|file| look(&kiosk, &grant, file)).into();
    assert!(shown.iter().all(|(status, _)| *status == 200));
    assert_eq!(kiosk.release(&pin, LIMIT)["scene"], "done");
    let pixels = |png: &[u8]| {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let frame = reader.next_frame(&mut pixels).expect("pixels");
        pixels.truncate(frame.buffer_size());
        let channels = frame.color_type.samples();
        let gray: Vec<u8> = pixels.chunks(channels).map(|pixel| pixel[0]).collect();
        (frame.width, frame.height, gray)
    };
    for (page, (_, png)) in shown.iter().enumerate() {
        let printed = fs::read(kiosk.folder.join(format!("out/job-0001/page-{:04}.png", page + 1))).expect("a page");
        let (shown, printed) = (pixels(png), pixels(&printed));
        assert_eq!((shown.0, shown.1), (printed.0, printed.1));
        assert!(shown.2 == printed.2, "page {} differs", page + 1);
    }
    let (_, etag) = header(&kiosk, &grant, "print-1.png", &[], "etag");
    assert_eq!(header(&kiosk, &grant, "print-1.png", &[("if-none-match", &etag)], "etag"), (304, etag));
}

#[test]
fn codes_are_not_guessed_at_the_previews_door() {
    let config = "[guessing]\naddress_burst = 20\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let wrong: Vec<u16> = (0..40)
        .map(|n| kiosk.json(if n % 2 == 0 { "GET" } else { "POST" }, &format!("/file/GUESS{n}/preview"), &json!({})).0)
        .collect();
    assert!(wrong.starts_with(&[404]) && wrong.ends_with(&[429]), "{wrong:?}");
}

/// A document of any format, as the phone page's plain form sends it; its code, or the refusal's status.
fn submit_form(kiosk: &Kiosk, name: &str, document: &[u8]) -> Result<String, u16> {
    let fields = [("surname", "Иванов"), ("number", "1015000"), ("copies", "1")];
    let (status, location, _) = kiosk.form("/", &fields, (name, document));
    let location = location.filter(|_| status == 303).ok_or(status)?;
    Ok(location.trim_start_matches("/j/").split('?').next().expect("a code").to_owned())
}

pub fn bring(kiosk: &Kiosk, name: &str, document: &[u8]) -> String {
    submit_form(kiosk, name, document).expect("taken")
}

#[test]
fn a_text_is_shown_as_html_that_may_do_nothing() {
    let kiosk = Kiosk::demo();
    // "Привет <script>" in Windows-1251.
    let text = b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0. <script>alert(1)</script>\r\n\xc2\xf2\xee\xf0\xe0\xff \xf1\xf2\xf0\xee\xea\xe0\r\n";
    let pin = bring(&kiosk, "привет.txt", text);
    let grant = ask(&kiosk, &pin, None);
    let told = complete(&kiosk, &grant);
    assert_eq!((&told["format"], &told["pages"][0]["file"]), (&json!("html"), &json!("document.html")), "{told}");
    let (status, html) = look(&kiosk, &grant, "document.html");
    let html = String::from_utf8(html).expect("UTF-8");
    assert!(status == 200 && html.contains("Привет, мир") && !html.contains("<script"), "{html}");
    let policy = "sandbox; default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'";
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "private"),
    ] {
        assert_eq!(header(&kiosk, &grant, "document.html", &[], name).1, value);
    }
    // A file is given out as it lies there, in parts too.
    assert_eq!(header(&kiosk, &grant, "document.html", &[("accept-encoding", "gzip")], "content-encoding").1, "");
    let part = header(&kiosk, &grant, "document.html", &[("range", "bytes=0-3")], "content-length");
    assert_eq!(part, (206, "4".into()));
    // It prints, and the page is shown as it will.
    let shown =
        until("a print form", LIMIT, || Some(look(&kiosk, &grant, "print-1.png")).filter(|shown| shown.0 == 200));
    assert_eq!(&shown.1[1..4], b"PNG");
    let made = conversions(&kiosk);
    let again = ask(&kiosk, &bring(&kiosk, "другое имя.txt", text), None);
    assert_eq!(complete(&kiosk, &again)["version"], told["version"]);
    let html_made = |log: String| log.lines().filter(|line| line.contains(" converted ")).count();
    assert!(html_made(kiosk.log()) <= made + 1, "shown once, printed twice: {}", kiosk.log());
    kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]);
    assert_eq!((look(&kiosk, &grant, "document.html").0, look(&kiosk, &again, "document.html").0), (404, 200));
}

#[test]
fn office_documents_are_shown_by_kind() {
    let kiosk = Kiosk::demo();
    let documents = [
        ("DocumentWithImages_-_Copy.docx", "html"),
        ("32readwriteAreaChart1.xlsx", "html"),
        ("Tabelle1.odt", "html"),
        ("51187.pptx", "png"),
        ("200x32_rgb.png", "png"),
    ];
    for (name, format) in documents {
        let Some(path) = support::corpus(name) else { return };
        let pin = bring(&kiosk, name, &fs::read(path).expect("readable"));
        let grant = ask(&kiosk, &pin, None);
        let told =
            until(name, LIMIT, || Some(description(&kiosk, &grant)).filter(|told| told["state"] != "in-progress"));
        assert_eq!((&told["state"], &told["format"]), (&json!("complete"), &json!(format)), "{name}: {told}");
        let file = told["pages"][0]["file"].as_str().expect("a file");
        let (status, content) = look(&kiosk, &grant, file);
        assert!(status == 200 && content.len() > 100, "{name}: {status}");
    }
}

#[test]
fn a_presentation_is_kept_open_for_whoever_leafs_through_it() {
    if !support::have("/usr/lib/libreoffice/program/soffice.bin", "libreoffice-impress-nogui") {
        return;
    }
    let Some(path) = support::corpus("2014_-_ODF_Plugfest_-_Collaborated_Editing_on_OD.odp") else { return };
    let config = "[preview]\nneighbours = 0\n[convert]\noffices = 2\nslides_open_s = 2\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let pin = bring(&kiosk, "показ.odp", &fs::read(path).expect("readable"));
    let grant = ask(&kiosk, &pin, Some("1"));
    // The print form of all of them takes five times as long.
    until("it is open", LIMIT, || (!support::workers(kiosk.child.id(), "office").is_empty()).then_some(()));
    let told = complete(&kiosk, &grant);
    assert!(told["page_count"].as_u64().is_some_and(|count| count > 50), "{told}");
    let grant = ask(&kiosk, &pin, Some("7"));
    until("the next", LIMIT, || (look(&kiosk, &grant, "7.png").0 == 200).then_some(()));
    until("a print form", LIMIT, || (look(&kiosk, &grant, "print-1.png").0 == 200).then_some(()));
    until("nobody leafs", LIMIT, || support::workers(kiosk.child.id(), "office").is_empty().then_some(()));
}
