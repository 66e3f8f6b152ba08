//! Terminals by QR over the wire: remote ones on a websocket, our own panel, and phones that scan a code.
//!
//! The tests named `fault_…` are what print-api does wrong and its clients suffer from.

use std::{
    fs,
    net::TcpStream,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use async_tungstenite::tungstenite::{
    self, HandshakeError, Message, WebSocket,
    client::IntoClientRequest as _,
    http::{HeaderValue, header::AUTHORIZATION},
};
use serde_json::{Value, json};

use crate::support::{Kiosk, Start, a4_pages, document, element, names, until};

const SOON: Duration = Duration::from_secs(30);

/// Longer than anything may take that is to be at once, on a machine that does other things too.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Time enough for what must not come to come.
const A_WHILE: Duration = Duration::from_millis(300);

/// What a terminal hears, and when.
enum Heard {
    Message(Instant, Value),
    Closed(u16, String),
    Lost,
}

/// A terminal as print-winapp is one: shows codes, reads all the time, answers pings.
struct Terminal {
    heard: mpsc::Receiver<Heard>,
    stream: TcpStream,
    asleep: Arc<AtomicBool>,
    say: mpsc::Sender<Message>,
}

impl Terminal {
    /// The status of a handshake that is refused.
    fn connect(kiosk: &Kiosk, path: &str, authorization: Option<&str>) -> Result<Self, u16> {
        let address = kiosk.url.strip_prefix("http://").expect("http");
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
        if let Some(value) = authorization {
            request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(value).expect("a value"));
        }
        let stream = TcpStream::connect(address).expect("connected");
        let ours = stream.try_clone().expect("cloned");
        let socket = match tungstenite::client(request, stream) {
            Ok((socket, _)) => socket,
            Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => return Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        ours.set_read_timeout(Some(Duration::from_millis(5))).expect("set");
        let ((tell, heard), (say, said)) = (mpsc::channel(), mpsc::channel());
        let asleep = Arc::new(AtomicBool::new(false));
        let sleeps = Arc::clone(&asleep);
        thread::spawn(move || read(socket, &tell, &said, &sleeps));
        Ok(Self { heard, stream: ours, asleep, say })
    }

    fn of(kiosk: &Kiosk, token: &str) -> Self {
        Self::connect(kiosk, "/print/qr", Some(token)).unwrap_or_else(|status| panic!("refused: {status}"))
    }

    fn hear(&self, limit: Duration) -> Option<Heard> {
        self.heard.recv_timeout(limit).ok()
    }

    /// The next message.
    fn message(&self) -> Value {
        match self.hear(SOON) {
            Some(Heard::Message(_, value)) => value,
            Some(Heard::Closed(code, reason)) => panic!("closed: {code} {reason}"),
            Some(Heard::Lost) => panic!("lost"),
            None => panic!("silence"),
        }
    }

    /// The code of the next message.
    fn code(&self) -> String {
        self.message()["qr_token"].as_str().expect("a code").to_owned()
    }

    /// Every message so far.
    fn messages(&self, wait: Duration) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(Heard::Message(_, value)) = self.hear(wait) {
            all.push(value);
        }
        all
    }

    /// Its connection stays and it does not read any more: a machine that hangs, or a cable that was cut.
    fn sleep(&self) {
        self.asleep.store(true, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(50));
    }

    /// Gone without a word.
    fn vanish(self) {
        self.stream.shutdown(std::net::Shutdown::Both).expect("shut");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
        self.asleep.store(false, Ordering::Relaxed);
    }
}

fn read(
    mut socket: WebSocket<TcpStream>,
    tell: &mpsc::Sender<Heard>,
    said: &mpsc::Receiver<Message>,
    asleep: &AtomicBool,
) {
    loop {
        if asleep.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
            continue;
        }
        if let Ok(message) = said.try_recv()
            && socket.send(message).is_err()
        {
            let _ = tell.send(Heard::Lost);
            return;
        }
        let heard = match socket.read() {
            Ok(Message::Text(text)) => Heard::Message(Instant::now(), serde_json::from_str(&text).expect("JSON")),
            Ok(Message::Close(frame)) => {
                let _ = socket.flush();
                frame.map_or(Heard::Lost, |frame| Heard::Closed(frame.code.into(), frame.reason.to_string()))
            }
            Ok(_) => continue,
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                continue;
            }
            Err(_) => Heard::Lost,
        };
        let end = !matches!(heard, Heard::Message(..));
        if tell.send(heard).is_err() || end {
            return;
        }
    }
}

impl Kiosk {
    /// A token of this name and scope, made beside the running kiosk.
    fn new_token(&self, name: &str, scope: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
        command.args(["token", "new", "--name", name, "--scope", scope, "--data"]).arg(&self.folder);
        let output = command.output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn terminal(&self) -> Terminal {
        Terminal::of(self, &self.new_token("hall", "print.qr_task.get"))
    }

    fn release_by(&self, code: &str, pins: &[&str]) -> (u16, Value) {
        self.json("POST", "/print/qr", &json!({"qr_token": code, "files": pins}))
    }

    fn command(&self, what: &str, terminal: &str) -> (u16, Value) {
        let body = json!({"terminal_token": terminal}).to_string();
        let headers = [("content-type", "application/json"), ("authorization", self.token.as_str())];
        let (status, answer) = self.request("POST", &format!("/admin/{what}"), &headers, body.as_bytes());
        (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    /// A job of so many plain pages.
    fn job(&self, pages: usize, options: &Value) -> String {
        let pin = self.order(options);
        assert_eq!(self.upload(&pin, &a4_pages(pages), "application/pdf").0, 200);
        pin
    }

    /// The code on the panel's screen.
    fn panel_code(&self) -> String {
        let link = until("a code on the panel", SOON, || self.scene()["qr"].as_str().map(str::to_owned));
        let (page, code) = link.split_once("/?qr=").expect("a link");
        assert_eq!(page, self.url);
        code.to_owned()
    }

    fn facts(&self) -> Vec<(u32, u32, String)> {
        let db = rusqlite::Connection::open(self.folder.join("ottisk.db")).expect("a database");
        let mut rows = db.prepare("SELECT impressions, sheets, terminal FROM print_facts ORDER BY id").expect("SQL");
        let facts = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
        facts.map(|fact| fact.expect("a row")).collect()
    }
}

const OK: u16 = 200;

fn assert_unknown_code(answer: &(u16, Value)) {
    let body = json!({"status": "Error", "message": "Terminal not found by QR", "ru": "QR-код не найден"});
    assert_eq!(answer, &(400, body));
}

fn assert_unknown_token(answer: &(u16, Value)) {
    let body = json!({"status": "Error", "message": "Terminal not found by token", "ru": "Токен не найден"});
    assert_eq!(answer, &(400, body));
}

#[test]
fn scanned_files_reach_the_terminal_at_once_newest_first() {
    let kiosk = Kiosk::demo();
    let terminal = kiosk.terminal();
    let first = kiosk.job(3, &json!({"pages": "2-3", "copies": 2, "two_sided": true}));
    let second = kiosk.job(1, &json!({}));
    let mut code = terminal.code();
    assert_eq!((code.len(), code.to_uppercase() == code), (6, true), "{code}");
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let began = Instant::now();
        assert_eq!(kiosk.release_by(&code, &[&first, &second]), (OK, json!({"status": "ok"})));
        let Some(Heard::Message(at, message)) = terminal.hear(SOON) else { panic!("no files") };
        slowest = slowest.max(at - began);
        let name = |pin: &str| kiosk.json("GET", &format!("/file/{pin}"), &json!(null)).1["filename"].clone();
        let options = |pages, copies, two_sided| json!({"pages": pages, "copies": copies, "two_sided": two_sided});
        let files = json!([
            {"filename": name(&second), "options": options("", 1, false)},
            {"filename": name(&first), "options": options("2-3", 2, true)},
        ]);
        assert_eq!(message["files"], files);
        let next = message["qr_token"].as_str().expect("a code").to_owned();
        assert_ne!(next, code);
        assert_unknown_code(&kiosk.release_by(&code, &[&first]));
        code = next;
    }
    println!("from POST /qr to the terminal: {slowest:?} at most");
    assert!(slowest < AT_ONCE, "{slowest:?}");
}

#[test]
fn who_may_not_be_a_terminal_is_told_as_print_api_tells() {
    let kiosk = Kiosk::demo();
    assert_eq!(Terminal::connect(&kiosk, "/qr", None).err(), Some(403));
    let other = kiosk.new_token("other", "print.file.send");
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let refused = |authorization: &str| {
        let terminal = Terminal::connect(&kiosk, "/qr", Some(authorization)).expect("taken");
        let message = terminal.message();
        let Some(Heard::Closed(code, reason)) = terminal.hear(SOON) else { panic!("not closed") };
        assert_eq!((code, reason.as_str()), (1000, "Auth error"));
        message
    };
    for nobody in ["", "nobodys", "token nobodys", "Bearer"] {
        assert_eq!(refused(nobody), json!({"error": "Not authenticated"}), "{nobody}");
    }
    assert_eq!(refused(&format!("token {other}")), json!({"error": "Unauthorized"}));
    let terminal = Terminal::connect(&kiosk, "/qr", Some(&format!("token {token}"))).expect("taken");
    terminal.code();
    // However it is written, it is the same token.
    for again in [token.clone(), format!("Bearer {token}"), format!("token {token}")] {
        assert_eq!(refused(&again), json!({"error": "Token already used"}));
    }
    assert!(terminal.messages(A_WHILE).is_empty(), "the first one goes on");
    let (status, body) = kiosk.get("/qr");
    assert_eq!((status, body.as_slice()), (405, br#"{"detail":"Method Not Allowed"}"#.as_slice()));
}

#[test]
fn a_code_lives_its_time_and_counts_its_letters() {
    let environment = [("QR_TOKEN_TTL", "2"), ("QR_TOKEN_DELAY", "2"), ("QR_TOKEN_PREFIX", "https://a.b/#")];
    let symbols = ("QR_TOKEN_SYMBOLS", "abcdefghijklmnopqrstuvwxyz");
    let environment = [environment[0], environment[1], environment[2], symbols];
    let kiosk = Kiosk::start(&Start { environment: &environment, ..Start::default() });
    let terminal = kiosk.terminal();
    let pin = kiosk.pin.as_str();
    let shown = terminal.code();
    let bare = shown.strip_prefix("https://a.b/#").expect("the prefix");
    let began = Instant::now();
    let next = terminal.code();
    let turned = began.elapsed();
    assert!((Duration::from_millis(1_500)..Duration::from_secs(4)).contains(&turned), "{turned:?}");
    assert_ne!(next, shown);
    assert_unknown_code(&kiosk.release_by(&bare.to_uppercase(), &[pin]));
    // In its last seconds, without the prefix; and the one on the screen with it.
    assert_eq!(kiosk.release_by(bare, &[pin]).0, OK);
    assert_unknown_code(&kiosk.release_by(bare, &[pin]));
    let code = terminal.code();
    assert_eq!(kiosk.release_by(&next, &[pin]).0, OK);
    thread::sleep(Duration::from_millis(4_100));
    assert_unknown_code(&kiosk.release_by(&code, &[pin]));
}

#[test]
fn fault_16_a_wrong_pin_does_not_spend_the_code() {
    let kiosk = Kiosk::demo();
    let terminal = kiosk.terminal();
    let code = terminal.code();
    let ordered = kiosk.order(&json!({}));
    let (status, answer) = kiosk.release_by(&code, &[&kiosk.pin, "NOSUCH", "никто"]);
    assert_eq!((status, &answer["message"]), (404, &json!("2 file(s) not found")));
    let (status, answer) = kiosk.release_by(&code, &[&kiosk.pin, &ordered]);
    assert_eq!((status, &answer["message"]), (415, &json!("File has not been uploaded yet")));
    assert!(terminal.messages(A_WHILE).is_empty());
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
    assert_eq!(terminal.message()["files"].as_array().map(Vec::len), Some(1));
}

#[test]
fn fault_17_one_pin_in_two_cases_is_one_file() {
    let kiosk = Kiosk::demo();
    let terminal = kiosk.terminal();
    let pin =
        until("a PIN with a letter", SOON, || Some(kiosk.job(1, &json!({}))).filter(|pin| pin.to_lowercase() != *pin));
    assert_eq!(kiosk.release_by(&terminal.code(), &[&pin, &pin.to_lowercase(), &pin]).0, OK);
    assert_eq!(terminal.message()["files"].as_array().map(Vec::len), Some(1));
}

#[test]
fn fault_18_a_lost_connection_frees_its_token_at_once() {
    let kiosk = Kiosk::demo();
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let mut before = String::new();
    for _ in 0..5 {
        let terminal = Terminal::of(&kiosk, &token);
        let code = terminal.code();
        assert_ne!(code, before);
        before = code;
        terminal.vanish();
    }
    assert_unknown_code(&kiosk.release_by(&before, &[&kiosk.pin]));
    // Nobody tells that a cable was cut: who comes again with the token takes the seat of a connection that is silent.
    let silent = Terminal::of(&kiosk, &token);
    silent.code();
    silent.sleep();
    let began = Instant::now();
    let terminal = Terminal::of(&kiosk, &token);
    let code = terminal.code();
    println!("the seat of a silent connection is free after {:?}", began.elapsed());
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
    assert!(terminal.message()["files"].is_array());
}

#[test]
fn a_connection_that_hangs_is_given_up() {
    let config = "[terminals]\nping_interval_s = 1\nping_timeout_s = 1\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let (silent, awake) = (Terminal::of(&kiosk, &token), kiosk.terminal());
    let (code, other) = (silent.code(), awake.code());
    silent.sleep();
    until("it is given up", SOON, || kiosk.log().contains("Not heard").then_some(()));
    assert_unknown_code(&kiosk.release_by(&code, &[&kiosk.pin]));
    assert_unknown_token(&kiosk.command("update", &token));
    // Whoever answers stays.
    assert_eq!(kiosk.release_by(&other, &[&kiosk.pin]).0, OK);
}

#[test]
fn fault_19_nothing_is_swallowed_for_a_connection_that_is_gone() {
    let kiosk = Kiosk::demo();
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let silent = Terminal::of(&kiosk, &token);
    let code = silent.code();
    silent.sleep();
    // Neither files nor commands are taken for it: whoever asks hears so, and nothing is on its way to nobody.
    assert_unknown_code(&kiosk.release_by(&code, &[&kiosk.pin]));
    assert_unknown_token(&kiosk.command("reboot", &token));
    let terminal = Terminal::of(&kiosk, &token);
    let code = terminal.code();
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
    assert_eq!(kiosk.command("reboot", &token).0, OK);
    assert!(terminal.message()["files"].is_array());
    assert_eq!(terminal.message()["reboot"], true);
    silent.asleep.store(false, Ordering::Relaxed);
    assert!(silent.messages(A_WHILE).is_empty(), "the old connection got something");
    // It was only slow: it wakes up, and its code is as good as it was.
    let slow = kiosk.terminal();
    let code = slow.code();
    slow.sleep();
    assert_unknown_code(&kiosk.release_by(&code, &[&kiosk.pin]));
    slow.asleep.store(false, Ordering::Relaxed);
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
    assert!(slow.message()["files"].is_array());
}

#[test]
fn fault_20_commands_arrive_in_order_and_only_where_somebody_is() {
    let kiosk = Kiosk::demo();
    let token = kiosk.new_token("hall", "print.qr_task.get");
    assert_unknown_token(&kiosk.command("update", &token));
    assert_unknown_token(&kiosk.command("reboot", "nobodys"));
    let terminal = Terminal::of(&kiosk, &token);
    let mut codes = vec![terminal.code()];
    for _ in 0..5 {
        for command in ["update", "reboot"] {
            assert_eq!(kiosk.command(command, &token), (OK, json!({"status": "ok"})));
        }
        for key in ["manual_update", "reboot"] {
            let message = terminal.message();
            assert_eq!((message.as_object().map(serde_json::Map::len), &message[key]), (Some(2), &json!(true)));
            codes.push(message["qr_token"].as_str().expect("a code").to_owned());
        }
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 11, "each came with a new code");
    // At one time, too.
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(kiosk.command("update", &token).0, OK));
        scope.spawn(|| assert_eq!(kiosk.command("reboot", &token).0, OK));
    });
    let mut keys = [terminal.message(), terminal.message()].map(|message| message["reboot"] == true);
    keys.sort_unstable();
    assert_eq!(keys, [false, true]);
    for (headers, status) in [(vec![], 403), (vec![("authorization", token.as_str())], 401)] {
        assert_eq!(kiosk.request("POST", "/admin/update", &headers, b"{}").0, status);
    }
    let headers = [("authorization", kiosk.token.as_str())];
    let (status, answer) = kiosk.request("POST", "/print/admin/reboot", &headers, br#"{"terminal_token":1}"#);
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!((status, &answer["detail"][0]["loc"]), (422, &json!(["body", "terminal_token"])));
}

#[test]
fn fault_21_a_token_is_no_code_and_a_code_no_token() {
    let kiosk = Kiosk::demo();
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let terminal = Terminal::of(&kiosk, &token);
    let code = terminal.code();
    assert_unknown_code(&kiosk.release_by(&token, &[&kiosk.pin]));
    assert_unknown_token(&kiosk.command("update", &code));
    assert!(terminal.messages(A_WHILE).is_empty());
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
}

#[test]
fn of_many_who_hold_a_code_one_gets_in() {
    let kiosk = Kiosk::demo();
    let terminal = kiosk.terminal();
    for _ in 0..5 {
        let code = terminal.code();
        let answers: Vec<u16> = thread::scope(|scope| {
            let asking: Vec<_> = (0..6).map(|_| scope.spawn(|| kiosk.release_by(&code, &[&kiosk.pin]).0)).collect();
            asking.into_iter().map(|asked| asked.join().expect("answered")).collect()
        });
        let mut sorted = answers.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [200, 400, 400, 400, 400, 400], "{answers:?}");
        let message = terminal.message();
        assert!(message["files"].is_array(), "{message}");
        // A new code for the next round.
        assert_eq!(kiosk.release_by(message["qr_token"].as_str().expect("a code"), &[&kiosk.pin]).0, OK);
    }
}

#[test]
fn what_is_no_release_is_refused_as_pydantic_does() {
    let kiosk = Kiosk::demo();
    let detail = |body: Value| {
        let (status, answer) = kiosk.json("POST", "/qr", &body);
        assert_eq!(status, 422, "{body}: {answer}");
        answer["detail"].clone()
    };
    let files = json!(["body", "files"]);
    let eleven: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    assert_eq!(
        detail(json!({})),
        json!([
            {"type": "missing", "loc": ["body", "qr_token"], "msg": "Field required", "input": {}},
            {"type": "missing", "loc": files, "msg": "Field required", "input": {}},
        ])
    );
    assert_eq!(
        detail(json!({"qr_token": "A", "files": []})),
        json!([{"type": "too_short", "loc": files, "input": [],
            "msg": "Set should have at least 1 item after validation, not 0",
            "ctx": {"field_type": "Set", "min_length": 1, "actual_length": 0}}])
    );
    assert_eq!(
        detail(json!({"qr_token": "A", "files": eleven})),
        json!([{"type": "too_long", "loc": files, "input": eleven,
            "msg": "Set should have at most 10 items after validation, not more",
            "ctx": {"field_type": "Set", "max_length": 10, "actual_length": null}}])
    );
    for input in [json!("x"), json!({"a": 1}), json!(null)] {
        let expected =
            json!([{"type": "set_type", "loc": files, "msg": "Input should be a valid set", "input": input}]);
        assert_eq!(detail(json!({"qr_token": "A", "files": input})), expected);
    }
    let kinds: Vec<_> = detail(json!({"qr_token": 1, "files": ["a", 1, null]}))
        .as_array()
        .expect("a list")
        .iter()
        .map(|wrong| (wrong["type"].clone(), wrong["loc"].clone()))
        .collect();
    let wrong = |loc| (json!("string_type"), loc);
    let locs = [json!(["body", "qr_token"]), json!(["body", "files", 1]), json!(["body", "files", 2])];
    assert_eq!(kinds, locs.map(wrong));
    // Twenty times the same is one.
    assert_unknown_code(&kiosk.release_by("NOSUCH", &[kiosk.pin.as_str(); 20]));
}

#[test]
fn the_panel_is_a_terminal_and_prints_what_its_code_releases() {
    let kiosk = Kiosk::demo();
    let first = kiosk.job(6, &json!({"pages": "5,2-3", "copies": 2, "two_sided": true}));
    let second = kiosk.job(2, &json!({}));
    let code = kiosk.panel_code();
    assert_eq!(kiosk.release_by(&code, &[&first, &second]), (OK, json!({"status": "ok"})));
    let scene = until("both came out", SOON, || Some(kiosk.scene()).filter(|scene| scene["scene"] == "done"));
    assert_ne!(scene["scene"], "idle");
    until("both are whole", SOON, || kiosk.folder.join("out/job-0002.json").exists().then_some(()));
    let records = [kiosk.printed(1), kiosk.printed(2)];
    let mut pages: Vec<_> = records.iter().map(|record| record["ticket"]["pages"].to_string()).collect();
    pages.sort();
    assert_eq!(pages, ["[1,2]", "[2,3,5]"]);
    let asked = records.iter().find(|record| record["ticket"]["copies"] == 2).expect("two copies");
    assert_eq!((&asked["impressions_completed"], &asked["media_sheets_completed"]), (&json!(6), &json!(4)));
    assert!(records.iter().all(|record| record["state"] == "completed"), "{records:?}");
    assert_eq!(names(&kiosk.folder.join("out")).iter().filter(|name| name.ends_with(".json")).count(), 2);
    // Once; and the whole text of the QR is taken too.
    assert_unknown_code(&kiosk.release_by(&code, &[&first]));
    kiosk.tap("finish");
    let next = kiosk.panel_code();
    assert_ne!(next, code);
    assert_eq!(kiosk.release_by(&format!("{}/?qr={next}", kiosk.url), &[&second]).0, OK);
    kiosk.wait_scene("done", SOON);
    assert_eq!(kiosk.facts().len(), 3, "one when sheets came out, and no more");
}

#[test]
fn the_panel_follows_and_a_busy_printer_says_so() {
    let kiosk = Kiosk::demo();
    let long = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&long, &document(&[(595, 842); 30], 4_000), "application/pdf").0, 200);
    let short = kiosk.job(1, &json!({}));
    assert_eq!(kiosk.release_by(&kiosk.panel_code(), &[&long]).0, OK);
    let scene = kiosk.wait_scene("printing", SOON);
    assert_eq!(element(&scene, "cancel")["enabled"], true);
    kiosk.tap("cancel");
    kiosk.wait_scene("done", SOON);
    kiosk.tap("finish");
    // One phone has scanned the code when somebody types the same job's PIN and prints.
    let code = kiosk.panel_code();
    kiosk.review(&long);
    kiosk.tap("print");
    let (status, answer) = kiosk.release_by(&code, &[&long]);
    assert_eq!((status, &answer["message"]), (409, &json!("The job is being printed now")));
    // Nothing was spent, and what can be released is.
    assert_eq!(kiosk.release_by(&code, &[&long, &short]).0, OK);
    assert_eq!(kiosk.scene()["scene"], "printing");
    kiosk.tap("cancel");
    until("the short one came out", SOON, || kiosk.facts().last().cloned().filter(|fact| fact.0 == 1));
}

#[test]
fn a_phone_on_a_visit_prints_here_long_after_the_code() {
    let environment = [("QR_TOKEN_TTL", "1"), ("QR_TOKEN_DELAY", "0")];
    let kiosk = Kiosk::start(&Start { environment: &environment, ..Start::default() });
    let get = |path: &str| String::from_utf8(kiosk.get(path).1).expect("UTF-8");
    let hidden = |page: &str| {
        let (_, rest) = page.split_once("name=\"visit\" value=\"")?;
        rest.split_once('"').map(|(visit, _)| visit.to_owned())
    };
    let visit = until("a page in time", SOON, || hidden(&get(&format!("/?qr={}", kiosk.panel_code()))));
    // Its links lead to the same visit.
    assert!(get("/").contains("href=\"?lang=en\"") && hidden(&get("/")).is_none());
    let english = get(&format!("/?visit={visit}&lang=en"));
    assert_eq!(hidden(&english).as_ref(), Some(&visit));
    assert!(english.contains(&format!("visit={visit}&#38;lang=ru")), "{english}");
    thread::sleep(Duration::from_millis(2_200));
    let fields = [("surname", "иванов"), ("number", "1015000"), ("pages", "2"), ("visit", visit.as_str())];
    let (status, location, _) = kiosk.form("/", &fields, ("a.pdf", &a4_pages(3)));
    assert_eq!(status, 303);
    let location = location.expect("a place to go");
    assert!(location.starts_with("/j/") && location.ends_with(&format!("?visit={visit}")), "{location}");
    let page = get(&location);
    assert!(page.contains("value=\"print\"") && page.contains("Напечатать здесь"), "{page}");
    let (path, _) = location.split_once('?').expect("a query");
    assert!(!get(path).contains("Напечатать здесь"), "without a visit there is no here");
    let post = |body: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let (status, page) = kiosk.request("POST", path, &headers, body.as_bytes());
        (status, String::from_utf8(page).expect("UTF-8"))
    };
    // Without a visit, or with somebody's, nothing prints.
    assert_eq!(post("action=print").0, 410);
    assert_eq!(post("action=print&visit=aaaaaaaaaaaaaaaaaaaaaaaaaa").0, 410);
    assert_eq!(kiosk.scene()["scene"], "idle");
    assert_eq!(post(&format!("action=change&pages=1&copies=1&visit={visit}")).0, 303);
    // What was chosen and not saved counts too, and what cannot be printed does not.
    assert_eq!(post(&format!("action=print&pages=4&copies=1&visit={visit}")).0, 416);
    assert_eq!(kiosk.scene()["scene"], "idle");
    assert_eq!(post(&format!("action=print&pages=3&copies=1&visit={visit}")).0, 303);
    kiosk.wait_scene("done", SOON);
    assert_eq!(kiosk.printed(1)["ticket"]["pages"], json!([3]));
    assert_eq!(kiosk.printed(1)["impressions_completed"], 1);
}

#[test]
fn opening_the_page_spends_nothing_and_a_visit_ends() {
    let kiosk = Kiosk::start(&Start { config: Some("[terminals]\nvisit_s = 2\n"), ..Start::default() });
    let code = kiosk.panel_code();
    let began = Instant::now();
    let page = String::from_utf8(kiosk.get(&format!("/?qr={code}")).1).expect("UTF-8");
    let (_, rest) = page.split_once("name=\"visit\" value=\"").expect("a visit");
    let (visit, _) = rest.split_once('"').expect("a value");
    let job = format!("/j/{}", kiosk.pin);
    let look = |language: &str| {
        let (status, page) = kiosk.get(&format!("{job}?visit={visit}&lang={language}"));
        assert_eq!(status, 200);
        String::from_utf8(page).expect("UTF-8")
    };
    if began.elapsed() < Duration::from_secs(1) {
        assert!(look("en").contains("Print here"));
    }
    thread::sleep(Duration::from_millis(2_100));
    assert!(look("ru").contains("отсканируйте QR-код на экране киоска ещё раз"));
    let page = look("en");
    assert!(page.contains("scan the QR code on the kiosk&#39;s screen again") && !page.contains("value=\"print\""));
    let body = format!("action=print&visit={visit}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(kiosk.request("POST", &job, &headers, body.as_bytes()).0, 410);
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
    kiosk.wait_scene("done", SOON);
}

#[test]
fn a_phone_visits_a_remote_terminal_too() {
    let kiosk = Kiosk::demo();
    let terminal = kiosk.terminal();
    let page = String::from_utf8(kiosk.get(&format!("/?qr={}", terminal.code())).1).expect("UTF-8");
    let (_, rest) = page.split_once("name=\"visit\" value=\"").expect("a visit");
    let (visit, _) = rest.split_once('"').expect("a value");
    let (path, headers) = (format!("/j/{}", kiosk.pin), [("content-type", "application/x-www-form-urlencoded")]);
    let body = format!("action=print&visit={visit}");
    let print = || kiosk.request("POST", &path, &headers, body.as_bytes()).0;
    assert_eq!(print(), 303);
    assert_eq!(terminal.message()["files"].as_array().map(Vec::len), Some(1));
    let page = kiosk.get(&format!("{path}?sent&visit={visit}&lang=en")).1;
    assert!(String::from_utf8_lossy(&page).contains("The document was sent to the terminal."));
    terminal.vanish();
    until("it is gone", AT_ONCE, || (print() == 400).then_some(()));
    assert_eq!(kiosk.scene()["scene"], "idle", "it does not come out elsewhere");
}

#[test]
fn fetching_a_document_counts_once_for_a_terminal_and_never_for_others() {
    let kiosk = Kiosk::demo();
    let (hall, other) = (kiosk.new_token("hall", "print.qr_task.get"), kiosk.new_token("bot", "print.file.send"));
    let pin = kiosk.job(5, &json!({"pages": "1-3", "copies": 2, "two_sided": true}));
    let (_, file) = kiosk.json("GET", &format!("/file/{pin}"), &json!(null));
    let path = format!("/print/static/{}", file["filename"].as_str().expect("a name"));
    let fetch = |method: &str, token: Option<&str>, range: Option<&str>| {
        let mut headers: Vec<(&str, &str)> = token.map(|token| ("authorization", token)).into_iter().collect();
        headers.extend(range.map(|range| ("range", range)));
        let (status, bytes) = kiosk.request(method, &path, &headers, &[]);
        (status, bytes.len())
    };
    let size = a4_pages(5).len();
    for _ in 0..3 {
        assert_eq!(kiosk.get(&format!("/file/{pin}")).0, OK);
        assert_eq!(fetch("GET", None, None), (200, size));
        assert_eq!(fetch("GET", Some(&other), None), (200, size));
        assert_eq!(fetch("GET", Some("nobodys"), None), (200, size));
        assert_eq!(fetch("HEAD", Some(&hall), None).0, 200);
        assert_eq!(fetch("GET", Some(&hall), Some("bytes=100-")), (206, size - 100));
        assert_eq!(fetch("GET", Some(&hall), Some("bytes=-100")), (206, 100));
    }
    assert_eq!(kiosk.facts(), []);
    assert_eq!(fetch("GET", Some(&hall), None), (200, size));
    assert_eq!(fetch("GET", Some(&format!("Bearer {hall}")), Some("bytes=0-99")), (206, 100));
    assert_eq!(kiosk.facts(), vec![(6, 4, "hall".to_owned()); 2]);
    // A token without a name is told by its hash.
    let nameless = kiosk.new_token("", "print.qr_task.get");
    assert_eq!(fetch("GET", Some(&nameless), None).0, 200);
    let (_, _, terminal) = kiosk.facts().pop().expect("a fact");
    assert!(terminal.len() == 8 && !nameless.contains(&terminal), "{terminal}");
}

#[test]
fn a_restart_forgets_the_codes_and_terminals_come_again() {
    let mut kiosk = Kiosk::demo();
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let terminal = Terminal::of(&kiosk, &token);
    let (code, panel) = (terminal.code(), kiosk.panel_code());
    let pin = kiosk.pin.clone();
    kiosk.kill();
    assert!(matches!(terminal.hear(AT_ONCE), Some(Heard::Lost)));
    let kiosk = Kiosk::start(&Start { folder: Some(kiosk.folder.clone()), ..Start::default() });
    let terminal = Terminal::of(&kiosk, &token);
    let fresh = terminal.code();
    for old in [&code, &panel] {
        assert_unknown_code(&kiosk.release_by(old, &[&pin]));
    }
    assert_eq!(kiosk.release_by(&fresh, &[&pin]).0, OK);
    assert_eq!(kiosk.release_by(&kiosk.panel_code(), &[&pin]).0, OK);
    kiosk.wait_scene("done", SOON);
}

#[test]
fn a_terminal_whose_token_is_revoked_is_sent_away() {
    let kiosk = Kiosk::start(&Start { config: Some("[terminals]\nrecheck_s = 1\n"), ..Start::default() });
    let terminal = kiosk.terminal();
    let code = terminal.code();
    let listed = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
        let output = command.arg("token").args(arguments).arg("--data").arg(&kiosk.folder).output().expect("runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let list = listed(&["list"]);
    let line = list.lines().find(|line| line.contains("hall")).expect("listed");
    listed(&["revoke", line.split('\t').next().expect("a number")]);
    let end = until("the end", SOON, || terminal.hear(A_WHILE).filter(|heard| !matches!(heard, Heard::Message(..))));
    let Heard::Closed(status, reason) = end else { panic!("lost") };
    assert_eq!((status, reason.as_str()), (1000, "Auth error"));
    assert_unknown_code(&kiosk.release_by(&code, &[&kiosk.pin]));
}

#[test]
fn what_a_terminal_says_is_read_and_holds_no_memory() {
    let kiosk = Kiosk::demo();
    let token = kiosk.new_token("hall", "print.qr_task.get");
    let terminal = Terminal::of(&kiosk, &token);
    let code = terminal.code();
    for text in ["", "{}", "\u{0}", &"x".repeat(10_000)] {
        terminal.say.send(Message::text(text)).expect("said");
    }
    terminal.say.send(Message::Ping(vec![1, 2, 3].into())).expect("said");
    terminal.say.send(Message::Pong(u64::MAX.to_be_bytes().to_vec().into())).expect("said");
    assert!(terminal.messages(A_WHILE).is_empty());
    assert_eq!(kiosk.release_by(&code, &[&kiosk.pin]).0, OK);
    assert!(terminal.message()["files"].is_array());
    // Too much is the end of it.
    terminal.say.send(Message::text("x".repeat(20_000))).expect("said");
    let end = until("the end", SOON, || terminal.hear(A_WHILE));
    assert!(!matches!(end, Heard::Message(..)));
    Terminal::of(&kiosk, &token).code();
}

#[test]
fn a_thousand_codes_on_two_terminals_hold_no_memory() {
    let kiosk = Kiosk::start(&Start { environment: &[("QR_TOKEN_TTL", "1")], ..Start::default() });
    let tokens = ["hall", "library"].map(|name| kiosk.new_token(name, "print.qr_task.get"));
    let terminals = tokens.each_ref().map(|token| Terminal::of(&kiosk, token));
    let resident = || {
        let status = fs::read_to_string(format!("/proc/{}/status", kiosk.child.id())).expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
    };
    // Each command and each release shows a new code at once; in between they turn by themselves every second.
    let rotate = |rounds: usize| {
        let (mut codes, mut last) = (0, [String::new(), String::new()]);
        for round in 0..rounds {
            for (terminal, (token, last)) in terminals.iter().zip(tokens.iter().zip(&mut last)) {
                for message in terminal.messages(Duration::ZERO) {
                    message["qr_token"].as_str().expect("a code").clone_into(last);
                    codes += 1;
                }
                let by_code = round % 4 == 0 && !last.is_empty();
                let status = match by_code {
                    true => kiosk.release_by(last, &[&kiosk.pin]).0,
                    false => kiosk.command("update", token).0,
                };
                assert!(status == OK || by_code, "{status}");
            }
        }
        codes
    };
    rotate(200);
    let before = resident();
    let began = Instant::now();
    let mut codes = 0;
    while codes < 2_000 {
        codes += rotate(100);
    }
    let after = resident();
    println!("{codes} codes in {:?}: {before} kB resident before, {after} kB after", began.elapsed());
    assert!(after < before + 1_024, "{before} kB → {after} kB");
}
