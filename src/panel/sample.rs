//! Samples: each scene with values as in life, reached by the events that lead there.

use crate::{
    job::{
        fault::Fault,
        paper::Paper,
        part::{Asked, AttemptId, Out, Rest, Sequence},
        plan::Media,
        state::JobId,
        ticket::{Copies, Ticket},
    },
    panel::scene::{
        Event, JobCard, Offer, Outcome, Panel, PrinterView, Refusal, Settings, mend::Tray, tries::Patience,
    },
    text::Language,
};

mod page;

/// A Tuesday, 14:32 in Moscow.
pub const NOW_MS: u64 = 1_795_520_000_000 - 1_795_520_000_000 % 86_400_000 + (11 * 60 + 32) * 60_000;

/// The scenes by name, and those states of a scene that look like another.
pub const SCENES: [&str; 16] = [
    "splash",
    "idle",
    "code",
    "code-paused",
    "review",
    "review-findings",
    "review-paper",
    "printing",
    "done",
    "fault",
    "fault-known",
    "fault-question",
    "fault-last",
    "timeout",
    "service",
    "out-of-order",
];

/// The settings of the samples.
pub fn settings(language: Language) -> Settings {
    Settings {
        language,
        code_symbols: ('A'..='Z').chain('0'..='9').collect(),
        code_length: 6,
        kiosk_name: match language {
            Language::Ru => "Печать у входа".into(),
            Language::En => "Lobby printing".into(),
        },
        address: "print.local".into(),
        max_sheets: 100,
        idle_seconds: 60,
        warn_seconds: 20,
        patience: Patience { wrong_codes: 5, first_seconds: 30, longest_seconds: 300, forget_seconds: 900 },
        storage_hours: 168,
        max_bytes: 50_000_000,
        utc_offset_minutes: 180,
        thresholds: crate::queue::preflight::thresholds(&crate::settings::Settings::default()),
        tray_sheets: 250,
        added_sheets: 100,
        low_sheets: 50,
    }
}

/// The document of the samples: three pages asked on both sides.
pub fn card(language: Language) -> JobCard {
    let title = match language {
        Language::Ru => "Договор аренды.docx",
        Language::En => "Rental agreement.docx",
    };
    let copies = Copies::new(2).unwrap_or(Copies::ONE);
    let ticket = Ticket { copies, two_sided: true, ..Ticket::default() };
    let (job, title) = (JobId(42), title.into());
    JobCard { job, title, bytes: 148_300, page_count: 5, ticket, printed_before: false, fault: None, rest: None }
}

/// How far the document of the samples came, of ten sides on six sheets.
pub fn rest(language: Language, out: Out) -> Rest {
    let sequence = Sequence { sides: 5, copies: 2, two_sided: true };
    let asked = Asked { ticket: card(language).ticket, sequence, first: 0, by_printer: 2, pages_a_side: 1 };
    Rest { attempt: AttemptId(1), asked, out }
}

/// What the sample printer can do.
pub fn offer() -> Offer {
    Offer { two_sided: true, color: true, media: "A4".into(), copies_max: 20 }
}

/// The panel in the scene of this name; `None` when there is no such scene. Lay it out at [`now_ms`].
pub fn sample(scene_name: &str, language: Language, width: u32, height: u32) -> Option<Panel> {
    if !SCENES.contains(&scene_name) {
        return None;
    }
    let mut panel = Panel::new(settings(language), width, height, NOW_MS);
    for event in events(scene_name, language) {
        panel.step(event, NOW_MS);
    }
    if scene_name == "timeout" {
        panel.step(Event::Tick, now_ms(scene_name));
    }
    let scene = match scene_name.split_once('-') {
        Some((scene @ ("code" | "fault" | "review"), _)) => scene,
        _ => scene_name,
    };
    (panel.scene_name() == scene).then_some(panel)
}

/// The time at which a sample is looked at: a timeout comes after a quiet minute.
pub fn now_ms(scene_name: &str) -> u64 {
    match scene_name {
        "timeout" => NOW_MS + 68_000,
        "idle" => NOW_MS + 18_000,
        _ => NOW_MS,
    }
}

fn events(scene_name: &str, language: Language) -> Vec<Event> {
    let press = |id: &str| Event::Press(id.into());
    let job = JobId(42);
    let url = "http://print.local/?qr=uT7cVnR2mKx4".to_owned();
    let start = [Event::Printer(PrinterView::Ready(offer())), Event::Qr { url, until_ms: NOW_MS + 60_000 }];
    let typed = [press("enter-code"), press("key-4"), press("key-F"), press("key-7"), press("key-K")];
    let picture = |page| Event::PicturesReady { job, page, picture: page::draw(language, page) };
    let found = || [Event::Scan("4F7K2M".into()), Event::Found(card(language)), picture(1), picture(2)];
    let printing = || [press("print"), Event::Progress { job, impressions: 3, of: 10 }];
    let ended = |outcome| Event::Ended { job, outcome };
    let tray = |paper| Event::Tray(Tray { media: Media::a4(), paper });
    let mut events: Vec<Event> = if scene_name == "splash" { Vec::new() } else { start.into() };
    match scene_name {
        "code" => events.extend(typed),
        "code-paused" => {
            let wrong = || [Event::Scan("AAAAAA".into()), Event::Refused(Refusal::NotFound)];
            events.extend((0..5).flat_map(|_| wrong()));
        }
        "review" | "timeout" => events.extend(found()),
        "review-findings" => {
            events.extend(found());
            events.extend([Event::Looked { job, facts: page::looked() }, press("two-sided")]);
        }
        "review-paper" => {
            events.extend(found());
            events.extend([press("two-sided"), tray(Paper::Counted(7))]);
        }
        "printing" => events.extend(found().into_iter().chain(printing())),
        "done" => {
            events.extend(found().into_iter().chain(printing()));
            events.push(ended(Outcome::Completed { impressions: 10, sheets: 6 }));
        }
        "fault" => {
            events.extend(found().into_iter().chain(printing()));
            events.push(ended(Outcome::Held(Fault::MediaEmpty)));
        }
        "fault-known" | "fault-question" | "fault-last" => {
            events.extend(found().into_iter().chain(printing()));
            let out = match scene_name {
                "fault-known" => Out::exactly(5),
                "fault-question" => Out::between(4, 5),
                _ => Out::between(2, 10),
            };
            let (fault, rest) = (Fault::ConnectionLost, rest(language, out));
            events.push(ended(Outcome::Partly { fault, rest }));
        }
        "service" => events.extend([Event::Service(lines(language)), tray(Paper::Counted(123)), press("service")]),
        "out-of-order" => events.push(Event::Printer(PrinterView::Fault(Fault::Unsuitable, None))),
        _ => {}
    }
    events
}

fn lines(language: Language) -> Vec<(String, String)> {
    let lines = match language {
        Language::Ru => [
            ("Ottisk", env!("CARGO_PKG_VERSION")),
            ("Принтер", "HP LaserJet M404"),
            ("Адрес принтера", "ipp://printer.local"),
            ("Свободно", "11,4 ГБ"),
            ("Часы", "сверены 4 мин назад"),
        ],
        Language::En => [
            ("Ottisk", env!("CARGO_PKG_VERSION")),
            ("Printer", "HP LaserJet M404"),
            ("Printer's address", "ipp://printer.local"),
            ("Free space", "11.4 GB"),
            ("Clock", "checked 4 min ago"),
        ],
    };
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
