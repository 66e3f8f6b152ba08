//! Printers that are found: a real avahi-daemon and real ippeveprinters across a wire of our own (`tests/peers/lan.sh`), and
//! one at ipp-usb's port. A printer's key at first use, another key, and forgetting.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    peers::PrinterPeer,
    support::{Kiosk, Ran, Start, have, ottisk, sample, signal, temporary, until},
};

const SOON: Duration = Duration::from_secs(60);

/// Runs a test in a network of its own: nobody is in it but whoever the test brings. Not without root, which is said.
fn alone(test: fn()) {
    let programs = [("ip", "iproute2"), ("nsenter", "util-linux")];
    if !programs.into_iter().all(|(program, package)| have(program, package)) {
        return;
    }
    let inside = std::thread::spawn(move || {
        // SAFETY: concerns this thread and what it starts, and reads no memory of ours.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
            let missing = "SKIPPED: no network of its own; run as root";
            assert!(std::env::var("OTTISK_PEERS").as_deref() != Ok("all"), "{missing}");
            return println!("{missing}");
        }
        let up = Command::new("ip").args(["link", "set", "lo", "up"]).status().expect("ip");
        assert!(up.success());
        test();
    });
    if let Err(panic) = inside.join() {
        std::panic::resume_unwind(panic);
    }
}

/// The wire, and the other side of it.
struct Lan {
    script: Child,
    folder: PathBuf,
    across: u32,
}

impl Lan {
    fn start() -> Option<Self> {
        let peers = [
            ("avahi-daemon", "avahi-daemon"),
            ("dbus-daemon", "dbus"),
            ("ippeveprinter", "cups-ipp-utils"),
            ("avahi-publish", "avahi-utils"),
        ];
        if !peers.into_iter().all(|(program, package)| have(program, package)) {
            return None;
        }
        let folder = temporary("lan");
        let mut script = Command::new("bash")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/lan.sh"))
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash");
        let mut line = String::new();
        BufReader::new(script.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let across = line.trim().parse().unwrap_or_else(|_| panic!("no network: see {}", folder.display()));
        Some(Self { script, folder, across })
    }

    /// A program on the other side; what it says goes to a log there.
    fn spawn(&self, log: &str, words: &[&str]) -> Far {
        let log = fs::File::options().create(true).append(true).open(self.folder.join(log)).expect("a log");
        let mut command = Command::new("nsenter");
        command.args(["--net", "--mount", "--target", &self.across.to_string()]).args([
            "setpriv",
            "--pdeathsig",
            "TERM",
        ]);
        command.args(words).env("DBUS_SYSTEM_BUS_ADDRESS", format!("unix:path={}/dbus.sock", self.folder.display()));
        Far(command.stdout(log.try_clone().expect("a log")).stderr(log).spawn().expect("nsenter"))
    }

    fn run(&self, words: &[&str]) {
        let status = self.spawn("run.log", words).0.wait().expect("ended");
        assert!(status.success(), "{words:?}: see {}", self.folder.display());
    }

    /// A printer that keeps its documents in the folder `NAME` and its keys in `KEYS`.
    fn printer(&self, name: &str, port: u16, keys: &str, more: &[&str]) -> Far {
        let path = |name: &str| {
            let path = self.folder.join(name);
            fs::create_dir_all(&path).expect("a folder");
            path.display().to_string()
        };
        let (spool, keys, port) = (path(name), path(keys), port.to_string());
        let formats = "application/pdf,image/jpeg,image/pwg-raster,image/urf";
        let command = format!("{spool}/command");
        fs::write(&command, format!("#!/bin/sh\necho \"$1\" >>{spool}/jobs\n")).expect("written");
        fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).expect("runs");
        let words = ["ippeveprinter", "-2", "-s", "20,10", "-p", &port, "-d", &spool, "-K", &keys, "-f", formats, "-c"];
        self.spawn("printer.log", &[words.as_slice(), &[&command], more, &[name]].concat())
    }

    /// What the printer of this name was sent.
    fn printed(&self, name: &str) -> usize {
        fs::read_to_string(self.folder.join(name).join("jobs")).map_or(0, |jobs| jobs.lines().count())
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        signal(self.script.id(), "TERM");
        let _ = self.script.wait();
    }
}

/// A program on the other side, gone after the test.
struct Far(Child);

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(words: &[&str], data: &Path) -> Ran {
    let data = data.display().to_string();
    ottisk(&[words, &["--data", &data]].concat(), SOON)
}

fn printers(data: &Path) -> Vec<Value> {
    let ran = run(&["printers", "--json"], data);
    assert!([Some(0), Some(69)].contains(&ran.code), "{ran:?}");
    let found: Vec<Value> = serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!(found.is_empty(), ran.code == Some(69), "{ran:?}");
    found
}

/// Waits until so many printers are there.
fn wait_printers(data: &Path, count: usize) -> Vec<Value> {
    until("the printers", SOON, || {
        Some(printers(data)).filter(|found| found.len() == count && found[0]["error"].is_null())
    })
}

fn print(printer: &str, data: &Path, more: &[&str]) -> Ran {
    let sample = sample().display().to_string();
    run(&[&["print", &sample, "--pages", "1", "--printer", printer], more].concat(), data)
}

fn remembered(data: &Path) -> Value {
    fs::read(data.join("printers.json")).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).expect("JSON"))
}

#[test]
fn nobody_there_is_told_in_time_and_a_stop_is_heard() {
    alone(|| {
        let data = temporary("nobody");
        let started = Instant::now();
        let ran = run(&["printers"], &data);
        assert_eq!((ran.code, ran.stdout.as_slice()), (Some(69), [].as_slice()), "{ran:?}");
        assert!(ran.stderr.contains("no printer was found in 3000 ms"), "{ran:?}");
        assert!(started.elapsed() < Duration::from_millis(4_500), "{:?}", started.elapsed());
        assert_eq!(printers(&data), [] as [Value; 0]);
        let ran = print("auto", &data, &[]);
        assert!(ran.code == Some(69) && ran.stderr.contains("no printer was found"), "{ran:?}");
        let ran = run(&["printers", "--forget", "auto"], &data);
        assert!(ran.code == Some(1) && ran.stderr.contains("nothing is kept of auto"), "{ran:?}");
        assert_eq!(remembered(&data), Value::Null);

        let mut child = Command::new(env!("CARGO_BIN_EXE_ottisk")).args(["printers"]).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(300));
        signal(child.id(), "INT");
        let started = Instant::now();
        child.wait().expect("ended");
        assert!(started.elapsed() < Duration::from_millis(2_000), "not after all of the 3 s that looking takes");
    });
}

#[test]
fn a_printer_at_a_cable_is_found_at_ipp_usbs_port() {
    alone(|| {
        // Somebody who listens and says nothing is no printer, and holds nobody up.
        let silent = std::net::TcpListener::bind("127.0.0.1:60003").expect("a port");
        let Some(peer) = PrinterPeer::start_at(60_002, &["-2"]) else { return };
        let data = temporary("cable");
        let found = printers(&data);
        assert_eq!(found.len(), 1, "{found:?}");
        let printer = &found[0];
        assert_eq!((&printer["via"], &printer["name"]), (&json!("usb"), &json!("Test Printer")));
        assert_eq!(printer["uri"], "ipp://127.0.0.1:60002/ipp/print");
        assert_eq!(
            (&printer["color"], &printer["two_sided"], &printer["state"]),
            (&json!(false), &json!(true), &json!("idle"))
        );
        let ran = print("auto", &data, &["--sides", "two-sided-long-edge"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(peer.tickets().len(), 1);
        assert_eq!(remembered(&data)["bound"]["id"], printer["uuid"]);
        drop(silent);

        // Nothing is heard of it: its last address does, as long as the same printer is there.
        let config = data.join("deaf.toml");
        fs::write(&config, "[finding]\nusb_ports = 0\ntimeout_ms = 300\n").expect("written");
        let config = config.display().to_string();
        let ran = print("auto", &data, &["--config", &config]);
        assert_eq!((ran.code, peer.tickets().len()), (Some(0), 2), "{ran:?}");
        let mut kept = remembered(&data);
        kept["bound"]["id"] = json!("11111111-2222-3333-4444-555555555555");
        fs::write(data.join("printers.json"), kept.to_string()).expect("written");
        let ran = print("auto", &data, &["--config", &config]);
        assert!(ran.code == Some(69) && ran.stderr.contains("Test Printer was not found"), "{ran:?}");
        assert_eq!(peer.tickets().len(), 2, "another printer got the address");
        // What cannot be understood is not taken for nothing.
        fs::write(data.join("printers.json"), "{").expect("written");
        let ran = print("auto", &data, &[]);
        assert!(ran.code == Some(69) && ran.stderr.contains("printers.json"), "{ran:?}");
    });
}

#[test]
fn printers_on_the_network_are_found_and_auto_stays_with_one() {
    alone(|| {
        let Some(lan) = Lan::start() else { return };
        let (data, fresh) = (temporary("data"), temporary("fresh"));
        let door = lan.printer("Door", 8631, "keys", &["-l", "hall"]);
        let found = wait_printers(&data, 1);
        let printer = &found[0];
        println!("{}", String::from_utf8_lossy(&run(&["printers"], &data).stdout));
        assert_eq!(
            (&printer["name"], &printer["via"], &printer["location"]),
            (&json!("Door"), &json!("network"), &json!("hall"))
        );
        assert_eq!(printer["uri"], "ipps://10.77.0.10:8631/ipp/print");
        assert_eq!(
            (&printer["color"], &printer["two_sided"], &printer["bound"]),
            (&json!(true), &json!(true), &json!(false))
        );
        assert_eq!((&printer["resolutions"], &printer["key_sha256"]), (&json!([300, 600]), &Value::Null));
        let uris = printer["uris"].as_array().expect("a list");
        let has = |start: &str| uris.iter().any(|uri| uri.as_str().is_some_and(|uri| uri.starts_with(start)));
        assert!(has("ipp://10.77.0.10:") && has("ipps://[fe80::"), "{uris:?}");
        let link_local = uris.iter().filter_map(Value::as_str).find(|uri| uri.starts_with("ipp://[fe80::"));
        let ran = print(link_local.expect("by its link-local address"), &fresh, &[]);
        assert_eq!((ran.code, lan.printed("Door")), (Some(0), 1), "{ran:?}");
        assert!(printer["formats"].as_array().expect("a list").contains(&json!("image/pwg-raster")), "{printer}");
        assert_eq!(remembered(&data), Value::Null, "a look keeps nothing");

        let ran = print("auto", &data, &[]);
        assert_eq!((ran.code, lan.printed("Door")), (Some(0), 2), "{ran:?}");
        let kept = remembered(&data);
        let uuid = printer["uuid"].as_str().expect("a UUID");
        assert_eq!(kept["bound"]["id"], uuid);
        assert_eq!(kept["pins"][uuid].as_str().map(str::len), Some(64), "{kept}");

        // Another one comes: auto stays, and whoever has not chosen yet is told to.
        let _office = lan.printer("Office", 8632, "keys", &[]);
        let found = wait_printers(&data, 2);
        assert!(
            found[0]["bound"] == true && found[0]["key_sha256"] == kept["pins"][uuid] && found[1]["bound"] == false
        );
        assert_eq!((print("auto", &data, &[]).code, lan.printed("Door")), (Some(0), 3));
        let ran = print("auto", &fresh, &[]);
        assert!(
            ran.code == Some(69) && ran.stderr.contains("several printers") && ran.stderr.contains("Door, Office"),
            "{ran:?}"
        );
        let ran = run(&["check", "--json", "--printer", "auto"], &fresh);
        let told = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(
            ran.code == Some(1) && told.contains("none is chosen: Door, Office") && told.contains("ottisk printers"),
            "{told}"
        );
        let config = fresh.join("only.toml");
        fs::write(&config, "[finding]\nonly = \"office\"\n").expect("written");
        let config = config.display().to_string();
        let ran = print("auto", &fresh, &["--config", &config]);
        assert_eq!((ran.code, lan.printed("Office")), (Some(0), 1), "{ran:?}");

        // The chosen one is off: nothing comes out in another room.
        drop(door);
        let ran = print("auto", &data, &[]);
        assert!(ran.code == Some(69) && ran.stderr.contains("Door was not found"), "{ran:?}");
        assert_eq!((lan.printed("Office"), run(&["printers", "--forget", "auto"], &data).code), (1, Some(0)));
        // Its announcement may outlive it for a while.
        until("the other is taken", SOON, || (print("auto", &data, &[]).code == Some(0)).then_some(()));
        assert_eq!(lan.printed("Office"), 2);
    });
}

#[test]
fn a_printer_with_a_new_address_is_followed_without_a_restart() {
    alone(|| {
        let Some(lan) = Lan::start() else { return };
        let _door = lan.printer("Door", 8631, "keys", &[]);
        // By IPv6 it would be found where it is still.
        lan.run(&["sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/printers/disable_ipv6"]);
        wait_printers(&temporary("look"), 1);
        let kiosk = Kiosk::start(&Start { printer: Some("auto".into()), ..Start::default() });
        let print = || {
            let pin = kiosk.submit(&sample(), &json!({"pages": "1", "copies": 1, "two_sided": false}));
            let scene = kiosk.release(&pin, SOON);
            assert_eq!(scene["scene"], "done", "{scene}");
            kiosk.tap("finish");
        };
        print();
        assert_eq!(lan.printed("Door"), 1);
        let uri = || remembered(&kiosk.folder)["bound"]["uri"].as_str().expect("bound").to_owned();
        assert!(uri().starts_with("ipps://10.77.0.10:"), "{}", uri());
        // As DHCP does it.
        lan.run(&["ip", "address", "del", "10.77.0.10/24", "dev", "printers"]);
        lan.run(&["ip", "address", "add", "10.77.0.99/24", "dev", "printers"]);
        let started = Instant::now();
        until("found again", SOON, || uri().contains("10.77.0.99").then_some(()));
        println!("found again within {:?}", started.elapsed());
        print();
        assert_eq!(lan.printed("Door"), 2);
    });
}

#[test]
fn another_key_gets_no_document_until_it_is_accepted() {
    alone(|| {
        let Some(lan) = Lan::start() else { return };
        let (data, by_hand) = (temporary("auto"), temporary("by-hand"));
        let uri = "ipps://10.77.0.10:8631/ipp/print";
        let door = lan.printer("Door", 8631, "keys", &[]);
        let id = wait_printers(&data, 1)[0]["uuid"].as_str().expect("a UUID").to_owned();
        for (printer, data) in [("auto", &data), (uri, &by_hand)] {
            let ran = print(printer, data, &[]);
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
        let pin = remembered(&by_hand)["pins"]["ipps://10.77.0.10:8631"].as_str().expect("a key").to_owned();
        assert_eq!(remembered(&data)["pins"][&id], pin.as_str());
        let ran = run(&["check", "--json", "--printer", uri], &by_hand);
        assert!(String::from_utf8_lossy(&ran.stdout).contains(&format!("key sha256:{pin}")), "{ran:?}");

        // The same printer with the same key, and then with another one.
        drop(door);
        let door = lan.printer("Door", 8631, "keys", &[]);
        wait_printers(&data, 1);
        assert_eq!((print("auto", &data, &[]).code, print(uri, &by_hand, &[]).code), (Some(0), Some(0)));
        drop(door);
        let _door = lan.printer("Door", 8631, "other-keys", &[]);
        let found = until("the printer", SOON, || {
            Some(printers(&data)).filter(|found| !found.is_empty() && found[0]["error"] != Value::Null)
        });
        let error = found[0]["error"].as_str().expect("an error");
        assert!(error.contains("has changed") || error.contains("does not answer"), "{error}");
        let before = lan.printed("Door");
        for (printer, data, name) in [("auto", &data, id.as_str()), (uri, &by_hand, "ipps://10.77.0.10:8631")] {
            let ran = until("refused", SOON, || {
                Some(print(printer, data, &[])).filter(|ran| ran.stderr.contains("has changed"))
            });
            assert_eq!(ran.code, Some(69), "{ran:?}");
            assert!(
                ran.stderr.contains(&format!("ottisk printers --forget {name}")) && ran.stderr.contains(&pin),
                "{ran:?}"
            );
            let ran = run(&["check", "--json", "--printer", printer], data);
            let told = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert!(
                ran.code == Some(1)
                    && told.contains("has changed")
                    && told.contains(&pin)
                    && told.contains("forget the key"),
                "{told}"
            );
        }
        assert_eq!(lan.printed("Door"), before, "nothing came by ipp:// either");

        // On the panel, in words; after the technician accepts it the same kiosk prints.
        let start = Start { printer: Some("auto".into()), folder: Some(data.clone()), ..Start::default() };
        let kiosk = Kiosk::start(&start);
        let scene = kiosk.release(&kiosk.pin, SOON);
        let text = scene.to_string();
        assert!(
            scene["scene"] == "fault" && text.contains("Принтер стал другим") && text.contains("сертификат"),
            "{text}"
        );
        for (what, data) in [(id.as_str(), &data), (uri, &by_hand)] {
            let ran = run(&["printers", "--forget", what], data);
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
        assert_eq!(print(uri, &by_hand, &[]).code, Some(0));
        let renewed = || remembered(&data)["pins"][&id].as_str().map(str::to_owned);
        let renewed = until("the new key", SOON, renewed);
        assert_ne!(renewed, pin);
        let pin = kiosk.submit(&sample(), &json!({"pages": "1", "copies": 1, "two_sided": false}));
        kiosk.tap("finish");
        assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
    });
}

#[test]
fn a_printer_that_was_encrypted_is_not_used_without() {
    alone(|| {
        let Some(lan) = Lan::start() else { return };
        let data = temporary("downgraded");
        let door = lan.printer("Door", 8631, "keys", &[]);
        let uuid = wait_printers(&data, 1)[0]["uuid"].as_str().expect("a UUID").to_owned();
        assert_eq!(print("auto", &data, &[]).code, Some(0));
        drop(door);
        // The same printer, but only `_ipp._tcp` is announced.
        let _door = lan.printer("Door", 8631, "keys", &["-r", "off"]);
        let txt = ["rp=ipp/print".to_owned(), format!("UUID={uuid}"), "ty=Door\u{1b}[31m".to_owned()];
        let words = ["avahi-publish", "-s", "Door plain", "_ipp._tcp", "8631", &txt[0], &txt[1], &txt[2]];
        let _announced = lan.spawn("publish.log", &words);
        let only_plain = |found: &Vec<Value>| {
            found.len() == 1
                && found[0]["uris"]
                    .as_array()
                    .is_some_and(|uris| uris.iter().all(|uri| !uri.as_str().unwrap_or_default().starts_with("ipps")))
        };
        let found = until("announced", SOON, || Some(printers(&data)).filter(only_plain));
        assert!(found[0]["error"].as_str().is_some_and(|error| error.contains("without encryption")), "{found:?}");
        assert!(!found[0]["model"].as_str().expect("text").contains('\u{1b}'), "{found:?}");
        let ran = print("auto", &data, &[]);
        assert!(ran.code == Some(69) && ran.stderr.contains("offered without encryption now"), "{ran:?}");
        assert_eq!(lan.printed("Door"), 1);
        // Whoever has no key of it may.
        let ran = print("auto", &temporary("new"), &[]);
        assert_eq!((ran.code, lan.printed("Door")), (Some(0), 2), "{ran:?}");
    });
}
