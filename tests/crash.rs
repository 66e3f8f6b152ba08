//! Power cuts: the kiosk, or its child, ended by SIGKILL at any moment. What was acknowledged is there, nothing is half,
//! nothing is printed twice by itself, and what was held prints when its owner asks again.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use ottisk::{
    job::{plan::Plan, ticket::Ticket},
    printer::{JobState, Limits, Printer, PrinterState},
};
use serde_json::{Value, json};

use crate::{
    peers::PrinterPeer,
    support::{Kiosk, Start, a4_pages, children, free_port, have, signal, temporary, until, workers},
};

const SOON: Duration = Duration::from_secs(30);

const LIMITS: Limits =
    Limits { connect_timeout: SOON, answer_timeout: SOON, send_stall_timeout: SOON, answer_bytes: 1 << 20 };

/// Pages of a document that takes a while.
const PAGES: u32 = 12;

fn again(folder: &Path) -> Kiosk {
    Kiosk::start(&Start { folder: Some(folder.to_owned()), ..Start::default() })
}

fn store(folder: &Path) -> rusqlite::Connection {
    let store = rusqlite::Connection::open(folder.join("ottisk.db")).expect("the store");
    store.busy_timeout(Duration::from_secs(10)).expect("set");
    store
}

/// Number, state and print facts of the job with this code.
fn job(folder: &Path, pin: &str) -> (i64, String, u32) {
    let sql = "SELECT id, state, (SELECT count(*) FROM print_facts WHERE job = jobs.id) FROM jobs WHERE pin = ?1";
    store(folder).query_row(sql, [pin], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("a job")
}

/// The job when neither the printer has it nor anybody waits for the printer.
fn settled(folder: &Path, pin: &str) -> (i64, String, u32) {
    until("the job comes to rest", SOON, || {
        Some(job(folder, pin)).filter(|(_, state, _)| !["pending", "processing"].contains(&state.as_str()))
    })
}

/// What the printer was told to call each try of this job.
fn names_at_the_printer(folder: &Path, id: i64) -> Vec<String> {
    let store = store(folder);
    let mut select = store.prepare("SELECT name FROM attempts WHERE job = ?1 AND name IS NOT NULL").expect("rows");
    let found = select.query_map([id], |row| row.get(0)).expect("rows");
    found.collect::<Result<_, _>>().expect("names")
}

/// What the file printer wrote of this job of ours, try by try.
fn records(folder: &Path, id: i64) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(folder.join("out")) else { return Vec::new() };
    let paths =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension() == Some("json".as_ref()));
    let mut records: Vec<Value> =
        paths.map(|path| serde_json::from_slice(&fs::read(path).expect("a record")).expect("JSON")).collect();
    let names = names_at_the_printer(folder, id);
    records.retain(|record| names.iter().any(|name| record["name"] == *name));
    records.sort_by_key(|record| record["job"].as_i64());
    records
}

/// Sides that came out in all.
fn impressions(records: &[Value]) -> u32 {
    records.iter().filter_map(|record| u32::try_from(record["impressions_completed"].as_u64()?).ok()).sum()
}

fn completed(records: &[Value]) -> usize {
    records.iter().filter(|record| record["state"] == "completed").count()
}

/// Every row of a document has its file, whole, and every file has its row.
fn assert_nothing_is_half(folder: &Path) {
    let (mut rows, mut files) = (BTreeSet::new(), BTreeSet::new());
    let agree = || {
        let store = store(folder);
        let mut select = store.prepare("SELECT name, bytes FROM documents").expect("rows");
        let found = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?))).expect("rows");
        rows = found.collect::<Result<_, _>>().expect("rows");
        let entries = fs::read_dir(folder.join("documents")).expect("documents");
        files = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?.len()))
            })
            .collect();
        rows == files
    };
    let started = Instant::now();
    let mut agree = agree;
    while !agree() {
        if started.elapsed() > Duration::from_secs(5) {
            panic!("rows {rows:#?}\nfiles {files:#?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!rows.is_empty(), "the sample at least");
}

/// What this strace traces; it would let go of it when it is killed itself.
struct Traced(u32);

impl Drop for Traced {
    fn drop(&mut self) {
        for (pid, _) in children(self.0) {
            signal(pid, "KILL");
        }
    }
}

/// What a client was told of its job; `None` where it asked and heard nothing.
#[derive(Debug, Default)]
struct Told {
    pin: String,
    uploaded: Option<bool>,
    changed: Option<bool>,
    deleted: Option<bool>,
    released: Option<bool>,
}

impl Told {
    fn step(&mut self, field: fn(&mut Self) -> &mut Option<bool>, answer: Option<u16>) -> Option<()> {
        *field(self) = Some(answer.is_some());
        assert!(answer.is_none_or(|status| status < 300), "{answer:?}");
        answer.map(drop)
    }
}

fn order(kiosk: &Kiosk, told: &mut Vec<Told>) -> Option<()> {
    let order = json!({"surname": "Иванов", "number": "1015000", "filename": "тест.pdf", "options": {"copies": 1}});
    let (status, answer) = kiosk.ask("POST", "/file", "application/json", order.to_string().as_bytes())?;
    assert_eq!(status, 200, "{answer}");
    told.push(Told { pin: answer["pin"].as_str().expect("a pin").to_owned(), ..Told::default() });
    Some(())
}

fn upload(kiosk: &Kiosk, told: &mut Told, document: &[u8]) -> Option<()> {
    let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";
    let body = [head.as_bytes(), document, b"\r\n--x--\r\n"].concat();
    let answer = kiosk.ask("POST", &format!("/file/{}", told.pin), "multipart/form-data; boundary=x", &body);
    told.step(|told| &mut told.uploaded, answer.map(|(status, _)| status))
}

/// Three people's jobs: changed, deleted, printed. Ends early where the kiosk does.
fn journey(kiosk: &Kiosk, told: &mut Vec<Told>) -> Option<()> {
    let document = a4_pages(2);
    order(kiosk, told)?;
    upload(kiosk, &mut told[0], &document)?;
    let change = json!({"options": {"copies": 3, "two_sided": true}}).to_string();
    let answer = kiosk.ask("PATCH", &format!("/file/{}", told[0].pin), "application/json", change.as_bytes());
    told[0].step(|told| &mut told.changed, answer.map(|(status, _)| status))?;
    order(kiosk, told)?;
    upload(kiosk, &mut told[1], &document)?;
    let answer = kiosk.ask("DELETE", &format!("/file/{}", told[1].pin), "text/plain", &[]);
    told[1].step(|told| &mut told.deleted, answer.map(|(status, _)| status))?;
    order(kiosk, told)?;
    upload(kiosk, &mut told[2], &document)?;
    let tap = |id: &str| {
        kiosk.ask("POST", "/panel/tap", "application/json", json!({"id": id}).to_string().as_bytes())?.1["scene"]
            .as_str()
            .map(str::to_owned)
    };
    tap("enter-code")?;
    for key in told[2].pin.clone().chars() {
        tap(&format!("key-{key}"))?;
    }
    let started = Instant::now();
    while kiosk.ask("GET", "/panel/scene", "", &[])?.1["scene"] != "review" {
        assert!(started.elapsed() < SOON, "no review");
        std::thread::sleep(Duration::from_millis(10));
    }
    // A finger's answer says nothing of the printer: it counts as asked only.
    told[2].released = Some(false);
    tap("print")?;
    while started.elapsed() < SOON {
        if kiosk.ask("GET", "/panel/scene", "", &[])?.1["scene"] == "done" {
            told[2].released = Some(true);
            return Some(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("neither dead nor done");
}

/// Whether `injected` ended the kiosk on its journey; all promises are looked at after.
fn cut(injected: &str) -> bool {
    let folder = temporary("cut");
    // The first start does much that no other does; it is over before the cut.
    drop(again(&folder));
    let inject = format!("inject={injected}");
    let under = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,rename,unlink", "-e", &inject];
    let mut kiosk = Kiosk::start(&Start { folder: Some(folder.clone()), under: &under, ..Start::default() });
    let traced = Traced(kiosk.child.id());
    let mut told = Vec::new();
    let died = journey(&kiosk, &mut told).is_none();
    drop(traced);
    kiosk.kill();
    drop(kiosk);

    let kiosk = again(&folder);
    assert_nothing_is_half(&folder);
    for told in &told {
        let (status, answer) = kiosk.json("GET", &format!("/file/{}", told.pin), &json!({}));
        match (told.deleted, told.uploaded) {
            (Some(true), _) => assert_eq!(status, 404, "{injected}: {told:?} {answer}"),
            (Some(false), _) => assert!([200, 404].contains(&status), "{injected}: {told:?} {answer}"),
            (None, Some(true)) => assert_eq!(status, 200, "{injected}: {told:?} {answer}"),
            (None, _) => assert!([200, 415].contains(&status), "{injected}: {told:?} {answer}"),
        }
        let copies = &answer["options"]["copies"];
        match told.changed {
            Some(true) => assert_eq!(copies, 3, "{injected}: {told:?} {answer}"),
            Some(false) => assert!(copies == 1 || copies == 3, "{injected}: {told:?} {answer}"),
            None if status == 200 => assert_eq!(copies, 1, "{injected}: {told:?} {answer}"),
            None => {}
        }
    }
    if let Some(told) = told.get(2).filter(|told| told.uploaded == Some(true)) {
        let (id, state, facts) = settled(&folder, &told.pin);
        let before = records(&folder, id);
        assert!(before.len() <= 1, "{injected}: printed again by itself: {before:#?}");
        assert_eq!(state == "completed", facts == 1, "{injected}: {state} with {facts} facts");
        assert!(state != "completed" || completed(&before) == 1, "{injected}: {before:#?}");
        assert!(told.released != Some(true) || state == "completed", "{injected}: {state}");
        let out = if state == "completed" { 0 } else { impressions(&before) };
        let scene = kiosk.release_rest(&told.pin, out, SOON);
        assert_eq!(scene["scene"], "done", "{injected}: {scene}");
        let after = records(&folder, id);
        assert_eq!(impressions(&after) - impressions(&before), 2 - out, "{injected}: {after:#?}");
        assert_nothing_is_half(&folder);
    }
    died
}

fn cuts(injections: &[String]) {
    if !have("strace", "strace") {
        return;
    }
    let survived: Vec<_> = injections.iter().filter(|injected| !cut(injected)).collect();
    assert!(survived.len() * 2 < injections.len(), "the journey has fewer steps than it had: {survived:?}");
}

/// The first of the writer's are the start's.
#[test]
fn a_cut_at_a_commit_of_uploads_loses_nothing_acknowledged() {
    cuts(&[6, 7, 8, 9, 10, 11].map(|when| format!("fsync:signal=SIGKILL:when={when}")));
}

#[test]
fn a_cut_at_a_commit_of_printing_loses_nothing_acknowledged() {
    cuts(&[12, 13, 14, 15, 16, 17].map(|when| format!("fsync:signal=SIGKILL:when={when}")));
}

#[test]
fn a_cut_at_a_files_own_steps_loses_nothing_acknowledged() {
    let steps = ["fdatasync:signal=SIGKILL:when=2", "unlink:signal=SIGKILL:when=1"].map(str::to_owned);
    cuts(&steps);
    cuts(&[2, 3, 5].map(|when| format!("rename:signal=SIGKILL:when={when}")));
}

/// A moment nobody chose, up to `most`.
fn moment(most: Duration) -> Duration {
    let mut byte = [0];
    getrandom::fill(&mut byte).expect("randomness");
    most * u32::from(byte[0]) / 255
}

#[test]
fn a_job_cut_short_prints_once_more_only_when_asked() {
    let folder = temporary("printing");
    for pages in [0, 1, PAGES / 2, PAGES - 1, PAGES] {
        let mut kiosk = again(&folder);
        let document = folder.join("twelve.pdf");
        fs::write(&document, a4_pages(PAGES as usize)).expect("written");
        let pin = kiosk.submit(&document, &json!({"copies": 2}));
        kiosk.review(&pin);
        kiosk.tap("print");
        let id = job(&folder, &pin).0;
        until("pages", SOON, || {
            let out = records(&folder, id).last().map_or(0, |record| record["pages"].as_array().map_or(0, Vec::len));
            (out as u32 >= pages).then_some(())
        });
        let late = moment(Duration::from_millis(60));
        std::thread::sleep(late);
        kiosk.kill();
        drop(kiosk);

        let kiosk = again(&folder);
        let (_, state, facts) = settled(&folder, &pin);
        let before = records(&folder, id);
        let situation = format!("cut {late:?} after page {pages}: {state}, {facts} facts, {before:#?}");
        assert!(before.len() <= 1, "printed again by itself: {situation}");
        assert_eq!(state == "completed", facts == 1, "{situation}");
        if state == "completed" {
            assert_eq!(before[0]["impressions_completed"], 2 * PAGES, "{situation}");
        }
        let out = if state == "completed" { 0 } else { impressions(&before) };
        let scene = kiosk.release_rest(&pin, out, SOON);
        assert_eq!(scene["scene"], "done", "{situation}: {scene}");
        let after = records(&folder, id);
        // Each missing sheet once: the rest of a copy, and the other copy.
        assert_eq!(impressions(&after) - impressions(&before), 2 * PAGES - out, "{situation}: {after:#?}");
        let left = after.last().map_or(0, |record| record["pages"].as_array().map_or(0, Vec::len));
        assert!(out == 0 || out >= PAGES || left as u32 == 2 * PAGES - out, "{situation}: {after:#?}");
        assert_nothing_is_half(&folder);
    }
}

#[test]
fn a_real_printers_job_is_followed_or_held_but_never_sent_twice() {
    let Some(printer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    printer.fault("slow", Some("2"));
    let folder = temporary("ipp");
    let start =
        || Kiosk::start(&Start { printer: Some(printer.uri()), folder: Some(folder.clone()), ..Start::default() });
    let document = folder.join("two.pdf");
    fs::write(&document, a4_pages(2)).expect("written");
    for when in ["released", "sending", "printing"] {
        let mut kiosk = start();
        let pin = kiosk.submit(&document, &json!({}));
        let (sent, sides) = (printed(&printer).len(), printer.sides());
        kiosk.review(&pin);
        kiosk.tap("print");
        let id = job(&folder, &pin).0;
        let phase = || {
            let sql = "SELECT phase FROM attempts WHERE job = ?1 ORDER BY id DESC LIMIT 1";
            store(&folder).query_row(sql, [id], |row| row.get::<_, String>(0)).ok()
        };
        match when {
            "released" => until("an attempt", SOON, || (job(&folder, &pin).1 != "held").then_some(())),
            "sending" => until("sending", SOON, || (phase()? != "intent").then_some(())),
            _ => until("a ticket", SOON, || (printed(&printer).len() > sent).then_some(())),
        }
        std::thread::sleep(moment(Duration::from_millis(40)));
        kiosk.kill();
        let at = phase();
        drop(kiosk);

        let kiosk = start();
        let state = settled(&folder, &pin).1;
        // It may still be at the part that it has got; its ticket comes at the end.
        until("an idle printer", SOON, || {
            let status = smol::block_on(printer.printer.status());
            status.is_ok_and(|status| status.state == PrinterState::Idle).then_some(())
        });
        let (_, state) = (state, settled(&folder, &pin).1);
        let once = printed(&printer).len() - sent;
        assert!(once <= 1, "{when} ({at:?}): {state}, printed {once} times by itself");
        assert!(state != "completed" || once == 1, "{when} ({at:?}): {state}, but nothing came out");
        let out = printer.sides() - sides;
        let out = if state == "completed" { 0 } else { out };
        let before = printer.sides();
        let scene = kiosk.release_rest(&pin, out, SOON);
        assert_eq!(scene["scene"], "done", "{when} ({at:?}), then {state}: {scene} {}", kiosk.log());
        assert_eq!(printer.sides() - before, 2 - out, "{when} ({at:?}), then {state}");
    }
}

/// The tickets of jobs that the printer had whole pages of, and how many. It tries to print a part of one as well.
fn printed(printer: &PrinterPeer) -> Vec<Value> {
    let tickets = printer.tickets().into_iter();
    tickets.filter(|ticket| ticket["impressions"].as_u64() > Some(0)).collect()
}

/// The printer has been asked for a job, and the kiosk does not know its number any more.
#[test]
fn a_job_that_only_the_printer_knows_does_not_block_it() {
    let Some(printer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let folder = temporary("unknown");
    let start =
        || Kiosk::start(&Start { printer: Some(printer.uri()), folder: Some(folder.clone()), ..Start::default() });
    let mut kiosk = start();
    let document = folder.join("two.pdf");
    fs::write(&document, a4_pages(2)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    kiosk.kill();
    drop(kiosk);
    // The moment is short, so it is made: the intent is written down, the printer has the job, and no number is.
    let id = job(&folder, &pin).0;
    let intent = format!(
        "UPDATE jobs SET state = 'processing' WHERE id = {id};
         INSERT INTO attempts (job, printer, phase, impressions, started_at, name)
             VALUES ({id}, '{}', 'intent', 2, 0, 'ottisk-LOST')",
        printer.uri()
    );
    store(&folder).execute_batch(&intent).expect("written");
    let same = Printer::open(&printer.uri(), LIMITS).expect("an address");
    let created = smol::block_on(async {
        let plan = Plan::fit(&Ticket::default(), &same.capabilities().await?, 2).expect("a plan");
        same.create(&plan, "ottisk-LOST").await
    });
    created.expect("a job");

    let kiosk = start();
    assert_eq!(settled(&folder, &pin).1, "held");
    let scene = kiosk.release(&pin, SOON);
    assert_eq!(scene["scene"], "done", "{scene} {}", kiosk.log());
    assert_eq!(printed(&printer).len(), 1);
}

/// The child that draws, once it has begun to.
fn drawing(kiosk: &Kiosk, begun: impl Fn() -> bool) -> u32 {
    until("a child that draws", SOON, || workers(kiosk.child.id(), "render").first().copied().filter(|_| begun()))
}

#[test]
fn a_renderer_that_dies_leaves_no_document() {
    let kiosk = Kiosk::demo();
    let document = kiosk.folder.join("long.pdf");
    fs::write(&document, a4_pages(40)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    let child = drawing(&kiosk, || kiosk.folder.join("out/job-0001/page-0002.png").exists());
    assert!(signal(child, "KILL"));
    let scene = kiosk.wait_scene("fault", SOON);
    let record = kiosk.printed(1);
    assert!(["aborted", "canceled"].contains(&record["state"].as_str().expect("a state")), "{record}");
    assert!(record["impressions_completed"].as_u64().expect("a count") < 40, "{record}");
    let (_, state, facts) = settled(&kiosk.folder, &pin);
    assert_eq!((state.as_str(), facts), ("held", 0), "{scene}");
}

#[test]
fn a_renderer_that_dies_cancels_the_real_printers_job() {
    let Some(printer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let kiosk = Kiosk::start(&Start { printer: Some(printer.uri()), ..Start::default() });
    let document = kiosk.folder.join("long.pdf");
    fs::write(&document, a4_pages(40)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    let spool = printer.folder.join("spool");
    let begun = || {
        let mut files = fs::read_dir(&spool).expect("a spool").filter_map(|file| file.ok()?.metadata().ok());
        files.any(|file| file.len() > 4_096)
    };
    assert!(signal(drawing(&kiosk, begun), "KILL"));
    kiosk.wait_scene("fault", SOON);
    assert_eq!(settled(&kiosk.folder, &pin).1, "held");
    let same = Printer::open(&printer.uri(), LIMITS).expect("an address");
    let report = until("an end", SOON, || smol::block_on(same.job(1)).ok().filter(|report| report.state.is_terminal()));
    assert_ne!(report.state, JobState::Completed, "{report:?}");
    assert!(printed(&printer).iter().all(|ticket| ticket["impressions"] != 40), "{:?}", printed(&printer));
}

#[test]
fn children_go_with_the_kiosk() {
    let mut kiosk = Kiosk::demo();
    let document = kiosk.folder.join("long.pdf");
    fs::write(&document, a4_pages(40)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    let child = drawing(&kiosk, || kiosk.folder.join("out/job-0001/page-0001.png").exists());
    // One that stands still does not notice by itself that nobody reads what it draws.
    assert!(signal(child, "STOP"));
    kiosk.kill();
    until("the child's end", Duration::from_secs(5), || {
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok();
        stat.is_none_or(|stat| stat.contains(") Z ") || stat.contains(") X ")).then_some(())
    });
}

#[test]
fn a_folder_has_one_kiosk() {
    let kiosk = Kiosk::demo();
    let second = Command::new(env!("CARGO_BIN_EXE_ottisk"))
        .args(["demo", "--listen", &format!("127.0.0.1:{}", free_port()), "--data"])
        .arg(&kiosk.folder)
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!((second.status.code(), second.stdout.as_slice()), (Some(1), b"".as_slice()), "{said}");
    assert!(said.contains("another ottisk"), "{said}");
    assert_eq!(kiosk.get("/healthz").0, 200);
}

/// A printer that is there and says nothing, until it is let go on.
pub struct Silent(u32);

impl Silent {
    pub fn new(printer: &PrinterPeer) -> Self {
        let folder = printer.folder.display().to_string();
        let scripts = children(std::process::id()).into_iter().filter(|(_, words)| words.contains(&folder));
        let mut processes = scripts.flat_map(|(pid, _)| children(pid));
        let (pid, _) = processes.find(|(_, words)| words.starts_with("ippeveprinter ")).expect("the printer");
        assert!(signal(pid, "STOP"));
        Self(pid)
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        signal(self.0, "CONT");
    }
}

#[test]
fn a_job_deleted_while_the_printer_is_silent_neither_prints_nor_ends_the_kiosk() {
    let Some(printer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let mut kiosk = Kiosk::start(&Start { printer: Some(printer.uri()), ..Start::default() });
    let document = kiosk.folder.join("two.pdf");
    fs::write(&document, a4_pages(2)).expect("written");
    let [deleted, canceled, printed_after] = [(); 3].map(|()| kiosk.submit(&document, &json!({})));
    until("the printer is heard", SOON, || (kiosk.get("/readyz").0 == 200).then_some(()));
    for pin in [&deleted, &canceled] {
        let silent = Silent::new(&printer);
        kiosk.review(pin);
        kiosk.tap("print");
        until("released", SOON, || (job(&kiosk.folder, pin).1 == "pending").then_some(()));
        if pin == &deleted {
            assert_eq!(kiosk.json("DELETE", &format!("/file/{pin}"), &json!({})).0, 204);
        } else {
            kiosk.tap("cancel");
        }
        let scene = kiosk.wait_scene("done", Duration::from_secs(5));
        assert!(pin == &deleted || job(&kiosk.folder, pin).1 == "canceled", "{scene}");
        drop(silent);
        kiosk.tap("finish");
    }
    let scene = kiosk.release(&printed_after, SOON);
    assert_eq!(scene["scene"], "done", "{scene} {}", kiosk.log());
    assert!(kiosk.child.try_wait().expect("a state").is_none(), "{}", kiosk.log());
    assert_eq!(job(&kiosk.folder, &canceled).1, "canceled");
    assert_eq!(printed(&printer).len(), 1);
}

#[test]
fn a_job_deleted_at_the_printer_is_taken_back_once() {
    let Some(printer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    printer.fault("slow", Some("20"));
    let kiosk = Kiosk::start(&Start { printer: Some(printer.uri()), ..Start::default() });
    let document = kiosk.folder.join("two.pdf");
    fs::write(&document, a4_pages(2)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    until("a ticket", SOON, || (!printed(&printer).is_empty()).then_some(()));
    let silent = Silent::new(&printer);
    std::thread::scope(|scope| {
        let deleting = scope.spawn(|| kiosk.json("DELETE", &format!("/file/{pin}"), &json!({})).0);
        until("asked", SOON, || kiosk.log().contains("cancel asked").then_some(()));
        // Long enough for thousands of turns, had it been a loop.
        std::thread::sleep(Duration::from_millis(300));
        drop(silent);
        assert_eq!(deleting.join().expect("an answer"), 204);
    });
    assert_eq!(kiosk.log().matches("cancel asked").count(), 1, "{}", kiosk.log());
    assert_eq!(kiosk.json("GET", &format!("/file/{pin}"), &json!({})).0, 404);
    assert_nothing_is_half(&kiosk.folder);
}

#[test]
fn who_leaves_before_the_answer_leaves_no_half() {
    if !have("strace", "strace") {
        return;
    }
    // A disk so slow that the client is gone in the middle: between a row and its file.
    let under = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=250000"];
    let kiosk = Kiosk::start(&Start { under: &under, ..Start::default() });
    let traced = Traced(kiosk.child.id());
    let document = kiosk.folder.join("two.pdf");
    fs::write(&document, a4_pages(2)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    let address = kiosk.url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    write!(stream, "DELETE /file/{pin} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    // The row goes with the commit's 250 ms.
    std::thread::sleep(Duration::from_millis(100));
    drop(stream);
    until("the row is gone", SOON, || (kiosk.json("GET", &format!("/file/{pin}"), &json!({})).0 == 404).then_some(()));
    assert_nothing_is_half(&kiosk.folder);
    drop(traced);
}

#[test]
fn changes_at_the_same_time_are_all_made() {
    let kiosk = Kiosk::demo();
    for _ in 0..20 {
        let pin = kiosk.order(&json!({}));
        let path = format!("/file/{pin}");
        std::thread::scope(|scope| {
            for change in [json!({"copies": 3}), json!({"two_sided": true}), json!({"pages": "2"})] {
                let (kiosk, path) = (&kiosk, &path);
                scope.spawn(move || assert_eq!(kiosk.json("PATCH", path, &json!({"options": change})).0, 200));
            }
        });
        let (_, answer) = kiosk.upload(&pin, &a4_pages(2), "application/pdf");
        assert_eq!(answer["options"], json!({"pages": "2", "copies": 3, "two_sided": true}));
    }
}
