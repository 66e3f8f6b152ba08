//! `GET /file/{pin}/events` on the wire, and `POST /j`: what a phone hears of its jobs.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start, a4_pages, sample, signal, until};

const SOON: Duration = Duration::from_secs(10);

/// An open stream.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Status of the answer, and what follows.
    fn open(kiosk: &Kiosk, path: &str, last: &str) -> (u16, Self) {
        let mut connection =
            TcpStream::connect(kiosk.url.strip_prefix("http://").expect("an address")).expect("connects");
        connection.set_read_timeout(Some(SOON)).expect("a time-out");
        write!(connection, "GET {path} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {last}\r\n\r\n").expect("sent");
        let mut stream = Self(BufReader::new(connection));
        let status = stream.line().split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        while !stream.line().is_empty() {}
        (status, stream)
    }

    fn follow(kiosk: &Kiosk, pin: &str, last: &str) -> Self {
        let (status, stream) = Self::open(kiosk, &format!("/file/{pin}/events"), last);
        assert_eq!(status, 200);
        stream
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The next event: its id (empty: none), kind and data. Sizes of chunks and comments are passed over.
    fn event(&mut self) -> (String, String, Value) {
        let (mut id, mut kind) = (String::new(), String::new());
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < SOON, "no event");
            let line = self.line();
            match line.split_once(": ") {
                Some(("id", value)) => id = value.to_owned(),
                Some(("event", value)) => kind = value.to_owned(),
                Some(("data", value)) => return (id, kind, serde_json::from_str(value).expect("JSON")),
                _ => {}
            }
        }
    }

    /// The next event of this kind that is as wanted.
    fn until(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> (String, Value) {
        loop {
            let (id, told, data) = self.event();
            if told == kind && wanted(&data) {
                return (id, data);
            }
        }
    }
}

#[test]
fn stream_tells_a_job_from_its_wait_to_its_end() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    let mut stream = Stream::follow(&kiosk, &pin, "");
    let (_, told) = stream.until("state", |_| true);
    assert_eq!((&told["state"], &told["options"]["copies"]), (&json!("incoming"), &json!(1)));
    assert!(told["title"] != told["title_ru"], "{told}");
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    stream.until("state", |told| told["state"] == "held");
    kiosk.json("PATCH", &format!("/file/{pin}"), &json!({"options": {"copies": 2}}));
    stream.until("state", |told| told["options"]["copies"] == 2);
    kiosk.review(&pin);
    kiosk.tap("print");
    let (id, _) = stream.until("state", |told| told["state"] == "completed");
    assert!(!id.is_empty());
    // Whoever comes back knowing it hears only what is new.
    let mut again = Stream::follow(&kiosk, &pin, &id);
    kiosk.json("PATCH", &format!("/file/{pin}"), &json!({"options": {"copies": 1}}));
    let (_, kind, told) = again.event();
    assert_eq!((kind.as_str(), &told["options"]["copies"]), ("state", &json!(1)), "{told}");
    assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
    again.until("state", |told| told["state"] == "deleted");
    let mut rest = String::new();
    again.0.read_line(&mut rest).expect("the end of a chunk");
    let told = until("the stream ends", SOON, || Some(again.line()).filter(|line| line == "0"));
    assert_eq!(told, "0");
}

#[test]
fn streams_are_few_and_end_with_the_kiosk() {
    let config = "[phone]\nstreams = 3\nstreams_per_address = 2\nstream_alive_s = 1\n";
    let mut kiosk = Kiosk::start(&Start { config: Some(config), ..Default::default() });
    let pin = kiosk.submit(&sample(), &json!({}));
    let (first, mut second) = (Stream::follow(&kiosk, &pin, ""), Stream::follow(&kiosk, &pin, ""));
    let (status, mut refused) = Stream::open(&kiosk, &format!("/file/{pin}/events"), "");
    assert_eq!(status, 503);
    let mut text = [0; 20];
    refused.0.read_exact(&mut text).expect("a problem");
    drop(first);
    // A stream whose reader is gone holds no place for longer than it is silent.
    until("a place", SOON, || (Stream::open(&kiosk, &format!("/file/{pin}/events"), "").0 == 200).then_some(()));
    until("a sign of life", SOON, || second.line().starts_with(": alive").then_some(()));
    assert_eq!(Stream::open(&kiosk, "/file/NOBODY/events", "").0, 404);
    assert!(signal(kiosk.child.id(), "TERM"));
    until("the stream ends as a whole answer does", SOON, || (second.line() == "0").then_some(()));
    assert_eq!(until("the end", SOON, || kiosk.child.try_wait().expect("a child")).code(), Some(0));
}

#[test]
fn a_phone_asks_of_its_jobs_and_prints_several() {
    let kiosk = Kiosk::demo();
    let pins = [kiosk.submit(&sample(), &json!({})), kiosk.submit(&sample(), &json!({"pages": "1"}))];
    let asked = json!({"pins": [&pins[0], "NOBODY", pins[0].to_lowercase(), &pins[1], 7]});
    let (status, told) = kiosk.json("POST", "/j", &asked);
    let named =
        |told: &Value| told["jobs"].as_array().expect("jobs").iter().map(|job| job["pin"].clone()).collect::<Vec<_>>();
    assert_eq!((status, named(&told)), (200, vec![json!(pins[0]), json!(pins[1])]), "{told}");
    assert!(told["jobs"].as_array().expect("jobs").iter().all(|job| job["printable"] == true), "{told}");
    assert_eq!(kiosk.json("POST", "/j", &json!({"pins": vec!["A"; 21]})).0, 400);
    let (status, told) = kiosk.json("POST", "/j", &json!({"pins": pins, "visit": "nobodys"}));
    assert_eq!((status, told["detail"].is_string()), (410, true), "{told}");
    let qr = kiosk.scene()["qr"].as_str().expect("a code").to_owned();
    let (_, page) = kiosk.get(&qr[kiosk.url.len()..]);
    let page = String::from_utf8(page).expect("UTF-8");
    let visit = page.split("name=\"visit\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a visit");
    let (status, told) = kiosk.json("POST", "/j", &json!({"pins": pins, "visit": visit}));
    assert_eq!(status, 200, "{told}");
    until("both came out", SOON, || kiosk.folder.join("out/job-0002.json").exists().then_some(()));
    until("and ended", SOON, || {
        let (_, told) = kiosk.json("POST", "/j", &json!({"pins": pins}));
        let jobs = told["jobs"].as_array().expect("jobs").clone();
        jobs.iter().all(|job| job["look"] == "completed").then_some(())
    });
}

#[test]
fn a_page_is_shown_as_it_prints() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.submit(&sample(), &json!({}));
    let size = |query: &str| {
        let (status, png) = kiosk.get(&format!("/j/{pin}/page-2.png{query}"));
        assert_eq!(status, 200, "{query}");
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut pixels).expect("whole");
        (info.width, info.height, pixels)
    };
    let (width, height, pixels) = size("");
    assert_eq!((width, height), (397, 561));
    let dark = |pixels: &[u8]| pixels.iter().filter(|pixel| **pixel < 128).count();
    assert!(dark(&pixels) > 100, "the page is not blank");
    let (width, _, large) = size("?large=1");
    assert!(width > 900 && dark(&large) > dark(&pixels));
    assert_ne!(size("?number_up=2&pages=2-3").2, pixels);
    assert_eq!(size("?number_up=1&copies=99").2, pixels);
    for (path, status) in [("page-9.png", 416), ("page-0.png", 416), ("page-x.png", 404), ("picture", 404)] {
        assert_eq!(kiosk.get(&format!("/j/{pin}/{path}")).0, status, "{path}");
    }
    assert_eq!(kiosk.get("/j/NOBODY/page-1.png").0, 404);
}
