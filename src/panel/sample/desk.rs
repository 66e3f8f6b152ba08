//! The technician's side of the samples: what it knows, and the taps that lead to each page.

use std::sync::Arc;

use super::NOW_MS;
use crate::{
    board::{
        Board,
        network::{Interface, Network},
    },
    desk::{Facts, Versions},
    flight::{Events, Happened, Record, key::Key},
    job::{paper::Paper, plan::Media},
    panel::scene::{
        Event,
        desk::{Known, News, ScannerState},
        mend::Tray,
    },
    text::Language,
};

/// What leads to the page of this sample.
pub(super) fn events(name: &str, language: Language) -> Vec<Event> {
    let press = |id: &str| Event::Press(id.into());
    let desk = Event::Desk;
    let mut events = vec![
        Event::Tray(Tray { media: Media::a4(), paper: Paper::Counted(123) }),
        press("service"),
        desk(News::Looked(Arc::new(known(language)))),
        desk(News::Record(record(language))),
    ];
    if name == "service-locked" {
        events.extend([press("key-2"), press("key-4")]);
        return events;
    }
    events.extend(["key-2", "key-4", "key-6", "key-8", "code-submit"].map(press));
    let tap = Event::Tap { x: 100, y: 100 };
    match name {
        "service-calibrate" => events.extend([press("service-screen"), press("calibrate"), tap]),
        "service-tried" => {
            events.extend([press("service-screen"), press("calibrate")]);
            events.extend((0..5).map(|_| tap.clone()));
            events.push(desk(News::Calibrated(true)));
        }
        "service-sure" => events.extend([press("service-restart"), press("reboot")]),
        page => events.push(press(page)),
    }
    events
}

/// A kiosk as it is on most days.
pub fn known(language: Language) -> Known {
    let board = Board {
        model: "Raspberry Pi 4 Model B Rev 1.4".into(),
        kernel: "Linux 6.1.0-rpi7".into(),
        name: "print-1".into(),
        up_s: 5 * 86_400,
        celsius: Some(48),
    };
    let interface = |name: &str, link, addresses: &[&str]| {
        let addresses = addresses.iter().map(|&address| address.to_owned()).collect();
        Interface { name: name.to_owned(), link, addresses }
    };
    let network = Network {
        interfaces: vec![
            interface("eth0", Some(true), &["10.20.30.41", "2001:db8::41"]),
            interface("wlan0", Some(false), &[]),
        ],
        gateway: Some(("10.20.30.1".into(), "eth0".into())),
    };
    Known {
        facts: Facts {
            board,
            network,
            members: 4_182,
            members_age_s: Some(9 * 3_600),
            free: Some(11_400_000_000),
            documents: (318_000_000, 214),
            database: 5_600_000,
            log: log(),
        },
        versions: Versions { ottisk: env!("CARGO_PKG_VERSION"), pdfium: "pypdfium2 5.15.2", sqlite: "3.54.1" },
        printer: "ipp://printer.local/ipp/print".into(),
        model: match language {
            Language::Ru => "HP LaserJet M404".into(),
            Language::En => "HP LaserJet M404dn".into(),
        },
        totals: (18_402, 11_377),
        jobs: 214,
        scanner: ScannerState::Open,
        brightness: Some(70),
        touch: true,
        public_key: Key::from_seed([7; 32]).public().to_string(),
    }
}

fn log() -> Vec<String> {
    let line = |minute: u32, rest: &str| format!("2026-11-24T11:{minute:02}:07.104233Z  {rest}");
    let mut lines: Vec<String> = (0..24).map(|minute| line(minute, "INFO ottisk::queue: ordered job=41")).collect();
    lines.extend([
        line(24, "INFO ottisk::queue: released job=42"),
        line(25, "INFO ottisk::queue::print: sending job=42 printer_job=1187 sides=10"),
        line(26, "WARN ottisk::queue::send: not sent job=42 error=the connection was lost while the document was sent"),
        line(27, "WARN ottisk::queue::settle: held job=42 fault=\"connection-lost\""),
        line(28, "INFO ottisk::queue::paper: paper, by a person's word sheets=123"),
    ]);
    lines
}

/// A record of a jam.
pub fn record(language: Language) -> String {
    let mut events = Events::new(32);
    let at_ms = i64::try_from(NOW_MS).unwrap_or(0);
    for (ago, job, what) in [
        (9_000, None, "started"),
        (8_990, None, "printer ready"),
        (700, Some(41), "printing"),
        (655, Some(41), "completed 4/4"),
        (61, Some(42), "printing"),
        (20, Some(42), "stands media-jam"),
        (20, None, "printer media-jam"),
        (1, Some(42), "held media-jam 3/10"),
    ] {
        events.note(Happened { at_ms: at_ms - ago * 1_000, job, what: what.into() });
    }
    let kiosk = super::settings(language).kiosk_name;
    let versions = "ottisk 0.1.0, pypdfium2 5.15.2, sqlite 3.54.1";
    Record { fault: "media-jam", kiosk: &kiosk, at_ms, versions, events: &events }.signed(&Key::from_seed([7; 32]))
}
