//! A serial scanner at a running kiosk, played by the other end of a pseudo-terminal.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails may panic")]

use std::{
    io::{Read as _, Write as _},
    os::{fd::AsRawFd as _, unix::fs::symlink},
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use serialport::{SerialPort as _, TTYPort};

use crate::{
    desk::element,
    support::{Kiosk, Start, ottisk, temporary, until},
};

const SOON: Duration = Duration::from_secs(10);

/// A scanner, plugged in at `device`. The second is the port itself, held open as another program would.
fn plug(device: &Path) -> (TTYPort, TTYPort) {
    let (mut scanner, port) = TTYPort::pair().expect("a pseudo-terminal");
    // A child of another test that held it would keep it from being pulled out.
    for end in [scanner.as_raw_fd(), port.as_raw_fd()] {
        // SAFETY: the descriptor is open, and the arguments are plain integers.
        unsafe { libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    scanner.set_timeout(Duration::from_secs(5)).expect("a time-out");
    let name = port.name().expect("its name");
    drop(port);
    let _ = std::fs::remove_file(device);
    symlink(&name, device).expect("a link");
    (scanner, serialport::new(name, 9_600).open_native().expect("nobody else has it yet"))
}

fn config(device: &Path) -> String {
    format!("[scanner]\ndevice = \"{}\"\nretry_ms = 50\nretry_max_ms = 200\nbell = true\n", device.display())
}

fn times(kiosk: &Kiosk, words: &str) -> usize {
    kiosk.log().matches(words).count()
}

fn scans(scanner: &mut TTYPort, text: &str) {
    scanner.write_all(text.as_bytes()).expect("written");
}

#[test]
fn what_a_scanner_reads_opens_jobs_whatever_happens_to_it() {
    let device: PathBuf = temporary("scanner").join("port");
    let (mut scanner, port) = plug(&device);
    let kiosk = Kiosk::start(&Start { config: Some(&config(&device)), ..Start::default() });
    // Another program has it, and lets it go.
    until("a refusal", SOON, || (times(&kiosk, "scanner: not open") > 0).then_some(()));
    sleep(Duration::from_millis(500));
    assert_eq!(times(&kiosk, "scanner: not open"), 1, "{}", kiosk.log());
    drop(port);
    until("an open scanner", SOON, || (times(&kiosk, "scanner: open") == 1).then_some(()));

    // A code in three parts, and the beep.
    let pin = kiosk.pin.clone();
    for part in [&pin[..2], &pin[2..4], &pin[4..], "\r"] {
        scans(&mut scanner, part);
        sleep(Duration::from_millis(40));
    }
    kiosk.wait_scene("review", SOON);
    let mut beep = [0];
    scanner.read_exact(&mut beep).expect("an answer");
    assert_eq!(beep, [7]);
    kiosk.tap("back");

    // A link, from a scanner that sends no terminator.
    scans(&mut scanner, &format!("http://print.local/j/{}", pin.to_lowercase()));
    kiosk.wait_scene("review", SOON);
    kiosk.tap("back");

    // A card.
    scans(&mut scanner, "1015000\r\n");
    let scene = kiosk.wait_scene("code", SOON);
    assert!(element(&scene, "code-status")["label"].to_string().contains("Это карта"), "{scene}");

    // Noise, and a line without an end.
    let mut state = 0x2545_f491_u32;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    };
    let garbage: Vec<u8> = (0..25_000).flat_map(|_| noise()).collect();
    scanner.write_all(&garbage).expect("taken");
    scanner.write_all(&[b'A'; 5_000]).expect("taken");
    sleep(Duration::from_millis(500));
    assert!(["idle", "code"].contains(&kiosk.scene()["scene"].as_str().expect("a scene")));
    scans(&mut scanner, &format!("{pin}\n"));
    kiosk.wait_scene("review", SOON);
    kiosk.tap("back");

    // Pulled out and put back, under another name of the system's.
    drop(scanner);
    until("a lost scanner", SOON, || (times(&kiosk, "scanner: gone") == 1).then_some(()));
    kiosk.tap("enter-code");
    kiosk.tap("back");
    let (mut scanner, port) = plug(&device);
    drop(port);
    until("the scanner again", SOON, || (times(&kiosk, "scanner: open") == 2).then_some(()));
    scans(&mut scanner, &format!("{pin}\r"));
    kiosk.wait_scene("review", SOON);
    assert!(!kiosk.log().contains(&pin), "a code is in the log");
}

#[test]
fn the_check_tells_how_the_scanner_is() {
    let folder = temporary("scanner-check");
    let device = folder.join("port");
    let file = folder.join("check.toml");
    std::fs::write(&file, config(&device)).expect("written");
    let line = || {
        let (data, file) = (folder.display().to_string(), file.display().to_string());
        let printer = format!("file://{data}/out");
        let ran = ottisk(&["check", "--config", &file, "--data", &data, "--printer", &printer], SOON * 6);
        let text = String::from_utf8(ran.stdout).expect("text");
        text.lines()
            .find(|line| line.split_whitespace().nth(1) == Some("scanner"))
            .unwrap_or_else(|| panic!("{text}"))
            .to_owned()
    };
    assert!(line().starts_with("fail") && line().contains("is not there"), "{}", line());
    let (scanner, port) = plug(&device);
    assert!(line().starts_with("warn") && line().contains("held by another program"), "{}", line());
    drop(port);
    assert!(line().starts_with("ok"), "{}", line());
    drop(scanner);
}
