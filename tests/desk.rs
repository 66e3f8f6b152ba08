//! The technician's side of a running kiosk: the test page on its way, the restart, the flight record, the check of it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails may panic")]

use std::{fs, time::Duration};

use serde_json::Value;

use crate::support::{Kiosk, Start, free_port, ottisk, sample, until};

const SOON: Duration = Duration::from_secs(20);

pub fn element(scene: &Value, id: &str) -> Value {
    let all = scene["elements"].as_array().expect("elements");
    all.iter().find(|element| element["id"] == id).unwrap_or_else(|| panic!("no {id} in {scene}")).clone()
}

/// A kiosk whose technician's side is open.
fn open(start: &Start<'_>) -> Kiosk {
    let config = format!("[service]\ncode = \"2468\"\n{}", start.config.unwrap_or_default());
    let kiosk = Kiosk::start(&Start {
        printer: start.printer.clone(),
        folder: None,
        environment: start.environment,
        config: Some(&config),
        under: &[],
    });
    kiosk.wait_scene("idle", SOON);
    enter(&kiosk);
    kiosk
}

fn enter(kiosk: &Kiosk) {
    kiosk.tap("service");
    for id in ["key-2", "key-4", "key-6", "key-8", "code-submit"] {
        kiosk.tap(id);
    }
    // The first look has come.
    until("facts", SOON, || kiosk.scene().to_string().contains("line-4").then_some(()));
}

#[test]
fn a_test_page_comes_out_and_is_nobodys() {
    let kiosk = open(&Start::default());
    kiosk.tap("paper-full");
    until("a full tray", SOON, || (element(&kiosk.scene(), "paper")["value"] == "250").then_some(()));
    kiosk.tap("test-page");
    let told = |words: &str| element(&kiosk.scene(), "test-page-state")["label"] == words;
    until("a test page", SOON, || told("Пробная страница напечатана").then_some(()));
    let record = kiosk.printed(1);
    assert_eq!(record["pages"].as_array().map(Vec::len), Some(1), "{record}");
    until("a sheet less", SOON, || (element(&kiosk.scene(), "paper")["value"] == "249").then_some(()));
    // No person's print, no job that stays: the sample document is the only one.
    let status: Value = serde_json::from_slice(&kiosk.get("/status").1).expect("JSON");
    assert_eq!((&status["impressions"], &status["sheets"]), (&0.into(), &0.into()), "{status}");
    let jobs = |scene: &Value| element(scene, "line-5")["value"] == "1";
    until("one job", SOON, || Some(kiosk.scene()).filter(jobs));
    assert_eq!(fs::read_dir(kiosk.folder.join("documents")).expect("a folder").count(), 1);
    // A person's print still counts.
    kiosk.tap("back");
    kiosk.release(&kiosk.pin, SOON);
    let status: Value = serde_json::from_slice(&kiosk.get("/status").1).expect("JSON");
    assert!(status["sheets"].as_u64() > Some(0), "{status}");
}

#[test]
fn a_restart_runs_the_operators_command() {
    let mark = crate::support::temporary("restart").join("done");
    let config = format!("reboot_command = [\"touch\", \"{}\"]\n", mark.display());
    let kiosk = open(&Start { config: Some(&config), ..Start::default() });
    for id in ["service-restart", "reboot", "reboot-no", "reboot"] {
        kiosk.tap(id);
    }
    assert!(!mark.exists());
    kiosk.tap("reboot-yes");
    until("the command", SOON, || mark.exists().then_some(()));
    drop(kiosk);
    let config = "reboot_command = [\"false\"]\n";
    let kiosk = open(&Start { config: Some(config), ..Start::default() });
    for id in ["service-restart", "reboot", "reboot-yes"] {
        kiosk.tap(id);
    }
    until("the failure", SOON, || (element(&kiosk.scene(), "reboot")["enabled"] == true).then_some(()));
    let kiosk = open(&Start::default());
    let scene = kiosk.tap("service-restart");
    assert_eq!(element(&scene, "reboot")["enabled"], false);
    assert!(element(&scene, "reboot-state")["label"].to_string().contains("reboot_command"), "{scene}");
}

#[test]
fn a_fault_is_told_in_a_record_that_nobody_can_make_up() {
    let printer = Some(format!("ipp://127.0.0.1:{}/ipp", free_port()));
    let config = "[printer]\nrelease_valid_s = 1\n[panel]\nname = \"Печать у входа\"\n";
    let kiosk = open(&Start { printer, config: Some(config), ..Start::default() });
    kiosk.tap("back");
    let pin = kiosk.submit(&sample(), &serde_json::json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    kiosk.wait_scene("fault", SOON);
    kiosk.tap("finish");
    enter(&kiosk);
    let scene = until("a record of it", SOON, || {
        let scene = kiosk.tap("service-record");
        element(&scene, "record")["value"].to_string().contains(" held printer-unreachable").then_some(scene)
    });
    let text = element(&scene, "record")["value"].as_str().expect("a text").to_owned();
    let key = element(&scene, "record-key")["value"].as_str().expect("a key").to_owned();
    assert!(text.starts_with("OTTISK1 printer-unreachable\nПечать у входа\n"), "{text}");
    for secret in [pin.as_str(), "тест.pdf", "Иванов", "2468", "127.0.0.1", kiosk.token.as_str()] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let file = kiosk.folder.join("record.txt");
    let path = file.display().to_string();
    let data = kiosk.folder.display().to_string();
    let told = ottisk(&["record", "key", "--data", &data], SOON);
    assert_eq!((told.code, String::from_utf8_lossy(&told.stdout).trim()), (Some(0), key.as_str()));
    let verify = |text: &str, with: [&str; 2]| {
        fs::write(&file, text).expect("written");
        ottisk(&["record", "verify", &path, with[0], with[1]], SOON).code
    };
    assert_eq!(verify(&text, ["--key", &key]), Some(0));
    assert_eq!(verify(&text.replace('\n', "\r\n"), ["--data", &data]), Some(0));
    assert_eq!(verify(&text.replace("printer-unreachable", "media-empty"), ["--key", &key]), Some(1));
    assert_eq!(verify("what", ["--key", &key]), Some(1));
    let other = open(&Start::default());
    assert_eq!(verify(&text, ["--data", &other.folder.display().to_string()]), Some(1));
    assert_eq!(verify(&text, ["--key", "nonsense"]), Some(2));
}

#[test]
fn the_log_and_the_network_are_told() {
    let kiosk = open(&Start::default());
    let scene = kiosk.tap("service-network");
    assert!(scene.to_string().contains(&kiosk.url.trim_start_matches("http://").to_owned()), "{scene}");
    kiosk.order(&serde_json::json!({}));
    kiosk.tap("service-log");
    let line = until("a line of the log", SOON, || {
        let scene = kiosk.scene();
        let all = scene["elements"].as_array().expect("elements");
        let line = all.iter().find(|e| e["label"].to_string().contains("ordered"))?;
        Some(line["label"].to_string())
    });
    assert!(line.contains("INFO ottisk::queue: ordered"), "{line}");
    for page in ["service-members", "service-device", "service-screen", "service-record", "service-printer"] {
        let scene = kiosk.tap(page);
        assert_eq!(element(&scene, page)["value"], "on");
    }
}
