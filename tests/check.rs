//! `ottisk check`: beside a running kiosk, and what it says of what is broken.

use std::{fs, net::TcpListener, path::Path, time::Duration};

use serde_json::Value;

use crate::support::{Kiosk, Ran, free_port, ottisk, temporary};

const SOON: Duration = Duration::from_secs(60);

const NAMES: [&str; 14] = [
    "settings",
    "codes",
    "storage",
    "database",
    "printer",
    "paper",
    "panel",
    "touch",
    "scanner",
    "renderer",
    "converters",
    "clock",
    "network",
    "members",
];

fn check(folder: &Path, more: &[&str]) -> Ran {
    let data = folder.display().to_string();
    let printer = format!("file://{data}/out");
    let listen = format!("127.0.0.1:{}", free_port());
    let mut arguments = vec!["check", "--data", &data];
    for (name, value) in [("--printer", &printer), ("--listen", &listen)] {
        if !more.contains(&name) {
            arguments.extend([name, value]);
        }
    }
    arguments.extend(more);
    ottisk(&arguments, SOON)
}

fn findings(ran: &Ran) -> Vec<Value> {
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn state<'a>(findings: &'a [Value], name: &str) -> (&'a str, String) {
    let found = findings.iter().find(|finding| finding["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    (found["state"].as_str().expect("a state"), format!("{} {}", found["message"], found["advice"]))
}

#[test]
fn beside_a_running_kiosk_all_is_well_and_nothing_changes() {
    let kiosk = Kiosk::demo();
    let before = kiosk.kept();
    let listen = kiosk.url.trim_start_matches("http://").to_owned();
    let ran = check(&kiosk.folder, &["--listen", &listen]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let text = String::from_utf8(ran.stdout).expect("text");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), NAMES.len(), "{text}");
    for (line, name) in lines.iter().zip(NAMES) {
        let mut words = line.split_whitespace();
        let (state, named) = (words.next().expect("a state"), words.next().expect("a name"));
        assert!(["ok", "warn"].contains(&state) && named == name, "{line}");
        assert_eq!(state == "warn", line.contains(" -> "), "what to do: {line}");
    }
    println!("{text}");
    let line = |name: &str| *lines.iter().find(|line| line.contains(name)).expect(name);
    assert!(line("renderer").starts_with("ok") || line("renderer").contains("OFF"), "{text}");
    assert!(line("renderer").contains("drew page 1 of 3"), "{text}");
    assert!(line("network").contains("served by ottisk"), "{text}");
    assert!(
        line("members").starts_with("ok")
            && line("members").contains("on the list: 1, days since the newest change: 0"),
        "{text}"
    );
    assert!(["storage", "database", "printer", "codes"].iter().all(|name| line(name).starts_with("ok")), "{text}");
    assert_eq!(kiosk.kept(), before);
    assert_eq!(kiosk.get("/healthz").0, 200);
}

#[test]
fn what_is_broken_fails_with_what_to_do() {
    let folder = temporary("broken");
    fs::write(folder.join("ottisk.db"), "this is no database, but long enough to look at".repeat(200))
        .expect("written");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = taken.local_addr().expect("an address").to_string();
    let gone = format!("ipp://127.0.0.1:{}/ipp/print", free_port());
    let ran = check(&folder, &["--json", "--listen", &listen, "--printer", &gone]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let findings = findings(&ran);
    assert_eq!(findings.len(), NAMES.len());
    for (name, word) in [("database", "database"), ("printer", "does not answer"), ("network", "another program")] {
        let (state, told) = state(&findings, name);
        assert!(state == "fail" && told.contains(word), "{name}: {state} {told}");
    }
    assert!(findings.iter().all(|finding| finding["state"] == "ok" || finding["advice"] != ""), "{findings:#?}");
    assert_eq!(state(&findings, "members").0, "warn");
}

#[test]
fn a_store_that_is_not_there_yet_is_not_made_by_a_look() {
    let folder = temporary("nothing").join("yet");
    // A file printer makes its folder when it is asked.
    let printer = format!("file://{}", temporary("out").display());
    let ran = check(&folder, &["--json", "--printer", &printer]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let findings = findings(&ran);
    assert_eq!((state(&findings, "storage").0, state(&findings, "database").0), ("warn", "warn"));
    assert!(!folder.exists());
}

#[test]
fn six_digits_are_called_weak_and_the_defaults_are_not() {
    let folder = temporary("codes");
    let config = folder.join("weak.toml");
    fs::write(&config, "[print_api]\npin_symbols = \"0123456789\"\n").expect("written");
    let ran = check(&folder, &["--json", "--config", &config.display().to_string()]);
    let (weak, told) = (findings(&ran), ran);
    let (state_of, words) = state(&weak, "codes");
    assert!(state_of == "warn" && words.contains("PIN_SYMBOLS") && words.contains("1.5"), "{told:?}");
    assert_eq!(told.code, Some(0), "a warning is no failure");
    let ran = check(&folder, &["--json"]);
    let findings = findings(&ran);
    let (state, words) = state(&findings, "codes");
    assert!(state == "ok" && words.contains("9.97e-4"), "{words}");
}

#[test]
fn settings_that_cannot_be_are_a_failure_and_bad_arguments_are_not() {
    let folder = temporary("settings");
    let config = folder.join("bad.toml");
    fs::write(&config, "[http]\nlisten = \"127.0.0.1:1\"\n[printer]\nurl = \"x\"\n").expect("written");
    let ran = check(&folder, &["--json", "--config", &config.display().to_string()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let findings = findings(&ran);
    let (state, told) = state(&findings, "settings");
    assert!(state == "fail" && told.contains(":4:") && told.contains("uri"), "{told}");
    assert_eq!(ottisk(&["check", "--nonsense"], SOON).code, Some(2));
    assert_eq!(ottisk(&["check", "--help"], SOON).code, Some(0));
}
