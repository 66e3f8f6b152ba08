//! Pages in a real browser: Debian's Chromium, driven by playwright-core from npm, looked at by axe-core. The cases are in
//! `tests/browser/*.mjs`; what only this side can do (a printer's fault, a restart) they ask for by a line.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{
    peers::PrinterPeer,
    support::{Kiosk, Start, a4_pages, have, until},
};

/// What `tests/run` installs.
const PACKAGES: &str = "playwright-core-1.65.1";

/// Bytes over the wire that the first load of a page may take.
const FIRST_LOAD_BYTES: u32 = 60_000;

/// The folder with playwright-core and axe-core, or `None` said aloud.
fn packages() -> Option<PathBuf> {
    if !(have("node", "nodejs") && have("chromium", "chromium")) {
        return None;
    }
    let cache = || std::env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let usual = || Some(cache().or_else(home)?.join("ottisk-ci/node").join(PACKAGES));
    let folder = std::env::var_os("OTTISK_BROWSER").map(PathBuf::from).or_else(usual)?;
    if folder.join("node_modules/axe-core").exists() {
        return Some(folder);
    }
    let missing =
        "SKIPPED: no playwright-core and axe-core; tests/run installs them, or OTTISK_BROWSER names their folder";
    assert!(std::env::var("OTTISK_PEERS").as_deref() != Ok("all"), "{missing}");
    println!("{missing}");
    None
}

/// Runs a case against `url`; `answer` does what it asks for. `false` when it was skipped, which was said aloud.
pub fn case(name: &str, url: &str, words: &[&str], mut answer: impl FnMut(&[&str]) -> String) -> bool {
    let Some(folder) = packages() else { return false };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/browser/{name}.mjs"));
    let mut node = Command::new("node")
        .arg(script)
        .arg(url)
        .args(words)
        .env("OTTISK_BROWSER", &folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node");
    let mut said = node.stdin.take().expect("piped");
    for line in BufReader::new(node.stdout.take().expect("piped")).lines().map_while(Result::ok) {
        match line.strip_prefix("ASK ") {
            Some(asked) => {
                let words: Vec<&str> = asked.split(' ').collect();
                writeln!(said, "{}", answer(&words)).expect("the case listens");
            }
            None => println!("{line}"),
        }
    }
    let status = node.wait().expect("a child");
    assert!(status.success(), "{name}.mjs: {status}, see above");
    true
}

/// A case that asks for nothing.
fn plain(name: &str, url: &str, words: &[&str]) {
    case(name, url, words, |asked| panic!("asked for {asked:?}"));
}

#[test]
fn harness_sees_what_it_is_there_for() {
    plain("harness", "http://127.0.0.1:1", &[]);
}

#[test]
fn first_load_is_light() {
    let kiosk = Kiosk::demo();
    plain("budget", &kiosk.url, &[&FIRST_LOAD_BYTES.to_string(), "/", &format!("/j/{}", kiosk.pin)]);
}

#[test]
fn choices_on_the_job_page_are_kept() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(12), "application/pdf").0, 200);
    plain("job", &kiosk.url, &[&pin]);
}

#[test]
fn job_page_tells_what_happens_while_it_happens() {
    let Some(printer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let mut kiosk = Kiosk::start(&Start { printer: Some(printer.uri()), ..Default::default() });
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(6), "application/pdf").0, 200);
    let url = kiosk.url.clone();
    case("live", &url, &[&pin], |asked| {
        match asked {
            ["scene"] => return kiosk.scene().to_string(),
            ["slow", seconds] => printer.fault("slow", Some(seconds)),
            ["fault", reason] => printer.fault("state", Some(reason)),
            ["fault"] => printer.fault("state", None),
            ["stop"] => kiosk.kill(),
            ["start"] => kiosk.revive(&printer.uri()),
            _ => panic!("asked for {asked:?}"),
        }
        "done".to_owned()
    });
}

#[test]
fn job_page_works_without_a_script() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&pin, &a4_pages(3), "application/pdf").0, 200);
    case("plain", &kiosk.url, &[&pin], |asked| match asked {
        ["scene"] => kiosk.scene().to_string(),
        _ => panic!("asked for {asked:?}"),
    });
}

impl Kiosk {
    /// The same kiosk again at the same address, after a power cut.
    fn revive(&mut self, printer: &str) {
        let address = self.url.strip_prefix("http://").expect("an address");
        let log = std::fs::File::options().append(true).open(self.folder.join("log")).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
        command.args(["demo", "--listen", address, "--printer", printer, "--data"]).arg(&self.folder);
        self.child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the binary starts");
        let answers = || self.ask("GET", "/healthz", "", &[]).filter(|(status, _)| *status == 200);
        until("it answers", Duration::from_secs(10), answers);
    }
}
#[test]
fn upload_page() {
    let mut kiosk = Kiosk::demo();
    let folder = crate::support::temporary("locked");
    case("upload", &kiosk.url.clone(), &[], |asked| match asked {
        ["restart"] => {
            kiosk.kill();
            let out = format!("file://{}", kiosk.folder.join("out").display());
            kiosk.revive(&out);
            "done".into()
        }
        ["locked"] if have("qpdf", "qpdf") => {
            let locked = folder.join("locked.pdf");
            let lock = ["--encrypt", "secret", "owner", "256", "--"];
            let done = Command::new("qpdf").args(lock).arg(crate::support::sample()).arg(&locked).status();
            assert!(done.is_ok_and(|status| status.success()), "qpdf");
            STANDARD.encode(std::fs::read(locked).expect("read"))
        }
        ["locked"] => String::new(),
        other => panic!("asked for {other:?}"),
    });
}
